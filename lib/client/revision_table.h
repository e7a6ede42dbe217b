/* SPDX-License-Identifier: Apache-2.0
 *
 * revision_table - the revision of each row of a snapshot, until the events have passed it.
 *
 * A snapshot is taken in pages while the desk goes on, so a row of a later page
 * may be newer than an event that is still to come. Keys are 64-bit hashes under
 * a random key: a clash, one in billions, would drop one event of another lead
 * whose revision is not higher.
 * Grows by doubling, at most REVISION_TABLE_MAX rows. Threads: one owner.
 */
#ifndef REVISION_TABLE_H
#define REVISION_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "siphash.h"

enum { REVISION_TABLE_MAX = 1 << 21 };

struct revision_row { uint64_t hash, revision; };   /* hash 0: empty */

struct revision_table {
    struct siphash_key key;
    struct revision_row *rows;
    uint32_t count, capacity;
};

void revision_table_init(struct revision_table *table);
/* Frees the rows; the table can be filled again. */
void revision_table_clear(struct revision_table *table);
/* kind tells leads from reps of the same name. False when it is full or there is no memory. */
bool revision_table_put(struct revision_table *table, char kind, const char *name, uint64_t revision);
/* 0 when there is no such row. */
uint64_t revision_table_find(const struct revision_table *table, char kind, const char *name);

#endif
