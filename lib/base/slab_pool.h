/* SPDX-License-Identifier: Apache-2.0
 *
 * slab_pool - memory for many blocks of few sizes that come and go by the thousand.
 *
 * Sizes are rounded up to multiples of SLAB_STEP, to which blocks are aligned; what is a multiple of SLAB_LINE, a line of
 * the cache, is aligned to that. Blocks of one rounded size share slabs of SLAB_SIZE. Beyond the first SLABS_ALONE, slabs
 * share huge pages. A slab that nobody uses any more, but for the last of its size, can be of another size next, and a huge
 * page of such goes back to the system, if it is not the last. What is larger than SLAB_BLOCK_MAX comes from malloc. Taking
 * and giving cost a few instructions each.
 * Under the address sanitizer all of it is malloc's, so that it sees who uses what is given back.
 * Threads: one owner.
 */
#ifndef SLAB_POOL_H
#define SLAB_POOL_H

#include <stddef.h>

enum { SLAB_SIZE = 256 * 1024, SLAB_STEP = 16, SLAB_LINE = 64, SLAB_BLOCK_MAX = 1024, SLAB_KINDS = SLAB_BLOCK_MAX / SLAB_STEP, SLABS_ALONE = 192 };

struct slab;

struct slab_pool {
    struct slab *free[SLAB_KINDS];   /* slabs with a free block, by size */
    struct slab *spare;              /* of huge pages: of no size */
    size_t alone, alone_max;         /* slabs on pages of their own; SLABS_ALONE, unless a test wants fewer */
    size_t spare_count;
};

void slab_pool_init(struct slab_pool *pool);
/* All blocks must have been given back. */
void slab_pool_fini(struct slab_pool *pool);
/* Not zeroed. size > 0. NULL without memory. */
void *slab_pool_take(struct slab_pool *pool, size_t size);
/* size as it was taken. NULL is accepted. */
void slab_pool_give(struct slab_pool *pool, void *block, size_t size);

#endif
