/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_desk.h"

#include <hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench.h"
#include "bench_process.h"
#include "control_client.h"

const struct bench_desk_size bench_desk_usual = {BENCH_REPS, BENCH_SKILLS};

void bench_give_up(const char *what)
{
    fprintf(stderr, "leadwire-bench: %s\n", what);
    exit(1);
}

const char *bench_desk_redis_program(void)
{
    const char *server = getenv("LEADWIRE_REDIS_SERVER");

    return server && server[0] ? server : "redis-server";
}

pid_t bench_desk_redis(const char *dir, const char *fsync)
{
    char socket[96], log[96];
    snprintf(socket, sizeof socket, "%s/redis.sock", dir);
    snprintf(log, sizeof log, "%s/redis.log", dir);
    const char *const argv[] = {bench_desk_redis_program(), "--port", "0", "--unixsocket", socket, "--dir", dir,
                                "--appendonly", "yes", "--appendfsync", fsync, "--save", "", "--auto-aof-rewrite-percentage", "0", NULL};
    pid_t pid = bench_start(argv, BENCH_REDIS_ALSO_AS, log);
    if (!bench_await_socket(socket, 10000))
        bench_give_up("redis-server did not start: install Debian's redis-tools, or name one in LEADWIRE_REDIS_SERVER");
    return pid;
}

double bench_desk_redis_number(const char *dir, const char *name)
{
    char socket[96], line[64];
    snprintf(socket, sizeof socket, "%s/redis.sock", dir);
    int size = snprintf(line, sizeof line, "\n%s:", name);
    redisContext *redis = redisConnectUnix(socket);
    redisReply *reply = redis && !redis->err ? redisCommand(redis, "INFO") : NULL;
    const char *at = reply && reply->type == REDIS_REPLY_STRING ? strstr(reply->str, line) : NULL;
    if (!at)
        bench_give_up("the private Redis does not tell how it is");
    double value = strtod(at + size, NULL);
    freeReplyObject(reply);
    redisFree(redis);
    return value;
}

void bench_desk_secrets(const char *path, uint32_t reps)
{
    FILE *file = fopen(path, "w");
    if (!file)
        bench_give_up("cannot write the reps' secrets");
    for (uint32_t i = 0; i < reps; i++)
        fprintf(file, "rep%u bench-secret\n", i);
    fclose(file);
    chmod(path, 0600);
}

bool bench_desk_has_skill(const struct bench_desk_size *size, uint32_t rep, uint32_t skill)
{
    return skill == rep % size->skills || skill == (rep + size->skills / 2) % size->skills;
}

void bench_desk_rules(const char *run_dir)
{
    bench_desk_rules_timed(run_dir, "bench", 60000, 15000);
}

void bench_desk_rules_timed(const char *run_dir, const char *desk_name, uint32_t offer_timeout_ms, uint32_t grace_ms)
{
    bench_desk_rules_sized(run_dir, desk_name, &bench_desk_usual, offer_timeout_ms, grace_ms);
}

/* A skill, with the rule that asks for it. */
struct skill_rules {
    char name[16];
    char *value;
    Leadwire__V1__SkillConfig skill, *skill_at;
    Leadwire__V1__SkillLevel level, *level_at;
    Leadwire__V1__Predicate predicate, *predicate_at;
    Leadwire__V1__RuleConfig rule, *rule_at;
};

struct rep_rules { char name[16]; Leadwire__V1__SkillLevel *levels[2]; Leadwire__V1__RepConfig rep; };

static void *make_room(size_t count, size_t size)
{
    void *room = calloc(count, size);
    if (!room)
        bench_give_up("out of memory");
    return room;
}

static void make_skill(struct skill_rules *rules, uint32_t number)
{
    snprintf(rules->name, sizeof rules->name, "s%u", number);
    rules->value = rules->name;
    leadwire__v1__skill_config__init(&rules->skill);
    rules->skill.name = rules->name;
    leadwire__v1__skill_level__init(&rules->level);
    rules->level.skill = rules->name;
    rules->level.level = 5;
    rules->level_at = &rules->level;
    leadwire__v1__predicate__init(&rules->predicate);
    rules->predicate.field = (char *)(uintptr_t)"product";
    rules->predicate.kind = LEADWIRE__V1__PREDICATE_KIND__PREDICATE_EQUALS;
    rules->predicate.n_values = 1;
    rules->predicate.values = &rules->value;
    rules->predicate_at = &rules->predicate;
    leadwire__v1__rule_config__init(&rules->rule);
    rules->rule.name = rules->rule.queue = rules->name;
    rules->rule.n_when = 1;
    rules->rule.when = &rules->predicate_at;
    rules->rule.n_require = 1;
    rules->rule.require = &rules->level_at;
}

