/* SPDX-License-Identifier: Apache-2.0
 *
 * ops_names - names of reps, queues, sources and causes as numbers: each once, however many leads have it. Number 0 is "".
 *
 * Grows to OPS_NAMES_MAX; a name that finds no room is 0. Names are never forgotten: they are those of a desk's rules.
 * Threads: one owner.
 */
#ifndef OPS_NAMES_H
#define OPS_NAMES_H

#include "arena.h"
#include "index_table.h"
#include "siphash.h"

enum { OPS_NAMES_MAX = 65536 };

struct ops_names {
    struct arena arena;
    struct index_table index;
    struct siphash_key key;
    const char **texts;
    uint32_t count, capacity;
};

/* Errors: LW_NO_MEMORY. */
LW_MUST_CHECK lw_status ops_names_init(struct ops_names *names);
void ops_names_fini(struct ops_names *names);
/* Finds or makes. */
uint32_t ops_names_number(struct ops_names *names, const char *text);
/* 0: there is none such. */
uint32_t ops_names_find(const struct ops_names *names, const char *text);
/* Never NULL. */
const char *ops_names_text(const struct ops_names *names, uint32_t number);

#endif
