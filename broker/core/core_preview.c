/* SPDX-License-Identifier: Apache-2.0 */
#include "core_preview.h"

#include <stdio.h>
#include <stdlib.h>

#include "caps.h"
#include "effects.h"
#include "explain_past.h"
#include "known.h"
#include "needs.h"
#include "owner.h"
#include "people.h"
#include "rules.h"
#include "stops.h"

enum { NOTES_MAX = 400 };

struct preview {
    const struct core_command *publish;
    const struct config_rule *rule;
    struct person person;          /* no keys: the desk does not look whose lead it is */
    struct needs needs;
    const struct queue *queue;
    bool gave_up;                  /* a pattern took too long for this lead */
    char notes[NOTES_MAX];         /* "; "-divided */
};

static const char *refusal(const struct core *core, const struct preview *preview)
{
    const uint8_t channel = preview->publish->publish.channel;
    if (channel >= LW_CHANNEL_COUNT || !core->config->channels[channel].enabled)
        return "the desk does not serve this channel";
    return preview->rule ? NULL : "no rule of the desk takes this lead";
}

/* As a publish does it. */
static void find_rule(struct core *core, struct preview *preview)
{
    const struct core_command *publish = preview->publish;
    if (config_recognises(&core->config->people) && publish->publish.read_person && !publish->publish.is_test) {
        person_read(core, publish, &preview->person);
        known_tell_rules(core, known_person(core, &preview->person));
        core->is_stopped = stops_counts(core, publish, &preview->person) != NULL;
    }
    const uint64_t given_up = core->patterns.given_up;
    preview->rule = rules_find(core, publish);
    preview->gave_up = core->patterns.given_up > given_up;
    known_tell_rules(core, NULL);
    core->is_stopped = false;
}

static void note(struct preview *preview, const char *what, const char *of)
{
    size_t used = strlen(preview->notes);
    snprintf(preview->notes + used, sizeof preview->notes - used, "%s%s%s", used > 0 ? "; " : "", what, of);
}

static void note_rules(const struct core *core, struct preview *preview)
{
    for (uint32_t i = 0; i < core->rules_index.held_count; i++)
        note(preview, i == 0 ? "rules that hold: " : "and ", core->config->rules[core->rules_index.held[i]].name);
}

static void note_person(struct core *core, struct preview *preview)
{
    char id[DESK_ID_TEXT_MAX];
    const struct lead *open = person_open_lead(core, &preview->person), *followed = publish_followed_lead(core, preview->publish);
    const struct rep *owner = owner_find(core, preview->publish, &preview->person);
    if (followed) {
        desk_id_format(followed->id, id);
        note(preview, "follows a contact whose lead is open, which it may join: ", id);
    }
    if (open && open != followed && core->config->people.join) {
        desk_id_format(open->id, id);
        note(preview, "its person has an open lead, which it may join: ", id);
    }
    const struct known_key *known = known_person(core, &preview->person);
    if (known)
        note(preview, known->bought != 0 ? "its person is a customer, who bought: " : "its person is a customer", known->bought != 0 ? names_text(&core->names, known->bought - 1) : "");
    if (stops_counts(core, preview->publish, &preview->person))
        note(preview, "its person wanted to hear no more", core->config->people.parks_stopped && !publish_is_call(preview->publish) ? ", so it is parked" : "");
    if (owner && core->config->people.owner_for_ms > 0)
        note(preview, "comes first to its owner, if they are there: ", owner->name);
    if (preview->rule->owner)
        note(preview, owner && core->config->people.owner_for_ms > 0 ? "else to its rule's owner: " : "comes first to its rule's owner, if they are there: ", preview->rule->owner);
}

