/* SPDX-License-Identifier: Apache-2.0
 *
 * caps - how many leads a rep gets at most: in an hour, a day, a day of one source. Inside broker/core only.
 *
 * A lead counts from when it is assigned; one that is offered or rings counts as well, as long as it may come to that. The
 * hour slides, in steps of CAP_BUCKET_MS: what counted is forgotten after 60 to 65 minutes. The day is that of the rep's
 * team. What is full is so as the last change of the counts or the rep's timer left it.
 */
#ifndef CAPS_H
#define CAPS_H

#include "core.h"
#include "record.h"

struct core;
struct rep;
struct lead;
struct core_config;

enum { CAP_BUCKET_MS = 300000 };
enum cap_kind { CAP_HOUR = 1, CAP_DAY = 2 };   /* bits of rep_caps.full */

struct cap_source {
    uint32_t source;                       /* names */
    uint32_t counted, offered;
};

struct rep_caps {
    const struct config_caps *rules;       /* NULL while restoring */
    const struct config_team *team;        /* whose days count; NULL: it says none */
    uint16_t hour[CAP_BUCKETS];            /* ring, by bucket */
    uint64_t bucket;                       /* the last that counted */
    uint64_t counted_ms;                   /* the counts of a day are of the day of this moment */
    uint32_t day, offered;
    struct cap_source sources[CONFIG_CAP_SOURCES_MAX];   /* in the order of the rules */
    uint32_t source_count;
    uint8_t full;                          /* bits of cap_kind: no lead at all */
    uint8_t full_sources;                  /* bit i: none of sources[i] */
    uint64_t free_ms;                      /* when one of these ends by time alone; 0: none does */
};

/* The team's day [*from, *to) that holds now_ms. Behind the last known day, days of 24 hours follow; before the first is one. */
void caps_day_of(const struct config_team *team, uint64_t now_ms, uint64_t *from, uint64_t *to);
/* Which sources any rep caps, and the classes of the leads that are open. After the reps were linked. */
void caps_link_sources(struct core *core);
/* Takes the rep's caps over from the rules (NULL: they do not have the rep); what counted under the same caps goes on. Out
 * of the trees, before its class. */
void caps_link(struct core *core, struct rep *rep, const struct config_rep *wanted);
/* The rep is offered this lead, or no longer: +1, -1. Out of the trees; joins another class if need be. */
void caps_note_offered(struct core *core, struct rep *rep, const struct lead *lead, int change);
/* A lead that was not assigned to the rep is with them: was_offered: as it was before, in another state. */
void caps_note_move(struct core *core, struct rep *rep, const struct lead *lead, bool was_offered);
/* What is full is looked at anew, if its time has come. Who is less full is noted for matching. */
void caps_due(struct core *core, struct rep *rep);
/* What needs.capped_source must be of a lead from this source. */
uint32_t caps_source_need(const struct core *core, uint32_t source);
/* The rep may have no more of this source (names) today. */
bool caps_source_is_full(const struct rep *rep, uint32_t source);
/* "6 per hour", "10 per day of portal": the cap that keeps the rep, who was so, from such a lead; false: none. */
bool caps_explain(const struct core *core, const struct rep *rep, uint8_t full, uint8_t full_sources, uint32_t capped_source,
                  char *detail, size_t detail_size);
void caps_image_fill(const struct core *core, const struct rep *rep, struct caps_image *image);
LW_MUST_CHECK lw_status caps_restore(struct core *core, struct rep *rep, const struct caps_image *image);
/* The sources (names, in order) of which the rep may have no more today; says how many. */
uint32_t caps_full_sources(const struct rep *rep, uint32_t sources[CONFIG_CAP_SOURCES_MAX]);
void caps_free(struct rep *rep);

#endif
