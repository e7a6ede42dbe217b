/* SPDX-License-Identifier: Apache-2.0
 *
 * password -> does it do transactions? -> are our functions there, in this version? -> does Redis keep what it confirms? -> is it the master? -> the head
 */
#include "redis_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lw_log.h"
#include "store_functions.h"

enum { SETTLE_POLL_MS = 20 };

struct settings {
    bool appends, syncs, is_durable, evicts;
    unsigned long min_replicas;
};

static void password_answered(void *context, uint64_t tag, const redisReply *reply);
static void try_transaction(struct redis_store *s);
static void begin_answered(void *context, uint64_t tag, const redisReply *reply);
static void end_answered(void *context, uint64_t tag, const redisReply *reply);
static void ask_version(struct redis_store *s);
static void version_answered(void *context, uint64_t tag, const redisReply *reply);
static void functions_are_missing(struct redis_store *s);
static void load_functions(struct redis_store *s);
static void functions_answered(void *context, uint64_t tag, const redisReply *reply);
static void ask_settings(struct redis_store *s);
static void settings_answered(void *context, uint64_t tag, const redisReply *reply);
static void note_setting(const struct redis_store *s, struct settings *settings, const redisReply *name, const redisReply *value);
static void change_settings(struct redis_store *s, const struct settings *settings);
static uint32_t least_replicas(const struct redis_store *s);
static void change_answered(void *context, uint64_t tag, const redisReply *reply);
static void rewrite_answered(void *context, uint64_t tag, const redisReply *reply);
static void settled_answered(void *context, uint64_t tag, const redisReply *reply);

void store_greet_begin(struct redis_store *s)
{
    s->phase = PHASE_GREET;
    s->settle_at_ms = UINT64_MAX;
    if (!s->password) {
        try_transaction(s);
        return;
    }
    redis_args_clear(&s->args);
    redis_args_text(&s->args, "AUTH");
    if (s->options.redis_user)
        redis_args_text(&s->args, s->options.redis_user);
    redis_args_text(&s->args, s->password);
    store_send(s, password_answered, 0);
}

void store_greet_step(struct redis_store *s)
{
    if (s->now_ms < s->settle_at_ms)
        return;
    s->settle_at_ms = UINT64_MAX;
    redis_args_clear(&s->args);
    redis_args_text(&s->args, "INFO");
    redis_args_text(&s->args, "persistence");
    store_send(s, settled_answered, 0);
}

static void password_answered(void *context, uint64_t tag, const redisReply *reply)
{
    struct redis_store *s = context;

    (void)tag;
    if (reply && reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "ERR AUTH", 8) == 0)
        try_transaction(s);     /* it asks for no password */
    else if (!store_is_trouble(s, reply))
        try_transaction(s);
}

/* An empty one: a Redis that does not let us begin one would run what belongs together piece by piece. */
static void try_transaction(struct redis_store *s)
{
    redis_args_clear(&s->args);
    redis_args_text(&s->args, "MULTI");
    store_send(s, begin_answered, 0);
    redis_args_clear(&s->args);
    redis_args_text(&s->args, "EXEC");
    store_send(s, end_answered, 0);
}

static void begin_answered(void *context, uint64_t tag, const redisReply *reply)
{
    (void)tag;
    (void)store_is_trouble(context, reply);
}

static void end_answered(void *context, uint64_t tag, const redisReply *reply)
{
    struct redis_store *s = context;

    (void)tag;
    if (!store_is_trouble(s, reply) && !s->drop)
        ask_version(s);
}

static void ask_version(struct redis_store *s)
{
    store_call(s, "lw_version", 0);
    store_send(s, version_answered, 0);
}

static void version_answered(void *context, uint64_t tag, const redisReply *reply)
{
    struct redis_store *s = context;

    (void)tag;
    bool is_error = reply && reply->type == REDIS_REPLY_ERROR;
    if (is_error && strstr(reply->str, "unknown command"))
        store_trouble(s, true, "this Redis has no functions: Redis 7.0 or newer is needed");
    else if (is_error && strstr(reply->str, "Function not found"))
        functions_are_missing(s);
    else if (store_is_trouble(s, reply))
        return;
    else if (store_reply_is(reply, store_functions_version))
        ask_settings(s);
    else
        load_functions(s);
}

/* A new Redis has none; one that had them, or that took over for such a one, has lost them. */
static void functions_are_missing(struct redis_store *s)
{
    if (s->base.loaded) {
        store_count_trouble(s, STORE_TROUBLE_FUNCTION_MISSING);
        log_warning("Redis lost our functions, as a failover or FUNCTION FLUSH takes them; loading them again desk=%s", s->options.desk);
    }
    load_functions(s);
}

static void load_functions(struct redis_store *s)
{
    redis_args_clear(&s->args);
    redis_args_text(&s->args, "FUNCTION");
    redis_args_text(&s->args, "LOAD");
    redis_args_text(&s->args, "REPLACE");
    redis_args_add(&s->args, store_functions_source, store_functions_source_size);
    store_send(s, functions_answered, 0);
}

static void functions_answered(void *context, uint64_t tag, const redisReply *reply)
{
    struct redis_store *s = context;

    (void)tag;
    if (!store_is_trouble(s, reply))
        ask_settings(s);
}

static void ask_settings(struct redis_store *s)
{
    if (s->options.durability == STORE_MEMORY) {
        store_replicas_greet(s);
        return;
    }
    redis_args_clear(&s->args);
    redis_args_text(&s->args, "CONFIG");
    redis_args_text(&s->args, "GET");
    redis_args_text(&s->args, "appendonly");
    redis_args_text(&s->args, "appendfsync");
    redis_args_text(&s->args, "maxmemory-policy");
    redis_args_text(&s->args, "min-replicas-to-write");
    store_send(s, settings_answered, 0);
}

