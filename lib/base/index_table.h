/* SPDX-License-Identifier: Apache-2.0
 *
 * index_table - finds numbers by hash: open addressing, linear probing.
 *
 * Holds (hash, value) pairs; several values may share a hash, the caller tells
 * them apart. Removal shifts back, so there are no tombstones and
 * probing stays short. The size is fixed at init for max pairs, and pages are touched only
 * when used; or it begins small and doubles. Never iterated: no decision can depend on its order.
 * Threads: one owner.
 */
#ifndef INDEX_TABLE_H
#define INDEX_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include <leadwire/status.h>

struct index_slot { uint32_t hash, value_plus_one; };
struct index_table {
    struct index_slot *slots;
    uint32_t mask, count, max;
};

/* Errors: LW_NO_MEMORY. Requires 1 <= max <= 2^30. */
LW_MUST_CHECK lw_status index_table_init(struct index_table *table, uint32_t max);
/* The same for one that grows: index_table_make_room before each add. */
LW_MUST_CHECK lw_status index_table_init_small(struct index_table *table, uint32_t max);
/* Room for one more pair. When two thirds are in use that is a pass over all of it; beyond 350,000 pairs none is needed any more.
 * False, with nothing changed, at max or without memory. */
LW_MUST_CHECK bool index_table_make_room(struct index_table *table);
void index_table_fini(struct index_table *table);
void index_table_clear(struct index_table *table);
/* value < UINT32_MAX. False at max. The pair must not be there already. */
bool index_table_add(struct index_table *table, uint32_t hash, uint32_t value);
/* The pair must be there. */
void index_table_remove(struct index_table *table, uint32_t hash, uint32_t value);

/* Begins to fetch what the loop below will look at first: in a large table that is most of its time. */
static inline void index_table_prefetch(const struct index_table *table, uint32_t hash)
{
    __builtin_prefetch(&table->slots[hash & table->mask]);
}

/* for (uint32_t at = index_table_first(t, hash), value; index_table_at(t, hash, &at, &value); ) ... */
static inline uint32_t index_table_first(const struct index_table *table, uint32_t hash)
{
    return hash & table->mask;
}
/* The next value with this hash from *at on; false when there are no more. Moves *at past it. */
static inline bool index_table_at(const struct index_table *table, uint32_t hash, uint32_t *at, uint32_t *value_out)
{
    for (;; *at = (*at + 1) & table->mask) {
        const struct index_slot *slot = &table->slots[*at];
        if (slot->value_plus_one == 0)
            return false;
        if (slot->hash == hash) {
            *value_out = slot->value_plus_one - 1;
            *at = (*at + 1) & table->mask;
            return true;
        }
    }
}

/* Spreads a 64-bit number (ids, counters) over 32 bits: Fibonacci hashing (Knuth, TAOCP 3, 6.4). */
static inline uint32_t index_hash_u64(uint64_t number)
{
    return (uint32_t)((number * 0x9e3779b97f4a7c15u) >> 32);
}

#endif
