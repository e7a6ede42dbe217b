/* SPDX-License-Identifier: Apache-2.0
 *
 * judge_events - the event stream as the judge's book of leads and reps.
 */
#ifndef JUDGE_EVENTS_H
#define JUDGE_EVENTS_H

#include "sim_judge.h"

void judge_take_lead_event(struct sim_judge *judge, const struct core_effect *event, uint64_t now_ms);
void judge_take_rep_event(struct sim_judge *judge, const struct core_effect *event);

#endif
