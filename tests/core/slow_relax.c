/* SPDX-License-Identifier: Apache-2.0
 *
 * A waiting lead asks for less, step by step as its rule says.
 */
#include "slow_desk_internal.h"

#include <string.h>

void plan_less(const struct slow_desk *desk, struct slow_lead *lead)
{
    const struct config_rule *rule = rule_named(desk, lead->rule);
    bool is_there = rule && lead->steps_taken < rule->relax_count;
    lead->less_ms = is_there ? lead->began_ms + rule->relax[lead->steps_taken].after_ms : 0;
}

static void drop_need(struct slow_lead *lead, uint32_t at)
{
    lead->require_count--;
    memmove(lead->require[at], lead->require[at + 1], (lead->require_count - at) * sizeof lead->require[0]);
    memmove(&lead->require_level[at], &lead->require_level[at + 1], (lead->require_count - at) * sizeof lead->require_level[0]);
}

static void drop_own_teams(const struct slow_desk *desk, struct slow_lead *lead)
{
    lead->own_teams = true;
    for (uint32_t i = lead->team_count; i-- > 0;) {
        if (!is_outsourced_team(desk, lead->teams[i]))
            memmove(lead->teams[i], lead->teams[--lead->team_count], sizeof lead->teams[i]);   /* onto itself too */
    }
}

void ask_for_less(const struct slow_desk *desk, struct slow_lead *lead, const struct config_relax_step *step)
{
    for (uint32_t i = lead->require_count; i-- > 0;) {
        bool dropped = (step->drop_language && strncmp(lead->require[i], "language:", 9) == 0) ||
                       (step->drop_territory && strncmp(lead->require[i], "territory:", 10) == 0);
        for (uint32_t k = 0; k < step->lower_count; k++) {
            if (strcmp(desk->rules->skills[step->lower[k].skill], lead->require[i]) != 0)
                continue;
            dropped |= step->lower[k].level == 0;
            if (step->lower[k].level < lead->require_level[i])
                lead->require_level[i] = step->lower[k].level;
        }
        if (dropped)
            drop_need(lead, i);
    }
    if (step->offer_to > 0)
        lead->offer_to = step->offer_to;
    if (step->drop_teams)
        drop_own_teams(desk, lead);
    for (uint32_t k = 0; k < step->team_count; k++) {
        bool has = lead->own_teams && !is_outsourced_team(desk, step->teams[k]);
        for (uint32_t i = 0; i < lead->team_count; i++)
            has |= strcmp(lead->teams[i], step->teams[k]) == 0;
        if (!has && lead->team_count < CONFIG_TEAMS_OF_RULE_MAX)
            strcpy(lead->teams[lead->team_count++], step->teams[k]);
    }
}

/* The steps whose time has come. */
bool relax(const struct slow_desk *desk, struct slow_lead *lead)
{
    bool any = false;
    while (lead->less_ms != 0 && lead->less_ms <= desk->now_ms) {
        plan_less(desk, lead);                 /* as the rules are now */
        if (lead->less_ms == 0 || lead->less_ms > desk->now_ms)
            return any;
        ask_for_less(desk, lead, &rule_named(desk, lead->rule)->relax[lead->steps_taken++]);
        any = true;
        plan_less(desk, lead);
    }
    return any;
}
