/* SPDX-License-Identifier: Apache-2.0 */
#include "ops_times.h"

/* Times below 32 ms have a bucket each; then there are sixteen for each doubling. */
static uint32_t bucket_of(int64_t took_ms)
{
    uint64_t ms = took_ms > 0 ? (uint64_t)took_ms : 0;
    uint32_t octave = 0;
    while (ms >> octave >= 2 * OPS_TIMES_PER_OCTAVE)
        octave++;
    uint64_t bucket = octave * OPS_TIMES_PER_OCTAVE + (ms >> octave);
    return bucket < OPS_TIMES_BUCKETS ? (uint32_t)bucket : OPS_TIMES_BUCKETS - 1;
}

static int64_t top_of(uint32_t bucket)
{
    if (bucket < 2 * OPS_TIMES_PER_OCTAVE)
        return bucket;
    uint32_t octave = bucket / OPS_TIMES_PER_OCTAVE - 1;
    return ((int64_t)(bucket % OPS_TIMES_PER_OCTAVE + OPS_TIMES_PER_OCTAVE + 1) << octave) - 1;
}

void ops_times_add(struct ops_times *times, int64_t took_ms)
{
    times->counts[bucket_of(took_ms)]++;
    times->count++;
}

int64_t ops_times_percentile(const struct ops_times *times, uint32_t percent)
{
    uint64_t wanted = ((uint64_t)times->count * percent + 99) / 100, seen = 0;
    for (uint32_t bucket = 0; bucket < OPS_TIMES_BUCKETS && wanted > 0; bucket++) {
        seen += times->counts[bucket];
        if (seen >= wanted)
            return top_of(bucket);
    }
    return 0;
}
