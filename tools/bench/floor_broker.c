/* SPDX-License-Identifier: Apache-2.0 */
#include "floor_broker.h"

#include <stdio.h>
#include <string.h>

#include "bench_desk.h"
#include "bench_process.h"
#include "key_dir.h"

/* A key for the publisher and one for each rep. */
static void make_keys(const char *path, uint32_t reps)
{
    struct key_dir dir;
    char why[KEY_WHY_MAX], name[16];
    if (key_dir_open(&dir, path, why) != LW_OK || key_dir_issue(&dir, ROLE_PUBLISHER, "publisher", NULL, 1, NULL, why) != LW_OK)
        bench_give_up(why);
    for (uint32_t i = 0; i < reps; i++) {
        snprintf(name, sizeof name, "rep%u", i);
        if (key_dir_issue(&dir, ROLE_REP, name, NULL, 1, NULL, why) != LW_OK)
            bench_give_up(why);
    }
}

void floor_broker_address(const struct floor_broker *place, const char *name, char out[FLOOR_ADDRESS_SIZE])
{
    char path[128], line[256], wanted[64];
    snprintf(path, sizeof path, "%s/status", place->run_dir);
    snprintf(wanted, sizeof wanted, "%s %s", name, place->way == FLOOR_BY_IPC ? "ipc://" : "tcp://");
    if (!bench_await_path(path, 10000))
        bench_give_up("leadwire-broker tells no addresses: see its log");
    FILE *file = fopen(path, "r");
    out[0] = '\0';
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, wanted, strlen(wanted)) == 0)
            snprintf(out, FLOOR_ADDRESS_SIZE, "%.150s", line + strlen(name) + 1);
    }
    if (file)
        fclose(file);
    if (!out[0])
        bench_give_up("leadwire-broker does not listen there");
}

pid_t floor_broker_start(const struct floor_broker *place)
{
    enum floor_way way = place->way;
    static char program[512];
    uint32_t reps = place->reps > 0 ? place->reps : BENCH_REPS;
    char secrets[96], redis_address[128], log[96], control[128], keys[96], leads_max[16];
    const char *argv[32] = {program, "--desk", place->desk, "--run-dir", place->run_dir, "--rep-secrets", secrets};
    int count = 7;
    snprintf(secrets, sizeof secrets, "%s/secrets", place->dir);
    snprintf(redis_address, sizeof redis_address, "unix:%s/redis.sock", place->dir);
    snprintf(log, sizeof log, "%s/broker.log", place->dir);
    snprintf(control, sizeof control, "%s/control", place->run_dir);
    snprintf(leads_max, sizeof leads_max, "%u", place->leads_max);
    snprintf(keys, sizeof keys, "%s/keys", place->dir);
    bench_desk_secrets(secrets, reps);
    bench_program("leadwire-broker", program);
    const char *const ephemeral[] = {"--ephemeral", NULL}, *const durable[] = {"--durability", place->durability, "--redis", redis_address, NULL};
    const char *const tcp[] = {"--listen-publish", "tcp://127.0.0.1:0", "--listen-reps", "tcp://127.0.0.1:0", NULL};
    const char *const curve[] = {"--keys", keys, NULL}, *const bound[] = {"--leads-max", leads_max, NULL}, *const none[] = {NULL};
    const char *const *parts[] = {strcmp(place->durability, "memory") == 0 ? ephemeral : durable, way == FLOOR_BY_IPC ? none : tcp, way == FLOOR_BY_CURVE ? curve : none,
                                 place->leads_max > 0 ? bound : none};
    for (size_t part = 0; part < sizeof parts / sizeof parts[0]; part++)
        for (int i = 0; parts[part][i]; i++)
            argv[count++] = parts[part][i];
    if (way == FLOOR_BY_CURVE)
        make_keys(keys, reps);
    pid_t broker = bench_start(argv, NULL, log);
    if (!bench_await_path(control, 10000)) {
        char why[160];
        snprintf(why, sizeof why, "leadwire-broker did not start: see %s", log);
        bench_give_up(why);
    }
    return broker;
}
