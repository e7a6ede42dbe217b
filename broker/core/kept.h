/* SPDX-License-Identifier: Apache-2.0
 *
 * kept - ended leads that may be reopened, or parted from what they were merged into. Inside broker/core only.
 *
 * Kept is the whole image of a lead, as a record, for config.reopen_for_ms from its end; of all of them as many as fit
 * into core_limits.reopen_bytes_max, counted as their contacts' bytes and KEPT_COUNTED_AS each. What ended first gives way
 * first, and for good: `floor` says up to which revision. Each end's record has it, so that a restart keeps the same.
 */
#ifndef KEPT_H
#define KEPT_H

#include "avl_tree.h"
#include "lead_table.h"

struct core;
struct lead_change;

enum { KEPT_COUNTED_AS = 1024 };

struct kept_lead {
    struct avl_node by_number, by_revision;
    struct desk_id id;
    uint64_t revision, ended_ms;           /* of its end */
    uint32_t counted, size;                /* bytes: what it counts as, and what there are */
    bool is_merged;                        /* it ended so */
    bool is_dirty, in_checkpoint;          /* in_checkpoint: there is a record of the lead, this or an older one */
    struct kept_lead *dirty_next, *dirty_prev;
    uint8_t bytes[];
};

struct kept {
    struct avl_tree by_number, by_revision;
    uint64_t bytes, bytes_max, floor;
    struct kept_lead *dirty_first, *dirty_last;
    size_t dirty_count;
};

void kept_init(struct kept *kept, uint64_t bytes_max);
void kept_fini(struct kept *kept);
/* A lead that ends so is to be kept. */
bool kept_wants(const struct core *core, const struct lead *lead, enum core_cause cause);
/* Before the record of an end, which tells the floor: for the lead if it is wanted, and of what is over. */
void kept_make_room(struct core *core, const struct lead *lead, bool is_wanted);
/* The lead, in its end and about to be freed. in_checkpoint: the checkpoint has some image of it. */
void kept_add(struct core *core, const struct lead *lead, bool in_checkpoint);
/* A kept lead's record, from a checkpoint. */
LW_MUST_CHECK lw_status kept_restore(struct core *core, const struct lead_image *image, const void *bytes, size_t size);
/* An end's record told it: what ended before is not kept. */
void kept_raise_floor(struct core *core, uint64_t floor);
/* NULL: none. That its time is over is not asked. */
struct kept_lead *kept_find(const struct kept *kept, struct desk_id lead);
/* While restoring: of this number and this revision none is kept any longer. Others than the lead itself only where records are damaged. */
void kept_clear_place(struct kept *kept, const struct lead_image *image);
/* It is not kept any longer; the checkpoint's record is whoever's takes it over. */
void kept_drop(struct kept *kept, struct kept_lead *lead);
/* Of one that was merged: the lead that it went into. */
struct desk_id kept_other(const struct kept_lead *kept);
/* Takes one that changed; NULL when none is left. */
struct kept_lead *kept_take_dirty(struct kept *kept);
/* Those from this revision on, as many as are left. False: there are more. */
bool kept_mark_dirty_from(struct kept *kept, uint64_t *revision, uint32_t *left);
/* out: what it will be reopened from, without revisions. */
void kept_put_content(struct byte_buffer *out, const struct kept_lead *kept);
void kept_check(const struct core *core);

#endif
