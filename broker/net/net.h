/* SPDX-License-Identifier: Apache-2.0
 *
 * net - the ZeroMQ edge of one desk: what arrives becomes commands, effects become frames.
 *
 *   publishers --\                                   /--> answers, offers, holdings   (outbox, held back)
 *   reps ---------+--> net_collect --> step() --> net_effect
 *   control -----/                                   \--> events
 *
 * A turn: net_begin, net_collect (calls step for each message), net_seal with the journal ticket that the turn waits
 * for, and, as tickets are confirmed, net_release. Everything that says something about the desk goes through
 * the outbox, also what changed nothing. At once leave only answers about the protocol itself: malformed, version,
 * no session, forbidden, Pong; and, while the store is away, "busy", and to who runs the desk Welcome and a status without the desk.
 *
 * Endpoints are bound when the desk is being served, not before: until then clients' connections wait.
 * Never blocks. Threads: one owner.
 */
#ifndef NET_H
#define NET_H

#include <leadwire/status.h>
#include <stdbool.h>
#include <stdint.h>
#include <zmq.h>

#include "core.h"
#include "turn_times.h"

/* Of a door. So few that reps, libzmq's threads and Redis are at work on what the last turns gave them while this one runs. */
enum { NET_TURN_MESSAGES_MAX = 192 };
enum { NET_POLL_ITEMS = 17, NET_LISTEN_MAX = 4, NET_WHY_MAX = 320 };

struct net;

struct net_options {
    const char *desk, *run_dir;
    const char *durability;                            /* told in Welcome and status */
    const char *rep_secrets_file;                      /* NULL: no rep can log on */
    const char *listen_publish[NET_LISTEN_MAX];        /* besides ipc; NULL-ended unless full */
    const char *listen_reps[NET_LISTEN_MAX];
    const char *listen_events[NET_LISTEN_MAX];
    const char *listen_control[NET_LISTEN_MAX];
    uint64_t memory_max;                               /* above, no new lead is taken (admission.h); 0: none */
    uint32_t connections_max;                          /* of all endpoints together; 0: as many as there may be */
    uint32_t connections_per_key_max;                  /* of all endpoints together; 0: as many as there may be. So too: */
    uint32_t sessions_per_key_max;
    uint32_t publishers_max, reps_max, tools_max;      /* sessions of each role */
    const char *keys_dir;                              /* every TCP address is encrypted with the keys there; NULL: none is */
};

/* Store and loop as status tells them. Strings are borrowed until the next call. */
struct net_store_view {
    const char *state, *reason;
    const char *durability_in_force;      /* empty: not known */
    const char *const *warnings;
    size_t warning_count;
    uint64_t journal_entries, checkpoint_age_ms;
    uint64_t checkpoint_slices, long_checkpoint_slices, checkpoint_slice_max_us;
    struct turn_figures turns;
};

struct net_callbacks {
    void *context;
    /* Steps the core at this turn's time; its effects come back through net_effect before this returns. */
    void (*step)(void *context, const struct core_command *command);
    void (*read_store)(void *context, struct net_store_view *out);
    /* Half of a turn's frames are sent (a crash point). May be NULL. */
    void (*half_released)(void *context);
};

/* What this turn may do. */
struct net_turn {
    uint64_t desk_ms, monotonic_ms;
    bool is_away;             /* the store is: nothing is stepped; publishers are told busy, reps' messages wait */
    bool takes_publishes;     /* else publishes are told busy */
    bool reads_publishers;    /* else they wait unread: too much is unconfirmed */
    bool reads_reps;
    uint64_t unconfirmed_bytes;   /* of the journal */
};

/* Reads secrets and keys, opens nothing yet. Errors with *why (NET_WHY_MAX) in words: LW_NOT_FOUND, LW_REFUSED, LW_INVALID, LW_IO, LW_NO_MEMORY. */
LW_MUST_CHECK lw_status net_open(const struct net_options *options, const struct net_callbacks *callbacks,
                                 struct core *core, struct net **out, char *why);
/* Closes all, sending what waits for at most a second. NULL accepted; nulls *net. */
void net_close(struct net **net);
/* Begins to serve: binds every endpoint. Errors as net_open. */
LW_MUST_CHECK lw_status net_bind(struct net *net, uint64_t epoch, char *why);
/* Reads the secrets and the keys again, each by itself. What cannot be read stays as it was, and the log says why. */
void net_reload_secrets(struct net *net);
/* The addresses that were bound, one "name address" a line, for the status file. */
void net_write_addresses(const struct net *net, char *out, size_t size);

void net_begin(struct net *net, const struct net_turn *turn);
/* Handles what came in and who fell silent. Returns how many messages were read: NET_TURN_MESSAGES_MAX or more means there may be more. */
uint32_t net_collect(struct net *net);
/* Handles the messages that waited while the store was away. Before net_collect, in the first turn with the store back. */
void net_handle_parked(struct net *net);
/* Encodes an effect and holds it. */
void net_effect(struct net *net, const struct core_effect *effect);
void net_seal(struct net *net, uint64_t ticket);
/* Sends what waited for tickets up to this. Returns the number of frames. */
uint32_t net_release(struct net *net, uint64_t confirmed);
/* So much is held that no more should be read. */
bool net_is_full(const struct net *net);

/* Fills items[NET_POLL_ITEMS] for what this turn's permissions let it read; returns how many. *has_out: there is something to
 * read now, so do not sleep. Poll them in any case and tell net_polled: only what that knows of is read in the next turn. */
int net_poll_items(struct net *net, zmq_pollitem_t *items, bool *has_out);
void net_polled(struct net *net, const zmq_pollitem_t *items);
/* How long polling may sleep; UINT64_MAX: for ever. */
uint64_t net_wait_ms(const struct net *net);
/* Sends to those by path who had no room and have some now: net_collect does it too. */
void net_send_on(struct net *net);
/* Tells every session. */
void net_say_bye(struct net *net, const char *reason);

#endif
