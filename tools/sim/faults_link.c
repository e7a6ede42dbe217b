/* SPDX-License-Identifier: Apache-2.0
 *
 * redis_link.h in virtual time. What is sent arrives at the model of Redis after a while, in order, and the answer
 * comes back after a while. A connection that breaks answers nothing more; what it had sent may have arrived, or may
 * still arrive later, as with a real network.
 */
#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faults_desk.h"
#include "redis_link.h"

enum { NEAR_MS = 2 };

struct faults_call {
    struct redis_args args;
    uint64_t arrive_ms, order, answer_ms;
    redisReply *reply;
    struct faults_call *next;
};

static void call_free(struct faults_call *call)
{
    redis_args_fini(&call->args);
    faults_reply_free(call->reply);
    free(call);
}

static struct faults_connection *connection_of(const struct redis_link *link)
{
    return (struct faults_connection *)(void *)link->async;
}

/* ---- what the store calls ---- */

void redis_link_init(struct redis_link *link, void *context)
{
    *link = (struct redis_link){.context = context};
}

bool redis_link_open(struct redis_link *link, const char *socket, const char *host, uint16_t port, uint64_t now_ms)
{
    struct faults_desk *desk = faults_desk_now;
    (void)socket, (void)host, (void)port;
    assert(!link->async);
    link->now_ms = link->waiting_since_ms = now_ms;
    link->error[0] = '\0';
    if (desk->world->now_ms < desk->turning->cut_until_ms || desk->world->now_ms < desk->refuse_until_ms) {
        snprintf(link->error, sizeof link->error, "connection refused");
        return false;
    }
    struct faults_connection *connection = calloc(1, sizeof *connection);
    assert(connection);
    connection->broker = desk->turning;
    connection->next = desk->connections;
    desk->connections = connection;
    link->async = (struct redisAsyncContext *)(void *)connection;
    return true;
}

static void answer_next(struct redis_link *link, const redisReply *reply)
{
    struct redis_request request = link->requests[link->first];
    assert(link->waiting > 0);
    link->first = (link->first + 1) % REDIS_LINK_WAITING_MAX;
    link->waiting--;
    link->waiting_since_ms = link->now_ms;
    request.answer(link->context, request.tag, reply);
}

void redis_link_close(struct redis_link *link)
{
    struct faults_connection *connection = connection_of(link);
    if (!connection)
        return;
    link->async = NULL;
    connection->broker = NULL;
    while (link->waiting > 0)
        answer_next(link, NULL);
}

bool redis_link_is_open(const struct redis_link *link)
{
    return link->async != NULL;
}

void redis_link_turn(struct redis_link *link, uint64_t now_ms)
{
    struct faults_connection *connection = connection_of(link);
    link->now_ms = now_ms;
    link->is_in_turn = true;
    while (connection && connection->answered && connection->answered->answer_ms <= faults_desk_now->world->now_ms) {
        struct faults_call *call = connection->answered;
        connection->answered = call->next;
        if (!connection->answered)
            connection->answered_last = NULL;
        answer_next(link, call->reply);
        call_free(call);
    }
    if (connection && connection->releases)
        redis_link_close(link);        /* a claim is given back while the process waits: it does not wait for an answer here */
    else if (connection && connection->is_broken && !connection->answered) {
        snprintf(link->error, sizeof link->error, "the connection broke");
        redis_link_close(link);
    }
    link->is_in_turn = false;
}

void redis_link_flush(struct redis_link *link)
{
    (void)link;
}

void redis_link_run_ahead(struct redis_link *link)
{
    (void)link;
}

/* Silence lasts: what arrives in it is read at its end. */
static uint64_t arrival(struct faults_desk *desk, const struct faults_connection *connection)
{
    struct sim_world *world = desk->world;
    uint64_t delay_ms = sim_random_below(&world->random, NEAR_MS);
    if (world->now_ms < desk->slow_until_ms)
        delay_ms += 1 + sim_random_below(&world->random, desk->slow_ms);
    uint64_t at_ms = world->now_ms + delay_ms;
    at_ms = at_ms < desk->silent_until_ms ? desk->silent_until_ms : at_ms;
    return at_ms < connection->arrive_ms ? connection->arrive_ms : at_ms;
}

static bool is_release(const struct redis_args *args)
{
    size_t size;
    const char *name = args->count > 1 ? redis_args_at(args, 1, &size) : NULL;
    return name && size == strlen("lw_release") && memcmp(name, "lw_release", size) == 0;
}

bool redis_link_send(struct redis_link *link, const struct redis_args *args, redis_answer_fn *answer, uint64_t tag)
{
    struct faults_connection *connection = connection_of(link);
    struct faults_desk *desk = faults_desk_now;
    if (!connection || args->failed || link->waiting == REDIS_LINK_WAITING_MAX)
        return false;
    if (link->waiting == 0)
        link->waiting_since_ms = link->now_ms;
    link->requests[(link->first + link->waiting++) % REDIS_LINK_WAITING_MAX] = (struct redis_request){answer, tag};
    connection->releases |= is_release(args);
    if (connection->is_broken || !connection->broker || connection->broker->is_dying ||
        desk->world->now_ms < connection->broker->cut_until_ms)
        return true;       /* into nothing: no answer will come */
    struct faults_call *call = calloc(1, sizeof *call);
    assert(call);
    redis_args_init(&call->args);
    redis_args_join(&call->args, args);
    call->arrive_ms = connection->arrive_ms = arrival(desk, connection);
    call->order = desk->world->next_order;
    *(connection->last ? &connection->last->next : &connection->first) = call;
    connection->last = call;
    sim_at(desk->world, call->arrive_ms, SIM_REDIS, 0);
    return true;
}

