/* SPDX-License-Identifier: Apache-2.0
 *
 * touch - the first touch of a lead that a rep has: awaited where its channel says so, nudged for, and taken back
 * from a rep who does not make it. Inside broker/core only.
 */
#ifndef TOUCH_H
#define TOUCH_H

#include "core_internal.h"
#include "lead_extra.h"

/* The lead, ASSIGNED for this cause, is to be touched by its time; an answered call is a touch. Before its record. */
void touch_begin(struct core *core, struct lead *lead, enum core_cause cause);
/* The rep has it no longer. */
void touch_end(struct lead *lead);
/* Of an ASSIGNED lead: the next moment that something is due; UINT64_MAX: none. */
static inline uint64_t touch_next_ms(const struct lead *lead)
{
    const struct lead_extra *extra = lead->extra;
    if (!extra || extra->touch_ms == 0)
        return UINT64_MAX;
    return extra->nudge_ms != 0 ? extra->nudge_ms : extra->touch_ms;
}
/* What is due now: a nudge, or the lead moves on. */
void touch_due(struct core *core, struct lead *lead);
/* After an outage: the whole time again. */
void touch_renew(struct core *core, struct lead *lead, const struct rep *rep);

#endif
