/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faults_redis_internal.h"

static redisReply *run(struct faults_redis *redis, const struct redis_args *args);

void faults_redis_init(struct faults_redis *redis)
{
    *redis = (struct faults_redis){0};
}

void faults_redis_fini(struct faults_redis *redis)
{
    redis_data_clear(&redis->now);
    redis_data_clear(&redis->copy);
    for (uint32_t i = 0; i < redis->archive_count; i++)
        free(redis->archive[i].bytes);
    free(redis->archive);
    free(redis->chain);
}

bool faults_redis_is_whole(const struct faults_redis *redis)
{
    return !redis->now.is_partial && redis->now.whole_length == redis->archive_count && redis->archive_count > 0;
}

uint64_t faults_redis_epoch(const struct faults_redis *redis)
{
    return redis->archive_count == 0 ? 0 : redis->archive[redis->archive_count - 1].id.epoch;
}

void faults_redis_copy(struct faults_redis *redis)
{
    redis_data_copy(&redis->copy, &redis->now);
    redis->has_copy = true;
}

bool faults_redis_fail_over(struct faults_redis *redis)
{
    if (!redis->has_copy || redis->copy.is_partial || redis->copy.whole_length < redis->claim_at)
        return false;
    redis_data_copy(&redis->now, &redis->copy);
    return true;
}

void faults_redis_empty(struct faults_redis *redis)
{
    redis_data_clear(&redis->now);
    redis->has_functions = false;
    redis->has_copy = false;
    redis->now.is_partial = true;
}

/* Texts of commands are short and hold no NUL; borrowed until the fourth next call. */
const char *redis_text_at(const struct redis_args *args, size_t i)
{
    static char texts[4][512];
    static unsigned next;
    size_t size;
    const char *bytes = redis_args_at(args, i, &size);
    char *text = texts[next++ % 4];
    assert(size < sizeof texts[0]);
    memcpy(text, bytes, size);
    text[size] = '\0';
    return text;
}

bool redis_text_is(const struct redis_args *args, size_t i, const char *text)
{
    size_t size;
    const char *bytes = i < args->count ? redis_args_at(args, i, &size) : NULL;
    return bytes && size == strlen(text) && memcmp(bytes, text, size) == 0;
}

static redisReply *hash_get(struct faults_redis *redis, const struct redis_args *args)
{
    const struct redis_hash *hash = redis_hash_find(&redis->now, redis_text_at(args, 1));
    redisReply *list = faults_reply_list(args->count);
    for (size_t i = 2; i < args->count; i++) {
        size_t size;
        const char *name = redis_args_at(args, i, &size);
        const struct redis_field *field = redis_field_find(hash, name, size);
        faults_reply_add(list, field ? faults_reply_bytes(REDIS_REPLY_STRING, field->value.data, field->value.size) : faults_reply_new(REDIS_REPLY_NIL));
    }
    return list;
}

static void list_fields(redisReply *list, const struct redis_hash *hash, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        faults_reply_add(list, faults_reply_bytes(REDIS_REPLY_STRING, hash->fields[i].name.data, hash->fields[i].name.size));
        faults_reply_add(list, faults_reply_bytes(REDIS_REPLY_STRING, hash->fields[i].value.data, hash->fields[i].value.size));
    }
}

static redisReply *hash_all(struct faults_redis *redis, const struct redis_args *args)
{
    const struct redis_hash *hash = redis_hash_find(&redis->now, redis_text_at(args, 1));
    redisReply *list = faults_reply_list(hash ? 2u * hash->count : 0);
    if (hash)
        list_fields(list, hash, 0, hash->count);
    return list;
}

/* HSCAN key cursor COUNT n */
static redisReply *hash_scan(struct faults_redis *redis, const struct redis_args *args)
{
    const struct redis_hash *hash = redis_hash_find(&redis->now, redis_text_at(args, 1));
    uint32_t from = (uint32_t)strtoul(redis_text_at(args, 2), NULL, 10), count = (uint32_t)strtoul(redis_text_at(args, 4), NULL, 10);
    uint32_t end = hash && hash->count - from > count ? from + count : hash ? hash->count : 0;
    char cursor[24];
    redisReply *list = faults_reply_list(2), *pairs = faults_reply_list(hash ? 2u * hash->count : 0);
    snprintf(cursor, sizeof cursor, "%u", hash && end < hash->count ? end : 0);
    if (hash)
        list_fields(pairs, hash, from, end);
    faults_reply_add(list, faults_reply_text(cursor));
    faults_reply_add(list, pairs);
    return list;
}

