/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <string.h>

#include "judge_books.h"
#include "judge_broadcast.h"
#include "judge_events.h"
#include "judge_offer.h"

uint32_t judge_offer_of(const struct judge_lead *lead, uint32_t rep)
{
    if (lead->rep == rep)
        return lead->offer_number;
    for (uint32_t i = 0; i < lead->other_count; i++) {
        if (lead->others[i].rep == rep)
            return lead->others[i].offer_number;
    }
    return 0;
}

static void remove_other(struct judge_lead *lead, uint32_t at)
{
    lead->other_count--;
    memmove(&lead->others[at], &lead->others[at + 1], (lead->other_count - at) * sizeof lead->others[0]);
}

static void take_offer(struct sim_judge *judge, struct judge_lead *lead, uint32_t rep, const struct core_effect *event, uint64_t now_ms)
{
    if (rep == NOBODY || judge_offer_of(lead, rep) != 0) {
        judge_broken(judge, "one owner: lead %llu is offered to rep%u twice at once, or to nobody", judge_number(lead), rep);
        return;
    }
    if (event->offer_number != lead->last_number + 1)
        judge_broken(judge, "one owner: offer %u of lead %llu follows %u", event->offer_number, judge_number(lead), lead->last_number);
    assert(lead->other_count < CONFIG_OFFER_TO_MAX);
    lead->last_number = event->offer_number;
    lead->others[lead->other_count].rep = rep;
    lead->others[lead->other_count++].offer_number = event->offer_number;
    judge->coverage->faults[SIM_FAULT_TO_SEVERAL]++;
    judge_check_other_offer(judge, lead, rep, now_ms);
}

void judge_take_one_of_several(struct sim_judge *judge, struct judge_lead *lead, const struct core_effect *event, uint64_t now_ms)
{
    uint32_t rep = sim_rep_number(event->rep), at = 0;
    if (event->deadline_ms != lead->deadline_ms)
        judge_broken(judge, "no state without a deadline: the offers of lead %llu end at different times", judge_number(lead));
    if (event->cause == CAUSE_OFFERED) {
        take_offer(judge, lead, rep, event, now_ms);
        return;
    }
    if (rep == NOBODY || judge_offer_of(lead, rep) != event->offer_number || lead->other_count == 0) {
        judge_broken(judge, "one owner: offer %u of lead %llu to rep%u ends, which was not open", event->offer_number, judge_number(lead), rep);
        return;
    }
    judge->coverage->faults[SIM_FAULT_ONE_OF_SEVERAL]++;
    judge_remember_refusal(judge, lead, rep, event->cause, now_ms);
    if (lead->rep == rep) {
        lead->rep = lead->others[0].rep;
        lead->offer_number = lead->others[0].offer_number;
    } else {
        while (lead->others[at].rep != rep)
            at++;
    }
    remove_other(lead, at);
}

void judge_end_broadcast(struct judge_lead *lead, uint32_t rep)
{
    uint32_t offer_number = rep == NOBODY ? 0 : judge_offer_of(lead, rep);
    lead->other_count = 0;
    if (offer_number == 0)
        return;   /* to none, or to one who was not offered it: the caller sees that */
    lead->rep = rep;
    lead->offer_number = offer_number;
}
