/* SPDX-License-Identifier: Apache-2.0
 *
 * The twin is what each block was filled with: nobody else may have written there.
 */
#include <stdbool.h>

#include "seeded.h"
#include "slab_pool.h"

enum { BLOCKS = 3000, STEPS = 20000 };

struct held { uint8_t *block; size_t size; uint8_t filling; };

static void check(const struct held *held)
{
    for (size_t i = 0; i < held->size; i++)
        MUST_HOLD(held->block[i] == held->filling);
}

static void give(struct slab_pool *pool, struct held *held)
{
    check(held);
    slab_pool_give(pool, held->block, held->size);
    held->block = NULL;
}

static size_t draw_size(struct seeded *random)
{
    switch (seeded_below(random, 4)) {
    case 0: return 64;
    case 1: return 1 + (size_t)seeded_below(random, 3 * SLAB_BLOCK_MAX);
    case 2: return SLAB_BLOCK_MAX - 1 + (size_t)seeded_below(random, 3);
    default: return 400 + (size_t)seeded_below(random, 100);
    }
}

static void take(struct slab_pool *pool, struct held *held, struct seeded *random)
{
    held->size = draw_size(random);
    held->filling = (uint8_t)seeded_next(random);
    held->block = slab_pool_take(pool, held->size);
    MUST_HOLD(held->block && (uintptr_t)held->block % 16 == 0);
    memset(held->block, held->filling, held->size);
}

/* Fills up and drains by turns, so that slabs become full, and empty. */
static void round_of(struct seeded *random)
{
    static struct held held[BLOCKS];
    struct slab_pool pool;
    slab_pool_init(&pool);
    pool.alone_max = seeded_below(random, 2) == 0 ? pool.alone_max : 4;
    for (int step = 0; step < STEPS; step++) {
        struct held *one = &held[seeded_below(random, BLOCKS)];
        bool fills = step / 4000 % 2 == 0;
        if (one->block && (!fills || seeded_below(random, 4) == 0))
            give(&pool, one);
        else if (!one->block && (fills || seeded_below(random, 4) == 0))
            take(&pool, one, random);
    }
    slab_pool_give(&pool, NULL, 64);
    for (int i = 0; i < BLOCKS; i++) {
        if (held[i].block)
            give(&pool, &held[i]);
    }
    slab_pool_fini(&pool);
}

int main(int argc, char **argv)
{
    return seeded_main(argc, argv, 20, round_of);
}
