/* SPDX-License-Identifier: Apache-2.0
 *
 * A slab lies at a multiple of its size, so a block's address tells its slab. Its first line is the slab's own:
 *
 *   | slab | block | block | block ... | rest |
 *
 * The first slabs lie alone, on usual pages, of which only those that are used exist: what is unused of the last huge page
 * would be much beside them. More share huge pages, as looking for a page is a good part of the time that blocks take that are
 * far apart. The first slab of a huge page counts which are spare.
 */
#define _DEFAULT_SOURCE   /* MAP_ANONYMOUS */
#include "slab_pool.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "huge_pages.h"
#include "is_sanitized.h"

struct block { struct block *next; };

struct slab {
    struct slab *next, *prev;    /* among those with a free block, or the spare ones */
    struct block *given;         /* given back */
    uint32_t used;               /* blocks in use */
    uint32_t untouched;          /* offset of the first block that was never taken */
    struct slab *page;           /* the first of its huge page; NULL: it lies alone */
    uint32_t spare;              /* of a first one: how many of its page are */
};

enum { SLABS_OF_PAGE = HUGE_PAGE_SIZE / SLAB_SIZE };

static struct slab *take_slab(struct slab_pool *pool);
static void give_slab(struct slab_pool *pool, struct slab *slab);
static void unmap_page(struct slab_pool *pool, struct slab *page);
static void link_slab(struct slab **first, struct slab *slab);
static void unlink_slab(struct slab **first, struct slab *slab);

static size_t rounded(size_t size)
{
    return (size + SLAB_STEP - 1) / SLAB_STEP * SLAB_STEP;
}

static int is_full(const struct slab *slab, size_t block_size)
{
    return !slab->given && slab->untouched + block_size > SLAB_SIZE;
}

void slab_pool_init(struct slab_pool *pool)
{
    *pool = (struct slab_pool){.alone_max = SLABS_ALONE};
}

void slab_pool_fini(struct slab_pool *pool)
{
    for (int i = 0; i < SLAB_KINDS; i++) {
        for (struct slab *slab = pool->free[i], *next; slab; slab = next) {
            next = slab->next;
            assert(slab->used == 0);
            give_slab(pool, slab);
        }
    }
    while (pool->spare)
        unmap_page(pool, pool->spare->page);
    assert(pool->alone == 0 && pool->spare_count == 0);
    *pool = (struct slab_pool){0};
}

void *slab_pool_take(struct slab_pool *pool, size_t size)
{
    assert(size > 0);
    if (size > SLAB_BLOCK_MAX || IS_SANITIZED)
        return malloc(size);

    size_t block_size = rounded(size);
    struct slab **first = &pool->free[block_size / SLAB_STEP - 1], *slab = *first;
    if (!slab) {
        slab = take_slab(pool);
        if (!slab)
            return NULL;
        link_slab(first, slab);
    }
    void *block = slab->given;
    if (block) {
        slab->given = slab->given->next;
        __builtin_prefetch(slab->given, 1);   /* for who takes the next one: given back long ago, it is far away */
    } else {
        block = (char *)slab + slab->untouched;
        slab->untouched += (uint32_t)block_size;
    }
    slab->used++;
    if (is_full(slab, block_size))
        unlink_slab(first, slab);
    return block;
}

void slab_pool_give(struct slab_pool *pool, void *block, size_t size)
{
    if (!block || size > SLAB_BLOCK_MAX || IS_SANITIZED) {
        free(block);
        return;
    }
    size_t block_size = rounded(size);
    struct slab **first = &pool->free[block_size / SLAB_STEP - 1];
    struct slab *slab = (struct slab *)(void *)((char *)block - (uintptr_t)block % SLAB_SIZE);
    struct block *given = block;

    assert(slab->used > 0);
    if (is_full(slab, block_size))
        link_slab(first, slab);
    given->next = slab->given;
    slab->given = given;
    if (--slab->used == 0 && (slab->next || slab->prev)) {
        unlink_slab(first, slab);
        give_slab(pool, slab);
    }
}

static struct slab *map_alone(void)
{
    char *start = mmap(NULL, 2 * SLAB_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
        return NULL;
    size_t before = (SLAB_SIZE - (uintptr_t)start % SLAB_SIZE) % SLAB_SIZE;
    if (before > 0)
        munmap(start, before);
    munmap(start + before + SLAB_SIZE, SLAB_SIZE - before);
    return (struct slab *)(void *)(start + before);
}

/* Its slabs are spare. False without memory. */
static int map_page(struct slab_pool *pool)
{
    char *start = huge_pages_map(HUGE_PAGE_SIZE);
    struct slab *page = (struct slab *)(void *)start;
    if (!page)
        return 0;
    for (size_t at = HUGE_PAGE_SIZE; at > 0; at -= SLAB_SIZE) {
        struct slab *slab = (struct slab *)(void *)(start + at - SLAB_SIZE);
        slab->page = page;
        link_slab(&pool->spare, slab);
    }
    page->spare = SLABS_OF_PAGE;
    pool->spare_count += SLABS_OF_PAGE;
    return 1;
}

static void unmap_page(struct slab_pool *pool, struct slab *page)
{
    assert(page->spare == SLABS_OF_PAGE);
    for (size_t at = 0; at < HUGE_PAGE_SIZE; at += SLAB_SIZE)
        unlink_slab(&pool->spare, (struct slab *)(void *)((char *)page + at));
    pool->spare_count -= SLABS_OF_PAGE;
    huge_pages_unmap(page, HUGE_PAGE_SIZE);
}

/* All of its blocks untouched. NULL without memory. */
static struct slab *take_slab(struct slab_pool *pool)
{
    struct slab *slab = pool->spare;
    if (!slab && pool->alone < pool->alone_max) {
        slab = map_alone();
        pool->alone += slab ? 1 : 0;
    } else if (slab || map_page(pool)) {
        slab = pool->spare;
        unlink_slab(&pool->spare, slab);
        slab->page->spare--;
        pool->spare_count--;
    }
    if (slab)
        slab->untouched = SLAB_LINE;
    return slab;
}

/* Linked nowhere, with no block in use. */
static void give_slab(struct slab_pool *pool, struct slab *slab)
{
    struct slab *page = slab->page;
    if (!page) {
        pool->alone--;
        munmap(slab, SLAB_SIZE);
        return;
    }
    slab->given = NULL;
    link_slab(&pool->spare, slab);
    pool->spare_count++;
    if (++page->spare == SLABS_OF_PAGE && pool->spare_count > SLABS_OF_PAGE)
        unmap_page(pool, page);
}

static void link_slab(struct slab **first, struct slab *slab)
{
    slab->prev = NULL;
    slab->next = *first;
    if (slab->next)
        slab->next->prev = slab;
    *first = slab;
}

static void unlink_slab(struct slab **first, struct slab *slab)
{
    *(slab->prev ? &slab->prev->next : first) = slab->next;
    if (slab->next)
        slab->next->prev = slab->prev;
    slab->next = slab->prev = NULL;
}
