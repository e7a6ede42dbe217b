/* SPDX-License-Identifier: Apache-2.0 */
#include "judge_pull.h"

#include <string.h>

#include "judge_books.h"
#include "judge_offer.h"

bool judge_is_pulled(const struct core_config *rules, const struct judge_lead *lead)
{
    for (uint32_t i = 0; i < rules->queue_count; i++) {
        if (strcmp(rules->queues[i].name, lead->queue) == 0)
            return rules->queues[i].is_pulled;
    }
    return false;
}

/* By no other rules than those by which leads are offered. */
void judge_check_pulled(struct sim_judge *judge, struct judge_lead *lead, uint64_t now_ms)
{
    const struct config_rep *rep = lead->rep < SIM_REPS_MAX ? judge->rep_rules[lead->rep] : NULL;
    judge->coverage->faults[SIM_FAULT_PULLED]++;
    if (!judge_is_pulled(judge_rules_now(judge), lead))
        judge_broken(judge, "one owner: rep%u pulls lead %llu, which is on no list", lead->rep, judge_number(lead));
    if (!rep || judge_load_of(judge, lead->rep) > rep->capacity) {
        judge_broken(judge, "never over capacity: rep%u pulls lead %llu and has no room", lead->rep, judge_number(lead));
        return;
    }
    if (lead->product != UINT32_MAX && judge_may_take(judge, lead->rep, lead, judge_load_of(judge, lead->rep) - lead->weight, now_ms) == MAY_NOT)
        judge_broken(judge, "one owner: rep%u pulls lead %llu and may not have it", lead->rep, judge_number(lead));
}
