/* SPDX-License-Identifier: Apache-2.0 */
#include "endpoint_watch.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

enum { ADDRESS_MAX = 256, EVENT_SIZE = 6 };
enum { FAILED = ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH };
enum { WATCHED = ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_ACCEPT_FAILED | ZMQ_EVENT_DISCONNECTED | FAILED };

static bool read_event(unsigned event, enum endpoint_event_kind *out);

lw_status endpoint_watch_open(struct endpoint_watch *watch, void *zmq_context, void *watched)
{
    static _Atomic unsigned last;      /* names are not to be used twice: the old one goes a little after its socket */
    char address[32];
    int unbounded = 0;

    snprintf(address, sizeof address, "inproc://watch-%u", ++last);
    watch->socket = zmq_socket(zmq_context, ZMQ_PAIR);
    if (!watch->socket)
        return errno == ENOMEM ? LW_NO_MEMORY : LW_IO;
    if (zmq_setsockopt(watch->socket, ZMQ_RCVHWM, &unbounded, sizeof unbounded) == 0
        && zmq_setsockopt(watch->socket, ZMQ_LINGER, &unbounded, sizeof unbounded) == 0
        && zmq_socket_monitor(watched, address, WATCHED) == 0 && zmq_connect(watch->socket, address) == 0
        && socket_edge_init(&watch->edge, watch->socket))
        return LW_OK;
    endpoint_watch_close(watch, watched);
    return LW_IO;
}

/* First libzmq is told to stop: without a peer it would wait for one. */
void endpoint_watch_close(struct endpoint_watch *watch, void *watched)
{
    if (!watch->socket)
        return;
    (void)zmq_socket_monitor(watched, NULL, 0);
    zmq_close(watch->socket);
    watch->socket = NULL;
}

bool endpoint_watch_take(struct endpoint_watch *watch, struct endpoint_event *out)
{
    unsigned char bytes[EVENT_SIZE];
    char address[ADDRESS_MAX] = "";
    uint16_t event;
    uint32_t value;

    while (watch->socket && zmq_recv(watch->socket, bytes, sizeof bytes, ZMQ_DONTWAIT) == EVENT_SIZE) {
        (void)zmq_recv(watch->socket, address, sizeof address - 1, ZMQ_DONTWAIT);
        memcpy(&event, bytes, sizeof event);
        memcpy(&value, bytes + sizeof event, sizeof value);
        if (!read_event(event, &out->kind))
            continue;
        out->fd = (int)value;
        out->route = 0;
        out->is_tcp = strncmp(address, "tcp://", 6) == 0;
        return true;
    }
    if (watch->socket)
        socket_edge_note_failure(&watch->edge);
    return false;
}

static bool read_event(unsigned event, enum endpoint_event_kind *out)
{
    if (event == ZMQ_EVENT_ACCEPTED)
        *out = ENDPOINT_ACCEPTED;
    else if (event == ZMQ_EVENT_DISCONNECTED)
        *out = ENDPOINT_DISCONNECTED;
    else if (event == ZMQ_EVENT_ACCEPT_FAILED)
        *out = ENDPOINT_ACCEPT_FAILED;
    else if (event & FAILED)
        *out = ENDPOINT_HANDSHAKE_FAILED;
    else
        return false;
    return true;
}
