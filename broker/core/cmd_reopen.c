/* SPDX-License-Identifier: Apache-2.0
 *
 * A manager reopens a lead that has ended: it waits again as one that was scheduled until now. It keeps its age, its
 * contacts, what it requires, and who set it; offers, refusals and the first touch begin anew. Nobody is on the line.
 */
#include "caps.h"
#include "core_commands.h"
#include "core_internal.h"
#include "effects.h"
#include "exclusions.h"
#include "lead_end.h"
#include "lead_extra.h"
#include "lead_memory.h"
#include "lead_state.h"
#include "people.h"
#include "reopen.h"
#include "restore.h"

static const char *why_not(const struct core *core, struct desk_id id, const struct kept_lead *kept)
{
    if (lead_table_find(&core->leads, id))
        return "the lead is open";
    if (!core->config || core->config->reopen_for_ms == 0)
        return "the desk's rules do not let leads be reopened: reopen_for";
    if (!kept)
        return "no such lead is kept: it ended too long ago, or made room for later ones";
    if (kept->is_merged)
        return "the lead was merged into another: part it from that";
    return core->now_ms - kept->ended_ms > core->config->reopen_for_ms ? "the lead ended longer ago than reopen_for" : NULL;
}

void command_reopen(struct core *core, const struct core_command *command, const struct act_note *note)
{
    const struct desk_id id = command->act.lead;
    struct kept_lead *kept = kept_find(&core->kept, id);
    const char *problem = why_not(core, id, kept);
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
    lead->extra->waits_from_ms = core->now_ms;
    reopen_known(core, lead);
    act_note_keep(lead, note);
    lead->wait_deadline_ms = deadline_after(core, core_channel(core, lead->demand->channel)->wait_limit_ms);
    core->totals.reopened++;
    lead_move(core, lead, &(struct lead_change){.to = LEAD_WAITING, .cause = CAUSE_REOPENED, .deadline_ms = lead->wait_deadline_ms});
    reply(core, command, CORE_ACCEPTED, "", id);
}

/* What of its class does not stand in its image. False when there are too many classes. */
static bool complete(struct core *core, struct lead *lead)
{
    struct needs needs = lead->demand->needs;
    classes_enter(&core->classes, lead->demand);
    needs.rings = false;
    needs.capped_source = caps_source_need(core, lead->source);
    struct demand_class *demand = classes_demand(&core->classes, lead->demand->queue, lead->demand->channel, &needs);
    if (demand && demand != lead->demand)
        lead_change_demand(core, lead, demand);
    return demand != NULL;
}

struct lead *reopen_kept(struct core *core, const struct kept_lead *kept)
{
    struct lead_image image;
    lw_status status = record_read_lead(kept->bytes, kept->size, &image);
    assert(status == LW_OK);   /* our own */
    if (!bounds_have_room(core, kept->counted - KEPT_COUNTED_AS))
        return NULL;
    struct lead *lead = bounds_add_lead(core, kept->id);
    if (!lead)
        return NULL;
    status = restore_take_image(core, lead, &image);
    if (status != LW_OK || !complete(core, lead)) {
        lead_free(core, lead);
        return NULL;
    }
    lead->rep = 0;
    lead->in_checkpoint = kept->in_checkpoint;
    struct lead_extra *extra = lead_extra_of(lead);
    extra->is_call_back |= lead->demand->channel == LW_CHANNEL_PHONE;
    extra->life++;
    return lead;
}

static uint64_t open_again(struct core *core, const struct lead *lead, struct siphash_128 key)
{
    struct seen_entry *entry = seen_find(&core->seen, key, 0);
    if (!entry || !desk_id_equal(entry->lead, lead->id))
        return UINT64_MAX;   /* it has left the window */
    entry->end = LEAD_NONE;
    entry->life = lead->extra->life;
    seen_mark_dirty(&core->seen, entry);
    return entry->position;
}

void reopen_known(struct core *core, struct lead *lead)
{
    if (lead->extra->appointment_ms <= core->now_ms)
        lead_set_appointment(lead, 0, (struct core_text){0});
    const struct lead_person *person = lead->extra->person;
    lead->seen_position = (uint32_t)open_again(core, lead, lead->seen_key);
    for (uint32_t i = 0; person && i < person->contact_count; i++) {
        if (person->contacts[i].serial != 0)
            person->contacts[i].seen_position = open_again(core, lead, person->contacts[i].seen_key);
    }
}
