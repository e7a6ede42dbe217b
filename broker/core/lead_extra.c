/* SPDX-License-Identifier: Apache-2.0
 *
 * What few leads have: an appointment, a rep who is asked first, nobody on the line any more. A block of its own,
 * so that the many leads without pay one pointer.
 */
#include <stdlib.h>

#include "broadcast.h"
#include "core_internal.h"
#include "exclusions.h"
#include "lead_end.h"
#include "lead_extra.h"
#include "lead_state.h"
#include "people.h"
#include "preferred.h"

struct lead_extra *lead_extra_of(struct lead *lead)
{
    if (lead->extra)
        return lead->extra;
    lead->extra = calloc(1, sizeof *lead->extra);
    if (!lead->extra)
        abort();   /* a hundred bytes: there is no sensible way to go on */
    lead->extra->lead = lead;
    return lead->extra;
}

void lead_extra_free(struct lead *lead)
{
    if (!lead->extra)
        return;
    broadcast_free(lead);
    free(lead->extra->place);
    person_free(lead->extra->person);
    free(lead->extra->acts);
    reach_free(lead->extra->reach);
    free(lead->extra->declines);
    free(lead->extra->lapsed);
    free(lead->extra);
    lead->extra = NULL;
}

void lead_prefer(struct lead *lead, uint32_t rep, uint64_t until_ms, uint64_t for_ms)
{
    if (rep == 0 && !lead->extra)
        return;
    struct lead_extra *extra = lead_extra_of(lead);
    extra->preferred_rep = rep;
    extra->preferred_until_ms = until_ms;
    extra->preferred_for_ms = for_ms;
}

void lead_set_appointment(struct lead *lead, uint64_t appointment_ms, struct core_text place)
{
    if (appointment_ms == 0 && place.size == 0 && !lead->extra)
        return;
    struct lead_extra *extra = lead_extra_of(lead);
    free(extra->place);
    extra->place = NULL;
    extra->appointment_ms = appointment_ms;
    if (place.size == 0)
        return;
    extra->place = malloc(place.size + 1u);
    if (!extra->place)
        abort();
    memcpy(extra->place, place.data, place.size);
    extra->place[place.size] = '\0';
}

bool lead_set_needs(struct core *core, struct lead *lead, const struct needs *needs)
{
    struct demand_class *demand = classes_demand(&core->classes, lead->demand->queue, lead->demand->channel, needs);
    assert(lead->state != LEAD_WAITING);
    if (!demand)
        return false;
    lead_change_demand(core, lead, demand);
    return true;
}

bool lead_make_call_back(struct core *core, struct lead *lead)
{
    struct needs needs = lead->demand->needs;
    if (needs.rings) {
        needs.rings = false;
        if (!lead_set_needs(core, lead, &needs))
            return false;
    }
    lead_extra_of(lead)->is_call_back = true;
    return true;
}

/* Where it waits it stays, with its age, but for reps without a device too. A rep who is offered it or rings is free at once. */
bool lead_abandon(struct core *core, struct lead *lead)
{
    struct needs needs = lead->demand->needs;
    bool is_with_rep = lead->rep != 0;
    needs.rings = false;
    struct demand_class *quiet = classes_demand(&core->classes, lead->demand->queue, lead->demand->channel, &needs);
    if (!quiet)
        return false;
    lead_extra_of(lead)->is_call_back = true;
    if (is_with_rep) {
        lead_change_demand(core, lead, quiet);
        lead_return(core, lead, CAUSE_ABANDONED, false, true);
        return true;
    }
    if (lead->state == LEAD_PARKED) {
        lead_forget_exclusions(core, lead);
        lead->offers_made = 0;
    }
    lead->wait_deadline_ms = deadline_after(core, core_channel(core, lead->demand->channel)->wait_limit_ms);
    lead_move(core, lead, &(struct lead_change){.to = LEAD_WAITING, .cause = CAUSE_ABANDONED, .demand = quiet, .deadline_ms = lead->wait_deadline_ms});
    return true;
}

void lead_prefer_awake(struct core *core, struct lead *lead)
{
    struct lead_extra *extra = lead_extra_of(lead);
    const struct rep *rep = rep_table_at(&core->reps, extra->preferred_rep);
    extra->waits_from_ms = core->now_ms;
    if (rep && rep->configured)
        lead_prefer(lead, rep->number, deadline_after(core, extra->preferred_for_ms), 0);
    else
        lead_prefer(lead, 0, 0, 0);
}

void lead_wake(struct core *core, struct lead *lead, enum core_cause cause)
{
    lead_prefer_awake(core, lead);
    lead->wait_deadline_ms = deadline_after(core, core_channel(core, lead->demand->channel)->wait_limit_ms);
    lead_move(core, lead, &(struct lead_change){.to = LEAD_WAITING, .cause = cause, .deadline_ms = lead->wait_deadline_ms});
}
