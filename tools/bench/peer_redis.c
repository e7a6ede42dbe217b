/* SPDX-License-Identifier: Apache-2.0 */
#include "peer_redis.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "bench_desk.h"
#include "bench_process.h"

struct peer_rep {
    redisContext *link;
    uint32_t number;
};

/* Appended commands wait in the context until peer_flush. A completion is answered with the number of leads completed, and nothing else is
 * answered with a number. */
struct peer_work {
    const char *name;
    void (*prepare)(redisContext *link);
    void (*publish)(redisContext *link, const char *skill, const char *id, const char *payload);
    void (*ask)(const struct peer_rep *rep);
    /* Calls peer_deliver for each lead and appends its completion. */
    void (*take)(const struct peer_rep *rep, const redisReply *reply);
};

static struct floor_board *board;
static char script_publish[41], script_complete[41];

static redisContext *connect_to_redis(void)
{
    char socket[128];
    snprintf(socket, sizeof socket, "%s/redis.sock", board->run_dir);
    redisContext *link = redisConnectUnix(socket);
    if (!link || link->err)
        bench_give_up("cannot reach the bench's redis-server");
    return link;
}

static redisReply *ask_now(redisContext *link, const char *command)
{
    redisReply *reply = redisCommand(link, command);
    if (!reply || reply->type == REDIS_REPLY_ERROR)
        bench_give_up(reply ? reply->str : "the bench's redis-server is gone");
    return reply;
}

static void peer_flush(void *link)
{
    for (int done = 0; !done;) {
        if (redisBufferWrite(link, &done) != REDIS_OK)
            bench_give_up("cannot write to the bench's redis-server");
    }
}

void peer_redis_version(char version[BENCH_VERSION_MAX])
{
    bench_version_ask((const char *const[]){bench_desk_redis_program(), "--version", NULL}, BENCH_REDIS_ALSO_AS, version);
}

/* ---- streams ---- */

static void streams_prepare(redisContext *link)
{
    for (unsigned skill = 0; skill < BENCH_SKILLS; skill++) {
        redisReply *reply = redisCommand(link, "XGROUP CREATE s%u reps $ MKSTREAM", skill);
        if (!reply || reply->type == REDIS_REPLY_ERROR)
            bench_give_up("no consumer group");
        freeReplyObject(reply);
    }
}

static void streams_publish(redisContext *link, const char *skill, const char *id, const char *payload)
{
    (void)id;
    redisAppendCommand(link, "XADD %s MAXLEN ~ 100000 * l %b", skill, payload, (size_t)PEER_PAYLOAD);
}

/* At most as many as a rep has room for. */
static void streams_ask(const struct peer_rep *rep)
{
    redisAppendCommand(rep->link, "XREADGROUP GROUP reps rep%u COUNT %d BLOCK 100 STREAMS s%u s%u > >", rep->number, BENCH_CAPACITY / 2,
                       rep->number % BENCH_SKILLS, (rep->number + 5) % BENCH_SKILLS);
}

static void streams_take(const struct peer_rep *rep, const redisReply *reply)
{
    for (size_t s = 0; reply->type == REDIS_REPLY_ARRAY && s < reply->elements; s++) {
        const redisReply *stream = reply->element[s], *entries = stream->element[1];
        for (size_t i = 0; i < entries->elements; i++) {
            peer_deliver(board, rep->number, entries->element[i]->element[1]->element[1]->str);
            const char *words[] = {"XACK", stream->element[0]->str, "reps", entries->element[i]->element[0]->str};
            redisAppendCommandArgv(rep->link, 4, words, NULL);
        }
    }
}

static void streams_take_merged(const struct peer_rep *rep, const redisReply *reply)
{
    for (size_t s = 0; reply->type == REDIS_REPLY_ARRAY && s < reply->elements; s++) {
        const redisReply *stream = reply->element[s], *entries = stream->element[1];
        const char *words[3 + BENCH_CAPACITY] = {"XACK", stream->element[0]->str, "reps"};
        int count = 3;
        for (size_t i = 0; i < entries->elements && count < 3 + BENCH_CAPACITY; i++) {
            peer_deliver(board, rep->number, entries->element[i]->element[1]->element[1]->str);
            words[count++] = entries->element[i]->element[0]->str;
        }
        redisAppendCommandArgv(rep->link, count, words, NULL);
    }
}

