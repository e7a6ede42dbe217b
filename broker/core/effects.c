/* SPDX-License-Identifier: Apache-2.0 */
#include "broadcast.h"
#include "core_internal.h"
#include "declines.h"
#include "effects.h"
#include "interrupt.h"
#include "lead_extra.h"
#include "lead_state.h"
#include "people.h"
#include "preferred.h"
#include "why_text.h"
#include "zero_bytes.h"

const char *core_cause_word(enum core_cause cause)
{
    switch (cause) {
#define X(number, name, word) case CAUSE_##name: return word;
        CORE_CAUSE_TABLE(X)
#undef X
    case CAUSE_NONE: break;
    }
    return "";
}

void effect_init(const struct core *core, struct core_effect *effect, enum core_effect_kind kind)
{
    (void)core;
    zero_bytes(effect, sizeof *effect);
    effect->kind = kind;
    effect->reason = effect->queue = effect->rep = effect->device = effect->source = effect->disposition = "";
    effect->place = effect->preferred_rep = effect->by = effect->set_by = effect->bought = "";
    effect->note = effect->note_by = "";
}

void effect_emit(struct core *core, const struct core_effect *effect)
{
    if (!core->is_restoring)
        core->callbacks.effect(core->callbacks.context, effect);
}

void effect_also_offered(const struct core *core, const struct lead *lead, uint32_t but, struct core_effect *effect)
{
    static const char *names[BROADCAST_MAX];   /* borrowed until the callback returned */
    uint32_t count = 0;
    if (lead->rep != but)
        names[count++] = core->reps.reps[lead->rep]->name;
    for (const struct other_offer *offer = lead->extra->others; offer; offer = offer->next) {
        if (offer->rep != but)
            names[count++] = core->reps.reps[offer->rep]->name;
    }
    effect->also_offered = names;
    effect->also_offered_count = count;
}

static void effect_extra(const struct core *core, const struct lead *lead, struct core_effect *effect)
{
    const struct lead_extra *extra = lead->extra;
    const struct rep *preferred = rep_table_at(&core->reps, extra->preferred_rep);
    effect->is_call_back = extra->is_call_back;
    effect->appointment_ms = extra->appointment_ms;
    effect->contact_count = extra->person ? extra->person->contact_count : 0;
    effect->place = extra->place ? extra->place : "";
    const struct rep *set_by = rep_table_at(&core->reps, extra->set_by);
    effect->set_by = set_by ? set_by->name : "";
    effect->touch_ms = extra->touch_ms;
    effect->preferred_rep = preferred ? preferred->name : "";
    if (extra->others)
        effect_also_offered(core, lead, lead->rep, effect);
    effect->preferred_until_ms = lead_is_preferring(lead) ? extra->preferred_until_ms : 0;
}

void effect_lead(const struct core *core, const struct lead *lead, struct core_effect *effect)
{
    const struct rep *rep = rep_table_at(&core->reps, lead->rep);
    effect->lead = lead->id;
    effect->revision = lead->revision;
    effect->to = (enum lead_state)lead->state;
    effect->cause = (enum core_cause)lead->cause;
    effect->offer_number = lead->offer_number;
    effect->deadline_ms = lead->deadline_ms;
    effect->received_unix_ms = lead->received_ms;
    effect->weight = lead->weight;
    effect->priority = lead->priority;
    effect->channel = lead->demand->channel;
    effect->queue = names_text(&core->names, lead->demand->queue);
    effect->source = names_text(&core->names, lead->source);
    effect->rep = rep ? rep->name : "";
    effect->device = rep && rep->device != NAME_NONE ? names_text(&core->names, rep->device) : "";
    if (effect->kind == EFFECT_LEAD_EVENT) {
        effect->payload = lead->payload;
        effect->payload_size = lead->payload_size;
    }
    if (lead->extra)
        effect_extra(core, lead, effect);
}

void reply(struct core *core, const struct core_command *command, enum core_status status, const char *reason, struct desk_id lead)
{
    reply_joined(core, command, status, reason, lead, false);
}

