/* SPDX-License-Identifier: Apache-2.0
 *
 * Leads move: from state to state, back to the queue, to an end.
 */
#include "slow_desk_internal.h"

#include <string.h>

void move_by(struct slow_desk *desk, struct slow_lead *lead, enum lead_state to, enum core_cause cause, int rep, uint64_t deadline_ms,
             const char *disposition, int by, bool do_not_call)
{
    struct core_effect effect = new_effect(EFFECT_LEAD_EVENT);
    if (lead->state == LEAD_ASSIGNED && !(to == LEAD_OFFERED || to == LEAD_CONNECTING || to == LEAD_ASSIGNED))
        desk->reps[lead->rep].idle_since_ms = desk->now_ms;
    if (to == LEAD_WAITING || (lead->state == LEAD_WAITING && !lead_state_is_end(to)))
        relax(desk, lead);
    bool bad = false;
    for (uint32_t i = 0; i < desk->rules->disposition_count; i++)
        bad |= !desk->rules->bad_counts && strcmp(desk->rules->dispositions[i].code, disposition) == 0 && desk->rules->dispositions[i].class_number == 4;
    if (lead->charged > 0 && ((lead_state_is_end(to) && to != LEAD_COMPLETED) || bad))
        uncharge(desk, lead);
    if (to != LEAD_OFFERED && to != LEAD_CONNECTING && to != LEAD_ASSIGNED)
        lead->charged = 0;
    effect.from = lead->state;
    bool was_offered = lead->state == LEAD_OFFERED || lead->state == LEAD_CONNECTING;
    bool looks_at_team = lead->state != LEAD_ASSIGNED && (to == LEAD_OFFERED || to == LEAD_CONNECTING || to == LEAD_ASSIGNED);
    if (was_offered) {
        look_at_caps(desk, lead->rep);
        look_at_team(desk, lead->rep);
    }
    bool is_assigned = lead->state != LEAD_ASSIGNED && to == LEAD_ASSIGNED;
    lead->state = to;
    lead->cause = cause;
    lead->rep = rep;
    if (to == LEAD_OFFERED)
        look_at_caps(desk, rep);
    if (is_assigned)
        count_for_caps(desk, lead);
    if (is_assigned)
        count_for_team(desk, rep);
    if (is_assigned)
        slow_count_dealt(desk, lead);
    if (looks_at_team)
        look_at_team(desk, rep);
    lead->deadline_ms = deadline_ms;
    if (to != LEAD_WAITING && to != LEAD_SCHEDULED)
        lead->preferred = -1;
    if ((to == LEAD_ASSIGNED) != (effect.from == LEAD_ASSIGNED))
        await_touch(desk, lead, cause);
    if (to != LEAD_PARKED)
        lead->tell_again_ms = 0;
    else if (effect.from != LEAD_PARKED && desk->rules->park_nudge_ms > 0)
        lead->tell_again_ms = desk->now_ms + desk->rules->park_nudge_ms;
    put_lead(desk, lead, &effect);
    effect.disposition = disposition;
    effect.place = "";
    effect.by = by >= 0 ? desk->reps[by].name : "";
    effect.do_not_call = do_not_call;
    emit(desk, &effect);
    if (to == LEAD_WAITING)
        park_if_for_nothing(desk, lead);
    if (!lead_state_is_end(to))
        return;
    if (to == LEAD_COMPLETED)
        note_won(desk, lead, disposition);
    lead->open = false;
    for (int i = 0; i < desk->seen_count; i++) {
        if (desk->seen[i].kind == 'p' && desk_id_equal(desk->seen[i].lead, lead->id))
            desk->seen[i].end = to;
    }
    keep_ended(desk, lead, cause);
}

void move(struct slow_desk *desk, struct slow_lead *lead, enum lead_state to, enum core_cause cause, int rep, uint64_t deadline_ms,
          const char *disposition)
{
    move_by(desk, lead, to, cause, rep, deadline_ms, disposition, -1, false);
}

void give_back_by(struct slow_desk *desk, struct slow_lead *lead, enum core_cause cause, bool refused, bool fresh_wait, int by)
{
    end_others(desk, lead, cause, refused);
    if (lead->state == LEAD_ASSIGNED && lead->channel == LW_CHANNEL_PHONE)
        lead->call_back = true;
    bool kept = lead->state == LEAD_ASSIGNED && cause != CAUSE_TAKEN_BACK && cause != CAUSE_ASSIGNED;
    bool refused_it = lead->state != LEAD_ASSIGNED && refused && cause != CAUSE_TAKEN_BACK;
    if (lead->charged > 0 && !kept && !(refused_it && desk->rules->refused_counts))
        uncharge(desk, lead);
    lead->charged = 0;
    put_lapsed_behind(desk, lead);
    if (refused)
        refuse(desk, lead, cause);
    if (cause != CAUSE_DECLINED)
        slow_tell_withdrawn(desk, lead->id, lead->offer_number, lead->rep, cause);
    if (fresh_wait)
        lead->wait_deadline_ms = desk->now_ms + channel_of(desk, lead->channel)->wait_limit_ms;
    if (lead->offers_made >= desk->rules->offers_max)
        move_by(desk, lead, LEAD_PARKED, CAUSE_OFFERS_USED_UP, -1, desk->now_ms + desk->rules->park_limit_ms, "", by, false);
    else
        move_by(desk, lead, LEAD_WAITING, cause, -1, lead->wait_deadline_ms > desk->now_ms ? lead->wait_deadline_ms : desk->now_ms + 1, "", by, false);
}

void give_back(struct slow_desk *desk, struct slow_lead *lead, enum core_cause cause, bool refused, bool fresh_wait)
{
    give_back_by(desk, lead, cause, refused, fresh_wait, -1);
}

uint64_t work_deadline(const struct slow_desk *desk, const struct slow_lead *lead)
{
    return (lead->appointment_ms > desk->now_ms ? lead->appointment_ms : desk->now_ms) + desk->rules->work_limit_ms;
}

void to_all(struct slow_lead *lead)
{
    lead->preferred = -1;
    lead->cause = CAUSE_TO_ALL;
}

void wake(struct slow_desk *desk, struct slow_lead *lead, enum core_cause cause)
{
    if (lead->preferred >= 0 && !desk->reps[lead->preferred].rules)
        lead->preferred = -1;
    lead->woken_ms = desk->now_ms;
    lead->preferred_until_ms = desk->now_ms + lead->preferred_for_ms;
    lead->wait_deadline_ms = desk->now_ms + channel_of(desk, lead->channel)->wait_limit_ms;
    move(desk, lead, LEAD_WAITING, cause, -1, lead->wait_deadline_ms, "");
}
