/* SPDX-License-Identifier: Apache-2.0
 *
 * match - offers of leads to reps, where something changed. Inside broker/core only.
 */
#ifndef MATCH_H
#define MATCH_H

#include "core.h"

struct core;
struct lead;
struct rep;

void match_note_lead(struct core *core, struct lead *lead);
void match_note_rep(struct core *core, struct rep *rep);
void match_forget_lead(struct core *core, const struct lead *lead);
/* Until no eligible pair is left among what was noted. */
void match_run(struct core *core, enum core_cause cause);

#endif
