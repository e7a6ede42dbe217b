/* SPDX-License-Identifier: Apache-2.0
 *
 * net_internal - what the files of broker/net share; nobody else includes it.
 *
 *   net.c            the edge as a whole: open, bind, collect, release
 *   door.c           what the three doors have in common: frame -> session -> message; Hello, Ping, Bye
 *   *_door.c         what each door takes
 *   key_guard.c      who they are, by their keys
 *   connection_guard.c  how many they are, and who never says what they want
 *   release.c        what was confirmed goes out
 *   endpoint.c       ROUTERs: libzmq's, and our own at paths (zmtp_router.c, and zmtp_peer.c of one connection)
 *   socket_edge.c    who has to be read at all
 *   bounds_report.c  how near each bound is
 *   effect_encode.c  effects -> frames;  events_feed.c  the stream
 */
#ifndef NET_INTERNAL_H
#define NET_INTERNAL_H

#include <assert.h>
#include <string.h>

#include "admission.h"
#include "arena.h"
#include "byte_buffer.h"
#include "connections.h"
#include "endpoint.h"
#include "endpoint_watch.h"
#include "events_feed.h"
#include "key_guard.h"
#include "lead_trace.h"
#include "net.h"
#include "net_totals.h"
#include "outbox.h"
#include "parked_frames.h"
#include "rep_secrets.h"
#include "sessions.h"
#include "slow_refusals.h"
#include "wire.h"

enum {
    OUTBOX_BYTES_MAX = 512 * 1024 * 1024,    /* above ADMISSION_OUTBOX_BYTES nothing is read: the rest is room for what one turn can cause */
    BUSY_RETRY_MS = 500,
    SHUT_RETRY_MS = 2000,                    /* a bound is reached: leads have to end first */
    CROWDED_RETRY_MS = 5000,
};

/* A request of a log-on towards the core: tells its refusal from the answers to the rep's own requests. */
#define LOG_ON_REQUEST UINT64_MAX

/* The doors are numbered for connections.h: by their role, then the sockets of events. */
#define NET_FEED_DOOR(socket) ((uint8_t)(SESSION_ROLES + (socket)))
/* And by the role again, as what becomes of our own connections and of libzmq's is told in two orders. */
#define NET_PATH_DOOR(role) ((uint8_t)(SESSION_ROLES + FEED_SOCKETS + (role)))
static_assert(NET_PATH_DOOR(SESSION_ROLES) <= CONNECTIONS_DOORS_MAX, "a number for each");
static inline uint8_t net_door_number(enum session_role role, uint64_t route)
{
    return zmtp_router_has(route) ? NET_PATH_DOOR(role) : (uint8_t)role;
}

struct door;
typedef void door_handler(struct net *net, struct peer *peer, const struct wire_message *message, uint64_t request_id);
struct door_entry { enum wire_type type; door_handler *handle; };

struct door {
    enum session_role role;
    Leadwire__V1__Role wire_role;
    enum role rights;                    /* of who comes in without a key */
    const char *name;
    const struct door_entry *entries;
    size_t entry_count;
    bool parks;                          /* messages wait while the store is away; else they are told busy */
    struct endpoint endpoint;
    struct endpoint_watch watch;
    struct arena arena;                  /* of the message being handled */
    char addresses[1 + NET_LISTEN_MAX][ENDPOINT_ADDRESS_MAX];
    uint32_t address_count;
};

struct net {
    struct net_options options;
    struct net_callbacks callbacks;
    struct core *core;
    void *zmq_context;
    struct door doors[SESSION_ROLES];
    struct events_feed events;
    struct key_guard guard;
    struct sessions sessions;
    struct outbox outbox;
    struct parked_frames parked;
    struct slow_refusals refusals;
    struct rep_secrets *secrets;
    struct byte_buffer frame;            /* being encoded */
    struct byte_buffer lead;             /* being packed */
    struct net_turn turn;
    uint64_t epoch, started_ms, collected_ms;
    uint64_t drained_ms;                 /* when all that was said had been read, last */
    uint64_t day_told_ms;                /* when a rep was told of their day, last */
    uint64_t refused_frames;
    uint64_t answers[SESSION_ROLES][NET_STATUSES];   /* replies, by status */
    struct admission admission;
    struct connections connections;
    uint64_t handshakes_failed, accepts_failed, warned_crowded, warned_of_key, warned_accepts, cuts_warned_ms;
    int null_fd, cut_fd;                 /* cut_fd: a place for one descriptor more, kept for when none is left */
    uint64_t looked_ms;                  /* at the process's size */
    uint64_t crowded[SESSION_ROLES], crowded_keys;   /* Hellos that were told busy: the role, the key has its sessions; */
    uint64_t turned_away;                            /* nobody is let in now */
    struct socket_edge *polled[NET_POLL_ITEMS];      /* by place in the items of the last poll; NULL: none */
    int polled_count;
    bool is_bound;
};

