/* SPDX-License-Identifier: Apache-2.0 */
#include "sim_effects.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void copy_text(char to[SIM_TEXT_MAX], const char *from)
{
    size_t size = from ? strlen(from) : 0;   /* an answer that no core gave has few texts */
    size = size < SIM_TEXT_MAX ? size : SIM_TEXT_MAX - 1;
    if (size > 0)
        memcpy(to, from, size);
    to[size] = '\0';
}

void sim_effect_copy(struct sim_effect *out, const struct core_effect *effect)
{
    memset(out, 0, sizeof *out);   /* padding too: it is hashed */
    out->effect = *effect;
    copy_text(out->reason, effect->reason);
    copy_text(out->queue, effect->queue);
    copy_text(out->rep, effect->rep);
    copy_text(out->device, effect->device);
    copy_text(out->source, effect->source);
    copy_text(out->disposition, effect->disposition);
    copy_text(out->place, effect->place);
    copy_text(out->preferred_rep, effect->preferred_rep);
    copy_text(out->by, effect->by);
    copy_text(out->set_by, effect->set_by);
    copy_text(out->bought, effect->bought);
    copy_text(out->note, effect->note);
    copy_text(out->note_by, effect->note_by);
    for (uint32_t i = 0; i < effect->also_offered_count; i++)
        snprintf(out->also_offered + strlen(out->also_offered), sizeof out->also_offered - strlen(out->also_offered), " %s", effect->also_offered[i]);
    if (effect->payload)
        memcpy(out->payload, effect->payload, effect->payload_size < SIM_PAYLOAD_MAX ? effect->payload_size : SIM_PAYLOAD_MAX);
}

struct core_effect sim_effect_view(const struct sim_effect *kept)
{
    struct core_effect effect = kept->effect;
    effect.reason = kept->reason;
    effect.queue = kept->queue;
    effect.rep = kept->rep;
    effect.device = kept->device;
    effect.source = kept->source;
    effect.disposition = kept->disposition;
    effect.place = kept->place;
    effect.preferred_rep = kept->preferred_rep;
    effect.by = kept->by;
    effect.set_by = kept->set_by;
    effect.bought = kept->bought;
    effect.note = kept->note;
    effect.note_by = kept->note_by;
    effect.also_offered = NULL;
    effect.why = NULL;
    effect.contacts = NULL;
    effect.declines = NULL;
    effect.decline_count = 0;
    effect.tell = NULL;
    effect.tell_count = 0;
    effect.payload = effect.payload ? kept->payload : NULL;
    return effect;
}

void sim_effects_add(struct sim_effects *effects, const struct core_effect *effect)
{
    if (effects->count == effects->capacity) {
        effects->capacity = effects->capacity ? effects->capacity * 2 : 8;
        effects->list = realloc(effects->list, effects->capacity * sizeof *effects->list);
        assert(effects->list);
    }
    sim_effect_copy(&effects->list[effects->count++], effect);
}

void sim_effects_free(struct sim_effects *effects)
{
    free(effects->list);
    *effects = (struct sim_effects){0};
}

uint64_t sim_effects_hash(const struct sim_effects *effects, uint64_t so_far)
{
    for (uint32_t i = 0; i < effects->count; i++) {
        const struct sim_effect *kept = &effects->list[i];
        const struct core_effect *e = &kept->effect;
        const uint64_t numbers[] = {
            so_far, e->kind, e->session, e->request, e->status, e->retry_after_ms, e->lead.epoch, e->lead.number, e->from, e->to, e->cause,
            e->offer_number, e->deadline_ms, e->received_unix_ms, e->weight, e->priority, e->position, e->channel, e->resumed, e->rep_state,
            e->load, e->capacity, e->until_ms, e->connected, e->config_version, e->count_offers, e->count_holdings, e->payload_size,
            e->is_call_back, e->joined, e->contact_count, e->do_not_call, e->appointment_ms, e->preferred_until_ms, e->touch_ms, e->decline_count,
            e->nobody, e->waiting, e->tell_count, e->bought_ms, e->is_no_customer,
        };
        so_far = siphash_64((struct siphash_key){1, 2}, numbers, sizeof numbers);
        so_far = siphash_64((struct siphash_key){so_far, 3}, kept->reason, sizeof *kept - offsetof(struct sim_effect, reason));
    }
    return so_far;
}
