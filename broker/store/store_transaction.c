/* SPDX-License-Identifier: Apache-2.0
 *
 * A large group goes around Lua. Redis' Lua reads each byte of each text that a function is given, to hash it, and copies it twice: a group
 * of 45 KB took Redis about twice the time that way. So the entries come by XADD, between two calls of functions that get only names:
 *
 *   MULTI    lw_open: how long is the journal?
 *            XADD ... each entry
 *            lw_close: was the head as we think, and are all of them there? then the head moves. Else they are taken out again
 *   EXEC     answers with all; the last, of lw_close, is what lw_append would have said
 *
 * Redis does all of it at once or, when it refused one of them before EXEC, nothing. The entry of an owner who was replaced is not taken by
 * XADD itself: the claim's has a higher id. Where the functions are gone, what was added stands behind the head, where it is nobody's, and is taken
 * out when they are back. What is refused for want of memory is sent again by lw_append, to which that does not apply: what is under way must
 * still pass.
 */
#include "redis_store.h"

#include "lw_log.h"
#include "store_troubles.h"

enum { FUNCTIONS_ONLY_MS = 60000 };

static void queued_answered(void *context, uint64_t tag, const redisReply *reply);
static void exec_answered(void *context, uint64_t sequence, const redisReply *reply);
static bool has_no_memory(struct redis_store *s, const redisReply *reply);

bool store_transaction_suits(const struct redis_store *s, size_t bytes)
{
    return bytes >= s->options.transaction_bytes && s->now_ms >= s->functions_until_ms;
}

void store_transaction_begin(struct redis_store *s)
{
    redis_args_clear(&s->args);
    redis_args_text(&s->args, "MULTI");
    store_send(s, queued_answered, 0);

    store_call(s, "lw_open", 1);
    redis_args_text(&s->args, s->key_journal);
    store_send(s, queued_answered, 0);
}

void store_transaction_add(struct redis_store *s, const char *id, const void *bytes, size_t size)
{
    redis_args_clear(&s->args);
    redis_args_text(&s->args, "XADD");
    redis_args_text(&s->args, s->key_journal);
    redis_args_text(&s->args, "NOMKSTREAM");
    redis_args_text(&s->args, id);
    redis_args_text(&s->args, "b");
    redis_args_add(&s->args, bytes, size);
    store_send(s, queued_answered, 0);
}

void store_transaction_end(struct redis_store *s, const char *previous_id, size_t entries, const char *last_id, uint64_t sequence)
{
    store_call(s, "lw_close", 2);
    redis_args_text(&s->args, s->key_head);
    redis_args_text(&s->args, s->key_journal);
    redis_args_text(&s->args, s->nonce);
    redis_args_text(&s->args, previous_id);
    redis_args_number(&s->args, entries);
    redis_args_text(&s->args, last_id);
    store_send(s, queued_answered, 0);

    redis_args_clear(&s->args);
    redis_args_text(&s->args, "EXEC");
    store_send(s, exec_answered, sequence);
}

/* OK or QUEUED; else EXEC does nothing, and this says why. */
static void queued_answered(void *context, uint64_t tag, const redisReply *reply)
{
    struct redis_store *s = context;

    (void)tag;
    if (reply && !has_no_memory(s, reply))
        (void)store_is_trouble(s, reply);
}

/* Redis says so of one command, or of them all at their end. */
static bool has_no_memory(struct redis_store *s, const redisReply *reply)
{
    if (reply->type != REDIS_REPLY_ERROR || store_trouble_of_error(reply->str) != STORE_TROUBLE_MEMORY_FULL)
        return false;
    if (s->now_ms >= s->functions_until_ms)
        log_info("Redis is out of memory: what is under way goes by functions for a while desk=%s", s->options.desk);
    s->functions_until_ms = s->now_ms + FUNCTIONS_ONLY_MS;
    return true;
}

static void exec_answered(void *context, uint64_t sequence, const redisReply *reply)
{
    struct redis_store *s = context;
    if (reply && reply->type == REDIS_REPLY_ARRAY && reply->elements > 0) {
        store_group_answered(s, sequence, reply->element[reply->elements - 1]);      /* lw_close knows also of an XADD that failed */
    } else if (reply && reply->type == REDIS_REPLY_ERROR && (has_no_memory(s, reply) || s->now_ms < s->functions_until_ms)) {
        s->groups_unanswered -= s->groups_unanswered > 0;
        s->resync = true;
    } else {
        store_group_answered(s, sequence, reply);
    }
}
