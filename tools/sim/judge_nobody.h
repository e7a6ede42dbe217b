/* SPDX-License-Identifier: Apache-2.0
 *
 * judge_nobody - whether who is told that nobody is there is told the truth. (How often, the twin of the core knows.)
 */
#ifndef JUDGE_NOBODY_H
#define JUDGE_NOBODY_H

#include "sim_judge.h"

/* The desk tells that nobody is there. */
void judge_take_nobody(struct sim_judge *judge, const struct core_effect *event, uint64_t now_ms);

#endif
