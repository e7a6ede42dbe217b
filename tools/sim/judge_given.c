/* SPDX-License-Identifier: Apache-2.0 */
#include "judge_given.h"

#include <string.h>

#include "judge_books.h"
#include "judge_pull.h"

/* Over all rules but those of room and of devices. */
void judge_check_given(struct sim_judge *judge, struct judge_lead *lead, const struct core_effect *event, uint64_t now_ms)
{
    const struct config_rep *rep = lead->rep < SIM_REPS_MAX ? sim_rules_rep(judge->batch_rules, lead->rep) : NULL;
    bool is_asked = event->cause == CAUSE_PULLED || (event->cause == CAUSE_ASSIGNED && strcmp(event->by, "boss") == 0);
    if (!is_asked || event->offer_number != lead->last_number + 1)
        judge_broken(judge, "one owner: lead %llu is given to rep%u and nobody asked", judge_number(lead), lead->rep);
    lead->offer_number = lead->last_number = event->offer_number;
    lead->weight = event->weight;
    if (event->cause == CAUSE_PULLED) {
        judge_check_pulled(judge, lead, now_ms);
        return;
    }
    if (!rep || judge->reps[lead->rep].state == REP_OFFLINE || (event->to == LEAD_CONNECTING && !judge_device_rings(judge, lead->rep))) {
        judge_broken(judge, "one owner: lead %llu is given to rep%u, who cannot have it", judge_number(lead), lead->rep);
        return;
    }
    if (judge_load_of(judge, lead->rep) > rep->capacity)
        judge_broken(judge, "never over capacity: rep%u is given lead %llu and has no room", lead->rep, judge_number(lead));
    judge->coverage->faults[SIM_FAULT_ASSIGNED]++;
}
