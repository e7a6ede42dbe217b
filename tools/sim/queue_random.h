/* SPDX-License-Identifier: Apache-2.0
 *
 * queue_random - the chances of a load, one stream for each purpose: another
 * handling time then leaves the arrivals as they were, so that two scenarios
 * with the same seed differ by what was changed and not by luck.
 * Threads: one owner.
 */
#ifndef QUEUE_RANDOM_H
#define QUEUE_RANDOM_H

#include <math.h>

#include "sim_random.h"

struct queue_random { struct sim_random arrivals, handling, patience, classes; };

/* Replications of one seed have nothing in common. */
static inline struct queue_random queue_random_open(uint64_t seed, uint32_t replication)
{
    struct sim_random seeder = {.state = seed};
    seeder.state = sim_random_next(&seeder) + replication;
    seeder.state = sim_random_next(&seeder);
    struct queue_random random;
    random.arrivals.state = sim_random_next(&seeder);
    random.handling.state = sim_random_next(&seeder);
    random.patience.state = sim_random_next(&seeder);
    random.classes.state = sim_random_next(&seeder);
    return random;
}

/* By inversion, from 53 bits: at most 36.7 means. */
static inline double queue_random_exponential(struct sim_random *random, double mean)
{
    double uniform = (double)(sim_random_next(random) >> 11) * 0x1p-53;   /* 0 <= uniform < 1 */
    return -mean * log1p(-uniform);
}

#endif
