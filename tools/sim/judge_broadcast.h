/* SPDX-License-Identifier: Apache-2.0
 *
 * judge_broadcast - the book of leads that are offered to several reps.
 *
 * lead->rep and lead->offer_number are of the open offer with the lowest number, as the broker shows them; the rest is in
 * lead->others, by number.
 */
#ifndef JUDGE_BROADCAST_H
#define JUDGE_BROADCAST_H

#include "sim_judge.h"

/* With which offer the rep is offered or has the lead; 0: not. */
uint32_t judge_offer_of(const struct judge_lead *lead, uint32_t rep);
/* One offer more, or one less of several: an event from offered to offered. */
void judge_take_one_of_several(struct sim_judge *judge, struct judge_lead *lead, const struct core_effect *event, uint64_t now_ms);
/* The lead leaves offered: to this rep, or (NOBODY) to none. Refusals of the rest are the caller's, who finds them in `others` until then. */
void judge_end_broadcast(struct judge_lead *lead, uint32_t rep);

#endif
