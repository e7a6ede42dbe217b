/* SPDX-License-Identifier: Apache-2.0
 *
 * What happens when nobody did anything: every state that waits has its deadline, and here is what follows.
 */
#include "broadcast.h"
#include "caps.h"
#include "core_internal.h"
#include "deadlines.h"
#include "device.h"
#include "exclusions.h"
#include "hours.h"
#include "lead_extra.h"
#include "lead_state.h"
#include "match.h"
#include "parking.h"
#include "preferred.h"
#include "relax.h"
#include "rep_state.h"
#include "team_limits.h"
#include "touch.h"
#include "unroutable.h"

static void lead_due(struct core *core, struct lead *lead);
static void rep_due(struct core *core, struct rep *rep);
static void desk_due(struct core *core, const struct timer_node *node);

bool deadlines_run(struct core *core)
{
    for (uint32_t i = 0; i < core->limits.timers_per_step_max; i++) {
        struct timer_node *node = timer_wheel_take(&core->wheel, core->now_ms);
        if (!node)
            return true;
        if (node->order >> ORDER_IS_LEAD)
            lead_due(core, AVL_ENTRY(node, struct lead, timer));
        else if (node->order >> ORDER_IS_TEAM)
            hours_due(core, AVL_ENTRY(node, struct team_hours, timer));
        else if (node->order >> ORDER_IS_LIMIT)
            team_limits_due(core, AVL_ENTRY(node, struct team_limit, timer));
        else if (node->order >> ORDER_IS_DESK)
            desk_due(core, node);
        else
            rep_due(core, AVL_ENTRY(node, struct rep, timer));
        match_run(core, CAUSE_RETRY);
    }
    return timer_wheel_next_ms(&core->wheel) > core->now_ms;
}

/* The other timer of the desk is for nobody_look, at the end of the step. */
static void desk_due(struct core *core, const struct timer_node *node)
{
    if (node == &core->opening.timer)
        opening_due(core);
}

/* By one of several. */
static void offer_missed(struct core *core, struct lead *lead, struct rep *rep)
{
    core->totals.missed++;
    broadcast_leave(core, lead, rep, CAUSE_OFFER_EXPIRED, true);
    rep_missed(core, rep);
}

static void lead_due(struct core *core, struct lead *lead)
{
    struct rep *rep = rep_table_at(&core->reps, lead->rep);

    if (lead->deadline_ms > core->now_ms && lead->state == LEAD_ASSIGNED) {
        touch_due(core, lead);
        return;
    }
    if (lead->state == LEAD_PARKED) {
        parking_due(core, lead);
        return;
    }
    if (lead->deadline_ms > core->now_ms) {   /* a preference or an exclusion lapsed, or it asks for less now */
        (void)preferred_lapse(core, lead);
        lead_lapse_exclusions(core, lead);
        if (lead->state == LEAD_WAITING)
            relax_waiting(core, lead);
        unroutable_park(core, lead);   /* no longer for one rep alone */
        lead_set_timer(core, lead);
        return;
    }
    switch ((enum lead_state)lead->state) {
    case LEAD_WAITING:
        lead_move(core, lead, &(struct lead_change){.to = LEAD_PARKED, .cause = CAUSE_WAIT_LIMIT,
                                                    .deadline_ms = deadline_after(core, core->config->park_limit_ms)});
        break;
    case LEAD_OFFERED:
        while (lead_is_broadcast(lead))
            offer_missed(core, lead, core->reps.reps[lead->extra->others->rep]);
        core->totals.missed++;
        lead_return(core, lead, CAUSE_OFFER_EXPIRED, true, false);
        rep_missed(core, rep);
        break;
    case LEAD_CONNECTING:
        lead_return(core, lead, CAUSE_CONNECT_TIMEOUT, true, false);
        rep_missed(core, rep);
        break;
    case LEAD_ASSIGNED:
        lead_return(core, lead, CAUSE_WORK_LIMIT, true, true);
        break;
    case LEAD_SCHEDULED:
        lead_wake(core, lead, CAUSE_DUE);
        break;
    case LEAD_STATES: case LEAD_NONE: case LEAD_PARKED: case LEAD_COMPLETED: case LEAD_CANCELLED: case LEAD_EXPIRED: case LEAD_MERGED:
        assert(false && "only open leads have timers, and parked ones are above");
    }
}

/* What comes later than this deadline has its turn among the others', however late it is by now: after a restart some of a rep's
 * deadlines may be there again that have passed. */
static void rep_due(struct core *core, struct rep *rep)
{
    const uint64_t due_ms = rep->timer.deadline_ms;
    if (rep->grace_deadline_ms != 0 && rep->grace_deadline_ms <= due_ms) {
        rep_log_off(core, rep, CAUSE_GRACE_OVER);
        return;
    }
    if (rep->state == REP_WRAP_UP && rep->until_ms <= due_ms) {
        rep_set_state(core, rep, REP_AVAILABLE, CAUSE_WRAP_UP_OVER, 0);
        return;
    }
    if (rep->device_until_ms != 0 && rep->device_until_ms <= due_ms) {
        device_lapse(core, rep);
        return;
    }
    caps_due(core, rep);
    rep_set_timer(core, rep);
}
