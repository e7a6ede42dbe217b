/* SPDX-License-Identifier: Apache-2.0
 *
 * parking - a parked lead waits for a person: managers are told of it once more before it expires, where the rules say
 * so. Inside broker/core only.
 */
#ifndef PARKING_H
#define PARKING_H

#include "core_internal.h"
#include "lead_extra.h"

enum { PARKING_TOLD = 1 };   /* as lead_extra.nudge_ms of a PARKED lead: they were; no time is so early */

/* The lead has just been parked. Before its record. */
void parking_begin(struct core *core, struct lead *lead);
/* It is parked no longer. Before its record. */
void parking_end(struct lead *lead);
/* Of a PARKED lead: when managers are told again; UINT64_MAX: not any more. */
static inline uint64_t parking_next_ms(const struct lead *lead)
{
    return lead->extra && lead->extra->nudge_ms > PARKING_TOLD ? lead->extra->nudge_ms : UINT64_MAX;
}
/* Of a PARKED lead: they were told again. */
static inline bool parking_was_told(const struct lead *lead)
{
    return lead->extra && lead->extra->nudge_ms == PARKING_TOLD;
}
/* What is due now of a PARKED lead: managers are told again, or it expires. */
void parking_due(struct core *core, struct lead *lead);

#endif
