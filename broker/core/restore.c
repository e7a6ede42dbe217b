/* SPDX-License-Identifier: Apache-2.0
 *
 * Records back into state. Images are put in place as they come, the newer
 * revision winning; nothing is linked before core_restore_done, which
 * derives classes, loads and timers from what is there at the end.
 *
 * A journal's tail may begin in the middle of a lead's life that also ended in it: such a lead
 * has no payload for a while. One that still has none at the end is damage.
 */
#include <stdlib.h>

#include "broadcast.h"
#include "checkpoint.h"
#include "config_apply.h"
#include "config_record.h"
#include "caps.h"
#include "core_internal.h"
#include "decisions.h"
#include "exclusions.h"
#include "lead_end.h"
#include "lead_extra.h"
#include "lead_memory.h"
#include "lead_record.h"
#include "pairs.h"
#include "people.h"
#include "preferred.h"
#include "restore.h"
#include "restore_link.h"
#include "stops.h"
#include "team_limits.h"

static lw_status restore_lead(struct core *core, const void *bytes, size_t size);
static lw_status restore_one_lead(void *context, const void *bytes, size_t size);
static lw_status restore_rep(struct core *core, const void *bytes, size_t size);
static lw_status restore_seen(struct core *core, const void *bytes, size_t size);
static lw_status restore_desk(struct core *core, const void *bytes, size_t size);
static lw_status restore_open(struct core *core, const struct lead_image *image);
static lw_status restore_end(struct core *core, const struct lead_image *image, const void *bytes, size_t size);
static void keep_restored_end(struct core *core, struct lead *lead, const struct lead_image *image);
static void take_acts(struct lead *lead, const struct lead_image *image);
static lw_status keep_restored_seen(struct core *core, const struct seen_entry *entry);

static void at_least(uint64_t *counter, uint64_t value)
{
    if (value > *counter)
        *counter = value;
}

/* A wheel far behind would hang all timers at its top, and each of them anew, level by level, at the first step. What is due
 * by now still is: it fires at the next millisecond of the wheel, in the order of the deadlines. */
static void advance_wheel(struct core *core)
{
    if (core->wheel.count == 0 && core->now_ms > core->wheel.now_ms + 1)
        (void)timer_wheel_take(&core->wheel, core->now_ms - 1);
}

lw_status core_restore(struct core *core, enum record_kind kind, const void *bytes, size_t size)
{
    core->is_restoring = true;
    switch (kind) {
    case RECORD_DESK: return restore_desk(core, bytes, size);
    case RECORD_CONFIG: return config_record_restore(core, bytes, size);
    case RECORD_LEAD: return restore_lead(core, bytes, size);
    case RECORD_REP: return restore_rep(core, bytes, size);
    case RECORD_SEEN: return restore_seen(core, bytes, size);
    case RECORD_LEADS: return record_visit_leads(bytes, size, restore_one_lead, core);
    }
    return LW_UNSUPPORTED;
}

lw_status core_restore_done(struct core *core)
{
    core->is_restoring = true;
    advance_wheel(core);
    if (core->config)
        config_link(core);
    else if (core->leads.count > 0)
        return LW_CORRUPT;
    restore_link_reps(core);
    lw_status status = restore_link_leads(core);
    if (status == LW_OK)
        opening_restore_done(core);
    if (status == LW_OK)
        status = restore_link_seen(core);
    core->is_restoring = false;
    core->history.decided_from_ms = core->now_ms;
    core->match_everything = true;
    return status;
}

static lw_status restore_part(struct core *core, const struct desk_part *part)
{
    switch (part->kind) {
    case DESK_PART_TEAM:
        at_least(&core->next_revision, part->team.revision);
        return team_limit_restore(core, &part->team);
    case DESK_PART_PAUSED:
        at_least(&core->next_revision, part->paused.revision);
        return paused_source_restore(core, &part->paused);
    case DESK_PART_QUEUE: break;
    }
    return queue_restore(core, &part->queue);
}

static lw_status restore_desk(struct core *core, const void *bytes, size_t size)
{
    struct desk_image image;
    struct desk_part part;
    struct byte_reader rest;
    lw_status status = record_read_desk(bytes, size, &image, &rest);
    if (status != LW_OK)
        return status;
    core->is_founded = true;
    core->fingerprint_key = image.fingerprint_key;
    at_least(&core->next_revision, image.revision);
    at_least(&core->next_number, image.next_number);
    at_least(&core->now_ms, image.desk_ms);
    advance_wheel(core);     /* before limits of teams set timers */
    if (image.ledger_revision > core->fair_share.revision) {
        core->fair_share.revision = image.ledger_revision;
        core->fair_share.given = image.ledger_given;
        core->fair_share.total = image.ledger_total;
    }
    nobody_restore(core, &image);
    opening_restore(core, &image);
    while ((status = record_next_part(&rest, &part)) == LW_OK) {
        status = restore_part(core, &part);
        if (status != LW_OK)
            return status;
    }
    return status == LW_NOT_FOUND ? LW_OK : status;
}

