/* SPDX-License-Identifier: Apache-2.0 */
#include "endpoint.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { LINGER_MS = 1000, HANDSHAKE_MS = 5000, HEARTBEAT_MS = 5000, HEARTBEAT_TIMEOUT_MS = 15000, BACKLOG = 1024, HOST_MAX = 64 };

static bool set_option(void *socket, int option, int value);
static bool set_lock(void *socket, const struct endpoint_lock *lock);
static bool receive_part(void *socket, zmq_msg_t *out);
static void drop_parts(void *socket);
static bool receive_ours(struct endpoint *endpoint, struct endpoint_frame *out);
static bool receive_theirs(struct endpoint *endpoint, struct endpoint_frame *out);
static enum endpoint_sent send_ours(struct endpoint *endpoint, uint64_t route_number, const void *bytes, size_t size);
static enum endpoint_sent send_route(struct endpoint *endpoint, const void *route, size_t route_size);
static enum endpoint_sent send_parts(struct endpoint *endpoint, const void *route, size_t route_size, const void *bytes, size_t size);
static void route_bytes(uint64_t route_number, unsigned char out[ENDPOINT_ROUTE_SIZE]);
static uint64_t route_number_of(const unsigned char *bytes);

static_assert((int)ENDPOINT_SENT == (int)ZMTP_SENT && (int)ENDPOINT_UNREACHABLE == (int)ZMTP_UNREACHABLE
              && (int)ENDPOINT_NO_ROOM == (int)ZMTP_NO_ROOM, "the same answers by whoever it goes");

lw_status endpoint_open(struct endpoint *endpoint, void *zmq_context, int type, const struct endpoint_limits *limits)
{
    *endpoint = (struct endpoint){.is_router = type == ZMQ_ROUTER};
    endpoint->router_limits = (struct zmtp_limits){.frame_size_max = (size_t)limits->frame_size_max, .waiting_max = (uint32_t)limits->send_hwm};
    endpoint->socket = zmq_socket(zmq_context, type);
    if (!endpoint->socket)
        return errno == ENOMEM ? LW_NO_MEMORY : LW_IO;

    void *socket = endpoint->socket;
    bool set = set_option(socket, ZMQ_LINGER, LINGER_MS)
        && set_option(socket, ZMQ_SNDHWM, limits->send_hwm)
        && set_option(socket, ZMQ_RCVHWM, limits->receive_hwm)
        && set_option(socket, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS)
        && set_option(socket, ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS)
        && set_option(socket, ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS)
        && set_option(socket, ZMQ_BACKLOG, BACKLOG)
        && zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &limits->frame_size_max, sizeof limits->frame_size_max) == 0
        && (type != ZMQ_ROUTER || set_option(socket, ZMQ_ROUTER_MANDATORY, 1))
        && socket_edge_init(&endpoint->edge, socket);
    if (set)
        return LW_OK;
    endpoint_close(endpoint, 0);
    return LW_IO;
}

lw_status endpoint_bind(struct endpoint *endpoint, const char *address, const struct endpoint_lock *lock, char *bound)
{
    size_t size = ENDPOINT_ADDRESS_MAX;
    const char *path = endpoint->is_router && !lock ? zmtp_path_of(address) : NULL;

    if (path) {
        snprintf(bound, size, "%s", address);
        lw_status status = endpoint->router.is_open ? LW_OK : zmtp_router_open(&endpoint->router, &endpoint->router_limits);
        return status == LW_OK ? zmtp_router_listen(&endpoint->router, path) : status;
    }
    if (lock && !set_lock(endpoint->socket, lock))
        return LW_IO;

    /* Only where asked for: with it an IPv4 address would be told in a form that IPv4 clients cannot use. */
    if (!set_option(endpoint->socket, ZMQ_IPV6, strchr(address, '[') != NULL))
        return LW_IO;
    socket_edge_touch(&endpoint->edge);
    endpoint->is_libzmqs = true;
    if (zmq_bind(endpoint->socket, address) != 0)
        return zmq_errno() == EINVAL || zmq_errno() == EPROTONOSUPPORT ? LW_INVALID : LW_IO;
    return zmq_getsockopt(endpoint->socket, ZMQ_LAST_ENDPOINT, bound, &size) == 0 ? LW_OK : LW_IO;
}

void endpoint_stop(struct endpoint *endpoint)
{
    if (endpoint->socket)
        zmq_close(endpoint->socket);
    endpoint->socket = NULL;
    zmtp_router_stop(&endpoint->router);
}

