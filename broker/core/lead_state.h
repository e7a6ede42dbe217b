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
    const char *disposition;       /* end by completion */
    const char *reason;            /* for events; may be NULL */
    uint32_t by;                   /* the rep whose act this is, where `rep` does not say it; 0 */
    bool do_not_call;              /* end by completion */
    bool has_completion;           /* what a repeat of it must match */
    struct siphash_128 completion_key;
    uint64_t completion_hash;
};
void tell_lead_event(struct core *core, const struct lead *lead, enum lead_state from, const struct lead_change *change);
/* Makes the change: relinks, counts, sets the timer, writes the record, tells the event stream. An end frees the lead. */
void lead_move(struct core *core, struct lead *lead, const struct lead_change *change);
/* Back to the queue with its original age (or parked, if its offers are used up); the rep is excluded if exclude. */
void lead_return(struct core *core, struct lead *lead, enum core_cause cause, bool exclude, bool is_fresh_wait);
/* The same for a lead that its rep handed on to `target`: that rep is excluded. */
void lead_return_to(struct core *core, struct lead *lead, enum core_cause cause, const char *target);
/* Until when a lead may be with a rep who gets it now. */
uint64_t lead_work_deadline(const struct core *core, const struct lead *lead);
/* Writes the after-image of a lead whose exclusions or decisions changed without a move. */
void lead_record(struct core *core, struct lead *lead, bool with_payload);
/* A WAITING lead stands where it can be found: with its like, or with its preferred rep. */
void lead_join_queue(struct core *core, struct lead *lead);
void lead_leave_queue(struct core *core, struct lead *lead);
bool lead_excludes(const struct lead *lead, uint32_t rep);
void lead_lapse_exclusions(struct core *core, struct lead *lead);
void lead_forget_exclusions(struct core *core, struct lead *lead);
void lead_set_timer(struct core *core, struct lead *lead);
void lead_mark_dirty(struct core *core, struct lead *lead);
void lead_image_fill(const struct core *core, const struct lead *lead, bool with_payload, struct lead_image *image);
void lead_unmark_dirty(struct core *core, struct lead *lead);
void lead_exclude(struct core *core, struct lead *lead, const struct exclusion *exclusion);
/* Links a restored lead to what its state says: no record, no event. */
void lead_link(struct core *core, struct lead *lead);
void lead_free(struct core *core, struct lead *lead);
/* To a class that asks for something else. A waiting lead must not stand in its class meanwhile. */
void lead_change_demand(struct core *core, struct lead *lead, struct demand_class *to);
void decision_close(struct lead *lead, uint32_t offer_number, enum core_cause outcome);
/* Of the lead's exclusions, as a decision on its offer of this number keeps them. */
uint32_t decision_refusals(const struct lead *lead, uint32_t offer_number);
void decision_add(struct core *core, struct lead *lead, const struct decision *decision);

#endif
