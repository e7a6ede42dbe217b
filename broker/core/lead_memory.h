/* SPDX-License-Identifier: Apache-2.0
 *
 * lead_memory - what a lead owns beside its place in the table: payload, decisions, refusals, extra. Inside broker/core only.
 */
#ifndef LEAD_MEMORY_H
#define LEAD_MEMORY_H

#include "lead_table.h"

struct core;

/* Copies the bytes, which the lead must not have yet, and counts them. False without memory. */
LW_MUST_CHECK bool lead_set_payload(struct core *core, struct lead *lead, const void *bytes, uint32_t size);
/* Room for more decisions than there are. False, with nothing changed, without memory. */
LW_MUST_CHECK bool lead_grow_decisions(struct core *core, struct lead *lead);
/* As lead_grow_decisions made them. */
void decisions_free(struct core *core, struct decision *decisions, uint32_t capacity);
/* All of it, when the lead goes. */
void lead_free_memory(struct core *core, struct lead *lead);

#endif
