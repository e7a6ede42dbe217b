/* SPDX-License-Identifier: Apache-2.0
 *
 * What the judge's books say.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "judge_books.h"
#include "judge_broadcast.h"

void judge_broken(struct sim_judge *judge, const char *format, ...)
{
    va_list arguments;
    if (judge->fault[0] != '\0')
        return;
    va_start(arguments, format);
    vsnprintf(judge->fault, sizeof judge->fault, format, arguments);
    va_end(arguments);
}

unsigned long long judge_number(const struct judge_lead *lead)
{
    return lead->id.number;
}

bool judge_is_held(enum lead_state state)
{
    return state == LEAD_OFFERED || state == LEAD_CONNECTING || state == LEAD_ASSIGNED;
}

bool judge_is_open(const struct judge_lead *lead)
{
    return lead->known && !lead_state_is_end(lead->state);
}

const struct core_config *judge_rules_now(const struct sim_judge *judge)
{
    return sim_rules_version(judge->rules, judge->version);
}

uint32_t judge_load_of(const struct sim_judge *judge, uint32_t rep)
{
    uint32_t load = 0;
    for (uint64_t i = judge->lead_first; i <= judge->lead_last; i++) {
        const struct judge_lead *lead = &judge->leads[i];
        if (judge_is_open(lead) && judge_is_held(lead->state) && judge_offer_of(lead, rep) != 0)
            load += lead->weight;
    }
    return load;
}

bool judge_device_rings(const struct sim_judge *judge, uint32_t rep)
{
    const struct config_rep *rules = judge->rep_rules[rep];
    return rules && rules->device[0] != '\0' && !judge->reps[rep].is_device_taken;
}

void judge_loads(const struct sim_judge *judge, uint32_t loads[SIM_REPS_MAX + 1])
{
    memset(loads, 0, (SIM_REPS_MAX + 1) * sizeof *loads);
    for (uint64_t i = judge->lead_first; i <= judge->lead_last; i++) {
        const struct judge_lead *lead = &judge->leads[i];
        if (!judge_is_open(lead) || !judge_is_held(lead->state))
            continue;
        loads[lead->rep] += lead->weight;
        for (uint32_t k = 0; k < lead->other_count; k++)
            loads[lead->others[k].rep] += lead->weight;
    }
}
