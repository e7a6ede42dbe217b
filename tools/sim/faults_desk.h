/* SPDX-License-Identifier: Apache-2.0
 *
 * faults_desk - real brokers in virtual time, over a model of Redis: what `leadwire-sim faults` tests.
 *
 * What runs is the broker's own code: broker/broker.c (the turn), broker/commit.c, broker/store (all of the Redis store
 * but its socket), net's outbox, and the core. The simulator takes the place of the edges of a process:
 *
 *   faults_edges.c   the clocks, the kernel's randomness, the log, polling, the status file, crash points
 *   faults_link.c    the connection to Redis (redis_link.h)       faults_redis.c   Redis behind it
 *   faults_net.c     the doors (net.h), without sockets and frames
 *
 * and drives it:
 *
 *   faults_draw.c    which faults a seed has, and when they come   faults_coverage.c   what has been seen
 *   faults_desk.c    brokers' lives, the twin, what the judge is given
 *   faults_run.c     one seed; faults_main.c many of them
 *
 * Two brokers may be up at a time: one that serves, one that waits for the claim or has lost it. The judge (sim_judge.h)
 * gets each step's effects when they are told, or when a crash left its records in the journal; of what was lost it
 * learns nothing. Each effect that leaves is compared with the archive of the journal: commit before effect.
 *
 * Threads: one owner. The substituted functions have no context: one desk at a time.
 */
#ifndef FAULTS_DESK_H
#define FAULTS_DESK_H

#include "broker.h"
#include "faults_coverage.h"
#include "faults_redis.h"
#include "outbox.h"
#include "sim_world.h"

enum { FAULTS_BROKERS_MAX = 3, FAULTS_TAIL = 48, FAULTS_LINE_MAX = 160 };

/* What one step of a core did. */
struct faults_batch {
    struct sim_batch batch;            /* its effects; no records */
    uint64_t record_end, chain;        /* of the journal after it */
    uint64_t ticket;
    uint32_t frames;                   /* of it in the outbox */
    bool is_judged;                    /* or never will be */
    bool is_sealed;
    struct faults_batch *next;
};
struct faults_batches { struct faults_batch *first, *last; };

struct faults_call;                    /* a command on its way to Redis, or its answer on the way back */
struct faults_connection {
    struct faults_broker *broker;      /* NULL: it gave the connection up, or is gone */
    struct faults_call *first, *last, *answered, *answered_last;
    uint64_t arrive_ms, answer_ms;     /* of the last: a connection keeps its order */
    uint32_t breaks_after;             /* so many calls more are executed, and the answer of the last gets lost; 0: not */
    struct faults_transaction transaction;
    bool is_broken, releases;          /* releases: it gave the claim back, its last word */
    struct faults_connection *next;
};

struct faults_broker {
    struct faults_desk *desk;
    struct broker broker;
    struct broker_options options;
    struct run_dir run_dir;
    char owner[16];
    uint64_t number;                   /* of this life */
    struct faults_batches batches;     /* not judged yet, oldest first */
    struct faults_batch *stepping;
    struct core_callbacks callbacks;   /* of the broker's core */
    uint64_t record_count, chain;
    uint64_t wake_ms;
    uint32_t turns_at_once;
    uint64_t turned_ms;
    bool polls[3], has_stepped, has_resumed, is_dying;   /* has_resumed: in this turn */
    uint64_t cut_until_ms;             /* cannot reach Redis */
};

struct faults_desk {
    struct sim_world *world;
    struct faults_coverage coverage;
    struct faults_redis redis;
    struct faults_connection *connections;
    struct faults_broker *brokers[FAULTS_BROKERS_MAX];
    struct faults_broker *front;       /* whom clients reach */
    struct faults_broker *turning;     /* in a turn now */
    struct faults_broker *primary;     /* the last that served; NULL: it is gone */
    struct faults_batches left;        /* of a primary that is gone */
    uint64_t next_number;

    struct core *twin;
    struct sim_effects twin_effects;
    struct core_limits limits;
    uint64_t hash, steps;
    struct { uint64_t broker; bool is_over; } *sessions;   /* number 1000 + i */
    uint32_t session_count, session_capacity;
    uint64_t *twin_sessions;
    uint32_t twin_session_count, twin_session_capacity;

