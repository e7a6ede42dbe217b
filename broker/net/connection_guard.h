/* SPDX-License-Identifier: Apache-2.0
 *
 * connection_guard - takes in what libzmq tells of connections, and cuts those that must go (connections.h).
 */
#ifndef CONNECTION_GUARD_H
#define CONNECTION_GUARD_H

#include "net_internal.h"

/* Before a turn reads: what polling said was told. */
void connection_guard_turn(struct net *net);
/* After it has read, as who has just said Hello is not silent. */
void connection_guard_cut(struct net *net);
/* A Hello came to this door by this descriptor, and its session is this one. */
void connection_guard_greet(struct net *net, uint8_t door, int fd, uint64_t session);
/* Hello was said with this key, or with none (zero). False: that connection is to be cut. */
bool connection_guard_admits(struct net *net, uint8_t door, int fd, struct siphash_128 key_tag);
/* Takes new subscriptions of events into account, and whose they are. */
void connection_guard_meet_watchers(struct net *net);
/* A Hello came that has to be said again later. */
void connection_guard_bear(struct net *net, uint8_t door, int fd);
/* Was all read that anybody has said? Else nobody is silent: their Hello may be there. But peers who never pause do not keep those who
 * say nothing. */
static inline bool connection_guard_hears_all(const struct net *net)
{
    bool is_drained = net->drained_ms == net->turn.monotonic_ms || net->turn.monotonic_ms - net->drained_ms >= 3u * CONNECTIONS_HELLO_MS;
    return net->turn.reads_reps && net->turn.reads_publishers && is_drained;
}

#endif