void reply_busy(struct core *core, const struct core_command *command, const char *reason, uint32_t retry_after_ms)
{
    struct core_effect effect;
    if (command->request == 0)
        return;
    effect_init(core, &effect, EFFECT_REPLY);
    effect.session = command->session;
    effect.request = command->request;
    effect.status = CORE_BUSY;
    effect.reason = reason;
    effect.config_version = core->config_version;
    effect.retry_after_ms = retry_after_ms;
    effect_emit(core, &effect);
}

void reply_joined(struct core *core, const struct core_command *command, enum core_status status, const char *reason, struct desk_id lead,
                  bool joined)
{
    struct core_effect effect;
    if (command->request == 0)
        return;
    effect_init(core, &effect, EFFECT_REPLY);
    effect.joined = joined;
    effect.session = command->session;
    effect.request = command->request;
    effect.status = status;
    effect.reason = reason;
    effect.lead = lead;
    effect.config_version = core->config_version;
    effect.retry_after_ms = status == CORE_BUSY ? 1000 : 0;
    effect_emit(core, &effect);
}

/* contacts: room for them, as long as the effect. */
static void effect_payload(const struct lead *lead, struct core_effect *effect, struct core_contact contacts[CORE_CONTACTS_MAX])
{
    effect->payload = lead->payload;
    effect->payload_size = lead->payload_size;
    if (effect->contact_count == 0)
        return;
    for (uint32_t i = 0; i < effect->contact_count; i++) {
        const struct contact *contact = &lead->extra->person->contacts[i];
        contacts[i] = (struct core_contact){contact->payload, contact->payload_size, contact->at_ms};
    }
    effect->contacts = contacts;
}

static void effect_note(const struct lead *lead, struct core_effect *effect)
{
    const struct act_note *last = act_note_last_words(lead);
    if (!last)
        return;
    effect->note = last->reason;
    effect->note_by = last->by;
}

/* What the desk knows of whom the lead is about. */
static void effect_customer(const struct core *core, const struct lead *lead, struct core_effect *effect)
{
    if (core->config->people.customer_for_ms == 0)
        return;
    const struct lead_person *person = lead->extra ? lead->extra->person : NULL;
    const struct known_key *known = known_lead(core, lead);
    effect->is_no_customer = !known && person && person->first;
    if (!known)
        return;
    effect->bought_ms = known->at_ms;
    if (known->bought != 0)
        effect->bought = names_text(&core->names, known->bought - 1);
}

void tell_offer(struct core *core, const struct lead *lead, const struct rep *rep, bool resumed)
{
    struct core_effect effect;
    const struct core_why why = {core, lead, rep};
    struct core_contact contacts[CORE_CONTACTS_MAX];
    if (rep->session == 0 || core->is_restoring)
        return;
    effect_init(core, &effect, EFFECT_OFFER);
    effect_lead(core, lead, &effect);
    effect.offer_number = lead_offer_number(lead, rep->number);
    effect.rep = rep->name;
    effect.device = rep->device != NAME_NONE ? names_text(&core->names, rep->device) : "";
    effect.session = rep->session;
    effect.resumed = resumed;
    effect_payload(lead, &effect, contacts);
    effect.why = &why;
    effect.interrupts = interrupt_is(core, lead, rep);
    effect.hides_person = rep->is_outsourced;
    if (effect.hides_person) {
        effect.place = "";   /* where somebody lives, often */
    } else {
        effect_customer(core, lead, &effect);
        effect_note(lead, &effect);
    }
    effect_emit(core, &effect);
}

static void tell_held(struct core *core, const struct lead *lead, const struct rep *rep, bool resumed, bool with_lead)
{
    struct core_effect effect;
    struct core_contact contacts[CORE_CONTACTS_MAX];
    if (rep->session == 0)
        return;
    effect_init(core, &effect, EFFECT_HOLDING);
    effect_lead(core, lead, &effect);
    effect.session = rep->session;
    effect.resumed = resumed;
    if (with_lead)
        effect_payload(lead, &effect, contacts);
    effect_customer(core, lead, &effect);
    effect_note(lead, &effect);
    effect_emit(core, &effect);
}

