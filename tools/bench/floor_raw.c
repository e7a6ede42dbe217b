/* SPDX-License-Identifier: Apache-2.0
 *
 * The floors: what ZeroMQ alone and Redis alone let through of the same messages and bytes.
 */
#define _DEFAULT_SOURCE   /* MAP_ANONYMOUS */
#include <hiredis/hiredis.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <zmq.h>

#include "bench_desk.h"
#include "bench_process.h"
#include "floor.h"

/* Frame sizes as floor_ours has them on the wire (header and protobuf), by kind; the first byte tells the kind. */
enum kind { KIND_PUBLISH = 'p', KIND_REPLY = 'r', KIND_OFFER = 'o', KIND_ANSWER = 'a', KIND_HOLDING = 'h', KIND_COMPLETE = 'c' };
enum { PUBLISH_SIZE = 420, REPLY_SIZE = 40, OFFER_SIZE = 520, ANSWER_SIZE = 34, HOLDING_SIZE = 66, COMPLETE_SIZE = 52, LARGEST = 520 };

struct raw_board {
    _Atomic uint32_t stop, reps_known;
    _Atomic uint64_t completed;
    char dir[64];
};

static int size_of(enum kind kind)
{
    switch (kind) {
    case KIND_PUBLISH: return PUBLISH_SIZE;
    case KIND_REPLY: return REPLY_SIZE;
    case KIND_OFFER: return OFFER_SIZE;
    case KIND_ANSWER: return ANSWER_SIZE;
    case KIND_HOLDING: return HOLDING_SIZE;
    case KIND_COMPLETE: return COMPLETE_SIZE;
    }
    return 0;
}

static void *open_socket(void *context, int type, const char *dir, const char *name, bool binds)
{
    char endpoint[128];
    int mark = 0, linger = 0;
    snprintf(endpoint, sizeof endpoint, "ipc://%s/%s", dir, name);
    void *socket = zmq_socket(context, type);
    zmq_setsockopt(socket, ZMQ_SNDHWM, &mark, sizeof mark);
    zmq_setsockopt(socket, ZMQ_RCVHWM, &mark, sizeof mark);
    zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
    if ((binds ? zmq_bind(socket, endpoint) : zmq_connect(socket, endpoint)) != 0)
        bench_give_up(zmq_strerror(zmq_errno()));
    return socket;
}

static void send_kind(void *socket, const void *identity, size_t identity_size, enum kind kind)
{
    char bytes[LARGEST];
    memset(bytes, (int)kind, sizeof bytes);
    if (identity)
        zmq_send(socket, identity, identity_size, ZMQ_SNDMORE);
    zmq_send(socket, bytes, (size_t)size_of(kind), 0);
}

/* As our broker: two ROUTERs, but nothing decoded, decided or stored. */
static int raw_broker(void *argument)
{
    struct raw_board *board = argument;
    struct { char id[32]; int size; } reps[BENCH_REPS] = {{{0}, 0}};
    void *context = zmq_ctx_new();
    void *publishers = open_socket(context, ZMQ_ROUTER, board->dir, "p", true);
    void *rep_router = open_socket(context, ZMQ_ROUTER, board->dir, "r", true);
    uint32_t next = 0;

    while (!board->stop) {
        char id[32], bytes[LARGEST];
        zmq_pollitem_t items[] = {{publishers, 0, ZMQ_POLLIN, 0}, {rep_router, 0, ZMQ_POLLIN, 0}};
        zmq_poll(items, 2, 10);
        for (int i = 0; i < 256; i++) {
            int id_size = zmq_recv(publishers, id, sizeof id, ZMQ_DONTWAIT);
            if (id_size < 0)
                break;
            zmq_recv(publishers, bytes, sizeof bytes, ZMQ_DONTWAIT);
            send_kind(publishers, id, (size_t)id_size, KIND_REPLY);
            send_kind(rep_router, reps[next].id, (size_t)reps[next].size, KIND_OFFER);
            next = (next + 1) % BENCH_REPS;
        }
        for (int i = 0; i < 256; i++) {
            int id_size = zmq_recv(rep_router, id, sizeof id, ZMQ_DONTWAIT);
            if (id_size < 0)
                break;
            zmq_recv(rep_router, bytes, sizeof bytes, ZMQ_DONTWAIT);
            if (bytes[0] == KIND_ANSWER) {
                send_kind(rep_router, id, (size_t)id_size, KIND_HOLDING);
                send_kind(rep_router, id, (size_t)id_size, KIND_REPLY);
            } else if (bytes[0] == KIND_COMPLETE) {
                send_kind(rep_router, id, (size_t)id_size, KIND_REPLY);
            } else if (board->reps_known < BENCH_REPS) {   /* hello */
                memcpy(reps[board->reps_known].id, id, (size_t)id_size);
                reps[board->reps_known].size = id_size;
                board->reps_known++;
            }
        }
    }
    zmq_close(publishers);
    zmq_close(rep_router);
    zmq_ctx_term(context);
    return 0;
}

