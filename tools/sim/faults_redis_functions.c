/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions: FCALL name keys key... arg...
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faults_redis_internal.h"
#include "store_functions.h"

struct function_call { struct faults_redis *redis; const struct redis_args *args; size_t keys, first_arg; };

static const char *key_of(const struct function_call *call, size_t i) { return redis_text_at(call->args, 3 + i); }
static const char *arg_of(const struct function_call *call, size_t i) { return redis_text_at(call->args, call->first_arg + i); }

static redisReply *reply_head(const struct function_call *call, const char *id, const char *progress)
{
    redisReply *list = faults_reply_list(3);
    faults_reply_add(list, faults_reply_text(id ? id : redis_field_text(&call->redis->now, key_of(call, 0), "id")));
    faults_reply_add(list, faults_reply_text(redis_field_text(&call->redis->now, key_of(call, 0), "nonce")));
    if (progress)
        faults_reply_add(list, faults_reply_text(progress));
    return list;
}

static void head_set(const struct function_call *call, const char *name, const char *value)
{
    redis_field_set(redis_hash_make(&call->redis->now, key_of(call, 0)), name, strlen(name), value, strlen(value));
}

/* args: expected id, nonce, renewals; new nonce, id, epoch, owner, endpoint, schema, entry */
static redisReply *function_claim(const struct function_call *call)
{
    static const char *const compared[] = {"id", "nonce", "renewals"};
    static const struct { const char *name; size_t arg; } set[] = {{"id", 4}, {"nonce", 3}, {"epoch", 5}, {"owner", 6}, {"endpoint", 7}, {"schema", 8}};
    struct faults_redis *redis = call->redis;
    size_t entry_size;
    const char *entry = redis_args_at(call->args, call->first_arg + 9, &entry_size);
    redisReply *error = NULL;

    for (size_t i = 0; i < 3; i++) {
        if (strcmp(redis_field_text(&redis->now, key_of(call, 0), compared[i]), arg_of(call, i)) != 0)
            return faults_reply_number(0);
    }
    bool has_head = redis_hash_find(&redis->now, key_of(call, 0)) != NULL;
    if (entry_size == 0) {
        struct desk_id id;
        bool parsed = stream_id_parse(arg_of(call, 4), &id);
        uint32_t at = redis->archive_count;
        while (at > 0 && !desk_id_equal(redis->archive[at - 1].id, id))
            at--;
        if (!parsed || at == 0)
            faults_redis_broken(redis, "never lost: the head moves to an entry that never was");
        redis->now.has_journal = true;
        redis->now.last_id = id;
        redis->now.first = redis->now.length = redis->now.whole_length = at;
        redis->now.is_partial = true;
    } else {
        if (!has_head && (redis->now.has_journal || redis_hash_find(&redis->now, key_of(call, 2))))
            return faults_reply_error("LWPARTIAL the head is gone, the journal or the checkpoint is not");
        if (redis->now.is_partial || redis->now.whole_length < redis->archive_count) {
            const struct archive_entry *lost = &redis->archive[redis->now.whole_length];
            if (redis->now.is_partial || lost->size != entry_size || memcmp(lost->bytes, entry, entry_size) != 0)
                faults_redis_broken(redis, "the simulator lets a broker claim a desk of which Redis lost a part");
        }
        error = redis_stream_add(redis, arg_of(call, 4), entry, entry_size);
        if (error)
            return error;
        redis->claim_at = redis->now.whole_length - 1;
    }
    for (size_t i = 0; i < sizeof set / sizeof set[0]; i++)
        head_set(call, set[i].name, arg_of(call, set[i].arg));
    head_set(call, "renewals", "0");
    return faults_reply_number(1);
}

/* args: nonce, previous id; then id and entry of each */
static redisReply *function_append(const struct function_call *call)
{
    struct redis_data *data = &call->redis->now;
    size_t args = call->args->count - call->first_arg;
    const char *id = redis_field_text(data, key_of(call, 0), "id");
    if (strcmp(id, arg_of(call, 1)) != 0 || strcmp(redis_field_text(data, key_of(call, 0), "nonce"), arg_of(call, 0)) != 0)
        return reply_head(call, NULL, NULL);
    if (!data->has_journal)
        return reply_head(call, "", NULL);
    for (size_t i = 2; i + 1 < args; i += 2) {
        size_t size;
        const char *entry = redis_args_at(call->args, call->first_arg + i + 1, &size);
        redisReply *error = redis_stream_add(call->redis, arg_of(call, i), entry, size);
        if (error)
            return error;
    }
    head_set(call, "id", arg_of(call, args - 2));
    return faults_reply_number(1);
}

static redisReply *function_open(const struct function_call *call)
{
    call->redis->opened_length = call->redis->now.length;
    return faults_reply_number(1);
}

bool redis_function_closes(struct faults_redis *redis, const struct redis_args *args)
{
    const struct function_call call = {.redis = redis, .args = args, .keys = 2, .first_arg = 5};
    struct redis_data *data = &redis->now;
    return redis_text_is(args, 1, "lw_close") && redis->has_functions && data->has_journal
           && strcmp(redis_field_text(data, key_of(&call, 0), "id"), arg_of(&call, 1)) == 0
           && strcmp(redis_field_text(data, key_of(&call, 0), "nonce"), arg_of(&call, 0)) == 0;
}

