/* SPDX-License-Identifier: Apache-2.0
 *
 * Nobody there: looked at anew each time, rep by rep.
 */
#include "slow_desk_internal.h"

/* 0: out of hours; 1: within them; 2: there; 3: with room. */
static int presence_of(const struct slow_desk *desk, int number)
{
    const struct slow_rep *rep = &desk->reps[number];
    if (!at_work(desk, rep))
        return 0;
    if (rep->state != REP_AVAILABLE && rep->state != REP_WRAP_UP)
        return 1;
    return rep->state == REP_AVAILABLE && load_of(desk, number) < rep->rules->capacity && !is_at_cap(desk, number, "") && !team_rule_against(desk, number) ? 3 : 2;
}

/* Of all reps of the rules; lead: of those who have what it asks for. */
static enum core_nobody kind_now(const struct slow_desk *desk, const struct slow_lead *lead)
{
    int most = lead ? -1 : 0;
    for (int i = 0; i < desk->rep_count; i++) {
        if (!desk->reps[i].rules || (lead && !has_skills(desk, &desk->reps[i], lead)))
            continue;
        int presence = presence_of(desk, i);
        if (presence == 3 && lead && is_call(lead) && !slow_rings(&desk->reps[i]))
            presence = 2;
        most = presence > most ? presence : most;
    }
    return most == 3 ? NOBODY_NONE : most == 2 ? NOBODY_BUSY : most == 0 ? NOBODY_CLOSED : NOBODY_NO_REP;
}

enum core_nobody slow_nobody_for(const struct slow_desk *desk, const struct slow_lead *lead)
{
    return kind_now(desk, lead);
}

static uint64_t count_waiting(const struct slow_desk *desk)
{
    uint64_t count = 0;
    for (int i = 0; i < desk->lead_count; i++)
        count += desk->leads[i].open && desk->leads[i].state == LEAD_WAITING;
    return count;
}

static void tell(struct slow_desk *desk)
{
    const struct config_nobody *rules = &desk->rules->nobody_there;
    struct core_effect effect = new_effect(EFFECT_DESK_EVENT);
    effect.cause = CAUSE_NOBODY_THERE;
    effect.config_version = desk->version;
    effect.nobody = desk->nobody;
    effect.waiting = count_waiting(desk);
    effect.tell = (const char *const *)rules->tell[desk->nobody];
    effect.tell_count = rules->tell_count[desk->nobody];
    emit(desk, &effect);
}

uint64_t nobody_deadline(const struct slow_desk *desk)
{
    bool is_told_of = desk->rules && desk->nobody != NOBODY_NONE && (desk->rules->nobody_there.kinds & (1u << desk->nobody));
    return is_told_of && !desk->nobody_told ? desk->nobody_since_ms + desk->rules->nobody_there.after_ms[desk->nobody] : UINT64_MAX;
}

void look_for_nobody(struct slow_desk *desk)
{
    if (!desk->rules || desk->rules->nobody_there.kinds == 0) {
        desk->nobody = NOBODY_NONE;
        desk->nobody_told = false;
        return;
    }
    enum core_nobody kind = kind_now(desk, NULL);
    bool waits = count_waiting(desk) > 0;
    if (kind == NOBODY_NONE || kind != desk->nobody || !(waits || desk->nobody_told)) {
        desk->nobody = waits ? kind : NOBODY_NONE;
        desk->nobody_told = false;
        desk->nobody_since_ms = desk->now_ms;
    }
    if (nobody_deadline(desk) <= desk->now_ms) {
        desk->nobody_told = true;
        tell(desk);
    }
}
