/* SPDX-License-Identifier: Apache-2.0 */
#include "judge_team_limits.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const struct config_team *team_at(const struct core_config *rules, const char *name)
{
    for (uint32_t i = 0; i < rules->team_count; i++) {
        if (strcmp(rules->teams[i].name, name) == 0)
            return &rules->teams[i];
    }
    return NULL;
}

/* Its place, or that of a free book. */
static uint32_t place_of(const struct sim_judge *judge, const char *team)
{
    uint32_t at = 0;
    while (judge->limits[at].team[0] != '\0' && strcmp(judge->limits[at].team, team) != 0)
        at++;
    assert(at < SIM_LIMITS_MAX - 1);   /* the last stays free */
    return at;
}

static struct judge_limit *book_of(struct sim_judge *judge, const char *team)
{
    struct judge_limit *book = &judge->limits[place_of(judge, team)];
    snprintf(book->team, sizeof book->team, "%s", team);
    return book;
}

static uint64_t day_start(const struct config_team *team, uint64_t at_ms)
{
    uint64_t start_ms = 0;
    for (uint32_t i = 0; i < team->day_count && team->days[i] <= at_ms; i++)   /* ascending */
        start_ms = team->days[i];
    return start_ms;
}

static struct judge_limit *today(struct sim_judge *judge, const struct config_team *team, uint64_t now_ms)
{
    struct judge_limit *book = book_of(judge, team->name);
    if (book->day_ms != day_start(team, now_ms))
        book->counted = book->taken_in = 0;
    book->day_ms = day_start(team, now_ms);
    return book;
}

void judge_team_took_in(struct sim_judge *judge, uint64_t now_ms)
{
    const struct core_config *rules = judge_rules_now(judge);
    for (uint32_t i = 0; i < rules->team_count; i++) {
        if (rules->teams[i].daily_share > 0)
            today(judge, &rules->teams[i], now_ms)->taken_in++;
    }
}

void judge_team_was_test(struct sim_judge *judge)
{
    const struct core_config *rules = judge_rules_now(judge);
    for (uint32_t i = 0; i < rules->team_count; i++) {
        if (rules->teams[i].daily_share > 0)
            book_of(judge, rules->teams[i].name)->taken_in--;
    }
}

void judge_team_count(struct sim_judge *judge, uint32_t rep, uint64_t now_ms)
{
    const struct config_team *team = judge->rep_rules[rep] ? team_at(judge_rules_now(judge), judge->rep_rules[rep]->team) : NULL;
    if (team && (team->daily_cap > 0 || team->daily_share > 0))
        today(judge, team, now_ms)->counted++;
}

void judge_team_take_rules(struct sim_judge *judge)
{
    const struct core_config *rules = judge_rules_now(judge);
    for (uint32_t i = 0; i < rules->team_count; i++) {
        struct judge_limit *book = book_of(judge, rules->teams[i].name);
        if (rules->teams[i].daily_share == 0)
            book->taken_in = 0;
        if (rules->teams[i].daily_cap == 0 && rules->teams[i].daily_share == 0)
            book->counted = 0;
    }
}

static bool is_of(const struct sim_judge *judge, uint32_t rep, const struct config_team *team)
{
    return rep < SIM_REPS_MAX && judge->rep_rules[rep] && strcmp(judge->rep_rules[rep]->team, team->name) == 0;
}

/* Offers to reps of the team, but for that of this lead to this rep. */
static uint32_t open_of(const struct sim_judge *judge, const struct config_team *team, const struct judge_lead *but, uint32_t but_rep)
{
    uint32_t count = 0;
    for (uint64_t i = judge->lead_first; i <= judge->lead_last; i++) {
        const struct judge_lead *lead = &judge->leads[i];
        if (!lead->known || (lead->state != LEAD_OFFERED && lead->state != LEAD_CONNECTING))
            continue;
        count += is_of(judge, lead->rep, team) && !(lead == but && lead->rep == but_rep);
        for (uint32_t k = 0; k < lead->other_count; k++)
            count += is_of(judge, lead->others[k].rep, team) && !(lead == but && lead->others[k].rep == but_rep);
    }
    return count;
}

bool judge_team_full(const struct sim_judge *judge, uint32_t rep, const struct judge_lead *lead, uint64_t now_ms, bool *turned_out)
{
    const struct config_team *team = team_at(judge_rules_now(judge), judge->rep_rules[rep]->team);
    *turned_out = false;
    if (!team || (team->daily_cap == 0 && team->daily_share == 0))
        return false;
    const struct judge_limit *book = &judge->limits[place_of(judge, team->name)];
    bool is_today = book->day_ms == day_start(team, now_ms);
    uint64_t counted = (is_today ? book->counted : 0) + open_of(judge, team, lead, rep), taken_in = is_today ? book->taken_in : 0;
    *turned_out = day_start(team, now_ms) != day_start(team, judge->stepped_ms);
    return (team->daily_cap > 0 && counted >= team->daily_cap) || (team->daily_share > 0 && (counted + 1) * 100 > taken_in * team->daily_share);
}
