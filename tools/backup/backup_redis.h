/* SPDX-License-Identifier: Apache-2.0
 *
 * backup_redis - a blocking connection to the Redis of a desk, for export and import. Threads: one owner.
 */
#ifndef BACKUP_REDIS_H
#define BACKUP_REDIS_H

#include <hiredis/hiredis.h>
#include <leadwire/status.h>
#include <stdbool.h>
#include <stddef.h>

#include "journal_reader.h"

enum { BACKUP_ERROR_MAX = 400 };

struct backup_redis { struct journal_reader link; unsigned unanswered; char error[BACKUP_ERROR_MAX]; };

/* What takes long asks this now and then; false: stop, and leave nothing behind. */
struct backup_work { void *context; bool (*go_on)(void *context, uint64_t done, uint64_t total); };

/* As journal_reader_open, and its errors, told in redis->error. To be closed in any case. */
LW_MUST_CHECK lw_status backup_redis_open(struct backup_redis *redis, const char *address, const char *user, const char *password,
                                          const char *desk);
void backup_redis_close(struct backup_redis *redis);
/* The answer, to free; NULL after an error, told in redis->error. */
redisReply *backup_ask(struct backup_redis *redis, const char *format, ...);
redisReply *backup_ask_list(struct backup_redis *redis, size_t count, const char **words, const size_t *sizes);
/* Without waiting for the answer, but for those of many before. LW_IO: told. */
LW_MUST_CHECK lw_status backup_send(struct backup_redis *redis, size_t count, const char **words, const size_t *sizes);
/* Waits for all answers. LW_IO when one is an error: told. */
LW_MUST_CHECK lw_status backup_settle(struct backup_redis *redis);
/* Tells it, and gives the status. */
lw_status backup_fail(struct backup_redis *redis, lw_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Of an answer to HGETALL: the value of a field; NULL: it is not there. */
const redisReply *backup_field(const redisReply *fields, const char *name);
/* The same as a number; 0: it is not there. */
uint64_t backup_field_number(const redisReply *fields, const char *name);

#endif
