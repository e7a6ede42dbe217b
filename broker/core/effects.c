/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "core_internal.h"

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
    *effect = (struct core_effect){.kind = kind, .reason = "", .queue = "", .rep = "", .device = "", .source = "", .disposition = "", .why = ""};
}

void effect_emit(struct core *core, const struct core_effect *effect)
{
    if (!core->is_restoring)
        core->callbacks.effect(core->callbacks.context, effect);
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
}

void reply(struct core *core, const struct core_command *command, enum core_status status, const char *reason, struct desk_id lead)
{
    struct core_effect effect;
    if (command->request == 0)
        return;
    effect_init(core, &effect, EFFECT_REPLY);
    effect.session = command->session;
    effect.request = command->request;
    effect.status = status;
    effect.reason = reason;
    effect.lead = lead;
    effect.config_version = core->config_version;
    effect.retry_after_ms = status == CORE_BUSY ? 1000 : 0;
    effect_emit(core, &effect);
}

/* "italian 8 of 5 needed; load 1 of 3; idle 42 s; 4 could take it" */
static void write_why(const struct core *core, const struct lead *lead, const struct rep *rep, char *text, size_t size)
{
    const struct decision *decision = lead->decision_count > 0 ? &lead->decisions[lead->decision_count - 1] : NULL;
    size_t at = 0;

    text[0] = '\0';
    for (uint32_t i = 0; i < lead->demand->require_count && at < size; i++) {
        const struct requirement *require = &lead->demand->require[i];
        at += (size_t)snprintf(text + at, size - at, "%s %u of %u needed; ",
                               names_text(&core->names, core->skill_names[require->skill]), rep->levels[require->skill], require->level);
    }
    if (decision && at < size) {
        uint64_t idle_ms = decision->at_ms - (decision->idle_since_ms < decision->at_ms ? decision->idle_since_ms : decision->at_ms);
        snprintf(text + at, size - at, "load %u of %u; idle %llu s; %u could take it", decision->load, decision->capacity,
                 (unsigned long long)(idle_ms / 1000), decision->able);
    }
}

void tell_offer(struct core *core, const struct lead *lead, const struct rep *rep, bool resumed)
{
    struct core_effect effect;
    char why[256];
    if (rep->session == 0 || core->is_restoring)
        return;
    write_why(core, lead, rep, why, sizeof why);
    effect_init(core, &effect, EFFECT_OFFER);
    effect_lead(core, lead, &effect);
    effect.session = rep->session;
    effect.resumed = resumed;
    effect.payload = lead->payload;
    effect.payload_size = lead->payload_size;
    effect.why = why;
    effect_emit(core, &effect);
}

void tell_holding(struct core *core, const struct lead *lead, const struct rep *rep, bool resumed)
{
    struct core_effect effect;
    if (rep->session == 0)
        return;
    effect_init(core, &effect, EFFECT_HOLDING);
    effect_lead(core, lead, &effect);
    effect.session = rep->session;
    effect.resumed = resumed;
    effect.payload = lead->payload;
    effect.payload_size = lead->payload_size;
    effect_emit(core, &effect);
}

void tell_withdrawn(struct core *core, struct desk_id lead, uint32_t offer_number, const struct rep *rep, enum core_cause cause)
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
    row->until_ms = rep->state == REP_WRAP_UP ? rep->until_ms : 0;
    row->revision = rep->revision;
    row->reason = rep->reason;
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
    effect_emit(core, &effect);
}

void tell_lead_event(struct core *core, const struct lead *lead, enum lead_state from, const char *disposition, const char *reason)
{
    struct core_effect effect;
    effect_init(core, &effect, EFFECT_LEAD_EVENT);
    effect_lead(core, lead, &effect);
    effect.from = from;
    if (disposition)
        effect.disposition = disposition;
    if (reason)
        effect.reason = reason;
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
