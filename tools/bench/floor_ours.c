/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE   /* MAP_ANONYMOUS */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "bench_process.h"
#include "control_client.h"
#include "floor.h"
#include "floor_clients.h"

static void give_up(const char *what)
{
    fprintf(stderr, "leadwire-bench: %s\n", what);
    exit(1);
}

pid_t floor_start_redis(const char *dir, const char *fsync)
{
    char socket[96], log[96];
    const char *server = getenv("LEADWIRE_REDIS_SERVER");
    snprintf(socket, sizeof socket, "%s/redis.sock", dir);
    snprintf(log, sizeof log, "%s/redis.log", dir);
    const char *const argv[] = {server && server[0] ? server : "redis-server", "--port", "0", "--unixsocket", socket, "--dir", dir,
                                "--appendonly", "yes", "--appendfsync", fsync, "--save", "", "--auto-aof-rewrite-percentage", "0", NULL};
    pid_t pid = bench_start(argv, "redis-check-rdb", log);   /* the same program, which looks at the name it is called by */
    if (!bench_await_path(socket, 10000))
        give_up("redis-server did not start: install Debian's redis-tools, or name one in LEADWIRE_REDIS_SERVER");
    return pid;
}

static void write_secrets(const char *path)
{
    FILE *file = fopen(path, "w");
    if (!file)
        give_up("cannot write the reps' secrets");
    for (uint32_t i = 0; i < FLOOR_REPS; i++)
        fprintf(file, "rep%u bench-secret\n", i);
    fclose(file);
    chmod(path, 0600);
}

/* 10 skills, 10 rules, 50 reps with two skills each. */
static void apply_rules(const char *run_dir)
{
    static char names[FLOOR_REPS + FLOOR_SKILLS][16];
    static Leadwire__V1__SkillConfig skills[FLOOR_SKILLS];
    static Leadwire__V1__SkillLevel levels[FLOOR_SKILLS];
    static Leadwire__V1__Predicate predicates[FLOOR_SKILLS];
    static Leadwire__V1__RuleConfig rules[FLOOR_SKILLS];
    static Leadwire__V1__RepConfig reps[FLOOR_REPS];
    Leadwire__V1__SkillConfig *skill_list[FLOOR_SKILLS];
    Leadwire__V1__SkillLevel *level_list[FLOOR_SKILLS], *rep_levels[FLOOR_REPS][2];
    Leadwire__V1__Predicate *predicate_list[FLOOR_SKILLS];
    Leadwire__V1__RuleConfig *rule_list[FLOOR_SKILLS];
    Leadwire__V1__RepConfig *rep_list[FLOOR_REPS];
    char *values[FLOOR_SKILLS];

    for (uint32_t i = 0; i < FLOOR_SKILLS; i++) {
        snprintf(names[i], sizeof names[i], "s%u", i);
        values[i] = names[i];
        leadwire__v1__skill_config__init(&skills[i]);
        skills[i].name = names[i];
        skill_list[i] = &skills[i];
        leadwire__v1__skill_level__init(&levels[i]);
        levels[i].skill = names[i];
        levels[i].level = 5;
        level_list[i] = &levels[i];
        leadwire__v1__predicate__init(&predicates[i]);
        predicates[i].field = (char *)(uintptr_t)"product";
        predicates[i].kind = LEADWIRE__V1__PREDICATE_KIND__PREDICATE_EQUALS;
        predicates[i].n_values = 1;
        predicates[i].values = &values[i];
        predicate_list[i] = &predicates[i];
        leadwire__v1__rule_config__init(&rules[i]);
        rules[i].name = rules[i].queue = names[i];
        rules[i].n_when = 1;
        rules[i].when = &predicate_list[i];
        rules[i].n_require = 1;
        rules[i].require = &level_list[i];
        rule_list[i] = &rules[i];
    }
    for (uint32_t i = 0; i < FLOOR_REPS; i++) {
        snprintf(names[FLOOR_SKILLS + i], sizeof names[0], "rep%u", i);
        leadwire__v1__rep_config__init(&reps[i]);
        reps[i].name = names[FLOOR_SKILLS + i];
        reps[i].team = (char *)(uintptr_t)"inside";
        reps[i].capacity = FLOOR_CAPACITY;
        rep_levels[i][0] = &levels[i % FLOOR_SKILLS];
        rep_levels[i][1] = &levels[(i + 5) % FLOOR_SKILLS];
        reps[i].n_skills = 2;
        reps[i].skills = rep_levels[i];
        rep_list[i] = &reps[i];
    }
    Leadwire__V1__TeamConfig team = LEADWIRE__V1__TEAM_CONFIG__INIT, *team_list = &team;
    team.name = (char *)(uintptr_t)"inside";
    Leadwire__V1__ChannelConfig web = LEADWIRE__V1__CHANNEL_CONFIG__INIT, *channel_list = &web;
    web.channel = LEADWIRE__V1__CHANNEL__CHANNEL_WEB;
    web.weight = 1;
    web.offer_timeout_ms = 60000;
    web.wait_limit_ms = 3600000;
    web.connect_timeout_ms = 25000;
    Leadwire__V1__DispositionConfig won = LEADWIRE__V1__DISPOSITION_CONFIG__INIT, *disposition_list = &won;
    won.code = (char *)(uintptr_t)"won";
    won.class_ = LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_WON;

    Leadwire__V1__DeskConfig desk = LEADWIRE__V1__DESK_CONFIG__INIT;
    desk.desk = (char *)(uintptr_t)"bench";
    desk.policy = (char *)(uintptr_t)"least_loaded";
    desk.n_skills = FLOOR_SKILLS, desk.skills = skill_list;
    desk.n_rules = FLOOR_SKILLS, desk.rules = rule_list;
    desk.n_reps = FLOOR_REPS, desk.reps = rep_list;
    desk.n_teams = 1, desk.teams = &team_list;
    desk.n_channels = 1, desk.channels = &channel_list;
    desk.n_dispositions = 1, desk.dispositions = &disposition_list;
    desk.grace_ms = 15000, desk.park_limit_ms = desk.work_limit_ms = 86400000, desk.retry_same_rep_ms = 120000, desk.offers_max = 12;

    char endpoint[128];
    struct control_client *control;
    struct wire_message reply;
    Leadwire__V1__ApplyConfig apply = LEADWIRE__V1__APPLY_CONFIG__INIT;
    apply.config = &desk;
    struct wire_message request = {.type = WIRE_APPLY_CONFIG, .apply_config = &apply};
    snprintf(endpoint, sizeof endpoint, "ipc://%s/control", run_dir);
    if (control_client_open(endpoint, "bench", "leadwire-bench", &control) != LW_OK ||
        control_client_ask(control, &request, 10000, &reply) != LW_OK || reply.type != WIRE_REPLY ||
        reply.reply->status != LEADWIRE__V1__STATUS__STATUS_ACCEPTED)
        give_up("the broker did not take the bench's rules");
    control_client_close(&control);
}

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

