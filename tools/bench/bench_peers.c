/* SPDX-License-Identifier: Apache-2.0
 *
 * The lead life of ours beside the nearest that others can do with it, in turns whose order alternates, in one run. What a peer does
 * not do stands in the table; a peer's row counts only if its leads were checked and its driver was fast enough.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "floor.h"
#include "peer_beanstalkd.h"
#include "peer_redis.h"

enum { ROUNDS_MAX = 16, ROWS = 8, FLOORS = 2, BEANSTALKD_FSYNC_MS = 50 };

struct row {
    const char *system, *durability, *lacks;
    double table_lives_per_s;      /* at least so many were seen on a machine whose append floor was append_lives_per_s; 0: ours */
    struct floor_result rounds[ROUNDS_MAX];
    bool all_once, is_missing;     /* is_missing: its program is not there */
};

static struct row rows[ROWS] = {
    {.system = "leadwire", .durability = "everysec", .all_once = true}, {.system = "leadwire", .durability = "always", .all_once = true},
    {.system = "redis_streams", .durability = "everysec", .table_lives_per_s = 70000, .all_once = true,
     .lacks = "chooses nobody: whoever of the skill asks first; no accept, no deadline, no capacity"},
    {.system = "redis_streams", .durability = "always", .table_lives_per_s = 38000, .all_once = true, .lacks = "the same"},
    {.system = "redis_lua", .durability = "everysec", .table_lives_per_s = 24000, .all_once = true,
     .lacks = "chooses the least loaded; no accept, no deadline, no levels; a rep who dies keeps the leads"},
    {.system = "redis_lua", .durability = "always", .table_lives_per_s = 12000, .all_once = true, .lacks = "the same"},
    {.system = "beanstalkd", .durability = "50ms", .table_lives_per_s = 19000, .all_once = true,
     .lacks = "chooses nobody; no accept, no capacity; fsync every 50 ms"},
    {.system = "beanstalkd_f0", .durability = "always", .table_lives_per_s = 2800, .all_once = true, .lacks = "chooses nobody; no accept, no capacity"},
};
/* What one append of 64 leads' bytes at a time reaches: how fast Redis and the disk are at this moment. */
static const double append_lives_per_s[FLOORS] = {1000000, 180000};
static double append_floor[FLOORS][ROUNDS_MAX];
static const char *const levels[FLOORS] = {"everysec", "always"};

static double median_of(const struct row *row, uint32_t rounds, size_t offset)
{
    double values[ROUNDS_MAX];
    for (uint32_t i = 0; i < rounds; i++)
        memcpy(&values[i], (const char *)&row->rounds[i] + offset, sizeof values[i]);
    return bench_median(values, rounds);
}
#define MEDIAN(row, field) median_of(row, rounds, offsetof(struct floor_result, field))

static void run_row(uint32_t index, uint32_t round, uint32_t seconds)
{
    struct row *row = &rows[index];
    if (index < 2) {
        row->rounds[round] = floor_ours(row->durability, seconds);
        append_floor[index][round] = floor_append(row->durability, 1, row->rounds[round].journal_bytes_per_life).lives_per_s;
        return;
    }
    if (row->is_missing)
        return;
    struct peer_result result = index >= 6 ? peer_beanstalkd_run(index == 6 ? BEANSTALKD_FSYNC_MS : 0, seconds)
                                           : peer_redis_run(index < 4 ? PEER_STREAMS : PEER_LUA, row->durability, seconds);
    row->rounds[round] = result.floor;
    row->all_once = row->all_once && result.all_once;
}

/* Every lead was checked, and the driver reached 80 % of what such a driver reached elsewhere, on a machine as fast as this one is now. */
static bool is_valid(const struct row *row, uint32_t rounds)
{
    double floors[ROUNDS_MAX], share;
    int level = strcmp(row->durability, levels[1]) == 0;   /* 50 ms is nearer to a second than to none */
    memcpy(floors, append_floor[level], sizeof floors);
    share = bench_median(floors, rounds) / append_lives_per_s[level];
    return row->all_once && MEDIAN(row, lives_per_s) >= 0.8 * row->table_lives_per_s * (share < 1 ? share : 1);
}

struct ratio { double median, low, high; };

/* Round by round. */
static struct ratio ratio_of(const struct row *ours, const struct row *peer, uint32_t rounds, size_t offset)
{
    double ratios[ROUNDS_MAX];
    for (uint32_t i = 0; i < rounds; i++) {
        double a, b;
        memcpy(&a, (const char *)&ours->rounds[i] + offset, sizeof a);
        memcpy(&b, (const char *)&peer->rounds[i] + offset, sizeof b);
        ratios[i] = b > 0 ? a / b : 0;
    }
    double median = bench_median(ratios, rounds);
    return (struct ratio){median, ratios[0], ratios[rounds - 1]};
}

