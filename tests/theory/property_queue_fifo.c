/* SPDX-License-Identifier: Apache-2.0
 *
 * One kind of lead, first come first served: each lead's wait is known without a
 * core or a calendar, from when the reps become free (Kiefer and Wolfowitz 1955).
 * The simulated core must give every lead exactly that wait, to the last bit.
 */
#include <assert.h>
#include <math.h>

#include "../property/seeded.h"
#include "queue_random.h"
#include "queue_run.h"

enum { LEADS = 600, IN_SYSTEM_MAX = LEADS + 100 };

struct check {
    struct queue_end expected[LEADS];
    bool told[LEADS];
    uint64_t warm_up;
    struct queue_tally tally;
};

/* ---- the slow twin ---- */

struct twin {
    const struct queue_scenario *scenario;
    double free_s[16];                 /* when each rep becomes free */
    double leaves_s[IN_SYSTEM_MAX];    /* of everybody who came and was let in */
    uint32_t let_in;
};

static uint32_t in_system(const struct twin *twin, double at_s)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < twin->let_in; i++)
        count += twin->leaves_s[i] > at_s;
    return count;
}

static double *first_free(struct twin *twin)
{
    double *first = &twin->free_s[0];
    for (uint32_t i = 1; i < twin->scenario->reps; i++) {
        if (twin->free_s[i] < *first)
            first = &twin->free_s[i];
    }
    return first;
}

static struct queue_end twin_arrive(struct twin *twin, double at_s, double handling_s, double patience_s)
{
    const struct queue_scenario *scenario = twin->scenario;
    if (scenario->room != QUEUE_NO_LIMIT && in_system(twin, at_s) >= scenario->reps + scenario->room)
        return (struct queue_end){.fate = QUEUE_IS_BLOCKED};
    double *rep = first_free(twin);
    double begins_s = *rep > at_s ? *rep : at_s, gives_up_s = scenario->patience_s > 0 ? at_s + patience_s : INFINITY;
    bool abandons = begins_s > gives_up_s;
    twin->leaves_s[twin->let_in++] = abandons ? gives_up_s : begins_s + handling_s;
    if (abandons)
        return (struct queue_end){.fate = QUEUE_IS_ABANDONED, .wait_s = gives_up_s - at_s};
    *rep = begins_s + handling_s;
    return (struct queue_end){.fate = QUEUE_IS_ANSWERED, .wait_s = begins_s - at_s};
}

static void expect(const struct queue_scenario *scenario, uint32_t replication, struct check *check)
{
    struct twin twin = {.scenario = scenario};
    struct queue_random random = queue_random_open(scenario->seed, replication);
    double at_s = 0;
    for (uint64_t i = 0; i < scenario->warm_up + scenario->arrivals; i++) {
        at_s += queue_random_exponential(&random.arrivals, 3600 / scenario->per_hour);
        double handling_s = queue_random_exponential(&random.handling, scenario->handling_s);
        double patience_s = queue_random_exponential(&random.patience, scenario->patience_s);
        struct queue_end end = twin_arrive(&twin, at_s, handling_s, patience_s);
        if (i >= scenario->warm_up)
            check->expected[i - scenario->warm_up] = end;
    }
}

/* ---- the simulator beside it ---- */

static void ended(void *context, uint32_t replication, const struct queue_end *end)
{
    struct check *check = context;
    uint64_t at = end->lead - check->warm_up;
    MUST_HOLD(replication == 0 && at < LEADS && !check->told[at]);
    check->told[at] = true;
    MUST_HOLD(end->fate == check->expected[at].fate);
    MUST_HOLD(end->wait_s == check->expected[at].wait_s);
    check->tally.blocked += end->fate == QUEUE_IS_BLOCKED;
    check->tally.answered += end->fate == QUEUE_IS_ANSWERED;
    check->tally.abandoned += end->fate == QUEUE_IS_ABANDONED;
    check->tally.waited += end->wait_s > 0;
    check->tally.wait_s += end->wait_s;
}

static struct queue_scenario draw_scenario(struct seeded *random)
{
    struct queue_scenario scenario;
    queue_scenario_default(&scenario);
    scenario.reps = 1 + (uint32_t)seeded_below(random, 12);
    scenario.handling_s = 1 + (double)seeded_below(random, 1000);
    uint64_t load_percent = 40 + seeded_below(random, 100);
    scenario.per_hour = (double)load_percent / 100 * scenario.reps * 3600 / scenario.handling_s;
    bool has_patience = seeded_below(random, 2) == 0;
    scenario.patience_s = has_patience ? 1 + (double)seeded_below(random, 2000) : 0;
    bool has_room = seeded_below(random, 2) == 0 || (!has_patience && load_percent >= 100);
    scenario.room = has_room ? (uint32_t)seeded_below(random, 10) : QUEUE_NO_LIMIT;
    scenario.warm_up = seeded_below(random, 50);
    scenario.arrivals = LEADS;
    scenario.replications = 1;
    scenario.seed = seeded_next(random);
    return scenario;
}

static void round_of_waits(struct seeded *random)
{
    static struct check check;
    struct queue_result result;
    char reason[160];
    struct queue_scenario scenario = draw_scenario(random);
    check = (struct check){.warm_up = scenario.warm_up};

    MUST_HOLD(queue_scenario_check(&scenario, reason, sizeof reason));
    expect(&scenario, 0, &check);
    MUST_HOLD(queue_run(&scenario, &(struct queue_observer){&check, ended}, &result));
    for (uint32_t i = 0; i < LEADS; i++)
        MUST_HOLD(check.told[i]);
    const struct queue_tally *total = &result.total;
    MUST_HOLD(total->arrivals == LEADS && total->admitted == LEADS - total->blocked);
    MUST_HOLD(total->blocked == check.tally.blocked && total->answered == check.tally.answered);
    MUST_HOLD(total->abandoned == check.tally.abandoned && total->waited == check.tally.waited);
    MUST_HOLD(total->wait_s == check.tally.wait_s);
}

int main(int argc, char **argv)
{
    return seeded_main(argc, argv, 60, round_of_waits);
}
