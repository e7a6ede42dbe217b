/* SPDX-License-Identifier: Apache-2.0
 *
 * queue_stats - figures with their standard errors, from replications.
 *
 * Each figure is a ratio of two sums (waited leads over admitted leads). Over
 * replications that know nothing of each other, the ratio of the totals is the
 * estimate, and the scatter of each replication's numerator about estimate
 * times denominator gives its error.
 */
#ifndef QUEUE_STATS_H
#define QUEUE_STATS_H

#include <stdint.h>

enum { QUEUE_REPLICATIONS_MAX = 1000 };

struct queue_estimate { double value, error; };   /* error: standard error; 0 with a single replication */

/* What one replication saw of the leads that arrived while it was measuring. */
struct queue_tally {
    uint64_t arrivals, blocked;               /* arrivals = blocked + admitted */
    uint64_t admitted;                        /* admitted = answered + abandoned, when all have ended */
    uint64_t waited;                          /* admitted, and no rep at once */
    uint64_t abandoned, answered;
    uint64_t within;                          /* answered, having waited at most within_s */
    double wait_s;                            /* of all admitted, until answered or abandoned */
    double busy_s, span_s;                    /* reps' time with a lead; time measured */
};

enum queue_figure { QUEUE_BLOCKED, QUEUE_WAITED, QUEUE_ABANDONED, QUEUE_WAIT_S, QUEUE_WITHIN, QUEUE_OCCUPANCY, QUEUE_FIGURES };

void queue_tally_add(struct queue_tally *to, const struct queue_tally *tally);
/* Sum of a over sum of b; b's sum is above 0, else the estimate is 0. */
struct queue_estimate queue_stats_ratio(const double *a, const double *b, uint32_t count);
/* A figure over the replications; reps: how many can be busy at once. */
struct queue_estimate queue_stats_figure(enum queue_figure figure, const struct queue_tally *tallies, uint32_t count, uint32_t reps);

#endif
