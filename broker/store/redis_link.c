/* SPDX-License-Identifier: Apache-2.0
 *
 * hiredis frees its context by itself when the connection ends, from inside any of its calls. Its clean-up hook
 * runs on every such way (a refused connection too, where the disconnect callback does not), after the waiting
 * callbacks got their NULL: there the link forgets the context.
 */
#include "redis_link.h"

#include <assert.h>
#include <hiredis/async.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

enum { READS_PER_TURN_MAX = 256, COMMAND_ARGS_MAX = REDIS_ARGS_MAX, AHEAD_KEPT = 2 * REDIS_LINK_AHEAD_MAX };

static void want_read(void *data);
static void stop_read(void *data);
static void want_write(void *data);
static void stop_write(void *data);
static void forget(void *data);
static void connected(const redisAsyncContext *async, int status);
static void answered(redisAsyncContext *async, void *reply, void *unused);
static short ready(const struct redis_link *link);

void redis_link_init(struct redis_link *link, void *context)
{
    *link = (struct redis_link){.context = context};
}

bool redis_link_open(struct redis_link *link, const char *socket, const char *host, uint16_t port, uint64_t now_ms)
{
    assert(!link->async);

    redisAsyncContext *async = socket ? redisAsyncConnectUnix(socket) : redisAsyncConnect(host, port);
    link->now_ms = link->waiting_since_ms = now_ms;
    link->error[0] = '\0';
    if (!async || async->err) {
        snprintf(link->error, sizeof link->error, "%s", async ? async->errstr : "out of memory");
        if (async)
            redisAsyncFree(async);
        return false;
    }
    async->data = link;
    async->ev.data = link;
    async->ev.addRead = want_read;
    async->ev.delRead = stop_read;
    async->ev.addWrite = want_write;
    async->ev.delWrite = stop_write;
    async->ev.cleanup = forget;
    async->c.reader->maxbuf = AHEAD_KEPT;
    link->async = async;
    link->wants_read = link->wants_write = true;
    redisAsyncSetConnectCallback(async, connected);
    return true;
}

void redis_link_close(struct redis_link *link)
{
    if (link->async)
        redisAsyncFree(link->async);
    assert(!link->async && link->waiting == 0);
}

bool redis_link_is_open(const struct redis_link *link)
{
    return link->async != NULL;
}

void redis_link_turn(struct redis_link *link, uint64_t now_ms)
{
    assert(!link->is_in_turn);
    link->now_ms = now_ms;
    link->is_in_turn = true;
    for (int reads = 0; link->async && reads < READS_PER_TURN_MAX; reads++) {
        short events = ready(link);
        if (events == 0)
            break;
        if (events & (POLLOUT | POLLERR | POLLHUP) && link->wants_write)
            redisAsyncHandleWrite(link->async);
        if (link->async && events & (POLLIN | POLLERR | POLLHUP) && link->wants_read)
            redisAsyncHandleRead(link->async);
    }
    link->is_in_turn = false;
}

/* Inside a turn hiredis may be calling us (it asserts against a write from there, since 1.0): the turn writes by itself. */
void redis_link_flush(struct redis_link *link)
{
    if (!link->async || link->is_in_turn || !link->wants_write)
        return;
    if (link->async->c.flags & REDIS_CONNECTED || ready(link) & POLLOUT)      /* a full socket says so by itself */
        redisAsyncHandleWrite(link->async);
}

/* A Unix socket that was full can be written to again only when it is nearly empty: a Redis that meets a full one does nothing for us until
 * all of it is read. hiredis' two calls touch its buffers alone, and leave an error for the turn to find. */
void redis_link_run_ahead(struct redis_link *link)
{
    if (!link->is_in_turn || !link->async || link->async->c.err != 0)
        return;
    redisContext *c = &link->async->c;
    const redisReader *in = c->reader;
    int is_all_written;
    size_t before;

    if (redisBufferWrite(c, &is_all_written) != REDIS_OK)
        return;
    do {
        before = in->len;
    } while (in->len - in->pos < REDIS_LINK_AHEAD_MAX && redisBufferRead(c) == REDIS_OK && in->len > before);
}

bool redis_link_send(struct redis_link *link, const struct redis_args *args, redis_answer_fn *answer, uint64_t tag)
{
    static const char *argv[COMMAND_ARGS_MAX];
    static size_t sizes[COMMAND_ARGS_MAX];

    if (!link->async || args->failed || link->waiting == REDIS_LINK_WAITING_MAX)
        return false;
    for (size_t i = 0; i < args->count; i++)
        argv[i] = redis_args_at(args, i, &sizes[i]);
    if (redisAsyncCommandArgv(link->async, answered, NULL, (int)args->count, argv, sizes) != REDIS_OK)
        return false;
    if (link->waiting == 0)
        link->waiting_since_ms = link->now_ms;
    uint32_t place = (link->first + link->waiting++) % REDIS_LINK_WAITING_MAX;
    link->requests[place] = (struct redis_request){answer, tag};
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
    return link->async ? link->async->c.fd : -1;
}

short redis_link_events(const struct redis_link *link)
{
    if (!link->async)
        return 0;
    return (short)((link->wants_read ? POLLIN : 0) | (link->wants_write ? POLLOUT : 0));
}

const char *redis_link_error(const struct redis_link *link)
{
    return link->error;
}

static short ready(const struct redis_link *link)
{
    struct pollfd poll_fd = {.fd = redis_link_fd(link), .events = redis_link_events(link)};

    return poll(&poll_fd, 1, 0) > 0 ? poll_fd.revents : 0;
}

static void answered(redisAsyncContext *async, void *reply, void *unused)
{
    struct redis_link *link = async->data;

    (void)unused;
    assert(link->waiting > 0);
    struct redis_request request = link->requests[link->first];
    link->first = (link->first + 1) % REDIS_LINK_WAITING_MAX;
    link->waiting--;
    link->waiting_since_ms = link->now_ms;
    request.answer(link->context, request.tag, reply);
}

static void connected(const redisAsyncContext *async, int status)
{
    struct redis_link *link = async->data;

    if (status != REDIS_OK)
        snprintf(link->error, sizeof link->error, "%s", async->errstr ? async->errstr : "refused");
}

static void forget(void *data)
{
    struct redis_link *link = data;

    if (link->async->err && link->error[0] == '\0')
        snprintf(link->error, sizeof link->error, "%s", link->async->errstr);
    link->async = NULL;
    link->wants_read = link->wants_write = false;
}

static void want_read(void *data)
{
    ((struct redis_link *)data)->wants_read = true;
}

static void stop_read(void *data)
{
    ((struct redis_link *)data)->wants_read = false;
}

static void want_write(void *data)
{
    ((struct redis_link *)data)->wants_write = true;
}

static void stop_write(void *data)
{
    ((struct redis_link *)data)->wants_write = false;
}
