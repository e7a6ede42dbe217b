/* SPDX-License-Identifier: Apache-2.0
 *
 * huge_pages - memory by the megabyte, on pages of 2 MiB where the kernel has them.
 *
 * What is far apart lies on a page of its own: on pages of 4 KiB a good part of the time of reaching it is the search for
 * the page. Where there are no huge pages nothing is lost. What is smaller than one comes on usual pages.
 * Threads: any.
 */
#ifndef HUGE_PAGES_H
#define HUGE_PAGES_H

#include <stddef.h>

#define HUGE_PAGE_SIZE ((size_t)2 * 1024 * 1024)

/* Zeroed; from HUGE_PAGE_SIZE on it begins at a multiple of that. size > 0. NULL without memory. */
void *huge_pages_map(size_t size);
/* size as it was mapped. NULL is accepted. */
void huge_pages_unmap(void *start, size_t size);

#endif