/* Flat out, then FLOOR_RATE; figures are differences over the middle, when everybody is at work. */
static struct floor_result measure(struct floor_board *board, const char *dir, pid_t broker, pid_t redis, pid_t publisher, pid_t reps,
                                   uint32_t seconds)
{
    struct floor_result result = {0};
    pause_ms(500);
    pid_t pids[] = {broker, redis, reps, publisher};
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
    return result;
}

struct floor_result floor_ours(const char *durability, uint32_t seconds)
{
    char dir[64], run_dir[96], secrets[96], redis_address[128], log[96], program[512], control[128];
    bool is_memory = strcmp(durability, "memory") == 0;
    bench_make_dir(dir);
    snprintf(run_dir, sizeof run_dir, "%s/run", dir);
    snprintf(secrets, sizeof secrets, "%s/secrets", dir);
    snprintf(redis_address, sizeof redis_address, "unix:%s/redis.sock", dir);
    snprintf(log, sizeof log, "%s/broker.log", dir);
    snprintf(control, sizeof control, "%s/control", run_dir);
    write_secrets(secrets);
    pid_t redis = is_memory ? 0 : floor_start_redis(dir, durability);
    bench_program("leadwire-broker", program);
    const char *const durable[] = {program, "--desk", "bench", "--run-dir", run_dir, "--rep-secrets", secrets, "--durability", durability,
                                   "--redis", redis_address, NULL};
    const char *const ephemeral[] = {program, "--desk", "bench", "--run-dir", run_dir, "--rep-secrets", secrets, "--ephemeral", NULL};
    pid_t broker = bench_start(is_memory ? ephemeral : durable, NULL, log);
    if (!bench_await_path(control, 10000))
        give_up("leadwire-broker did not start: see its log");
    apply_rules(run_dir);

    struct floor_board *board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (board == MAP_FAILED)
        give_up("out of memory");
    snprintf(board->run_dir, sizeof board->run_dir, "%s/run", dir);
    pid_t reps = bench_fork(floor_reps, board);
    for (int i = 0; board->reps_ready < FLOOR_REPS; i++) {
        if (i > 1000)
            give_up("the reps could not log on");
        pause_ms(10);
    }
    pid_t publisher = bench_fork(floor_publisher, board);
    struct floor_result result = measure(board, dir, broker, redis, publisher, reps, seconds);
    board->stop = 1;
    bench_wait(publisher);
    bench_wait(reps);
    bench_stop(broker);
    bench_stop(redis);
    if (board->wrong > 0 || result.lives == 0)
        give_up("leads went wrong in the bench: none, to the wrong skill, or refused");
    munmap(board, sizeof *board);
    bench_remove_dir(dir);
    return result;
}
