/* SPDX-License-Identifier: Apache-2.0 */
#include "judge_reopen.h"

#include <string.h>

#include "judge_books.h"

void judge_live_again(struct sim_judge *judge, struct judge_lead *lead, const struct core_effect *event, uint64_t now_ms)
{
    const uint64_t reopen_for_ms = judge->batch_rules->reopen_for_ms;
    if (reopen_for_ms == 0 || now_ms - lead->ended_ms > reopen_for_ms)
        judge_broken(judge, "never doubled: lead %llu is opened again too late", judge_number(lead));
    if (event->rep[0] != '\0' || event->contact_count != lead->contact_count)
        judge_broken(judge, "never lost: lead %llu is opened again and is not what it was", judge_number(lead));
    if (lead->id.number < judge->lead_first)
        judge->lead_first = lead->id.number;
    lead->refusal_count = 0;
    lead->completed_once = false;
    lead->cause = CAUSE_NONE;
}

void judge_take_reopened(struct sim_judge *judge, struct judge_lead *lead, const struct core_effect *event, uint64_t now_ms)
{
    if (event->cause != CAUSE_REOPENED || event->from == LEAD_MERGED || strcmp(event->by, "boss") != 0)
        judge_broken(judge, "never doubled: lead %llu had ended and nobody opened it again", judge_number(lead));
    judge_live_again(judge, lead, event, now_ms);
    judge->coverage->faults[SIM_FAULT_REOPENED]++;
}
