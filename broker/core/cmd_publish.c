/* SPDX-License-Identifier: Apache-2.0
 *
 * What publishers ask: publish, query, cancel.
 */
#include <stdlib.h>

#include "broadcast.h"
#include "core_commands.h"
#include "caps.h"
#include "core_internal.h"
#include "decisions.h"
#include "effects.h"
#include "lead_extra.h"
#include "lead_memory.h"
#include "lead_state.h"
#include "needs.h"
#include "pairs.h"
#include "known.h"
#include "owner.h"
#include "people.h"
#include "relax.h"
#include "rules.h"
#include "stops.h"
#include "team_limits.h"
#include "urgency.h"

static struct lead *make_lead(struct core *core, const struct core_command *command, struct siphash_128 key,
                              const struct config_rule *rule, const char **why_not);
static struct demand_class *demand_of(struct core *core, const struct config_rule *rule, const struct core_command *publish, uint32_t source);
static uint64_t received_at(const struct core *core, int64_t claimed_unix_ms);
static void keep_seen(struct core *core, struct lead *lead);
static void park_stopped(struct core *core, struct lead *lead);

static struct siphash_128 hash_parts(struct siphash_key key, char kind, const void *a, size_t a_size, const void *b, size_t b_size)
{
    uint8_t bytes[1 + 4 + LW_NAME_MAX + LW_IDEMPOTENCY_ID_MAX + 64];
    uint32_t length = (uint32_t)a_size;
    assert(a_size + b_size + 5 <= sizeof bytes);
    bytes[0] = (uint8_t)kind;
    for (int i = 0; i < 4; i++)
        bytes[1 + i] = (uint8_t)(length >> (8 * i));
    if (a_size > 0)
        memcpy(bytes + 5, a, a_size);
    if (b_size > 0)
        memcpy(bytes + 5 + a_size, b, b_size);
    return siphash_128(key, bytes, 5 + a_size + b_size);
}

struct siphash_128 seen_key_publish(const struct core *core, struct core_text source, struct core_text idempotency_id)
{
    return hash_parts(core->fingerprint_key, 'p', source.data, source.size, idempotency_id.data, idempotency_id.size);
}

struct siphash_128 seen_key_complete(const struct core *core, struct desk_id lead, struct core_text idempotency_id)
{
    char text[DESK_ID_TEXT_MAX];
    int size = desk_id_format(lead, text);
    return hash_parts(core->fingerprint_key, 'c', text, (size_t)size, idempotency_id.data, idempotency_id.size);
}

static bool fits(struct core_text source, struct core_text idempotency_id)
{
    return source.size > 0 && source.size <= LW_NAME_MAX && idempotency_id.size > 0 && idempotency_id.size <= LW_IDEMPOTENCY_ID_MAX;
}