/* ---- lua ---- */

static void load_script(redisContext *link, const char *text, char sha[41])
{
    redisReply *reply = redisCommand(link, "SCRIPT LOAD %s", text);
    if (!reply || reply->type != REDIS_REPLY_STRING)
        bench_give_up("a script cannot be loaded");
    snprintf(sha, 41, "%s", reply->str);
    freeReplyObject(reply);
}

static void lua_prepare(redisContext *link)
{
    /* ARGV: skill, id, payload. The rep's load stands in the sets of both its skills. */
    static const char publish[] =
        "redis.call('HSET', 'leads', ARGV[2], ARGV[3]) "
        "local rep = redis.call('ZRANGE', 'reps:' .. ARGV[1], '-inf', '(10', 'BYSCORE', 'LIMIT', 0, 1)[1] "
        "if not rep then redis.call('RPUSH', 'wait:' .. ARGV[1], ARGV[2]) return 'waits' end "
        "redis.call('ZINCRBY', 'reps:s' .. rep % 10, 1, rep) "
        "redis.call('ZINCRBY', 'reps:s' .. (rep + 5) % 10, 1, rep) "
        "redis.call('RPUSH', 'rep:' .. rep, ARGV[3]) return 'given'";
    /* ARGV: rep, id. */
    static const char complete[] =
        "local rep = tonumber(ARGV[1]) "
        "if redis.call('HDEL', 'leads', ARGV[2]) == 0 then return 0 end "
        "for _, skill in ipairs({rep % 10, (rep + 5) % 10}) do "
        "  local id = redis.call('LPOP', 'wait:s' .. skill) "
        "  if id then redis.call('RPUSH', 'rep:' .. ARGV[1], redis.call('HGET', 'leads', id)) return 1 end "
        "end "
        "redis.call('ZINCRBY', 'reps:s' .. rep % 10, -1, ARGV[1]) "
        "redis.call('ZINCRBY', 'reps:s' .. (rep + 5) % 10, -1, ARGV[1]) return 1";
    load_script(link, publish, script_publish);
    load_script(link, complete, script_complete);
    for (unsigned rep = 0; rep < BENCH_REPS; rep++) {
        char command[96];
        snprintf(command, sizeof command, "ZADD reps:s%u 0 %u", rep % BENCH_SKILLS, rep);
        freeReplyObject(ask_now(link, command));
        snprintf(command, sizeof command, "ZADD reps:s%u 0 %u", (rep + 5) % BENCH_SKILLS, rep);
        freeReplyObject(ask_now(link, command));
    }
}

static void lua_publish(redisContext *link, const char *skill, const char *id, const char *payload)
{
    redisAppendCommand(link, "EVALSHA %s 0 %s %s %b", script_publish, skill, id, payload, (size_t)PEER_PAYLOAD);
}

static void lua_ask(const struct peer_rep *rep)
{
    redisAppendCommand(rep->link, "BLMPOP 0.1 1 rep:%u LEFT COUNT %d", rep->number, BENCH_CAPACITY);
}

static void lua_take(const struct peer_rep *rep, const redisReply *reply)
{
    for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i < reply->element[1]->elements; i++) {
        const char *payload = reply->element[1]->element[i]->str;
        peer_deliver(board, rep->number, payload);
        redisAppendCommand(rep->link, "EVALSHA %s 0 %u %b", script_complete, rep->number, payload, strcspn(payload, " "));
    }
}

