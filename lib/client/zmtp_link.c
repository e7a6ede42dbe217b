/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE   /* SOCK_CLOEXEC */
#include "zmtp_link.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wall_clock.h"

enum {
    INTERVAL_FIRST_MS = 50,
    INTERVAL_LAST_MS = 500,
    HANDSHAKE_MS = 5000,
    BYTES_KEEP = 64 * 1024,      /* of an empty buffer */
    READ_MIN = 8 * 1024,            /* room for a read */
    OUT_ENOUGH = 256 * 1024,     /* waiting to be sent: no more is taken */
};

static void dial(struct zmtp_link *link, uint64_t now_ms);
static bool greet(struct zmtp_link *link);
static enum zmtp_found find(const struct zmtp_link *link, struct zmtp_frame *out, size_t *total);
static bool read_greeting(struct zmtp_link *link);
static bool handle_command(struct zmtp_link *link, const struct zmtp_frame *frame);
static bool fill(struct zmtp_link *link, size_t wanted);
static bool flush(struct zmtp_link *link);
static bool await_room(struct zmtp_link *link, bool awaits);
static void clear(struct zmtp_bytes *bytes) { zmtp_bytes_clear(bytes, BYTES_KEEP); }

bool zmtp_link_takes(const char *endpoint)
{
    return zmtp_path_of(endpoint) != NULL;
}

lw_status zmtp_link_open(struct zmtp_link *link, const char *endpoint, size_t message_size_max, uint64_t now_ms)
{
    assert(zmtp_link_takes(endpoint));
    *link = (struct zmtp_link){.connection = -1, .address.sun_family = AF_UNIX, .message_size_max = message_size_max,
                               .interval_ms = INTERVAL_FIRST_MS};
    memcpy(link->address.sun_path, zmtp_path_of(endpoint), strlen(zmtp_path_of(endpoint)) + 1);
    link->fd = epoll_create1(EPOLL_CLOEXEC);
    if (link->fd < 0)
        return LW_IO;
    link->is_open = true;
    dial(link, now_ms);
    return LW_OK;
}

void zmtp_link_close(struct zmtp_link *link)
{
    if (!link->is_open)
        return;
    zmtp_link_hang_up(link);
    close(link->fd);
    free(link->in.data);
    free(link->out.data);
    *link = (struct zmtp_link){0};
}

void zmtp_link_hang_up(struct zmtp_link *link)
{
    if (link->connection >= 0)
        close(link->connection);   /* and so it is watched no more */
    link->connection = -1;
    link->state = ZMTP_DOWN;
    link->dial_at_ms = 0;
    link->is_drained = link->awaits_room = false;
    clear(&link->in);
    clear(&link->out);
}

void zmtp_link_turn(struct zmtp_link *link, uint64_t now_ms)
{
    if (link->state != ZMTP_DOWN) {
        if (link->state != ZMTP_UP && now_ms >= link->shake_by_ms)
            zmtp_link_hang_up(link);
        else if (link->out.begin < link->out.end)
            (void)flush(link);
    }
    if (link->state != ZMTP_DOWN)
        return;
    if (link->dial_at_ms == 0) {
        uint32_t random;   /* whom a broker left together need not come back together */
        random_bytes(&random, sizeof random);
        link->dial_at_ms = now_ms + link->interval_ms / 2 + random % link->interval_ms;
        link->interval_ms = 2 * link->interval_ms > INTERVAL_LAST_MS ? INTERVAL_LAST_MS : 2 * link->interval_ms;
    } else if (now_ms >= link->dial_at_ms) {
        dial(link, now_ms);
    }
}

uint64_t zmtp_link_due_ms(const struct zmtp_link *link)
{
    if (link->state == ZMTP_DOWN)
        return link->dial_at_ms;
    return link->state == ZMTP_UP ? UINT64_MAX : link->shake_by_ms;
}

bool zmtp_link_has_message(const struct zmtp_link *link)
{
    struct zmtp_frame frame;
    size_t total;
    return link->state == ZMTP_UP && find(link, &frame, &total) == ZMTP_WHOLE;
}

bool zmtp_link_receive(struct zmtp_link *link, struct zmtp_frame *out)
{
    while (link->state == ZMTP_GREETING) {
        if (!read_greeting(link))
            return false;
    }
    while (link->state != ZMTP_DOWN) {
        size_t total;
        enum zmtp_found found = find(link, out, &total);
        if (found == ZMTP_PART) {
            if (!fill(link, total))
                return false;
            continue;
        }
        bool is_message = found == ZMTP_WHOLE && (out->flags & ZMTP_COMMAND) == 0;
        if (found == ZMTP_WRONG || (is_message && link->state != ZMTP_UP)) {
            zmtp_link_hang_up(link);
            return false;
        }
        link->in.begin += total;
        if (is_message)
            return true;
        if (!handle_command(link, out))
            zmtp_link_hang_up(link);
    }
    return false;
}

uint8_t *zmtp_link_reserve(struct zmtp_link *link, size_t size)
{
    return link->state == ZMTP_UP && zmtp_link_has_room(link) ? zmtp_bytes_reserve(&link->out, size) : NULL;
}

