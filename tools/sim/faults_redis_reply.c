/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers, as hiredis has them.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "faults_redis_internal.h"

redisReply *faults_reply_new(int type)
{
    redisReply *reply = calloc(1, sizeof *reply);
    assert(reply);
    reply->type = type;
    return reply;
}

redisReply *faults_reply_number(long long number)
{
    redisReply *reply = faults_reply_new(REDIS_REPLY_INTEGER);
    reply->integer = number;
    return reply;
}

redisReply *faults_reply_bytes(int type, const void *bytes, size_t size)
{
    redisReply *reply = faults_reply_new(type);
    reply->str = malloc(size + 1);
    assert(reply->str);
    if (size > 0)
        memcpy(reply->str, bytes, size);
    reply->str[size] = '\0';
    reply->len = size;
    return reply;
}

redisReply *faults_reply_text(const char *text)
{
    return faults_reply_bytes(REDIS_REPLY_STRING, text, strlen(text));
}

redisReply *faults_reply_error(const char *text)
{
    return faults_reply_bytes(REDIS_REPLY_ERROR, text, strlen(text));
}

redisReply *faults_reply_ok(void)
{
    return faults_reply_status("OK");
}

redisReply *faults_reply_status(const char *text)
{
    return faults_reply_bytes(REDIS_REPLY_STATUS, text, strlen(text));
}

redisReply *faults_reply_list(size_t room)
{
    redisReply *reply = faults_reply_new(REDIS_REPLY_ARRAY);
    reply->element = calloc(room ? room : 1, sizeof *reply->element);
    assert(reply->element);
    return reply;
}

void faults_reply_add(redisReply *list, redisReply *element)
{
    list->element[list->elements++] = element;
}

void faults_reply_free(redisReply *reply)
{
    if (!reply)
        return;
    for (size_t i = 0; i < reply->elements; i++)
        faults_reply_free(reply->element[i]);
    free(reply->element);
    free(reply->str);
    free(reply);
}
