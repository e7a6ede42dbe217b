/* SPDX-License-Identifier: Apache-2.0
 *
 * Skills: 6 kinds of leads, 8.4 a minute in all, 10 minutes each; 90 reps, each
 * skill first of 15 of them; room for 30 more. The longest idle rep who can
 * serve it gets a lead, a free rep the longest waiting lead that they can serve
 * (the scenario of Wallace and Whitt 2005).
 *
 * With all skills everywhere this is M/M/90/120. With one skill a rep it is six
 * desks that share the room, which has a product form. Between these two ends
 * there is no formula: the reference was simulated, with about 2 % noise.
 */
#include <stdio.h>

#include "erlang.h"
#include "theory_judge.h"

static struct queue_scenario scenario_of(uint32_t skills, uint64_t arrivals)
{
    struct queue_scenario scenario;
    queue_scenario_default(&scenario);
    scenario.reps = 90;
    scenario.classes = 6;
    scenario.skills = skills;
    scenario.policy = "longest_idle";
    scenario.per_hour = 8.4 * 60;
    scenario.room = 30;
    scenario.within_s = 30;
    scenario.warm_up = 5000;    /* an hour of 504 leads is 6 handling times; the memory of M/M/90 at this load is 10 */
    scenario.arrivals = arrivals;
    scenario.replications = 20;
    return scenario;
}

static void judge_exact(const char *name, uint32_t skills, const struct queue_theory *theory, uint64_t arrivals)
{
    struct queue_scenario scenario = scenario_of(skills, arrivals);
    theory_judge(name, &scenario, (struct theory_expectation[]){
        {QUEUE_BLOCKED, theory->blocked, 0, 0.27},
        {QUEUE_WAITED, theory->waited, 0, 0.05},
        {QUEUE_WAIT_S, theory->wait * scenario.handling_s, 0, 0.09},
        {QUEUE_WITHIN, theory->within, 0, 0.025},
        {QUEUE_OCCUPANCY, theory->occupancy, 0, 0.005}}, 5);
}

static void judge_simulated(const char *name, uint32_t skills, double blocked, double wait_min, double within, uint64_t arrivals)
{
    const double noise = 0.02;
    struct queue_scenario scenario = scenario_of(skills, arrivals);
    theory_judge(name, &scenario, (struct theory_expectation[]){
        {QUEUE_BLOCKED, blocked, noise * blocked, 0.32},
        {QUEUE_WAIT_S, wait_min * 60, noise * wait_min * 60, 0.15},
        {QUEUE_WITHIN, within, noise * (1 - within), 0.06}}, 3);
}

int main(void)
{
    const double half_a_minute = 0.05;   /* in handling times */
    struct queue_theory apart = erlang_pools(6, 14, 15, 120, half_a_minute), together = erlang_limited(84, 90, 120, half_a_minute);

    theory_published("M/M/90/120 blocked", together.blocked, 0.003643, 6);
    theory_published("M/M/90/120 waited", together.waited, 0.37971, 5);
    theory_published("M/M/90/120 wait, min", together.wait * 10, 0.45002, 5);
    theory_published("M/M/90/120 within", together.within, 0.7329, 4);
    judge_exact("one skill a rep", 1, &apart, 40000);
    judge_simulated("two skills a rep", 2, 0.0042, 0.57, 0.680, 50000);
    judge_simulated("three skills a rep", 3, 0.0039, 0.48, 0.716, 50000);
    judge_exact("all six skills: M/M/90/120", 6, &together, 100000);
    return theory_verdict();
}