extern const struct door_entry publisher_door_entries[], rep_door_entries[], control_door_entries[];
/* Answers a StatusRequest at once, the store being away. */
void control_door_status_away(struct net *net, struct peer *peer, uint64_t request_id);
extern const size_t publisher_door_entry_count, rep_door_entry_count, control_door_entry_count;

/* ---- door.c ---- */

/* Reads at most max messages, and no longer than 2 ms or so. Returns how many there were; max: there may be more. */
uint32_t door_collect(struct net *net, struct door *door, uint32_t max);
/* A frame that was parked, from whoever had that session. */
void door_handle_parked(struct net *net, const struct parked_frame *frame);
/* Ends those who were silent too long. */
void door_end_silent(struct net *net, struct door *door);
/* Tells the core of ended sessions and frees them. */
void door_bury_ended(struct net *net);
void door_send_due_refusals(struct net *net);
/* After the list of keys was read: ends those whose key is no longer good for what they are. */
void door_turn_out(struct net *net);

/* ---- what all use (door.c) ---- */

static inline void net_step(struct net *net, const struct core_command *command)
{
    net->callbacks.step(net->callbacks.context, command);
}
static inline void net_count_answer(struct net *net, const struct peer *peer, unsigned status)
{
    net->answers[peer->role][status < NET_STATUSES ? status : NET_STATUSES - 1]++;
}
/* What publishers were told busy so far. */
static inline uint64_t net_busy_publishes(const struct net *net)
{
    return net->answers[SESSION_ROLE_PUBLISHER][LEADWIRE__V1__STATUS__STATUS_BUSY];
}
/* What was sent goes. */
static inline void net_flush(struct net *net)
{
    endpoint_flush(&net->doors[SESSION_ROLE_REP].endpoint);      /* first: a prospect waits for them */
    for (int role = 0; role < SESSION_ROLES; role++)
        endpoint_flush(&net->doors[role].endpoint);
}
/* Encodes and holds. A frame that does not fit ends the session. */
void net_hold(struct net *net, struct peer *peer, const struct wire_message *message, uint32_t flags);
void net_hold_bytes(struct net *net, struct peer *peer, const void *bytes, size_t size, uint32_t flags);
/* A Reply that is held. */
void net_hold_reply(struct net *net, struct peer *peer, uint64_t request_id, Leadwire__V1__Status status, const char *reason);
/* Sends at once: only what says nothing about the desk. */
void net_send(struct net *net, struct peer *peer, const void *bytes, size_t size);
void net_reply_at_once(struct net *net, struct peer *peer, uint64_t request_id, Leadwire__V1__Status status,
                       const char *reason, uint32_t retry_after_ms);
/* Bye at once, then the session is over. */
void net_drop(struct net *net, struct peer *peer, const char *reason);
void net_hold_welcome(struct net *net, struct peer *peer, uint32_t flags);
/* Nothing of the desk: it waits for nothing. False: it fits no frame. */
bool net_send_at_once(struct net *net, struct peer *peer, const struct wire_message *message);
static inline struct core_text text_of(const char *text)
{
    return (struct core_text){text, (uint32_t)strlen(text)};
}
/* NULL or "" is no id; false for what is no id of ours. */
bool net_read_lead_id(const char *text, struct desk_id *out);

/* ---- effect_encode.c ---- */

struct lead_event_ids { char lead[DESK_ID_TEXT_MAX], other[DESK_ID_TEXT_MAX], trace[TRACE_ID_SIZE]; };   /* live as long as the event */
void effect_to_lead_event(const struct core_effect *effect, struct lead_event_ids *ids, Leadwire__V1__LeadEvent *out);
/* Room for what a rep's row tells of declines. */
struct decline_counts {
    Leadwire__V1__DeclineCount counts[CONFIG_DECLINE_REASONS_MAX], *pointers[CONFIG_DECLINE_REASONS_MAX];
};
/* room: lives as long as `out`; may be NULL when there are none. */
void effect_to_rep_event(const struct core_effect *effect, struct decline_counts *room, Leadwire__V1__RepEvent *out);

#endif
