/* SPDX-License-Identifier: Apache-2.0
 *
 * End to end beside its floors, in turns, in one run. The ratio that counts is
 * ours over the lower of the two floors of the same round.
 */
#include <stdio.h>
#include <string.h>

#include "floor.h"

enum { ROUNDS_MAX = 16, ROWS = 5 };

struct row {
    const char *what, *durability;
    struct floor_result rounds[ROUNDS_MAX];
};

static double median_of(const struct row *row, uint32_t rounds, size_t offset)
{
    double values[ROUNDS_MAX];
    for (uint32_t i = 0; i < rounds; i++)
        memcpy(&values[i], (const char *)&row->rounds[i] + offset, sizeof values[i]);
    return bench_median(values, rounds);
}
#define MEDIAN(row, field) median_of(row, rounds, offsetof(struct floor_result, field))

/* Ours over the lower floor, round by round. */
static double ratio(const struct row *ours, const struct row *zmq, const struct row *append, uint32_t rounds, double *low, double *high)
{
    double ratios[ROUNDS_MAX];
    for (uint32_t i = 0; i < rounds; i++) {
        double a = zmq->rounds[i].lives_per_s, b = append->rounds[i].lives_per_s;
        ratios[i] = ours->rounds[i].lives_per_s / (a < b ? a : b);
    }
    double median = bench_median(ratios, rounds);   /* sorts */
    *low = ratios[0];
    *high = ratios[rounds - 1];
    return median;
}

static void print_row(const struct row *row, uint32_t rounds)
{
    printf("%-8s %-9s %8.0f %8.0f   %5.1f %5.1f %5.1f %5.1f   %6.0f\n", row->what, row->durability, MEDIAN(row, lives_per_s), MEDIAN(row, p50_us),
           MEDIAN(row, cpu_broker_us), MEDIAN(row, cpu_redis_us), MEDIAN(row, cpu_reps_us), MEDIAN(row, cpu_publisher_us),
           MEDIAN(row, journal_bytes_per_life));
}

static void print_json(const struct row *rows, uint32_t rounds, const double *everysec, const double *always)
{
    printf("{\"rows\": [");
    for (int i = 0; i < ROWS; i++)
        printf("%s{\"what\": \"%s\", \"durability\": \"%s\", \"lives_per_s\": %.0f, \"p50_us\": %.0f, \"cpu_us_per_life\": "
               "{\"broker\": %.2f, \"redis\": %.2f, \"reps\": %.2f, \"publisher\": %.2f}}", i ? ", " : "", rows[i].what, rows[i].durability,
               MEDIAN(&rows[i], lives_per_s), MEDIAN(&rows[i], p50_us), MEDIAN(&rows[i], cpu_broker_us), MEDIAN(&rows[i], cpu_redis_us),
               MEDIAN(&rows[i], cpu_reps_us), MEDIAN(&rows[i], cpu_publisher_us));
    printf("], \"ratio\": {\"everysec\": %.3f, \"always\": %.3f}, \"ratio_spread\": {\"everysec\": [%.3f, %.3f], \"always\": [%.3f, %.3f]}, "
           "\"calibration\": %.2f, \"rounds\": %u}\n", everysec[0], always[0], everysec[1], everysec[2], always[1], always[2],
           bench_calibration(), rounds);
}

int bench_floor(const struct bench_options *options)
{
    uint32_t rounds = options->rounds ? options->rounds : options->quick ? 2 : 5, seconds = options->quick ? 2 : 5;
    static struct row rows[ROWS] = {
        {.what = "zmq", .durability = "none"}, {.what = "append", .durability = "everysec"}, {.what = "append", .durability = "always"},
        {.what = "ours", .durability = "everysec"}, {.what = "ours", .durability = "always"},
    };
    if (rounds > ROUNDS_MAX)
        rounds = ROUNDS_MAX;
    for (uint32_t i = 0; i < rounds; i++) {
        fprintf(stderr, "round %u of %u\n", i + 1, rounds);
        rows[3].rounds[i] = floor_ours("everysec", seconds);
        rows[0].rounds[i] = floor_zmq(seconds);
        rows[1].rounds[i] = floor_append("everysec", seconds, rows[3].rounds[i].journal_bytes_per_life);
        rows[4].rounds[i] = floor_ours("always", seconds);
        rows[2].rounds[i] = floor_append("always", seconds, rows[4].rounds[i].journal_bytes_per_life);
    }
    double everysec[3], always[3];
    everysec[0] = ratio(&rows[3], &rows[0], &rows[1], rounds, &everysec[1], &everysec[2]);
    always[0] = ratio(&rows[4], &rows[0], &rows[2], rounds, &always[1], &always[2]);
    printf("                               p50 us   CPU us a life                 journal\n");
    printf("what     durable    lives/s  at 2000/s  broker redis  reps  publ    bytes\n");
    for (int i = 0; i < ROWS; i++)
        print_row(&rows[i], rounds);
    printf("ours over the lower floor: everysec %.2f (%.2f to %.2f), always %.2f (%.2f to %.2f); medians of %u rounds of %u s\n",
           everysec[0], everysec[1], everysec[2], always[0], always[1], always[2], rounds, seconds);
    if (options->json)
        print_json(rows, rounds, everysec, always);
    return 0;
}
