/* SPDX-License-Identifier: Apache-2.0
 *
 * zmtp_router - a ROUTER at unix sockets, in the broker's own loop: what libzmq does for ipc://, without its thread, its pipes and
 * its wake-ups. A turn costs each connection that has something one recv, and each that is told something one send.
 *
 *   zmtp_router_turn      accepts, shakes hands, sends to who had no room
 *   zmtp_router_receive   each connection that has something, in turn: what one read gave
 *   zmtp_router_send      puts; zmtp_router_flush sends
 *
 * A peer's route names its place and who has it: a place is used again, a route is not. Its upper half is never 0, so it
 * cannot be one of libzmq's.
 *
 * There are two descriptors to wait for, both level-triggered: `reads`, of those that may be read, and `always`, of all that must go on
 * also while nothing is read. A connection is found to have ended by reading, so when all that it said has been received.
 * Nothing blocks but zmtp_router_close and zmtp_routers_finish. Threads: one owner.
 */
#ifndef ZMTP_ROUTER_H
#define ZMTP_ROUTER_H

#include <leadwire/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/un.h>

#include "endpoint_event.h"
#include "socket_edge.h"
#include "zmtp_peer.h"

enum { ZMTP_ROUTERS_MAX = 8, ZMTP_LISTENERS_MAX = 8, ZMTP_BACKLOG = 1024, ZMTP_HANDSHAKE_MS = 5000, ZMTP_ACCEPT_AGAIN_MS = 100 };

struct zmtp_listener {
    struct sockaddr_un address;
    int fd;
    dev_t device;                      /* of its socket file: whoever came after us keeps theirs */
    ino_t inode;
};

struct zmtp_place { struct zmtp_peer *peer; uint32_t next_free; };

struct zmtp_router {
    bool is_open;                      /* a zeroed one is not */
    struct socket_edge reads, always;
    struct zmtp_limits limits;
    struct zmtp_listener listeners[ZMTP_LISTENERS_MAX];
    uint32_t listener_count;
    struct zmtp_place *places;
    uint32_t place_count, free_first, count;
    uint32_t last_generation;
    struct zmtp_node ready, shaking, dirty;    /* shaking: in the order of their time */
    struct zmtp_peer *current;         /* being read */
    struct zmtp_bytes spare;           /* lent to who is read */
    struct endpoint_event *events;     /* not taken yet; there is always room for the ends of all connections */
    size_t events_taken, event_count, event_capacity;
    uint32_t failed_accepts, failed_handshakes;   /* not told yet */
    uint64_t accept_again_ms;          /* 0: it accepts */
    bool has_asked;                    /* who is ready is all that the kernel knew of */
};

/* What came in; borrowed until the next call. */
struct zmtp_arrival {
    uint64_t route;
    const void *data;                  /* NULL when it was not exactly one frame */
    size_t size;
    const char *user_id;               /* what the peer says of itself; NULL: nothing */
    int fd;
    bool has_identity;                 /* it chose one */
};

enum zmtp_sent { ZMTP_SENT, ZMTP_UNREACHABLE, ZMTP_NO_ROOM };

/* A route of some router, not of libzmq's. */
static inline bool zmtp_router_has(uint64_t route) { return route >> 32 != 0; }

/* Errors: LW_IO (errno). */
LW_MUST_CHECK lw_status zmtp_router_open(struct zmtp_router *router, const struct zmtp_limits *limits);
/* At one path more (zmtp_path_of), where nobody listens any longer. Errors: LW_IO (errno). */
LW_MUST_CHECK lw_status zmtp_router_listen(struct zmtp_router *router, const char *path);
/* No longer accepts; who shakes hands is left. */
void zmtp_router_stop(struct zmtp_router *router);
/* Sends what waits, until then at most (of wall_clock_monotonic_ms). One that is not open is accepted. */
void zmtp_router_close(struct zmtp_router *router, uint64_t until_ms);
/* The first half of that, for several that have the same time; count at most ZMTP_ROUTERS_MAX. Stop them before. */
void zmtp_routers_finish(struct zmtp_router *const *routers, size_t count, uint64_t until_ms);

void zmtp_router_turn(struct zmtp_router *router, uint64_t now_ms);
/* When zmtp_router_turn has something to do by the clock; UINT64_MAX: never. */
uint64_t zmtp_router_due_ms(const struct zmtp_router *router);
/* False: nothing now; reads.may_have tells whether to come again at once. */
bool zmtp_router_receive(struct zmtp_router *router, struct zmtp_arrival *out);
/* Room for a message of size bytes, to be filled and put at once. */
enum zmtp_sent zmtp_router_reserve(struct zmtp_router *router, uint64_t route, size_t size, uint8_t **room);
void zmtp_router_put(struct zmtp_router *router, uint64_t route, size_t size);
/* Sends what was put. */
void zmtp_router_flush(struct zmtp_router *router);
/* Sends to who had no room and has some now: a part of zmtp_router_turn, for who makes no such turns any more. */
void zmtp_router_send_on(struct zmtp_router *router);
/* Ends a connection at once, and what it said is not heard. Nothing may be borrowed. One that has gone is ignored. */
void zmtp_router_cut(struct zmtp_router *router, uint64_t route);
/* What has become of connections, in order. False: no more. */
bool zmtp_router_take_event(struct zmtp_router *router, struct endpoint_event *out);
/* A connected socket that somebody else accepted; taken in any case. LW_NO_MEMORY, LW_IO: it is closed. */
LW_MUST_CHECK lw_status zmtp_router_admit(struct zmtp_router *router, int fd, uint64_t now_ms);

#endif
