/* SPDX-License-Identifier: Apache-2.0
 *
 * The lease, the memory mark, and whether Redis still syncs as it did. The first renewal on a connection proves that Redis takes writes: only then is an
 * outage over.
 */
#include "redis_store.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { HEALTH_MS = 1000, FULL_PERCENT = 90, FREE_PERCENT = 85, BACKOFF_FIRST_MS = 50 };

static void renew(struct redis_store *s);
static void renew_answered(void *context, uint64_t tag, const redisReply *reply);
static void ask_fsync(struct redis_store *s);
static void fsync_answered(void *context, uint64_t tag, const redisReply *reply);
static void ask_memory(struct redis_store *s);
static void memory_answered(void *context, uint64_t tag, const redisReply *reply);
static uint64_t info_number(const char *info, const char *name);
static void settle(struct redis_store *s);

void store_health_step(struct redis_store *s)
{
    if (!s->renew_unanswered && s->now_ms >= s->renew_at_ms)
        renew(s);
    if (!s->health_unanswered && s->now_ms >= s->health_at_ms) {
        ask_fsync(s);
        ask_memory(s);
    }
    if (s->phase == PHASE_SERVE)
        settle(s);
}

static void renew(struct redis_store *s)
{
    store_call(s, "lw_renew", 1);
    redis_args_text(&s->args, s->key_head);
    redis_args_text(&s->args, s->nonce);
    s->renew_unanswered = true;
    s->renew_at_ms = s->now_ms + s->options.lease_ms / 3;
    store_send(s, renew_answered, 0);
    store_replicas_wait(s);
}

static void renew_answered(void *context, uint64_t tag, const redisReply *reply)
{
    struct redis_store *s = context;

    (void)tag;
    s->renew_unanswered = false;
    if (store_is_trouble(s, reply))
        return;
    if (reply->type == REDIS_REPLY_INTEGER)
        s->proved = true;
    else
        s->resync = true;
}

/* INFO does not tell it. Its answer comes before that of INFO, with which the warnings are made. */
static void ask_fsync(struct redis_store *s)
{
    if (s->options.durability == STORE_MEMORY)
        return;
    redis_args_clear(&s->args);
    redis_args_text(&s->args, "CONFIG");
    redis_args_text(&s->args, "GET");
    redis_args_text(&s->args, "appendfsync");
    store_send(s, fsync_answered, 0);
}

/* Who may no longer ask keeps what was known: the next connection asks again, and says so. */
static void fsync_answered(void *context, uint64_t tag, const redisReply *reply)
{
    struct redis_store *s = context;

    (void)tag;
    if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != 2)
        return;
    (void)store_reply_text(reply->element[1], s->fsync, sizeof s->fsync);
}

static void ask_memory(struct redis_store *s)
{
    redis_args_clear(&s->args);
    redis_args_text(&s->args, "INFO");
    redis_args_text(&s->args, "memory");
    redis_args_text(&s->args, "persistence");
    redis_args_text(&s->args, "replication");
    s->health_unanswered = true;
    s->health_asked_ms = s->now_ms;
    s->health_at_ms = s->now_ms + HEALTH_MS;
    store_send(s, memory_answered, 0);
}

static void memory_answered(void *context, uint64_t tag, const redisReply *reply)
{
    struct redis_store *s = context;

    (void)tag;
    s->health_unanswered = false;
    if (store_is_trouble(s, reply) || reply->type != REDIS_REPLY_STRING)
        return;
    s->answer_ms = s->now_ms - s->health_asked_ms;
    s->slow_answers = s->answer_ms >= STORE_SLOW_MS ? s->slow_answers + 1 : 0;
    uint64_t max = info_number(reply->str, "\nmaxmemory:"), used = info_number(reply->str, "\nused_memory:");
    unsigned mark = s->memory_full ? FREE_PERCENT : FULL_PERCENT;
    const bool was_full = s->memory_full;
    s->memory_full = max > 0 && used >= max / 100 * mark;
    if (s->memory_full && !was_full)
        store_count_trouble(s, STORE_TROUBLE_MEMORY_FULL);
    store_warnings_read(s, reply->str);
}

static uint64_t info_number(const char *info, const char *name)
{
    const char *at = strstr(info, name);

    return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

/* Leaves AWAY when Redis has all that anybody was told and takes writes; goes to and fro between READY and FULL. */
static void settle(struct redis_store *s)
{
    if (!s->proved || s->rebuilding || s->resync || store_durable_sequence(s) < s->told_sequence)
        return;
    if (!store_replicas_proved(s))
        return;
    s->backoff_ms = BACKOFF_FIRST_MS;
    if (s->memory_full)
        store_move(&s->base, STORE_FULL, "Redis is nearly out of memory: no new leads are taken; raise maxmemory");
    else
        store_move(&s->base, STORE_READY, "serving");
}
