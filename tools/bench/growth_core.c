/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "bench.h"
#include "core_work.h"
#include "growth.h"

enum curve { REPS, SKILL_SETS, WAITING, PAYLOAD, ALL };

static const char p50_of[] = "us, p50 of a step that decides", memory_of[] = "bytes that the core has";
struct growth_curve growth_core_curves[GROWTH_CORE_CURVES] = {
    [REPS] = {.name = "reps", .grows = "reps, nearly all different", .of = "the core alone", .p50_of = p50_of, .memory_of = memory_of, .at = {50, 200, 1000, 3000, 10000}, .points = 5},
    [SKILL_SETS] = {.name = "skill_sets", .grows = "sets of skills that leads ask for", .of = "the core alone", .p50_of = p50_of, .memory_of = memory_of,
                    .at = {10, 50, 200, 500, 1000, 2000}, .points = 6},
    [WAITING] = {.name = "waiting", .grows = "leads that wait", .of = "the core alone", .p50_of = p50_of, .memory_of = memory_of, .at = {0, 1000, 30000, 300000, 1000000}, .points = 5},
    [ALL] = {.name = "all", .grows = "leads that wait, with 50 reps and 10 sets of skills, then with 5,000 and 500", .of = "the core alone", .p50_of = p50_of,
             .memory_of = memory_of, .at = {0, 500000}, .points = 2},
    [PAYLOAD] = {.name = "payload", .grows = "bytes of a lead's payload", .of = "the core alone", .p50_of = p50_of, .memory_of = memory_of, .at = {200, 400, 2048, 8192, 32768}, .points = 5},
};

static struct core_work_size size_of(enum curve curve, double at)
{
    struct core_work_size size = {.reps = 1000, .classes = 200, .capacity = 10};
    uint32_t value = (uint32_t)at;
    if (curve == REPS)
        size.reps = value;
    else if (curve == SKILL_SETS)
        size.classes = value;
    else if (curve == WAITING)
        size.waiting = value;
    else if (curve == PAYLOAD)
        size.payload = value;
    else
        size = (struct core_work_size){.reps = value ? 5000 : 50, .classes = value ? 500 : 10, .capacity = 10, .waiting = value};
    return size;
}

static struct growth_figures run_point(struct core_work *work, uint64_t lives)
{
    uint64_t start_ns = bench_cpu_ns();
    core_work_run(work, lives);
    return (struct growth_figures){.lives_per_s = (double)lives * 1e9 / (double)(bench_cpu_ns() - start_ns)};
}

static void measure(enum curve which, const struct growth_effort *effort)
{
    struct growth_curve *curve = &growth_core_curves[which];
    struct core_work *works[GROWTH_POINTS_MAX];
    for (uint32_t i = 0; i < curve->points; i++) {
        const struct core_work_size size = size_of(which, curve->at[i]);
        works[i] = core_work_new(&size, 1);
        core_work_run(works[i], effort->lives);
    }
    for (uint32_t round = 0; round < effort->rounds; round++) {
        for (uint32_t i = 0; i < curve->points; i++) {
            uint32_t point = round % 2 == 0 ? i : curve->points - 1 - i;
            curve->rounds[point][round] = run_point(works[point], effort->lives);
        }
    }
    for (uint32_t i = 0; i < curve->points; i++) {   /* the clock of samples costs: after what is timed */
        core_work_sample(works[i]);
        core_work_run(works[i], effort->lives);
        for (uint32_t round = 0; round < effort->rounds; round++) {
            curve->rounds[i][round].p50_us = core_work_percentile_us(works[i], 0.5);
            curve->rounds[i][round].memory_bytes = (double)core_work_read(works[i]).memory_bytes;
        }
        core_work_free(works[i]);
    }
}

void growth_core_measure(const struct growth_effort *effort)
{
    for (int i = 0; i < GROWTH_CORE_CURVES; i++)
        if (growth_has(effort, &growth_core_curves[i]))
            measure((enum curve)i, effort);
}