void command_publish(struct core *core, const struct core_command *command)
{
    const struct desk_id none = {0};
    uint8_t channel = command->publish.channel;

    if (!core->config) {
        reply(core, command, CORE_BUSY, "the desk has no rules yet: apply a desk.yaml", none);
        return;
    }
    if (!fits(command->publish.source, command->publish.idempotency_id)) {
        reply(core, command, CORE_REJECTED, "source or idempotency id is missing or too long", none);
        return;
    }
    struct siphash_128 key = seen_key_publish(core, command->publish.source, command->publish.idempotency_id);
    seen_prefetch(&core->seen, key);
    struct person person;
    struct core_command carried;
    const struct known_key *stop = NULL;
    bool is_recognised = config_recognises(&core->config->people) && command->publish.read_person && !command->publish.is_test;
    if (is_recognised) {
        person_read(core, command, &person);
        known_tell_rules(core, known_person(core, &person));
        stop = stops_counts(core, command, &person);
        core->is_stopped = stop != NULL;
    }
    const struct config_rule *rule = rules_find(core, command);   /* which a repeat does not need, but it fills the wait */
    known_tell_rules(core, NULL);
    core->is_stopped = false;
    const struct seen_entry *seen = seen_find(&core->seen, key, core->now_ms);
    if (seen) {
        bool same = seen->content_hash == command->publish.content_hash;
        core->totals.duplicates++;
        reply_joined(core, command, same ? CORE_DUPLICATE : CORE_DUPLICATE_DIFFERS,
                     same ? "" : "this idempotency id was used for other content", seen->lead, seen->kind == SEEN_JOIN);
        return;
    }
    if (core->paused.count > 0 && source_is_paused(&core->paused, command->publish.source)) {
        reply_paused(core, command);
        return;
    }
    if (channel >= LW_CHANNEL_COUNT || !core->config->channels[channel].enabled) {
        reply(core, command, CORE_REJECTED, "the desk does not serve this channel", none);
        return;
    }
    struct lead *followed = publish_followed_lead(core, command);
    const struct core_command *said = command;
    uint32_t wait_ms = followed || rule ? bounds_seen_wait_ms(core) : 0;
    if (wait_ms > 0) {
        reply_busy(core, command, "more came of late than the broker can remember the ids of", wait_ms);
        return;
    }
    if (stop) {
        stops_carry(core, said, stop, &carried);
        command = &carried;
    }
    if (is_recognised && (followed || rule))
        stops_take(core, said, &person);   /* frees what `stop` borrows */
    if (followed && join_followed_lead(core, command, rule, key, is_recognised ? &person : NULL, followed))
        return;
    if (!rule) {
        reply(core, command, CORE_REJECTED, "no rule of the desk takes this lead", none);
        return;
    }
    if (core->config->people.join && is_recognised && join_open_lead(core, command, rule, key, &person))
        return;
    const char *why_not;
    struct lead *lead = make_lead(core, command, key, rule, &why_not);
    if (!lead) {
        reply(core, command, CORE_BUSY, why_not, none);
        return;
    }
    struct desk_id id = lead->id;
    core->totals.published++;
    if (core->team_limit_count > 0 && !command->publish.is_test)
        team_limits_note_taken_in(core);
    if (!is_recognised || !owner_prefer(core, lead, command, &person))
        owner_prefer_of_rule(core, lead, rule);
    if (is_recognised)
        person_attach(core, lead, &person);
    lead_move(core, lead, &(struct lead_change){.to = LEAD_WAITING, .cause = CAUSE_PUBLISHED, .deadline_ms = lead->wait_deadline_ms});
    keep_seen(core, lead);
    if (command->publish.wants_no_more && core->config->people.parks_stopped && !lead->demand->needs.rings && !command->publish.is_test)
        park_stopped(core, lead);
    reply(core, command, CORE_ACCEPTED, command->publish.is_test ? "a test lead: accepted and not routed" : "", id);
    if (command->publish.is_test)
        lead_move(core, lead, &(struct lead_change){.to = LEAD_CANCELLED, .cause = CAUSE_TEST_LEAD});
}

/* NULL: there is room. */
static const char *why_no_room(struct core *core, uint32_t source, uint32_t rule_name, const struct demand_class *demand, uint32_t payload_size)
{
    if (source == NAME_NONE || rule_name == NAME_NONE)
        return "too many different names of sources and rules: restart the broker";
    if (!demand)
        return "too many different kinds of leads";
    return bounds_have_room(core, payload_size) ? NULL : "the desk holds as much as it may";
}

