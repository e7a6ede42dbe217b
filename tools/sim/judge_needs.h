/* SPDX-License-Identifier: Apache-2.0
 *
 * judge_needs - what a lead asks of reps, in the judge's own words: as its rule says at
 * first, and less as it waits.
 */
#ifndef JUDGE_NEEDS_H
#define JUDGE_NEEDS_H

#include "sim_judge.h"

/* Of a lead whose product and beginning are known. */
void judge_needs_note(struct judge_lead *lead, const struct core_config *rules, const struct config_rule *rule);
/* Takes the steps that are due; rules: those in force. */
void judge_relax(const struct core_config *rules, struct judge_lead *lead, uint64_t now_ms);

/* It was handed to whoever has this skill: "sales 3". */
void judge_needs_skill(struct sim_judge *judge, struct judge_lead *lead, const char *skill);

/* The rep has all of it, and is in a team that may. */
bool judge_meets(const struct core_config *rules, const struct config_rep *rep, const struct judge_needs *needs);

#endif
