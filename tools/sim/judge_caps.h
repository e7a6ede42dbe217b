/* SPDX-License-Identifier: Apache-2.0
 *
 * judge_caps - what counts under the caps of reps, in the judge's own book: every lead that was assigned, with its time.
 */
#ifndef JUDGE_CAPS_H
#define JUDGE_CAPS_H

#include "sim_judge.h"

/* The lead was assigned to the rep. */
void judge_caps_count(struct sim_judge *judge, uint32_t rep, const struct judge_lead *lead, uint64_t now_ms);
/* New rules: what nobody caps any more is forgotten. */
void judge_caps_take_rules(struct sim_judge *judge);
/* At that moment the rep may have no more leads, besides `lead`. A cap of a source is one of "form". */
bool judge_caps_full(const struct sim_judge *judge, uint32_t rep, const struct judge_lead *lead, uint64_t at_ms);

#endif
