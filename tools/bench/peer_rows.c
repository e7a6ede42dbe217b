/* SPDX-License-Identifier: Apache-2.0 */
#include "peer_rows.h"

#include <stdio.h>
#include <string.h>

#include "peer_beanstalkd.h"
#include "peer_nats.h"
#include "peer_rabbitmq.h"
#include "peer_redis.h"

enum { FLOORS = 2, BEANSTALKD_FSYNC_MS = 50 };
enum row {
    OURS_EVERYSEC, OURS_ALWAYS, STREAMS_EVERYSEC, STREAMS_ALWAYS, LUA_EVERYSEC, LUA_ALWAYS, NATS, RABBITMQ, BEANSTALKD, BEANSTALKD_F0,
    STREAMS_MERGED_EVERYSEC, STREAMS_MERGED_ALWAYS, RABBITMQ_MERGED
};

#define MERGED "and what a rep got together ends together, by one acknowledgement"
struct peer_row peer_rows[PEER_ROWS] = {
    [OURS_EVERYSEC] = {.system = "leadwire", .durability = "everysec"},
    [OURS_ALWAYS] = {.system = "leadwire", .durability = "always", .syncs_each = true},
    [STREAMS_EVERYSEC] = {.system = "redis_streams", .durability = "everysec", .table_lives_per_s = 70000,
                          .ask_version = peer_redis_version,
                          .lacks = "chooses nobody: whoever of the skill asks first; no accept, no deadline, no capacity"},
    [STREAMS_ALWAYS] = {.system = "redis_streams", .durability = "always", .table_lives_per_s = 38000, .syncs_each = true,
                        .ask_version = peer_redis_version, .lacks = "the same"},
    [LUA_EVERYSEC] = {.system = "redis_lua", .durability = "everysec", .table_lives_per_s = 24000, .ask_version = peer_redis_version,
                      .lacks = "chooses the least loaded; no accept, no deadline, no levels; a rep who dies keeps the leads"},
    [LUA_ALWAYS] = {.system = "redis_lua", .durability = "always", .table_lives_per_s = 12000, .syncs_each = true, .ask_version = peer_redis_version,
                    .lacks = "the same"},
    [NATS] = {.system = "nats", .durability = "2min", .table_lives_per_s = 29000, .is_there = peer_nats_is_there, .ask_version = peer_nats_version,
              .lacks = "chooses nobody: any of the queue group; no accept, no capacity of a rep; fsync every 2 minutes; completion not confirmed"},
    [RABBITMQ] = {.system = "rabbitmq_quorum", .durability = "always", .table_lives_per_s = 12000, .syncs_each = true, .is_there = peer_rabbitmq_is_there,
                  .ask_version = peer_rabbitmq_version, .lacks = "chooses nobody: in turn; no accept, capacity by queue; completion not confirmed"},
    [BEANSTALKD] = {.system = "beanstalkd", .durability = "50ms", .table_lives_per_s = 19000, .is_there = peer_beanstalkd_is_there,
                    .ask_version = peer_beanstalkd_version, .lacks = "chooses nobody; no accept, no capacity; fsync every 50 ms"},
    [BEANSTALKD_F0] = {.system = "beanstalkd_f0", .durability = "always", .table_lives_per_s = 2800, .syncs_each = true, .is_there = peer_beanstalkd_is_there,
                       .ask_version = peer_beanstalkd_version, .lacks = "chooses nobody; no accept, no capacity"},
    [STREAMS_MERGED_EVERYSEC] = {.system = "streams_merged", .durability = "everysec", .table_lives_per_s = 70000, .is_aside = true,
                                 .ask_version = peer_redis_version, .lacks = MERGED},
    [STREAMS_MERGED_ALWAYS] = {.system = "streams_merged", .durability = "always", .table_lives_per_s = 38000, .syncs_each = true, .is_aside = true,
                               .ask_version = peer_redis_version, .lacks = MERGED},
    [RABBITMQ_MERGED] = {.system = "rabbitmq_merged", .durability = "always", .table_lives_per_s = 12000, .syncs_each = true, .is_aside = true,
                         .is_there = peer_rabbitmq_is_there, .ask_version = peer_rabbitmq_version, .lacks = MERGED},
};

#define LIVES offsetof(struct floor_result, lives_per_s)
#define P50 offsetof(struct floor_result, p50_us)
const struct peer_ratio peer_ratios[PEER_RATIOS] = {
    {"streams_everysec", OURS_EVERYSEC, STREAMS_EVERYSEC, LIVES},  {"streams_always", OURS_ALWAYS, STREAMS_ALWAYS, LIVES},
    {"lua_everysec", OURS_EVERYSEC, LUA_EVERYSEC, LIVES},          {"lua_always", OURS_ALWAYS, LUA_ALWAYS, LIVES},
    {"nats", OURS_EVERYSEC, NATS, LIVES},                          {"rabbitmq_quorum", OURS_ALWAYS, RABBITMQ, LIVES},
    {"beanstalkd_f0", OURS_ALWAYS, BEANSTALKD_F0, LIVES},
    {"p50_streams_everysec", OURS_EVERYSEC, STREAMS_EVERYSEC, P50}, {"p50_streams_always", OURS_ALWAYS, STREAMS_ALWAYS, P50},
};

