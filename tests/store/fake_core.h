/* SPDX-License-Identifier: Apache-2.0
 *
 * fake_core - stands in for the core where the store calls it: leads that change and end, in a format that a test can
 * compare. An ended lead leaves the checkpoint's leads and stays in its seen buckets. Linked instead of broker/core.
 */
#ifndef FAKE_CORE_H
#define FAKE_CORE_H

#include "byte_buffer.h"
#include "core.h"

enum { FAKE_LEADS_MAX = 4000, FAKE_SEEN_PER_BUCKET = 50, FAKE_MARK_CALLS = 4 };

struct fake_lead {
    uint64_t revision;            /* 0: never was */
    uint32_t size;                /* of its filling */
    bool is_open, is_dirty;
};

struct core {
    struct fake_lead leads[FAKE_LEADS_MAX];
    uint64_t revision, desk_ms, oldest_bucket;
    uint32_t walk, lead_count;
    bool desk_dirty, desk_known;
    bool end_given;               /* the walk gave the deletion of an ended lead, its seen entry is next */
    struct byte_buffer bytes;     /* of the record that the checkpoint borrows */
    uint32_t walked_all;          /* times that core_checkpoint_all came to its end */
    uint32_t marked;              /* calls of it before that: it takes FAKE_MARK_CALLS */
};

struct core *fake_core_new(void);
void fake_core_free(struct core *core);
/* Changes a lead (makes it, gives it a new revision, or ends it) and puts its record at the end of the batch. */
void fake_core_change(struct core *core, uint32_t number, uint32_t size, bool end, struct byte_buffer *batch);
lw_status fake_core_restore(struct core *core, enum record_kind kind, const void *bytes, size_t size);
/* Says on standard error where they differ. */
bool fake_core_equal(const struct core *a, const struct core *b);
/* Everything in `told` is in `loaded`, as new or newer. */
bool fake_core_covers(const struct core *loaded, const struct core *told);
void fake_core_copy(struct core *to, const struct core *from);

#endif
