/* SPDX-License-Identifier: Apache-2.0 */
#include "index_table.h"

#include <assert.h>
#include <string.h>

#include "huge_pages.h"

enum { SLOTS_AT_FIRST = 4096, SLOTS_LAST_GROWN = 524288 };   /* of one that grows: a few pages; from the second on at once to its end */

static size_t mapped_size(const struct index_table *table);
static lw_status make(struct index_table *table, uint32_t max, uint32_t slot_count);
static void put(struct index_table *table, struct index_slot slot);

/* So that two thirds are in use at most. */
static uint32_t slots_for(uint32_t max)
{
    assert(max >= 1 && max <= 1u << 30);
    uint32_t slot_count = 16;
    while (slot_count < max + max / 2)
        slot_count *= 2;
    return slot_count;
}

lw_status index_table_init(struct index_table *table, uint32_t max)
{
    return make(table, max, slots_for(max));
}

lw_status index_table_init_small(struct index_table *table, uint32_t max)
{
    uint32_t slot_count = slots_for(max);
    return make(table, max, slot_count < SLOTS_AT_FIRST ? slot_count : SLOTS_AT_FIRST);
}

bool index_table_make_room(struct index_table *table)
{
    uint32_t slot_count = table->mask + 1;
    struct index_table grown;
    if (table->count == table->max)
        return false;
    if (table->count + 1 <= slot_count - slot_count / 3)
        return true;
    /* Moving a large table makes others wait: at most some 350,000 are moved at a time, in about 2 ms; a million would take 8 to 18. Whoever has
     * few need not have the room of all the same: 16 MB for a million would be more than a tenth of what 100,000 waiting leads take. */
    if (make(&grown, table->max, slot_count < SLOTS_LAST_GROWN ? slot_count * 2 : slots_for(table->max)) != LW_OK)
        return false;
    for (uint32_t at = 0; at < slot_count; at++) {
        if (table->slots[at].value_plus_one != 0)
            put(&grown, table->slots[at]);
    }
    grown.count = table->count;
    index_table_fini(table);
    *table = grown;
    return true;
}

void index_table_fini(struct index_table *table)
{
    if (table->slots)
        huge_pages_unmap(table->slots, mapped_size(table));
    *table = (struct index_table){0};
}

void index_table_clear(struct index_table *table)
{
    memset(table->slots, 0, ((size_t)table->mask + 1) * sizeof *table->slots);
    table->count = 0;
}

bool index_table_add(struct index_table *table, uint32_t hash, uint32_t value)
{
    assert(value < UINT32_MAX);
    if (table->count == table->max)
        return false;

    put(table, (struct index_slot){hash, value + 1});
    table->count++;
    return true;
}

void index_table_remove(struct index_table *table, uint32_t hash, uint32_t value)
{
    uint32_t at = hash & table->mask;
    while (table->slots[at].value_plus_one != value + 1) {
        assert(table->slots[at].value_plus_one != 0);
        at = (at + 1) & table->mask;
    }
    /* Close the gap: move back every later pair of the run that may stand here. */
    for (uint32_t next = (at + 1) & table->mask; table->slots[next].value_plus_one != 0; next = (next + 1) & table->mask) {
        uint32_t home = table->slots[next].hash & table->mask;
        if (((next - home) & table->mask) >= ((next - at) & table->mask)) {
            table->slots[at] = table->slots[next];
            at = next;
        }
    }
    table->slots[at] = (struct index_slot){0};
    table->count--;
}

static lw_status make(struct index_table *table, uint32_t max, uint32_t slot_count)
{
    *table = (struct index_table){.mask = slot_count - 1, .max = max};
    table->slots = huge_pages_map(mapped_size(table));
    if (table->slots)
        return LW_OK;
    *table = (struct index_table){0};
    return LW_NO_MEMORY;
}

static void put(struct index_table *table, struct index_slot slot)
{
    uint32_t at = slot.hash & table->mask;
    while (table->slots[at].value_plus_one != 0)
        at = (at + 1) & table->mask;
    table->slots[at] = slot;
}

static size_t mapped_size(const struct index_table *table)
{
    return ((size_t)table->mask + 1) * sizeof *table->slots;
}
