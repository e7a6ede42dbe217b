/* SPDX-License-Identifier: Apache-2.0 */
#include "backup_redis.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

enum { UNANSWERED_MAX = 256, ANSWER_SECONDS = 30 };

static redisReply *judge(struct backup_redis *redis, redisReply *reply);

lw_status backup_redis_open(struct backup_redis *redis, const char *address, const char *user, const char *password, const char *desk)
{
    *redis = (struct backup_redis){0};
    lw_status status = journal_reader_open(&redis->link, address, user, password, desk);
    if (status != LW_OK)
        return backup_fail(redis, status, "%s", redis->link.error);
    redisSetTimeout(redis->link.redis, (struct timeval){.tv_sec = ANSWER_SECONDS});
    return LW_OK;
}

void backup_redis_close(struct backup_redis *redis)
{
    journal_reader_close(&redis->link);
}

redisReply *backup_ask(struct backup_redis *redis, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    redisReply *reply = redisvCommand(redis->link.redis, format, args);
    va_end(args);
    return judge(redis, reply);
}

redisReply *backup_ask_list(struct backup_redis *redis, size_t count, const char **words, const size_t *sizes)
{
    return judge(redis, redisCommandArgv(redis->link.redis, (int)count, words, sizes));
}

lw_status backup_send(struct backup_redis *redis, size_t count, const char **words, const size_t *sizes)
{
    if (redisAppendCommandArgv(redis->link.redis, (int)count, words, sizes) != REDIS_OK)
        return backup_fail(redis, LW_NO_MEMORY, "out of memory");
    return ++redis->unanswered >= UNANSWERED_MAX ? backup_settle(redis) : LW_OK;
}

lw_status backup_settle(struct backup_redis *redis)
{
    lw_status status = LW_OK;

    while (redis->unanswered > 0) {
        void *reply = NULL;
        if (redisGetReply(redis->link.redis, &reply) != REDIS_OK) {
            redis->unanswered = 0;
            return backup_fail(redis, LW_IO, "Redis: %s", redis->link.redis->errstr);
        }
        redis->unanswered--;
        redisReply *answer = status == LW_OK ? judge(redis, reply) : reply;
        status = answer ? status : LW_IO;
        if (answer)
            freeReplyObject(answer);
    }
    return status;
}

lw_status backup_fail(struct backup_redis *redis, lw_status status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(redis->error, sizeof redis->error, format, args);
    va_end(args);
    return status;
}

const redisReply *backup_field(const redisReply *fields, const char *name)
{
    for (size_t i = 0; i + 1 < fields->elements; i += 2) {
        if (strcmp(fields->element[i]->str, name) == 0)
            return fields->element[i + 1];
    }
    return NULL;
}

uint64_t backup_field_number(const redisReply *fields, const char *name)
{
    const redisReply *value = backup_field(fields, name);

    return value ? strtoull(value->str, NULL, 10) : 0;
}

static redisReply *judge(struct backup_redis *redis, redisReply *reply)
{
    if (reply && reply->type != REDIS_REPLY_ERROR)
        return reply;
    (void)backup_fail(redis, LW_IO, "Redis: %s", reply ? reply->str : redis->link.redis->errstr);
    if (reply)
        freeReplyObject(reply);
    return NULL;
}
