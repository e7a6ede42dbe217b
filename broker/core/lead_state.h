/* SPDX-License-Identifier: Apache-2.0
 *
 * lead_state - every change of a lead. Inside broker/core only.
 */
#ifndef LEAD_STATE_H
#define LEAD_STATE_H

#include "lead_table.h"

struct core;
struct demand_class;

struct lead_change {
    enum lead_state to;
    enum core_cause cause;
    uint32_t rep;                  /* who is offered it / has it; for ends: who had it; 0: none */
    uint64_t deadline_ms;
    struct demand_class *demand;   /* its class from now on; NULL: as it is */
    const struct config_disposition *disposition;   /* end by completion */
    const char *reason;            /* for events; may be NULL */
    uint32_t by;                   /* the rep whose act this is, where `rep` does not say it; 0 */
    bool do_not_call;              /* end by completion */
    bool has_completion;           /* what a repeat of it must match */
    struct siphash_128 completion_key;
    uint64_t completion_hash;
    const struct lead_join *join;  /* a contact joined, or a lead was merged into it; NULL for most */
    struct desk_id other;          /* of a merge, or of parting: the other lead */
};
/* What a contact, or a lead, makes of the lead that it joined, or that it leaves. */
struct lead_join {
    uint16_t priority;
    uint16_t weight;               /* 0: as it is */
    uint64_t received_ms;          /* 0: as it is */
};
void tell_lead_event(struct core *core, const struct lead *lead, enum lead_state from, const struct lead_change *change);
/* Something happened to the lead, which stays in its state. */
void tell_lead_noted(struct core *core, const struct lead *lead, enum core_cause cause, const char *reason);
/* Makes the change: relinks, counts, sets the timer, writes the record, tells the event stream. An end frees the lead. */
void lead_move(struct core *core, struct lead *lead, const struct lead_change *change);
/* Back to the queue with its original age (or parked, if its offers are used up); the rep is excluded if exclude. */
void lead_return(struct core *core, struct lead *lead, enum core_cause cause, bool exclude, bool is_fresh_wait);
/* The same, declined; reason: for events, of the desk's table or "". */
void lead_return_declined(struct core *core, struct lead *lead, const char *reason);
/* The same for a lead that its rep handed on to `target`: that rep is excluded. */
void lead_return_to(struct core *core, struct lead *lead, enum core_cause cause, const char *target);
/* The same, as a call that joined it does not fit its rep: not excluded, and a call from now on. */
void lead_return_joined(struct core *core, struct lead *lead, const struct lead_join *join);
/* Until when a lead may be with a rep who gets it now. */
uint64_t lead_work_deadline(const struct core *core, const struct lead *lead);
/* A WAITING lead stands where it can be found: with its like, or with its preferred rep. */
void lead_join_queue(struct core *core, struct lead *lead);
void lead_leave_queue(struct core *core, struct lead *lead);
void lead_set_timer(struct core *core, struct lead *lead);
/* Links a restored lead to what its state says: no record, no event. */
void lead_link(struct core *core, struct lead *lead);

#endif