/* False: names or numbers ran out. */
static bool find_needs(struct core *core, struct preview *preview, bool all_present)
{
    const struct core_command *publish = preview->publish;
    const uint32_t source = names_find(&core->names, publish->publish.source.data, publish->publish.source.size);
    const uint32_t queue = names_add(&core->names, preview->rule->queue, strlen(preview->rule->queue));
    if (queue == NAME_NONE || !needs_of_rule(core, preview->rule, publish, &preview->needs))
        return false;
    preview->queue = queues_at(&core->queues, queue);
    preview->needs.rings = publish_is_call(publish) && !all_present;   /* who is away has no device */
    if (core->capped_sources.word_count > 0 && source != NAME_NONE)
        preview->needs.capped_source = caps_source_need(core, source);
    return preview->queue != NULL;
}

static void make_present(const struct core *core, struct past_rep *reps)
{
    for (uint32_t i = 1; i < core->reps.count; i++) {
        struct history_entry *was = &reps[i].was;
        if (!core->reps.reps[i])
            continue;
        was->connected = true;
        was->is_closed = false;
        was->state = REP_AVAILABLE;
        was->load = 0;
        was->idle_since_ms = core->now_ms;
        was->full = was->full_sources = was->held = 0;
    }
}

static void tell_candidates(struct core *core, const struct preview *preview, bool all_present, const struct core_explain_visitor *visitor)
{
    const uint8_t channel = preview->publish->publish.channel;
    const struct policy *policy = preview->queue->policy;
    const struct decision decision = {.at_ms = core->now_ms, .config_version = core->config_version, .ledger_total = core->fair_share.total,
                                      .standing = policy->takes_turns ? (int32_t)preview->queue->turn : 0};
    const struct subject subject = {.needs = &preview->needs, .channel = channel, .policy = policy, .queue = preview->queue->name,
                                    .value = rules_value(preview->rule, preview->publish), .received_ms = core->now_ms,
                                    .priority = preview->rule->priority + core_channel(core, channel)->priority, .waits_from_ms = core->now_ms};
    struct core_decision_view view = {.at_ms = core->now_ms, .rep = "", .config_version = core->config_version, .policy = policy->name,
                                      .reason = "", .urgency = "", .complete = true};
    struct past_rep *reps = calloc(core->reps.count, sizeof *reps);
    if (!reps)
        return;   /* the rest is told all the same */
    explain_reps_now(core, reps);
    if (all_present)
        make_present(core, reps);
    explain_candidates(core, &decision, reps, &subject, visitor, &view.considered, &view.eligible, true);
    visitor->decision(visitor->context, &view);
    explain_candidates(core, &decision, reps, &subject, visitor, &view.considered, &view.eligible, false);
    free(reps);
}

bool core_preview(struct core *core, const struct core_command *publish, bool all_present, const struct core_explain_visitor *visitor,
                  const char **why_not)
{
    struct preview preview = {.publish = publish};
    struct core_effect row;
    *why_not = "the desk has no rules yet: apply a desk.yaml";
    if (!core->config)
        return false;
    find_rule(core, &preview);
    *why_not = refusal(core, &preview);
    if (*why_not)
        return false;
    *why_not = "the desk has too many names";
    if (!find_needs(core, &preview, all_present))
        return false;
    if (publish->publish.is_test)
        note(&preview, "a test lead: accepted and not routed", "");
    if (preview.queue->is_pulled)
        note(&preview, "goes to the shared list, until a rep takes it", "");
    if (core->config->all_rules)
        note_rules(core, &preview);
    if (preview.gave_up)
        note(&preview, "took a rule's pattern too many steps, which so did not match: ", names_text(&core->names, core->patterns.rule));
    note_person(core, &preview);
    effect_init(core, &row, EFFECT_LEAD_EVENT);
    row.received_unix_ms = core->now_ms;
    row.priority = preview.rule->priority + core_channel(core, publish->publish.channel)->priority;
    row.channel = publish->publish.channel;
    row.queue = preview.rule->queue;
    row.source = "";
    explain_tell_lead(core, &row, names_find(&core->names, preview.rule->name, strlen(preview.rule->name)), &preview.needs, preview.notes, visitor);
    tell_candidates(core, &preview, all_present, visitor);
    return true;
}