void endpoint_close(struct endpoint *endpoint, uint64_t until_ms)
{
    endpoint_stop(endpoint);
    zmtp_router_close(&endpoint->router, until_ms);
}

/* By turns, that peers of neither kind keep those of the other waiting. */
bool endpoint_receive(struct endpoint *endpoint, struct endpoint_frame *out)
{
    bool is_ours = endpoint->is_routers_turn;

    endpoint->is_routers_turn = !is_ours;
    return is_ours ? receive_ours(endpoint, out) || receive_theirs(endpoint, out) : receive_theirs(endpoint, out) || receive_ours(endpoint, out);
}

static bool receive_ours(struct endpoint *endpoint, struct endpoint_frame *out)
{
    struct zmtp_arrival *arrival = &out->arrival;

    if (!endpoint->router.reads.may_have || !zmtp_router_receive(&endpoint->router, arrival))
        return false;
    out->is_route_ours = !arrival->has_identity;
    out->route_number = out->is_route_ours ? arrival->route : 0;
    out->data = arrival->data;
    out->size = arrival->size;
    return true;
}

static bool receive_theirs(struct endpoint *endpoint, struct endpoint_frame *out)
{
    if (!endpoint->is_libzmqs || !endpoint->edge.may_have)
        return false;
    out->arrival.route = 0;
    if (!receive_part(endpoint->socket, &out->route)) {
        socket_edge_note_failure(&endpoint->edge);
        return false;
    }

    const unsigned char *route = zmq_msg_data(&out->route);
    out->is_route_ours = zmq_msg_size(&out->route) == ENDPOINT_ROUTE_SIZE && route[0] == 0;
    out->route_number = out->is_route_ours ? route_number_of(route) : 0;
    out->data = NULL;
    out->size = 0;
    if (!zmq_msg_more(&out->route) || !receive_part(endpoint->socket, &out->body)) {
        zmq_msg_init(&out->body);
        return true;
    }
    if (zmq_msg_more(&out->body)) {
        drop_parts(endpoint->socket);
        return true;
    }
    out->data = zmq_msg_data(&out->body);
    out->size = zmq_msg_size(&out->body);
    return true;
}

const char *endpoint_user_id(struct endpoint_frame *frame)
{
    return frame->arrival.route != 0 ? frame->arrival.user_id : zmq_msg_gets(&frame->body, "User-Id");
}

int endpoint_descriptor(const struct endpoint_frame *frame)
{
    return frame->arrival.route != 0 ? frame->arrival.fd : zmq_msg_get(&frame->body, ZMQ_SRCFD);
}

void endpoint_release(struct endpoint_frame *frame)
{
    if (frame->arrival.route != 0)
        return;
    zmq_msg_close(&frame->route);
    zmq_msg_close(&frame->body);
}

enum endpoint_sent endpoint_send(struct endpoint *endpoint, uint64_t route_number, const void *bytes, size_t size)
{
    unsigned char route[ENDPOINT_ROUTE_SIZE];

    if (zmtp_router_has(route_number))
        return send_ours(endpoint, route_number, bytes, size);
    route_bytes(route_number, route);
    return send_parts(endpoint, route, sizeof route, bytes, size);
}

enum endpoint_sent endpoint_reserve(struct endpoint *endpoint, uint64_t route_number, size_t size, struct endpoint_room *room)
{
    *room = (struct endpoint_room){.size = size, .route_number = route_number};
    if (zmtp_router_has(route_number))
        return (enum endpoint_sent)zmtp_router_reserve(&endpoint->router, route_number, size, &room->bytes);
    if (zmq_msg_init_size(&room->message, size) != 0)
        return ENDPOINT_NO_ROOM;
    room->bytes = zmq_msg_data(&room->message);
    return ENDPOINT_SENT;
}

enum endpoint_sent endpoint_send_reserved(struct endpoint *endpoint, struct endpoint_room *room)
{
    unsigned char route[ENDPOINT_ROUTE_SIZE];

    if (zmtp_router_has(room->route_number)) {
        zmtp_router_put(&endpoint->router, room->route_number, room->size);
        return ENDPOINT_SENT;
    }
    route_bytes(room->route_number, route);
    enum endpoint_sent sent = send_route(endpoint, route, sizeof route);
    if (sent == ENDPOINT_SENT && zmq_msg_send(&room->message, endpoint->socket, ZMQ_DONTWAIT) < 0)
        sent = ENDPOINT_UNREACHABLE;
    zmq_msg_close(&room->message);
    return sent;
}

