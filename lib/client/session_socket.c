/* SPDX-License-Identifier: Apache-2.0 */
#include "session_socket.h"

#include "client_key.h"
#include "context.h"
#include "key_file.h"

#include <errno.h>

enum {
    CLOSE_LINGER_MS = 200,        /* for a Bye and the last answers */
    RECONNECT_FIRST_MS = 50,
    RECONNECT_LAST_MS = 500,
    HANDSHAKE_MS = 5000,
    SEND_HWM = 4 * SESSION_CREDIT_MAX,   /* never met: credit bounds what is in flight */
    RECEIVE_HWM = 4096,
};

static struct session_frame next_frame(struct session_inbox *inbox);
static void drop_message(struct session *session);
static bool set_option(void *socket, int option, int value);

lw_status session_socket_open(struct session *session, size_t frame_size_max)
{
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
    session->connected_endpoint = zmq_connect(session->socket, session->options.endpoint) == 0;
}

void session_socket_hang_up(struct session *session)
{
    if (session->connected_endpoint)
        zmq_disconnect(session->socket, session->options.endpoint);
    session->connected_endpoint = false;
    session->writable = false;
    session->skip_parts = false;
    drop_message(session);
}

bool session_socket_poll(struct session *session)
{
    int events = 0;
    size_t size = sizeof events;
    if (zmq_getsockopt(session->socket, ZMQ_EVENTS, &events, &size) != 0)
        return false;
    session->writable = (events & ZMQ_POLLOUT) != 0;
    return (events & ZMQ_POLLIN) != 0;
}

bool session_socket_send(struct session *session, const void *bytes, size_t size)
{
    session->send_count++;
    return zmq_send(session->socket, bytes, size, ZMQ_DONTWAIT) >= 0;
}

bool session_socket_send_message(struct session *session, zmq_msg_t *message)
{
    session->send_count++;
    bool sent = zmq_msg_send(message, session->socket, ZMQ_DONTWAIT) >= 0;
    zmq_msg_close(message);
    return sent;
}

bool session_socket_receive(struct session *session, struct session_frame *out)
{
    struct session_inbox *inbox = &session->inbox;

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
}

static bool set_option(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}
