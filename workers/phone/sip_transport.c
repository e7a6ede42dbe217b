/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE   /* SOCK_NONBLOCK, SOCK_CLOEXEC */
#include "sip_transport.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sip_frame.h"

enum {
    DATAGRAM_MAX = 64 * 1024, DATAGRAMS_A_TURN = 64, BACKLOG = 128, OUTPUT_MAX = 256 * 1024,
    FRAME_ARENA_CAP = 512 * 1024, FRAME_ARENA_KEEP = 64 * 1024,
};

struct sip_socket {
    struct sip_transport *transport;
    int fd;
    bool is_tcp;
    struct event *readable;            /* UDP */
    struct evconnlistener *listener;   /* TCP */
};

struct connection {
    struct sip_transport *transport;
    struct connection *next, **place;
    struct bufferevent *stream;
    struct event *timer;
    struct sip_origin origin;
    uint32_t calls;
    enum { NOTHING_DUE, IDLE_DUE, MESSAGE_DUE } due;   /* what the timer is for */
    bool doomed;                       /* ends from the loop, not from within a call */
};

struct sip_transport {
    struct event_base *base;
    struct sip_transport_user user;
    struct sip_socket sockets[SIP_LISTEN_MAX];
    size_t socket_count;
    struct connection *connections;
    uint32_t connection_count;
    uint64_t connections_ever;
    struct arena arena;
    struct sip_frame frame;
    char datagram[DATAGRAM_MAX];
};

static bool open_socket(struct sip_transport *transport, const struct sip_listen *listen, struct sip_socket *out);
static void on_datagrams(evutil_socket_t fd, short what, void *context);
static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *from, int size, void *context);
static void on_read(struct bufferevent *stream, void *context);
static void on_end(struct bufferevent *stream, short what, void *context);
static void on_timer(evutil_socket_t fd, short what, void *context);
static void doom(struct connection *connection);
static void set_deadline(struct connection *connection, bool message_has_begun);
static void connection_free(struct connection *connection);

lw_status sip_transport_open(struct event_base *base, const struct sip_transport_user *user, struct sip_transport **out,
                             const char **which_out)
{
    struct sip_transport *transport = calloc(1, sizeof *transport);
    *out = NULL;
    *which_out = "";
    if (!transport)
        return LW_NO_MEMORY;
    transport->base = base;
    transport->user = *user;
    arena_init(&transport->arena, FRAME_ARENA_CAP);
    const struct sip_config *config = user->config(user->context);
    for (size_t i = 0; i < config->listen_count; i++) {
        struct sip_socket *socket = &transport->sockets[transport->socket_count++];
        *socket = (struct sip_socket){.transport = transport, .fd = -1, .is_tcp = config->listen[i].is_tcp};
        if (!open_socket(transport, &config->listen[i], socket)) {
            int why = errno;
            *which_out = config->listen[i].text;
            sip_transport_close(&transport);
            errno = why;
            return LW_IO;
        }
    }
    *out = transport;
    return LW_OK;
}

void sip_transport_close(struct sip_transport **transport_place)
{
    struct sip_transport *transport = *transport_place;
    *transport_place = NULL;
    if (!transport)
        return;
    transport->user.gone = NULL;
    while (transport->connections)
        connection_free(transport->connections);
    for (size_t i = 0; i < transport->socket_count; i++) {
        struct sip_socket *socket = &transport->sockets[i];
        if (socket->readable)
            event_free(socket->readable);
        if (socket->listener)
            evconnlistener_free(socket->listener);
        if (socket->fd >= 0)
            close(socket->fd);
    }
    arena_fini(&transport->arena);
    free(transport);
}

static struct connection *find(struct sip_transport *transport, uint64_t number)
{
    for (struct connection *at = transport->connections; at; at = at->next)
        if (at->origin.connection == number)
            return at;
    return NULL;
}

