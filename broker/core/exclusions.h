/* SPDX-License-Identifier: Apache-2.0
 *
 * exclusions - which reps do not get a lead again for a while. Inside broker/core only.
 */
#ifndef EXCLUSIONS_H
#define EXCLUSIONS_H

#include "lead_table.h"

struct core;

bool lead_excludes(const struct lead *lead, uint32_t rep);
void lead_exclude(struct core *core, struct lead *lead, const struct exclusion *exclusion);
/* Those whose time is over; says if there was one. Neither recorded nor matched. */
bool lead_drop_lapsed(struct core *core, struct lead *lead);
/* The same of a lead that waits: recorded, noted for matching. */
void lead_lapse_exclusions(struct core *core, struct lead *lead);
void lead_forget_exclusions(struct core *core, struct lead *lead);

#endif
