/* SPDX-License-Identifier: Apache-2.0
 *
 * judge_given - leads that reps get without an offer.
 */
#ifndef JUDGE_GIVEN_H
#define JUDGE_GIVEN_H

#include "sim_judge.h"

/* The lead is counted with its rep already. */
void judge_check_given(struct sim_judge *judge, struct judge_lead *lead, const struct core_effect *event, uint64_t now_ms);

#endif