/* args: nonce, previous id, how many entries, the last one's id. What would be taken out again was not let in (faults_redis.c). */
static redisReply *function_close(const struct function_call *call)
{
    struct redis_data *data = &call->redis->now;
    if (!redis_function_closes(call->redis, call->args))
        return reply_head(call, data->has_journal ? NULL : "", NULL);
    if (data->length != call->redis->opened_length + strtoul(arg_of(call, 2), NULL, 10))
        faults_redis_broken(call->redis, "never lost: the journal does not take an entry that follows its head");
    head_set(call, "id", arg_of(call, 3));
    return faults_reply_number(1);
}

static redisReply *function_renew(const struct function_call *call)
{
    struct redis_data *data = &call->redis->now;
    char renewals[24];
    if (strcmp(redis_field_text(data, key_of(call, 0), "nonce"), arg_of(call, 0)) != 0)
        return reply_head(call, NULL, NULL);
    unsigned long long count = strtoull(redis_field_text(data, key_of(call, 0), "renewals"), NULL, 10) + 1;
    snprintf(renewals, sizeof renewals, "%llu", count);
    head_set(call, "renewals", renewals);
    return faults_reply_number(1);
}

static redisReply *function_release(const struct function_call *call)
{
    if (strcmp(redis_field_text(&call->redis->now, key_of(call, 0), "nonce"), arg_of(call, 0)) != 0)
        return faults_reply_number(0);
    head_set(call, "nonce", "");
    head_set(call, "owner", "");
    head_set(call, "endpoint", "");
    return faults_reply_number(1);
}

/* args: nonce, as_of, progress before, progress after. NULL: write the step. */
static redisReply *refuse_step(const struct function_call *call)
{
    struct redis_data *data = &call->redis->now;
    struct desk_id id = {0};
    const char *progress = redis_field_text(data, key_of(call, 1), "progress");
    bool parsed = stream_id_parse(redis_field_text(data, key_of(call, 0), "id"), &id);
    bool is_ours = parsed && strcmp(redis_field_text(data, key_of(call, 0), "nonce"), arg_of(call, 0)) == 0;
    if (is_ours && id.number >= strtoull(arg_of(call, 1), NULL, 10)) {
        if (strcmp(progress, arg_of(call, 3)) == 0)
            return faults_reply_number(1);
        if (strcmp(progress, arg_of(call, 2)) == 0)
            return NULL;
    }
    return reply_head(call, NULL, progress);
}

static void set_progress(const struct function_call *call)
{
    const char *progress = arg_of(call, 3);
    redis_field_set(redis_hash_make(&call->redis->now, key_of(call, 1)), "progress", strlen("progress"), progress, strlen(progress));
}

static redisReply *function_slice(const struct function_call *call)
{
    struct redis_data *data = &call->redis->now;
    redisReply *refusal = refuse_step(call);
    if (refusal)
        return refusal;
    for (size_t at = call->first_arg + 4; at + 2 < call->args->count;) {
        bool deletes = redis_text_is(call->args, at, "HDEL");
        const char *key = key_of(call, (size_t)strtoul(redis_text_at(call->args, at + 1), NULL, 10) - 1);
        size_t end = at + 3 + (size_t)strtoul(redis_text_at(call->args, at + 2), NULL, 10);
        for (at += 3; at < end; at += deletes ? 1 : 2) {
            size_t name_size, size;
            const char *name = redis_args_at(call->args, at, &name_size);
            if (deletes) {
                redis_field_delete(data, key, name, name_size);
                continue;
            }
            const char *value = redis_args_at(call->args, at + 1, &size);
            redis_field_set(redis_hash_make(data, key), name, name_size, value, size);
        }
    }
    set_progress(call);
    return faults_reply_number(1);
}

/* args behind the four: id, generation, desk time, schema, fields of the checkpoint to drop */
static redisReply *function_checkpoint_end(const struct function_call *call)
{
    static const char *const names[] = {"id", "generation", "desk_ms", "schema"};
    struct redis_data *data = &call->redis->now;
    redisReply *refusal = refuse_step(call);
    if (refusal)
        return refusal;
    set_progress(call);
    for (size_t i = 0; i < 4; i++) {
        const char *value = arg_of(call, 4 + i);
        redis_field_set(redis_hash_make(data, key_of(call, 1)), names[i], strlen(names[i]), value, strlen(value));
    }
    for (size_t i = call->first_arg + 8; i < call->args->count; i++) {
        size_t size;
        const char *name = redis_args_at(call->args, i, &size);
        redis_field_delete(data, key_of(call, 1), name, size);
    }
    for (size_t i = 3; i < call->keys; i++)
        redis_hash_unlink(data, key_of(call, i));
    redis_stream_trim(call->redis, arg_of(call, 4));
    data->is_partial = false;
    return faults_reply_number(1);
}

redisReply *redis_function_call(struct faults_redis *redis, const struct redis_args *args)
{
    static const struct { const char *name; redisReply *(*run)(const struct function_call *call); } functions[] = {
        {"lw_claim", function_claim}, {"lw_append", function_append}, {"lw_open", function_open}, {"lw_close", function_close}, {"lw_renew", function_renew}, {"lw_release", function_release},
        {"lw_slice", function_slice}, {"lw_checkpoint_end", function_checkpoint_end},
    };
    if (!redis->has_functions)
        return faults_reply_error("ERR Function not found");
    if (redis_text_is(args, 1, "lw_version"))
        return faults_reply_text(store_functions_version);
    struct function_call call = {.redis = redis, .args = args, .keys = (size_t)strtoul(redis_text_at(args, 2), NULL, 10)};
    call.first_arg = 3 + call.keys;
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        if (redis_text_is(args, 1, functions[i].name))
            return functions[i].run(&call);
    }
    return faults_reply_error("ERR Function not found");
}
