/* SPDX-License-Identifier: Apache-2.0
 *
 * paused_sources - sources of which a manager takes no leads for a while. Their publishers are told busy, and keep what they have;
 * a contact that was taken before is still known. Inside broker/core only.
 *
 * A source is only a name: one that no lead came from yet can be paused. One that goes on again keeps its place, with the revision
 * of that, until another source needs it.
 */
#ifndef PAUSED_SOURCES_H
#define PAUSED_SOURCES_H

#include "acts.h"
#include "core.h"
#include "record.h"

struct core;

enum { PAUSED_RETRY_AFTER_MS = 10000 };

struct paused_source {
    uint64_t revision;                     /* of its last change; 0: the place is free */
    bool is_paused;
    struct act_note note;                  /* when, who and why */
    char source[LW_NAME_MAX + 1];
};

struct paused_sources {
    struct paused_source *list;            /* CORE_PAUSED_MAX; NULL: none was ever paused */
    uint32_t count;                        /* that are paused now */
};

void paused_sources_fini(struct paused_sources *paused);
/* Where `count` is 0, nobody needs to ask. */
bool source_is_paused(const struct paused_sources *paused, struct core_text source);
/* Of a publish. */
void reply_paused(struct core *core, const struct core_command *command);

/* For records, and nothing else: the index-th of CORE_PAUSED_MAX; false: it is not paused. */
bool paused_source_image_fill(const struct core *core, uint32_t index, struct paused_image *image);
LW_MUST_CHECK lw_status paused_source_restore(struct core *core, const struct paused_image *image);

#endif
