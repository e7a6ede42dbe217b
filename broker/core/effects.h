/* SPDX-License-Identifier: Apache-2.0
 *
 * effects - what the core tells. Inside broker/core only.
 */
#ifndef EFFECTS_H
#define EFFECTS_H

#include "core.h"

struct core;
struct lead;
struct rep;

void effect_init(const struct core *core, struct core_effect *effect, enum core_effect_kind kind);
void effect_lead(const struct core *core, const struct lead *lead, struct core_effect *effect);
/* Who is offered the lead besides this rep; it was offered to several. */
void effect_also_offered(const struct core *core, const struct lead *lead, uint32_t but, struct core_effect *effect);
/* Which manager acts, and why; if one does. */
void effect_act(const struct core *core, struct core_effect *effect);
void effect_emit(struct core *core, const struct core_effect *effect);
/* Busy, and when to come again. */
void reply_busy(struct core *core, const struct core_command *command, const char *reason, uint32_t retry_after_ms);
void reply(struct core *core, const struct core_command *command, enum core_status status, const char *reason, struct desk_id lead);
/* joined: of a publish, whose contact joined an open lead. */
void reply_joined(struct core *core, const struct core_command *command, enum core_status status, const char *reason, struct desk_id lead,
                  bool joined);
void tell_offer(struct core *core, const struct lead *lead, const struct rep *rep, bool resumed);
void tell_holding(struct core *core, const struct lead *lead, const struct rep *rep, bool resumed);
/* With the lead itself: no offer brought it. */
void tell_given(struct core *core, const struct lead *lead, const struct rep *rep);
void tell_withdrawn(struct core *core, struct desk_id lead, uint32_t offer_number, const struct rep *rep, enum core_cause cause);
/* by: who took it; NULL: nobody. */
void tell_withdrawn_by(struct core *core, struct desk_id lead, uint32_t offer_number, const struct rep *rep, enum core_cause cause, const struct rep *by);
void tell_rep_status(struct core *core, const struct rep *rep);
void tell_rep_event(struct core *core, const struct rep *rep, enum core_cause cause);
void tell_desk_event(struct core *core, enum core_cause cause);
void rep_row(const struct core *core, const struct rep *rep, struct core_effect *row);

#endif
