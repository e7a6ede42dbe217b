/* SPDX-License-Identifier: Apache-2.0 */
#include "revision_table.h"

#include "wall_clock.h"

#include <stdlib.h>
#include <string.h>

enum { CAPACITY_FIRST = 256 };

static uint64_t hash_of(const struct revision_table *table, char kind, const char *name);
static struct revision_row *slot_of(const struct revision_table *table, uint64_t hash);
static bool grow(struct revision_table *table);

void revision_table_init(struct revision_table *table)
{
    *table = (struct revision_table){0};
    random_bytes(&table->key, sizeof table->key);
}

void revision_table_clear(struct revision_table *table)
{
    free(table->rows);
    table->rows = NULL;
    table->count = table->capacity = 0;
}

bool revision_table_put(struct revision_table *table, char kind, const char *name, uint64_t revision)
{
    if (2 * table->count >= table->capacity && !grow(table))
        return false;
    uint64_t hash = hash_of(table, kind, name);
    struct revision_row *row = slot_of(table, hash);
    if (row->hash == 0)
        table->count++;
    *row = (struct revision_row){.hash = hash, .revision = revision};
    return true;
}

uint64_t revision_table_find(const struct revision_table *table, char kind, const char *name)
{
    return table->count == 0 ? 0 : slot_of(table, hash_of(table, kind, name))->revision;
}

static uint64_t hash_of(const struct revision_table *table, char kind, const char *name)
{
    uint64_t hash = siphash_64(table->key, name, strlen(name)) ^ (uint64_t)(unsigned char)kind;
    return hash ? hash : 1;
}

/* Its row, or the empty one where it belongs. At most half the rows are taken, so the walk ends. */
static struct revision_row *slot_of(const struct revision_table *table, uint64_t hash)
{
    uint64_t at = hash & (table->capacity - 1);
    while (table->rows[at].hash != 0 && table->rows[at].hash != hash)
        at = (at + 1) & (table->capacity - 1);
    return &table->rows[at];
}

static bool grow(struct revision_table *table)
{
    struct revision_table larger = *table;
    larger.capacity = table->capacity ? 2 * table->capacity : CAPACITY_FIRST;
    if (table->count >= REVISION_TABLE_MAX)
        return false;
    larger.rows = calloc(larger.capacity, sizeof *larger.rows);
    if (!larger.rows)
        return false;
    for (uint32_t i = 0; i < table->capacity; i++) {
        if (table->rows[i].hash != 0)
            *slot_of(&larger, table->rows[i].hash) = table->rows[i];
    }
    free(table->rows);
    *table = larger;
    return true;
}
