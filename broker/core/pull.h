/* SPDX-License-Identifier: Apache-2.0
 *
 * pull - the shared list: leads of queues whose leads nobody is offered, until a rep takes one. Inside broker/core only.
 *
 * Such a lead waits as any other, ages, relaxes and is parked in the end; only the matching passes it over. A lead that waits for one
 * rep alone is offered to that rep in such a queue too.
 */
#ifndef PULL_H
#define PULL_H

#include "lead_table.h"

struct core;
struct rep;

/* NULL: the rep may have the lead now. Else the first rule that keeps them from it, by its word in explanations. */
const char *pull_why_not(const struct core *core, const struct lead *lead, const struct rep *rep);

#endif