static struct lead *make_lead(struct core *core, const struct core_command *command, struct siphash_128 key,
                              const struct config_rule *rule, const char **why_not)
{
    uint8_t channel = command->publish.channel;
    uint32_t source = names_add(&core->names, command->publish.source.data, command->publish.source.size);
    uint32_t rule_name = names_add(&core->names, rule->name, strlen(rule->name));
    struct demand_class *demand = demand_of(core, rule, command, source);
    uint32_t size = command->publish.payload_size;

    *why_not = why_no_room(core, source, rule_name, demand, size);
    if (*why_not)
        return NULL;
    *why_not = "the desk holds as many leads as it may";
    struct lead *lead = bounds_add_lead(core, (struct desk_id){core->epoch, core->next_number + 1});
    if (!lead)
        return NULL;
    if (!lead_set_payload(core, lead, command->publish.payload, size)) {
        lead_table_remove(&core->leads, lead);
        return NULL;
    }
    core->next_number++;
    lead->demand = demand;
    classes_enter(&core->classes, demand);
    lead->seen_key = key;
    lead->content_hash = command->publish.content_hash;
    lead->source = (uint16_t)source;
    lead->rule = (uint16_t)rule_name;
    lead->created_ms = core->now_ms;
    lead->received_ms = received_at(core, command->publish.received_unix_ms);
    lead->wait_deadline_ms = deadline_after(core, core_channel(core, channel)->wait_limit_ms);
    lead->priority = (uint16_t)(rule->priority + core_channel(core, channel)->priority);
    lead->weight = (uint16_t)core_channel(core, channel)->weight;
    pairs_value_lead(lead, rules_value(rule, command));
    relax_begin(core, lead, rule);
    if (rule->first_touch_ms > 0)
        lead_extra_of(lead)->touch_for_ms = rule->first_touch_ms;
    if (channel == LW_CHANNEL_PHONE && command->publish.is_voicemail)
        lead_extra_of(lead)->is_call_back = true;
    return lead;
}

static struct demand_class *demand_of(struct core *core, const struct config_rule *rule, const struct core_command *publish, uint32_t source)
{
    uint8_t channel = publish->publish.channel;
    bool asks_the_same = !core->config->all_rules && !rule->own_language.field && !rule->own_territory.field && !publish->publish.is_voicemail;
    struct demand_class *together = NULL;   /* of several rules: found by what they ask for, not by which they are */
    struct demand_class **known = core->config->all_rules ? &together
        : &core->rule_demand[(size_t)(rule - core->config->rules) * LW_CHANNEL_COUNT + channel];
    struct needs needs;
    uint32_t capped = core->capped_sources.word_count > 0 ? caps_source_need(core, source) : 0;
    if (*known && capped == 0 && !publish->publish.is_voicemail)
        return *known;
    uint32_t queue = names_add(&core->names, rule->queue, strlen(rule->queue));
    if (queue == NAME_NONE || !needs_of_rule(core, rule, publish, &needs))
        return NULL;
    needs.rings = publish_is_call(publish);
    needs.capped_source = capped;
    struct demand_class *demand = classes_demand(&core->classes, queue, channel, &needs);
    if (demand && asks_the_same && capped == 0) {
        classes_keep(&core->classes, demand);
        *known = demand;
    }
    return demand;
}

/* A lead's age counts from its source's word, but never from the future nor from before a month ago. */
static uint64_t received_at(const struct core *core, int64_t claimed_unix_ms)
{
    const uint64_t oldest_ms = 30ull * 24 * 3600 * 1000;
    uint64_t claimed = claimed_unix_ms > 0 ? (uint64_t)claimed_unix_ms : core->now_ms;

    if (claimed > core->now_ms)
        return core->now_ms;
    return core->now_ms - claimed > oldest_ms ? core->now_ms - oldest_ms : claimed;
}

/* Not called, and not forgotten: whoever runs the desk ends it, or lets it wait. */
static void park_stopped(struct core *core, struct lead *lead)
{
    lead_move(core, lead, &(struct lead_change){.to = LEAD_PARKED, .cause = CAUSE_SET_ASIDE, .reason = STOPS_REASON,
                                                .deadline_ms = deadline_after(core, core->config->park_limit_ms)});
}

static void keep_seen(struct core *core, struct lead *lead)
{
    struct seen_entry entry = {.key = lead->seen_key, .lead = lead->id, .content_hash = lead->content_hash,
                               .at_ms = lead->created_ms, .serial = lead->created_revision, .kind = SEEN_PUBLISH};
    if (!seen_add(&core->seen, &entry))
        abort();   /* without it a repeat would be doubled: better to restart from the journal */
    lead->seen_position = (uint32_t)(core->seen.next - 1);
}

