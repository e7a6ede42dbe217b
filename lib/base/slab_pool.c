/* SPDX-License-Identifier: Apache-2.0
 *
 * A slab lies at a multiple of its size, so a block's address tells its slab. Its first line is the slab's own:
 *
 *   | slab | block | block | block ... | rest |
 */
#define _DEFAULT_SOURCE   /* MAP_ANONYMOUS */
#include "slab_pool.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
enum { IS_SANITIZED = 1 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { IS_SANITIZED = 1 };
#else
enum { IS_SANITIZED = 0 };
#endif
#else
enum { IS_SANITIZED = 0 };
#endif

struct block { struct block *next; };

struct slab {
    struct slab *next, *prev;    /* among those with a free block */
    struct block *given;         /* given back */
    uint32_t used;               /* blocks in use */
    uint32_t untouched;          /* offset of the first block that was never taken */
};

static struct slab *map_slab(void);
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
    *pool = (struct slab_pool){0};
}

void slab_pool_fini(struct slab_pool *pool)
{
    for (int i = 0; i < SLAB_KINDS; i++) {
        for (struct slab *slab = pool->free[i], *next; slab; slab = next) {
            next = slab->next;
            assert(slab->used == 0);
            munmap(slab, SLAB_SIZE);
        }
    }
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
        slab = map_slab();
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
        munmap(slab, SLAB_SIZE);
    }
}

static struct slab *map_slab(void)
{
    char *start = mmap(NULL, 2 * SLAB_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
        return NULL;
    size_t before = (SLAB_SIZE - (uintptr_t)start % SLAB_SIZE) % SLAB_SIZE;
    if (before > 0)
        munmap(start, before);
    munmap(start + before + SLAB_SIZE, SLAB_SIZE - before);
    struct slab *slab = (struct slab *)(void *)(start + before);
    *slab = (struct slab){.untouched = SLAB_LINE};
    return slab;
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
