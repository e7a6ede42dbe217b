/* SPDX-License-Identifier: Apache-2.0
 *
 * Two leads that a manager made one, and that are of two persons after all: what was merged waits again, as it was when it
 * was merged, with its age and its contacts. The other stays where it is, with whoever has it, and gives back what it had
 * of the first: contacts, keys, priority, age, and an appointment. What came in the meantime stays with the lead that its
 * publisher was told of.
 */
#include "part.h"

#include "core_internal.h"
#include "effects.h"
#include "lead_extra.h"
#include "lead_record.h"
#include "lead_state.h"
#include "merge.h"
#include "person_merge.h"
#include "reopen.h"

static const char *why_not(const struct core *core, struct desk_id id, const struct kept_lead *kept, const struct lead *into)
{
    if (lead_table_find(&core->leads, id))
        return "the lead is open, and part of no other";
    if (!core->config || core->config->reopen_for_ms == 0)
        return "the desk's rules do not let leads be parted: reopen_for";
    if (!kept)
        return "no such lead is kept: it was merged too long ago, or made room for later ones";
    if (!kept->is_merged)
        return "the lead was not merged: it can be reopened";
    if (core->now_ms - kept->ended_ms > core->config->reopen_for_ms)
        return "the lead was merged longer ago than reopen_for";
    return into ? NULL : "the lead that it was merged into has ended: reopen or part that first";
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

/* As far as it is the same still: what was agreed or handed on since is the other's own. */
static void give_agreement_back(const struct lead *lead, struct lead *into)
{
    const struct lead_extra *of = lead->extra;
    struct lead_extra *has = into->extra;
    struct person_own *own = &has->person->own;
    if (own->took_appointment && has->appointment_ms == of->appointment_ms && same_text(has->place, of->place)) {
        lead_set_appointment(into, 0, (struct core_text){0});
        own->took_appointment = false;
    }
    if (own->took_set_by && has->set_by == of->set_by && has->set_offer_number == 0) {
        has->set_by = 0;
        own->took_set_by = false;
    }
}

static void keep_note(struct lead *lead, struct act_note note, struct desk_id other)
{
    note.rep = lead->rep;
    note.other = other;
    act_note_keep(lead, &note);
}

static void part(struct core *core, struct lead *lead, struct lead *into, const struct act_note *note)
{
    const struct lead_join left = person_part(core, lead, into);
    give_agreement_back(lead, into);
    reopen_known(core, lead);
    keep_note(lead, *note, into->id);
    keep_note(into, *note, lead->id);
    lead->wait_deadline_ms = deadline_after(core, core_channel(core, lead->demand->channel)->wait_limit_ms);
    lead_records_begin(core);
    merge_stay(core, into, CAUSE_PARTED, &left, lead->id);
    lead_move(core, lead, &(struct lead_change){.to = LEAD_WAITING, .cause = CAUSE_PARTED, .deadline_ms = lead->wait_deadline_ms, .other = into->id});
    lead_records_end(core);
}

/* NULL: it has ended, or is none that anything was merged into. */
static struct lead *merged_into(const struct core *core, const struct kept_lead *kept)
{
    struct lead *into = kept && kept->is_merged ? lead_table_find(&core->leads, kept_other(kept)) : NULL;
    return into && into->extra && into->extra->person && into->extra->person->contact_count > 0 ? into : NULL;
}

void command_part(struct core *core, const struct core_command *command, const struct act_note *note)
{
    const struct desk_id id = command->act.lead;
    struct kept_lead *kept = kept_find(&core->kept, id);
    struct lead *into = merged_into(core, kept);
    const char *problem = why_not(core, id, kept, into);
    if (problem) {
        reply(core, command, CORE_REJECTED, problem, id);
        return;
    }
    struct lead *lead = reopen_kept(core, kept);
    if (!lead) {
        reply(core, command, CORE_BUSY, "the desk holds as many leads as it may", id);
        return;
    }
    kept_drop(&core->kept, kept);
    part(core, lead, into, note);
    reply(core, command, CORE_ACCEPTED, "", id);
}
