/* SPDX-License-Identifier: Apache-2.0
 *
 * socket_edge - whether a socket may have something to read, known without asking libzmq, where each question costs two
 * system calls.
 *
 * libzmq's descriptor becomes readable when the socket is told something, and no longer is when the socket has looked at
 * what it was told: any send may look, and then only asking shows whether there was a message. So a socket that was read
 * until it said EAGAIN, and then left alone, has nothing until its descriptor says so.
 * Threads: one owner, that of the socket.
 */
#ifndef SOCKET_EDGE_H
#define SOCKET_EDGE_H

#include <stdbool.h>
#include <zmq.h>

struct socket_edge { int fd; bool may_have; };

/* False: libzmq refused (errno). */
bool socket_edge_init(struct socket_edge *edge, void *socket);
/* Something was sent, or not all was read. */
static inline void socket_edge_touch(struct socket_edge *edge) { edge->may_have = true; }
/* A receive failed, errno says why: only EAGAIN says that there is nothing. */
void socket_edge_note_failure(struct socket_edge *edge);
/* Asks, if need be, and fills the item with which to wait for more. True: there is something now. socket NULL: a descriptor that is
 * no socket of libzmq's, whose owner keeps may_have. */
bool socket_edge_ask(struct socket_edge *edge, void *socket, zmq_pollitem_t *item);
static inline void socket_edge_polled(struct socket_edge *edge, const zmq_pollitem_t *item)
{
    edge->may_have = edge->may_have || item->revents != 0;
}

#endif
