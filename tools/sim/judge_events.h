/* SPDX-License-Identifier: Apache-2.0
 *
 * judge_events - the event stream as the judge's book of leads and reps.
 */
#ifndef JUDGE_EVENTS_H
#define JUDGE_EVENTS_H

#include "sim_judge.h"

void judge_take_lead_event(struct sim_judge *judge, const struct core_effect *event, uint64_t now_ms);
void judge_take_rep_event(struct sim_judge *judge, const struct core_effect *event);

/* If the cause is one that keeps the rep from the lead for a while. */
void judge_remember_refusal(struct sim_judge *judge, struct judge_lead *lead, uint32_t rep, enum core_cause cause, uint64_t now_ms);

#endif
