/* SPDX-License-Identifier: Apache-2.0
 *
 * judge_paused - sources of which a manager takes nothing for a while: their publishers are told busy, others are not, and in the
 * end nothing of them is lost.
 */
#ifndef JUDGE_PAUSED_H
#define JUDGE_PAUSED_H

#include "sim_judge.h"

/* A reply to a publisher, or to the manager who pauses a source or lets it go on; before anything else of it is written down. */
void judge_take_paused(struct sim_judge *judge, const struct sim_batch *batch, const struct core_effect *reply);
/* After a restart the same sources are paused. */
void judge_check_paused_kept(struct sim_judge *judge, struct core *core);
/* At the end each contact that was kept waiting was taken, or refused for another cause. */
void judge_check_paused_taken(struct sim_judge *judge);

#endif
