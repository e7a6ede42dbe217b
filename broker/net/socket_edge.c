/* SPDX-License-Identifier: Apache-2.0 */
#include "socket_edge.h"

#include <errno.h>

bool socket_edge_init(struct socket_edge *edge, void *socket)
{
    size_t size = sizeof edge->fd;

    edge->may_have = true;
    return zmq_getsockopt(socket, ZMQ_FD, &edge->fd, &size) == 0;
}

void socket_edge_note_failure(struct socket_edge *edge)
{
    edge->may_have = errno != EAGAIN;
}

bool socket_edge_ask(struct socket_edge *edge, void *socket, zmq_pollitem_t *item)
{
    int events = ZMQ_POLLIN;
    size_t size = sizeof events;

    *item = (zmq_pollitem_t){.fd = edge->fd, .events = ZMQ_POLLIN};
    if (edge->may_have && socket && zmq_getsockopt(socket, ZMQ_EVENTS, &events, &size) == 0)
        edge->may_have = (events & ZMQ_POLLIN) != 0;
    return edge->may_have;
}