/* What one append of 64 leads' bytes at a time reaches, at everysec and at always: how fast Redis and the disk are at this moment. */
static const double append_lives_per_s[FLOORS] = {1000000, 180000};
static double append_floor[FLOORS][PEER_ROUNDS_MAX];

static void learn_version(int index);

bool peer_rows_look(bool is_quick, const char *only)
{
    bool is_known = !only;
    for (int i = 0; i < PEER_ROWS; i++) {
        struct peer_row *row = &peer_rows[i];
        bool is_meant = only && strcmp(row->system, only) == 0;
        row->is_missing = row->is_there && !row->is_there();
        row->is_left_out = only ? i > OURS_ALWAYS && !is_meant : row->is_aside && is_quick;
        is_known = is_known || is_meant;
    }
    for (int i = 0; i < PEER_ROWS && is_known; i++)
        if (peer_row_runs(&peer_rows[i]))
            learn_version(i);
    return is_known;
}

/* Systems that are one program stand one behind the other. */
static void learn_version(int index)
{
    struct peer_row *row = &peer_rows[index];

    if (!row->ask_version)
        snprintf(row->version, sizeof row->version, "%s", LEADWIRE_VERSION);
    else if (index > 0 && row[-1].ask_version == row->ask_version && peer_row_runs(row - 1))
        memcpy(row->version, row[-1].version, sizeof row->version);
    else
        row->ask_version(row->version);
}

bool peer_row_runs(const struct peer_row *row)
{
    return !row->is_missing && !row->is_left_out;
}

static struct peer_result run_peer(enum row index, uint32_t seconds)
{
    switch (index) {
    case STREAMS_EVERYSEC: case STREAMS_ALWAYS:
        return peer_redis_run(PEER_STREAMS, peer_rows[index].durability, seconds);
    case STREAMS_MERGED_EVERYSEC: case STREAMS_MERGED_ALWAYS:
        return peer_redis_run(PEER_STREAMS_MERGED, peer_rows[index].durability, seconds);
    case LUA_EVERYSEC: case LUA_ALWAYS:
        return peer_redis_run(PEER_LUA, peer_rows[index].durability, seconds);
    case NATS:
        return peer_nats_run(seconds);
    case RABBITMQ: case RABBITMQ_MERGED:
        return peer_rabbitmq_run(index == RABBITMQ_MERGED, seconds);
    case BEANSTALKD: case BEANSTALKD_F0:
        return peer_beanstalkd_run(index == BEANSTALKD ? BEANSTALKD_FSYNC_MS : 0, seconds);
    case OURS_EVERYSEC: case OURS_ALWAYS:
        break;
    }
    return (struct peer_result){.floor = floor_ours(peer_rows[index].durability, seconds), .all_once = true};   /* which checks itself */
}

void peer_row_run(uint32_t index, uint32_t round, uint32_t seconds)
{
    struct peer_row *row = &peer_rows[index];
    if (!peer_row_runs(row))
        return;
    struct peer_result result = run_peer((enum row)index, seconds);
    row->rounds[round] = result.floor;
    row->went_wrong = row->went_wrong || !result.all_once;
    if (index <= OURS_ALWAYS)
        append_floor[index][round] = floor_append(row->durability, 1, result.floor.journal_bytes_per_life).lives_per_s;
}

static double value_at(const struct floor_result *result, size_t offset)
{
    double value;
    memcpy(&value, (const char *)result + offset, sizeof value);
    return value;
}

static struct plot_figure figure_of(double *values, uint32_t count)
{
    double median = bench_median(values, count);   /* sorts */
    return (struct plot_figure){median, values[0], values[count - 1]};
}

struct plot_figure peer_row_figure(const struct peer_row *row, uint32_t rounds, size_t offset)
{
    double values[PEER_ROUNDS_MAX];
    for (uint32_t i = 0; i < rounds; i++)
        values[i] = value_at(&row->rounds[i], offset);
    return figure_of(values, rounds);
}

bool peer_row_is_valid(const struct peer_row *row, uint32_t rounds)
{
    double floors[PEER_ROUNDS_MAX];
    int level = row->syncs_each;
    memcpy(floors, append_floor[level], sizeof floors);
    double share = bench_median(floors, rounds) / append_lives_per_s[level];
    return !row->went_wrong && peer_row_figure(row, rounds, LIVES).median >= 0.8 * row->table_lives_per_s * (share < 1 ? share : 1);
}

struct plot_figure peer_ratio_figure(const struct peer_ratio *ratio, uint32_t rounds)
{
    double values[PEER_ROUNDS_MAX];
    for (uint32_t i = 0; i < rounds; i++) {
        double ours = value_at(&peer_rows[ratio->ours].rounds[i], ratio->offset), theirs = value_at(&peer_rows[ratio->peer].rounds[i], ratio->offset);
        values[i] = theirs > 0 ? ours / theirs : 0;
    }
    return figure_of(values, rounds);
}

bool peer_ratio_is_there(const struct peer_ratio *ratio)
{
    return peer_row_runs(&peer_rows[ratio->ours]) && peer_row_runs(&peer_rows[ratio->peer]);
}