static void settings_answered(void *context, uint64_t tag, const redisReply *reply)
{
    struct redis_store *s = context;
    struct settings settings = {0};

    (void)tag;
    if (reply && reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "LOADING", 7) != 0) {
        store_count_trouble(s, STORE_TROUBLE_NO_RIGHTS);
        store_trouble(s, true, "Redis does not tell its settings, so whether it keeps what it confirms is unknown: "
                      "allow the command CONFIG, or ask for durability memory");
        return;
    }
    if (store_is_trouble(s, reply))
        return;
    for (size_t i = 0; i + 1 < reply->elements; i += 2)
        note_setting(s, &settings, reply->element[i], reply->element[i + 1]);
    settings.is_durable = settings.appends && settings.syncs;
    if (settings.is_durable && !settings.evicts && settings.min_replicas >= least_replicas(s))
        store_replicas_greet(s);
    else
        change_settings(s, &settings);
}

static void note_setting(const struct redis_store *s, struct settings *settings, const redisReply *name, const redisReply *value)
{
    if (store_reply_is(name, "appendonly"))
        settings->appends = store_reply_is(value, "yes");
    else if (store_reply_is(name, "appendfsync"))
        settings->syncs = value->type == REDIS_REPLY_STRING && store_syncs_enough(s, value->str);
    else if (store_reply_is(name, "maxmemory-policy"))
        settings->evicts = value->type == REDIS_REPLY_STRING && strncmp(value->str, "allkeys", 7) == 0;
    else if (store_reply_is(name, "min-replicas-to-write"))
        settings->min_replicas = value->type == REDIS_REPLY_STRING ? strtoul(value->str, NULL, 10) : 0;
}

bool store_syncs_enough(const struct redis_store *s, const char *appendfsync)
{
    return strcmp(appendfsync, "always") == 0 || strcmp(appendfsync, store_fsync_asked(s)) == 0;
}

/* Replicated may be late: another machine has it at once. */
const char *store_fsync_asked(const struct redis_store *s)
{
    return s->options.durability == STORE_ALWAYS ? "always" : "everysec";
}

static void change_settings(struct redis_store *s, const struct settings *settings)
{
    redis_args_clear(&s->args);
    redis_args_text(&s->args, "CONFIG");
    redis_args_text(&s->args, "SET");
    if (!settings->is_durable) {
        redis_args_text(&s->args, "appendonly");
        redis_args_text(&s->args, "yes");
        redis_args_text(&s->args, "appendfsync");
        redis_args_text(&s->args, store_fsync_asked(s));
    }
    if (settings->evicts) {
        redis_args_text(&s->args, "maxmemory-policy");
        redis_args_text(&s->args, "noeviction");
    }
    if (settings->min_replicas < least_replicas(s)) {
        redis_args_text(&s->args, "min-replicas-to-write");
        redis_args_number(&s->args, least_replicas(s));
    }
    store_send(s, change_answered, 0);
}

static void change_answered(void *context, uint64_t tag, const redisReply *reply)
{
    struct redis_store *s = context;

    (void)tag;
    if (reply && reply->type == REDIS_REPLY_ERROR) {
        char replicas[48] = "";
        if (store_is_replicated(s))
            snprintf(replicas, sizeof replicas, "`min-replicas-to-write %u`, ", s->options.replicas);
        store_count_trouble(s, STORE_TROUBLE_TOO_WEAK);
        store_trouble(s, true, "Redis keeps less than durability %s asks for and refuses to be changed: set `appendonly yes`, "
                      "`appendfsync %s`, %sand `maxmemory-policy noeviction` in redis.conf, or ask for a weaker durability",
                      store_durability_name(s->options.durability), store_fsync_asked(s), replicas);
        return;
    }
    if (store_is_trouble(s, reply))
        return;
    log_info("Redis was set to durability %s desk=%s", store_durability_name(s->options.durability), s->options.desk);
    redis_args_clear(&s->args);
    redis_args_text(&s->args, "CONFIG");
    redis_args_text(&s->args, "REWRITE");
    store_send(s, rewrite_answered, 0);
}

static void rewrite_answered(void *context, uint64_t tag, const redisReply *reply)
{
    struct redis_store *s = context;

    (void)tag;
    if (!reply)
        return;
    if (reply->type == REDIS_REPLY_ERROR)
        log_warning("Redis could not write its new settings to its configuration file: after a restart of Redis they are "
                    "the old ones until we connect desk=%s", s->options.desk);
    s->settle_at_ms = s->now_ms;
}

static uint32_t least_replicas(const struct redis_store *s)
{
    return store_is_replicated(s) ? s->options.replicas : 0;
}

/* Just turned on, the append-only file is real once its first rewrite has ended. */
static void settled_answered(void *context, uint64_t tag, const redisReply *reply)
{
    struct redis_store *s = context;

    (void)tag;
    if (store_is_trouble(s, reply))
        return;
    const char *text = reply->type == REDIS_REPLY_STRING ? reply->str : "";
    bool settled = strstr(text, "aof_enabled:1") && strstr(text, "aof_rewrite_in_progress:0") &&
                   strstr(text, "aof_rewrite_scheduled:0") && strstr(text, "aof_last_bgrewrite_status:ok");
    if (settled)
        store_replicas_greet(s);
    else
        s->settle_at_ms = s->now_ms + SETTLE_POLL_MS;
}
