/* SPDX-License-Identifier: Apache-2.0
 *
 * broadcast - one lead offered to several reps at once; the first who accepts has it. Inside broker/core only.
 *
 * Of the open offers of an OFFERED lead the one with the lowest number stands in the lead (rep, offer_number), as if it were the
 * only one; the others hang at lead->extra, each in a list of its rep too. So a lead with one offer costs nothing more, and
 * once the others are gone everything is as ever. All offers of a lead have one deadline and reserve load; who leaves
 * is not replaced. Each has a number of its own, so that a late answer is known to be late.
 */
#ifndef BROADCAST_H
#define BROADCAST_H

#include "exclusions.h"
#include "lead_extra.h"
#include "record.h"

struct core;
struct rep;

/* An open offer besides the lead's first. */
struct other_offer {
    struct lead *lead;
    struct other_offer *next;                     /* of the lead, by offer number */
    struct other_offer *rep_next, *rep_prev;
    uint32_t rep, offer_number;
};

/* Offered to more than one rep. */
static inline bool lead_is_broadcast(const struct lead *lead)
{
    return lead->extra && lead->extra->others;
}
/* With which offer the rep is offered or has the lead; 0: not at all. */
uint32_t lead_offer_number(const struct lead *lead, uint32_t rep);
/* The rep has not refused it, and is not offered it already. */
static inline bool lead_may_go_to(const struct lead *lead, uint32_t rep)
{
    return (lead->exclusion_count == 0 || !lead_excludes(lead, rep)) && (lead->state != LEAD_OFFERED || lead_offer_number(lead, rep) == 0);
}
/* Above all offers there ever were. */
uint32_t lead_next_offer_number(const struct lead *lead);

/* The rep is offered an OFFERED lead too, under a number above all before: recorded, told the event stream. */
void broadcast_add(struct core *core, struct lead *lead, struct rep *rep, uint32_t offer_number);
/* One of several offers ends, the others stay: recorded, told. */
void broadcast_leave(struct core *core, struct lead *lead, struct rep *rep, enum core_cause cause, bool exclude);
/* The rep declined one; reason: what the event may say. */
void broadcast_decline(struct core *core, struct lead *lead, struct rep *rep, const char *reason);
/* All but this rep's offer end, which may be any of them; `by` is told to the others as who took it. No record: a move of the lead follows. */
void broadcast_take(struct core *core, struct lead *lead, const struct rep *rep);
/* The same for a lead that nobody takes: all but the first offer end. */
void broadcast_end(struct core *core, struct lead *lead, enum core_cause cause, bool exclude);
/* Tells everybody who is offered the lead once more: it is not what it was. */
void broadcast_show(struct core *core, const struct lead *lead);

void broadcast_fill(const struct lead *lead, struct lead_image *image);
/* From an image, not linked to reps yet. */
void broadcast_restore(struct lead *lead, const struct lead_image *image);
/* LW_CORRUPT: an image names a rep whom there is not. */
LW_MUST_CHECK lw_status broadcast_link(struct core *core, struct lead *lead);
void broadcast_free(struct lead *lead);

#endif
