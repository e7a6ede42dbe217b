/* SPDX-License-Identifier: Apache-2.0
 *
 * chunk_pool - memory for blocks of one size that stay long: few cost little, and many lie on huge pages.
 *
 * Blocks begin at lines of the cache. They lie in chunks, the first of CHUNK_FIRST_SIZE, each other as large as all before
 * it up to a huge page; no chunk goes back to the system before the pool does. A block that is given back is the next taken.
 * Under the address sanitizer each block is malloc's, so that it sees who uses what is given back.
 * Threads: one owner.
 */
#ifndef CHUNK_POOL_H
#define CHUNK_POOL_H

#include <stddef.h>

enum { CHUNK_FIRST_SIZE = 16 * 1024 };

struct chunk;
struct given_block;

struct chunk_pool {
    struct chunk *last;               /* of the list of all, the newest */
    struct given_block *given;        /* given back */
    size_t block_size, untouched;     /* untouched: offset in the last chunk */
    size_t size, used;                /* of all chunks, in bytes; blocks in use */
};

/* block_size > 0, and half a CHUNK_FIRST_SIZE at most. */
void chunk_pool_init(struct chunk_pool *pool, size_t block_size);
/* All blocks must have been given back. */
void chunk_pool_fini(struct chunk_pool *pool);
/* Zeroed. NULL without memory. */
void *chunk_pool_take(struct chunk_pool *pool);
/* NULL is accepted. */
void chunk_pool_give(struct chunk_pool *pool, void *block);

#endif
