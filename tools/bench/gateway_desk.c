/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE   /* CPU_SET */
#include "gateway_desk.h"

#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench_desk.h"
#include "bench_process.h"

enum { READY_WITHIN_MS = 20000 };

static FILE *create(const struct gateway_desk *desk, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", desk->dir, name);
    FILE *file = fopen(path, "w");
    if (!file || chmod(path, 0600) != 0)
        bench_give_up("cannot write a file of the bench's desk");
    return file;
}

static void write_rules(const struct gateway_desk *desk, uint32_t reps)
{
    FILE *file = create(desk, "desk.yaml");
    fprintf(file, "desk: bench\nteams: {inside: Inside}\nchannels:\n  web: {weight: 1, offer_timeout: 60s}\n"
                  "dispositions:\n  won: {label: Won, class: won}\npolicy: least_loaded\nskills:\n");
    for (uint32_t i = 0; i < BENCH_SKILLS; i++)
        fprintf(file, "  s%u: Skill %u\n", i, i);
    fprintf(file, "rules:\n");
    for (uint32_t i = 0; i < BENCH_SKILLS; i++)
        fprintf(file, "  - name: s%u\n    when: {product: {equals: [s%u]}}\n    require: {s%u: 5}\n", i, i, i);
    fprintf(file, "reps:\n");
    for (uint32_t i = 0; i < reps; i++)
        fprintf(file, "  rep%u: {team: inside, capacity: 2, skills: {s%u: 5}}\n", i, i % BENCH_SKILLS);
    fclose(file);
}

static void write_people(const struct gateway_desk *desk, uint32_t reps)
{
    FILE *secrets = create(desk, "secrets"), *users = create(desk, "users");
    for (uint32_t i = 0; i < reps; i++) {
        fprintf(secrets, "rep%u bench-secret\n", i);
        fprintf(users, "rep%u rep rep%u -\n", i, i);
    }
    fclose(secrets);
    fclose(users);
}

static void write_gateway(const struct gateway_desk *desk, uint32_t reps)
{
    char versions[96];
    snprintf(versions, sizeof versions, "%s/versions", desk->dir);
    if (mkdir(versions, 0700) != 0)
        bench_give_up("cannot make a folder of the bench's desk");
    FILE *file = create(desk, "gateway.yaml");
    fprintf(file, "desk: bench\nbroker: ipc://%s/reps\nusers: users\nrep_secrets: secrets\nlisten: 127.0.0.1:0\n"
                  "http: {connections_max: %u, request_within: 15s}\nidentity: {header: X-Bench-User, from: [127.0.0.1]}\n"
                  "sessions: {max: %u}\nops: {control: \"ipc://%s/control\", events: \"ipc://%s/events\", versions: versions}\n", desk->run_dir, 2 * reps + 200, reps + 100,
            desk->run_dir, desk->run_dir);
    fclose(file);
}

static pid_t start_broker(const struct gateway_desk *desk)
{
    char program[512], secrets[96], redis[112], log[96], control[128];
    snprintf(secrets, sizeof secrets, "%s/secrets", desk->dir);
    snprintf(redis, sizeof redis, "unix:%s", desk->redis_socket);
    snprintf(log, sizeof log, "%s/broker.log", desk->dir);
    snprintf(control, sizeof control, "%s/control", desk->run_dir);
    bench_program("leadwire-broker", program);
    const char *const argv[] = {program, "--desk", "bench", "--run-dir", desk->run_dir, "--rep-secrets", secrets, "--durability", "always", "--redis", redis, NULL};
    pid_t pid = bench_start(argv, NULL, log);
    if (!bench_await_path(control, READY_WITHIN_MS))
        bench_give_up("leadwire-broker did not start: see its log");
    return pid;
}

static void apply_rules(const struct gateway_desk *desk)
{
    char program[512], rules[96], log[96];
    snprintf(rules, sizeof rules, "%s/desk.yaml", desk->dir);
    snprintf(log, sizeof log, "%s/apply.log", desk->dir);
    bench_program("leadwire", program);
    const char *const argv[] = {program, "apply", rules, "--run-dir", desk->run_dir, NULL};
    if (bench_wait(bench_start(argv, NULL, log)) != 0)
        bench_give_up("the broker did not take the bench's rules");
}

static pid_t start_gateway(struct gateway_desk *desk)
{
    char program[512], config[96], port[96], log[96];
    unsigned number = 0;
    snprintf(config, sizeof config, "%s/gateway.yaml", desk->dir);
    snprintf(port, sizeof port, "%s/port", desk->dir);
    snprintf(log, sizeof log, "%s/gateway.log", desk->dir);
    bench_program("leadwire-gateway", program);
    const char *const argv[] = {program, "--config", config, "--port-file", port, NULL};
    pid_t pid = bench_start(argv, NULL, log);
    FILE *file = bench_await_path(port, READY_WITHIN_MS) ? fopen(port, "r") : NULL;
    if (!file || fscanf(file, "%u", &number) != 1)
        bench_give_up("leadwire-gateway does not listen: see its log");
    fclose(file);
    desk->port = (uint16_t)number;
    return pid;
}

/* The last of the processors we may use to what is started next, or the others; false: there is only one. */
static bool use_core(const cpu_set_t *all, bool last)
{
    cpu_set_t some;
    int left = CPU_COUNT(all);
    CPU_ZERO(&some);
    for (size_t i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, all) && (--left == 0) == last)
            CPU_SET(i, &some);
    return CPU_COUNT(all) > 1 && sched_setaffinity(0, sizeof some, &some) == 0;
}

void gateway_desk_start(struct gateway_desk *desk, uint32_t reps)
{
    cpu_set_t all;
    *desk = (struct gateway_desk){0};
    bench_make_dir(desk->dir);
    snprintf(desk->run_dir, sizeof desk->run_dir, "%s/run", desk->dir);
    snprintf(desk->redis_socket, sizeof desk->redis_socket, "%s/redis.sock", desk->dir);
    write_rules(desk, reps);
    write_people(desk, reps);
    write_gateway(desk, reps);
    if (sched_getaffinity(0, sizeof all, &all) != 0)
        CPU_ZERO(&all);
    desk->has_own_core = use_core(&all, true);
    desk->gateway = start_gateway(desk);
    use_core(&all, false);
    desk->redis = bench_desk_redis(desk->dir, "always");
    desk->broker = start_broker(desk);
    apply_rules(desk);
}

void gateway_desk_stop(struct gateway_desk *desk)
{
    bench_stop(desk->gateway);
    bench_stop(desk->broker);
    bench_stop(desk->redis);
    bench_remove_dir(desk->dir);
}

uint64_t gateway_desk_rss(const struct gateway_desk *desk)
{
    return bench_resident_bytes(desk->gateway);
}
