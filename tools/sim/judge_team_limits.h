/* SPDX-License-Identifier: Apache-2.0
 *
 * judge_team_limits - what counts under the limits of teams, in the judge's own book.
 */
#ifndef JUDGE_TEAM_LIMITS_H
#define JUDGE_TEAM_LIMITS_H

#include "judge_books.h"

/* The desk took in a lead; or it was a test, which is not counted. */
void judge_team_took_in(struct sim_judge *judge, uint64_t now_ms);
void judge_team_was_test(struct sim_judge *judge);
/* A rep was assigned a lead that was not assigned to them. */
void judge_team_count(struct sim_judge *judge, uint32_t rep, uint64_t now_ms);
/* New rules: what they do not limit is forgotten. */
void judge_team_take_rules(struct sim_judge *judge);
/* The rep's team gets no more. *turned_out: a day began since the last step, behind this step's command: either holds. */
bool judge_team_full(const struct sim_judge *judge, uint32_t rep, const struct judge_lead *lead, uint64_t now_ms, bool *turned_out);

#endif
