/* SPDX-License-Identifier: Apache-2.0
 *
 * libzmq has no call that ends one connection of a ROUTER. But it tells the descriptor, and a socket that is shut for both
 * directions is to libzmq one whose peer has gone. A zmtp_router ends it itself, whether or not its door is read.
 *
 * By the time of the cut the number may be another's. So a copy of it is made first, and then all is taken in that libzmq has
 * told: if that does not say that our connection is over, the copy is of it, whatever happens to the number from now on.
 */
#include "connection_guard.h"

#include <sys/socket.h>
#include <unistd.h>

#include "lw_log.h"

enum { WARN_MS = 1000, CUTS_MAX = 256 };   /* CUTS_MAX: in a turn */

static void take_in(struct net *net, bool by_now);
static void cut(struct net *net, const struct connection_name *name);
static bool next_to_cut(const struct net *net, struct connection_name *name_out);
static void take_from(struct net *net, uint8_t door, struct endpoint_watch *watch, bool greets);
static void take_from_router(struct net *net, uint8_t door, struct zmtp_router *router);
static void take_event(struct net *net, uint8_t door, const struct endpoint_event *event, bool greets);
static void note_end(struct net *net, uint64_t session, bool is_all_read);
static void warn_of_cuts(struct net *net);

void connection_guard_turn(struct net *net)
{
    take_in(net, false);
}

void connection_guard_cut(struct net *net)
{
    struct connection_name name;

    for (uint32_t count = 0; count < CUTS_MAX && next_to_cut(net, &name); count++) {
        bool is_held = dup2(name.fd, net->cut_fd) >= 0;   /* a place that is kept: also when no descriptor is left */
        take_in(net, true);
        if (connections_cut(&net->connections, &name) && (is_held || name.route != 0))
            cut(net, &name);
        if (is_held)
            (void)dup2(net->null_fd, net->cut_fd);
    }
    if (net->turn.monotonic_ms - net->cuts_warned_ms >= WARN_MS)
        warn_of_cuts(net);
}

static void cut(struct net *net, const struct connection_name *name)
{
    if (name->route != 0)
        zmtp_router_cut(&net->doors[name->door - NET_PATH_DOOR(0)].endpoint.router, name->route);
    else
        (void)shutdown(net->cut_fd, SHUT_RDWR);
}

/* Whoever speaks was accepted before, and whoever had the number before has gone before that: both may still have to be taken in. */
void connection_guard_greet(struct net *net, uint8_t door, int fd, uint64_t session)
{
    take_in(net, true);
    connections_greet(&net->connections, door, fd, session);
}

bool connection_guard_admits(struct net *net, uint8_t door, int fd, struct siphash_128 key_tag)
{
    take_in(net, true);
    return connections_identify(&net->connections, door, fd, key_tag);
}

void connection_guard_meet_watchers(struct net *net)
{
    struct feed_subscriber subscriber;

    events_feed_collect(&net->events);
    while (events_feed_take_subscriber(&net->events, &subscriber)) {
        uint8_t door = NET_FEED_DOOR(subscriber.socket);
        if (connection_guard_admits(net, door, subscriber.fd, subscriber.key_tag))
            connections_greet(&net->connections, door, subscriber.fd, 0);
    }
}

void connection_guard_bear(struct net *net, uint8_t door, int fd)
{
    take_in(net, true);
    connections_bear(&net->connections, door, fd, net->turn.monotonic_ms);
}

/* All that was told by now, or only what polling knows of. */
static void take_in(struct net *net, bool by_now)
{
    for (int role = 0; role < SESSION_ROLES; role++)
        if (by_now || net->doors[role].watch.edge.may_have)
            take_from(net, (uint8_t)role, &net->doors[role].watch, true);
    for (int role = 0; role < SESSION_ROLES; role++)
        take_from_router(net, NET_PATH_DOOR(role), &net->doors[role].endpoint.router);
    for (int i = 0; i < FEED_SOCKETS; i++)
        if (by_now || net->events.sockets[i].watch.edge.may_have)
            take_from(net, NET_FEED_DOOR(i), &net->events.sockets[i].watch, false);
}

static bool next_to_cut(const struct net *net, struct connection_name *name_out)
{
    return connections_peek_cut(&net->connections, connection_guard_hears_all(net), net->turn.monotonic_ms, name_out);
}

static void take_from(struct net *net, uint8_t door, struct endpoint_watch *watch, bool greets)
{
    struct endpoint_event event;

    while (endpoint_watch_take(watch, &event))
        take_event(net, door, &event, greets);
}

static void take_from_router(struct net *net, uint8_t door, struct zmtp_router *router)
{
    struct endpoint_event event;

    while (zmtp_router_take_event(router, &event))
        take_event(net, door, &event, true);
}

static void take_event(struct net *net, uint8_t door, const struct endpoint_event *event, bool greets)
{
    switch (event->kind) {
    case ENDPOINT_ACCEPTED:
        if (connections_accept(&net->connections, door, event->fd, event->is_tcp, greets, net->turn.monotonic_ms) != LW_OK)
            log_error("out of memory: a connection is not counted");
        connections_route(&net->connections, door, event->fd, event->route);
        break;
    case ENDPOINT_DISCONNECTED: note_end(net, connections_close(&net->connections, door, event->fd), event->route != 0); break;
    case ENDPOINT_HANDSHAKE_FAILED: net->handshakes_failed++; break;
    case ENDPOINT_ACCEPT_FAILED: net->accepts_failed++; break;
    }
}

/* Nothing can reach that session any more: its client comes by another connection, with a new one. libzmq says so before all is read
 * that was said by it, a zmtp_router after that. */
static void note_end(struct net *net, uint64_t session, bool is_all_read)
{
    struct peer *peer = session != 0 ? sessions_find(&net->sessions, session) : NULL;

    if (peer && is_all_read && (peer->state == PEER_OPEN || peer->state == PEER_LOGGING_ON))
        sessions_end(&net->sessions, peer, false);
    else if (peer)
        sessions_lost(&net->sessions, peer);
}

static void warn_of_cuts(struct net *net)
{
    const struct connections *connections = &net->connections;

    net->cuts_warned_ms = net->turn.monotonic_ms;
    if (connections->cut_crowded != net->warned_crowded)
        log_warning("%llu connections were cut: there may be %u, and %u by TCP, of which %u watch events",
                    (unsigned long long)(connections->cut_crowded - net->warned_crowded), connections->max, connections_tcp_max(connections),
                    connections_watchers_max(connections));
    if (connections->cut_of_key != net->warned_of_key)
        log_warning("%llu connections were cut: each key may have %u", (unsigned long long)(connections->cut_of_key - net->warned_of_key),
                    connections->per_key_max);
    if (net->accepts_failed != net->warned_accepts)
        log_error("%llu connections could not be accepted: are there descriptors left (LimitNOFILE)?",
                  (unsigned long long)(net->accepts_failed - net->warned_accepts));
    net->warned_crowded = connections->cut_crowded;
    net->warned_of_key = connections->cut_of_key;
    net->warned_accepts = net->accepts_failed;
}
