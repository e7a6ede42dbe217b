/* SPDX-License-Identifier: Apache-2.0
 *
 * Every policy's compare is a total order over random reps, and the rep it puts
 * first is the one that a twin finds by throwing out, key by key, whoever is not best.
 */
#include <stdbool.h>

#include "../property/seeded.h"
#include "policies.h"

enum { REPS = 12 };

/* Smaller is better; by the words of the documents, not by the code. */
static uint64_t key(const char *policy, int at, const struct policy_rep *rep)
{
    /* Capacities are 1 to 10: 2520 is a multiple of all, so shares compare as whole numbers. */
    if (at == 0 && (strcmp(policy, "least_loaded") == 0 || strcmp(policy, "broadcast") == 0))
        return (uint64_t)rep->load * (2520 / rep->capacity);
    if (at == 0 && strcmp(policy, "most_skilled") == 0)
        return 1000 - rep->levels;
    if (at == 0 && strcmp(policy, "top_down") == 0)
        return rep->tier;
    if (at == 0 && strcmp(policy, "round_robin") == 0)
        return rep->is_past;
    if (at == 1 && strcmp(policy, "round_robin") == 0)
        return rep->number;
    /* Shares are 1 to 10 here, too. */
    if (at == 0 && strcmp(policy, "weighted") == 0)
        return (rep->is_ahead ? UINT64_C(1) << 61 : 0) + (uint64_t)((rep->account + POLICY_LEAD) * (2520 / rep->share) + (INT64_C(1) << 59));
    if (at == 0 && strcmp(policy, "best_pair") == 0)
        return 1000 - rep->rate;
    return at == 0 ? 0 : at == 1 ? rep->idle_since_ms : rep->number;
}

static uint32_t best_by_elimination(const char *policy, const struct policy_rep *reps, uint32_t count)
{
    bool out[REPS] = {false};
    for (int at = 0; at < 3; at++) {
        uint64_t least = UINT64_MAX;
        for (uint32_t i = 0; i < count; i++) {
            if (!out[i] && key(policy, at, &reps[i]) < least)
                least = key(policy, at, &reps[i]);
        }
        for (uint32_t i = 0; i < count; i++)
            out[i] |= key(policy, at, &reps[i]) != least;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!out[i])
            return i;
    }
    return count;
}

static int sign(int value)
{
    return (value > 0) - (value < 0);
}

static void check_order(const struct policy *policy, const struct policy_rep *reps, uint32_t count)
{
    uint32_t best = 0;
    for (uint32_t a = 0; a < count; a++) {
        for (uint32_t b = 0; b < count; b++) {
            int order = policy->compare(&reps[a], &reps[b]);
            MUST_HOLD((order == 0) == (a == b));
            MUST_HOLD(sign(order) == -sign(policy->compare(&reps[b], &reps[a])));
            for (uint32_t c = 0; c < count && order < 0; c++)
                MUST_HOLD(policy->compare(&reps[b], &reps[c]) >= 0 || policy->compare(&reps[a], &reps[c]) < 0);
            if (policy->orders_by_load && reps[a].capacity == reps[b].capacity && reps[a].load < reps[b].load)
                MUST_HOLD(order < 0);
        }
        if (policy->compare(&reps[a], &reps[best]) < 0)
            best = a;
    }
    MUST_HOLD(best == best_by_elimination(policy->name, reps, count));
}

/* First key, idle time, number: that is all that compare looks at. */
static void check_first_key(const struct policy *policy, struct seeded *random)
{
    struct policy_rep reps[2];
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t capacity = 1 + (uint32_t)seeded_below(random, 1000);
        reps[i] = (struct policy_rep){.capacity = capacity, .load = (uint32_t)seeded_below(random, capacity), .number = i,
                                      .idle_since_ms = seeded_below(random, 3), .tier = (uint32_t)seeded_below(random, 3), .share = 1};
    }
    reps[1].load = seeded_below(random, 2) ? reps[1].load : reps[0].load * reps[1].capacity / reps[0].capacity;   /* close to the other's share */
    uint32_t a = policy->first_key(&reps[0]), b = policy->first_key(&reps[1]);
    int order = policy->compare(&reps[0], &reps[1]);
    MUST_HOLD(sign(order) == (a != b ? a < b ? -1 : 1 : sign(policy_compare_idle(&reps[0], &reps[1]))));
}

static void round_of(struct seeded *random)
{
    struct policy_rep reps[REPS];
    uint32_t count = 1 + (uint32_t)seeded_below(random, REPS);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t capacity = 1 + (uint32_t)seeded_below(random, 10);
        reps[i] = (struct policy_rep){.capacity = capacity, .load = (uint32_t)seeded_below(random, capacity), .number = (i * 7 + 3) % 101,
                                      .idle_since_ms = seeded_below(random, 4), .tier = (uint32_t)seeded_below(random, 3),
                                      .levels = (uint32_t)seeded_below(random, 5), .is_past = seeded_below(random, 2),
                                      .rate = (uint32_t)seeded_below(random, 5),
                                      .is_ahead = seeded_below(random, 2), .share = 1 + (uint32_t)seeded_below(random, 10),
                                      .account = (int64_t)seeded_below(random, 20 * POLICY_LEAD) - 10 * POLICY_LEAD};
    }
    for (uint32_t i = 0; policy_at(i); i++) {
        MUST_HOLD(policy_find(policy_at(i)->name) == policy_at(i) && policy_number(policy_at(i)) == i);
        MUST_HOLD(policy_at(i)->keys[0] != POLICY_KEY_END);
        check_order(policy_at(i), reps, count);
        for (int pair = 0; policy_at(i)->first_key && pair < 20; pair++)
            check_first_key(policy_at(i), random);
    }
}

int main(int argc, char **argv)
{
    return seeded_main(argc, argv, 2000, round_of);
}
