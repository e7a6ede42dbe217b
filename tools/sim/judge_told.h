/* SPDX-License-Identifier: Apache-2.0
 *
 * judge_told - what sessions and publishers were told.
 */
#ifndef JUDGE_TOLD_H
#define JUDGE_TOLD_H

#include "sim_judge.h"

void judge_take_told(struct sim_judge *judge, const struct core_effect *effect);
void judge_take_reply(struct sim_judge *judge, const struct sim_batch *batch, const struct core_effect *reply);
/* A rep believes to have what it has. */
void judge_check_told(struct sim_judge *judge, uint32_t number);

#endif
