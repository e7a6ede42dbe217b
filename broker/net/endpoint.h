/* SPDX-License-Identifier: Apache-2.0
 *
 * endpoint - one ROUTER or XPUB that is never waited for.
 *
 * A ROUTER at the path of a unix socket is served here (zmtp_router.h); at all other addresses libzmq serves it. One endpoint may have
 * both: nobody but this file can tell.
 * A ROUTER names its peers by routing ids that it makes itself; libzmq's are five bytes, a zero and a counter. An id that a peer
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
#include "zmtp_router.h"

enum { ENDPOINT_ADDRESS_MAX = 256, ENDPOINT_ROUTE_SIZE = 5 };

struct endpoint {
    void *socket;
    struct socket_edge edge;
    struct zmtp_router router;         /* of the paths; open when there is one */
    struct zmtp_limits router_limits;
    bool is_router;
    bool is_libzmqs;                   /* it has an address that libzmq serves: else nothing can come to the socket */
    bool is_routers_turn;              /* else libzmq's peers are read first */
};

/* CURVE: the server's secret key in Z85, and the domain under which the ZAP handler (zap.h) is asked about each client. */
struct endpoint_lock { const char *secret_key, *domain; };

struct endpoint_limits {
    int64_t frame_size_max;   /* above: the connection is closed */
    int send_hwm, receive_hwm;
};

/* What came in: the peer's routing id and its one frame. */
struct endpoint_frame {
    zmq_msg_t route, body;    /* from libzmq */
    struct zmtp_arrival arrival;   /* else: route is not 0 */
    uint64_t route_number;
    bool is_route_ours;       /* false: the peer chose its id; route_number is 0 */
    const void *data;         /* NULL when it was not exactly one frame */
    size_t size;
};

/* Of a message to be sent: bytes are to be filled. */
struct endpoint_room { zmq_msg_t message; uint8_t *bytes; size_t size; uint64_t route_number; };

enum endpoint_sent { ENDPOINT_SENT, ENDPOINT_UNREACHABLE, ENDPOINT_NO_ROOM };

/* type: ZMQ_ROUTER or ZMQ_XPUB. Errors: LW_NO_MEMORY, LW_IO. A zeroed endpoint is closed. */
LW_MUST_CHECK lw_status endpoint_open(struct endpoint *endpoint, void *zmq_context, int type,
                                      const struct endpoint_limits *limits);
/* lock: NULL for a plain address; paths have none. An endpoint may have both: the plain ones first.
 * bound (ENDPOINT_ADDRESS_MAX) gets the address as it is, with the port that was picked. LW_INVALID, LW_IO (zmq_errno). */
LW_MUST_CHECK lw_status endpoint_bind(struct endpoint *endpoint, const char *address, const struct endpoint_lock *lock, char *bound);
/* Nobody is accepted any longer. What libzmq holds it goes on sending, for a second at most. */
void endpoint_stop(struct endpoint *endpoint);
/* Sends what else waits, until then at most (of wall_clock_monotonic_ms). */
void endpoint_close(struct endpoint *endpoint, uint64_t until_ms);

/* What must go on also while nothing is read. */
static inline void endpoint_turn(struct endpoint *endpoint, uint64_t now_ms) { zmtp_router_turn(&endpoint->router, now_ms); }
/* When endpoint_turn has something to do by the clock; UINT64_MAX: never. */
static inline uint64_t endpoint_due_ms(const struct endpoint *endpoint) { return zmtp_router_due_ms(&endpoint->router); }
/* Sends what was put since the last time. Before each pause, so that nothing waits for long. */
static inline void endpoint_flush(struct endpoint *endpoint) { zmtp_router_flush(&endpoint->router); }
/* False: nothing was left when it was read last, and polling has not said since then that there is something. */
static inline bool endpoint_may_have(const struct endpoint *endpoint)
{
    return (endpoint->is_libzmqs && endpoint->edge.may_have) || endpoint->router.reads.may_have;
}
/* False when there is nothing. Release what was received before the next. */
bool endpoint_receive(struct endpoint *endpoint, struct endpoint_frame *out);
void endpoint_release(struct endpoint_frame *frame);
/* What the ZAP handler said of the peer, or what a plain peer says of itself; NULL: nothing. Lives as long as the frame. */
const char *endpoint_user_id(struct endpoint_frame *frame);
/* Of the connection that it came by; -1: not known. By now it may be another's: see connections.h. */
int endpoint_descriptor(const struct endpoint_frame *frame);
/* What is reserved has to be sent at once. NO_ROOM also without memory. */
enum endpoint_sent endpoint_reserve(struct endpoint *endpoint, uint64_t route_number, size_t size, struct endpoint_room *room);
enum endpoint_sent endpoint_send_reserved(struct endpoint *endpoint, struct endpoint_room *room);
enum endpoint_sent endpoint_send(struct endpoint *endpoint, uint64_t route_number, const void *bytes, size_t size);
/* To a peer whose id is not ours. */
enum endpoint_sent endpoint_answer(struct endpoint *endpoint, struct endpoint_frame *frame, const void *bytes, size_t size);

/* An address of this machine only, in numbers: ipc, or tcp on loopback. */
bool endpoint_is_private(const char *address);
/* Is it TCP? Then it can be encrypted. */
bool endpoint_is_tcp(const char *address);

#endif
