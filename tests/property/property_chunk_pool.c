/* SPDX-License-Identifier: Apache-2.0
 *
 * The twin is what each block was filled with: nobody else may have written there, and what is taken is zeroed.
 */
#include <stdbool.h>

#include "chunk_pool.h"
#include "seeded.h"

enum { BLOCKS = 2000, STEPS = 8000, BLOCK_MAX = CHUNK_FIRST_SIZE / 2 };

struct held { uint8_t *block, filling; };

static void check(const uint8_t *block, size_t size, uint8_t filling)
{
    for (size_t i = 0; i < size; i++)
        MUST_HOLD(block[i] == filling);
}

static void give(struct chunk_pool *pool, size_t size, struct held *held)
{
    check(held->block, size, held->filling);
    chunk_pool_give(pool, held->block);
    held->block = NULL;
}

static void take(struct chunk_pool *pool, size_t size, struct held *held, struct seeded *random)
{
    held->block = chunk_pool_take(pool);
    held->filling = (uint8_t)seeded_next(random);
    MUST_HOLD(held->block && (uintptr_t)held->block % 16 == 0);
    check(held->block, size, 0);
    memset(held->block, held->filling, size);
}

/* Fills up and drains by turns: from one chunk to some of a huge page. */
static void round_of(struct seeded *random)
{
    static struct held held[BLOCKS];
    struct chunk_pool pool;
    size_t size = seeded_below(random, 4) == 0 ? BLOCK_MAX : 1 + (size_t)seeded_below(random, BLOCK_MAX);
    chunk_pool_init(&pool, size);
    for (int step = 0; step < STEPS; step++) {
        struct held *one = &held[seeded_below(random, BLOCKS)];
        bool fills = step / 2000 % 2 == 0;
        if (one->block && (!fills || seeded_below(random, 4) == 0))
            give(&pool, size, one);
        else if (!one->block && (fills || seeded_below(random, 4) == 0))
            take(&pool, size, one, random);
    }
    chunk_pool_give(&pool, NULL);
    for (int i = 0; i < BLOCKS; i++) {
        if (held[i].block)
            give(&pool, size, &held[i]);
    }
    MUST_HOLD(pool.used == 0);
    chunk_pool_fini(&pool);
}

int main(int argc, char **argv)
{
    return seeded_main(argc, argv, 5, round_of);
}
