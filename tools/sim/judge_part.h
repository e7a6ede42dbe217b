/* SPDX-License-Identifier: Apache-2.0
 *
 * judge_part - two leads that a manager had made one are two again: each what it would be if they never had been.
 */
#ifndef JUDGE_PART_H
#define JUDGE_PART_H

#include "sim_judge.h"

/* The lead took in the other: what it gets by that. Before anything of it is written down. */
void judge_note_merged(struct judge_lead *into, const struct judge_lead *lead);
/* The book of the event stream hears of either side, before anything else of the event is written down. The lead that gives the
 * other up is told of first. */
void judge_take_part(struct sim_judge *judge, struct judge_lead *lead, const struct core_effect *event, uint64_t now_ms);

#endif