static lw_status restore_rep(struct core *core, const void *bytes, size_t size)
{
    struct rep_image image;
    lw_status status = record_read_rep(bytes, size, &image);
    if (status != LW_OK)
        return status;
    if (image.number >= REPS_MAX)
        return LW_CORRUPT;
    at_least(&core->next_revision, image.revision);
    struct rep *rep = rep_table_at(&core->reps, image.number);
    if (!rep)
        rep = rep_table_add(&core->reps, image.number, image.name.data, image.name.size);
    if (!rep)
        return LW_NO_MEMORY;
    if (image.revision <= rep->revision)
        return LW_OK;
    rep->revision = image.revision;
    rep->state = (uint8_t)image.state;
    rep->rank.idle_since_ms = image.idle_since_ms;
    rep->until_ms = image.until_ms;
    rep->grace_deadline_ms = image.grace_deadline_ms;
    rep->misses = image.misses;
    rep->rank.account = image.account;
    rep->share_mark = image.share_mark;
    rep->opening_ms = image.opening_ms;
    rep->opening_dealt = image.opening_dealt;
    rep->connected = false;   /* sessions do not survive */
    rep->is_dirty = true;
    rep->device_state = (uint8_t)image.device_state;
    rep->device_until_ms = image.device_until_ms;
    status = caps_restore(core, rep, &image.caps);
    if (status == LW_OK)
        status = declines_restore(core, rep, &image);
    if (status != LW_OK)
        return status;
    memcpy(rep->reason, image.reason.data, image.reason.size);
    rep->reason[image.reason.size] = '\0';
    return LW_OK;
}

static lw_status restore_seen(struct core *core, const void *bytes, size_t size)
{
    struct seen_image image;
    lw_status status = record_read_seen(bytes, size, &image);
    if (status != LW_OK)
        return status;
    at_least(&core->next_number, image.lead.number);
    if (image.kind == SEEN_STOP || image.kind == SEEN_STOPPED) {
        at_least(&core->next_revision, image.serial);
        stops_restore(core, &image);
        return LW_OK;
    }
    if (image.kind == SEEN_WON || image.kind == SEEN_NAMED) {
        const uint32_t bought = image.bought.size > 0 ? names_add(&core->names, image.bought.data, image.bought.size) : NAME_NONE;
        if (image.bought.size > 0 && bought == NAME_NONE)
            return LW_NO_MEMORY;
        at_least(&core->next_revision, image.serial);
        known_keep(&core->known, &(struct known_key){.key = image.key, .lead = image.lead, .rep = (uint32_t)image.content_hash, .at_ms = image.at_ms,
                                                     .serial = image.serial, .bought = bought + 1}, image.kind == SEEN_NAMED);
        return LW_OK;
    }
    return keep_restored_seen(core, &(struct seen_entry){.key = image.key, .lead = image.lead, .content_hash = image.content_hash,
                                                         .at_ms = image.at_ms, .serial = image.serial, .kind = image.kind, .end = image.end, .life = image.life});
}

static lw_status keep_restored_seen(struct core *core, const struct seen_entry *entry)
{
    if (core->restored_count == core->restored_capacity) {
        size_t capacity = core->restored_capacity ? core->restored_capacity * 2 : 1024;
        struct seen_entry *entries = realloc(core->restored_seen, capacity * sizeof *entries);
        if (!entries)
            return LW_NO_MEMORY;
        core->restored_seen = entries;
        core->restored_capacity = capacity;
    }
    core->restored_seen[core->restored_count++] = *entry;
    return LW_OK;
}

