/* SPDX-License-Identifier: Apache-2.0
 *
 * judge_opening - whether the backlog is dealt out by share when the desk opens: from the rules, the hours of teams and the events
 * alone. Where it cannot know whether an opening was in force already, or still, it says so. For sim_judge.c and judge_*.c.
 */
#ifndef JUDGE_OPENING_H
#define JUDGE_OPENING_H

#include "sim_judge.h"

enum judge_kept { NOT_KEPT, KEPT, MAYBE_KEPT };

/* What hours and time changed since the batch before; and what rules do. */
void judge_opening_begin_batch(struct sim_judge *judge, const struct sim_batch *batch);
void judge_opening_take_rules(struct sim_judge *judge, uint64_t now_ms);
/* After all its events. */
void judge_opening_end_batch(struct sim_judge *judge);
/* The lead, which was not assigned before, is with this rep. */
void judge_opening_count(struct sim_judge *judge, const struct judge_lead *lead, uint32_t rep);
/* The rep has had their share of the backlog, of which the lead is; what the lead is to them does not count. */
enum judge_kept judge_opening_keeps(const struct sim_judge *judge, uint32_t rep, const struct judge_lead *lead);
/* As waiting_lead.ahead, at least and at most. */
void judge_opening_ahead(const struct sim_judge *judge, const struct judge_lead *lead, int *least, int *most);

#endif
