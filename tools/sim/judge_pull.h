/* SPDX-License-Identifier: Apache-2.0
 *
 * judge_pull - leads that nobody is offered, until a rep takes one.
 */
#ifndef JUDGE_PULL_H
#define JUDGE_PULL_H

#include "sim_judge.h"

/* The lead's queue is one from which reps pull. */
bool judge_is_pulled(const struct core_config *rules, const struct judge_lead *lead);
/* The lead is counted with its rep already. */
void judge_check_pulled(struct sim_judge *judge, struct judge_lead *lead, uint64_t now_ms);

#endif