static lw_status restore_lead(struct core *core, const void *bytes, size_t size)
{
    struct lead_image image;
    lw_status status = record_read_lead(bytes, size, &image);
    if (status != LW_OK)
        return status;
    at_least(&core->next_revision, image.revision);
    at_least(&core->next_number, image.id.number);
    at_least(&core->now_ms, image.at_ms);
    struct rep *idle = rep_table_at(&core->reps, image.idle_rep);
    if (idle && image.revision > idle->revision) {
        idle->rank.idle_since_ms = image.at_ms;
        idle->revision = image.revision;
        idle->is_dirty = true;
    }
    bool is_end = lead_state_is_end(image.state);
    status = keep_restored_seen(core, &(struct seen_entry){
        .key = image.seen_key, .lead = image.id, .content_hash = image.content_hash, .at_ms = image.created_ms,
        .serial = image.created_revision, .kind = SEEN_PUBLISH, .end = is_end ? (uint8_t)image.state : 0,
        .life = image.life, .is_dirty = true});
    for (uint32_t i = 0; is_end && !image.has_payload && i < image.person_key_count; i++) {
        struct known_key won = {.key = image.person_keys[i], .lead = image.id, .rep = image.rep, .at_ms = image.at_ms, .serial = image.revision + 1 + i};
        at_least(&core->next_revision, won.serial);
        known_keep(&core->known, &won, true);
    }
    for (uint32_t i = 0; status == LW_OK && i < image.contact_count; i++) {
        if (image.contacts[i].serial == 0)
            continue;   /* a merge brought it: its entry is of the lead that was merged */
        status = keep_restored_seen(core, &(struct seen_entry){
            .key = image.contacts[i].seen_key, .lead = image.id, .content_hash = image.contacts[i].content_hash, .at_ms = image.contacts[i].at_ms,
            .serial = image.contacts[i].serial, .kind = SEEN_JOIN, .end = is_end ? (uint8_t)image.state : 0, .life = image.life, .is_dirty = true});
    }
    if (status == LW_OK && image.has_completion)
        status = keep_restored_seen(core, &(struct seen_entry){
            .key = image.completion_key, .lead = image.id, .content_hash = image.completion_hash, .at_ms = image.at_ms,
            .serial = image.revision, .kind = SEEN_COMPLETE, .end = (uint8_t)image.state, .is_dirty = true});
    if (status != LW_OK)
        return status;

    return is_end ? restore_end(core, &image, bytes, size) : restore_open(core, &image);
}

static lw_status restore_one_lead(void *context, const void *bytes, size_t size)
{
    return restore_lead(context, bytes, size);
}

static uint8_t life_of(const struct lead *lead)
{
    return lead->extra ? lead->extra->life : 0;
}

/* Of a lead that was reopened nothing stays of the life before, but that the checkpoint has a record of it. */
static lw_status restore_open(struct core *core, const struct lead_image *image)
{
    struct kept_lead *kept = kept_find(&core->kept, image->id);
    struct lead *lead = lead_table_find(&core->leads, image->id);
    if ((kept && image->revision <= kept->revision) || (lead && image->revision <= lead->revision))
        return LW_OK;
    bool in_checkpoint = (kept && kept->in_checkpoint) || (lead && lead->in_checkpoint);
    if (kept)
        kept_drop(&core->kept, kept);
    if (lead && image->has_payload && life_of(lead) != image->life) {
        lead_free(core, lead);
        lead = NULL;
    }
    if (!lead)
        lead = lead_table_add(&core->leads, image->id);
    if (!lead)
        return LW_FULL;
    lead->in_checkpoint = in_checkpoint;
    return restore_take_image(core, lead, image);
}

/* Of a change, or the whole image of a checkpoint. The lead may be reopened and open by now. */
static lw_status restore_end(struct core *core, const struct lead_image *image, const void *bytes, size_t size)
{
    struct lead *lead = lead_table_find(&core->leads, image->id);
    struct kept_lead *kept = kept_find(&core->kept, image->id);
    kept_raise_floor(core, image->kept_floor);
    if ((lead && lead->revision >= image->revision) || (kept && kept->revision >= image->revision))
        return LW_OK;
    kept_clear_place(&core->kept, image);
    if (image->has_payload)
        return kept_restore(core, image, bytes, size);
    if (lead && lead->payload && image->is_kept && image->revision > core->kept.floor)
        keep_restored_end(core, lead, image);
    else
        checkpoint_note_gone(core, image->id);
    if (lead)
        lead_free(core, lead);
    return LW_OK;
}

/* As it was kept when it ended: with the acts of managers up to its end, of which the last may have no other record. */
static void keep_restored_end(struct core *core, struct lead *lead, const struct lead_image *image)
{
    lead->revision = image->revision;
    lead->state = (uint8_t)image->state;
    lead->cause = (uint8_t)image->cause;
    lead->since_ms = image->at_ms;
    lead->rep = (uint16_t)image->rep;
    take_acts(lead, image);
    kept_add(core, lead, true);
}

