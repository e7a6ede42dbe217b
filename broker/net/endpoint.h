/* SPDX-License-Identifier: Apache-2.0
 *
 * endpoint - one ROUTER or XPUB socket that is never waited for.
 *
 * A ROUTER names its peers by routing ids that it makes itself: five bytes, a zero and a counter. An id that a peer
 * chose is not served: ids must not be guessed or taken over. High-water marks here are a last bound,
 * not flow control: credit (sessions.h) bounds what is under way long before.
 * Threads: one owner.
 */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include <leadwire/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zmq.h>

#include "socket_edge.h"

enum { ENDPOINT_ADDRESS_MAX = 256, ENDPOINT_ROUTE_SIZE = 5 };

struct endpoint { void *socket; struct socket_edge edge; };

/* CURVE: the server's secret key in Z85, and the domain under which the ZAP handler (zap.h) is asked about each client. */
struct endpoint_lock { const char *secret_key, *domain; };

struct endpoint_limits {
    int64_t frame_size_max;   /* above: libzmq closes the connection */
    int send_hwm, receive_hwm;
};

/* What came in: the peer's routing id and its one frame. */
struct endpoint_frame {
    zmq_msg_t route, body;
    uint32_t route_number;
    bool is_route_ours;       /* false: the peer chose its id; route_number is 0 */
    const void *data;         /* NULL when it was not exactly one frame */
    size_t size;
};

enum endpoint_sent { ENDPOINT_SENT, ENDPOINT_UNREACHABLE, ENDPOINT_NO_ROOM };

/* type: ZMQ_ROUTER or ZMQ_XPUB. Errors: LW_NO_MEMORY, LW_IO. A zeroed endpoint is closed. */
LW_MUST_CHECK lw_status endpoint_open(struct endpoint *endpoint, void *zmq_context, int type,
                                      const struct endpoint_limits *limits);
/* lock: NULL for a plain address. An endpoint may have both: the plain ones first.
 * bound (ENDPOINT_ADDRESS_MAX) gets the address as it is, with the port that was picked. LW_INVALID, LW_IO (zmq_errno). */
LW_MUST_CHECK lw_status endpoint_bind(struct endpoint *endpoint, const char *address, const struct endpoint_lock *lock, char *bound);
void endpoint_close(struct endpoint *endpoint);

/* False when there is nothing. Release what was received before the next. */
bool endpoint_receive(struct endpoint *endpoint, struct endpoint_frame *out);
void endpoint_release(struct endpoint_frame *frame);
/* What the ZAP handler said of the peer, or what a plain peer says of itself; NULL: nothing. Lives as long as the frame. */
const char *endpoint_user_id(struct endpoint_frame *frame);
/* Of the connection that it came by; -1: not known. By now it may be another's: see connections.h. */
int endpoint_descriptor(const struct endpoint_frame *frame);
/* Takes *body, also when it does not go. */
enum endpoint_sent endpoint_send_message(struct endpoint *endpoint, uint32_t route_number, zmq_msg_t *body);
enum endpoint_sent endpoint_send(struct endpoint *endpoint, uint32_t route_number, const void *bytes, size_t size);
/* To a peer whose id is not ours. */
enum endpoint_sent endpoint_answer(struct endpoint *endpoint, struct endpoint_frame *frame, const void *bytes, size_t size);

/* An address of this machine only, in numbers: ipc, or tcp on loopback. */
bool endpoint_is_private(const char *address);
/* Is it TCP? Then it can be encrypted. */
bool endpoint_is_tcp(const char *address);

#endif
