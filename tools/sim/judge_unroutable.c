/* SPDX-License-Identifier: Apache-2.0 */
#include "judge_unroutable.h"

#include "judge_needs.h"

static bool anybody(const struct core_config *rules, const struct judge_lead *lead)
{
    bool rings = lead->channel == LW_CHANNEL_PHONE && !lead->is_call_back;
    for (uint32_t i = 0; i < rules->rep_count; i++) {
        const struct config_rep *rep = &rules->reps[i];
        if (judge_meets(rules, rep, &lead->needs) && rules->channels[lead->channel].weight <= rep->capacity && (!rings || rep->device[0] != '\0'))
            return true;
    }
    return false;
}

/* Now, or when all of its steps are taken: each asks for less than the one before. */
static bool could_ever(const struct core_config *rules, const struct judge_lead *lead)
{
    struct judge_lead later = *lead;
    if (later.less_ms != 0)
        judge_relax(rules, &later, UINT64_MAX);
    return anybody(rules, lead) || anybody(rules, &later);
}

bool judge_should_be_parked(const struct core_config *rules, const struct judge_lead *lead)
{
    return lead->state == LEAD_WAITING && lead->product != UINT32_MAX && lead->preferred == SIM_REPS_MAX && !could_ever(rules, lead);
}

bool judge_should_not_be_parked(const struct core_config *rules, const struct judge_lead *lead)
{
    return lead->state == LEAD_PARKED && lead->cause == CAUSE_UNROUTABLE && lead->product != UINT32_MAX && could_ever(rules, lead);
}
