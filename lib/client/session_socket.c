/* SPDX-License-Identifier: Apache-2.0 */
#include "session_socket.h"

#include "client_key.h"
#include "context.h"
#include "key_file.h"

#include <errno.h>
#include <string.h>

enum {
    CLOSE_LINGER_MS = 200,        /* for a Bye and the last answers */
    RECONNECT_FIRST_MS = 50,
    RECONNECT_LAST_MS = 500,
    HANDSHAKE_MS = 5000,
    SEND_HWM = 4 * SESSION_CREDIT_MAX,   /* never met: credit bounds what is in flight */
    RECEIVE_HWM = 4096,
};

static lw_status open_link(struct session *session, size_t frame_size_max, uint64_t now_ms);
static bool receive_of_link(struct session *session, struct session_frame *out);
static struct session_frame next_frame(struct session_inbox *inbox);
static void drop_message(struct session *session);
static bool set_option(void *socket, int option, int value);

static bool is_linked(const struct session *session) { return session->link.is_open; }

lw_status session_socket_open(struct session *session, size_t frame_size_max, uint64_t now_ms)
{
    if (!*session->options.key_file && zmtp_link_takes(session->options.endpoint))
        return open_link(session, frame_size_max, now_ms);
    void *context = context_acquire();
    if (!context)
        return LW_NO_MEMORY;
    session->socket = zmq_socket(context, ZMQ_DEALER);
    if (!session->socket) {
        int error = errno;
        context_release();
        errno = error;
        return error == ENOMEM ? LW_NO_MEMORY : LW_IO;
    }
    int64_t size_max = (int64_t)frame_size_max;
    size_t fd_size = sizeof session->fd;
    bool set = set_option(session->socket, ZMQ_LINGER, CLOSE_LINGER_MS)
        && set_option(session->socket, ZMQ_IMMEDIATE, 1)
        && set_option(session->socket, ZMQ_SNDHWM, SEND_HWM)
        && set_option(session->socket, ZMQ_RCVHWM, RECEIVE_HWM)
        && set_option(session->socket, ZMQ_RECONNECT_IVL, RECONNECT_FIRST_MS)
        && set_option(session->socket, ZMQ_RECONNECT_IVL_MAX, RECONNECT_LAST_MS)
        && set_option(session->socket, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS)
        && zmq_setsockopt(session->socket, ZMQ_MAXMSGSIZE, &size_max, sizeof size_max) == 0
        && zmq_getsockopt(session->socket, ZMQ_FD, &session->fd, &fd_size) == 0;
    if (!set)
        return LW_IO;
    char why[KEY_WHY_MAX];
    lw_status status = client_key_give(session->socket, session->options.endpoint, session->options.key_file, why);
    if (status != LW_OK) {
        session_set_error(session, why);
        return status;
    }
    if (zmq_connect(session->socket, session->options.endpoint) != 0) {
        session_set_error(session, "the endpoint cannot be used");
        return LW_INVALID;
    }
    session->connected_endpoint = true;
    return LW_OK;
}

void session_socket_close(struct session *session)
{
    if (is_linked(session)) {
        zmtp_link_close(&session->link);
        session->fd = -1;
    }
    if (!session->socket)
        return;
    drop_message(session);
    zmq_close(session->socket);
    session->socket = NULL;
    session->fd = -1;
    context_release();
}

void session_socket_redial(struct session *session)
{
    session_socket_hang_up(session);
    session->connected_endpoint = is_linked(session) || zmq_connect(session->socket, session->options.endpoint) == 0;
}

void session_socket_hang_up(struct session *session)
{
    if (is_linked(session))
        zmtp_link_hang_up(&session->link);
    else if (session->connected_endpoint)
        zmq_disconnect(session->socket, session->options.endpoint);
    session->connected_endpoint = false;
    session->writable = false;
    session->skip_parts = false;
    drop_message(session);
}

bool session_socket_looks_free(const struct session *session)
{
    return is_linked(session);
}

bool session_socket_poll(struct session *session, uint64_t now_ms)
{
    int events = 0;
    size_t size = sizeof events;
    if (is_linked(session)) {
        zmtp_link_turn(&session->link, now_ms);
        session->writable = session->link.state == ZMTP_UP;
        session->skip_parts &= session->writable;      /* what it began nobody ends */
        return zmtp_link_has_message(&session->link);
    }
    if (zmq_getsockopt(session->socket, ZMQ_EVENTS, &events, &size) != 0)
        return false;
    session->writable = (events & ZMQ_POLLOUT) != 0;
    return (events & ZMQ_POLLIN) != 0;
}

