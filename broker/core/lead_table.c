/* SPDX-License-Identifier: Apache-2.0
 *
 * Leads live in chunks that never move; an index finds them by number.
 */
#include <stdlib.h>

#include "core_internal.h"

enum { CACHE_LINE = 64 };
#define FREE_END UINT32_MAX   /* more than an enumerator may be */

static bool add_chunk(struct lead_table *table);

static struct lead *lead_at(const struct lead_table *table, uint32_t index)
{
    return &table->chunks[index / LEAD_CHUNK][index % LEAD_CHUNK];
}

/* Numbers come in sequence, and leads of one time are touched at one time: eight in a row share a line of the index. */
static uint32_t hash_number(uint64_t number)
{
    return index_hash_u64(number >> 3) << 3 | (uint32_t)(number & 7);
}

lw_status lead_table_init(struct lead_table *table, uint32_t leads_max)
{
    *table = (struct lead_table){.free_first = FREE_END, .max = leads_max};
    table->chunks = calloc(leads_max / LEAD_CHUNK + 1, sizeof(struct lead *));
    if (!table->chunks || index_table_init(&table->by_number, leads_max) != LW_OK) {
        lead_table_fini(table);
        return LW_NO_MEMORY;
    }
    return LW_OK;
}

void lead_table_fini(struct lead_table *table)
{
    for (uint32_t i = 0; i < table->chunk_count; i++)
        free(table->chunks[i]);
    free(table->chunks);
    index_table_fini(&table->by_number);
    *table = (struct lead_table){0};
}

struct lead *lead_table_add(struct lead_table *table, struct desk_id id)
{
    if (table->count == table->max || (table->free_first == FREE_END && !add_chunk(table)))
        return NULL;

    uint32_t index = table->free_first;
    struct lead *lead = lead_at(table, index);
    table->free_first = lead->index;
    *lead = (struct lead){.id = id, .index = index, .in_use = true};

    index_table_add(&table->by_number, hash_number(id.number), index);
    table->count++;
    return lead;
}

void lead_table_remove(struct lead_table *table, struct lead *lead)
{
    index_table_remove(&table->by_number, hash_number(lead->id.number), lead->index);
    lead->in_use = false;
    uint32_t index = lead->index;
    lead->index = table->free_first;
    table->free_first = index;
    table->count--;
}

/* Whoever looks for a lead changes it, and all of it goes into a record. */
static void prefetch_rest(const struct lead *lead)
{
    for (size_t at = CACHE_LINE; at < sizeof *lead; at += CACHE_LINE)
        __builtin_prefetch((const char *)lead + at);
}

struct lead *lead_table_find(const struct lead_table *table, struct desk_id id)
{
    uint32_t hash = hash_number(id.number), index;
    for (uint32_t at = index_table_first(&table->by_number, hash); index_table_at(&table->by_number, hash, &at, &index);) {
        struct lead *lead = lead_at(table, index);
        if (!desk_id_equal(lead->id, id))
            continue;
        prefetch_rest(lead);
        return lead;
    }
    return NULL;
}

struct lead *lead_table_next(const struct lead_table *table, uint32_t *index)
{
    for (; *index < table->chunk_count * LEAD_CHUNK; (*index)++) {
        struct lead *lead = lead_at(table, *index);
        if (lead->in_use)
            return lead;
    }
    return NULL;
}

static bool add_chunk(struct lead_table *table)
{
    if (table->chunk_count > table->max / LEAD_CHUNK)
        return false;
    struct lead *chunk = aligned_alloc(CACHE_LINE, LEAD_CHUNK * sizeof *chunk);
    if (!chunk)
        return false;
    memset(chunk, 0, LEAD_CHUNK * sizeof *chunk);
    uint32_t base = table->chunk_count * LEAD_CHUNK;
    for (uint32_t i = LEAD_CHUNK; i-- > 0;) {
        chunk[i].index = table->free_first;
        table->free_first = base + i;
    }
    table->chunks[table->chunk_count++] = chunk;
    return true;
}
