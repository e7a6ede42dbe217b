/* SPDX-License-Identifier: Apache-2.0
 *
 * relax - waiting leads ask for less, step by step. Inside broker/core only.
 */
#ifndef RELAX_H
#define RELAX_H

#include "lead_table.h"

struct core;

/* When the lead asks for less; 0: never. */
static inline uint64_t lead_relax_next_ms(const struct lead *lead)
{
    return lead->relax_after_ms != 0 ? lead->created_ms + lead->relax_after_ms : 0;
}
/* A lead that is created now begins to wait. */
void relax_begin(struct core *core, struct lead *lead, const struct config_rule *rule);
/* Takes the steps that are due, with the lead in no tree and without a record; says if there was one. */
bool relax_due(struct core *core, struct lead *lead);
/* The same for a lead that waits: relinked, recorded, noted for matching. */
void relax_waiting(struct core *core, struct lead *lead);

#endif
