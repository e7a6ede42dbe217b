/* SPDX-License-Identifier: Apache-2.0
 *
 * judge_reopen - ended leads that live again: because a manager said so, in time, and from the beginning.
 */
#ifndef JUDGE_REOPEN_H
#define JUDGE_REOPEN_H

#include "sim_judge.h"

/* The book of the event stream hears that an ended lead waits, before anything else of the event is written down. */
void judge_take_reopened(struct sim_judge *judge, struct judge_lead *lead, const struct core_effect *event, uint64_t now_ms);
/* The same of one that lives again for whatever cause. */
void judge_live_again(struct sim_judge *judge, struct judge_lead *lead, const struct core_effect *event, uint64_t now_ms);

#endif
