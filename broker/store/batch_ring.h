/* SPDX-License-Identifier: Apache-2.0
 *
 * batch_ring - the journal entries of one ownership that may have to be sent (again), oldest first, without gaps.
 *
 * Numbers are the sequence within the epoch. Entries never change once they are in: sent again, they are the same bytes.
 * Bounded: the unconfirmed ones by the caller, the confirmed ones by batch_ring_trim. Threads: one owner.
 */
#ifndef BATCH_RING_H
#define BATCH_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring_entry {
    uint64_t sequence, desk_ms;
    uint64_t last_ticket;              /* of the batches in it */
    uint32_t batches, batch_bytes;
    uint64_t put_ms;
    size_t size;
    uint8_t bytes[];                   /* as the journal has them */
};

struct batch_ring {
    struct ring_entry **entries;       /* a circle; capacity is a power of two */
    size_t first, count, capacity;
    uint64_t bytes;
    uint64_t next_sequence;
};

/* Empty; the first entry will have this sequence. */
void batch_ring_init(struct batch_ring *ring, uint64_t next_sequence);
void batch_ring_fini(struct batch_ring *ring);
/* A new entry with the next sequence and room for size bytes, to be filled; NULL without memory. */
struct ring_entry *batch_ring_add(struct batch_ring *ring, size_t size);
/* NULL: no longer, or not yet, there. */
struct ring_entry *batch_ring_find(const struct batch_ring *ring, uint64_t sequence);
/* Drops entries up to and with `confirmed` while there are over bytes_max or they are older than age_max_ms. */
void batch_ring_trim(struct batch_ring *ring, uint64_t confirmed, uint64_t bytes_max, uint64_t now_ms, uint64_t age_max_ms);

#endif
