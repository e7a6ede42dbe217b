/* SPDX-License-Identifier: Apache-2.0
 *
 * sessions - who is connected, and how much is under way with each.
 *
 *           Hello                    Welcome
 *   (free) -------> LOGGING_ON ------------------> OPEN        publishers and control start as OPEN
 *      ^                 | refused                  | silent, slow, unreachable, Bye, replaced, 10 bad frames
 *      '-----------------'------- ENDED <-----------'
 *
 * Identity is the session's: a message counts as from whoever the session's Hello proved to be. An ended
 * session stays in the table, unreachable, until the core has been told (sessions_take_ended).
 * Slots are used again; what refers to a session over time holds its slot and its number.
 *
 * Silence is measured on a clock that runs only while the endpoint is being read (sessions_listen), so neither a
 * broker that stood still nor one that did not read can find its peers silent.
 * Threads: one owner.
 */
#ifndef SESSIONS_H
#define SESSIONS_H

#include <leadwire/status.h>
#include <stdbool.h>
#include <stdint.h>

#include "index_table.h"
#include "roles.h"
#include "siphash.h"

enum session_role { SESSION_ROLE_PUBLISHER, SESSION_ROLE_REP, SESSION_ROLE_CONTROL, SESSION_ROLES };

enum {
    SESSIONS_PUBLISHERS_MAX = 1000,
    SESSIONS_REPS_MAX = 20000,
    SESSIONS_CONTROLS_MAX = 100,
    SESSIONS_MAX = SESSIONS_PUBLISHERS_MAX + SESSIONS_REPS_MAX + SESSIONS_CONTROLS_MAX,
    SESSION_HEARTBEAT_MS = 1000,
    SESSION_SILENT_MS = 3 * SESSION_HEARTBEAT_MS,
    SESSION_CREDIT = 1024,             /* requests that may be unanswered */
    SESSION_BAD_FRAMES_MAX = 10,       /* in a row */
    SESSION_LISTEN_STEP_MAX_MS = 500,
};

struct outbox_frame;

enum peer_state { PEER_FREE, PEER_LOGGING_ON, PEER_OPEN, PEER_ENDED };

struct peer {
    uint64_t number;                   /* never 0, never used twice */
    uint64_t route;                    /* of its connection (endpoint.h) */
    uint32_t slot;
    enum session_role role;
    enum role rights;                  /* what it may: by its key, else by its endpoint */
    enum peer_state state;
    bool logs_off;                     /* ended: by its own Bye, so without grace */
    bool core_knows;                   /* the core was told of it: must be told of its end */
    bool takes_bundles;                /* several frames in one message */
    uint8_t bad_frames;                /* in a row */
    uint32_t unanswered;
    uint64_t sent, confirmed;          /* frames to it since its Welcome */
    uint64_t heard_ms;                 /* on its role's listening clock */
    struct { struct outbox_frame *first, *last; struct peer *next; } release;   /* what is being sent to it (release.c) */
    struct siphash_128 key_tag;        /* of its key (key_ring.h); zero: it has none */
    int descriptor;                    /* of its connection; -1: not known */
    uint32_t next, previous;           /* by heard_ms, or in the list of the ended, or free */
};

struct peer_list { uint32_t first, last; };

struct sessions {
    struct peer *peers;
    struct index_table by_route, by_number, by_key;
    struct peer_list heard[SESSION_ROLES];
    struct peer_list ended;
    uint32_t free_first;
    uint32_t counts[SESSION_ROLES];    /* not ended */
    uint32_t max[SESSION_ROLES];
    uint32_t key_peak;                 /* the most that one key ever had at a time */
    uint64_t listening_ms[SESSION_ROLES];
    uint64_t last_number;
};

/* Errors: LW_NO_MEMORY. */
LW_MUST_CHECK lw_status sessions_init(struct sessions *sessions);
void sessions_fini(struct sessions *sessions);

/* NULL at the role's bound. */
struct peer *sessions_new(struct sessions *sessions, enum session_role role, uint64_t route);
/* The key that it came in with; zero: none. Once. */
void sessions_set_key(struct sessions *sessions, struct peer *peer, struct siphash_128 tag);
/* How many that have not ended have this key. */
uint32_t sessions_count_key(const struct sessions *sessions, struct siphash_128 tag);
/* At most so many of this role, and never more than SESSIONS_..._MAX, which 0 stands for. */
void sessions_bound(struct sessions *sessions, enum session_role role, uint32_t max);
/* Not the ended ones. */
struct peer *sessions_find_route(const struct sessions *sessions, enum session_role role, uint64_t route);
struct peer *sessions_find(const struct sessions *sessions, uint64_t number);
/* The session of that number if it still has that slot and has not ended. */
struct peer *sessions_at(const struct sessions *sessions, uint32_t slot, uint64_t number);

/* A frame came from it. */
void sessions_heard(struct sessions *sessions, struct peer *peer);
/* Its connection is over: it counts as silent for too long, unless something from it is still to be read. */
void sessions_lost(struct sessions *sessions, struct peer *peer);
/* The role's endpoint was read, elapsed_ms after the last turn. */
void sessions_listen(struct sessions *sessions, enum session_role role, uint64_t elapsed_ms);
/* The one that was silent too long, or NULL. */
struct peer *sessions_peek_silent(const struct sessions *sessions, enum session_role role);
/* How long until one of the role may be silent too long; UINT64_MAX: there is none. */
uint64_t sessions_silent_in_ms(const struct sessions *sessions, enum session_role role);

void sessions_end(struct sessions *sessions, struct peer *peer, bool logs_off);
/* The oldest ended session, to be told to the core and then freed; NULL when there is none. */
struct peer *sessions_peek_ended(const struct sessions *sessions);
void sessions_free(struct sessions *sessions, struct peer *peer);

/* How many frames may be unconfirmed before the peer counts as slow. */
uint32_t sessions_window(enum session_role role);

#endif
