/* SPDX-License-Identifier: Apache-2.0 */
#include "index_table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

lw_status index_table_init(struct index_table *table, uint32_t max)
{
    assert(max >= 1 && max <= 1u << 30);

    uint32_t slot_count = 16;
    while (slot_count < max * 2)
        slot_count *= 2;
    *table = (struct index_table){.mask = slot_count - 1, .max = max};
    table->slots = calloc(slot_count, sizeof *table->slots);
    return table->slots ? LW_OK : LW_NO_MEMORY;
}

void index_table_fini(struct index_table *table)
{
    free(table->slots);
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

    uint32_t at = hash & table->mask;
    while (table->slots[at].value_plus_one != 0)
        at = (at + 1) & table->mask;
    table->slots[at] = (struct index_slot){hash, value + 1};
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
