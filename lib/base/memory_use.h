/* SPDX-License-Identifier: Apache-2.0
 *
 * memory_use - how much memory this process has, and how much it may have. Threads: none shared.
 */
#ifndef MEMORY_USE_H
#define MEMORY_USE_H

#include <stdint.h>

/* Pages that are in memory, in bytes; 0: the system does not say. Costs some microseconds. */
uint64_t memory_use_resident(void);
/* What the control group of this process may have in bytes, or any above it; UINT64_MAX: it is not bounded. */
uint64_t memory_use_group_max(void);
/* What the machine has. */
uint64_t memory_use_machine(void);

#endif
