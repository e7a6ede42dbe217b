/* SPDX-License-Identifier: Apache-2.0 */
#include "parking.h"

#include "effects.h"
#include "lead_record.h"
#include "lead_state.h"

void parking_begin(struct core *core, struct lead *lead)
{
    if (core->config->park_nudge_ms > 0)
        lead_extra_of(lead)->nudge_ms = deadline_after(core, core->config->park_nudge_ms);
}

void parking_end(struct lead *lead)
{
    if (lead->extra)
        lead->extra->nudge_ms = 0;
}

/* However late it is by now: nothing expires of which they were not told. The rest has its turn among the others' deadlines. */
void parking_due(struct core *core, struct lead *lead)
{
    if (parking_next_ms(lead) > core->now_ms) {
        lead_move(core, lead, &(struct lead_change){.to = LEAD_EXPIRED, .cause = CAUSE_PARK_LIMIT});
        return;
    }
    lead->extra->nudge_ms = PARKING_TOLD;
    lead_set_timer(core, lead);
    lead_record(core, lead, false);
    tell_lead_noted(core, lead, CAUSE_STILL_PARKED, "");
}
