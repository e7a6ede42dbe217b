/* SPDX-License-Identifier: Apache-2.0
 *
 * preferred - leads that wait for one rep. Inside broker/core only.
 */
#ifndef PREFERRED_H
#define PREFERRED_H

#include "lead_extra.h"

struct core;
struct rep;

/* Waits for one rep only. */
static inline bool lead_is_preferring(const struct lead *lead)
{
    return lead->extra && lead->extra->preferred_rep != 0 && lead->state == LEAD_WAITING;
}
void preferred_init(struct core *core);
void preferred_insert(struct core *core, struct lead *lead);
void preferred_remove(struct core *core, struct lead *lead);
/* Waiting for this rep, the most urgent that fits into `room`; NULL. */
struct lead *preferred_lead(const struct core *core, const struct rep *rep, uint32_t room);
/* The rep for whom this lead waits, when it could be offered now; NULL. */
struct rep *preferred_rep(const struct core *core, const struct lead *lead);
/* The next after `lead` (NULL: the first) of all that wait for a preferred rep, by standing. */
struct lead *preferred_next(const struct core *core, const struct lead *lead);
/* All of them, most urgent as of now first; NULL-ended, the caller frees it. NULL: there are none. */
struct lead **preferred_sorted(const struct core *core);
/* Its time is over: the lead is everybody's. False when it is not over. */
bool preferred_lapse(struct core *core, struct lead *lead);
/* The rep left the rules: what waits for them is everybody's. */
void preferred_release(struct core *core, struct rep *rep);

#endif
