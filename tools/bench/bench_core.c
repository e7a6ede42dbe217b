/* SPDX-License-Identifier: Apache-2.0
 *
 * The core alone: lives per second on one core of the machine, and how long a step that decides takes, on a floor of
 * usual size and on a very large one; what explanations cost; how both change as reps, classes and backlog grow; and the
 * memory of a lead that waits.
 */
#include <inttypes.h>
#include <stdio.h>

#include "bench.h"
#include "core_curves.h"
#include "core_memory.h"
#include "core_work.h"

enum { ROUNDS_MAX = 64 };

static const struct core_work_size usual = {.reps = 1000, .classes = 200, .capacity = 10};
static const struct core_work_size small = {.reps = 100, .classes = 200, .capacity = 10, .waiting = 1000};
static const struct core_work_size large = {.reps = 10000, .classes = 1000, .capacity = 3, .waiting = 500000};

struct figure { double lives_per_s, p99_us; };

/* Warmed up; the sampling clock costs, so its run is not the timed one. */
static struct figure measure(const struct core_work_size *size, uint64_t seed, uint64_t lives, struct core_work_counts *counts)
{
    struct core_work *work = core_work_new(size, seed);
    core_work_run(work, lives / 8);
    uint64_t completed = core_work_read(work).completed, start_ns = bench_cpu_ns();
    core_work_run(work, lives);
    uint64_t end_ns = bench_cpu_ns();
    *counts = core_work_read(work);
    struct figure figure = {.lives_per_s = (double)(counts->completed - completed) * 1e9 / (double)(end_ns - start_ns)};
    core_work_sample(work);
    core_work_run(work, lives / 4);
    figure.p99_us = core_work_percentile_us(work, 0.99);
    core_work_free(work);
    return figure;
}

static uint64_t fingerprint_of(const struct core_work_size *size)
{
    struct core_work *work = core_work_new(size, 1);
    uint64_t digest = core_work_digest(work, 10000);
    core_work_free(work);
    return digest;
}

/* Of what the core could do if it kept nothing for explanations: how much less it does. Both in small turns, so that what
 * happens to the machine meanwhile happens to both. */
static double explanations_cost(uint64_t seed, uint64_t lives)
{
    enum { TURNS = 20 };
    struct core_work_size bare = usual;
    bare.keeps_nothing = 1;
    struct core_work *works[] = {core_work_new(&usual, seed), core_work_new(&bare, seed)};
    uint64_t spent_ns[2] = {0};
    for (int turn = 0; turn <= TURNS; turn++) {
        for (int i = 0; i < 2; i++) {
            uint64_t start_ns = bench_cpu_ns();
            core_work_run(works[i], lives / TURNS);
            spent_ns[i] += turn == 0 ? 0 : bench_cpu_ns() - start_ns;   /* the first warms up */
        }
    }
    core_work_free(works[0]);
    core_work_free(works[1]);
    return 1 - (double)spent_ns[1] / (double)spent_ns[0];
}

int bench_core(const struct bench_options *options)
{
    uint32_t rounds = options->rounds ? options->rounds : options->quick ? 3 : 7;
    uint64_t lives = options->quick ? 400000 : 1500000;
    double rates[ROUNDS_MAX], calibrations[ROUNDS_MAX], usual_us[ROUNDS_MAX], small_us[ROUNDS_MAX], large_us[ROUNDS_MAX], growth[ROUNDS_MAX], costs[ROUNDS_MAX];
    struct core_work_counts counts, unused;
    if (rounds > ROUNDS_MAX)
        rounds = ROUNDS_MAX;

    struct core_memory memory[CORE_MEMORY_POINTS];
    core_memory_measure(memory);   /* before this process has memory that could be used again */
    for (uint32_t round = 0; round < rounds; round++) {
        calibrations[round] = bench_calibration();
        struct figure figure = measure(&usual, round + 1, lives, &counts);
        rates[round] = figure.lives_per_s;
        usual_us[round] = figure.p99_us;
        costs[round] = explanations_cost(round + 1, lives);
        small_us[round] = measure(&small, round + 1, lives, &unused).p99_us;
        large_us[round] = measure(&large, round + 1, lives, &unused).p99_us;
        growth[round] = large_us[round] / small_us[round];
        printf("round %u: %.0f lives/s, %.1f records and %.0f record bytes a life, %.1f effects a life, calibration %.1f\n", round + 1,
               rates[round], (double)counts.records / (double)counts.completed, (double)counts.record_bytes / (double)counts.completed,
               (double)counts.effects / (double)counts.completed, calibrations[round]);
    }
    double median = bench_median(rates, rounds), calibration = bench_median(calibrations, rounds);
    printf("core: median %.0f lives/s of CPU time (%.0f to %.0f over %u rounds); %u reps, %u demand classes\n",
           median, rates[0], rates[rounds - 1], rounds, usual.reps, usual.classes);

    double cost = bench_median(costs, rounds);
    printf("explanations: %.1f %% of what the core does when it keeps nothing for them (%.1f to %.1f)\n", 100 * cost, 100 * costs[0],
           100 * costs[rounds - 1]);
    double at_small_us = bench_median(small_us, rounds), at_large_us = bench_median(large_us, rounds), ratio = bench_median(growth, rounds);
    printf("a deciding step, p99: %.1f us there, %.1f us with %u reps and %u waiting, %.1f us with %u reps, %u classes and %u waiting: x %.2f (%.2f to %.2f)\n",
           bench_median(usual_us, rounds), at_small_us, small.reps, small.waiting, at_large_us, large.reps, large.classes, large.waiting,
           ratio, growth[0], growth[rounds - 1]);
    uint64_t fingerprint = fingerprint_of(&usual) * 31 + fingerprint_of(&small);
    printf("fingerprint of the records and effects of 10,000 lives, without and with a backlog: %016" PRIx64 "\n", fingerprint);
    struct core_curve_figure curves[CORE_CURVES];
    core_curves_measure(curves, options->quick ? 40000 : lives / 4);
    core_curves_print(curves);
    core_memory_print(memory);
    if (options->json) {
        printf("{\"lives_per_s\": %.0f, \"lives_per_s_min\": %.0f, \"lives_per_s_max\": %.0f, \"decision_p99_us\": %.2f, "
               "\"explanations_share\": %.3f, \"decision_small_p99_us\": %.2f, \"decision_growth\": %.2f, \"decision_usual_p99_us\": %.2f, \"calibration\": %.2f, \"rounds\": %u, \"fingerprint\": \"%016" PRIx64 "\"",
               median, rates[0], rates[rounds - 1], at_large_us, cost, at_small_us, ratio, bench_median(usual_us, rounds), calibration, rounds, fingerprint);
        core_curves_print_json(curves);
        core_memory_print_json(memory);
        printf("}\n");
    }
    return 0;
}
