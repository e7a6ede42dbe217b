/* SPDX-License-Identifier: Apache-2.0 */
#include "core_curves.h"

#include <stdbool.h>
#include <stdio.h>

#include "bench.h"
#include "core_work.h"

enum { TURNS = 8 };

struct point { uint32_t value; struct core_work_size size; };
struct curve { const char *name, *words; struct point points[CORE_CURVE_POINTS_MAX]; };

#define USUAL .reps = 1000, .classes = 200, .capacity = 10

static const struct curve curves[CORE_CURVES] = {
    {"reps_all_different", "reps, nearly all different",
     {{100, {.reps = 100, .classes = 200, .capacity = 10}}, {1000, {USUAL}}, {10000, {.reps = 10000, .classes = 200, .capacity = 10}}}},
    {"reps_alike", "reps, levels the same",
     {{100, {.reps = 100, .classes = 200, .capacity = 10, .same_levels = 1}}, {1000, {USUAL, .same_levels = 1}},
      {10000, {.reps = 10000, .classes = 200, .capacity = 10, .same_levels = 1}}}},
    {"demand_classes", "demand classes",
     {{10, {.reps = 1000, .classes = 10, .capacity = 10}}, {100, {.reps = 1000, .classes = 100, .capacity = 10}},
      {1000, {.reps = 1000, .classes = 1000, .capacity = 10}}}},
    {"waiting", "leads waiting", {{1000, {USUAL, .waiting = 1000}}, {30000, {USUAL, .waiting = 30000}}, {1000000, {USUAL, .waiting = 1000000}}}},
};

static int point_count(const struct curve *curve)
{
    int count = 0;
    while (count < CORE_CURVE_POINTS_MAX && curve->points[count].value != 0)
        count++;
    return count;
}

static double run_us(struct core_work *work, uint64_t lives)
{
    uint64_t start_ns = bench_cpu_ns();
    core_work_run(work, lives);
    return (double)(bench_cpu_ns() - start_ns) / 1e3;
}

static void measure(const struct curve *curve, struct core_curve_figure *out, uint64_t lives)
{
    struct core_work *works[CORE_CURVE_POINTS_MAX];
    double spent_us[CORE_CURVE_POINTS_MAX] = {0};
    int points = point_count(curve);
    for (int i = 0; i < points; i++) {
        works[i] = core_work_new(&curve->points[i].size, 1);
        core_work_run(works[i], lives);
    }
    for (int turn = 0; turn < TURNS; turn++) {
        for (int i = 0; i < points; i++)
            spent_us[i] += run_us(works[i], lives / TURNS);
    }
    for (int i = 0; i < points; i++) {
        out->lives_per_s[i] = (double)(lives / TURNS * TURNS) * 1e6 / spent_us[i];
        core_work_sample(works[i]);
        core_work_run(works[i], lives);
        out->p99_us[i] = core_work_percentile_us(works[i], 0.99);
        core_work_free(works[i]);
    }
}

void core_curves_measure(struct core_curve_figure out[CORE_CURVES], uint64_t lives)
{
    for (int c = 0; c < CORE_CURVES; c++)
        measure(&curves[c], &out[c], lives);
}

void core_curves_print(const struct core_curve_figure figures[CORE_CURVES])
{
    for (int c = 0; c < CORE_CURVES; c++) {
        const struct core_curve_figure *figure = &figures[c];
        printf("\n%-28s   lives/s          p99 us of a deciding step\n", curves[c].words);
        for (int i = 0; i < point_count(&curves[c]); i++)
            printf("%28u  %8.0f (x %.2f)  %6.1f (x %.2f)\n", curves[c].points[i].value, figure->lives_per_s[i],
                   figure->lives_per_s[i] / figure->lives_per_s[0], figure->p99_us[i], figure->p99_us[i] / figure->p99_us[0]);
    }
}

void core_curves_print_json(const struct core_curve_figure figures[CORE_CURVES])
{
    printf(", \"curves\": {");
    for (int c = 0; c < CORE_CURVES; c++) {
        printf("%s\"%s\": [", c > 0 ? ", " : "", curves[c].name);
        for (int i = 0; i < point_count(&curves[c]); i++)
            printf("%s{\"at\": %u, \"lives_per_s\": %.0f, \"share_of_first\": %.3f, \"decision_p99_us\": %.2f}", i > 0 ? ", " : "",
                   curves[c].points[i].value, figures[c].lives_per_s[i], figures[c].lives_per_s[i] / figures[c].lives_per_s[0], figures[c].p99_us[i]);
        printf("]");
    }
    printf("}");
}
