/* SPDX-License-Identifier: Apache-2.0
 *
 * Two leads of one person that nothing recognised as such: one ends as merged, the other has the contacts of both.
 *
 * The other stays where it is, with whoever has it, and keeps its queue and what it requires. It becomes as urgent as the more
 * urgent of the two and as old as the older. Who had or was offered the first is told, and free. Publishers of its
 * contacts go on being told of the lead that they know: that it is merged.
 */
#include "merge.h"

#include "broadcast.h"
#include "core_internal.h"
#include "decisions.h"
#include "effects.h"
#include "lead_extra.h"
#include "lead_record.h"
#include "lead_state.h"
#include "person_merge.h"

const char *merge_why_not(const struct lead *lead, const struct lead *into)
{
    if (!into)
        return "there is no such open lead to merge it into";
    if (lead == into)
        return "a lead cannot be merged into itself";
    if (lead->demand->needs.rings && lead->state != LEAD_ASSIGNED)
        return "a caller is on the line: merge the other lead into this one";
    return person_merge_fits(lead, into) ? NULL : "together they have more contacts than a lead may have";
}

static void end_merged(struct core *core, struct lead *lead, struct desk_id into)
{
    struct rep *rep = rep_table_at(&core->reps, lead->rep);
    broadcast_end(core, lead, CAUSE_MERGED, false);
    if (rep) {
        decision_close(lead, lead->offer_number, CAUSE_MERGED);
        tell_withdrawn(core, lead->id, lead->offer_number, rep, CAUSE_MERGED);
    }
    lead_move(core, lead, &(struct lead_change){.to = LEAD_MERGED, .cause = CAUSE_MERGED, .other = into});
}

/* What was agreed with the person, and who set it, where the lead itself has nothing of the kind. */
static void take_agreement(struct core *core, const struct lead *lead, struct lead *into)
{
    const struct lead_extra *from = lead->extra;
    struct lead_extra *to = into->extra;
    if (from && from->appointment_ms > core->now_ms && to->appointment_ms == 0) {
        lead_set_appointment(into, from->appointment_ms, (struct core_text){from->place, from->place ? (uint32_t)strlen(from->place) : 0});
        to->person->own.took_appointment = true;
    }
    if (from && from->set_by != 0 && to->set_by == 0) {
        to->set_by = from->set_by;   /* no repeat of that transfer is one of this lead: its offer number stays behind */
        to->person->own.took_set_by = true;
    }
}

void merge_stay(struct core *core, struct lead *into, enum core_cause cause, const struct lead_join *join, struct desk_id other)
{
    struct rep *rep = rep_table_at(&core->reps, into->rep);
    uint64_t deadline_ms = into->deadline_ms > core->now_ms ? into->deadline_ms : deadline_after(core, 1);
    lead_move(core, into, &(struct lead_change){.to = (enum lead_state)into->state, .cause = cause, .rep = into->rep,
                                                .deadline_ms = deadline_ms, .join = join, .other = other});
    if (rep && into->state == LEAD_OFFERED)
        broadcast_show(core, into);
    else if (rep)
        tell_holding(core, into, rep, true);
}

void lead_merge(struct core *core, struct lead *lead, struct lead *into, const struct act_note *note)
{
    struct act_note noted = *note;
    const struct desk_id from = lead->id;
    const struct lead_join join = {.priority = lead->priority > into->priority ? lead->priority : into->priority,
                                   .received_ms = lead->received_ms < into->received_ms ? lead->received_ms : 0};
    person_merge(core, lead, into);
    take_agreement(core, lead, into);
    noted.other = from;
    noted.rep = into->rep;
    act_note_keep(into, &noted);
    lead_records_begin(core);
    merge_stay(core, into, CAUSE_MERGED, &join, from);
    end_merged(core, lead, into->id);
    lead_records_end(core);
}
