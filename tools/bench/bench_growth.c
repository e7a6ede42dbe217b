/* SPDX-License-Identifier: Apache-2.0
 *
 * How lives a second, time and memory change as one thing grows: reps, sets of skills, waiting leads, payload, subscribers of events, desks.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "bench_machine.h"
#include "growth.h"

bool growth_has(const struct growth_effort *effort, const struct growth_curve *curve)
{
    return !effort->only || strcmp(effort->only, curve->name) == 0;
}

static struct plot_figure figure_at(const struct growth_curve *curve, uint32_t point, uint32_t rounds, size_t offset)
{
    double values[GROWTH_ROUNDS_MAX];
    for (uint32_t i = 0; i < rounds; i++)
        memcpy(&values[i], (const char *)&curve->rounds[point][i] + offset, sizeof values[i]);
    double median = bench_median(values, rounds);   /* sorts */
    return (struct plot_figure){median, values[0], values[rounds - 1]};
}
#define FIGURE(field) figure_at(curve, i, rounds, offsetof(struct growth_figures, field))

static void print_curve(const struct growth_curve *curve, uint32_t rounds)
{
    double first = figure_at(curve, 0, rounds, offsetof(struct growth_figures, lives_per_s)).median;
    printf("\n%s (%s)\n%12s  lives/s (lowest to highest), x of the first; p50 us; memory MiB\n", curve->grows, curve->of, "");
    for (uint32_t i = 0; i < curve->points; i++) {
        struct plot_figure lives = FIGURE(lives_per_s);
        printf("%12.0f  %8.0f (%.0f to %.0f)  x %.2f  %8.2f  %8.1f\n", curve->at[i], lives.median, lives.low, lives.high, lives.median / first,
               FIGURE(p50_us).median, FIGURE(memory_bytes).median / 1048576);
    }
}

static void print_json(const struct growth_curve *curve, uint32_t rounds, const char *comma)
{
    printf("%s\"%s\": [", comma, curve->name);
    for (uint32_t i = 0; i < curve->points; i++) {
        struct plot_figure lives = FIGURE(lives_per_s);
        printf("%s{\"at\": %.0f, \"lives_per_s\": %.0f, \"spread\": [%.0f, %.0f], \"p50_us\": %.2f, \"memory_bytes\": %.0f}", i ? ", " : "", curve->at[i],
               lives.median, lives.low, lives.high, FIGURE(p50_us).median, FIGURE(memory_bytes).median);
    }
    printf("]");
}

static void plot(FILE *page, const struct growth_curve *curve, uint32_t rounds, size_t offset, const char *unit)
{
    struct plot_point points[GROWTH_POINTS_MAX];
    char title[160];
    for (uint32_t i = 0; i < curve->points; i++)
        points[i] = (struct plot_point){curve->at[i], figure_at(curve, i, rounds, offset)};
    snprintf(title, sizeof title, "%s: %s", curve->grows, curve->of);
    plot_page_curve(page, title, curve->grows, unit, true, points, curve->points);
}

static void plot_curve(FILE *page, const struct growth_curve *curve, uint32_t rounds)
{
    plot(page, curve, rounds, offsetof(struct growth_figures, lives_per_s), "lives/s");
    if (curve->p50_of)
        plot(page, curve, rounds, offsetof(struct growth_figures, p50_us), curve->p50_of);
    if (curve->memory_of)
        plot(page, curve, rounds, offsetof(struct growth_figures, memory_bytes), curve->memory_of);
}

int bench_growth(const struct bench_options *options)
{
    struct growth_effort effort = {.only = options->load, .rounds = options->rounds ? options->rounds : options->quick ? 1 : 3, .lives = options->quick ? 20000 : 200000,
                                   .seconds = options->quick ? 1 : 3};
    const struct growth_curve *curves[GROWTH_CORE_CURVES + GROWTH_DESK_CURVES];
    int count = 0;
    if (effort.rounds > GROWTH_ROUNDS_MAX)
        effort.rounds = GROWTH_ROUNDS_MAX;
    for (int i = 0; i < GROWTH_CORE_CURVES; i++)
        if (growth_has(&effort, &growth_core_curves[i]))
            curves[count++] = &growth_core_curves[i];
    for (int i = 0; i < GROWTH_DESK_CURVES && (!options->quick || options->load); i++)
        if (growth_has(&effort, &growth_desk_curves[i]))
            curves[count++] = &growth_desk_curves[i];
    if (count == 0) {
        fprintf(stderr, "leadwire-bench: there is no curve '%s': reps, skill_sets, waiting, payload, all, subscribers, desks, flat\n", effort.only);
        return 2;
    }
    growth_core_measure(&effort);
    if (!options->quick || options->load)
        growth_desks_measure(&effort);
    for (int i = 0; i < count; i++)
        print_curve(curves[i], effort.rounds);
    if (options->page) {
        FILE *page = plot_page_open(options->page, "How Leadwire grows");
        plot_page_text(page, "Leadwire %s on %s. Medians of %u rounds in which the points of a curve take turns, with lowest and highest.", LEADWIRE_VERSION,
                       bench_machine(), effort.rounds);
        for (int i = 0; i < count; i++)
            plot_curve(page, curves[i], effort.rounds);
        plot_page_close(page);
    }
    if (options->json) {
        printf("{");
        for (int i = 0; i < count; i++)
            print_json(curves[i], effort.rounds, i ? ", " : "");
        printf(", \"rounds\": %u, \"calibration\": %.2f, \"machine\": \"%s\"}\n", effort.rounds, bench_calibration(), bench_machine());
    }
    return 0;
}
