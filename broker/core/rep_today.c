/* SPDX-License-Identifier: Apache-2.0 */
#include "rep_today.h"

#include "core_internal.h"

void rep_today_count(struct core *core, uint32_t number, enum core_cause what)
{
    struct rep *rep = rep_table_at(&core->reps, number);
    if (!rep)
        return;
    if (rep->today.day_ms != core->day_ms)
        rep->today = (struct rep_today){.day_ms = core->day_ms};
    rep->today.offered += what == CAUSE_OFFERED;
    rep->today.accepted += what == CAUSE_ACCEPTED;
    rep->today.declined += what == CAUSE_DECLINED;
    rep->today.missed += what == CAUSE_OFFER_EXPIRED;
    rep->today.completed += what == CAUSE_COMPLETED;
}

void core_set_day(struct core *core, uint64_t begin_ms)
{
    core->day_ms = begin_ms;
}

bool core_rep_today(const struct core *core, struct core_text name, struct core_rep_today *out)
{
    const struct rep *rep = rep_table_by_name(&core->reps, name.data, name.size);
    const uint64_t from_ms = core->history.decided_from_ms;
    *out = (struct core_rep_today){.since_ms = from_ms > core->day_ms ? from_ms : core->day_ms};
    if (!rep || !rep->configured)
        return false;
    if (rep->today.day_ms != core->day_ms)
        return true;
    out->offered = rep->today.offered;
    out->accepted = rep->today.accepted;
    out->declined = rep->today.declined;
    out->missed = rep->today.missed;
    out->completed = rep->today.completed;
    return true;
}
