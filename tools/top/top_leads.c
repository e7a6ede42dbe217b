/* SPDX-License-Identifier: Apache-2.0 */
#include "top_leads.h"

#include <stdlib.h>

enum { ROOM_FIRST = 256 };

static uint32_t hash_of(struct desk_id id)
{
    return index_hash_u64(id.number ^ (id.epoch << 20));
}

bool top_leads_init(struct top_leads *leads)
{
    *leads = (struct top_leads){0};
    return index_table_init_small(&leads->table, TOP_LEADS_MAX) == LW_OK;
}

void top_leads_fini(struct top_leads *leads)
{
    free(leads->rows);
    index_table_fini(&leads->table);
    *leads = (struct top_leads){0};
}

void top_leads_clear(struct top_leads *leads)
{
    leads->count = 0;
    leads->untracked = 0;
    index_table_clear(&leads->table);
}

static bool find(const struct top_leads *leads, struct desk_id id, uint32_t *row)
{
    const uint32_t hash = hash_of(id);
    for (uint32_t at = index_table_first(&leads->table, hash); index_table_at(&leads->table, hash, &at, row);) {
        if (desk_id_equal(leads->rows[*row].id, id))
            return true;
    }
    return false;
}

struct top_lead *top_leads_find(const struct top_leads *leads, struct desk_id id)
{
    uint32_t row;
    return find(leads, id, &row) ? &leads->rows[row] : NULL;
}

static bool make_room(struct top_leads *leads)
{
    if (leads->count < leads->room)
        return true;
    const uint32_t room = leads->room == 0 ? ROOM_FIRST : leads->room * 2;
    struct top_lead *rows = realloc(leads->rows, room * sizeof *rows);
    if (rows == NULL)
        return false;
    leads->rows = rows;
    leads->room = room;
    return true;
}

struct top_lead *top_leads_put(struct top_leads *leads, struct desk_id id)
{
    struct top_lead *known = top_leads_find(leads, id);
    if (known != NULL)
        return known;
    if (leads->count == TOP_LEADS_MAX || !make_room(leads) || !index_table_make_room(&leads->table) ||
        !index_table_add(&leads->table, hash_of(id), leads->count)) {
        leads->untracked++;
        return NULL;
    }
    leads->rows[leads->count] = (struct top_lead){.id = id};
    return &leads->rows[leads->count++];
}

void top_leads_remove(struct top_leads *leads, struct desk_id id)
{
    uint32_t row;
    if (!find(leads, id, &row))
        return;
    const uint32_t last = leads->count - 1;
    index_table_remove(&leads->table, hash_of(id), row);
    if (row != last) {   /* the last one takes its place */
        index_table_remove(&leads->table, hash_of(leads->rows[last].id), last);
        leads->rows[row] = leads->rows[last];
        (void)index_table_add(&leads->table, hash_of(leads->rows[row].id), row);
    }
    leads->count = last;
}
