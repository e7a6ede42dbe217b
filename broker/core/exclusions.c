/* SPDX-License-Identifier: Apache-2.0
 *
 * Which reps do not get a lead again for a while. Bounded per lead and per rep.
 */
#include <stdlib.h>

#include "core_internal.h"
#include "exclusions.h"
#include "lead_record.h"
#include "match.h"

bool lead_excludes(const struct lead *lead, uint32_t rep)
{
    for (uint32_t i = 0; i < lead->exclusion_count; i++) {
        if (lead->exclusions[i].rep == rep)
            return true;
    }
    return false;
}

static void remove_from_lead(struct lead *lead, uint32_t index)
{
    memmove(&lead->exclusions[index], &lead->exclusions[index + 1], (lead->exclusion_count - index - 1u) * sizeof *lead->exclusions);
    lead->exclusion_count--;
}

static void remove_from_rep(struct rep *rep, struct desk_id lead)
{
    for (uint32_t i = 0; rep && i < rep->excluded_count; i++) {
        if (desk_id_equal(rep->excluded[i].lead, lead)) {
            rep->excluded[i] = rep->excluded[--rep->excluded_count];
            return;
        }
    }
}

/* The rep's oldest exclusion lapses: that lead may come to the rep again. */
static void lapse_oldest_of_rep(struct core *core, struct rep *rep)
{
    uint32_t oldest = 0;
    for (uint32_t i = 1; i < rep->excluded_count; i++) {
        const struct rep_exclusion *a = &rep->excluded[i], *b = &rep->excluded[oldest];
        if (a->until_ms < b->until_ms || (a->until_ms == b->until_ms && a->lead.number < b->lead.number))
            oldest = i;
    }
    struct lead *lead = lead_table_find(&core->leads, rep->excluded[oldest].lead);
    rep->excluded[oldest] = rep->excluded[--rep->excluded_count];
    assert(lead);
    for (uint32_t i = 0; i < lead->exclusion_count; i++) {
        if (lead->exclusions[i].rep == rep->number) {
            remove_from_lead(lead, i);
            break;
        }
    }
    lead_record(core, lead, false);
    if (lead->state == LEAD_WAITING)
        match_note_lead(core, lead);
}

void lead_exclude(struct core *core, struct lead *lead, const struct exclusion *exclusion)
{
    struct rep *rep = core->reps.reps[exclusion->rep];
    for (uint32_t i = 0; i < lead->exclusion_count; i++) {
        if (lead->exclusions[i].rep == exclusion->rep) {
            remove_from_lead(lead, i);
            remove_from_rep(rep, lead->id);
            break;
        }
    }
    if (lead->exclusion_count == EXCLUSIONS_PER_LEAD_MAX) {
        remove_from_rep(core->reps.reps[lead->exclusions[0].rep], lead->id);
        remove_from_lead(lead, 0);
    }
    if (rep->excluded_count == EXCLUSIONS_PER_REP_MAX)
        lapse_oldest_of_rep(core, rep);

    struct exclusion *exclusions = realloc(lead->exclusions, (lead->exclusion_count + 1u) * sizeof *exclusions);
    if (!exclusions)
        return;   /* the lead may come to this rep again: not nice, not wrong */
    lead->exclusions = exclusions;
    exclusions[lead->exclusion_count++] = *exclusion;
    rep->excluded[rep->excluded_count++] = (struct rep_exclusion){lead->id, exclusion->until_ms};
}

bool lead_drop_lapsed(struct core *core, struct lead *lead)
{
    bool any = false;
    for (uint32_t i = lead->exclusion_count; i-- > 0;) {
        if (lead->exclusions[i].until_ms <= core->now_ms) {
            remove_from_rep(rep_table_at(&core->reps, lead->exclusions[i].rep), lead->id);
            remove_from_lead(lead, i);
            any = true;
        }
    }
    return any;
}

void lead_lapse_exclusions(struct core *core, struct lead *lead)
{
    if (lead_drop_lapsed(core, lead)) {
        lead->cause = CAUSE_RETRY;
        lead_record(core, lead, false);
        match_note_lead(core, lead);
    }
}

void lead_forget_exclusions(struct core *core, struct lead *lead)
{
    for (uint32_t i = 0; i < lead->exclusion_count; i++)
        remove_from_rep(rep_table_at(&core->reps, lead->exclusions[i].rep), lead->id);
    lead->exclusion_count = 0;
}
