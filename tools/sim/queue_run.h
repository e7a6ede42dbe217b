/* SPDX-License-Identifier: Apache-2.0
 *
 * queue_run - runs a scenario: replications of the core under a load, each from
 * an empty desk and with chances of its own.
 *
 * A replication lets `warm_up` leads pass, measures the next `arrivals`, and goes
 * on with more of them until the last measured one is begun or has given up.
 * Threads: one owner.
 */
#ifndef QUEUE_RUN_H
#define QUEUE_RUN_H

#include "queue_scenario.h"
#include "queue_stats.h"

enum queue_fate { QUEUE_IS_BLOCKED, QUEUE_IS_ANSWERED, QUEUE_IS_ABANDONED };

/* How a measured lead's wait ended; told in the order of ends. lead: 0, 1... from the replication's first arrival. */
struct queue_end { uint64_t lead; enum queue_fate fate; double wait_s; };

struct queue_observer { void *context; void (*ended)(void *context, uint32_t replication, const struct queue_end *end); };

struct queue_result {
    struct queue_estimate figures[QUEUE_FIGURES];
    struct queue_tally total;      /* over all replications */
    char fault[160];
};

/* observer may be NULL. False: the core did what a queue does not, or the desk overflowed; fault says what.
 * The scenario passed queue_scenario_check. */
bool queue_run(const struct queue_scenario *scenario, const struct queue_observer *observer, struct queue_result *out);

#endif