/* XADD key NOMKSTREAM id b bytes. What its transaction would take out again does not get in: nobody could see it. */
static redisReply *stream_add(struct faults_redis *redis, const struct redis_args *args)
{
    size_t size;
    const char *bytes = redis_args_at(args, 5, &size);
    if (!redis_text_is(args, 2, "NOMKSTREAM"))
        faults_redis_broken(redis, "commit before effect: an entry makes a journal of its own");
    if (!redis->takes_entries)
        return faults_reply_error("ERR The ID specified in XADD is equal or smaller than the target stream top item");
    redisReply *error = redis_stream_add(redis, redis_text_at(args, 3), bytes, size);
    return error ? error : faults_reply_text(redis_text_at(args, 3));
}

static redisReply *settings(void)
{
    static const char *const words[] = {"appendonly", "yes", "appendfsync", "always", "maxmemory-policy", "noeviction"};
    redisReply *list = faults_reply_list(6);
    for (int i = 0; i < 6; i++)
        faults_reply_add(list, faults_reply_text(words[i]));
    return list;
}

void faults_transaction_drop(struct faults_transaction *transaction)
{
    for (uint32_t i = 0; i < transaction->count; i++)
        redis_args_fini(&transaction->queued[i]);
    free(transaction->queued);
    *transaction = (struct faults_transaction){0};
}

static redisReply *queue(struct faults_redis *redis, struct faults_transaction *transaction, const struct redis_args *args)
{
    if (redis->refuses) {
        transaction->was_refused = true;
        return run(redis, args);
    }
    transaction->queued = redis_grown(transaction->queued, transaction->count, &transaction->capacity, sizeof *transaction->queued);
    redis_args_init(&transaction->queued[transaction->count]);
    redis_args_join(&transaction->queued[transaction->count++], args);
    return faults_reply_status("QUEUED");
}

static redisReply *execute_queued(struct faults_redis *redis, struct faults_transaction *transaction)
{
    redisReply *list = NULL;
    if (!transaction->was_refused) {
        list = faults_reply_list(transaction->count);
        redis->takes_entries = transaction->count > 0 && redis_function_closes(redis, &transaction->queued[transaction->count - 1]);
        for (uint32_t i = 0; i < transaction->count; i++)
            faults_reply_add(list, run(redis, &transaction->queued[i]));
        redis->takes_entries = false;
    }
    faults_transaction_drop(transaction);
    return list ? list : faults_reply_error("EXECABORT Transaction discarded because of previous errors.");
}

redisReply *faults_redis_run(struct faults_redis *redis, struct faults_transaction *transaction, const struct redis_args *args)
{
    if (redis_text_is(args, 0, "MULTI")) {
        transaction->is_open = true;
        return faults_reply_ok();
    }
    if (redis_text_is(args, 0, "EXEC"))
        return transaction->is_open ? execute_queued(redis, transaction) : faults_reply_error("ERR EXEC without MULTI");
    return transaction->is_open ? queue(redis, transaction, args) : run(redis, args);
}

static redisReply *run(struct faults_redis *redis, const struct redis_args *args)
{
    bool writes = redis_text_is(args, 0, "FUNCTION") || redis_text_is(args, 0, "XADD") || (redis_text_is(args, 0, "FCALL") && !redis_text_is(args, 1, "lw_version"));
    if (redis->refuses && writes)
        return faults_reply_error("MISCONF Redis is configured to save, but it cannot persist on disk");
    if (redis_text_is(args, 0, "FCALL"))
        return redis_function_call(redis, args);
    if (redis_text_is(args, 0, "HMGET"))
        return hash_get(redis, args);
    if (redis_text_is(args, 0, "HGETALL"))
        return hash_all(redis, args);
    if (redis_text_is(args, 0, "HSCAN"))
        return hash_scan(redis, args);
    if (redis_text_is(args, 0, "XADD"))
        return stream_add(redis, args);
    if (redis_text_is(args, 0, "XRANGE"))
        return redis_stream_range(redis, redis_text_at(args, 2), (size_t)strtoul(redis_text_at(args, 5), NULL, 10));
    if (redis_text_is(args, 0, "EXISTS"))
        return faults_reply_number(redis->now.has_journal);
    if (redis_text_is(args, 0, "INFO"))
        return faults_reply_text(redis->is_full ? "# Memory\r\nused_memory:950\r\nmaxmemory:1000\r\n" : "# Memory\r\nused_memory:100\r\nmaxmemory:1000\r\n");
    if (redis_text_is(args, 0, "CONFIG"))
        return settings();
    if (redis_text_is(args, 0, "FUNCTION")) {
        redis->has_functions = true;
        return faults_reply_ok();
    }
    faults_redis_broken(redis, "the model of Redis does not know %s", redis_text_at(args, 0));
    return faults_reply_error("ERR unknown command");
}

void faults_redis_broken(struct faults_redis *redis, const char *format, ...)
{
    va_list arguments;
    if (redis->fault[0] != '\0')
        return;
    va_start(arguments, format);
    vsnprintf(redis->fault, sizeof redis->fault, format, arguments);
    va_end(arguments);
}
