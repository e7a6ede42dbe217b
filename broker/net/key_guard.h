/* SPDX-License-Identifier: Apache-2.0
 *
 * key_guard - what keys mean at the doors: who a connection is, what it may, and when it no longer may.
 *
 * Without a directory of keys there is no guard: every peer is plain, and has the role that its endpoint implies.
 * Threads: one owner.
 */
#ifndef KEY_GUARD_H
#define KEY_GUARD_H

#include "endpoint.h"
#include "zap.h"

enum { GUARD_LOOK_MS = 1000 };    /* a changed list of keys is seen within this */

struct key_guard {
    struct key_ring *ring;        /* NULL: no guard */
    struct zap zap;
    uint64_t looked_ms, warned_refusals;
    bool has_changed;             /* the list was read anew: some who are in may have to go. Taken back by whoever sees to that */
    bool watcher_lost;            /* among them one that may have subscribed */
};

enum visitor_kind {
    VISITOR_PLAIN,                /* no key: the endpoint says what it is */
    VISITOR_KNOWN,                /* holder */
    VISITOR_UNKNOWN,              /* its key is gone from the list, or it claims what no key gave it */
};

struct visitor {
    enum visitor_kind kind;
    struct siphash_128 tag;            /* zero when plain */
    const struct key_holder *holder;   /* until the next reload */
};

/* dir may be NULL: no guard. Makes nothing. Errors as key_ring_open. */
LW_MUST_CHECK lw_status key_guard_open(struct key_guard *guard, const char *dir, char *why);
/* After the endpoints of the context are closed. A zeroed one is accepted. */
void key_guard_close(struct key_guard *guard);
/* Before the first endpoint is bound: makes the server's key if there is none, begins to answer libzmq. Why: KEY_WHY_MAX. */
LW_MUST_CHECK lw_status key_guard_serve(struct key_guard *guard, void *zmq_context, char *why);
/* How an address is to be bound; NULL: plain. *room lives as long as the answer. */
const struct endpoint_lock *key_guard_lock(const struct key_guard *guard, const char *domain, const char *address,
                                           struct endpoint_lock *room);

/* Answers handshakes; looks before, and once in GUARD_LOOK_MS, whether the list has changed, and reads it then. */
void key_guard_turn(struct key_guard *guard, uint64_t now_ms);
/* Reads the list. On failure, with why, the old one stays. */
LW_MUST_CHECK lw_status key_guard_reload(struct key_guard *guard, char *why);

struct visitor key_guard_identify(const struct key_guard *guard, struct endpoint_frame *frame);
/* May whoever has this tag still be what it was? Zero, of the plain, always may. */
bool key_guard_holds(const struct key_guard *guard, struct siphash_128 tag, enum role role);

#endif
