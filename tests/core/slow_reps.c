/* SPDX-License-Identifier: Apache-2.0
 *
 * Reps: their states, their sessions, and how they go.
 */
#include "slow_desk_internal.h"

void set_state(struct slow_desk *desk, int number, enum rep_state state, enum core_cause cause, uint64_t until_ms)
{
    struct slow_rep *rep = &desk->reps[number];
    if (state == REP_AVAILABLE && (rep->state == REP_OFFLINE || rep->state == REP_AWAY || rep->state == REP_BREAK))
        rep->idle_since_ms = desk->now_ms;
    rep->state = state;
    rep->until_ms = until_ms;
    attend(desk, number);
    struct core_effect effect = rep_effect(desk, number, EFFECT_REP_STATUS);
    if (rep->session != 0)
        emit(desk, &effect);
    effect = rep_effect(desk, number, EFFECT_REP_EVENT);
    effect.cause = cause;
    emit(desk, &effect);
}

void missed(struct slow_desk *desk, int number)
{
    struct slow_rep *rep = &desk->reps[number];
    rep->misses++;
    if (desk->rules->misses_to_away > 0 && rep->misses >= desk->rules->misses_to_away && rep->state == REP_AVAILABLE)
        set_state(desk, number, REP_AWAY, CAUSE_MISSES, 0);
}

void log_off(struct slow_desk *desk, int number, enum core_cause cause)
{
    struct slow_rep *rep = &desk->reps[number];
    bool removed = cause == CAUSE_REP_REMOVED;
    rep->connected = false;
    rep->grace_deadline_ms = 0;
    rep->misses = 0;
    rep->session = 0;
    set_state(desk, number, REP_OFFLINE, cause, 0);
    for (int i = 0; i < desk->lead_count; i++) {
        struct slow_lead *lead = &desk->leads[i];
        if (!lead->open || !held(lead) || offer_of(lead, number) == 0)
            continue;
        if (lead->other_count > 0)
            leave_others(desk, lead, number, removed ? cause : CAUSE_REP_GONE, false);
        else if (lead->state != LEAD_ASSIGNED || desk->rules->return_assigned_when_gone || removed)
            give_back(desk, lead, removed ? cause : CAUSE_REP_GONE, false, lead->state == LEAD_ASSIGNED);
    }
}

void log_on(struct slow_desk *desk, const struct core_command *command)
{
    char name[TEXT];
    copy_text(name, command->log_on.rep);
    int number = find_rep(desk, name);
    if (number < 0 || !desk->reps[number].rules) {
        answer(desk, command, CORE_REJECTED, (struct desk_id){0});
        return;
    }
    struct slow_rep *rep = &desk->reps[number];
    struct core_effect effect = rep_effect(desk, number, EFFECT_REPLACED);
    effect.config_version = desk->version;
    if (rep->session != 0)
        emit(desk, &effect);
    rep->session = command->session;
    rep->connected = true;
    rep->grace_deadline_ms = 0;
    effect = rep_effect(desk, number, EFFECT_LOGGED_ON);
    effect.config_version = desk->version;
    emit(desk, &effect);
    struct core_effect end = new_effect(EFFECT_SNAPSHOT_END);
    end.session = command->session;
    for (int i = 0; i < desk->lead_count; i++) {
        const struct slow_lead *lead = &desk->leads[i];
        if (!lead->open || !held(lead) || offer_of(lead, number) == 0)
            continue;
        if (lead->state == LEAD_OFFERED)
            tell_offer_to(desk, lead, number, true);
        else
            tell_lead(desk, lead, EFFECT_HOLDING, true);
        *(lead->state == LEAD_OFFERED ? &end.count_offers : &end.count_holdings) += 1;
    }
    for (uint32_t i = 0; i < command->log_on.held_count; i++) {
        const struct core_held *claim = &command->log_on.held[i];
        const struct slow_lead *lead = find_lead(desk, claim->lead);
        if (!lead || !held(lead) || offer_of(lead, number) == 0 || offer_of(lead, number) != claim->offer_number)
            slow_tell_withdrawn(desk, claim->lead, claim->offer_number, number, CAUSE_UNKNOWN_LEAD);
    }
    emit(desk, &end);
    set_state(desk, number, rep->state == REP_OFFLINE ? REP_AVAILABLE : rep->state, CAUSE_LOGGED_ON, rep->until_ms);
}

void connection_lost(struct slow_desk *desk, const struct core_command *command)
{
    int number = find_session(desk, command->session);
    if (number < 0)
        return;
    desk->reps[number].connected = false;
    desk->reps[number].session = 0;
    desk->reps[number].grace_deadline_ms = desk->now_ms + desk->rules->grace_ms;
    struct core_effect effect = rep_effect(desk, number, EFFECT_REP_EVENT);
    effect.cause = CAUSE_CONNECTION_LOST;
    emit(desk, &effect);
}

void set_rep_state(struct slow_desk *desk, const struct core_command *command, int number)
{
    const struct desk_id none = {0};
    enum rep_state state = command->set_rep_state.state;
    if (state != REP_AVAILABLE && state != REP_BREAK) {
        answer(desk, command, CORE_REJECTED, none);
        return;
    }
    if (desk->reps[number].state == state) {
        answer(desk, command, CORE_DUPLICATE, none);
        struct core_effect effect = rep_effect(desk, number, EFFECT_REP_STATUS);
        emit(desk, &effect);
        return;
    }
    desk->reps[number].misses = 0;
    answer(desk, command, CORE_ACCEPTED, none);
    set_state(desk, number, state, CAUSE_STATE_SET, 0);
}
