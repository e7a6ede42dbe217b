/* SPDX-License-Identifier: Apache-2.0
 *
 * lead_extra - what few leads have: a preferred rep, an appointment, needs of their own. Inside broker/core only.
 */
#ifndef LEAD_EXTRA_H
#define LEAD_EXTRA_H

#include "acts.h"
#include "lead_table.h"
#include "needs.h"
#include "reach.h"

struct core;
struct other_offer;

struct lapsed_refusals;
struct lead_person;

struct lead_extra {
    struct lead *lead;
    struct avl_node everywhere;                   /* WAITING for a preferred rep: in core->preferred */
    uint32_t preferred_rep;                       /* WAITING, SCHEDULED: who gets it first; 0: all alike */
    uint64_t preferred_until_ms;                  /* WAITING: then all */
    uint64_t preferred_for_ms;                    /* SCHEDULED: how long, from when it wakes */
    uint64_t appointment_ms;                      /* 0: none */
    char *place;                                  /* NULL: none */
    uint32_t set_by, set_offer_number;            /* who handed it on last, and which offer had given it to them; 0: nobody */
    uint64_t touch_ms, nudge_ms;                  /* ASSIGNED: its first touch is awaited until then, and asked for; 0: not. PARKED: see parking.h */
    struct reach *reach;                          /* NULL: none */
    uint16_t call_backs;                          /* that it was scheduled for by dispositions */
    struct decline_notes *declines;               /* why reps declined it; NULL: nobody said */
    struct lapsed_refusals *lapsed;               /* see exclusions.h; NULL: none */
    struct act_notes *acts;                       /* of managers, and notes of reps; NULL: none */
    bool has_own_priority;                        /* lead->priority is what a manager said */
    bool has_own_needs;                           /* needs that no rule says: a person did */
    uint8_t life;                                 /* how often it was reopened, or parted */
    bool is_call_back;                            /* the rep calls; nobody is on the line */
    struct other_offer *others;                   /* OFFERED to several: all but the first, by offer number; see broadcast.h */
    uint32_t last_offer_number;                   /* the highest there was, once it was offered to several; else 0 */
    uint8_t offer_to;                             /* its relaxation offers it to so many at once; 0: as its queue says */
    uint32_t touch_for_ms;                        /* its rule's time for a first touch; 0: its channel's */
    uint32_t value, value_log;                    /* 0: 1; its pair_log2 */
    struct lead_person *person;                   /* who it is about; NULL: nobody who could be recognised */
    uint64_t waits_from_ms;                       /* it was scheduled until then; 0: never */
    struct avl_node by_age;                       /* WAITING, in a queue with an age cap: in its demand class */
};

/* Made when missing. */
struct lead_extra *lead_extra_of(struct lead *lead);
void lead_extra_free(struct lead *lead);
/* Only of a lead that is not WAITING. rep 0: nobody. A lead that is to sleep gets for_ms, one that is to wait until_ms. */
void lead_prefer(struct lead *lead, uint32_t rep, uint64_t until_ms, uint64_t for_ms);
/* size 0: none. */
void lead_set_appointment(struct lead *lead, uint64_t appointment_ms, struct core_text place);
/* Only of a lead that is not WAITING. False, with nothing changed, when there are too many classes. */
LW_MUST_CHECK bool lead_set_needs(struct core *core, struct lead *lead, const struct needs *needs);
/* Nobody is on the line any more: accepting it rings nothing. Only of a lead that is not WAITING. False when there are too many classes. */
LW_MUST_CHECK bool lead_make_call_back(struct core *core, struct lead *lead);
/* The caller hung up before a rep had the call: a rep calls back. False, with nothing changed, when there are too many classes. */
LW_MUST_CHECK bool lead_abandon(struct core *core, struct lead *lead);
/* SCHEDULED, about to wait: for its preferred rep first, if the rules still have them. */
void lead_prefer_awake(struct core *core, struct lead *lead);
/* SCHEDULED: waits now, for its preferred rep first if there is one. */
void lead_wake(struct core *core, struct lead *lead, enum core_cause cause);

#endif
