/* SPDX-License-Identifier: Apache-2.0
 *
 * What is written of a lead: its image, its record, and that a checkpoint has to write it again.
 */
#include "broadcast.h"
#include "core_internal.h"
#include "exclusions.h"
#include "lead_extra.h"
#include "lead_record.h"
#include "lead_state.h"
#include "people.h"
#include "relax.h"
#include "zero_bytes.h"

static struct core_text text_of(const char *text)
{
    return (struct core_text){text, (uint32_t)strlen(text)};
}

static void extra_fill(const struct lead_extra *extra, struct lead_image *image)
{
    image->is_call_back = extra->is_call_back;
    image->preferred_rep = extra->preferred_rep;
    image->preferred_until_ms = extra->preferred_rep != 0 ? extra->preferred_until_ms : 0;
    image->preferred_for_ms = extra->preferred_rep != 0 ? extra->preferred_for_ms : 0;
    image->appointment_ms = extra->appointment_ms;
    image->set_by = extra->set_by;
    image->set_offer_number = extra->set_offer_number;
    image->value = extra->value;
    broadcast_fill(extra->lead, image);
    image->has_own_needs = extra->has_own_needs;
    image->has_own_priority = extra->has_own_priority;
    image->acts = extra->acts;
    image->declines = extra->declines;
    image->call_backs = extra->call_backs;
    if (extra->lapsed)
        lapsed_fill(extra->lapsed, image);
    image->waits_from_ms = extra->waits_from_ms;
    image->touch_for_ms = extra->touch_for_ms;
    image->touch_ms = extra->touch_ms;
    image->nudge_ms = extra->nudge_ms;
    image->reach = extra->reach;
    image->life = extra->life;
    if (extra->place)
        image->place = text_of(extra->place);
}

/* Field by field: zeroing the whole image, with its arrays, would cost more than the rest. */
void lead_image_fill(const struct core *core, const struct lead *lead, bool with_payload, struct lead_image *image)
{
    const struct demand_class *demand = lead->demand;

    zero_bytes(image, offsetof(struct lead_image, others));
    image->id = lead->id;
    image->revision = lead->revision;
    image->state = (enum lead_state)lead->state;
    image->cause = (enum core_cause)lead->cause;
    image->at_ms = lead->since_ms;
    image->seen_key = lead->seen_key;
    image->content_hash = lead->content_hash;
    image->created_revision = lead->created_revision;
    image->created_ms = lead->created_ms;
    image->rep = lead->rep;
    image->received_ms = lead->received_ms;
    image->deadline_ms = lead->deadline_ms;
    image->wait_deadline_ms = lead->wait_deadline_ms;
    image->offer_number = lead->offer_number;
    image->offers_made = lead->offers_made;
    image->weight = lead->weight;
    image->charged = lead->charged;
    image->priority = lead->priority;
    image->channel = demand->channel;
    image->source = names_view(&core->names, lead->source);
    image->queue = names_view(&core->names, demand->queue);
    image->rule = names_view(&core->names, lead->rule);
    image->relax_from_ms = lead->created_ms;
    image->relax_next_ms = lead_relax_next_ms(lead);
    image->relaxed = lead->relaxed;
    if (lead->extra)
        extra_fill(lead->extra, image);
    if (with_payload && lead->extra && lead->extra->person)
        person_fill(lead->extra->person, true, image);
    image->has_payload = with_payload;
    image->payload = lead->payload;
    image->payload_size = lead->payload_size;

    const struct needs *needs = &demand->needs;
    image->require_count = needs->require_count;
    for (uint32_t i = 0; i < needs->require_count; i++)
        image->require[i] = (struct record_require){names_view(&core->names, core->skill_names[needs->require[i].skill]), needs->require[i].level};
    image->prefer_count = needs->prefer_count;
    for (uint32_t i = 0; i < needs->prefer_count; i++)
        image->prefer[i] = (struct record_require){names_view(&core->names, core->skill_names[needs->prefer[i].skill]), needs->prefer[i].level};
    image->team_count = needs->team_count;
    image->with_own_teams = needs->with_own_teams;
    for (uint32_t i = 0; i < needs->team_count; i++)
        image->teams[i] = names_view(&core->names, needs->teams[i]);
    image->exclusion_count = lead->exclusion_count;
    image->exclusions = lead->exclusions;
    image->decision_count = lead->decision_count;
    image->decisions = lead->decisions;
}

void lead_record_change(struct core *core, struct lead *lead, const struct lead_change *change, bool with_payload, uint32_t idle_rep)
{
    struct lead_image image;
    lead_image_fill(core, lead, with_payload, &image);
    image.idle_rep = idle_rep;
    if (change->disposition)
        image.disposition = text_of(change->disposition->code);
    if (lead_state_is_end(change->to) && lead->extra && lead->extra->person)
        person_fill(lead->extra->person, person_is_won(core, change), &image);
    image.has_completion = change->has_completion;
    image.completion_key = change->completion_key;
    image.completion_hash = change->completion_hash;
    image.is_kept = lead_state_is_end(change->to) && kept_wants(core, lead, change->cause);
    image.kept_floor = core->kept.floor;
    byte_buffer_clear(&core->record);
    record_put_lead(&core->record, &image);
    emit_record(core, RECORD_LEAD);
}

void lead_record(struct core *core, struct lead *lead, bool with_payload)
{
    struct lead_image image;
    lead->revision = core_next_revision(core);
    lead_image_fill(core, lead, with_payload, &image);
    byte_buffer_clear(&core->record);
    record_put_lead(&core->record, &image);
    emit_record(core, RECORD_LEAD);
    lead_mark_dirty(core, lead);
}

void lead_records_begin(struct core *core)
{
    assert(!core->is_joint);
    byte_buffer_clear(&core->joint);
    core->joint_count = 0;
    core->is_joint = true;
}

void lead_records_end(struct core *core)
{
    core->is_joint = false;
    assert(!core->joint.failed);
    byte_buffer_clear(&core->record);
    record_put_leads(&core->record, core->joint_count, &core->joint);
    emit_record(core, RECORD_LEADS);
}

/* Where the list goes on behind the lead in that place; without one, where it begins. */
static uint32_t *next_of(struct core *core, uint32_t place)
{
    return place == LEAD_INDEX_NONE ? &core->dirty_first : &lead_table_at(&core->leads, place)->dirty_next;
}

static uint32_t *prev_of(struct core *core, uint32_t place)
{
    return place == LEAD_INDEX_NONE ? &core->dirty_last : &lead_table_at(&core->leads, place)->dirty_prev;
}

void lead_mark_dirty(struct core *core, struct lead *lead)
{
    if (lead->is_dirty)
        return;
    lead->is_dirty = true;
    lead->dirty_in = core->checkpoint.number;
    lead->dirty_next = LEAD_INDEX_NONE;
    lead->dirty_prev = core->dirty_last;
    *next_of(core, core->dirty_last) = lead->index;
    core->dirty_last = lead->index;
    core->dirty_count++;
}

void lead_unmark_dirty(struct core *core, struct lead *lead)
{
    if (!lead->is_dirty)
        return;
    lead->is_dirty = false;
    *next_of(core, lead->dirty_prev) = lead->dirty_next;
    *prev_of(core, lead->dirty_next) = lead->dirty_prev;
    core->dirty_count--;
}
