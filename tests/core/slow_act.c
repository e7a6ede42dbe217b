/* SPDX-License-Identifier: Apache-2.0
 *
 * Managers: acts on one lead or one rep.
 */
#include "slow_desk_internal.h"

#include <string.h>

void give(struct slow_desk *desk, struct slow_lead *lead, int rep, enum core_cause cause)
{
    bool call = is_call(lead);
    const struct config_channel *channel = channel_of(desk, lead->channel);
    lead->offer_number = ++lead->last_offer_number;
    lead->weight = channel->weight;
    move(desk, lead, call ? LEAD_CONNECTING : LEAD_ASSIGNED, cause, rep,
         call ? desk->now_ms + channel->connect_timeout_ms : work_deadline(desk, lead), "");
    slow_tell_given(desk, lead);
    charge(desk, lead);
}

static bool may_assign(const struct slow_desk *desk, const struct slow_lead *lead, int rep)
{
    if (rep < 0 || !desk->reps[rep].rules || desk->reps[rep].state == REP_OFFLINE)
        return false;
    if (lead->rep == rep && lead->state != LEAD_OFFERED)
        return false;
    if (is_call(lead) && !slow_rings(&desk->reps[rep]))
        return false;
    uint32_t others = load_of(desk, rep) - (held(lead) && offer_of(lead, rep) > 0 ? lead->weight : 0);
    return others + channel_of(desk, lead->channel)->weight <= desk->reps[rep].capacity;
}

static bool may_hold(const struct slow_desk *desk, const struct slow_lead *lead, int64_t until_ms)
{
    if ((lead->state != LEAD_WAITING && lead->state != LEAD_PARKED) || is_call(lead))
        return false;
    return until_ms == 0 || (until_ms > (int64_t)desk->now_ms && until_ms <= (int64_t)(desk->now_ms + CONFIG_SCHEDULE_MAX_MS));
}

static void release(struct slow_desk *desk, struct slow_lead *lead)
{
    if (lead->state == LEAD_SCHEDULED) {
        wake(desk, lead, CAUSE_RELEASED);
        return;
    }
    forget_refusals(lead);
    lead->offers_made = 0;
    lead->call_backs = 0;
    lead->wait_deadline_ms = desk->now_ms + channel_of(desk, lead->channel)->wait_limit_ms;
    move(desk, lead, LEAD_WAITING, CAUSE_RELEASED, -1, lead->wait_deadline_ms, "");
}

static void assign(struct slow_desk *desk, struct slow_lead *lead, int rep)
{
    if (lead->state != LEAD_WAITING) {
        lead->preferred = rep;
        lead->preferred_until_ms = desk->now_ms + 1;
        lead->preferred_for_ms = 1;
    }
    if (lead->rep >= 0) {
        lead->offers_made = 0;
        give_back(desk, lead, CAUSE_ASSIGNED, false, true);
    } else if (lead->state != LEAD_WAITING) {
        release(desk, lead);
    }
    give(desk, lead, rep, CAUSE_ASSIGNED);
}

static void hold(struct slow_desk *desk, struct slow_lead *lead, int64_t until_ms)
{
    if (prefers(lead))
        lead->preferred_for_ms = lead->preferred_until_ms - desk->now_ms;
    forget_refusals(lead);
    lead->offers_made = 0;
    move(desk, lead, LEAD_SCHEDULED, CAUSE_HELD, -1, until_ms != 0 ? (uint64_t)until_ms : desk->now_ms + desk->rules->park_limit_ms, "");
}