static enum endpoint_sent send_ours(struct endpoint *endpoint, uint64_t route_number, const void *bytes, size_t size)
{
    struct endpoint_room room;
    enum endpoint_sent sent = endpoint_reserve(endpoint, route_number, size, &room);

    if (sent != ENDPOINT_SENT)
        return sent;
    memcpy(room.bytes, bytes, size);
    return endpoint_send_reserved(endpoint, &room);
}

enum endpoint_sent endpoint_answer(struct endpoint *endpoint, struct endpoint_frame *frame, const void *bytes, size_t size)
{
    if (frame->arrival.route != 0)
        return send_ours(endpoint, frame->arrival.route, bytes, size);
    return send_parts(endpoint, zmq_msg_data(&frame->route), zmq_msg_size(&frame->route), bytes, size);
}

bool endpoint_is_tcp(const char *address)
{
    return strncmp(address, "tcp://", 6) == 0;
}

bool endpoint_is_private(const char *address)
{
    if (strncmp(address, "ipc://", 6) == 0)
        return address[6] != '\0';
    if (!endpoint_is_tcp(address))
        return false;

    char host[HOST_MAX];
    const char *colon = strrchr(address, ':');
    size_t size = (size_t)(colon - address);
    if (size <= 6 || size - 6 >= sizeof host)
        return false;
    memcpy(host, address + 6, size - 6);
    host[size - 6] = '\0';

    struct in_addr four;
    if (inet_pton(AF_INET, host, &four) == 1)
        return ntohl(four.s_addr) >> 24 == 127;
    return strcmp(host, "[::1]") == 0;
}

/* libzmq takes the options of the moment for what is bound next. A domain cannot be taken back. */
static bool set_lock(void *socket, const struct endpoint_lock *lock)
{
    return set_option(socket, ZMQ_CURVE_SERVER, 1)
        && zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, lock->secret_key, strlen(lock->secret_key) + 1) == 0
        && zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, lock->domain, strlen(lock->domain)) == 0;
}

static bool set_option(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

static bool receive_part(void *socket, zmq_msg_t *out)
{
    zmq_msg_init(out);
    if (zmq_msg_recv(out, socket, ZMQ_DONTWAIT) >= 0)
        return true;
    zmq_msg_close(out);
    return false;
}

static void drop_parts(void *socket)
{
    for (bool more = true; more;) {
        zmq_msg_t part;
        if (!receive_part(socket, &part))
            return;
        more = zmq_msg_more(&part) != 0;
        zmq_msg_close(&part);
    }
}

/* Whether a message fits is decided at its first part; the rest follows it. */
static bool receive_ours(struct endpoint *endpoint, struct endpoint_frame *out);
static bool receive_theirs(struct endpoint *endpoint, struct endpoint_frame *out);
static enum endpoint_sent send_ours(struct endpoint *endpoint, uint64_t route_number, const void *bytes, size_t size);
static enum endpoint_sent send_route(struct endpoint *endpoint, const void *route, size_t route_size)
{
    socket_edge_touch(&endpoint->edge);
    if (zmq_send(endpoint->socket, route, route_size, ZMQ_DONTWAIT | ZMQ_SNDMORE) >= 0)
        return ENDPOINT_SENT;
    return errno == EAGAIN ? ENDPOINT_NO_ROOM : ENDPOINT_UNREACHABLE;
}

static enum endpoint_sent send_parts(struct endpoint *endpoint, const void *route, size_t route_size, const void *bytes, size_t size)
{
    enum endpoint_sent sent = send_route(endpoint, route, route_size);

    if (sent == ENDPOINT_SENT && zmq_send(endpoint->socket, bytes, size, ZMQ_DONTWAIT) < 0)
        sent = ENDPOINT_UNREACHABLE;
    return sent;
}

static void route_bytes(uint64_t route_number, unsigned char out[ENDPOINT_ROUTE_SIZE])
{
    out[0] = 0;
    for (int i = 1; i < ENDPOINT_ROUTE_SIZE; i++)
        out[i] = (unsigned char)(route_number >> (8 * (4 - i)));
}

static uint64_t route_number_of(const unsigned char *bytes)
{
    uint64_t number = 0;

    for (int i = 1; i < ENDPOINT_ROUTE_SIZE; i++)
        number = number << 8 | bytes[i];
    return number;
}
