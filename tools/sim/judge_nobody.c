/* SPDX-License-Identifier: Apache-2.0 */
#include "judge_nobody.h"

#include <string.h>

#include "judge_books.h"

/* The rep may get no more although they have room. */
static bool may_be_capped(const struct core_config *rules, const struct config_rep *rep)
{
    bool is_limited = rep->caps != NULL;
    for (uint32_t i = 0; i < rules->team_count; i++)
        is_limited |= strcmp(rules->teams[i].name, rep->team) == 0 && (rules->teams[i].daily_cap > 0 || rules->teams[i].daily_share > 0);
    return is_limited;
}

/* What the books say. */
static enum core_nobody kind_now(const struct sim_judge *judge, uint64_t now_ms)
{
    const struct core_config *rules = judge_rules_now(judge);
    uint32_t loads[SIM_REPS_MAX + 1];
    enum core_nobody kind = NOBODY_CLOSED;
    judge_loads(judge, loads);
    for (uint32_t i = 0; i < SIM_REPS_MAX; i++) {
        const struct config_rep *rep = judge->rep_rules[i];
        if (!rep || !sim_rules_open(rules, rep->team, now_ms))
            continue;
        enum rep_state state = judge->reps[i].state;
        if (state == REP_AVAILABLE && loads[i] < rep->capacity && !may_be_capped(rules, rep))
            return NOBODY_NONE;
        if (state == REP_AVAILABLE || state == REP_WRAP_UP)
            kind = NOBODY_BUSY;
        else if (kind == NOBODY_CLOSED)
            kind = NOBODY_NO_REP;
    }
    return kind;
}

static uint32_t count_waiting(const struct sim_judge *judge)
{
    uint32_t count = 0;
    for (uint64_t l = judge->lead_first; l <= judge->lead_last; l++)
        count += judge_is_open(&judge->leads[l]) && judge->leads[l].state == LEAD_WAITING;
    return count;
}

void judge_take_nobody(struct sim_judge *judge, const struct core_effect *event, uint64_t now_ms)
{
    enum core_nobody kind = kind_now(judge, now_ms);
    if (kind != event->nobody)
        judge_broken(judge, "nobody there: '%s' is told, and it is '%s'", core_nobody_word(event->nobody), core_nobody_word(kind));
    if (event->waiting == 0 || event->waiting != count_waiting(judge))
        judge_broken(judge, "nobody there: %u leads wait, and another number is told", count_waiting(judge));
    judge->coverage->faults[SIM_FAULT_NOBODY_TOLD]++;
}