static void set_port(struct sockaddr_storage *where, uint16_t port)
{
    if (where->ss_family == AF_INET6)
        ((struct sockaddr_in6 *)where)->sin6_port = htons(port);
    else
        ((struct sockaddr_in *)where)->sin_port = htons(port);
}

void sip_transport_send(struct sip_transport *transport, const struct sip_origin *origin, bool to_source, uint16_t via_port,
                        const void *bytes, size_t size)
{
    if (origin->connection == 0) {
        struct sockaddr_storage to = origin->from;
        if (!to_source)
            set_port(&to, via_port);
        sip_datagram_send(transport->sockets[origin->socket].fd, bytes, size, &to, origin->from_size, &origin->local);
        return;
    }
    struct connection *connection = find(transport, origin->connection);
    if (!connection || connection->doomed)
        return;
    bufferevent_write(connection->stream, bytes, size);
    if (evbuffer_get_length(bufferevent_get_output(connection->stream)) > OUTPUT_MAX)
        doom(connection);
}

void sip_transport_hold(struct sip_transport *transport, uint64_t number, int by)
{
    struct connection *connection = number ? find(transport, number) : NULL;
    if (!connection)
        return;
    connection->calls += (uint32_t)by;
    if (!connection->doomed && connection->due != MESSAGE_DUE)
        set_deadline(connection, false);
}

size_t sip_transport_listen_count(const struct sip_transport *transport)
{
    return transport->socket_count;
}

static void read_peer(const struct sockaddr_storage *from, struct sip_origin *out)
{
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)from;
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)from;
    bool is_v6 = from->ss_family == AF_INET6;
    out->text[0] = '\0';
    if (is_v6 && IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
        inet_ntop(AF_INET, v6->sin6_addr.s6_addr + 12, out->text, sizeof out->text);
    else
        inet_ntop(from->ss_family, is_v6 ? (const void *)&v6->sin6_addr : (const void *)&v4->sin_addr, out->text, sizeof out->text);
    out->port = ntohs(is_v6 ? v6->sin6_port : v4->sin_port);
    if (!address_parse(out->text, strlen(out->text), &out->address))
        memset(&out->address, 0, sizeof out->address);
}

void sip_transport_listen_text(const struct sip_transport *transport, size_t index, char text[SIP_ADDRESS_TEXT_MAX])
{
    const struct sip_socket *socket = &transport->sockets[index];
    struct sip_origin bound;
    socklen_t size = sizeof bound.from;
    memset(&bound, 0, sizeof bound);
    if (getsockname(socket->fd, (struct sockaddr *)&bound.from, &size) == 0)
        read_peer(&bound.from, &bound);
    bool is_v6 = strchr(bound.text, ':') != NULL;
    snprintf(text, SIP_ADDRESS_TEXT_MAX, "%s:%s%.45s%s:%u", socket->is_tcp ? "tcp" : "udp", is_v6 ? "[" : "", bound.text,
             is_v6 ? "]" : "", bound.port);
}

