/* SPDX-License-Identifier: Apache-2.0
 *
 * Erlang C: all wait as long as it takes. The share that waits and the mean wait
 * do not depend on who is served first, as long as a free rep never stands
 * beside a waiting lead; the share that is answered within a time does: it is
 * right only if who waits longest comes first.
 */
#include <stdio.h>

#include "erlang.h"
#include "theory_judge.h"

/* The time to answer within is a mean wait of those who wait: 1 / (c - a). */
static const struct {
    double a; uint32_t c; double published_waited, published_wait;
    double waited_above, wait_above;   /* deviations that are sure to fail */
    uint64_t arrivals;
} rows[] = {
    {4, 5, 0.554113, 0.554113, 0.025, 0.075, 30000},
    {8, 10, 0.409180, 0.204590, 0.04, 0.10, 30000},
    {18, 20, 0.550769, 0.275385, 0.045, 0.14, 40000},
    {40, 45, 0.340706, 0.068141, 0.08, 0.20, 40000},
    {84, 90, 0.411957, 0.068660, 0.065, 0.23, 60000},
    {90, 100, 0.216940, 0.021694, 0.09, 0.21, 60000},
};

int main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double a = rows[i].a, t = 1 / (rows[i].c - a);
        struct queue_theory theory = erlang_c(a, rows[i].c, t);
        char name[40];
        struct queue_scenario scenario;
        queue_scenario_default(&scenario);
        scenario.reps = rows[i].c;
        scenario.per_hour = a * 3600 / scenario.handling_s;
        scenario.within_s = t * scenario.handling_s;
        scenario.warm_up = 100 * rows[i].c;
        scenario.arrivals = rows[i].arrivals;
        scenario.replications = 20;
        snprintf(name, sizeof name, "Erlang C, %.0f erlang, %u reps", a, rows[i].c);
        theory_published(name, theory.waited, rows[i].published_waited, 6);
        theory_published(name, theory.wait, rows[i].published_wait, 6);
        theory_judge(name, &scenario, (struct theory_expectation[]){
            {QUEUE_WAITED, theory.waited, 0, rows[i].waited_above},
            {QUEUE_WAIT_S, theory.wait * scenario.handling_s, 0, rows[i].wait_above},
            {QUEUE_WITHIN, theory.within, 0, 0.035},
            {QUEUE_OCCUPANCY, theory.occupancy, 0, 0.01}}, 4);
    }
    return theory_verdict();
}
