/* SPDX-License-Identifier: Apache-2.0
 *
 * rate_limit - so many a minute, by name, in bounded memory.
 *
 * Each name has a bucket of `per_minute` that fills up again evenly: so many
 * at once, then one each 60 s / per_minute. A name is told by a keyed hash. When there
 * are more names than buckets the one that owes least is forgotten: whoever
 * floods the table with names frees others sooner, and holds up nobody. Threads: one owner.
 */
#ifndef RATE_LIMIT_H
#define RATE_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "siphash.h"

enum { RATE_WAYS = 4 };

struct rate_bucket {
    uint64_t key;        /* 0: free */
    uint64_t full_at_us; /* when nothing of it is used any more */
};

struct rate_limit {
    struct rate_bucket (*sets)[RATE_WAYS];
    size_t set_count;    /* a power of two */
    struct siphash_key key;
};

/* bucket_count: rounded up to a power of two, at least RATE_WAYS. False: no memory. */
bool rate_limit_init(struct rate_limit *limit, size_t bucket_count);
void rate_limit_fini(struct rate_limit *limit);   /* zeroed is accepted */
/* Takes one from the name's bucket. 0: it was there; else how many ms until there is one, and nothing is taken.
 * per_minute > 0. Times are monotonic. */
uint32_t rate_limit_take(struct rate_limit *limit, const void *name, size_t name_size, uint32_t per_minute, uint64_t now_ms);

#endif
