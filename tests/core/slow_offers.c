/* SPDX-License-Identifier: Apache-2.0
 *
 * What becomes of an offer: the rep's answer, and how the call to their device went.
 */
#include "slow_desk_internal.h"

void answer_offer(struct slow_desk *desk, const struct core_command *command, int number)
{
    struct desk_id id = command->answer_offer.lead;
    struct slow_lead *lead = find_lead(desk, id);
    bool accept = command->answer_offer.accept, its = lead && held(lead) && offer_of(lead, number) > 0 && offer_of(lead, number) == command->answer_offer.offer_number;
    if (its && lead->state == LEAD_OFFERED && !accept && !is_reason(desk, command->answer_offer.reason)) {
        answer(desk, command, CORE_REJECTED, id);
        return;
    }
    if (its && lead->state == LEAD_OFFERED) {
        bool call = is_call(lead);
        if (accept) {
            take_from_others(desk, lead, number);
            move(desk, lead, call ? LEAD_CONNECTING : LEAD_ASSIGNED, CAUSE_ACCEPTED, number,
                 call ? desk->now_ms + channel_of(desk, lead->channel)->connect_timeout_ms : work_deadline(desk, lead), "");
            tell_lead(desk, lead, EFFECT_HOLDING, false);
        } else {
            if (lead->other_count > 0)
                leave_others(desk, lead, number, CAUSE_DECLINED, true);
            else
                give_back(desk, lead, CAUSE_DECLINED, true, false);
            slow_decline_count(desk, number, command->answer_offer.reason);
        }
        desk->reps[number].misses = 0;
        answer(desk, command, CORE_ACCEPTED, id);
        return;
    }
    bool repeated = its && accept && held(lead);
    for (uint32_t i = 0; lead && i < lead->refusal_count; i++) {
        const struct refusal *refusal = &lead->refusals[i];
        repeated |= !accept && refusal->rep == number && refusal->offer_number == command->answer_offer.offer_number && refusal->cause == CAUSE_DECLINED;
    }
    answer(desk, command, repeated ? CORE_DUPLICATE : CORE_NOT_YOURS, id);
}

void dial_result(struct slow_desk *desk, const struct core_command *command)
{
    struct desk_id id = command->dial_result.lead;
    struct slow_lead *lead = find_lead(desk, id);
    enum dial_outcome outcome = command->dial_result.outcome;
    if (!lead || lead->offer_number != command->dial_result.offer_number || (lead->state != LEAD_CONNECTING && lead->state != LEAD_ASSIGNED)) {
        answer(desk, command, lead ? CORE_NOT_YOURS : CORE_NOT_FOUND, id);
        return;
    }
    if (lead->state == LEAD_ASSIGNED) {
        answer(desk, command, outcome == DIAL_OUTCOME_ANSWERED ? CORE_DUPLICATE : CORE_NOT_YOURS, id);
        return;
    }
    int rep = lead->rep;
    if (outcome == DIAL_OUTCOME_ANSWERED) {
        move(desk, lead, LEAD_ASSIGNED, CAUSE_ANSWERED, rep, work_deadline(desk, lead), "");
        tell_lead(desk, lead, EFFECT_HOLDING, false);
    } else {
        give_back(desk, lead, outcome == DIAL_OUTCOME_NO_ANSWER ? CAUSE_NO_ANSWER : outcome == DIAL_OUTCOME_BUSY ? CAUSE_DEVICE_BUSY : CAUSE_DIAL_FAILED, true, false);
        missed(desk, rep);
    }
    answer(desk, command, CORE_ACCEPTED, id);
}
