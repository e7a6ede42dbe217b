/* SPDX-License-Identifier: Apache-2.0
 *
 * Erlang B: nobody may wait. The core gives each lead to a free rep at once, as
 * long as there is one: it neither keeps a rep longer than the lead takes nor
 * overlooks one.
 */
#include <stdio.h>

#include "erlang.h"
#include "theory_judge.h"

static const struct { double a; uint32_t c; double published, seen_above; } rows[] = {
    {4, 5, 0.199067, 0.025},
    {8, 10, 0.121661, 0.04},
    {18, 20, 0.109213, 0.06},
    {40, 45, 0.054301, 0.12},
    {84, 90, 0.044620, 0.145},
    {90, 100, 0.026957, 0.18},
};

int main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double a = rows[i].a, blocked = erlang_b(a, rows[i].c);
        char name[40];
        struct queue_scenario scenario;
        queue_scenario_default(&scenario);
        scenario.reps = rows[i].c;
        scenario.per_hour = a * 3600 / scenario.handling_s;
        scenario.room = 0;
        scenario.warm_up = 20 * rows[i].c;   /* 20 handling times: many times what the memory of such a desk is */
        scenario.arrivals = 10000;
        scenario.replications = 30;
        snprintf(name, sizeof name, "Erlang B, %.0f erlang, %u reps", a, rows[i].c);
        theory_published(name, blocked, rows[i].published, 6);
        theory_judge(name, &scenario, (struct theory_expectation[]){
            {QUEUE_BLOCKED, blocked, 0, rows[i].seen_above},
            {QUEUE_OCCUPANCY, a * (1 - blocked) / rows[i].c, 0, 0.012}}, 2);
    }
    return theory_verdict();
}