/* Without the lead when it is not resumed: the client has it from the offer, but of an outsourced team not all. */
void tell_holding(struct core *core, const struct lead *lead, const struct rep *rep, bool resumed)
{
    tell_held(core, lead, rep, resumed, resumed || rep->is_outsourced);
}

void tell_given(struct core *core, const struct lead *lead, const struct rep *rep)
{
    tell_held(core, lead, rep, false, true);
}

void tell_withdrawn(struct core *core, struct desk_id lead, uint32_t offer_number, const struct rep *rep, enum core_cause cause)
{
    tell_withdrawn_by(core, lead, offer_number, rep, cause, NULL);
}

void tell_withdrawn_by(struct core *core, struct desk_id lead, uint32_t offer_number, const struct rep *rep, enum core_cause cause, const struct rep *by)
{
    struct core_effect effect;
    if (!rep || rep->session == 0)
        return;
    effect_init(core, &effect, EFFECT_WITHDRAWN);
    effect.session = rep->session;
    effect.lead = lead;
    effect.offer_number = offer_number;
    effect.cause = cause;
    effect.reason = core_cause_word(cause);
    effect.by = by ? by->name : "";
    effect_emit(core, &effect);
}

void rep_row(const struct core *core, const struct rep *rep, struct core_effect *row)
{
    effect_init(core, row, EFFECT_REP_EVENT);
    row->rep = rep->name;
    row->rep_state = (enum rep_state)rep->state;
    row->load = rep->rank.load;
    row->capacity = rep->rank.capacity;
    row->connected = rep->connected;
    row->device_state = (enum device_state)rep->device_state;
    row->device_until_ms = rep->device_until_ms;
    row->until_ms = rep->state == REP_WRAP_UP ? rep->until_ms : 0;
    row->revision = rep->revision;
    row->reason = rep->reason;
    if (rep->declines) {
        row->declines = rep->declines->list;
        row->decline_count = rep->declines->count;
    }
}

void effect_act(const struct core *core, struct core_effect *effect)
{
    if (!core->acting)
        return;
    effect->by = core->acting->by;
    effect->reason = core->acting->reason;
}

void tell_rep_status(struct core *core, const struct rep *rep)
{
    struct core_effect effect;
    if (rep->session == 0)
        return;
    rep_row(core, rep, &effect);
    effect.kind = EFFECT_REP_STATUS;
    effect.session = rep->session;
    effect_emit(core, &effect);
}

void tell_rep_event(struct core *core, const struct rep *rep, enum core_cause cause)
{
    struct core_effect effect;
    rep_row(core, rep, &effect);
    effect.cause = cause;
    effect.reason = "";   /* why a rep is on a break is theirs */
    if (cause == CAUSE_SET_BY_MANAGER)
        effect_act(core, &effect);
    effect_emit(core, &effect);
}

void tell_lead_event(struct core *core, const struct lead *lead, enum lead_state from, const struct lead_change *change)
{
    const struct rep *by = rep_table_at(&core->reps, change->by);
    struct core_effect effect;
    effect_init(core, &effect, EFFECT_LEAD_EVENT);
    effect_lead(core, lead, &effect);
    effect.from = from;
    effect.place = "";   /* events are not for personal data */
    effect.do_not_call = change->do_not_call;
    effect.by = by ? by->name : "";
    if (change->disposition)
        effect.disposition = change->disposition->code;
    if (change->reason)
        effect.reason = change->reason;
    effect.other = change->other;
    effect_act(core, &effect);
    effect_emit(core, &effect);
}

void tell_lead_noted(struct core *core, const struct lead *lead, enum core_cause cause, const char *reason)
{
    struct core_effect effect;
    effect_init(core, &effect, EFFECT_LEAD_EVENT);
    effect_lead(core, lead, &effect);
    effect.from = effect.to;
    effect.cause = cause;
    effect.place = "";
    effect.reason = reason;
    effect_act(core, &effect);
    effect_emit(core, &effect);
}

void tell_desk_event(struct core *core, enum core_cause cause)
{
    struct core_effect effect;
    effect_init(core, &effect, EFFECT_DESK_EVENT);
    effect.cause = cause;
    effect.config_version = core->config_version;
    effect_emit(core, &effect);
}