static bool open_socket(struct sip_transport *transport, const struct sip_listen *listening, struct sip_socket *out)
{
    int type = (out->is_tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC;
    out->fd = socket(listening->where.ss_family, type, 0);
    if (out->fd < 0 || (out->is_tcp && evutil_make_listen_socket_reuseable(out->fd) != 0) ||
        bind(out->fd, (const struct sockaddr *)&listening->where, listening->where_size) != 0)
        return false;
    if (out->is_tcp) {
        out->listener = listen(out->fd, BACKLOG) == 0 ? evconnlistener_new(transport->base, on_accept, out, 0, 0, out->fd) : NULL;
        return out->listener != NULL;
    }
    out->readable = event_new(transport->base, out->fd, EV_READ | EV_PERSIST, on_datagrams, out);
    return out->readable && sip_datagram_prepare(out->fd, listening->where.ss_family) && event_add(out->readable, NULL) == 0;
}

static const struct sip_config *config_of(const struct sip_transport *transport)
{
    return transport->user.config(transport->user.context);
}

static void count(const struct sip_transport *transport, enum worker_count what)
{
    transport->user.count(transport->user.context, what);
}

/* Datagrams of line ends only keep an address translator awake. */
static void take_datagram(struct sip_transport *transport, const struct sip_origin *origin, size_t size)
{
    const struct sip_config *config = config_of(transport);
    size_t blank = sip_frame_blank(transport->datagram, size);
    if (!config || !sip_config_is_peer(config, &origin->address))
        count(transport, WORKER_COUNT_NOT_A_PEER);
    else if (size > config->message_size_max)
        count(transport, WORKER_COUNT_TOO_LARGE);
    else if (blank < size)
        transport->user.message(transport->user.context, origin, transport->datagram + blank, size - blank);
}

static void on_datagrams(evutil_socket_t fd, short what, void *context)
{
    (void)what;
    struct sip_socket *socket = context;
    struct sip_transport *transport = socket->transport;
    for (int i = 0; i < DATAGRAMS_A_TURN; i++) {
        struct sip_origin origin = {.socket = (uint32_t)(socket - transport->sockets)};
        ssize_t size = sip_datagram_receive(fd, transport->datagram, sizeof transport->datagram, &origin.from, &origin.from_size, &origin.local);
        if (size < 0)
            return;
        read_peer(&origin.from, &origin);
        take_datagram(transport, &origin, (size_t)size);
    }
}

static bool may_connect(struct sip_transport *transport, const struct sip_origin *origin)
{
    const struct sip_config *config = config_of(transport);
    if (!config || !sip_config_is_peer(config, &origin->address)) {
        count(transport, WORKER_COUNT_NOT_A_PEER);
        return false;
    }
    if (transport->connection_count < config->connections_max)
        return true;
    count(transport, WORKER_COUNT_BUSY);
    return false;
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *from, int size, void *context)
{
    (void)listener;
    struct sip_socket *socket = context;
    struct sip_transport *transport = socket->transport;
    struct sip_origin origin = {.socket = (uint32_t)(socket - transport->sockets), .from_size = (socklen_t)size};
    memcpy(&origin.from, from, (size_t)size < sizeof origin.from ? (size_t)size : sizeof origin.from);
    read_peer(&origin.from, &origin);
    struct connection *connection = may_connect(transport, &origin) ? calloc(1, sizeof *connection) : NULL;
    if (!connection) {
        evutil_closesocket(fd);
        return;
    }
    origin.connection = ++transport->connections_ever;
    *connection = (struct connection){.transport = transport, .origin = origin, .next = transport->connections,
                                      .place = &transport->connections};
    if (connection->next)
        connection->next->place = &connection->next;
    transport->connections = connection;
    transport->connection_count++;
    evutil_make_socket_nonblocking(fd);
    connection->timer = event_new(transport->base, -1, 0, on_timer, connection);
    connection->stream = bufferevent_socket_new(transport->base, fd, BEV_OPT_CLOSE_ON_FREE);
    if (!connection->timer || !connection->stream) {
        if (!connection->stream)
            evutil_closesocket(fd);
        connection_free(connection);
        return;
    }
    bufferevent_setcb(connection->stream, on_read, NULL, on_end, connection);
    bufferevent_setwatermark(connection->stream, EV_READ, 0, DATAGRAM_MAX * 2);
    bufferevent_enable(connection->stream, EV_READ | EV_WRITE);
    set_deadline(connection, false);
}

/* Line ends between messages; two of them ask for one back (RFC 5626, 4.4.1). */
static void pass_blank(struct connection *connection, struct evbuffer *input)
{
    const char *bytes = (const char *)evbuffer_pullup(input, -1);
    size_t blank = bytes ? sip_frame_blank(bytes, evbuffer_get_length(input)) : 0;
    if (blank >= 4 && memcmp(bytes, "\r\n\r\n", 4) == 0)
        bufferevent_write(connection->stream, "\r\n", 2);
    evbuffer_drain(input, blank);
}

/* What is wrong with the message that begins at bytes; WORKER_COUNT_COUNT: nothing. *size_out: 0 until it is whole. */
static enum worker_count measure(struct connection *connection, const char *bytes, size_t size, size_t *size_out)
{
    struct sip_transport *transport = connection->transport;
    const struct sip_config *config = config_of(transport);
    size_t size_max = config ? config->message_size_max : 0;
    arena_reset(&transport->arena, FRAME_ARENA_KEEP);
    *size_out = 0;
    switch (sip_frame_read(&transport->arena, bytes, size, &transport->frame)) {
    case SIP_FRAME_PART:
        return size >= size_max ? WORKER_COUNT_TOO_LARGE : WORKER_COUNT_COUNT;
    case SIP_FRAME_BROKEN:
        return WORKER_COUNT_MALFORMED;
    case SIP_FRAME_WHOLE:
        break;
    }
    size_t whole = transport->frame.head_size + transport->frame.body_size;
    if (!transport->frame.has_length || transport->frame.bad_length)
        return WORKER_COUNT_MALFORMED;   /* nobody can tell where the next message begins */
    if (whole > size_max)
        return WORKER_COUNT_TOO_LARGE;
    *size_out = whole <= size ? whole : 0;
    return WORKER_COUNT_COUNT;
}

static void on_read(struct bufferevent *stream, void *context)
{
    struct connection *connection = context;
    struct sip_transport *transport = connection->transport;
    struct evbuffer *input = bufferevent_get_input(stream);
    while (!connection->doomed) {
        pass_blank(connection, input);
        size_t size = evbuffer_get_length(input), whole;
        const char *bytes = (const char *)evbuffer_pullup(input, -1);
        set_deadline(connection, size > 0);
        if (size == 0 || !bytes)
            break;
        enum worker_count flaw = measure(connection, bytes, size, &whole);
        if (flaw != WORKER_COUNT_COUNT) {
            count(transport, flaw);
            doom(connection);
        }
        if (whole == 0)
            break;
        transport->user.message(transport->user.context, &connection->origin, bytes, whole);
        evbuffer_drain(input, whole);
        connection->due = NOTHING_DUE;   /* the next message gets its own time */
    }
}

static void on_end(struct bufferevent *stream, short what, void *context)
{
    (void)stream;
    (void)what;
    connection_free(context);
}

/* For a message that has begun, or a connection that nobody uses. What drips in does not move a message's deadline. */
static void set_deadline(struct connection *connection, bool message_has_begun)
{
    const struct sip_config *config = config_of(connection->transport);
    uint32_t within_ms = !config ? 1 : message_has_begun ? config->message_within_ms : config->idle_within_ms;
    const struct timeval within = {within_ms / 1000, (suseconds_t)(within_ms % 1000 * 1000)};
    if (message_has_begun && connection->due == MESSAGE_DUE)
        return;
    connection->due = message_has_begun ? MESSAGE_DUE : connection->calls > 0 ? NOTHING_DUE : IDLE_DUE;
    if (connection->due == NOTHING_DUE)
        event_del(connection->timer);
    else
        event_add(connection->timer, &within);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    connection_free(context);
}

/* The handler of a message may be in progress above us. */
static void doom(struct connection *connection)
{
    connection->doomed = true;
    bufferevent_disable(connection->stream, EV_READ);
    event_active(connection->timer, EV_TIMEOUT, 0);
}

static void connection_free(struct connection *connection)
{
    struct sip_transport *transport = connection->transport;
    uint64_t number = connection->origin.connection;
    *connection->place = connection->next;
    if (connection->next)
        connection->next->place = connection->place;
    transport->connection_count--;
    if (connection->timer)
        event_free(connection->timer);
    if (connection->stream)
        bufferevent_free(connection->stream);
    free(connection);
    if (transport->user.gone)
        transport->user.gone(transport->user.context, number);
}
