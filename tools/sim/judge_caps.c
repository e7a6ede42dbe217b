/* SPDX-License-Identifier: Apache-2.0 */
#include "judge_caps.h"

#include <assert.h>
#include <string.h>

#include "judge_broadcast.h"

enum { STEP_MS = 300000, STEPS = 13 };   /* of the hour that slides */

static const struct config_caps *caps_of(const struct sim_judge *judge, uint32_t rep)
{
    return judge->rep_rules[rep] ? judge->rep_rules[rep]->caps : NULL;
}

void judge_caps_count(struct sim_judge *judge, uint32_t rep, const struct judge_lead *lead, uint64_t now_ms)
{
    struct judge_rep *book = &judge->reps[rep];
    const struct config_caps *caps = caps_of(judge, rep);
    if (!caps)
        return;
    if (book->counted_count == SIM_COUNTED_MAX)
        memmove(&book->counted[0], &book->counted[1], --book->counted_count * sizeof book->counted[0]);
    book->counted[book->counted_count].at_ms = now_ms;
    book->counted[book->counted_count++].of_source = caps->source_count > 0 && lead->is_of_form;
}

void judge_caps_take_rules(struct sim_judge *judge)
{
    for (uint32_t i = 0; i < SIM_REPS_MAX; i++) {
        const struct config_caps *caps = caps_of(judge, i);
        struct judge_rep *book = &judge->reps[i];
        if (!caps)
            book->counted_count = 0;
        for (uint32_t k = 0; k < book->counted_count; k++)
            book->counted[k].of_source &= caps->source_count > 0;
    }
}

static uint64_t day_start(const struct sim_judge *judge, uint32_t rep, uint64_t at_ms)
{
    const struct core_config *rules = sim_rules_version(judge->rules, judge->version);
    uint64_t start_ms = 0;
    for (uint32_t i = 0; i < rules->team_count; i++) {
        const struct config_team *team = &rules->teams[i];
        if (strcmp(team->name, judge->rep_rules[rep]->team) != 0)
            continue;
        for (uint32_t k = 0; k < team->day_count && team->days[k] <= at_ms; k++)   /* ascending */
            start_ms = team->days[k];
    }
    return start_ms;
}

/* Leads offered to the rep, but for this one; and those of them that came by form. */
static uint32_t offered_to(const struct sim_judge *judge, uint32_t rep, const struct judge_lead *but, uint32_t *of_form)
{
    uint32_t count = 0;
    *of_form = 0;
    for (uint64_t i = judge->lead_first; i <= judge->lead_last; i++) {
        const struct judge_lead *lead = &judge->leads[i];
        if (!lead->known || lead == but || (lead->state != LEAD_OFFERED && lead->state != LEAD_CONNECTING) || judge_offer_of(lead, rep) == 0)
            continue;
        count++;
        *of_form += lead->is_of_form;
    }
    return count;
}

bool judge_caps_full(const struct sim_judge *judge, uint32_t rep, const struct judge_lead *lead, uint64_t at_ms)
{
    const struct config_caps *caps = caps_of(judge, rep);
    const struct judge_rep *book = &judge->reps[rep];
    if (!caps)
        return false;
    uint64_t day_ms = day_start(judge, rep, at_ms);
    uint32_t of_source, offered = offered_to(judge, rep, lead, &of_source), hour = offered, day = offered;
    for (uint32_t i = 0; i < book->counted_count; i++) {
        hour += book->counted[i].at_ms / STEP_MS + STEPS > at_ms / STEP_MS;
        day += book->counted[i].at_ms >= day_ms;
        of_source += book->counted[i].at_ms >= day_ms && book->counted[i].of_source;
    }
    return (caps->per_hour > 0 && hour >= caps->per_hour) || (caps->per_day > 0 && day >= caps->per_day) ||
           (caps->source_count > 0 && lead->is_of_form && of_source >= caps->sources[0].most);
}
