/* SPDX-License-Identifier: Apache-2.0
 *
 * file_limit - how many descriptors this process may have open. Threads: none; at the start of a process.
 */
#ifndef FILE_LIMIT_H
#define FILE_LIMIT_H

#include <stdint.h>

/* Raises the soft limit to the hard one, as a connection is a descriptor. Gives the limit then in force; 0: unknown. */
uint64_t file_limit_raise(void);

#endif
