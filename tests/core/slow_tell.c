/* SPDX-License-Identifier: Apache-2.0
 *
 * Effects: what the desk tells, in the order it tells it.
 */
#include "slow_desk_internal.h"

#include <string.h>

enum { ACTS_WITH_A_NOTE = 8 };

struct core_effect new_effect(enum core_effect_kind kind)
{
    return (struct core_effect){.kind = kind, .reason = "", .queue = "", .rep = "", .device = "", .source = "", .disposition = "",
                                .place = "", .preferred_rep = "", .by = "", .set_by = "", .note = "", .note_by = "", .bought = ""};
}

void emit(struct slow_desk *desk, const struct core_effect *effect)
{
    struct core_effect told = *effect;
    bool is_act = told.kind == EFFECT_LEAD_EVENT || (told.kind == EFFECT_REP_EVENT && told.cause == CAUSE_SET_BY_MANAGER);
    if (is_act && desk->acting[0] != '\0')
        told.by = desk->acting;
    if (told.kind == EFFECT_LEAD_EVENT)
        told.other = desk->other;
    desk->effect(desk->context, &told);
}

void put_lead(const struct slow_desk *desk, const struct slow_lead *lead, struct core_effect *effect)
{
    effect->lead = lead->id;
    if (effect->kind == EFFECT_LEAD_EVENT) {
        effect->payload = lead->payload;
        effect->payload_size = lead->payload_size;
    }
    effect->to = lead->state;
    effect->cause = lead->cause;
    effect->offer_number = lead->offer_number;
    effect->deadline_ms = lead->deadline_ms;
    effect->received_unix_ms = lead->received_ms;
    effect->weight = lead->weight;
    effect->priority = lead->priority;
    effect->channel = lead->channel;
    effect->queue = lead->queue;
    effect->source = lead->source;
    effect->rep = lead->rep >= 0 ? desk->reps[lead->rep].name : "";
    effect->device = lead->rep >= 0 && desk->reps[lead->rep].rules ? desk->reps[lead->rep].rules->device : "";
    effect->is_call_back = lead->call_back;
    effect->appointment_ms = lead->appointment_ms;
    effect->contact_count = lead->contact_count;
    effect->place = lead->place;
    effect->touch_ms = lead->touch_ms;
    effect->set_by = lead->set_by >= 0 ? desk->reps[lead->set_by].name : "";
    static const char *others[CONFIG_OFFER_TO_MAX];
    for (uint32_t i = 0; i < lead->other_count; i++)
        others[i] = desk->reps[lead->others[i].rep].name;
    effect->also_offered = others;
    effect->also_offered_count = lead->other_count;
    effect->preferred_rep = lead->preferred >= 0 ? desk->reps[lead->preferred].name : "";
    effect->preferred_until_ms = prefers(lead) ? lead->preferred_until_ms : 0;
}

void answer(struct slow_desk *desk, const struct core_command *command, enum core_status status, struct desk_id lead)
{
    answer_joined(desk, command, status, lead, false);
}

void answer_joined(struct slow_desk *desk, const struct core_command *command, enum core_status status, struct desk_id lead, bool joined)
{
    struct core_effect effect = new_effect(EFFECT_REPLY);
    if (command->request == 0)
        return;
    effect.session = command->session;
    effect.request = command->request;
    effect.status = status;
    effect.joined = joined;
    effect.lead = lead;
    effect.config_version = desk->version;
    effect.retry_after_ms = status == CORE_BUSY ? 1000 : 0;
    emit(desk, &effect);
}

/* NULL: its person is no customer. */
static const struct slow_won *won_of(const struct slow_desk *desk, const struct slow_lead *lead)
{
    char keys[CORE_PERSON_KEYS_MAX][KEY_TEXT];
    memcpy(keys, lead->keys, sizeof keys);
    return desk->rules->people.customer_for_ms > 0 ? last_won(desk, keys, lead->key_count) : NULL;
}

