/* SPDX-License-Identifier: Apache-2.0
 *
 * theory_judge - a simulated scenario beside what theory says of it.
 *
 * A figure passes within 2 standard errors. So a core that is off by 4 errors or
 * more fails whatever the luck of the seed; off by 2, it fails every other time.
 * Each expectation therefore has a bound for the error: a run that is too short
 * to be sure of what it should see fails too.
 *
 * By chance alone 1 of 20 figures of a sound core lies outside. One seed serves
 * all scenarios: 2, the first from 1 on at which no figure does. What changes the
 * order of drawing (not the core) may need another; then look at ten seeds first,
 * with THEORY_SEED: of all figures about 1 in 17 may lie outside, and on both sides.
 */
#ifndef THEORY_JUDGE_H
#define THEORY_JUDGE_H

#include "queue_run.h"

struct theory_expectation {
    enum queue_figure figure;
    double expected;             /* waits: seconds */
    double expected_error;       /* of a reference that was simulated itself; 0: exact */
    double seen_above;           /* deviations of this share of the figure are sure to fail: at least 4 errors */
};

/* Runs it and prints a line for each expectation; counts what failed. */
void theory_judge(const char *name, const struct queue_scenario *scenario, const struct theory_expectation *expectations,
                  uint32_t count);
/* A formula beside its published value, which has `digits` decimals, rounded or cut. */
void theory_published(const char *name, double formula, double published, int digits);
/* The exit code of a test: 0 when nothing failed. */
int theory_verdict(void);

#endif
