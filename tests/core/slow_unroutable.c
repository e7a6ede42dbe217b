/* SPDX-License-Identifier: Apache-2.0
 *
 * Leads that nobody in the rules could ever take.
 */
#include "slow_desk_internal.h"

static bool anybody(const struct slow_desk *desk, const struct slow_lead *lead)
{
    for (int i = 0; i < desk->rep_count; i++) {
        const struct slow_rep *rep = &desk->reps[i];
        if (rep->rules && has_skills(desk, rep, lead) && channel_of(desk, lead->channel)->weight <= rep->rules->capacity)
            return true;
    }
    return false;
}

bool waits_for_nothing(const struct slow_desk *desk, const struct slow_lead *lead)
{
    const struct config_rule *rule = rule_named(desk, lead->rule);
    struct slow_lead later = *lead;
    if (lead->state == LEAD_WAITING && lead->preferred >= 0)
        return false;
    if (anybody(desk, lead))
        return false;
    while (rule && lead->less_ms != 0 && later.steps_taken < rule->relax_count) {
        ask_for_less(desk, &later, &rule->relax[later.steps_taken++]);
        if (anybody(desk, &later))
            return false;
    }
    return true;
}

void park_if_for_nothing(struct slow_desk *desk, struct slow_lead *lead)
{
    if (lead->state == LEAD_WAITING && waits_for_nothing(desk, lead))
        move(desk, lead, LEAD_PARKED, CAUSE_UNROUTABLE, -1, desk->now_ms + desk->rules->park_limit_ms, "");
}

void review_parked(struct slow_desk *desk)
{
    for (int i = 0; i < desk->lead_count; i++) {
        struct slow_lead *lead = &desk->leads[i];
        bool is_back = lead->open && lead->state == LEAD_PARKED && lead->cause == CAUSE_UNROUTABLE && !waits_for_nothing(desk, lead);
        if (lead->open && !is_back)
            park_if_for_nothing(desk, lead);
        if (!is_back)
            continue;
        forget_refusals(lead);
        lead->offers_made = 0;
        lead->wait_deadline_ms = desk->now_ms + channel_of(desk, lead->channel)->wait_limit_ms;
        move(desk, lead, LEAD_WAITING, CAUSE_CONFIGURED, -1, lead->wait_deadline_ms, "");
    }
}