static bool take_levels(struct core *core, const struct record_require *levels, uint32_t count, struct requirement *out)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t skill = core_skill_number(core, levels[i].skill.data, levels[i].skill.size);
        if (skill == NAME_NONE)
            return false;
        out[i] = (struct requirement){(uint16_t)skill, levels[i].level};
    }
    return true;
}

static lw_status take_needs(struct core *core, const struct lead_image *image, struct needs *out)
{
    *out = (struct needs){.require_count = (uint8_t)image->require_count, .prefer_count = (uint8_t)image->prefer_count,
                          .team_count = (uint8_t)image->team_count, .with_own_teams = image->with_own_teams};
    if (!take_levels(core, image->require, image->require_count, out->require) ||
        !take_levels(core, image->prefer, image->prefer_count, out->prefer))
        return LW_FULL;
    for (uint32_t i = 0; i < image->team_count; i++) {
        out->teams[i] = names_add(&core->names, image->teams[i].data, image->teams[i].size);
        if (out->teams[i] == NAME_NONE)
            return LW_FULL;
    }
    out->rings = image->channel == LW_CHANNEL_PHONE;   /* made quiet when it is linked, if need be */
    return LW_OK;
}

static lw_status take_demand(struct core *core, struct lead *lead, const struct lead_image *image, uint32_t queue)
{
    struct needs needs;
    lw_status status = take_needs(core, image, &needs);
    if (status != LW_OK)
        return status;
    lead->demand = classes_demand(&core->classes, queue, image->channel, &needs);
    return lead->demand ? LW_OK : LW_NO_MEMORY;
}

/* What never changes: payload and the like, and the class of a lead that has not relaxed. */
static lw_status take_fixed_part(struct core *core, struct lead *lead, const struct lead_image *image)
{
    uint32_t queue = names_add(&core->names, image->queue.data, image->queue.size);
    uint32_t source = names_add(&core->names, image->source.data, image->source.size);
    uint32_t rule = names_add(&core->names, image->rule.data, image->rule.size);
    lw_status status = source == NAME_NONE || rule == NAME_NONE ? LW_FULL : take_demand(core, lead, image, queue);
    if (status != LW_OK)
        return status;
    if (!lead_set_payload(core, lead, image->payload, image->payload_size))
        return LW_NO_MEMORY;
    lead->received_ms = image->received_ms;
    lead->source = (uint16_t)source;
    lead->rule = (uint16_t)rule;
    return LW_OK;
}

static void take_extra(struct lead *lead, const struct lead_image *image)
{
    lead_set_appointment(lead, image->appointment_ms, image->place);
    pairs_value_lead(lead, image->value);
    broadcast_restore(lead, image);
    if (!lead->extra && !image->is_call_back && image->preferred_rep == 0 && image->set_by == 0 && image->waits_from_ms == 0 &&
        image->touch_for_ms == 0)
        return;
    struct lead_extra *extra = lead_extra_of(lead);
    extra->touch_for_ms = image->touch_for_ms;
    extra->is_call_back = image->is_call_back;
    extra->set_by = image->set_by;
    extra->set_offer_number = image->set_offer_number;
    extra->has_own_needs = image->has_own_needs;
    extra->waits_from_ms = image->waits_from_ms;
    extra->preferred_rep = image->preferred_rep;
    extra->preferred_until_ms = image->preferred_until_ms;
    extra->preferred_for_ms = image->preferred_for_ms;
}

static void take_reach(struct lead *lead, const struct lead_image *image)
{
    if (lead->extra) {
        reach_free(lead->extra->reach);
        lead->extra->reach = NULL;
    }
    reach_note_touch(lead, (enum touch_kind)image->touched, image->touched_ms);
    for (uint32_t i = 0; i < image->leg_count; i++) {
        const struct leg_image *leg = &image->legs_read[i];
        reach_note_leg(lead, &(struct leg_note){.at_ms = leg->at_ms, .rep = leg->rep, .offer_number = leg->offer_number, .cause = leg->cause}, leg->id);
    }
}

/* What managers did, and how the prospect was reached. */
static void take_life(struct lead *lead, const struct lead_image *image)
{
    if (image->has_own_priority) {
        lead->priority = (uint16_t)image->priority;
        lead_extra_of(lead)->has_own_priority = true;
    }
    if (lead->extra || image->touch_ms != 0 || image->nudge_ms != 0) {
        struct lead_extra *extra = lead_extra_of(lead);
        extra->touch_ms = image->touch_ms;
        extra->nudge_ms = image->nudge_ms;
    }
    take_reach(lead, image);
    if (image->life > 0)
        lead_extra_of(lead)->life = image->life;
    take_acts(lead, image);
}

