/* SPDX-License-Identifier: Apache-2.0
 *
 * judge_merge - two leads made one by a manager: nothing that the one held is lost, and the other stays where it is.
 */
#ifndef JUDGE_MERGE_H
#define JUDGE_MERGE_H

#include "sim_judge.h"

/* The book of the event stream hears of either side, before anything else of the event is written down. The lead that
 * takes the other in is told of first. */
void judge_take_merge(struct sim_judge *judge, struct judge_lead *lead, const struct core_effect *event);
/* A batch is over: of every merge, and of every parting, both sides were told of. */
void judge_check_merges(struct sim_judge *judge);

#endif
