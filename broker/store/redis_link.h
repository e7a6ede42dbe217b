/* SPDX-License-Identifier: Apache-2.0
 *
 * redis_link - one connection to Redis over hiredis' async interface, without an event library.
 *
 * The owner polls redis_link_fd() for redis_link_events() and calls redis_link_turn(). Requests are answered in order,
 * each exactly once: by Redis' reply, or by NULL when the connection broke (then the outcome is unknown). Answers come
 * only from inside redis_link_turn and redis_link_close. An answer may send; it must not close.
 * At most REDIS_LINK_WAITING_MAX requests wait at a time. Threads: one owner.
 */
#ifndef REDIS_LINK_H
#define REDIS_LINK_H

#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "redis_args.h"

enum { REDIS_LINK_WAITING_MAX = 1024, REDIS_LINK_ERROR_MAX = 160, REDIS_LINK_AHEAD_MAX = 512 * 1024 };

struct redisAsyncContext;

/* reply is borrowed for the call; NULL: the connection broke. */
typedef void redis_answer_fn(void *context, uint64_t tag, const redisReply *reply);

struct redis_request { redis_answer_fn *answer; uint64_t tag; };

struct redis_link {
    struct redisAsyncContext *async;        /* NULL: closed */
    void *context;                          /* handed to answers */
    bool wants_read, wants_write, is_in_turn;
    uint64_t now_ms, waiting_since_ms;      /* of the oldest request, or of the last sign of life */
    uint32_t first, waiting;                /* requests: a circle */
    struct redis_request requests[REDIS_LINK_WAITING_MAX];
    char error[REDIS_LINK_ERROR_MAX];
};

void redis_link_init(struct redis_link *link, void *context);
/* Begins to connect to the unix socket, or to host and port when socket is NULL. False: it failed at once (redis_link_error). */
bool redis_link_open(struct redis_link *link, const char *socket, const char *host, uint16_t port, uint64_t now_ms);
/* Every waiting request is answered with NULL. */
void redis_link_close(struct redis_link *link);
bool redis_link_is_open(const struct redis_link *link);
/* Reads and writes what can be without waiting. The link may be closed afterwards. */
void redis_link_turn(struct redis_link *link, uint64_t now_ms);
/* Writes what can be without waiting. */
void redis_link_flush(struct redis_link *link);
/* Out of a long answer: writes what was sent, and takes in what has come, so that Redis works while the answer is looked at.
 * At most REDIS_LINK_AHEAD_MAX bytes wait there. No answer comes from inside; a connection that is found broken is told by the turn. */
void redis_link_run_ahead(struct redis_link *link);
/* Queues one command. False (nothing queued): closed, full or out of memory. */
bool redis_link_send(struct redis_link *link, const struct redis_args *args, redis_answer_fn *answer, uint64_t tag);
uint32_t redis_link_room(const struct redis_link *link);
/* How long a request has waited without any answer coming; 0: none waits. */
uint64_t redis_link_silent_ms(const struct redis_link *link, uint64_t now_ms);
int redis_link_fd(const struct redis_link *link);
short redis_link_events(const struct redis_link *link);
/* Why it was closed last; "" when it was not by an error. */
const char *redis_link_error(const struct redis_link *link);

#endif
