/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may take what.
 */
#include "slow_desk_internal.h"

#include <string.h>

bool is_outsourced_team(const struct slow_desk *desk, const char *team)
{
    for (uint32_t i = 0; i < desk->rules->team_count; i++) {
        if (strcmp(desk->rules->teams[i].name, team) == 0)
            return desk->rules->teams[i].outsourced;
    }
    return false;
}

bool is_outsourced(const struct slow_desk *desk, const struct slow_rep *rep)
{
    return rep->rules && is_outsourced_team(desk, rep->rules->team);
}

bool has_skills(const struct slow_desk *desk, const struct slow_rep *rep, const struct slow_lead *lead)
{
    for (uint32_t i = 0; i < lead->require_count; i++) {
        bool has = false;
        for (uint32_t k = 0; k < rep->rules->skill_count; k++)
            has |= strcmp(desk->rules->skills[rep->rules->skills[k].skill], lead->require[i]) == 0 &&
                   rep->rules->skills[k].level >= lead->require_level[i];
        if (!has)
            return false;
    }
    bool in_team = lead->own_teams && !is_outsourced(desk, rep);
    for (uint32_t i = 0; i < lead->team_count; i++)
        in_team |= strcmp(lead->teams[i], rep->rules->team) == 0;
    return in_team && (!is_call(lead) || rep->rules->device[0] != '\0');
}

bool slow_has_room(const struct slow_desk *desk, int number, const struct slow_lead *lead)
{
    return load_of(desk, number) + channel_of(desk, lead->channel)->weight <= desk->reps[number].rules->capacity;
}

/* Whatever the rep has is of channels that this lead's interrupts. */
bool slow_interrupts(const struct slow_desk *desk, int number, const struct slow_lead *lead)
{
    const struct config_rep *rules = desk->reps[number].rules;
    const struct config_channel *channel = channel_of(desk, lead->channel);
    int count = 0;
    if (held(lead) || prefers(lead) || is_pulled(desk, lead) || ranks_pairs(desk, lead) || (lead->channel == LW_CHANNEL_PHONE && lead->call_back) || channel->weight > rules->capacity)
        return false;
    for (int i = 0; i < desk->lead_count; i++) {
        const struct slow_lead *other = &desk->leads[i];
        if (!other->open || !held(other) || offer_of(other, number) == 0)
            continue;
        count++;
        if ((channel->interrupts >> other->channel & 1) == 0)
            return false;
    }
    return count > 0 && load_of(desk, number) + channel->weight <= rules->capacity + rules->reserve && rules->reserve > 0;
}

bool eligible(const struct slow_desk *desk, int number, const struct slow_lead *lead)
{
    const struct slow_rep *rep = &desk->reps[number];
    if (!rep->rules || !rep->connected || rep->state != REP_AVAILABLE || !at_work(desk, rep))
        return false;
    if (prefers(lead) ? lead->preferred != number : !has_skills(desk, rep, lead))
        return false;
    if (is_call(lead) && !slow_rings(rep))
        return false;
    for (uint32_t i = 0; i < lead->refusal_count; i++) {
        if (lead->refusals[i].rep == number)
            return false;
    }
    if (is_at_cap(desk, number, lead->source) || team_rule_against(desk, number) || (held(lead) && offer_of(lead, number) > 0))
        return false;
    if (!prefers(lead) && slow_is_kept(desk, number, lead))
        return false;
    return slow_has_room(desk, number, lead) || slow_interrupts(desk, number, lead);
}
