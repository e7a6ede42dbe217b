/* SPDX-License-Identifier: Apache-2.0
 *
 * seen - the idempotency window. Inside broker/core only.
 */
#ifndef SEEN_H
#define SEEN_H

#include "core.h"
#include "index_table.h"
#include "siphash.h"

enum { SEEN_CHUNK = 16384, SEEN_BUCKET_MS = 3600 * 1000, SEEN_BUCKET_REVISIONS_LOG2 = 18 };

enum seen_kind { SEEN_PUBLISH = 1, SEEN_COMPLETE = 2, SEEN_JOIN = 3, SEEN_WON = 4, SEEN_NAMED = 5, SEEN_STOP = 6, SEEN_STOPPED = 7 };   /* JOIN: a publish that joined an open lead; WON: known.h, only in checkpoints; NAMED: the same, only in the journal; STOP, STOPPED: stops.h, in the journal and in checkpoints */

struct seen_entry {
    struct siphash_128 key;
    struct desk_id lead;
    uint64_t content_hash, at_ms;
    uint64_t serial;                 /* the revision of the record that made it: the order of the window */
    uint64_t position;               /* in the ring */
    uint8_t kind, end;
    uint8_t life;                    /* how often the lead was reopened */
    bool is_dirty;                   /* changed since the last checkpoint */
    uint32_t dirty_before, dirty_after;   /* places in the ring + 1 of those that changed before and after it; 0: none */
};

struct seen {
    struct seen_entry **chunks;      /* ring over positions [first, next) modulo capacity */
    struct index_table by_key;       /* ring slots */
    uint64_t first, next;            /* positions, ever growing */
    uint64_t forgotten;              /* entries that were dropped before their time, at the bound */
    uint32_t capacity;
    uint64_t window_ms;
    uint32_t dirty_first, dirty_last, dirty_count;   /* places in the ring + 1 of the changed, in the order they did; consumed by checkpoints */
};

lw_status seen_init(struct seen *seen, uint32_t seen_max, uint64_t seen_ms);
void seen_fini(struct seen *seen);
/* Before seen_find, with other work between. */
void seen_prefetch(const struct seen *seen, struct siphash_128 key);
/* Not older than the window; NULL otherwise. Borrowed until the next add. */
struct seen_entry *seen_find(struct seen *seen, struct siphash_128 key, uint64_t now_ms);
/* Adds at the end (position next - 1), dropping the oldest at the bound. False without memory. */
bool seen_add(struct seen *seen, const struct seen_entry *entry);
/* How long until there is room for one more, without dropping what is younger than min_ms, now or for the `ends` that are to come of leads
 * that are open: half of the window is kept for those at most. 0: there is room. */
uint32_t seen_wait_ms(const struct seen *seen, uint32_t ends, uint64_t now_ms, uint32_t min_ms);
void seen_mark_dirty(struct seen *seen, struct seen_entry *entry);
/* It is in a checkpoint as it is. */
void seen_mark_clean(struct seen *seen, struct seen_entry *entry);
/* Takes one changed entry; NULL when none is left. */
struct seen_entry *seen_take_dirty(struct seen *seen);
/* From this position on, as many as are left. False: there are more. */
bool seen_mark_dirty_from(struct seen *seen, uint64_t *position, uint32_t *left);
struct seen_entry *seen_at(const struct seen *seen, uint64_t position);
/* The last whose position ends in these bits, which an older one does too; NULL. */
struct seen_entry *seen_at_low(const struct seen *seen, uint32_t position);

/* What one entry takes, roughly: itself, its place in the index. */
enum { SEEN_ENTRY_BYTES = sizeof(struct seen_entry) + 2 * sizeof(struct index_slot) };

/* The store keeps the window in buckets, which it drops whole once all in them is older than the window. A bucket lasts an hour
 * at most, and less where many leads come, 2^SEEN_BUCKET_REVISIONS_LOG2 changes of leads, so that what is kept beyond the window is bounded too.
 * Never goes back along the window, and is the same for the same entry after a restart. */
uint64_t seen_bucket(const struct seen_entry *entry);

#endif
