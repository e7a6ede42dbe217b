/* SPDX-License-Identifier: Apache-2.0
 *
 * zero_bytes - clears some hundred bytes of a struct, many times a second. Threads: any.
 */
#ifndef ZERO_BYTES_H
#define ZERO_BYTES_H

#include <stddef.h>
#include <string.h>

/* As memset, and always the library's: for a size that they know compilers put in a loop or a slow instruction of the processor. */
static inline void zero_bytes(void *to, size_t size)
{
    __asm__("" : "+r"(size));   /* not known any more */
    memset(to, 0, size);
}

#endif