static const struct peer_work works[] = {
    [PEER_STREAMS] = {"Redis Streams", streams_prepare, streams_publish, streams_ask, streams_take},
    [PEER_STREAMS_MERGED] = {"Redis Streams, merged", streams_prepare, streams_publish, streams_ask, streams_take_merged},
    [PEER_LUA] = {"Redis Lua queue", lua_prepare, lua_publish, lua_ask, lua_take},
};
static const struct peer_work *work;

/* ---- the publisher and the reps ---- */

static void publish_one(void *link, uint64_t number)
{
    char payload[PEER_PAYLOAD + 1], id[32], skill[16];
    peer_payload(number, payload);
    snprintf(id, sizeof id, "%llu", (unsigned long long)number);
    snprintf(skill, sizeof skill, "s%llu", (unsigned long long)(number % BENCH_SKILLS));
    work->publish(link, skill, id, payload);
}

/* At least one reply. */
static uint64_t take_confirmations(void *link)
{
    uint64_t count = 0;
    for (redisReply *reply = NULL;; reply = NULL) {
        int status = count == 0 ? redisGetReply(link, (void **)&reply) : redisGetReplyFromReader(link, (void **)&reply);
        if (status != REDIS_OK || (reply && reply->type == REDIS_REPLY_ERROR))
            bench_give_up("the bench's redis-server refused a lead");
        if (!reply)
            return count;
        freeReplyObject(reply);
        count++;
    }
}

static int run_publisher(void *unused)
{
    (void)unused;
    redisContext *link = connect_to_redis();
    peer_publish(board, &(struct peer_publisher){.link = link, .put = publish_one, .flush = peer_flush, .take = take_confirmations});
    redisFree(link);
    return 0;
}

static void work_off(const struct peer_rep *rep)
{
    bool is_asked = true;
    if (redisBufferRead(rep->link) != REDIS_OK)
        bench_give_up("a rep lost the bench's redis-server");
    for (redisReply *reply = NULL;; reply = NULL) {
        if (redisGetReplyFromReader(rep->link, (void **)&reply) != REDIS_OK || (reply && reply->type == REDIS_REPLY_ERROR))
            bench_give_up(reply ? reply->str : "a rep cannot read a reply");
        if (!reply)
            break;
        if (reply->type == REDIS_REPLY_INTEGER) {
            board->completed += (uint64_t)reply->integer;
        } else {
            work->take(rep, reply);
            is_asked = false;
        }
        freeReplyObject(reply);
    }
    if (!is_asked)
        work->ask(rep);
    peer_flush(rep->link);
}

static int run_reps(void *unused)
{
    (void)unused;
    static struct peer_rep reps[BENCH_REPS];
    struct epoll_event ready[BENCH_REPS];
    int queue = epoll_create1(0);
    if (queue < 0)
        bench_give_up("cannot watch the reps");
    for (uint32_t i = 0; i < BENCH_REPS; i++) {
        struct epoll_event wanted = {.events = EPOLLIN, .data.u32 = i};
        reps[i] = (struct peer_rep){.link = connect_to_redis(), .number = i};
        if (epoll_ctl(queue, EPOLL_CTL_ADD, reps[i].link->fd, &wanted) != 0)
            bench_give_up("cannot watch a rep");
        work->ask(&reps[i]);
        peer_flush(reps[i].link);
        board->reps_ready++;
    }
    while (board->stop != PEER_STOP_REPS) {
        int count = epoll_wait(queue, ready, BENCH_REPS, 50);
        for (int i = 0; i < count; i++)
            work_off(&reps[ready[i].data.u32]);
    }
    for (uint32_t i = 0; i < BENCH_REPS; i++)
        redisFree(reps[i].link);
    close(queue);
    return 0;
}

struct peer_result peer_redis_run(enum peer_redis peer, const char *fsync, uint32_t seconds)
{
    work = &works[peer];
    board = floor_board_new();
    bench_make_dir(board->run_dir);
    pid_t redis = bench_desk_redis(board->run_dir, fsync);
    redisContext *link = connect_to_redis();
    work->prepare(link);
    redisFree(link);
    return peer_run(board, redis, run_publisher, run_reps, seconds);
}
