/* SPDX-License-Identifier: Apache-2.0
 *
 * decisions - the last decisions on a lead, for explanations. Inside broker/core only.
 */
#ifndef DECISIONS_H
#define DECISIONS_H

#include "lead_table.h"

struct core;

void decision_add(struct core *core, struct lead *lead, const struct decision *decision);
void decision_close(struct lead *lead, uint32_t offer_number, enum core_cause outcome);
/* Of the lead's exclusions, as a decision on its offer of this number keeps them. */
uint32_t decision_refusals(const struct lead *lead, uint32_t offer_number);

#endif