uint32_t redis_link_room(const struct redis_link *link)
{
    return REDIS_LINK_WAITING_MAX - link->waiting;
}

uint64_t redis_link_silent_ms(const struct redis_link *link, uint64_t now_ms)
{
    return link->waiting == 0 || now_ms < link->waiting_since_ms ? 0 : now_ms - link->waiting_since_ms;
}

int redis_link_fd(const struct redis_link *link)
{
    return link->async ? INT_MAX : -1;   /* none that could be open: poll() returns at once */
}

short redis_link_events(const struct redis_link *link)
{
    (void)link;
    return 0;
}

const char *redis_link_error(const struct redis_link *link)
{
    return link->error;
}

/* ---- the way to Redis ---- */

static void break_connection(struct faults_connection *connection)
{
    connection->is_broken = true;
    if (connection->broker)
        faults_broker_wake(connection->broker, connection->broker->desk->world->now_ms);
}

static void execute(struct faults_desk *desk, struct faults_connection *connection)
{
    struct sim_world *world = desk->world;
    struct faults_call *call = connection->first;
    connection->first = call->next;
    if (!connection->first)
        connection->last = NULL;
    call->next = NULL;
    desk->redis.refuses = world->now_ms < desk->failing_until_ms;
    desk->redis.is_full = world->now_ms < desk->full_until_ms;
    call->reply = faults_redis_run(&desk->redis, &connection->transaction, &call->args);
    bool is_lost = connection->breaks_after > 0 && --connection->breaks_after == 0;
    if (is_lost || connection->is_broken || !connection->broker) {
        call_free(call);
        if (is_lost)
            break_connection(connection);
        return;
    }
    uint64_t delay_ms = sim_random_below(&world->random, NEAR_MS);
    if (world->now_ms < desk->slow_until_ms)
        delay_ms += sim_random_below(&world->random, desk->slow_ms);
    call->answer_ms = world->now_ms + delay_ms < connection->answer_ms ? connection->answer_ms : world->now_ms + delay_ms;
    connection->answer_ms = call->answer_ms;
    *(connection->answered_last ? &connection->answered_last->next : &connection->answered) = call;
    connection->answered_last = call;
    faults_broker_wake(connection->broker, call->answer_ms);
}

static void connection_free(struct faults_connection *connection)
{
    for (struct faults_call *call; (call = connection->first) != NULL;) {
        connection->first = call->next;
        call_free(call);
    }
    for (struct faults_call *call; (call = connection->answered) != NULL;) {
        connection->answered = call->next;
        call_free(call);
    }
    faults_transaction_drop(&connection->transaction);
    free(connection);
}

void faults_link_run(struct faults_desk *desk)
{
    if (desk->world->now_ms < desk->silent_until_ms) {
        sim_at(desk->world, desk->silent_until_ms, SIM_REDIS, 0);
        return;
    }
    for (;;) {
        struct faults_connection *next = NULL;
        for (struct faults_connection *c = desk->connections; c; c = c->next) {
            if (!c->first || c->first->arrive_ms > desk->world->now_ms)
                continue;
            if (!next || c->first->arrive_ms < next->first->arrive_ms ||
                (c->first->arrive_ms == next->first->arrive_ms && c->first->order < next->first->order))
                next = c;
        }
        if (!next)
            break;
        execute(desk, next);
    }
    for (struct faults_connection **at = &desk->connections; *at;) {
        struct faults_connection *connection = *at;
        if (connection->broker || connection->first) {
            at = &connection->next;
            continue;
        }
        *at = connection->next;
        connection_free(connection);
    }
}

/* Some of what is on the way arrives all the same: a prefix. */
void faults_link_break(struct faults_desk *desk, struct faults_broker *broker)
{
    for (struct faults_connection *c = desk->connections; c; c = c->next) {
        if (c->broker != broker || c->is_broken)
            continue;
        uint32_t count = 0, kept = 0;
        for (struct faults_call *call = c->first; call; call = call->next)
            count++;
        kept = (uint32_t)sim_random_below(&desk->world->random, count + 1u);
        struct faults_call **at = &c->first;
        c->last = NULL;
        for (; kept > 0; kept--) {
            c->last = *at;
            at = &(*at)->next;
        }
        for (struct faults_call *call; (call = *at) != NULL;) {
            *at = call->next;
            call_free(call);
        }
        break_connection(c);
    }
}

void faults_link_break_all(struct faults_desk *desk)
{
    for (int i = 0; i < FAULTS_BROKERS_MAX; i++) {
        if (desk->brokers[i])
            faults_link_break(desk, desk->brokers[i]);
    }
}

void faults_link_break_after(struct faults_desk *desk, struct faults_broker *broker, uint32_t calls)
{
    for (struct faults_connection *c = desk->connections; c; c = c->next) {
        if (c->broker == broker && !c->is_broken)
            c->breaks_after = calls;
    }
}

void faults_link_forget(struct faults_broker *broker)
{
    for (struct faults_connection *c = broker->desk->connections; c; c = c->next) {
        if (c->broker == broker)
            c->broker = NULL;
    }
}

void faults_link_close_all(struct faults_desk *desk)
{
    for (struct faults_connection *connection; (connection = desk->connections) != NULL;) {
        desk->connections = connection->next;
        connection_free(connection);
    }
}
