/* SPDX-License-Identifier: Apache-2.0
 *
 * lead_end - how a lead ends, and what it leaves. Inside broker/core only.
 */
#ifndef LEAD_END_H
#define LEAD_END_H

#include "lead_table.h"

struct core;
struct demand_class;
struct lead_change;

/* The last of a move to an end: the window and the totals know it, explanations keep it, the lead is freed. */
void lead_end(struct core *core, struct lead *lead, const struct lead_change *change);
/* So that a repeat of the completion is known. */
void lead_keep_completion(struct core *core, const struct lead *lead, const struct lead_change *change);
/* To a class that asks for something else. A waiting lead must not stand in its class meanwhile. */
void lead_change_demand(struct core *core, struct lead *lead, struct demand_class *to);
void lead_free(struct core *core, struct lead *lead);

#endif
