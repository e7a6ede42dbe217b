/* SPDX-License-Identifier: Apache-2.0
 *
 * sim_world - one simulation: the broker, its clients and the unreliable ways
 * between them, in virtual time, all from one seed.
 *
 *   sim_world.c    the calendar, the ways, the broker's edge
 *   sim_rep.c      what rep clients do
 *   sim_source.c   publishers, the telephony edge
 *   sim_manager.c  the manager
 *   sim_run.c      one seed from opening to the last lead's end
 *
 * Messages to the broker and to clients may be lost, doubled and late. Clients
 * repeat what was not answered.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "sim_broker.h"
#include "sim_coverage.h"
#include "sim_judge.h"
#include "sim_random.h"
#include "sim_rules.h"

enum { SIM_ITEMS_MAX = 24, SIM_PENDING_MAX = 256, SIM_HELD_TOLD_MAX = 8 };

/* ---- the calendar ---- */

enum sim_event_kind {
    SIM_TO_BROKER,          /* message arrives */
    SIM_TO_CLIENT,          /* effect arrives at who has its session */
    SIM_REP_WAKES,          /* number: rep */
    SIM_SOURCE_WAKES,       /* publishers look after what they sent */
    SIM_PHONE_RINGS_OUT,    /* a dial ends */
    SIM_MANAGER_WAKES,
    SIM_RELEASE,            /* the oldest batch is durable */
    SIM_BROKER_TIMER,
    SIM_NOTICED,            /* the broker notices that a connection is gone: session */
    SIM_KILL, SIM_RESTART,
    SIM_CHECKPOINT,
    SIM_BROKER_TURN, SIM_BROKER_START, SIM_REDIS, SIM_FAULT,   /* of faults_desk.h */
};

enum sim_target { SIM_TO_REP, SIM_TO_TEAM, SIM_TO_SKILL, SIM_BACK };

/* A client's message. */
struct sim_message {
    enum core_command_kind kind;
    uint32_t rep;                      /* log-ons, managers' acts */
    uint64_t session, request, incarnation;
    struct desk_id lead;
    uint32_t offer_number, product, person;   /* person 0: not known by anything */
    bool accept, is_test, by_id;       /* by_id: cancel by source and idempotency id */
    enum dial_outcome outcome;
    enum rep_state state;
    enum core_act act;
    enum touch_kind touch;
    enum device_state device_state;    /* of the device that id names, for until_ms */
    enum sim_target target;            /* transfers: what id names */
    uint32_t level;                    /* of a skill */
    uint64_t until_ms;
    uint32_t priority;
    struct desk_id into;
    uint8_t channel, source;           /* source: of publishers, and what a manager acts on */
    bool pause;
    uint64_t content_hash;
    int64_t received_ms;
    char id[24], disposition[8];
    uint32_t follows;                  /* publish: the call whose caller left this message; 0: it is none */
    struct core_held held[SIM_HELD_TOLD_MAX];
    uint32_t held_count;
    const struct core_config *rules;
};

struct sim_event {
    uint64_t at_ms, order;
    enum sim_event_kind kind;
    uint64_t number;
    struct sim_message *message;       /* owned */
    struct sim_effect *effect;         /* owned */
};

/* ---- clients ---- */

enum sim_item_state { ITEM_OFFERED, ITEM_ACCEPTING, ITEM_PULLING, ITEM_DECLINING, ITEM_CONNECTING, ITEM_WORKING, ITEM_COMPLETING, ITEM_TRANSFERRING };

/* A lead on a rep's screen. */
struct sim_item {
    struct desk_id lead;
    uint32_t offer_number;
    enum sim_item_state state;
    uint64_t next_ms, request;
    const char *outcome;               /* COMPLETING: a repeat says the same */
    uint32_t target;                   /* TRANSFERRING: the same */
    uint64_t touch_next_ms;            /* WORKING: when the rep marks it touched; 0: done, or never */
    bool is_call, unconfirmed;
};

struct sim_rep {
    bool at_work, runs;                /* has a shift; its client is up */
    bool logging_on, wants_break;
    uint64_t session;                  /* 0: not on */
    uint64_t incarnation;              /* of the client's connection */
    uint64_t next_log_on_ms, next_state_ms, next_trouble_ms, next_pull_ms;
    enum rep_state told_state;
    struct sim_item items[SIM_ITEMS_MAX];
    uint32_t item_count;
};

