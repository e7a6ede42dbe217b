/* SPDX-License-Identifier: Apache-2.0
 *
 * Deadlines: the earliest of all, found by looking at each.
 */
#include "slow_desk_internal.h"

#include <assert.h>

static uint64_t rep_deadline(const struct slow_desk *desk, int number)
{
    const struct slow_rep *rep = &desk->reps[number];
    uint64_t next_ms = rep->state == REP_WRAP_UP ? rep->until_ms : UINT64_MAX;
    if (rep->device_until_ms != 0 && rep->device_until_ms < next_ms)
        next_ms = rep->device_until_ms;
    if (caps_deadline(desk, number) < next_ms)
        next_ms = caps_deadline(desk, number);
    return rep->grace_deadline_ms != 0 && rep->grace_deadline_ms < next_ms ? rep->grace_deadline_ms : next_ms;
}

static uint64_t lead_deadline(const struct slow_lead *lead)
{
    uint64_t next_ms = lead->deadline_ms;
    for (uint32_t i = 0; lead->state == LEAD_WAITING && i < lead->refusal_count; i++)
        next_ms = lead->refusals[i].until_ms < next_ms ? lead->refusals[i].until_ms : next_ms;
    if (lead->state == LEAD_WAITING && lead->less_ms != 0 && lead->less_ms < next_ms)
        next_ms = lead->less_ms;
    if (prefers(lead) && lead->preferred_until_ms < next_ms)
        next_ms = lead->preferred_until_ms;
    if (touch_deadline(lead) < next_ms)
        next_ms = touch_deadline(lead);
    if (lead->tell_again_ms != 0 && lead->tell_again_ms < next_ms)
        next_ms = lead->tell_again_ms;
    return next_ms;
}

/* The earliest; of equal ones reps, then the end of an opening, which is none of them, then limits of teams, then their hours, then leads, lower numbers first. */
uint64_t find_earliest(const struct slow_desk *desk, int *rep_out, int *limit_out, int *team_out, int *lead_out)
{
    uint64_t earliest_ms = UINT64_MAX;
    *rep_out = *limit_out = *team_out = *lead_out = -1;
    for (int i = 0; i < desk->rep_count; i++) {
        if (rep_deadline(desk, i) < earliest_ms) {
            earliest_ms = rep_deadline(desk, i);
            *rep_out = i;
        }
    }
    if (opening_deadline(desk) < earliest_ms) {
        earliest_ms = opening_deadline(desk);
        *rep_out = -1;
    }
    for (uint32_t i = 0; desk->rules && i < desk->rules->team_count; i++) {
        if (limit_deadline(desk, i) < earliest_ms) {
            earliest_ms = limit_deadline(desk, i);
            *limit_out = (int)i;
            *rep_out = -1;
        }
    }
    for (uint32_t i = 0; desk->rules && i < desk->rules->team_count; i++) {
        if (team_deadline(desk, i) < earliest_ms) {
            earliest_ms = team_deadline(desk, i);
            *team_out = (int)i;
            *rep_out = *limit_out = -1;
        }
    }
    for (int i = 0; i < desk->lead_count; i++) {
        if (desk->leads[i].open && lead_deadline(&desk->leads[i]) < earliest_ms) {
            earliest_ms = lead_deadline(&desk->leads[i]);
            *lead_out = i;
            *rep_out = *limit_out = *team_out = -1;
        }
    }
    return earliest_ms;
}

static void lead_due(struct slow_desk *desk, struct slow_lead *lead)
{
    int rep = lead->rep;
    if (lead->deadline_ms > desk->now_ms && lead->state == LEAD_ASSIGNED) {
        slow_touch_due(desk, lead);
        return;
    }
    if (lead->tell_again_ms != 0 && lead->tell_again_ms <= desk->now_ms) {
        lead->tell_again_ms = 0;
        tell_noted(desk, lead, CAUSE_STILL_PARKED);
        return;
    }
    if (lead->deadline_ms > desk->now_ms) {
        if (prefers(lead) && lead->preferred_until_ms <= desk->now_ms)
            to_all(lead);
        if (drop_lapsed(desk, lead))
            lead->cause = CAUSE_RETRY;
        if (lead->state == LEAD_WAITING && relax(desk, lead))
            lead->cause = CAUSE_RELAXED;
        park_if_for_nothing(desk, lead);
        return;
    }
    switch (lead->state) {
    case LEAD_WAITING: move(desk, lead, LEAD_PARKED, CAUSE_WAIT_LIMIT, -1, desk->now_ms + desk->rules->park_limit_ms, ""); break;
    case LEAD_OFFERED:
        while (lead->other_count > 0) {
            int other = lead->others[0].rep;
            leave_others(desk, lead, other, CAUSE_OFFER_EXPIRED, true);
            missed(desk, other);
        }
        give_back(desk, lead, CAUSE_OFFER_EXPIRED, true, false);
        missed(desk, rep);
        break;
    case LEAD_CONNECTING:
        give_back(desk, lead, CAUSE_CONNECT_TIMEOUT, true, false);
        missed(desk, rep);
        break;
    case LEAD_ASSIGNED: give_back(desk, lead, CAUSE_WORK_LIMIT, true, true); break;
    case LEAD_PARKED: move(desk, lead, LEAD_EXPIRED, CAUSE_PARK_LIMIT, -1, 0, ""); break;
    case LEAD_SCHEDULED: wake(desk, lead, CAUSE_DUE); break;
    case LEAD_STATES: case LEAD_NONE: case LEAD_COMPLETED: case LEAD_CANCELLED: case LEAD_EXPIRED: case LEAD_MERGED: assert(0);
    }
}

static void turn_team(struct slow_desk *desk, uint32_t team, uint64_t due_ms)
{
    bool was_open = desk->open[team];
    desk->open[team] = false;
    bool another_is_open = slow_any_to_open(desk);
    desk->open[team] = is_open_at(&desk->rules->teams[team], due_ms);
    desk->team_ms[team] = due_ms;
    slow_team_turned(desk, team, was_open, another_is_open, due_ms);
}

void run_deadlines(struct slow_desk *desk)
{
    int rep, limit, team, lead;
    uint64_t due_ms;
    while ((due_ms = find_earliest(desk, &rep, &limit, &team, &lead)) <= desk->now_ms) {
        if (lead >= 0) {
            lead_due(desk, &desk->leads[lead]);
        } else if (team >= 0) {
            turn_team(desk, (uint32_t)team, due_ms);
        } else if (limit < 0 && rep < 0) {
            desk->is_opening = false;
        } else if (limit >= 0) {
            limit_due(desk, (uint32_t)limit);
        } else if (desk->reps[rep].grace_deadline_ms != 0 && desk->reps[rep].grace_deadline_ms <= due_ms) {
            log_off(desk, rep, CAUSE_GRACE_OVER);
        } else if (desk->reps[rep].state == REP_WRAP_UP && desk->reps[rep].until_ms <= due_ms) {
            set_state(desk, rep, REP_AVAILABLE, CAUSE_WRAP_UP_OVER, 0);
        } else if (desk->reps[rep].device_until_ms != 0 && desk->reps[rep].device_until_ms <= due_ms) {
            free_device(desk, rep);
        } else {
            look_at_caps(desk, rep);
        }
        match(desk);
    }
}
