/* SPDX-License-Identifier: Apache-2.0
 *
 * event_socket - the SUB socket of a desk's events: their frames one after the other, whether the broker sends each in a
 * message of its own or the events of a turn in one.
 *
 * Both ways are subscribed to at first: a broker that knows no bundles sends the first only. From one that does, the first is
 * given up with the first bundle, and taken up again when no bundle has come for a while: then another broker may be there.
 * So an event may come twice, and whoever reads tells by its number.
 * Threads: one owner.
 */
#ifndef EVENT_SOCKET_H
#define EVENT_SOCKET_H

#include <leadwire/events.h>
#include <stdbool.h>
#include <stdint.h>
#include <zmq.h>

#include "session.h"
#include "session_socket.h"

enum { EVENT_SOCKET_SINGLES_MS = 2000 };   /* without a bundle */

struct event_socket {
    void *socket;
    int fd;
    char *desk, *bundles;             /* the topics */
    bool takes_singles;
    uint64_t bundle_ms;               /* when the last came */
    struct session_inbox inbox;
};

enum event_socket_took { EVENT_SOCKET_NOTHING, EVENT_SOCKET_SKIPPED, EVENT_SOCKET_FRAME };

/* Close it also when this fails. LW_NO_MEMORY, LW_IO, LW_INVALID: the endpoint. */
LW_MUST_CHECK lw_status event_socket_open(struct event_socket *events, const struct lw_events_options *options);
void event_socket_close(struct event_socket *events);
/* The frame lives until the next call. SKIPPED: what came was no frame of this desk's. */
enum event_socket_took event_socket_take(struct event_socket *events, uint64_t now_ms, struct session_frame *out);
/* Takes single events again if no bundle came for long, or now. */
void event_socket_turn(struct event_socket *events, uint64_t now_ms);
void event_socket_take_singles(struct event_socket *events);
/* While nothing is taken, the descriptor must not stay readable: poll would spin. */
void event_socket_clear_edge(struct event_socket *events);

#endif