static void take_acts(struct lead *lead, const struct lead_image *image)
{
    if (lead->extra && lead->extra->acts)
        lead->extra->acts->count = 0;
    for (uint32_t i = 0; i < image->act_count; i++) {
        const struct act_image *act = &image->acts_read[i];
        struct act_note note;
        if (!act_note_take(&note, act->by, act->reason))
            continue;   /* longer than records may hold */
        note.at_ms = act->at_ms;
        note.rep = act->rep;
        note.cause = act->cause;
        note.other = act->other;
        act_note_keep(lead, &note);
    }
}

/* Who refused it before, and why. */
static void take_refusals(struct lead *lead, const struct lead_image *image)
{
    if (lead->extra && lead->extra->declines)
        lead->extra->declines->count = 0;
    for (uint32_t i = 0; i < image->decline_count; i++)
        decline_note_keep(lead, image->declines_read[i].offer_number, image->declines_read[i].reason);
    lapsed_take(lead, image);
    if (image->call_backs > 0 || lead->extra)
        lead_extra_of(lead)->call_backs = (uint16_t)image->call_backs;
}

/* Numbers for which a lead has room: the core wrote no others. */
static bool is_sound(const struct lead_image *image)
{
    bool relaxes_soon = image->relax_next_ms == 0 || image->relax_next_ms - image->created_ms <= UINT32_MAX;
    return image->rep < REPS_MAX && image->offers_made <= UINT8_MAX && image->relaxed <= CONFIG_RELAX_MAX && relaxes_soon;
}

lw_status restore_take_image(struct core *core, struct lead *lead, const struct lead_image *image)
{
    lw_status status = is_sound(image) ? LW_OK : LW_CORRUPT;
    if (status != LW_OK)
        return status;
    if (image->has_payload && !lead->payload)
        status = take_fixed_part(core, lead, image);
    else if (lead->demand && (image->has_payload || image->relaxed > 0 || image->has_own_needs))
        status = take_demand(core, lead, image, lead->demand->queue);
    if (status != LW_OK)
        return status;
    if (image->has_payload) {
        lead->priority = (uint16_t)image->priority;   /* a contact that joined may have raised it, */
        lead->received_ms = image->received_ms;       /* and a merge made it older */
    }
    const bool had_person = lead->extra && lead->extra->person;   /* of which nothing may be left */
    if (image->has_payload && (image->has_person || had_person) && !person_take(core, lead, image))
        return LW_NO_MEMORY;
    lead->revision = image->revision;
    lead->created_revision = image->created_revision;
    lead->created_ms = image->created_ms;
    lead->since_ms = image->at_ms;
    lead->deadline_ms = image->deadline_ms;
    lead->wait_deadline_ms = image->wait_deadline_ms;
    lead->seen_key = image->seen_key;
    lead->content_hash = image->content_hash;
    lead->relax_after_ms = image->relax_next_ms != 0 ? (uint32_t)(image->relax_next_ms - image->created_ms) : 0;
    lead->relaxed = image->relaxed & 0xfu;
    lead->rep = (uint16_t)image->rep;
    lead->offer_number = image->offer_number;
    lead->offers_made = (uint8_t)image->offers_made;
    lead->weight = (uint16_t)image->weight;
    lead->charged = (uint16_t)image->charged;
    lead->state = (uint8_t)image->state;
    lead->cause = (uint8_t)image->cause;
    if (image->in_checkpoint)
        lead->in_checkpoint = true;
    else
        lead_mark_dirty(core, lead);

    take_extra(lead, image);
    take_life(lead, image);
    take_refusals(lead, image);
    lead->exclusion_count = 0;
    free(lead->exclusions);
    lead->exclusions = NULL;
    if (image->exclusion_count > 0) {
        lead->exclusions = malloc(image->exclusion_count * sizeof *lead->exclusions);
        if (!lead->exclusions)
            return LW_NO_MEMORY;
        memcpy(lead->exclusions, image->exclusions, image->exclusion_count * sizeof *lead->exclusions);
        lead->exclusion_count = (uint8_t)image->exclusion_count;
    }
    lead->decision_count = 0;
    for (uint32_t i = 0; i < image->decision_count; i++) {
        struct decision *decision = decision_place(core, lead, (image->decisions[i].refusals & DECISION_PLACES) != 0);
        if (!decision)
            continue;
        *decision = image->decisions[i];
        decision->history_seq = UINT64_MAX;   /* of another life of the process */
    }
    return LW_OK;
}