struct sim_pending {
    struct sim_message message;        /* publish, cancel or dial result, repeated until answered */
    uint64_t next_ms;
    bool used, is_later, is_repeat;    /* is_later: not sent yet; is_repeat: it was answered before */
};

struct sim_options {
    uint64_t seed;
    uint32_t commands, reps, rules;
};

struct faults_desk;

struct sim_world {
    struct sim_options options;
    struct faults_desk *desk;          /* real brokers; NULL: the one below */
    struct sim_random random;
    uint64_t now_ms, next_order, next_request, next_session;
    struct sim_event *heap;
    uint32_t event_count, event_capacity;

    struct sim_broker broker;
    struct sim_rules rules;
    struct sim_judge judge;
    struct sim_coverage coverage;
    bool draining, failed, is_calm, is_narrow;    /* is_calm: nobody dawdles; is_narrow: little room for ids, and publications that come in rushes */
    uint32_t commands_done;
    uint64_t timer_set_ms, restart_kept;
    bool had_loss;

    struct sim_rep reps[SIM_REPS_MAX];
    struct { uint64_t session, incarnation; uint32_t rep; } *edge;   /* sessions by number - 1 */
    uint32_t edge_capacity;
    struct sim_pending pending[SIM_PENDING_MAX];
    uint64_t next_publish_ms, next_device_ms;
    uint32_t parked_seen;
    struct desk_id parked[16], held[16], waiting[16], scheduled[16], ended[16];   /* what the manager last saw */
    struct desk_id merged;                                             /* the last */
    uint32_t held_seen, waiting_seen, scheduled_seen, ended_seen;
};

/* sim_world.c */
void sim_world_open(struct sim_world *world, const struct sim_options *options);
/* The same without a broker: its limits, rules and judge are set. */
void sim_world_begin(struct sim_world *world, const struct sim_options *options);
void sim_world_close(struct sim_world *world);
/* The next event; false when the calendar is empty. */
bool sim_world_turn(struct sim_world *world);
void sim_at(struct sim_world *world, uint64_t at_ms, enum sim_event_kind kind, uint64_t number);
/* Over the way to the broker: copied. */
void sim_send(struct sim_world *world, const struct sim_message *message);
/* Over the way to a client, or the event stream: copied. */
void sim_tell(struct sim_world *world, const struct sim_effect *effect);
/* The command that an arriving message is; it borrows from the message. False: none, its connection is closed. */
bool sim_message_command(struct sim_world *world, const struct sim_message *message, struct core_command *out);
/* Keeps which rules got which version, if this step applied any. */
void sim_rules_note(struct sim_world *world, const struct core_command *command, const struct sim_batch *batch);
/* The chosen rep ranks first in the explanation of each offer. */
void sim_check_explained(struct sim_world *world, struct core *core, const struct sim_batch *batch);
void sim_fail(struct sim_world *world, const char *words);
/* Drops the client's connection; the broker notices after a while. */
void sim_cut(struct sim_world *world, uint32_t rep);

/* sim_rep.c */
void sim_reps_open(struct sim_world *world);
void sim_rep_wakes(struct sim_world *world, uint32_t number);
void sim_rep_hears(struct sim_world *world, uint32_t number, const struct core_effect *effect);
void sim_rep_forgets_session(struct sim_world *world, uint32_t number);
enum sim_rep_trouble { SIM_REP_CRASHES, SIM_REP_IS_CUT, SIM_REP_LOGS_ON_AGAIN };
/* False: the rep is not there. */
bool sim_rep_trouble(struct sim_world *world, uint32_t number, enum sim_rep_trouble trouble);

/* sim_source.c */
void sim_sources_open(struct sim_world *world);
/* The manager applies the first rules, until that is answered. */
void sim_source_configures(struct sim_world *world);
void sim_source_wakes(struct sim_world *world);
void sim_source_hears(struct sim_world *world, const struct core_effect *effect);
void sim_event_told(struct sim_world *world, const struct core_effect *event);   /* the telephony edge watches, and the manager */
void sim_dial_ends(struct sim_world *world, const struct sim_message *result);

/* sim_manager.c */
void sim_manager_sees(struct sim_world *world, const struct core_effect *event);
void sim_manager_wakes(struct sim_world *world);

/* sim_run.c */
struct sim_result { bool failed; uint64_t hash, commands, leads, virtual_ms; struct sim_coverage coverage; char fault[240]; };
void sim_run(const struct sim_options *options, struct sim_result *out);

#endif
