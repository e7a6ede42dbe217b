/* SPDX-License-Identifier: Apache-2.0 */
#include "judge_merge.h"

#include <string.h>

#include "judge_books.h"
#include "judge_part.h"

static void take_in(struct sim_judge *judge, struct judge_lead *into, const struct core_effect *event)
{
    struct judge_lead *lead = sim_judge_lead(judge, event->other);
    if (judge->merging.number != 0 || !lead || lead == into || !judge_is_open(lead)) {
        judge_broken(judge, "never lost: lead %llu takes in a lead that is not open", judge_number(into));
        return;
    }
    uint32_t priority = lead->priority > into->priority ? lead->priority : into->priority;
    uint64_t received_ms = lead->received_ms < into->received_ms ? lead->received_ms : into->received_ms;
    if (event->to != into->state || sim_rep_number(event->rep) != into->rep)
        judge_broken(judge, "one owner: a merge took lead %llu from %d to %d", judge_number(into), into->state, event->to);
    if (event->contact_count != into->contact_count + 1 + lead->contact_count)
        judge_broken(judge, "never lost: lead %llu has %u contacts after a merge", judge_number(into), event->contact_count);
    if (event->priority != priority || event->received_unix_ms != received_ms)
        judge_broken(judge, "most urgent first: lead %llu is less urgent after a merge", judge_number(into));
    judge_note_merged(into, lead);
    into->contact_count = event->contact_count;
    into->persons |= lead->persons;
    into->heard_ms = lead->heard_ms > into->heard_ms ? lead->heard_ms : into->heard_ms;
    judge->merging = lead->id;
    judge->coverage->faults[SIM_FAULT_MERGED]++;
}

static void end(struct sim_judge *judge, const struct judge_lead *lead, const struct core_effect *event)
{
    bool rings = lead->channel == LW_CHANNEL_PHONE && !lead->is_call_back;
    if (!desk_id_equal(judge->merging, lead->id) || event->other.number == 0)
        judge_broken(judge, "never lost: lead %llu is merged, and no lead has what it held", judge_number(lead));
    if (rings && lead->state != LEAD_ASSIGNED)
        judge_broken(judge, "never lost: the caller of lead %llu is merged away", judge_number(lead));
    judge->merging = (struct desk_id){0};
}

void judge_take_merge(struct sim_judge *judge, struct judge_lead *lead, const struct core_effect *event)
{
    if (strcmp(event->by, "boss") != 0)
        judge_broken(judge, "one owner: lead %llu is merged and nobody asked", judge_number(lead));
    if (event->to == LEAD_MERGED)
        end(judge, lead, event);
    else
        take_in(judge, lead, event);
}

void judge_check_merges(struct sim_judge *judge)
{
    if (judge->merging.number != 0)
        judge_broken(judge, "never doubled: lead %llu was merged and lives on", (unsigned long long)judge->merging.number);
    if (judge->parting.number != 0)
        judge_broken(judge, "never lost: lead %llu was parted and does not live again", (unsigned long long)judge->parting.number);
}
