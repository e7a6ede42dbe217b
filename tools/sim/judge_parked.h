/* SPDX-License-Identifier: Apache-2.0
 *
 * judge_parked - whether managers are told of a parked lead once more, in time, and before it expires.
 */
#ifndef JUDGE_PARKED_H
#define JUDGE_PARKED_H

#include "sim_judge.h"

/* The lead came from one state to that of the event. */
void judge_take_parked(struct sim_judge *judge, struct judge_lead *lead, const struct core_effect *event, enum lead_state from, uint64_t now_ms);
/* It is noted; does nothing with other causes. */
void judge_take_still_parked(struct sim_judge *judge, struct judge_lead *lead, const struct core_effect *event, uint64_t now_ms);
/* After a batch. */
void judge_check_parked(struct sim_judge *judge, const struct judge_lead *lead, uint64_t now_ms);

#endif
