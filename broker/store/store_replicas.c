/* SPDX-License-Identifier: Apache-2.0
 *
 * Durability `replicated`: an entry counts when as many replicas have it as the desk asks. Redis tells by WAIT, which
 * covers what its own connection wrote before; so one follows each group, each renewal and the end of a checkpoint that
 * stands for lost entries. A short count means "not yet": WAIT is sent again. When it stays short, this may be a master that
 * was replaced and does not know: then the next address is tried.
 *
 * Of several addresses the master is the one that says so; a replica is left for the next address.
 */
#include "redis_store.h"

#include <string.h>

enum { WAIT_MS_MAX = 500 };

static void role_answered(void *context, uint64_t tag, const redisReply *reply);
static void wait_answered(void *context, uint64_t sequence, const redisReply *reply);
static void note_too_few(struct redis_store *s, long long count);

bool store_is_replicated(const struct redis_store *s)
{
    return s->options.durability == STORE_REPLICATED;
}

bool store_replicas_proved(const struct redis_store *s)
{
    return !store_is_replicated(s) || s->replicas_proved;
}

uint64_t store_durable_sequence(const struct redis_store *s)
{
    bool is_behind = store_is_replicated(s) && s->replicated_sequence < s->head_sequence;

    return is_behind ? s->replicated_sequence : s->head_sequence;
}

void store_replicas_forget(struct redis_store *s)
{
    s->waits_unanswered = 0;
    s->replicas_proved = false;
    s->replicas_short_since_ms = 0;
    s->replicated_sequence = s->told_sequence;
}

void store_replicas_rebuilt(struct redis_store *s)
{
    s->replicated_sequence = s->told_sequence;
    store_replicas_wait(s);
}

void store_replicas_greet(struct redis_store *s)
{
    if (!store_is_replicated(s) && s->options.redis_count == 1) {
        store_head_read(s);
        return;
    }
    redis_args_clear(&s->args);
    redis_args_text(&s->args, "INFO");
    redis_args_text(&s->args, "replication");
    store_send(s, role_answered, 0);
}

void store_replicas_wait(struct redis_store *s)
{
    uint32_t limit_ms = s->options.away_after_ms / 2;

    if (!store_is_replicated(s))
        return;
    redis_args_clear(&s->args);
    redis_args_text(&s->args, "WAIT");
    redis_args_number(&s->args, s->options.replicas);
    redis_args_number(&s->args, limit_ms < WAIT_MS_MAX ? limit_ms : WAIT_MS_MAX);
    s->waits_unanswered++;
    store_send(s, wait_answered, s->next_send - 1);
}

static void role_answered(void *context, uint64_t tag, const redisReply *reply)
{
    struct redis_store *s = context;

    (void)tag;
    if (store_is_trouble(s, reply))
        return;
    const char *info = reply->type == REDIS_REPLY_STRING ? reply->str : "";
    unsigned online = store_replicas_online(info);
    bool is_master = strstr(info, "role:master") != NULL, is_short = store_is_replicated(s) && online < s->options.replicas;
    if (!is_master || is_short)
        store_count_trouble(s, is_master ? STORE_TROUBLE_FEW_REPLICAS : STORE_TROUBLE_READ_ONLY);
    if (!is_master)
        store_trouble(s, false, "this Redis is a read-only replica");
    else if (is_short) {
        store_warnings_few_replicas(s, online);
        store_trouble(s, false, "Redis has %u replicas that are up to date, durability replicated asks for %u", online, s->options.replicas);
    } else
        store_head_read(s);
}

/* A line for each: slave0:ip=...,port=...,state=online,offset=... */
unsigned store_replicas_online(const char *info)
{
    unsigned count = 0;

    for (const char *at = info; (at = strstr(at, "state=online")); at++)
        count++;
    return count;
}

/* Answers come in order: what the head is known to have by now was in Redis before this WAIT. An entry that was sent
   before it may have been refused. */
static void wait_answered(void *context, uint64_t sequence, const redisReply *reply)
{
    struct redis_store *s = context;

    if (s->waits_unanswered > 0)
        s->waits_unanswered--;
    if (store_is_trouble(s, reply))
        return;
    long long count = reply->type == REDIS_REPLY_INTEGER ? reply->integer : 0;
    uint64_t reached = sequence < s->head_sequence ? sequence : s->head_sequence;
    if (count < (long long)s->options.replicas) {
        note_too_few(s, count);
        return;
    }
    s->replicas_proved = true;
    s->replicas_short_since_ms = 0;
    if (reached > s->replicated_sequence)
        s->replicated_sequence = reached;
}

/* Another WAIT on the way covers this one too. */
static void note_too_few(struct redis_store *s, long long count)
{
    if (s->replicas_short_since_ms == 0)
        s->replicas_short_since_ms = s->now_ms;
    if (s->now_ms - s->replicas_short_since_ms >= s->options.away_after_ms) {
        store_count_trouble(s, STORE_TROUBLE_FEW_REPLICAS);
        store_warnings_few_replicas(s, (unsigned)count);
        store_trouble(s, false, "%lld of Redis' replicas confirm, durability replicated asks for %u", count, s->options.replicas);
    } else if (s->waits_unanswered == 0)
        store_replicas_wait(s);
}
