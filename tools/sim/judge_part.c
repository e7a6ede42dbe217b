/* SPDX-License-Identifier: Apache-2.0 */
#include "judge_part.h"

#include <string.h>

#include "judge_books.h"
#include "judge_reopen.h"

void judge_note_merged(struct judge_lead *into, const struct judge_lead *lead)
{
    if (into->merged_count == CORE_CONTACTS_MAX)
        return;
    into->merged[into->merged_count++] = (struct judge_merged){.lead = lead->id, .contact_count = 1 + lead->contact_count, .persons = lead->persons,
                                                               .priority = lead->priority, .received_ms = lead->received_ms, .heard_ms = lead->heard_ms};
}

/* merged_count: it was not merged into the lead. */
static uint32_t find_merged(const struct judge_lead *into, struct desk_id lead)
{
    uint32_t at = 0;
    while (at < into->merged_count && !desk_id_equal(into->merged[at].lead, lead))
        at++;
    return at;
}

/* What it is with what is left. */
static void work_out(struct judge_lead *into)
{
    into->persons = into->own.persons;
    into->priority = into->own.priority;
    into->received_ms = into->own.received_ms;
    into->heard_ms = into->own.heard_ms;
    for (uint32_t i = 0; i < into->merged_count; i++) {
        const struct judge_merged *merged = &into->merged[i];
        into->persons |= merged->persons;
        into->priority = merged->priority > into->priority ? merged->priority : into->priority;
        into->received_ms = merged->received_ms < into->received_ms ? merged->received_ms : into->received_ms;
        into->heard_ms = merged->heard_ms > into->heard_ms ? merged->heard_ms : into->heard_ms;
    }
}

static void give_up(struct sim_judge *judge, struct judge_lead *into, const struct core_effect *event)
{
    uint32_t at = find_merged(into, event->other);
    if (judge->parting.number != 0 || at == into->merged_count) {
        judge_broken(judge, "never doubled: lead %llu gives up a lead that it never took in", judge_number(into));
        return;
    }
    into->contact_count -= into->merged[at].contact_count;
    into->merged_count--;
    memmove(&into->merged[at], &into->merged[at + 1], (into->merged_count - at) * sizeof into->merged[0]);
    work_out(into);
    if (event->to != into->state || sim_rep_number(event->rep) != into->rep)
        judge_broken(judge, "one owner: parting took lead %llu from %d to %d", judge_number(into), into->state, event->to);
    if (event->contact_count != into->contact_count)
        judge_broken(judge, "never lost: lead %llu has %u contacts after parting", judge_number(into), event->contact_count);
    if (event->priority != into->priority || event->received_unix_ms != into->received_ms)
        judge_broken(judge, "most urgent first: lead %llu has priority %u after parting, not %u", judge_number(into), event->priority, into->priority);
    judge->parting = event->other;
}

static void live_again(struct sim_judge *judge, struct judge_lead *lead, const struct core_effect *event, uint64_t now_ms)
{
    if (!desk_id_equal(judge->parting, lead->id))
        judge_broken(judge, "never doubled: lead %llu is parted, and no lead gave up what it held", judge_number(lead));
    if (event->priority != lead->priority || event->received_unix_ms != lead->received_ms)
        judge_broken(judge, "most urgent first: lead %llu is parted with another priority or age", judge_number(lead));
    judge_live_again(judge, lead, event, now_ms);
    judge->parting = (struct desk_id){0};
    judge->coverage->faults[SIM_FAULT_PARTED]++;
}

void judge_take_part(struct sim_judge *judge, struct judge_lead *lead, const struct core_effect *event, uint64_t now_ms)
{
    if (strcmp(event->by, "boss") != 0)
        judge_broken(judge, "one owner: lead %llu is parted and nobody asked", judge_number(lead));
    if (lead_state_is_end(event->from))
        live_again(judge, lead, event, now_ms);
    else
        give_up(judge, lead, event);
}
