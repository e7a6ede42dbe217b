/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE   /* MAP_ANONYMOUS, madvise */
#include "huge_pages.h"

#include <assert.h>
#include <stdint.h>
#include <sys/mman.h>

/* Begins and ends at huge pages, or the kernel would use none at the ends. */
void *huge_pages_map(size_t size)
{
    assert(size > 0);
    size_t spare = size >= HUGE_PAGE_SIZE ? HUGE_PAGE_SIZE : 0;
    char *start = mmap(NULL, size + spare, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (start == MAP_FAILED)
        return NULL;
    if (spare == 0)
        return start;
    size_t before = (HUGE_PAGE_SIZE - (uintptr_t)start % HUGE_PAGE_SIZE) % HUGE_PAGE_SIZE;
    if (before > 0)
        munmap(start, before);
    munmap(start + before + size, spare - before);
    (void)madvise(start + before, size, MADV_HUGEPAGE);
    return start + before;
}

void huge_pages_unmap(void *start, size_t size)
{
    if (start)
        munmap(start, size);
}
