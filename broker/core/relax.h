/* SPDX-License-Identifier: Apache-2.0
 *
 * relax - waiting leads ask for less, step by step. Inside broker/core only.
 */
#ifndef RELAX_H
#define RELAX_H

#include "core.h"

struct core;
struct lead;

/* A new lead begins to wait. */
void relax_begin(struct core *core, struct lead *lead, const struct config_rule *rule);
/* Takes the steps that are due, with the lead in no tree and without a record; says if there was one. */
bool relax_due(struct core *core, struct lead *lead);
/* The same for a lead that waits: relinked, recorded, noted for matching. */
void relax_waiting(struct core *core, struct lead *lead);

#endif
