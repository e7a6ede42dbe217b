/* SPDX-License-Identifier: Apache-2.0
 *
 * decisions - the last decisions on a lead, for explanations. Inside broker/core only.
 */
#ifndef DECISIONS_H
#define DECISIONS_H

#include "lead_table.h"

struct core;

/* A place for the next decision on the lead, which the caller fills in: it is written there and nowhere else, since a copy of
 * what was written a moment ago waits until that has left the processor. in_round: of an offer to several, and not their first.
 * NULL: none is kept, or there is no memory. */
struct decision *decision_place(struct core *core, struct lead *lead, bool in_round);
void decision_close(struct lead *lead, uint32_t offer_number, enum core_cause outcome);
/* Of the lead's exclusions, as a decision on its offer of this number keeps them. */
uint32_t decision_refusals(const struct lead *lead, uint32_t offer_number);

#endif
