/* SPDX-License-Identifier: Apache-2.0
 *
 * Erlang A: who waits too long gives up; its source cancels the lead. A lead
 * that is gone frees nobody, keeps nobody from the next, and is not served.
 * The time to answer within is about the mean wait of those who wait.
 */
#include <stdio.h>

#include "erlang.h"
#include "theory_judge.h"

static const struct {
    double a, theta; uint32_t c;
    double published[4];          /* waited, abandoned, wait, occupancy */
    double seen_above[3];         /* waited, abandoned, wait: deviations that are sure to fail */
    uint64_t arrivals;
} rows[] = {
    {10, 1, 10, {0.542070, 0.125110, 0.125110, 0.874890}, {0.035, 0.055, 0.06}, 10000},
    {12, 1, 10, {0.757608, 0.213632, 0.213632, 0.943641}, {0.025, 0.04, 0.05}, 10000},
    {50, 0.5, 50, {0.601168, 0.046685, 0.093369, 0.953315}, {0.07, 0.13, 0.14}, 15000},
    {100, 2, 110, {0.147185, 0.011772, 0.005886, 0.898388}, {0.14, 0.18, 0.18}, 25000},
};

int main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double t = rows[i].published[2] / rows[i].published[0];
        struct queue_theory theory = erlang_a(rows[i].a, rows[i].c, rows[i].theta, t);
        char name[60];
        struct queue_scenario scenario;
        queue_scenario_default(&scenario);
        scenario.reps = rows[i].c;
        scenario.per_hour = rows[i].a * 3600 / scenario.handling_s;
        scenario.within_s = t * scenario.handling_s;
        scenario.patience_s = scenario.handling_s / rows[i].theta;
        scenario.warm_up = 20 * rows[i].c;
        scenario.arrivals = rows[i].arrivals;
        scenario.replications = 30;
        snprintf(name, sizeof name, "Erlang A, %.0f erlang, %u reps, theta %.1f", rows[i].a, rows[i].c, rows[i].theta);
        theory_published(name, theory.waited, rows[i].published[0], 6);
        theory_published(name, theory.abandoned, rows[i].published[1], 6);
        theory_published(name, theory.wait, rows[i].published[2], 6);
        theory_published(name, theory.occupancy, rows[i].published[3], 6);
        theory_published("within any time: all but who gave up", erlang_a(rows[i].a, rows[i].c, rows[i].theta, 1e6).within,
                         1 - theory.abandoned, 9);
        theory_judge(name, &scenario, (struct theory_expectation[]){
            {QUEUE_WAITED, theory.waited, 0, rows[i].seen_above[0]},
            {QUEUE_ABANDONED, theory.abandoned, 0, rows[i].seen_above[1]},
            {QUEUE_WAIT_S, theory.wait * scenario.handling_s, 0, rows[i].seen_above[2]},
            {QUEUE_WITHIN, theory.within, 0, 0.055},
            {QUEUE_OCCUPANCY, theory.occupancy, 0, 0.01}}, 5);
    }
    return theory_verdict();
}
