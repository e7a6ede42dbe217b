/* SPDX-License-Identifier: Apache-2.0
 *
 * What safety costs: a lead's life end to end by TCP on loopback, encrypted beside plain, and with the safest durability
 * beside the default of others. In turns, in one run; each ratio is of the same round.
 */
#include <stdio.h>

#include "floor.h"

enum { ROUNDS_MAX = 16, ROWS = 3 };
enum { PLAIN, CURVE, ALWAYS };

static const struct { const char *what, *durability; bool is_encrypted; } rows[ROWS] = {
    [PLAIN] = {"plain", "everysec", false},
    [CURVE] = {"curve", "everysec", true},
    [ALWAYS] = {"plain", "always", false},
};

struct ratio { double median, low, high; };

static struct ratio ratio_of(const struct floor_result *above, const struct floor_result *below, uint32_t rounds)
{
    double values[ROUNDS_MAX];
    for (uint32_t i = 0; i < rounds; i++)
        values[i] = above[i].lives_per_s / below[i].lives_per_s;
    double median = bench_median(values, rounds);   /* sorts */
    return (struct ratio){median, values[0], values[rounds - 1]};
}

static void medians_of(const struct floor_result *results, uint32_t rounds, double *lives_per_s, double *p50_us, double *broker_us)
{
    double lives[ROUNDS_MAX], p50[ROUNDS_MAX], cpu[ROUNDS_MAX];
    for (uint32_t i = 0; i < rounds; i++) {
        lives[i] = results[i].lives_per_s;
        p50[i] = results[i].p50_us;
        cpu[i] = results[i].cpu_broker_us;
    }
    *lives_per_s = bench_median(lives, rounds);
    *p50_us = bench_median(p50, rounds);
    *broker_us = bench_median(cpu, rounds);
}

static void print(struct floor_result results[ROWS][ROUNDS_MAX], uint32_t rounds, bool is_json)
{
    struct ratio curve = ratio_of(results[CURVE], results[PLAIN], rounds), always = ratio_of(results[ALWAYS], results[PLAIN], rounds);
    double lives[ROWS], p50[ROWS], broker[ROWS];

    printf("tcp    durability   lives/s  p50 us at 2000/s  broker's CPU us a life\n");
    for (int row = 0; row < ROWS; row++) {
        medians_of(results[row], rounds, &lives[row], &p50[row], &broker[row]);
        printf("%-6s %-10s %9.0f %17.0f %23.1f\n", rows[row].what, rows[row].durability, lives[row], p50[row], broker[row]);
    }
    printf("curve over plain %.2f (%.2f to %.2f), always over everysec %.2f (%.2f to %.2f); medians of %u rounds\n", curve.median, curve.low,
           curve.high, always.median, always.low, always.high, rounds);
    if (!is_json)
        return;
    printf("{\"rows\": [");
    for (int row = 0; row < ROWS; row++)
        printf("%s{\"what\": \"%s\", \"durability\": \"%s\", \"lives_per_s\": %.0f, \"p50_us\": %.0f, \"cpu_broker_us\": %.2f}", row ? ", " : "",
               rows[row].what, rows[row].durability, lives[row], p50[row], broker[row]);
    printf("], \"ratio\": {\"curve_over_plain\": %.3f, \"always_over_everysec\": %.3f}, \"ratio_spread\": {\"curve_over_plain\": [%.3f, %.3f], "
           "\"always_over_everysec\": [%.3f, %.3f]}, \"calibration\": %.2f, \"rounds\": %u}\n", curve.median, always.median, curve.low, curve.high,
           always.low, always.high, bench_calibration(), rounds);
}

int bench_security(const struct bench_options *options)
{
    uint32_t rounds = options->rounds ? options->rounds : options->quick ? 2 : 5, seconds = options->quick ? 2 : 5;
    static struct floor_result results[ROWS][ROUNDS_MAX];

    if (rounds > ROUNDS_MAX)
        rounds = ROUNDS_MAX;
    for (uint32_t round = 0; round < rounds; round++) {
        fprintf(stderr, "round %u of %u\n", round + 1, rounds);
        for (int i = 0; i < ROWS; i++) {
            int row = round % 2 ? ROWS - 1 - i : i;      /* the order alternates */
            results[row][round] = floor_ours_by_tcp(rows[row].durability, rows[row].is_encrypted, seconds);
        }
    }
    print(results, rounds, options->json);
    return 0;
}
