/* SPDX-License-Identifier: Apache-2.0
 *
 * How a lead ends, and what is kept of it.
 */
#include "checkpoint.h"
#include "core_internal.h"
#include "exclusions.h"
#include "lead_end.h"
#include "lead_extra.h"
#include "lead_memory.h"
#include "lead_record.h"
#include "lead_state.h"
#include "pairs.h"
#include "people.h"

void lead_keep_completion(struct core *core, const struct lead *lead, const struct lead_change *change)
{
    struct seen_entry completion = {.key = change->completion_key, .lead = lead->id, .content_hash = change->completion_hash,
                                    .at_ms = core->now_ms, .serial = lead->revision, .kind = SEEN_COMPLETE, .end = (uint8_t)change->to};
    if (change->has_completion)
        seen_add(&core->seen, &completion);
}

void lead_end(struct core *core, struct lead *lead, const struct lead_change *change)
{
    struct seen_entry *published = seen_at_low(&core->seen, lead->seen_position);
    if (published && published->key.lo == lead->seen_key.lo && published->key.hi == lead->seen_key.hi) {
        published->end = (uint8_t)change->to;
        seen_mark_dirty(&core->seen, published);
    }
    if (lead->extra && lead->extra->person)
        person_end(core, lead->extra->person, change->to);
    if (lead->extra && lead->extra->person && person_is_won(core, change))
        person_keep_won(core, lead, change);
    lead_keep_completion(core, lead, change);
    switch (change->to) {
    case LEAD_COMPLETED:
        core->totals.completed++;
        rep_today_count(core, change->rep, CAUSE_COMPLETED);
        break;
    case LEAD_CANCELLED: core->totals.cancelled++; break;
    case LEAD_EXPIRED: core->totals.expired++; break;
    case LEAD_MERGED: core->totals.merged++; break;
    case LEAD_NONE: case LEAD_WAITING: case LEAD_OFFERED: case LEAD_CONNECTING: case LEAD_ASSIGNED: case LEAD_PARKED:
    case LEAD_SCHEDULED: case LEAD_STATES:
        assert(false && "an end");
    }
    if (kept_wants(core, lead, change->cause))
        kept_add(core, lead, lead->in_checkpoint);
    else if (lead->in_checkpoint)
        checkpoint_note_gone(core, lead->id);
    history_note_end(core, lead, change);
    lead_forget_exclusions(core, lead);
    lead_free(core, lead);
}

static void leave_demand(struct core *core, struct demand_class *demand)
{
    if (!core->is_restoring)
        classes_leave(&core->classes, demand);
    else if (demand->lead_count > 0)   /* nothing is counted yet, so that others may be of the class: it is not idle */
        demand->lead_count--;
}

void lead_change_demand(struct core *core, struct lead *lead, struct demand_class *to)
{
    struct demand_class *from = lead->demand;
    classes_enter(&core->classes, to);
    lead->demand = to;
    leave_demand(core, from);
}

void lead_free(struct core *core, struct lead *lead)
{
    timer_wheel_cancel(&core->wheel, &lead->timer);
    lead_unmark_dirty(core, lead);
    if (lead->demand)
        leave_demand(core, lead->demand);
    if (lead->extra && lead->extra->person)
        person_forget(core, lead);
    lead_free_memory(core, lead);
    lead_table_remove(&core->leads, lead);
}
