/* SPDX-License-Identifier: Apache-2.0
 *
 * Every access to a large table is to a page of its own choice: on pages of 4 KiB most of its time is the search for
 * the page. So large tables ask for huge ones; where there are none, nothing is lost.
 */
#define _DEFAULT_SOURCE   /* MAP_ANONYMOUS, madvise */
#include "index_table.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 * 1024 * 1024)

static struct index_slot *map_slots(size_t size);
static size_t mapped_size(const struct index_table *table);

lw_status index_table_init(struct index_table *table, uint32_t max)
{
    assert(max >= 1 && max <= 1u << 30);

    uint32_t slot_count = 16;
    while (slot_count < max + max / 2)   /* two thirds in use at most */
        slot_count *= 2;
    *table = (struct index_table){.mask = slot_count - 1, .max = max};
    table->slots = map_slots(mapped_size(table));
    if (table->slots)
        return LW_OK;
    *table = (struct index_table){0};
    return LW_NO_MEMORY;
}

void index_table_fini(struct index_table *table)
{
    if (table->slots)
        munmap(table->slots, mapped_size(table));
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

/* Zeroed. Large ones begin and end at huge pages, or the kernel would use none at the ends. */
static struct index_slot *map_slots(size_t size)
{
    size_t spare = size >= HUGE_PAGE ? HUGE_PAGE : 0;
    char *start = mmap(NULL, size + spare, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (start == MAP_FAILED)
        return NULL;
    if (spare == 0)
        return (struct index_slot *)(void *)start;
    size_t before = (HUGE_PAGE - (uintptr_t)start % HUGE_PAGE) % HUGE_PAGE;
    if (before > 0)
        munmap(start, before);
    munmap(start + before + size, spare - before);
    (void)madvise(start + before, size, MADV_HUGEPAGE);
    return (struct index_slot *)(void *)(start + before);
}

static size_t mapped_size(const struct index_table *table)
{
    return ((size_t)table->mask + 1) * sizeof *table->slots;
}
