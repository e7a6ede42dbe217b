/* SPDX-License-Identifier: Apache-2.0
 *
 * The backlog at opening time: who has had their share of it is counted anew each time, lead by lead.
 */
#include "slow_desk_internal.h"

#include <string.h>

static bool is_for(const struct slow_desk *desk, const struct config_team *team)
{
    const struct config_opening *rules = &desk->rules->opening;
    bool named = rules->team_count == 0;
    for (uint32_t i = 0; i < rules->team_count; i++)
        named |= strcmp(rules->teams[i], team->name) == 0;
    return rules->reps > 0 && named && team->open_count > 0;
}

static bool is_any_open(const struct slow_desk *desk)
{
    for (uint32_t i = 0; i < desk->rules->team_count; i++) {
        if (desk->open[i] && is_for(desk, &desk->rules->teams[i]))
            return true;
    }
    return false;
}

enum opening_place slow_place(const struct slow_desk *desk, const struct slow_lead *lead)
{
    if (!desk->is_opening)
        return OPENING_NONE;
    if (is_call(lead))
        return OPENING_CALLER;
    if (lead->received_ms >= desk->opening_ms)
        return OPENING_NONE;
    return lead->channel == LW_CHANNEL_PHONE || lead->wait_deadline_ms <= desk->opening_until_ms ? OPENING_FIRST : OPENING_SHARED;
}

int slow_ahead(const struct slow_desk *desk, const struct slow_lead *lead)
{
    enum opening_place place = slow_place(desk, lead);
    return place == OPENING_CALLER ? 2 : place == OPENING_FIRST ? 1 : 0;
}

static bool is_backlog(const struct slow_desk *desk, const struct slow_lead *lead)
{
    return slow_place(desk, lead) == OPENING_FIRST || slow_place(desk, lead) == OPENING_SHARED;
}

static bool is_undealt(const struct slow_desk *desk, const struct slow_lead *lead)
{
    return lead->open && is_backlog(desk, lead) && (lead->state == LEAD_WAITING || lead->state == LEAD_OFFERED || lead->state == LEAD_CONNECTING);
}

static bool is_on(const struct slow_desk *desk, const struct slow_rep *rep)
{
    for (uint32_t i = 0; rep->rules && i < desk->rules->team_count; i++) {
        const struct config_team *team = &desk->rules->teams[i];
        if (strcmp(team->name, rep->rules->team) == 0 && is_for(desk, team))
            return desk->open[i] && (rep->state == REP_AVAILABLE || rep->state == REP_WRAP_UP);
    }
    return false;
}

static uint64_t count_undealt(const struct slow_desk *desk)
{
    uint64_t count = 0;
    for (int i = 0; i < desk->lead_count; i++)
        count += is_undealt(desk, &desk->leads[i]);
    return count;
}

static uint64_t had_by(const struct slow_desk *desk, int number)
{
    uint64_t had = desk->reps[number].dealt;
    for (int i = 0; i < desk->lead_count; i++)
        had += is_undealt(desk, &desk->leads[i]) && offer_of(&desk->leads[i], number) > 0;
    return had;
}

bool slow_is_kept(const struct slow_desk *desk, int number, const struct slow_lead *lead)
{
    const uint64_t wanted = desk->rules->opening.reps;
    uint64_t total = count_undealt(desk), shares = 0, there = 0, taken = 0;
    if (!is_backlog(desk, lead) || !is_on(desk, &desk->reps[number]))
        return false;
    for (int i = 0; i < desk->rep_count; i++) {
        if (!is_on(desk, &desk->reps[i]))
            continue;
        total += desk->reps[i].dealt;
        shares += desk->reps[i].rules->share;
        there++;
    }
    there = there < wanted ? there : wanted;
    for (int i = 0; i < desk->rep_count; i++) {
        if (!is_on(desk, &desk->reps[i]))
            continue;
        uint64_t whole = total * there * desk->reps[i].rules->share / (wanted * shares);
        taken += had_by(desk, i) > whole ? had_by(desk, i) : whole;
    }
    const uint64_t part = total * there * desk->reps[number].rules->share, had = had_by(desk, number);
    const uint64_t for_those_there = (total * there + wanted - 1) / wanted;
    if (had < part / (wanted * shares))
        return false;
    return had > part / (wanted * shares) || part % (wanted * shares) == 0 || taken >= for_those_there;
}

void slow_count_dealt(struct slow_desk *desk, const struct slow_lead *lead)
{
    desk->reps[lead->rep].dealt += is_backlog(desk, lead);
}

void slow_team_turned(struct slow_desk *desk, uint32_t team, bool was_open, bool another_was_open, uint64_t at_ms)
{
    if (!is_for(desk, &desk->rules->teams[team]))
        return;
    if (desk->is_opening) {
        desk->is_opening = is_any_open(desk);
        return;
    }
    if (was_open || !desk->open[team] || another_was_open)
        return;
    desk->is_opening = true;
    desk->opening_ms = at_ms;
    desk->opening_until_ms = desk->now_ms + desk->rules->opening.for_ms;
    for (int i = 0; i < desk->rep_count; i++)
        desk->reps[i].dealt = 0;
}

bool slow_any_to_open(const struct slow_desk *desk)
{
    return is_any_open(desk);
}

uint64_t opening_deadline(const struct slow_desk *desk)
{
    return desk->is_opening ? desk->opening_until_ms : UINT64_MAX;
}

void look_at_opening(struct slow_desk *desk)
{
    if (desk->is_opening && count_undealt(desk) == 0)
        desk->is_opening = false;
}

void take_opening(struct slow_desk *desk)
{
    desk->is_opening = desk->is_opening && is_any_open(desk);
}
