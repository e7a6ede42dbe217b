/* SPDX-License-Identifier: Apache-2.0 */
#include "chunk_pool.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "huge_pages.h"
#include "is_sanitized.h"

enum { LINE = 64 };   /* of the cache: the first of a chunk is its own */

struct chunk { struct chunk *before; size_t size; };
struct given_block { struct given_block *next; };

void chunk_pool_init(struct chunk_pool *pool, size_t block_size)
{
    assert(block_size > 0 && block_size <= CHUNK_FIRST_SIZE / 2);
    *pool = (struct chunk_pool){.block_size = (block_size + LINE - 1) / LINE * LINE};
}

void chunk_pool_fini(struct chunk_pool *pool)
{
    assert(pool->used == 0);
    for (struct chunk *chunk = pool->last, *before; chunk; chunk = before) {
        before = chunk->before;
        huge_pages_unmap(chunk, chunk->size);
    }
    *pool = (struct chunk_pool){0};
}

static int add_chunk(struct chunk_pool *pool)
{
    size_t size = pool->size == 0 ? CHUNK_FIRST_SIZE : pool->size < HUGE_PAGE_SIZE ? pool->size : HUGE_PAGE_SIZE;
    struct chunk *chunk = huge_pages_map(size);
    if (!chunk)
        return 0;
    *chunk = (struct chunk){.before = pool->last, .size = size};
    pool->last = chunk;
    pool->untouched = LINE;
    pool->size += size;
    return 1;
}

static void *take_untouched(struct chunk_pool *pool)
{
    if ((!pool->last || pool->untouched + pool->block_size > pool->last->size) && !add_chunk(pool))
        return NULL;
    void *block = (char *)pool->last + pool->untouched;
    pool->untouched += pool->block_size;
    return block;
}

void *chunk_pool_take(struct chunk_pool *pool)
{
    void *block = pool->given;
    if (IS_SANITIZED)
        block = calloc(1, pool->block_size);
    else if (block)
        pool->given = pool->given->next;
    else
        block = take_untouched(pool);
    if (!block)
        return NULL;
    pool->used++;
    return memset(block, 0, pool->block_size);
}

void chunk_pool_give(struct chunk_pool *pool, void *block)
{
    struct given_block *given = block;
    if (!block)
        return;
    assert(pool->used > 0);
    pool->used--;
    if (IS_SANITIZED) {
        free(block);
        return;
    }
    given->next = pool->given;
    pool->given = given;
}
