/* SPDX-License-Identifier: Apache-2.0
 *
 * A lead that a deadline parked in the batch that brought new rules had the old ones: then either will do.
 */
#include "judge_parked.h"

#include "judge_books.h"

static uint64_t told_at_ms(const struct core_config *rules, uint64_t now_ms)
{
    return rules->park_nudge_ms > 0 ? now_ms + rules->park_nudge_ms : UINT64_MAX;
}

static void begin(const struct sim_judge *judge, struct judge_lead *lead, uint64_t now_ms)
{
    const uint64_t by_new_ms = told_at_ms(judge->batch_rules, now_ms);
    const uint64_t by_old_ms = judge->version > 0 ? told_at_ms(judge_rules_now(judge), now_ms) : by_new_ms;
    lead->again_first_ms = by_old_ms < by_new_ms ? by_old_ms : by_new_ms;
    lead->again_last_ms = by_old_ms < by_new_ms ? by_new_ms : by_old_ms;
    lead->was_told_again = false;
}

void judge_take_parked(struct sim_judge *judge, struct judge_lead *lead, const struct core_effect *event, enum lead_state from, uint64_t now_ms)
{
    if (event->to == LEAD_PARKED && from != LEAD_PARKED)
        begin(judge, lead, now_ms);
    if (event->to == LEAD_EXPIRED && lead->again_last_ms != UINT64_MAX && !lead->was_told_again)
        judge_broken(judge, "no state without a deadline: lead %llu expires, and nobody was told again that it is parked", judge_number(lead));
}

void judge_take_still_parked(struct sim_judge *judge, struct judge_lead *lead, const struct core_effect *event, uint64_t now_ms)
{
    if (event->cause != CAUSE_STILL_PARKED)
        return;
    judge->coverage->faults[SIM_FAULT_STILL_PARKED]++;
    if (lead->state != LEAD_PARKED || lead->was_told_again || lead->again_first_ms > now_ms)
        judge_broken(judge, "no state without a deadline: that lead %llu is parked is told twice, or too early", judge_number(lead));
    lead->was_told_again = true;
}

void judge_check_parked(struct sim_judge *judge, const struct judge_lead *lead, uint64_t now_ms)
{
    if (lead->state == LEAD_PARKED && !lead->was_told_again && lead->again_last_ms <= now_ms)
        judge_broken(judge, "no state without a deadline: nobody is told that lead %llu is still parked", judge_number(lead));
}
