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
struct lead;
struct lead_change;
struct rep;

/* What a rep was. Two in a line of the cache. */
struct history_entry {
    uint64_t idle_since_ms;
    int64_t account;
    uint32_t rep;
    uint16_t load, capacity;
    uint8_t state;
    bool connected, configured, is_closed;
    uint8_t full, full_sources;            /* of its caps */
};

/* Which decision was made when, over all leads. */
struct decided {
    struct desk_id lead;
    uint64_t at_ms;
    uint32_t offer_number, rep;
};

/* Of `needs`, last, only what is counted is ever written. */
struct ended_lead {
    struct desk_id id;
    uint64_t received_ms;
    struct decision only;                  /* if there was one: most leads' */
    struct act_notes *acts;                /* owned, or NULL */
    struct reach *reach;                   /* the same */
    struct decline_notes *declines;        /* the same */
    struct decision *decisions;            /* of more than one; owned, with room for decision_capacity, or NULL */
    uint32_t queue, rule, source, rep, disposition, value;
    uint16_t priority;
    uint8_t channel, state, decision_count, decision_capacity;
    uint32_t demand_hash;                  /* of `needs` in its class */
    uint64_t waits_from_ms, settled_ms;    /* urgency_from_ms, urgency_settled_ms */
    struct needs needs;
};

/* Rings: of the places, `next` modulo their number is written next. */
struct history {
    struct history_entry *reps;            /* what a rep was at the decisions before a change */
    struct decided *decided;
    struct ended_lead *ended;
    uint64_t reps_next, decided_next, ended_next;
    uint64_t decision_count;               /* made by this process */
    uint64_t decided_from_ms;              /* earlier ones were made by another process */
    uint32_t reps_max, decided_max, ended_max;
};

lw_status history_init(struct history *history, const struct core_limits *limits);
void history_fini(struct core *core);
/* Before a change of the rep that explanations must know. Of changes with no decision between them the first is kept:
 * nobody can ask what the rep was in between. */
void history_note_rep(struct core *core, struct rep *rep);
/* A decision that was made now. */
void history_note_decision(struct core *core, const struct lead *lead, const struct decision *decision);
/* The lead ends now. Takes over its decisions. */
void history_note_end(struct core *core, struct lead *lead, const struct lead_change *change);

static inline const struct decision *ended_lead_decisions(const struct ended_lead *ended)
{
    return ended->decision_count == 1 ? &ended->only : ended->decisions;
}

/* How many of a ring's places hold something. */
static inline uint32_t history_kept(uint64_t next, uint32_t max)
{
    return next < max ? (uint32_t)next : max;
}

#endif
