/* SPDX-License-Identifier: Apache-2.0
 *
 * Leads live in chunks that never move; an index finds them by number.
 */
#include <stdlib.h>

#include "core_internal.h"
#include "huge_pages.h"

enum { CACHE_LINE = 64 };

static bool has_place(struct lead_table *table);
static uint32_t take_place(struct lead_table *table);

/* Numbers come in sequence, and leads of one time are touched at one time: eight in a row share a line of the index. */
static uint32_t hash_number(uint64_t number)
{
    return index_hash_u64(number >> 3) << 3 | (uint32_t)(number & 7);
}

/* A table of few leads needs no huge page. */
static size_t chunk_size(const struct lead_table *table)
{
    return (table->max < LEAD_CHUNK ? table->max : LEAD_CHUNK) * sizeof(struct lead);
}

lw_status lead_table_init(struct lead_table *table, uint32_t leads_max)
{
    *table = (struct lead_table){.free_first = LEAD_INDEX_NONE, .max = leads_max};
    table->chunks = calloc(leads_max / LEAD_CHUNK + 1, sizeof(struct lead *));
    if (!table->chunks || index_table_init_small(&table->by_number, leads_max) != LW_OK) {
        lead_table_fini(table);
        return LW_NO_MEMORY;
    }
    return LW_OK;
}

void lead_table_fini(struct lead_table *table)
{
    for (uint32_t i = 0; i < table->chunk_count; i++)
        huge_pages_unmap(table->chunks[i], chunk_size(table));
    free(table->chunks);
    index_table_fini(&table->by_number);
    *table = (struct lead_table){0};
}

struct lead *lead_table_add(struct lead_table *table, struct desk_id id)
{
    if (table->count == table->max || !has_place(table) || !index_table_make_room(&table->by_number))
        return NULL;

    uint32_t index = take_place(table);
    struct lead *lead = lead_table_at(table, index);
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

/* Whoever looks for a lead changes it, and all of it goes into a record, with its decisions. */
static void prefetch_rest(const struct lead *lead)
{
    for (size_t at = CACHE_LINE; at < sizeof *lead; at += CACHE_LINE)
        __builtin_prefetch((const char *)lead + at);
    __builtin_prefetch(lead->decisions);
}

struct lead *lead_table_find(const struct lead_table *table, struct desk_id id)
{
    uint32_t hash = hash_number(id.number), index;
    for (uint32_t at = index_table_first(&table->by_number, hash); index_table_at(&table->by_number, hash, &at, &index);) {
        struct lead *lead = lead_table_at(table, index);
        if (!desk_id_equal(lead->id, id))
            continue;
        prefetch_rest(lead);
        return lead;
    }
    return NULL;
}

void lead_table_prefetch_index(const struct lead_table *table, struct desk_id id)
{
    index_table_prefetch(&table->by_number, hash_number(id.number));
}

/* The first of this hash: nearly always the lead itself. */
void lead_table_prefetch_found(const struct lead_table *table, struct desk_id id)
{
    uint32_t hash = hash_number(id.number), index, at = index_table_first(&table->by_number, hash);
    if (index_table_at(&table->by_number, hash, &at, &index))
        lead_table_prefetch(table, index);
}

void lead_table_prefetch(const struct lead_table *table, uint32_t index)
{
    const char *lead = (const char *)lead_table_at(table, index);
    for (size_t at = 0; at < sizeof(struct lead); at += CACHE_LINE)
        __builtin_prefetch(lead + at);
}

bool lead_table_is_alone(const struct lead_table *table, const struct lead *lead)
{
    uint32_t hash = hash_number(lead->id.number), index;
    for (uint32_t at = index_table_first(&table->by_number, hash); index_table_at(&table->by_number, hash, &at, &index);) {
        if (index != lead->index && lead_table_at(table, index)->id.number == lead->id.number)
            return false;
    }
    return true;
}

struct lead *lead_table_next(const struct lead_table *table, uint32_t *index)
{
    for (; *index < table->touched; (*index)++) {
        struct lead *lead = lead_table_at(table, *index);
        if (lead->in_use)
            return lead;
    }
    return NULL;
}

/* A free one, or one that was never in use: pages are touched only when they are. False without memory. */
static bool has_place(struct lead_table *table)
{
    if (table->free_first != LEAD_INDEX_NONE || table->touched < table->chunk_count * LEAD_CHUNK)
        return true;
    struct lead *chunk = huge_pages_map(chunk_size(table));
    if (!chunk)
        return false;
    table->chunks[table->chunk_count++] = chunk;
    return true;
}

static uint32_t take_place(struct lead_table *table)
{
    uint32_t index = table->free_first;
    if (index == LEAD_INDEX_NONE)
        return table->touched++;
    table->free_first = lead_table_at(table, index)->index;
    return index;
}