/* By id, or by source and idempotency id. *ended_out: the end of a lead that is gone. */
static struct lead *find_named(struct core *core, struct desk_id id, struct core_text source, struct core_text idempotency_id,
                               struct desk_id *id_out, enum lead_state *ended_out)
{
    *id_out = id;
    *ended_out = LEAD_NONE;
    if (desk_id_is_none(id) && fits(source, idempotency_id)) {
        const struct seen_entry *seen = seen_find(&core->seen, seen_key_publish(core, source, idempotency_id), core->now_ms);
        if (!seen)
            return NULL;
        *id_out = seen->lead;
        *ended_out = (enum lead_state)seen->end;
    }
    return lead_table_find(&core->leads, *id_out);
}

struct lead *publish_followed_lead(struct core *core, const struct core_command *command)
{
    struct desk_id id;
    enum lead_state ended;
    if (command->publish.follows.size == 0 || command->publish.is_test)
        return NULL;
    return find_named(core, (struct desk_id){0}, command->publish.source, command->publish.follows, &id, &ended);
}

void command_query(struct core *core, const struct core_command *command)
{
    struct core_effect effect;
    struct desk_id id;
    enum lead_state ended;
    struct lead *lead = find_named(core, command->query.lead, command->query.source, command->query.idempotency_id, &id, &ended);

    effect_init(core, &effect, EFFECT_QUERY_REPLY);
    effect.session = command->session;
    effect.request = command->request;
    effect.lead = id;
    effect.status = lead || ended != LEAD_NONE ? CORE_ACCEPTED : CORE_NOT_FOUND;
    effect.to = ended;
    if (lead) {
        effect_lead(core, lead, &effect);
        if (lead->state == LEAD_WAITING)
            effect.position = urgency_position(core, lead);
        if (lead->state == LEAD_WAITING)
            effect.nobody = nobody_for(core, lead);
    }
    effect_emit(core, &effect);
}

void command_cancel(struct core *core, const struct core_command *command)
{
    struct desk_id id;
    enum lead_state ended;
    struct lead *lead = find_named(core, command->cancel.lead, command->cancel.source, command->cancel.idempotency_id, &id, &ended);

    if (!lead) {
        reply(core, command, ended == LEAD_CANCELLED ? CORE_DUPLICATE : ended != LEAD_NONE ? CORE_REJECTED : CORE_NOT_FOUND,
              ended == LEAD_CANCELLED ? "" : ended != LEAD_NONE ? "the lead has ended" : "there is no such lead", id);
        return;
    }
    if (lead->state == LEAD_ASSIGNED) {
        reply(core, command, CORE_REJECTED, "the lead is with a rep, who ends it", id);
        return;
    }
    bool is_called_back = lead->demand->channel == LW_CHANNEL_PHONE && !lead->demand->needs.rings;
    if (is_called_back) {   /* hanging up ends nothing: said again, or late */
        reply(core, command, CORE_DUPLICATE, "a rep calls back", id);
        return;
    }
    bool has_contacts = lead->extra && lead->extra->person && lead->extra->person->contact_count > 0;   /* of which only one is withdrawn */
    if (lead->demand->needs.rings && (has_contacts || core_channel(core, lead->demand->channel)->call_back_when_abandoned)) {
        bool done = lead_abandon(core, lead);
        reply(core, command, done ? CORE_ACCEPTED : CORE_BUSY, done ? "a rep calls back" : "too many different kinds of leads", id);
        return;
    }
    if (has_contacts) {
        reply(core, command, CORE_REJECTED, "the person made other contacts too", id);
        return;
    }
    struct rep *rep = rep_table_at(&core->reps, lead->rep);
    broadcast_end(core, lead, CAUSE_CANCELLED, false);
    if (rep) {
        decision_close(lead, lead->offer_number, CAUSE_CANCELLED);
        tell_withdrawn(core, id, lead->offer_number, rep, CAUSE_CANCELLED);
    }
    lead_move(core, lead, &(struct lead_change){.to = LEAD_CANCELLED, .cause = CAUSE_CANCELLED});
    reply(core, command, CORE_ACCEPTED, "", id);
}
