/* SPDX-License-Identifier: Apache-2.0
 *
 * core_memory - what a waiting lead with a payload of 400 bytes takes of the memory: by how much the process grows
 * (resident pages), and what the core counts (core_totals.memory_bytes).
 */
#ifndef CORE_MEMORY_H
#define CORE_MEMORY_H

#include <stdint.h>

enum { CORE_MEMORY_POINTS = 2, CORE_MEMORY_ASKED_BYTES = 700 };

/* Bytes a lead. The idempotency window has a bound of its own, whether leads wait or have ended: with_window counts the
 * lead's entry in it too, the others are of a core that remembers 1,000 ids. */
struct core_memory { uint32_t waiting; double grown, counted, with_window; };

/* Aborts without memory. */
void core_memory_measure(struct core_memory out[CORE_MEMORY_POINTS]);
void core_memory_print(const struct core_memory figures[CORE_MEMORY_POINTS]);
/* , "memory": [...] */
void core_memory_print_json(const struct core_memory figures[CORE_MEMORY_POINTS]);

#endif
