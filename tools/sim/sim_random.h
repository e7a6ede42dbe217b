/* SPDX-License-Identifier: Apache-2.0
 *
 * sim_random - all chance in a simulation comes from one seed. Draw once a
 * statement: compilers differ in the order of arguments and initializers.
 * SplitMix64 (Steele, Lea, Flood 2014). Threads: one owner.
 */
#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct sim_random { uint64_t state; };

static inline uint64_t sim_random_next(struct sim_random *random)
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* 0 .. bound - 1; bound > 0. */
static inline uint64_t sim_random_below(struct sim_random *random, uint64_t bound)
{
    return sim_random_next(random) % bound;
}

static inline bool sim_random_percent(struct sim_random *random, uint32_t percent)
{
    return sim_random_below(random, 100) < percent;
}

/* low .. high, both included. */
static inline uint64_t sim_random_between(struct sim_random *random, uint64_t low, uint64_t high)
{
    return low + sim_random_below(random, high - low + 1);
}

#endif
