/* SPDX-License-Identifier: Apache-2.0
 *
 * top_names - names in the order in which they came, found by bisection: an index that stays. Threads: one owner.
 */
#ifndef TOP_NAMES_H
#define TOP_NAMES_H

#include <leadwire/lead.h>
#include <stdint.h>

enum { TOP_NAME_SIZE = LW_NAME_MAX + 1 };
#define TOP_NAME_NONE UINT32_MAX

struct top_names {
    char (*names)[TOP_NAME_SIZE];   /* by index */
    uint32_t *sorted;               /* indexes, by name */
    uint32_t count, room;
};

void top_names_fini(struct top_names *names);
/* The name's index, a new one if need be. TOP_NAME_NONE: max are there, or no memory. */
uint32_t top_names_put(struct top_names *names, const char *name, uint32_t max);

#endif
