/* SPDX-License-Identifier: Apache-2.0
 *
 * history - what is kept for explanations: what reps were, which decisions were made, which leads ended. It decides
 * nothing; core_limits says how much of it there is. Inside broker/core only.
 */
#ifndef HISTORY_H
#define HISTORY_H

#include "core.h"
#include "needs.h"
#include "record.h"

struct core;
struct demand_class;
struct lead;
struct lead_change;
struct rep;

/* What a rep was. */
struct history_entry {
    uint64_t idle_since_ms;
    int64_t account;
    uint32_t rep;
    uint16_t load, capacity;
    uint8_t state;
    bool connected, configured, is_closed;
    uint8_t full, full_sources;            /* of its caps, its team's limits, and the backlog of an opening */
    uint8_t held;                          /* interrupt_held_channels */
};

/* The same as the ring has it: four in a line of the cache. Accounts stand beside it, as few desks have any. */
struct kept_rep {
    uint64_t idle_since_ms : 52, state : 3, connected : 1, configured : 1, is_closed : 1, has_account : 1, held : 5;   /* held: but for bit 0 */
    uint16_t rep, load, capacity;
    uint8_t full, full_sources;
};

/* Which decision was made when, over all leads. */
struct decided {
    struct desk_id lead;
    uint64_t at_ms;
    uint32_t offer_number, rep;
};

/* What leads of a demand class ask for: of the class, and of those that ended; the last frees it. */
struct ended_needs {
    uint32_t use_count;
    uint32_t hash, queue;                  /* of the class; names */
    uint8_t channel;
    struct needs needs;
};

/* What few ended leads have. */
struct ended_rest {
    struct act_notes *acts;                /* owned, or NULL */
    struct reach *reach;                   /* the same */
    struct decline_notes *declines;        /* the same */
    uint32_t value;
    uint64_t waits_from_ms, settled_ms;    /* urgency_from_ms, urgency_settled_ms */
};

/* A line of the cache. */
struct ended_lead {
    struct desk_id id;
    uint64_t received_ms;
    struct ended_needs *asked;             /* NULL: the place is free */
    struct decision *decisions;            /* owned, with room for decision_capacity; or that is 0: in history.only, or none */
    struct ended_rest *rest;               /* owned; NULL: worth 1, waits since it was received, and nothing else */
    uint64_t rule : 17, source : 17, disposition : 17;   /* names, NAMES_MAX: none */
    uint64_t state : 4;
    uint32_t rep;
    uint16_t priority;
    uint8_t decision_count, decision_capacity;   /* up to CORE_DECISIONS_MAX */
};

/* Rings: of the places, `next` modulo their number is written next. */
struct history {
    struct kept_rep *reps;                 /* what a rep was at the decisions before a change */
    int64_t *accounts;                     /* of those that has_account */
    struct decided *decided;
    struct ended_lead *ended;
    struct decision *only;                 /* by place of `ended`: of a lead with one decision, as most have */
    uint64_t reps_next, decided_next, ended_next;
    uint32_t reps_at, decided_at;          /* places that are written next */
    uint64_t decision_count;               /* made by this process */
    uint64_t decided_from_ms;              /* earlier ones were made by another process */
    uint32_t reps_max, decided_max, ended_max;
};

lw_status history_init(struct history *history, const struct core_limits *limits);
void history_fini(struct core *core);
/* Before a change of the rep that explanations must know. Of changes with no decision between them the first is kept:
 * nobody can ask what the rep was in between. */
void history_note_rep(struct core *core, struct rep *rep);
/* That a rep got the lead, by a decision that was made now. */
void history_note_decision(struct core *core, struct desk_id lead, uint32_t offer_number, uint32_t rep);
/* The lead ends now. Takes over its decisions, or copies them. */
void history_note_end(struct core *core, struct lead *lead, const struct lead_change *change);

/* The class goes. */
void history_forget_class(struct demand_class *demand);
/* The change number `seq`, of those kept. */
struct history_entry history_rep_at(const struct history *history, uint64_t seq);
/* What the rep is now. */
struct history_entry history_rep_now(const struct rep *rep);

/* How many of a ring's places hold something. */
static inline uint32_t history_kept(uint64_t next, uint32_t max)
{
    return next < max ? (uint32_t)next : max;
}

#endif
