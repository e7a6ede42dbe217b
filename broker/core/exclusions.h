/* SPDX-License-Identifier: Apache-2.0
 *
 * exclusions - which reps do not get a lead again for a while. Each further refusal of a lead by the same rep lasts longer,
 * until the lead begins a new round. Inside broker/core only.
 */
#ifndef EXCLUSIONS_H
#define EXCLUSIONS_H

#include "lead_table.h"

struct core;
struct lead_image;

/* Reps who may get the lead again that they refused in this round; the oldest give way. */
struct lapsed_refusals {
    uint8_t count;
    struct lapsed_refusal list[EXCLUSIONS_PER_LEAD_MAX];
};

bool lead_excludes(const struct lead *lead, uint32_t rep);
/* From now on, as long as the desk's rules say. */
void lead_exclude(struct core *core, struct lead *lead, uint32_t rep, uint32_t offer_number, enum core_cause cause);
/* Of a lead that is to wait again: who refused it in this round, and whose time is over, comes behind all others, which is
 * a millisecond. */
void lead_put_lapsed_behind(struct core *core, struct lead *lead);
/* Of a lead that waits, those whose time is over: recorded, noted for matching. */
void lead_lapse_exclusions(struct core *core, struct lead *lead);
void lead_forget_exclusions(struct core *core, struct lead *lead);
void lapsed_fill(const struct lapsed_refusals *lapsed, struct lead_image *image);
void lapsed_take(struct lead *lead, const struct lead_image *image);

#endif