static const struct { const char *name; int ours, peer; size_t offset; } ratios[] = {
    {"streams_everysec", 0, 2, offsetof(struct floor_result, lives_per_s)}, {"streams_always", 1, 3, offsetof(struct floor_result, lives_per_s)},
    {"lua_everysec", 0, 4, offsetof(struct floor_result, lives_per_s)},     {"lua_always", 1, 5, offsetof(struct floor_result, lives_per_s)},
    {"beanstalkd_f0", 1, 7, offsetof(struct floor_result, lives_per_s)},
    {"p50_streams_everysec", 0, 2, offsetof(struct floor_result, p50_us)},  {"p50_streams_always", 1, 3, offsetof(struct floor_result, p50_us)},
};
enum { RATIOS = sizeof ratios / sizeof ratios[0] };

static struct ratio ratio_at(int index, uint32_t rounds)
{
    return ratio_of(&rows[ratios[index].ours], &rows[ratios[index].peer], rounds, ratios[index].offset);
}

static bool is_there(int ratio)
{
    return !rows[ratios[ratio].peer].is_missing;
}

static void print_table(uint32_t rounds, uint32_t seconds)
{
    printf("                                    at 2000/s, us    CPU us a life, by process\n");
    printf("system         durable    lives/s    p50     p99    broker redis  reps  publ   counts\n");
    for (int i = 0; i < ROWS; i++) {
        if (rows[i].is_missing)
            continue;
        printf("%-14s %-9s %8.0f %7.0f %7.0f   %5.1f %5.1f %5.1f %5.1f   %s%s%s\n", rows[i].system, rows[i].durability, MEDIAN(&rows[i], lives_per_s),
               MEDIAN(&rows[i], p50_us), MEDIAN(&rows[i], p99_us), MEDIAN(&rows[i], cpu_broker_us), MEDIAN(&rows[i], cpu_redis_us),
               MEDIAN(&rows[i], cpu_reps_us), MEDIAN(&rows[i], cpu_publisher_us), is_valid(&rows[i], rounds) ? "yes" : "NO",
               rows[i].lacks ? "; " : "", rows[i].lacks ? rows[i].lacks : "");
    }
    printf("ours over theirs, medians of %u rounds of %u s (lowest to highest):\n", rounds, seconds);
    for (int i = 0; i < RATIOS; i++) {
        struct ratio ratio = ratio_at(i, rounds);
        if (!is_there(i))
            continue;
        printf("  %-22s %.2f (%.2f to %.2f)\n", ratios[i].name, ratio.median, ratio.low, ratio.high);
    }
}

static void print_ratios(uint32_t rounds, bool spread)
{
    const char *comma = "";
    for (int i = 0; i < RATIOS; i++) {
        struct ratio ratio = ratio_at(i, rounds);
        if (!is_there(i))
            continue;
        if (spread)
            printf("%s\"%s\": [%.3f, %.3f]", comma, ratios[i].name, ratio.low, ratio.high);
        else
            printf("%s\"%s\": %.3f", comma, ratios[i].name, ratio.median);
        comma = ", ";
    }
}

static void print_json(uint32_t rounds)
{
    const char *comma = "";
    printf("{\"rows\": [");
    for (int i = 0; i < ROWS; i++) {
        if (rows[i].is_missing)
            continue;
        printf("%s{\"system\": \"%s\", \"durability\": \"%s\", \"lives_per_s\": %.0f, \"p50_us\": %.0f, \"p99_us\": %.0f, \"valid\": %s}", comma,
               rows[i].system, rows[i].durability, MEDIAN(&rows[i], lives_per_s), MEDIAN(&rows[i], p50_us), MEDIAN(&rows[i], p99_us),
               is_valid(&rows[i], rounds) ? "true" : "false");
        comma = ", ";
    }
    printf("], \"ratio\": {");
    print_ratios(rounds, false);
    printf("}, \"ratio_spread\": {");
    print_ratios(rounds, true);
    printf("}, \"not_run\": [\"nats\", \"rabbitmq_quorum\"%s], \"rounds\": %u, \"calibration\": %.2f}\n",
           rows[6].is_missing ? ", \"beanstalkd\", \"beanstalkd_f0\"" : "", rounds, bench_calibration());
}

int bench_peers(const struct bench_options *options)
{
    uint32_t rounds = options->rounds ? options->rounds : options->quick ? 2 : 5, seconds = options->quick ? 1 : 5;
    bool valid = true;
    if (rounds > ROUNDS_MAX)
        rounds = ROUNDS_MAX;
    rows[6].is_missing = rows[7].is_missing = !peer_beanstalkd_is_there();
    for (uint32_t round = 0; round < rounds; round++) {
        fprintf(stderr, "round %u of %u\n", round + 1, rounds);
        for (uint32_t i = 0; i < ROWS; i++)
            run_row(round % 2 == 0 ? i : ROWS - 1 - i, round, seconds);
    }
    print_table(rounds, seconds);
    for (int i = 0; i < ROWS; i++)
        valid = valid && (rows[i].is_missing || is_valid(&rows[i], rounds));
    if (!valid)
        fprintf(stderr, "leadwire-bench: a row does not count: its ratios say nothing\n");
    if (options->json)
        print_json(rounds);
    return valid ? 0 : 1;
}
