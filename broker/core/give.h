/* SPDX-License-Identifier: Apache-2.0
 *
 * give - a lead goes to a rep who is not asked. Inside broker/core only.
 */
#ifndef GIVE_H
#define GIVE_H

#include "lead_table.h"

struct core;
struct rep;

/* The rep, in the rules and with room for it, gets the WAITING lead; a call rings first. */
void lead_give(struct core *core, struct lead *lead, struct rep *rep, enum core_cause cause);
/* Nobody chose among reps: only who got it can be told. */
static inline bool decision_is_a_gift(const struct decision *decision)
{
    return decision->cause == CAUSE_ASSIGNED || decision->cause == CAUSE_PULLED;
}

#endif