bool zmtp_link_has_room(const struct zmtp_link *link)
{
    return link->out.end - link->out.begin < OUT_ENOUGH;
}

bool zmtp_link_send(struct zmtp_link *link, size_t size)
{
    (void)zmtp_bytes_add_message(&link->out, size);
    return link->awaits_room || flush(link);
}

/* ---- connecting ---- */

static void dial(struct zmtp_link *link, uint64_t now_ms)
{
    struct epoll_event readable = {.events = EPOLLIN};

    link->dial_at_ms = 0;
    link->connection = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (link->connection < 0)
        return;
    link->state = ZMTP_GREETING;
    link->shake_by_ms = now_ms + HANDSHAKE_MS;
    if (connect(link->connection, (struct sockaddr *)&link->address, sizeof link->address) != 0
        || epoll_ctl(link->fd, EPOLL_CTL_ADD, link->connection, &readable) != 0 || !greet(link))
        zmtp_link_hang_up(link);
}

static bool greet(struct zmtp_link *link)
{
    uint8_t hello[ZMTP_HELLO_SIZE];
    zmtp_write_hello(hello, ZMTP_DEALER);
    return zmtp_bytes_put(&link->out, hello, sizeof hello) && flush(link);
}

/* True when there may be more to look at. */
static bool read_greeting(struct zmtp_link *link)
{
    struct zmtp_bytes *in = &link->in;

    switch (in->begin < in->end ? zmtp_check_greeting(in->data + in->begin, zmtp_bytes_count(in)) : ZMTP_PART) {
    case ZMTP_PART:
        return fill(link, ZMTP_GREETING_SIZE);
    case ZMTP_WRONG:
        zmtp_link_hang_up(link);
        return false;
    case ZMTP_WHOLE:
        in->begin += ZMTP_GREETING_SIZE;
        link->state = ZMTP_AWAITING;
        return true;
    }
    return false;
}

/* False: the connection is of no use. */
static bool handle_command(struct zmtp_link *link, const struct zmtp_frame *frame)
{
    uint8_t pong[ZMTP_PONG_MAX];

    switch (zmtp_command_of(frame)) {
    case ZMTP_READY:
        link->state = ZMTP_UP;
        link->interval_ms = INTERVAL_FIRST_MS;
        return true;
    case ZMTP_PING:
        if (zmtp_link_has_room(link) && zmtp_bytes_put(&link->out, pong, zmtp_write_pong(pong, frame)) && !link->awaits_room)
            (void)flush(link);
        return link->state != ZMTP_DOWN;
    case ZMTP_ERROR:
        return false;
    case ZMTP_OTHER:
        return true;
    }
    return true;
}

/* ---- bytes ---- */

static enum zmtp_found find(const struct zmtp_link *link, struct zmtp_frame *out, size_t *total)
{
    const struct zmtp_bytes *in = &link->in;

    *total = 1;
    return in->begin == in->end ? ZMTP_PART : zmtp_find_frame(in->data + in->begin, in->end - in->begin, link->message_size_max, out, total);
}

/* Reads, for `wanted` bytes in a row or more. False: nothing came. A read that filled its room may have left something. */
static bool fill(struct zmtp_link *link, size_t wanted)
{
    struct zmtp_bytes *in = &link->in;

    if (link->is_drained) {
        link->is_drained = false;
        return false;
    }
    if (in->begin == in->end)
        clear(in);
    size_t have = in->end - in->begin;
    uint8_t *at = zmtp_bytes_make_room(in, wanted > have + READ_MIN ? wanted - have : READ_MIN);
    ssize_t count = at ? recv(link->connection, at, in->capacity - in->end, MSG_DONTWAIT) : 0;
    if (count > 0) {
        link->is_drained = (size_t)count < in->capacity - in->end;
        in->end += (size_t)count;
        return true;
    }
    if (count == 0 || (errno != EAGAIN && errno != EINTR))
        zmtp_link_hang_up(link);
    return false;
}

/* False: what waited is lost, for nobody is there to read it. The connection stays until what came before has been read. */
static bool flush(struct zmtp_link *link)
{
    struct zmtp_bytes *out = &link->out;

    while (out->begin < out->end) {
        ssize_t count = send(link->connection, out->data + out->begin, out->end - out->begin, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count >= 0) {
            out->begin += (size_t)count;
        } else if (errno == EAGAIN) {
            return await_room(link, true);
        } else if (errno != EINTR) {
            clear(out);
            (void)shutdown(link->connection, SHUT_RDWR);   /* half a message may have gone, behind which nothing may follow */
            (void)await_room(link, false);
            return false;
        }
    }
    clear(out);
    return await_room(link, false);
}

static bool await_room(struct zmtp_link *link, bool awaits)
{
    struct epoll_event wanted = {.events = EPOLLIN | (awaits ? EPOLLOUT : 0u)};

    if (link->awaits_room == awaits)
        return true;
    link->awaits_room = awaits;
    if (epoll_ctl(link->fd, EPOLL_CTL_MOD, link->connection, &wanted) == 0)
        return true;
    (void)shutdown(link->connection, SHUT_RDWR);   /* its end is found by reading: now a message may be borrowed */
    return false;
}
