/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "caps.h"
#include "core_internal.h"
#include "pairs.h"

static uint32_t name_hash(const char *name, size_t size);

lw_status rep_table_init(struct rep_table *table)
{
    *table = (struct rep_table){.count = 1, .capacity = 64};
    chunk_pool_init(&table->memory, sizeof(struct rep));
    table->reps = calloc(table->capacity, sizeof(struct rep *));
    if (!table->reps || index_table_init_small(&table->by_session, SESSIONS_MAX) != LW_OK ||
        index_table_init(&table->by_name, REPS_MAX) != LW_OK) {
        rep_table_fini(table);
        return LW_NO_MEMORY;
    }
    return LW_OK;
}

void rep_table_fini(struct rep_table *table)
{
    for (uint32_t i = 1; table->reps && i < table->count; i++) {
        if (table->reps[i]) {
            free(table->reps[i]->name);
            free(table->reps[i]->rates);
            free(table->reps[i]->declines);
            caps_free(table->reps[i]);
        }
        chunk_pool_give(&table->memory, table->reps[i]);
    }
    free(table->reps);
    chunk_pool_fini(&table->memory);
    index_table_fini(&table->by_session);
    index_table_fini(&table->by_name);
    *table = (struct rep_table){0};
}

struct rep *rep_table_add(struct rep_table *table, uint32_t number, const char *name, size_t name_size)
{
    assert(number >= 1);
    if (number >= REPS_MAX)
        return NULL;
    if (number >= table->capacity) {
        uint32_t capacity = table->capacity;
        while (capacity <= number)
            capacity *= 2;
        struct rep **reps = realloc(table->reps, capacity * sizeof *reps);
        if (!reps)
            return NULL;
        memset(reps + table->capacity, 0, (capacity - table->capacity) * sizeof *reps);
        table->reps = reps;
        table->capacity = capacity;
    }
    assert(!table->reps[number]);

    struct rep *rep = chunk_pool_take(&table->memory);
    char *copy = malloc(name_size + 1);
    if (!rep || !copy) {
        chunk_pool_give(&table->memory, rep);
        free(copy);
        return NULL;
    }
    memcpy(copy, name, name_size);
    copy[name_size] = '\0';
    *rep = (struct rep){.number = number, .name = copy, .state = REP_OFFLINE, .device = NAME_NONE, .device_told = NAME_NONE,
                        .rank = {.number = number, .capacity = 1, .share = 1}, .new_share = 1};
    avl_init(&rep->preferred, avl_compare_leads);
    table->reps[number] = rep;
    index_table_add(&table->by_name, name_hash(name, name_size), number);
    if (number >= table->count)
        table->count = number + 1;
    return rep;
}

struct rep *rep_table_by_name(const struct rep_table *table, const char *name, size_t size)
{
    uint32_t hash = name_hash(name, size), number;
    for (uint32_t at = index_table_first(&table->by_name, hash); index_table_at(&table->by_name, hash, &at, &number);) {
        struct rep *rep = table->reps[number];
        if (strlen(rep->name) == size && memcmp(rep->name, name, size) == 0)
            return rep;
    }
    return NULL;
}

struct rep *rep_table_by_session(const struct rep_table *table, uint64_t session)
{
    uint32_t hash = index_hash_u64(session), number;
    for (uint32_t at = index_table_first(&table->by_session, hash); index_table_at(&table->by_session, hash, &at, &number);) {
        struct rep *rep = table->reps[number];
        if (rep->session != session)
            continue;
        rep_prefetch(rep);
        return rep;
    }
    return NULL;
}

bool rep_table_bind(struct rep_table *table, struct rep *rep, uint64_t session)
{
    assert(session != 0 && rep->session == 0);
    if (!index_table_make_room(&table->by_session) || !index_table_add(&table->by_session, index_hash_u64(session), rep->number))
        return false;
    rep->session = session;
    return true;
}

void rep_table_unbind(struct rep_table *table, struct rep *rep)
{
    if (rep->session != 0)
        index_table_remove(&table->by_session, index_hash_u64(rep->session), rep->number);
    rep->session = 0;
}

/* Not a secret: reps come from the rules. */
static uint32_t name_hash(const char *name, size_t size)
{
    return (uint32_t)siphash_64((struct siphash_key){1, 2}, name, size);
}
