/* SPDX-License-Identifier: Apache-2.0 */
#include "theory_judge.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SEED = 2 };

static uint32_t failures;

static const char *const names[QUEUE_FIGURES] = {"blocked", "waited", "abandoned", "wait, s", "within t", "occupancy"};

static void judge_one(const struct theory_expectation *e, const struct queue_result *result)
{
    struct queue_estimate got = result->figures[e->figure];
    double error = hypot(got.error, e->expected_error);
    double off = error > 0 ? (got.value - e->expected) / error : INFINITY, sure = 4 * error / e->expected;
    bool agrees = fabs(off) <= 2, sharp = sure <= e->seen_above;
    printf("  %-10s theory %-10.6g simulated %-10.6g off by %5.2f errors; sure to see %4.1f %%%s%s\n", names[e->figure],
           e->expected, got.value, off, 100 * sure, agrees ? "" : "  DISAGREES", sharp ? "" : "  TOO COARSE");
    failures += !(agrees && sharp);
}

void theory_judge(const char *name, const struct queue_scenario *scenario, const struct theory_expectation *expectations,
                  uint32_t count)
{
    struct queue_result result;
    struct queue_scenario run = *scenario;
    char reason[160];
    const char *seed = getenv("THEORY_SEED");   /* another one, by hand */
    run.seed = seed ? strtoull(seed, NULL, 10) : SEED;
    printf("%s, seed %llu\n", name, (unsigned long long)run.seed);
    fflush(stdout);
    if (!queue_scenario_check(&run, reason, sizeof reason)) {
        printf("  %s\n", reason);
        failures++;
        return;
    }
    if (!queue_run(&run, NULL, &result)) {
        printf("  %s\n", result.fault);
        failures++;
        return;
    }
    for (uint32_t i = 0; i < count; i++)
        judge_one(&expectations[i], &result);
}

void theory_published(const char *name, double formula, double published, int digits)
{
    if (fabs(formula - published) <= pow(10, -digits))
        return;
    printf("%s: the formula gives %.8f, published is %.*f\n", name, formula, digits, published);
    failures++;
}

int theory_verdict(void)
{
    printf("%u failures\n", failures);
    return failures > 0;
}
