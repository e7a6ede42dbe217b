/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE   /* MAP_ANONYMOUS */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "bench_desk.h"
#include "bench_process.h"
#include "floor.h"
#include "floor_broker.h"
#include "floor_clients.h"

static struct floor_result measure_ours(const char *durability, enum floor_way way, uint32_t subscribers, uint32_t seconds);

static void pause_ms(uint32_t ms)
{
    poll(NULL, 0, (int)ms);
}

static double journal_bytes(const char *dir)
{
    char path[160];
    struct stat status;
    double sum = 0;
    for (int i = 1; i <= 8; i++) {   /* Redis 7's append-only parts */
        snprintf(path, sizeof path, "%s/appendonlydir/appendonly.aof.%d.incr.aof", dir, i);
        sum += stat(path, &status) == 0 ? (double)status.st_size : 0;
    }
    return sum;
}

struct floor_board *floor_board_new(void)
{
    struct floor_board *board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (board == MAP_FAILED)
        bench_give_up("out of memory");
    board->desk = bench_desk_usual;
    board->open_max = FLOOR_BACKLOG;
    return board;
}

struct floor_result floor_measure_flat_out(const struct floor_board *board, const char *dir, const struct floor_pids *running, uint32_t seconds)
{
    struct floor_result result = {0};
    pause_ms(500);
    pid_t pids[] = {running->broker, running->redis, running->reps, running->publisher};
    double *cpu[] = {&result.cpu_broker_us, &result.cpu_redis_us, &result.cpu_reps_us, &result.cpu_publisher_us};
    uint64_t cpu_before[4], completed = board->completed, start_ns = bench_now_ns();
    double bytes_before = journal_bytes(dir);
    for (int i = 0; i < 4; i++)
        cpu_before[i] = pids[i] > 0 ? bench_cpu_us(pids[i]) : 0;
    pause_ms(seconds * 1000);
    result.lives = board->completed - completed;
    result.lives_per_s = (double)result.lives * 1e9 / (double)(bench_now_ns() - start_ns);
    for (int i = 0; i < 4; i++)
        *cpu[i] = result.lives == 0 || pids[i] <= 0 ? 0 : (double)(bench_cpu_us(pids[i]) - cpu_before[i]) / (double)result.lives;
    result.journal_bytes_per_life = result.lives == 0 ? 0 : (journal_bytes(dir) - bytes_before) / (double)result.lives;
    return result;
}

struct floor_result floor_measure(struct floor_board *board, const char *dir, const struct floor_pids *running, uint32_t seconds)
{
    struct floor_result result = floor_measure_flat_out(board, dir, running, seconds);
    board->rate = FLOOR_RATE;
    pause_ms(500);
    board->sampling = 1;
    pause_ms(seconds * 1000);
    board->sampling = 0;
    uint64_t samples = board->sample_count < FLOOR_SAMPLES ? board->sample_count : FLOOR_SAMPLES;
    result.p50_us = bench_percentile_u32(board->samples_us, samples, 0.5);
    result.p99_us = bench_percentile_u32(board->samples_us, samples, 0.99);
    return result;
}

struct floor_result floor_ours(const char *durability, uint32_t seconds)
{
    return measure_ours(durability, FLOOR_BY_IPC, 0, seconds);
}

struct floor_result floor_ours_watched(const char *durability, uint32_t subscribers, uint32_t seconds)
{
    return measure_ours(durability, FLOOR_BY_IPC, subscribers, seconds);
}

struct floor_result floor_ours_by_tcp(const char *durability, bool is_encrypted, uint32_t seconds)
{
    return measure_ours(durability, is_encrypted ? FLOOR_BY_CURVE : FLOOR_BY_TCP, 0, seconds);
}

static struct floor_result measure_ours(const char *durability, enum floor_way way, uint32_t subscribers, uint32_t seconds)
{
    struct floor_board *board = floor_board_new();
    char dir[64];
    bench_make_dir(dir);
    snprintf(board->run_dir, sizeof board->run_dir, "%s/run", dir);
    if (way == FLOOR_BY_CURVE)
        snprintf(board->keys_dir, sizeof board->keys_dir, "%s/keys", dir);
    pid_t redis = strcmp(durability, "memory") == 0 ? 0 : bench_desk_redis(dir, durability);
    const struct floor_broker place = {.dir = dir, .run_dir = board->run_dir, .desk = "bench", .durability = durability, .way = way};
    pid_t broker = floor_broker_start(&place);
    bench_desk_rules(board->run_dir);
    floor_broker_address(&place, "publish", board->publish);
    floor_broker_address(&place, "reps", board->reps);

    pid_t reps = bench_fork(floor_reps, board);
    for (int i = 0; board->reps_ready < BENCH_REPS; i++) {
        if (i > 1000)
            bench_give_up("the reps could not log on");
        pause_ms(10);
    }
    board->subscribers = subscribers;
    pid_t watchers = subscribers > 0 ? bench_fork(floor_subscribers, board) : 0;
    pid_t publisher = bench_fork(floor_publisher, board);
    const struct floor_pids pids = {.broker = broker, .redis = redis, .reps = reps, .publisher = publisher};
    struct floor_result result = floor_measure(board, dir, &pids, seconds);
    board->stop = 1;
    bench_wait(publisher);
    bench_wait(reps);
    if (watchers > 0 && (bench_wait(watchers) != 0 || board->events == 0))
        bench_give_up("the subscribers got no events");
    bench_stop(broker);
    bench_stop(redis);
    if (result.lives == 0)
        bench_give_up("no lead was completed in the bench");
    if (board->wrong > 0)
        bench_give_up("leads went wrong in the bench: to the wrong skill, or refused");
    munmap(board, sizeof *board);
    bench_remove_dir(dir);
    return result;
}