static void tell_with(struct slow_desk *desk, const struct slow_lead *lead, enum core_effect_kind kind, bool resumed, bool payload)
{
    struct core_effect effect = new_effect(kind);
    struct core_contact contacts[CORE_CONTACTS_MAX];
    if (desk->reps[lead->rep].session == 0)
        return;
    put_lead(desk, lead, &effect);
    effect.session = desk->reps[lead->rep].session;
    effect.resumed = resumed;
    const struct slow_rep *to = &desk->reps[lead->rep];
    bool is_call_back = lead->channel == LW_CHANNEL_PHONE && lead->call_back;
    effect.interrupts = kind == EFFECT_OFFER && to->rules && to->rules->reserve > 0 && load_of(desk, lead->rep) > to->rules->capacity &&
                        channel_of(desk, lead->channel)->interrupts != 0 && !is_call_back;
    effect.hides_person = kind == EFFECT_OFFER && is_outsourced(desk, &desk->reps[lead->rep]);
    if (effect.hides_person)
        effect.place = "";
    const struct slow_won *won = effect.hides_person || kind == EFFECT_NUDGE ? NULL : won_of(desk, lead);
    if (won) {
        effect.bought = won->bought;
        effect.bought_ms = won->at_ms;
    }
    effect.is_no_customer = !effect.hides_person && kind != EFFECT_NUDGE && desk->rules->people.customer_for_ms > 0 && !won && lead->key_count > 0;
    if (!effect.hides_person && kind != EFFECT_NUDGE && lead->acts_since < ACTS_WITH_A_NOTE) {
        effect.note = lead->note;
        effect.note_by = lead->note_by;
    }
    if (payload) {
        effect.payload = lead->payload;
        effect.payload_size = lead->payload_size;
        effect.contacts = contacts;
        for (uint32_t i = 0; i < lead->contact_count; i++)
            contacts[i] = (struct core_contact){(const char *)lead->contacts[i].payload, lead->contacts[i].size, lead->contacts[i].at_ms};
    }
    emit(desk, &effect);
}

void tell_lead(struct slow_desk *desk, const struct slow_lead *lead, enum core_effect_kind kind, bool resumed)
{
    tell_with(desk, lead, kind, resumed, kind == EFFECT_OFFER || resumed || (kind == EFFECT_HOLDING && is_outsourced(desk, &desk->reps[lead->rep])));
}

void slow_tell_given(struct slow_desk *desk, const struct slow_lead *lead)
{
    tell_with(desk, lead, EFFECT_HOLDING, false, true);
}

void tell_offer_to(struct slow_desk *desk, const struct slow_lead *lead, int rep, bool resumed)
{
    struct slow_lead its = *lead;
    its.rep = rep;
    its.offer_number = offer_of(lead, rep);
    tell_lead(desk, &its, EFFECT_OFFER, resumed);
}

void slow_tell_withdrawn(struct slow_desk *desk, struct desk_id lead, uint32_t offer_number, int rep, enum core_cause cause)
{
    tell_withdrawn_from(desk, lead, offer_number, rep, cause, -1);
}

void tell_withdrawn_from(struct slow_desk *desk, struct desk_id lead, uint32_t offer_number, int rep, enum core_cause cause, int by)
{
    struct core_effect effect = new_effect(EFFECT_WITHDRAWN);
    if (desk->reps[rep].session == 0)
        return;
    effect.session = desk->reps[rep].session;
    effect.lead = lead;
    effect.offer_number = offer_number;
    effect.cause = cause;
    effect.by = by >= 0 ? desk->reps[by].name : "";
    emit(desk, &effect);
}

struct core_effect rep_effect(const struct slow_desk *desk, int number, enum core_effect_kind kind)
{
    const struct slow_rep *rep = &desk->reps[number];
    struct core_effect effect = new_effect(kind);
    effect.rep = rep->name;
    effect.rep_state = rep->state;
    effect.load = load_of(desk, number);
    effect.capacity = rep->capacity;
    effect.connected = rep->connected;
    effect.device_state = rep->device_state;
    effect.device_until_ms = rep->device_until_ms;
    effect.declines = rep->declines;
    effect.decline_count = rep->decline_count;
    effect.until_ms = rep->state == REP_WRAP_UP ? rep->until_ms : 0;
    if (kind != EFFECT_REP_EVENT)
        effect.session = rep->session;
    return effect;
}
