/* SPDX-License-Identifier: Apache-2.0 */
#include "floor.h"
#include "growth.h"

enum curve { SUBSCRIBERS, DESKS, FLAT };

static const char p50_of[] = "us, p50 from publishing to the offer, 2,000/s";
struct growth_curve growth_desk_curves[GROWTH_DESK_CURVES] = {
    [SUBSCRIBERS] = {.name = "subscribers", .grows = "subscribers of events", .of = "a desk end to end, everysec", .p50_of = p50_of,
                     .at = {0, 1, 10, 30, 100}, .points = 5},
    [DESKS] = {.name = "desks", .grows = "desks", .of = "all together end to end, a broker each, one Redis at everysec", .p50_of = p50_of,
               .memory_of = "bytes that the brokers have", .at = {1, 3, 10, 30, 100, 200}, .points = 6},
    [FLAT] = {.name = "flat", .grows = "leads that wait, with 50 reps and 10 sets of skills, then with 5,000 and 500", .of = "a desk end to end, everysec",
              .memory_of = "bytes that the broker has", .at = {0, 500000}, .points = 2},
};

static struct floor_result run_flat(uint32_t waiting, uint32_t seconds, double *memory_bytes)
{
    const struct bench_desk_size large = {5000, 500};
    return floor_ours_large("everysec", waiting > 0 ? &large : &bench_desk_usual, waiting, seconds, memory_bytes);
}

static struct growth_figures run_point(enum curve curve, uint32_t at, uint32_t seconds)
{
    struct growth_figures figures = {0};
    struct floor_result result;
    switch (curve) {
    case SUBSCRIBERS: result = floor_ours_watched("everysec", at, seconds); break;
    case DESKS: result = floor_ours_desks("everysec", at, seconds, &figures.memory_bytes); break;
    case FLAT: result = run_flat(at, seconds, &figures.memory_bytes); break;
    }
    figures.lives_per_s = result.lives_per_s;
    figures.p50_us = result.p50_us;
    return figures;
}

static void measure(enum curve which, const struct growth_effort *effort)
{
    struct growth_curve *curve = &growth_desk_curves[which];
    for (uint32_t round = 0; round < effort->rounds; round++) {
        for (uint32_t i = 0; i < curve->points; i++) {
            uint32_t point = round % 2 == 0 ? i : curve->points - 1 - i;
            curve->rounds[point][round] = run_point(which, (uint32_t)curve->at[point], effort->seconds);
        }
    }
}

void growth_desks_measure(const struct growth_effort *effort)
{
    for (int i = 0; i < GROWTH_DESK_CURVES; i++)
        if (growth_has(effort, &growth_desk_curves[i]))
            measure((enum curve)i, effort);
}
