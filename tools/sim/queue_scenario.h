/* SPDX-License-Identifier: Apache-2.0
 *
 * queue_scenario - a load and the desk that meets it, in the terms of queueing
 * theory: Poisson arrivals, exponential handling and patience.
 *
 * Leads are of `classes` kinds, equally likely; kind k needs skill k. Rep i has
 * skill i mod classes first, and `skills` in all: the others follow in a circle,
 * from a start that moves on with each rep of the same first skill, so that every
 * skill is as frequent as any other. A rep has one lead at a time.
 *
 * Times are seconds. The core counts whole milliseconds, but only orders by them
 * (who waits longest, who is idle longest), and leads of one millisecond stay in
 * the order of arrival; waits are measured on the simulator's own clock. So
 * rounding cannot change a wait but through the choice between reps who became
 * free in the same millisecond, which with means of seconds is rare and fair.
 */
#ifndef QUEUE_SCENARIO_H
#define QUEUE_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core_config.h"

enum { QUEUE_CLASSES_MAX = 32, QUEUE_REPS_MAX = 2000 };
#define QUEUE_NO_LIMIT UINT32_MAX

struct queue_scenario {
    uint32_t reps, classes, skills;
    double per_hour;             /* leads that arrive, all classes */
    double handling_s;           /* mean */
    double patience_s;           /* mean time until a waiting lead is cancelled by its source; 0: never */
    uint32_t room;               /* leads that may wait: above, its source does not publish. QUEUE_NO_LIMIT */
    double within_s;             /* for the share that is answered within this time */
    const char *policy;          /* NULL: the core's default */
    uint64_t arrivals, warm_up;  /* of each replication: measured, and before them not measured */
    uint32_t replications;       /* at most QUEUE_REPLICATIONS_MAX */
    uint64_t seed;
};

/* 10 reps, 8 erlang, 20 replications of 20,000 leads. */
void queue_scenario_default(struct queue_scenario *scenario);
/* False, with what is wrong in words; so is a load that has no steady state. */
bool queue_scenario_check(const struct queue_scenario *scenario, char *reason, size_t reason_size);
/* Rules in which nothing but the load decides: no offer or work runs out, no wrap-up. Reps are "r0", "r1"...
 * The caller frees it; without memory the program ends. */
struct core_config *queue_scenario_rules(const struct queue_scenario *scenario);
double queue_scenario_erlang(const struct queue_scenario *scenario);

#endif