void bench_desk_rules_sized(const char *run_dir, const char *desk_name, const struct bench_desk_size *size, uint32_t offer_timeout_ms, uint32_t grace_ms)
{
    struct skill_rules *skills = make_room(size->skills, sizeof *skills);
    struct rep_rules *reps = make_room(size->reps, sizeof *reps);
    Leadwire__V1__SkillConfig **skill_list = make_room(size->skills, sizeof *skill_list);
    Leadwire__V1__RuleConfig **rule_list = make_room(size->skills, sizeof *rule_list);
    Leadwire__V1__RepConfig **rep_list = make_room(size->reps, sizeof *rep_list);

    for (uint32_t i = 0; i < size->skills; i++) {
        make_skill(&skills[i], i);
        skill_list[i] = &skills[i].skill;
        rule_list[i] = &skills[i].rule;
    }
    for (uint32_t i = 0; i < size->reps; i++) {
        struct rep_rules *rules = &reps[i];
        snprintf(rules->name, sizeof rules->name, "rep%u", i);
        leadwire__v1__rep_config__init(&rules->rep);
        rules->rep.name = rules->name;
        rules->rep.team = (char *)(uintptr_t)"inside";
        rules->rep.capacity = BENCH_CAPACITY;
        rules->levels[0] = &skills[i % size->skills].level;
        rules->levels[1] = &skills[(i + size->skills / 2) % size->skills].level;
        rules->rep.n_skills = 2;
        rules->rep.skills = rules->levels;
        rep_list[i] = &rules->rep;
    }
    Leadwire__V1__TeamConfig team = LEADWIRE__V1__TEAM_CONFIG__INIT, *team_list = &team;
    team.name = (char *)(uintptr_t)"inside";
    Leadwire__V1__ChannelConfig web = LEADWIRE__V1__CHANNEL_CONFIG__INIT, *channel_list = &web;
    web.channel = LEADWIRE__V1__CHANNEL__CHANNEL_WEB;
    web.weight = 1;
    web.offer_timeout_ms = offer_timeout_ms;
    web.wait_limit_ms = 3600000;
    web.connect_timeout_ms = 25000;
    Leadwire__V1__DispositionConfig won = LEADWIRE__V1__DISPOSITION_CONFIG__INIT, *disposition_list = &won;
    won.code = (char *)(uintptr_t)"won";
    won.class_ = LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_WON;

    Leadwire__V1__DeskConfig desk = LEADWIRE__V1__DESK_CONFIG__INIT;
    desk.desk = (char *)(uintptr_t)desk_name;
    desk.policy = (char *)(uintptr_t)"least_loaded";
    desk.n_skills = size->skills, desk.skills = skill_list;
    desk.n_rules = size->skills, desk.rules = rule_list;
    desk.n_reps = size->reps, desk.reps = rep_list;
    desk.n_teams = 1, desk.teams = &team_list;
    desk.n_channels = 1, desk.channels = &channel_list;
    desk.n_dispositions = 1, desk.dispositions = &disposition_list;
    desk.grace_ms = grace_ms, desk.park_limit_ms = desk.work_limit_ms = 86400000, desk.retry_same_rep_ms = 120000, desk.offers_max = 12;

    char endpoint[128];
    struct control_client *control;
    struct wire_message reply;
    Leadwire__V1__ApplyConfig apply = LEADWIRE__V1__APPLY_CONFIG__INIT;
    apply.config = &desk;
    struct wire_message request = {.type = WIRE_APPLY_CONFIG, .apply_config = &apply};
    snprintf(endpoint, sizeof endpoint, "ipc://%s/control", run_dir);
    if (control_client_open(endpoint, desk_name, "leadwire-bench", NULL, &control) != LW_OK ||
        control_client_ask(control, &request, 10000, &reply) != LW_OK || reply.type != WIRE_REPLY ||
        reply.reply->status != LEADWIRE__V1__STATUS__STATUS_ACCEPTED)
        bench_give_up("the broker did not take the bench's rules");
    control_client_close(&control);
    free(skills);
    free(reps);
    free(skill_list);
    free(rule_list);
    free(rep_list);
}

void bench_desk_id(uint64_t number, char id[BENCH_ID_SIZE])
{
    snprintf(id, BENCH_ID_SIZE, "bench-%llu", (unsigned long long)number);
}

const struct lw_lead *bench_desk_lead(uint64_t number, uint32_t skills, struct bench_lead *room)
{
    room->phone = (struct lw_lead_phone){.e164 = "+390212345678", .raw = "02 1234 5678", .kind = "fixed", .region = "IT"};
    room->email = (struct lw_lead_email){.address = "prospect.number@example.com", .key = "prospect.number@example.com"};
    snprintf(room->sent, sizeof room->sent, "%llu", (unsigned long long)bench_now_ns());
    snprintf(room->skill, sizeof room->skill, "s%llu", (unsigned long long)(number % skills));
    room->lead = (struct lw_lead){
        .channel = LW_CHANNEL_WEB, .source = "bench", .full_name = "A Prospect of the Bench", .phones = &room->phone, .phone_count = 1,
        .emails = &room->email, .email_count = 1, .language = "it", .country = "IT", .product = room->skill, .vendor_id = room->sent,
        .subject = "Request for a quote", .campaign = "autumn",
        .summary = "Good morning, we would like a quote for our house: two floors, a roof of eighty square metres that faces south. "
                   "Please call in the afternoon. Thank you and best regards.",
    };
    return &room->lead;
}

lw_status bench_desk_publish(struct lw_publisher *publisher, uint64_t number)
{
    return bench_desk_publish_to(publisher, number, BENCH_SKILLS);
}

lw_status bench_desk_publish_to(struct lw_publisher *publisher, uint64_t number, uint32_t skills)
{
    char id[BENCH_ID_SIZE];
    struct bench_lead room;
    uint64_t ticket;
    bench_desk_id(number, id);
    return lw_publisher_publish(publisher, id, 0, bench_desk_lead(number, skills, &room), 0, &ticket);
}