uint64_t session_socket_due_ms(const struct session *session)
{
    return is_linked(session) ? zmtp_link_due_ms(&session->link) : UINT64_MAX;
}

unsigned char *session_socket_begin(struct session *session, size_t size)
{
    if (is_linked(session))
        return zmtp_link_reserve(&session->link, size);
    return zmq_msg_init_size(&session->outbox, size) == 0 ? zmq_msg_data(&session->outbox) : NULL;
}

bool session_socket_end(struct session *session, size_t size)
{
    session->send_count++;
    if (is_linked(session))
        return zmtp_link_send(&session->link, size);
    bool sent = zmq_msg_send(&session->outbox, session->socket, ZMQ_DONTWAIT) >= 0;
    zmq_msg_close(&session->outbox);
    return sent;
}

bool session_socket_send(struct session *session, const void *bytes, size_t size)
{
    unsigned char *at = session_socket_begin(session, size);
    if (!at)
        return false;
    memcpy(at, bytes, size);
    return session_socket_end(session, size);
}

/* libzmq's high-water mark is never met. */
bool session_socket_has_room(const struct session *session)
{
    return !is_linked(session) || zmtp_link_has_room(&session->link);
}

bool session_socket_receive(struct session *session, struct session_frame *out)
{
    struct session_inbox *inbox = &session->inbox;

    if (is_linked(session))
        return receive_of_link(session, out);
    if (inbox->is_open && inbox->at < zmq_msg_size(&inbox->message)) {
        *out = next_frame(inbox);
        return true;
    }
    drop_message(session);
    zmq_msg_init(&inbox->message);
    if (zmq_msg_recv(&inbox->message, session->socket, ZMQ_DONTWAIT) < 0) {
        zmq_msg_close(&inbox->message);
        return false;
    }
    inbox->is_open = true;
    inbox->at = 0;
    bool more = zmq_msg_more(&inbox->message) != 0;
    bool single = !more && !session->skip_parts;
    session->skip_parts = more;
    if (single) {
        *out = next_frame(inbox);
        return true;
    }
    *out = (struct session_frame){0};
    drop_message(session);
    return true;
}

bool session_socket_is_within(const struct session *session)
{
    const struct session_inbox *inbox = &session->inbox;
    return session->bundle.size > 0 || (inbox->is_open && inbox->at < zmq_msg_size(&inbox->message));
}

static lw_status open_link(struct session *session, size_t frame_size_max, uint64_t now_ms)
{
    lw_status status = zmtp_link_open(&session->link, session->options.endpoint, frame_size_max, now_ms);
    if (status == LW_OK)
        session->fd = session->link.fd;
    session->connected_endpoint = true;
    return status;
}

static bool receive_of_link(struct session *session, struct session_frame *out)
{
    struct session_bytes *bundle = &session->bundle;
    struct zmtp_frame part = {bundle->data, bundle->size, 0};

    if (part.size == 0) {
        if (!zmtp_link_receive(&session->link, &part))
            return false;
        bool more = (part.flags & ZMTP_MORE) != 0;
        bool single = !more && !session->skip_parts && part.size > 0;
        session->skip_parts = more;
        if (!single) {
            *out = (struct session_frame){0};
            return true;
        }
    }
    *out = (struct session_frame){part.body, wire_first_frame_size(part.body, part.size)};
    *bundle = (struct session_bytes){part.body + out->size, part.size - out->size};
    return true;
}

static struct session_frame next_frame(struct session_inbox *inbox)
{
    const unsigned char *bytes = zmq_msg_data(&inbox->message);
    size_t left = zmq_msg_size(&inbox->message) - inbox->at;
    struct session_frame frame = {bytes + inbox->at, wire_first_frame_size(bytes + inbox->at, left)};

    inbox->at += frame.size;
    return frame;
}

static void drop_message(struct session *session)
{
    if (session->inbox.is_open)
        zmq_msg_close(&session->inbox.message);
    session->inbox.is_open = false;
    session->bundle = (struct session_bytes){0};
}

static bool set_option(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}
