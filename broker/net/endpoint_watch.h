/* SPDX-License-Identifier: Apache-2.0
 *
 * endpoint_watch - what libzmq tells of the connections of a socket: accepted, over, handshake failed.
 *
 * Told in order, by libzmq's thread, which must never have to wait for us: what we do not take is kept without bound, so take
 * it each turn. Threads: one owner.
 */
#ifndef ENDPOINT_WATCH_H
#define ENDPOINT_WATCH_H

#include <leadwire/status.h>
#include <stdbool.h>

#include "endpoint_event.h"
#include "socket_edge.h"

struct endpoint_watch { void *socket; struct socket_edge edge; };

/* Before the socket is bound. LW_NO_MEMORY, LW_IO. A zeroed watch is closed. */
LW_MUST_CHECK lw_status endpoint_watch_open(struct endpoint_watch *watch, void *zmq_context, void *watched);
/* Before the watched socket is closed. */
void endpoint_watch_close(struct endpoint_watch *watch, void *watched);
/* False: no more by now. */
bool endpoint_watch_take(struct endpoint_watch *watch, struct endpoint_event *out);

#endif