    /* the edges */
    int64_t wall_offset_ms;
    uint64_t random_state;
    uint64_t slow_until_ms, silent_until_ms, refuse_until_ms, failing_until_ms, full_until_ms;
    uint32_t slow_ms;
    char crash_at[32];
    uint32_t crash_passings;

    /* faults */
    uint32_t rates[FAULTS_KINDS];      /* of messages: in 1000; of the rest: mean time between two in ms; 0: off */
    uint64_t way_ms[2][SIM_REPS_MAX + 1];
    uint64_t messages, drop_message;   /* sent so far; the one to lose (from 1), 0: none */

    char tail[FAULTS_TAIL][FAULTS_LINE_MAX];
    uint64_t tail_count;
    bool traces;                       /* says it all, on standard error */
};

/* ---- faults_desk.c ---- */
void faults_desk_open(struct faults_desk *desk, struct sim_world *world);
void faults_desk_close(struct faults_desk *desk);
/* The calendar's events of the kinds SIM_BROKER_TURN, SIM_REDIS, SIM_FAULT, SIM_BROKER_START. */
void faults_desk_event(struct faults_desk *desk, enum sim_event_kind kind, uint64_t number);
/* A broker with this owner's name starts; false when there is no room. */
bool faults_broker_start(struct faults_desk *desk, const char *owner);
/* SIGKILL. */
void faults_broker_kill(struct faults_desk *desk, struct faults_broker *broker);
/* The same, and another one starts later. Outside of a turn. */
void faults_broker_crash(struct faults_broker *broker);
void faults_broker_wake(struct faults_broker *broker, uint64_t at_ms);
/* The broker that serves; NULL: none. */
struct faults_broker *faults_desk_serving(struct faults_desk *desk);
struct core *faults_desk_core(struct faults_desk *desk);
/* Everything told is durable and everybody serves: a loss now is one that must be survived. */
bool faults_desk_is_whole(struct faults_desk *desk);
void faults_note(struct faults_desk *desk, const char *format, ...) __attribute__((format(printf, 2, 3)));
void faults_judge_released(struct faults_broker *broker, uint64_t confirmed);
/* Frees those in front that are over. */
void faults_batches_drop(struct faults_batches *batches);
/* The desk whose code runs now. */
extern struct faults_desk *faults_desk_now;

/* ---- faults_link.c ---- */
/* Executes what has arrived. */
void faults_link_run(struct faults_desk *desk);
void faults_link_break(struct faults_desk *desk, struct faults_broker *broker);
void faults_link_break_all(struct faults_desk *desk);
/* The next so many calls reach Redis, the answer of the last does not come back. */
void faults_link_break_after(struct faults_desk *desk, struct faults_broker *broker, uint32_t calls);
/* The broker is gone; what it sent may still arrive. */
void faults_link_forget(struct faults_broker *broker);
void faults_link_close_all(struct faults_desk *desk);

/* ---- faults_net.c ---- */
void faults_net_receive(struct faults_desk *desk, const struct sim_message *message);
/* The next session is one of the broker that turns. */
void faults_net_opened(struct faults_desk *desk);
/* The broker notices that a session's connection is gone. */
void faults_net_noticed(struct faults_desk *desk, uint64_t session);
bool faults_net_can_read(const struct net *net, int door);

/* ---- faults_draw.c ---- */
void faults_draw(struct faults_desk *desk);
/* The calendar's SIM_FAULT. */
void faults_fire(struct faults_desk *desk, uint64_t number);
/* No more faults: what lasts ends now. */
void faults_end(struct faults_desk *desk);
/* Counts it for every state that a lead is in. */
void faults_seen(struct faults_desk *desk, enum faults_kind kind);
/* Copies of a message that arrive, and when: 0 is a loss. to_client: the way back. */
uint32_t faults_draw_way(struct faults_desk *desk, bool to_client, uint32_t client, struct desk_id lead, uint64_t delays_ms[2]);

/* ---- faults_run.c ---- */
struct faults_result {
    bool failed;
    uint64_t seed, hash, commands, leads, virtual_ms, messages, entries;
    struct faults_coverage coverage;
    char fault[240], tail[FAULTS_TAIL * FAULTS_LINE_MAX];
};
struct faults_options { uint64_t seed, drop_message; uint32_t commands; bool is_calm, traces; };
void faults_run(const struct faults_options *options, struct faults_result *out);
/* The subcommand. */
int faults_main(int argc, char **argv);

#endif