static int raw_reps(void *argument)
{
    struct raw_board *board = argument;
    void *context = zmq_ctx_new(), *sockets[BENCH_REPS];
    zmq_pollitem_t items[BENCH_REPS];
    uint64_t replies[BENCH_REPS] = {0};
    for (int i = 0; i < BENCH_REPS; i++) {
        sockets[i] = open_socket(context, ZMQ_DEALER, board->dir, "r", false);
        zmq_send(sockets[i], "l", 1, 0);
        items[i] = (zmq_pollitem_t){sockets[i], 0, ZMQ_POLLIN, 0};
    }
    while (!board->stop) {
        zmq_poll(items, BENCH_REPS, 10);
        for (int i = 0; i < BENCH_REPS; i++) {
            char bytes[LARGEST];
            while (zmq_recv(sockets[i], bytes, sizeof bytes, ZMQ_DONTWAIT) > 0) {
                if (bytes[0] == KIND_OFFER)
                    send_kind(sockets[i], NULL, 0, KIND_ANSWER);
                else if (bytes[0] == KIND_HOLDING)
                    send_kind(sockets[i], NULL, 0, KIND_COMPLETE);
                else if (++replies[i] % 2 == 0)
                    board->completed++;
            }
        }
    }
    for (int i = 0; i < BENCH_REPS; i++)
        zmq_close(sockets[i]);
    zmq_ctx_term(context);
    return 0;
}

static int raw_publisher(void *argument)
{
    struct raw_board *board = argument;
    void *context = zmq_ctx_new(), *socket = open_socket(context, ZMQ_DEALER, board->dir, "p", false);
    uint64_t sent = 0, answered = 0;
    while (!board->stop) {
        char bytes[LARGEST];
        while (sent - answered < FLOOR_IN_FLIGHT && sent - board->completed < FLOOR_BACKLOG) {
            send_kind(socket, NULL, 0, KIND_PUBLISH);
            sent++;
        }
        zmq_pollitem_t item = {socket, 0, ZMQ_POLLIN, 0};
        zmq_poll(&item, 1, 1);
        while (zmq_recv(socket, bytes, sizeof bytes, ZMQ_DONTWAIT) > 0)
            answered++;
    }
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}

struct floor_result floor_zmq(uint32_t seconds)
{
    struct floor_result result = {0};
    struct raw_board *board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (board == MAP_FAILED)
        bench_give_up("out of memory");
    bench_make_dir(board->dir);
    pid_t broker = bench_fork(raw_broker, board), reps = bench_fork(raw_reps, board);
    for (int i = 0; board->reps_known < BENCH_REPS; i++) {
        if (i > 1000)
            bench_give_up("the raw reps could not say hello");
        poll(NULL, 0, 10);
    }
    pid_t publisher = bench_fork(raw_publisher, board);
    poll(NULL, 0, 500);
    pid_t pids[] = {broker, reps, publisher};
    double *cpu[] = {&result.cpu_broker_us, &result.cpu_reps_us, &result.cpu_publisher_us};
    uint64_t before[3], completed = board->completed, start_ns = bench_now_ns();
    for (int i = 0; i < 3; i++)
        before[i] = bench_cpu_us(pids[i]);
    poll(NULL, 0, (int)seconds * 1000);
    result.lives = board->completed - completed;
    result.lives_per_s = (double)result.lives * 1e9 / (double)(bench_now_ns() - start_ns);
    for (int i = 0; i < 3 && result.lives > 0; i++)
        *cpu[i] = (double)(bench_cpu_us(pids[i]) - before[i]) / (double)result.lives;
    board->stop = 1;
    bench_wait(publisher);
    bench_wait(reps);
    bench_wait(broker);
    bench_remove_dir(board->dir);
    munmap(board, sizeof *board);
    return result;
}

/* Entries of 64 lives each, a few in flight: how our broker's batches look under load. */
struct floor_result floor_append(const char *fsync, uint32_t seconds, double bytes_per_life)
{
    enum { LIVES_PER_ENTRY = 64, IN_FLIGHT = 4 };
    struct floor_result result = {0};
    char dir[64], socket[96];
    size_t size = (size_t)(bytes_per_life * LIVES_PER_ENTRY);
    char *bytes = malloc(size + 1);
    uint64_t entries = 0;
    if (!bytes)
        bench_give_up("out of memory");
    memset(bytes, 'x', size);
    bench_make_dir(dir);
    pid_t redis = bench_desk_redis(dir, fsync);
    snprintf(socket, sizeof socket, "%s/redis.sock", dir);
    redisContext *link = redisConnectUnix(socket);
    if (!link || link->err)
        bench_give_up("cannot reach the bench's redis-server");
    uint64_t start_ns = bench_now_ns(), cpu_before = bench_cpu_us(redis), in_flight = 0;
    while (bench_now_ns() - start_ns < seconds * 1000000000ull) {
        for (; in_flight < IN_FLIGHT; in_flight++)
            redisAppendCommand(link, "XADD floor * b %b", bytes, size);
        redisReply *reply;
        if (redisGetReply(link, (void **)&reply) != REDIS_OK || reply->type == REDIS_REPLY_ERROR)
            bench_give_up("the bench's redis-server refused an append");
        freeReplyObject(reply);
        in_flight--;
        entries++;
    }
    result.lives = entries * LIVES_PER_ENTRY;
    result.lives_per_s = (double)result.lives * 1e9 / (double)(bench_now_ns() - start_ns);
    result.cpu_redis_us = (double)(bench_cpu_us(redis) - cpu_before) / (double)result.lives;
    result.journal_bytes_per_life = bytes_per_life;
    redisFree(link);
    bench_stop(redis);
    bench_remove_dir(dir);
    free(bytes);
    return result;
}
