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
#include "floor_clients.h"
#include "key_dir.h"

enum way { BY_IPC, BY_TCP, BY_CURVE };

static struct floor_result measure_ours(const char *durability, enum way way, uint32_t subscribers, uint32_t seconds);

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
    return board;
}

struct floor_result floor_measure(struct floor_board *board, const char *dir, const struct floor_pids *running, uint32_t seconds)
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
    return measure_ours(durability, BY_IPC, 0, seconds);
}

struct floor_result floor_ours_watched(const char *durability, uint32_t subscribers, uint32_t seconds)
{
    return measure_ours(durability, BY_IPC, subscribers, seconds);
}

struct floor_result floor_ours_by_tcp(const char *durability, bool is_encrypted, uint32_t seconds)
{
    return measure_ours(durability, is_encrypted ? BY_CURVE : BY_TCP, 0, seconds);
}

/* A key for the publisher and one for each rep. */
static void make_keys(const char *path)
{
    struct key_dir dir;
    char why[KEY_WHY_MAX], name[16];
    if (key_dir_open(&dir, path, why) != LW_OK || key_dir_issue(&dir, ROLE_PUBLISHER, "publisher", NULL, 1, NULL, why) != LW_OK)
        bench_give_up(why);
    for (uint32_t i = 0; i < BENCH_REPS; i++) {
        snprintf(name, sizeof name, "rep%u", i);
        if (key_dir_issue(&dir, ROLE_REP, name, NULL, 1, NULL, why) != LW_OK)
            bench_give_up(why);
    }
}

/* From the broker's status file, once it is there: "reps tcp://127.0.0.1:4711". */
static void read_address(const struct floor_board *board, const char *name, const char *begins, char out[160])
{
    char path[128], line[256], wanted[64];
    snprintf(path, sizeof path, "%s/status", board->run_dir);
    snprintf(wanted, sizeof wanted, "%s %s", name, begins);
    if (!bench_await_path(path, 10000))
        bench_give_up("leadwire-broker tells no addresses: see its log");
    FILE *file = fopen(path, "r");
    out[0] = '\0';
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, wanted, strlen(wanted)) == 0)
            snprintf(out, 160, "%.150s", line + strlen(name) + 1);
    }
    if (file)
        fclose(file);
    if (!out[0])
        bench_give_up("leadwire-broker does not listen there");
}

static pid_t start_broker(const char *dir, const char *run_dir, const char *durability, enum way way)
{
    static char program[512];
    char secrets[96], redis_address[128], log[96], control[128], keys[96];
    const char *argv[32] = {program, "--desk", "bench", "--run-dir", run_dir, "--rep-secrets", secrets};
    int count = 7;
    snprintf(secrets, sizeof secrets, "%s/secrets", dir);
    snprintf(redis_address, sizeof redis_address, "unix:%s/redis.sock", dir);
    snprintf(log, sizeof log, "%s/broker.log", dir);
    snprintf(control, sizeof control, "%s/control", run_dir);
    snprintf(keys, sizeof keys, "%s/keys", dir);
    bench_desk_secrets(secrets);
    bench_program("leadwire-broker", program);
    const char *const ephemeral[] = {"--ephemeral", NULL}, *const durable[] = {"--durability", durability, "--redis", redis_address, NULL};
    const char *const tcp[] = {"--listen-publish", "tcp://127.0.0.1:0", "--listen-reps", "tcp://127.0.0.1:0", NULL};
    const char *const curve[] = {"--keys", keys, NULL}, *const none[] = {NULL};
    const char *const *parts[] = {strcmp(durability, "memory") == 0 ? ephemeral : durable, way == BY_IPC ? none : tcp, way == BY_CURVE ? curve : none};
    for (size_t part = 0; part < sizeof parts / sizeof parts[0]; part++)
        for (int i = 0; parts[part][i]; i++)
            argv[count++] = parts[part][i];
    if (way == BY_CURVE)
        make_keys(keys);
    pid_t broker = bench_start(argv, NULL, log);
    if (!bench_await_path(control, 10000))
        bench_give_up("leadwire-broker did not start: see its log");
    return broker;
}

static struct floor_result measure_ours(const char *durability, enum way way, uint32_t subscribers, uint32_t seconds)
{
    struct floor_board *board = floor_board_new();
    char dir[64];
    bench_make_dir(dir);
    snprintf(board->run_dir, sizeof board->run_dir, "%s/run", dir);
    if (way == BY_CURVE)
        snprintf(board->keys_dir, sizeof board->keys_dir, "%s/keys", dir);
    pid_t redis = strcmp(durability, "memory") == 0 ? 0 : bench_desk_redis(dir, durability);
    pid_t broker = start_broker(dir, board->run_dir, durability, way);
    bench_desk_rules(board->run_dir);
    read_address(board, "publish", way == BY_IPC ? "ipc://" : "tcp://", board->publish);
    read_address(board, "reps", way == BY_IPC ? "ipc://" : "tcp://", board->reps);

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
    if (board->wrong > 0 || result.lives == 0)
        bench_give_up("leads went wrong in the bench: none, to the wrong skill, or refused");
    munmap(board, sizeof *board);
    bench_remove_dir(dir);
    return result;
}