/* False: it may not be. */
static bool do_act(struct slow_desk *desk, const struct core_command *command, struct slow_lead *lead)
{
    char name[TEXT];
    copy_text(name, command->act.rep);
    int rep = find_rep(desk, name);
    switch (command->act.act) {
    case ACT_RELEASE:
        if (lead->state != LEAD_PARKED && lead->state != LEAD_SCHEDULED)
            return false;
        release(desk, lead);
        return true;
    case ACT_CANCEL:
        end_others(desk, lead, CAUSE_CANCELLED, false);
        if (lead->rep >= 0)
            slow_tell_withdrawn(desk, lead->id, lead->offer_number, lead->rep, CAUSE_CANCELLED);
        move(desk, lead, LEAD_CANCELLED, CAUSE_CANCELLED, -1, 0, "");
        return true;
    case ACT_TAKE_BACK:
        if (lead->rep < 0)
            return false;
        give_back(desk, lead, CAUSE_TAKEN_BACK, true, true);
        return true;
    case ACT_CREDIT:
        if (lead->charged == 0)
            return false;
        uncharge(desk, lead);
        tell_noted(desk, lead, CAUSE_CREDITED);
        return true;
    case ACT_MERGE:
        return merge(desk, lead, find_lead(desk, command->act.into));
    case ACT_ASSIGN:
        if (!may_assign(desk, lead, rep))
            return false;
        assign(desk, lead, rep);
        return true;
    case ACT_HOLD:
        if (!may_hold(desk, lead, command->act.until_unix_ms))
            return false;
        hold(desk, lead, command->act.until_unix_ms);
        return true;
    case ACT_REOPEN: case ACT_PART:
        return false;   /* it is open */
    case ACT_PRIORITISE:
        if (command->act.priority > CONFIG_PRIORITY_MAX)
            return false;
        lead->priority = lead->own.priority = command->act.priority;
        for (uint32_t i = 0; i < lead->contact_count; i++)
            lead->contacts[i].priority = 0;
        tell_noted(desk, lead, CAUSE_PRIORITISED);
        return true;
    }
    return false;
}

void act(struct slow_desk *desk, const struct core_command *command)
{
    struct slow_lead *lead = find_lead(desk, command->act.lead);
    bool done = false;
    copy_text(desk->acting, command->act.by);
    if (!lead && (command->act.act == ACT_REOPEN || command->act.act == ACT_PART)) {
        enum core_status status = command->act.act == ACT_PART ? part(desk, command->act.lead) : reopen(desk, command->act.lead);
        desk->acting[0] = '\0';
        answer(desk, command, status, command->act.lead);
        return;
    }
    if (lead) {
        lead->acts_since++;
        done = do_act(desk, command, lead);
        lead->acts_since -= !done;
    }
    desk->acting[0] = '\0';
    answer(desk, command, !lead ? CORE_NOT_FOUND : done ? CORE_ACCEPTED : CORE_REJECTED, command->act.lead);
}

void act_on_rep(struct slow_desk *desk, const struct core_command *command)
{
    const struct desk_id none = {0};
    char name[TEXT];
    enum rep_state to = command->act_on_rep.state;
    copy_text(name, command->act_on_rep.rep);
    int rep = find_rep(desk, name);
    if (rep < 0 || !desk->reps[rep].rules) {
        answer(desk, command, CORE_NOT_FOUND, none);
        return;
    }
    enum rep_state from = desk->reps[rep].state;
    bool may = (to == REP_AVAILABLE || to == REP_BREAK || to == REP_OFFLINE) && (from != REP_OFFLINE || to == REP_OFFLINE);
    if (!may || from == to) {
        answer(desk, command, may ? CORE_DUPLICATE : CORE_REJECTED, none);
        return;
    }
    copy_text(desk->acting, command->act_on_rep.by);
    if (to == REP_OFFLINE) {
        struct core_effect effect = rep_effect(desk, rep, EFFECT_REPLACED);
        if (desk->reps[rep].session != 0)
            emit(desk, &effect);
        log_off(desk, rep, CAUSE_SET_BY_MANAGER);
    } else {
        desk->reps[rep].misses = 0;
        set_state(desk, rep, to, CAUSE_SET_BY_MANAGER, 0);
    }
    desk->acting[0] = '\0';
    answer(desk, command, CORE_ACCEPTED, none);
}
