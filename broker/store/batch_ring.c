/* SPDX-License-Identifier: Apache-2.0 */
#include "batch_ring.h"

#include <stdlib.h>

static struct ring_entry *at(const struct batch_ring *ring, size_t i);
static bool grow(struct batch_ring *ring);

void batch_ring_init(struct batch_ring *ring, uint64_t next_sequence)
{
    *ring = (struct batch_ring){.next_sequence = next_sequence};
}

void batch_ring_fini(struct batch_ring *ring)
{
    for (size_t i = 0; i < ring->count; i++)
        free(at(ring, i));
    free(ring->entries);
    *ring = (struct batch_ring){0};
}

struct ring_entry *batch_ring_add(struct batch_ring *ring, size_t size)
{
    if (ring->count == ring->capacity && !grow(ring))
        return NULL;
    struct ring_entry *entry = malloc(sizeof *entry + size);
    if (!entry)
        return NULL;
    *entry = (struct ring_entry){.sequence = ring->next_sequence++, .size = size};
    ring->entries[(ring->first + ring->count++) & (ring->capacity - 1)] = entry;
    ring->bytes += size;
    return entry;
}

struct ring_entry *batch_ring_find(const struct batch_ring *ring, uint64_t sequence)
{
    if (ring->count == 0)
        return NULL;
    uint64_t first = at(ring, 0)->sequence;
    return sequence >= first && sequence - first < ring->count ? at(ring, (size_t)(sequence - first)) : NULL;
}

void batch_ring_trim(struct batch_ring *ring, uint64_t confirmed, uint64_t bytes_max, uint64_t now_ms, uint64_t age_max_ms)
{
    while (ring->count > 0) {
        struct ring_entry *oldest = at(ring, 0);
        if (oldest->sequence > confirmed || (ring->bytes <= bytes_max && oldest->put_ms + age_max_ms >= now_ms))
            return;
        ring->first = (ring->first + 1) & (ring->capacity - 1);
        ring->count--;
        ring->bytes -= oldest->size;
        free(oldest);
    }
}

static struct ring_entry *at(const struct batch_ring *ring, size_t i)
{
    return ring->entries[(ring->first + i) & (ring->capacity - 1)];
}

static bool grow(struct batch_ring *ring)
{
    size_t capacity = ring->capacity == 0 ? 64 : ring->capacity * 2;
    struct ring_entry **entries = malloc(capacity * sizeof *entries);

    if (!entries)
        return false;
    for (size_t i = 0; i < ring->count; i++)
        entries[i] = at(ring, i);
    free(ring->entries);
    ring->entries = entries;
    ring->first = 0;
    ring->capacity = capacity;
    return true;
}
