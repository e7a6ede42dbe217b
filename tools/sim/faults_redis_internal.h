/* SPDX-License-Identifier: Apache-2.0
 *
 * faults_redis_internal - what the files of the model of Redis share; nobody else includes it.
 */
#ifndef FAULTS_REDIS_INTERNAL_H
#define FAULTS_REDIS_INTERNAL_H

#include "faults_redis.h"

/* faults_redis_reply.c */
redisReply *faults_reply_new(int type);
redisReply *faults_reply_number(long long number);
redisReply *faults_reply_bytes(int type, const void *bytes, size_t size);
redisReply *faults_reply_text(const char *text);
redisReply *faults_reply_error(const char *text);
redisReply *faults_reply_ok(void);
redisReply *faults_reply_status(const char *text);
redisReply *faults_reply_list(size_t room);
/* Into a list that was made with room for it. */
void faults_reply_add(redisReply *list, redisReply *element);

/* faults_redis_data.c */
/* Room for one more item. */
void *redis_grown(void *list, uint32_t count, uint32_t *capacity, size_t size);
struct redis_bytes redis_bytes_copy(const void *data, size_t size);
/* NULL: none. */
struct redis_hash *redis_hash_find(struct redis_data *data, const char *key);
struct redis_hash *redis_hash_make(struct redis_data *data, const char *key);
void redis_hash_unlink(struct redis_data *data, const char *key);
/* NULL: none; hash may be NULL. */
struct redis_field *redis_field_find(const struct redis_hash *hash, const void *name, size_t size);
void redis_field_set(struct redis_hash *hash, const void *name, size_t name_size, const void *value, size_t size);
/* A hash without fields is no more. */
void redis_field_delete(struct redis_data *data, const char *key, const void *name, size_t size);
/* "" when it is not there: what the functions make of nil. */
const char *redis_field_text(struct redis_data *data, const char *key, const char *name);
void redis_data_clear(struct redis_data *data);
/* `to` is cleared first. */
void redis_data_copy(struct redis_data *to, const struct redis_data *from);

/* faults_redis_journal.c */
/* NULL: added. */
redisReply *redis_stream_add(struct faults_redis *redis, const char *id_text, const void *bytes, size_t size);
redisReply *redis_stream_range(struct faults_redis *redis, const char *from, size_t count);
void redis_stream_trim(struct faults_redis *redis, const char *id_text);

/* faults_redis_functions.c */
/* FCALL. */
redisReply *redis_function_call(struct faults_redis *redis, const struct redis_args *args);
/* It is lw_close, and would move the head were the entries there. */
bool redis_function_closes(struct faults_redis *redis, const struct redis_args *args);

/* faults_redis.c */
/* The first promise that the store broke stays. */
void faults_redis_broken(struct faults_redis *redis, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Texts of commands are short and hold no NUL; borrowed until the fourth next call. */
const char *redis_text_at(const struct redis_args *args, size_t i);
/* False when there are fewer arguments. */
bool redis_text_is(const struct redis_args *args, size_t i, const char *text);

#endif
