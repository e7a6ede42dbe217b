/* SPDX-License-Identifier: Apache-2.0 */
#include "rate_limit.h"

#include <assert.h>
#include <stdlib.h>

#include "wall_clock.h"

static const uint64_t minute_us = UINT64_C(60) * 1000 * 1000;

static struct rate_bucket *find_bucket(struct rate_limit *limit, uint64_t key);

bool rate_limit_init(struct rate_limit *limit, size_t bucket_count)
{
    *limit = (struct rate_limit){.set_count = 1};
    while (limit->set_count * RATE_WAYS < bucket_count)
        limit->set_count *= 2;
    limit->sets = calloc(limit->set_count, sizeof *limit->sets);
    random_bytes(&limit->key, sizeof limit->key);
    return limit->sets != NULL;
}

void rate_limit_fini(struct rate_limit *limit)
{
    free(limit->sets);
    limit->sets = NULL;
}

uint32_t rate_limit_take(struct rate_limit *limit, const void *name, size_t name_size, uint32_t per_minute, uint64_t now_ms)
{
    assert(per_minute > 0);
    uint64_t now_us = now_ms * 1000, key = siphash_64(limit->key, name, name_size) | 1;   /* 0 is free */
    struct rate_bucket *bucket = find_bucket(limit, key);
    if (bucket->key != key)
        *bucket = (struct rate_bucket){.key = key};
    uint64_t from_us = bucket->full_at_us > now_us ? bucket->full_at_us : now_us;
    uint64_t full_at_us = from_us + minute_us / per_minute;
    if (full_at_us - now_us > minute_us)
        return (uint32_t)((full_at_us - now_us - minute_us + 999) / 1000);
    bucket->full_at_us = full_at_us;
    return 0;
}

/* Its own, else the one of its set that owes least. */
static struct rate_bucket *find_bucket(struct rate_limit *limit, uint64_t key)
{
    struct rate_bucket *set = limit->sets[key >> 32 & (limit->set_count - 1)], *least = &set[0];
    for (size_t i = 0; i < RATE_WAYS; i++) {
        if (set[i].key == key)
            return &set[i];
        if (set[i].full_at_us < least->full_at_us)
            least = &set[i];
    }
    return least;
}
