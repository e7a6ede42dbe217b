/* SPDX-License-Identifier: Apache-2.0
 *
 * Why, from records. What every rep was at a decision is found by walking the
 * history of rep changes back from now: each entry is what the rep was before that change.
 */
#include "core_explain.h"

#include <stdio.h>
#include <stdlib.h>

#include "effects.h"
#include "exclusions.h"
#include "caps.h"
#include "device.h"
#include "explain_past.h"
#include "give.h"
#include "interrupt.h"
#include "lead_extra.h"
#include "needs.h"
#include "pairs.h"
#include "parking.h"
#include "preferred.h"
#include "stops.h"
#include "team_limits.h"
#include "urgency.h"
#include "why_text.h"

static void explain_decisions(struct core *core, const struct decision *decisions, uint32_t count, const struct subject *subject,
                              const struct core_explain_visitor *visitor);
static void explain_earlier_lives(struct core *core, struct desk_id id, const struct core_explain_visitor *visitor);
static const struct ended_lead *find_ended(const struct core *core, struct desk_id id);
static bool rewind_reps(const struct core *core, uint64_t seq, struct past_rep *reps);
static void tell_chosen(const struct rep *rep, const struct decision *decision, const struct core_explain_visitor *visitor);
static const char *waiting_because(struct core *core, const struct lead *lead, char *text, size_t size);

bool core_explain(struct core *core, struct desk_id id, const struct core_explain_visitor *visitor)
{
    struct core_effect row;
    const struct lead *lead = lead_table_find(&core->leads, id);
    effect_init(core, &row, EFFECT_LEAD_EVENT);
    if (lead) {
        char because[256 + URGENCY_TEXT_MAX];
        const struct subject subject = explain_subject_of_lead(lead);
        effect_lead(core, lead, &row);
        explain_tell_lead(core, &row, lead->rule, &lead->demand->needs, waiting_because(core, lead, because, sizeof because), visitor);
        if (lead->extra && lead->extra->life > 0)
            explain_earlier_lives(core, id, visitor);
        explain_decisions(core, lead->decisions, lead->decision_count, &subject, visitor);
        return true;
    }
    const struct ended_lead *ended = find_ended(core, id);
    if (!ended)
        return false;
    const struct rep *rep = rep_table_at(&core->reps, ended->rep);
    const struct subject subject = explain_subject_of_ended(core, ended);
    row.lead = id;
    row.to = (enum lead_state)ended->state;
    row.received_unix_ms = ended->received_ms;
    row.priority = ended->priority;
    row.channel = ended->asked->channel;
    row.queue = names_text(&core->names, ended->asked->queue);
    row.source = names_text(&core->names, ended->source);
    row.rep = rep ? rep->name : "";
    row.disposition = names_text(&core->names, ended->disposition);
    explain_tell_lead(core, &row, ended->rule, &ended->asked->needs, "", visitor);
    explain_decisions(core, ended->decisions, ended->decision_count, &subject, visitor);
    return true;
}

/* Of a lead that was reopened, as far as they are kept. */
static void explain_earlier_lives(struct core *core, struct desk_id id, const struct core_explain_visitor *visitor)
{
    const struct history *history = &core->history;
    const uint32_t kept = history_kept(history->ended_next, history->ended_max);
    for (uint64_t at = history->ended_next - kept; at < history->ended_next; at++) {
        const struct ended_lead *ended = &history->ended[at % history->ended_max];
        if (!desk_id_equal(ended->id, id))
            continue;
        const struct subject subject = explain_subject_of_ended(core, ended);
        explain_decisions(core, ended->decisions, ended->decision_count, &subject, visitor);
    }
}

/* The newest of this id: NULL when it is dropped, or never ended. */
static const struct ended_lead *find_ended(const struct core *core, struct desk_id id)
{
    const struct history *history = &core->history;
    for (uint64_t i = 0; i < history_kept(history->ended_next, history->ended_max); i++) {
        const struct ended_lead *ended = &history->ended[(history->ended_next - 1 - i) % history->ended_max];
        if (desk_id_equal(ended->id, id))
            return ended;
    }
    return NULL;
}

void core_explain_acts(const struct core *core, struct desk_id id, void *context, void (*act)(void *context, const struct core_act_view *act))
{
    const struct lead *lead = lead_table_find(&core->leads, id);
    const struct ended_lead *ended = lead ? NULL : find_ended(core, id);
    const struct act_notes *acts = ended && ended->rest ? ended->rest->acts : lead && lead->extra ? lead->extra->acts : NULL;
    for (uint32_t i = 0; acts && i < acts->count; i++) {
        const struct act_note *note = &acts->list[i];
        const struct rep *rep = rep_table_at(&core->reps, note->rep);
        act(context, &(struct core_act_view){.at_ms = note->at_ms, .what = (enum core_cause)note->cause, .rep = rep ? rep->name : "",
                                             .by = note->by, .reason = note->reason, .other = note->other});
    }
}

enum touch_kind core_explain_reach(const struct core *core, struct desk_id id, void *context,
                                   void (*leg)(void *context, const struct core_leg_view *leg), uint64_t *touched_ms_out)
{
    const struct lead *lead = lead_table_find(&core->leads, id);
    const struct ended_lead *ended = lead ? NULL : find_ended(core, id);
    const struct reach *reach = ended && ended->rest ? ended->rest->reach : lead && lead->extra ? lead->extra->reach : NULL;
    for (uint32_t i = 0; reach && i < reach->leg_count; i++) {
        const struct leg_note *note = &reach->legs[i];
        const struct rep *rep = rep_table_at(&core->reps, note->rep);
        leg(context, &(struct core_leg_view){.at_ms = note->at_ms, .rep = rep ? rep->name : "", .offer_number = note->offer_number,
                                             .outcome = (enum core_cause)note->cause, .id = note->id});
    }
    *touched_ms_out = reach ? reach->touched_ms : 0;
    return reach ? (enum touch_kind)reach->touched : TOUCH_NONE;
}

struct subject explain_subject_of_lead(const struct lead *lead)
{
    return (struct subject){.needs = &lead->demand->needs, .channel = lead->demand->channel, .policy = lead->demand->of_queue->policy,
                            .decisions = lead->decisions, .decision_count = lead->decision_count, .demand_hash = lead->demand->hash,
                            .queue = lead->demand->queue, .declines = lead->extra ? lead->extra->declines : NULL, .value = lead_value(lead), .received_ms = lead->received_ms,
                            .priority = lead->priority, .waits_from_ms = urgency_from_ms(lead), .settled_ms = urgency_settled_ms(lead)};
}

struct subject explain_subject_of_ended(const struct core *core, const struct ended_lead *ended)
{
    const struct ended_needs *asked = ended->asked;
    const struct ended_rest plain = {.value = 1, .waits_from_ms = ended->received_ms}, *rest = ended->rest ? ended->rest : &plain;
    return (struct subject){.needs = &asked->needs, .channel = asked->channel, .policy = queues_find(&core->queues, asked->queue)->policy,
                            .decisions = ended->decisions, .decision_count = ended->decision_count, .demand_hash = asked->hash,
                            .queue = asked->queue, .declines = rest->declines, .value = rest->value, .received_ms = ended->received_ms,
                            .priority = ended->priority, .waits_from_ms = rest->waits_from_ms, .settled_ms = rest->settled_ms};
}

void explain_tell_lead(struct core *core, const struct core_effect *row, uint32_t rule, const struct needs *needs, const char *because,
                      const struct core_explain_visitor *visitor)
{
    const char *names[CONFIG_REQUIRE_MAX];
    uint8_t levels[CONFIG_REQUIRE_MAX];
    for (uint32_t i = 0; i < needs->require_count; i++) {
        names[i] = names_text(&core->names, core->skill_names[needs->require[i].skill]);
        levels[i] = needs->require[i].level;
    }
    visitor->lead(visitor->context, row, names_text(&core->names, rule), names, levels, needs->require_count, because);
}

static void explain_decisions(struct core *core, const struct decision *decisions, uint32_t count, const struct subject *subject,
                              const struct core_explain_visitor *visitor)
{
    const struct urgency_subject urgent = {queues_find(&core->queues, subject->queue), subject->priority, subject->value, subject->waits_from_ms};
    char urgency[URGENCY_TEXT_MAX] = "";
    struct past_rep *reps = calloc(core->reps.count, sizeof *reps);
    for (uint32_t i = 0; reps && i < count; i++) {
        const struct decision *decision = &decisions[i];
        const struct rep *rep = rep_table_at(&core->reps, decision->rep);
        struct core_decision_view view = {
            .at_ms = decision->at_ms, .offer_number = decision->offer_number, .rep = rep ? rep->name : "",
            .config_version = decision->config_version, .cause = (enum core_cause)decision->cause,
            .policy = decision->config_version == core->config_version ? subject->policy->name : "",
            .outcome = (enum core_cause)decision->outcome, .eligible = decision->able, .urgency = urgency,
            .reason = decline_reason(subject->declines, decision->offer_number),
        };
        if (decision->config_version == core->config_version && decision->at_ms >= subject->settled_ms)
            urgency_write(&urgent, decision->at_ms, urgency);
        else
            urgency[0] = '\0';
        view.complete = explain_is_known(core, subject, decision) && rewind_reps(core, decision->history_seq, reps);
        if (view.complete)
            explain_candidates(core, decision, reps, subject, visitor, &view.considered, &view.eligible, true);
        visitor->decision(visitor->context, &view);
        if (view.complete)
            explain_candidates(core, decision, reps, subject, visitor, &view.considered, &view.eligible, false);
        else if (rep)
            tell_chosen(rep, decision, visitor);
    }
    free(reps);
}

static bool rewind_reps(const struct core *core, uint64_t seq, struct past_rep *reps)
{
    uint64_t from = explain_reps_now(core, reps);
    return explain_rewind(core, &from, seq, reps);
}

uint64_t explain_reps_now(const struct core *core, struct past_rep *reps)
{
    for (uint32_t i = 1; i < core->reps.count; i++) {
        const struct rep *rep = core->reps.reps[i];
        if (rep)
            reps[i].was = history_rep_now(rep);
    }
    return core->history.reps_next;
}

bool explain_rewind(const struct core *core, uint64_t *from, uint64_t seq, struct past_rep *reps)
{
    const struct history *history = &core->history;
    if (history->reps_max == 0 || seq > *from || history->reps_next - seq > history->reps_max)
        return false;
    for (; *from > seq; --*from) {
        const struct history_entry was = history_rep_at(history, *from - 1);
        reps[was.rep].was = was;
    }
    return true;
}

/* The decision knew of the earlier offer's refusal. */
static bool has_refusal(const struct decision *decision, const struct decision *earlier)
{
    uint32_t before = decision->offer_number - earlier->offer_number;
    return before >= 1 && before <= CORE_DECISIONS_MAX && (decision->refusals >> (before - 1) & 1) != 0;
}

static uint32_t place_of(const struct decision *decision)
{
    return (decision->refusals & DECISION_PLACES) >> DECISION_PLACE_SHIFT;
}

/* The earlier offer was made with this one, to another rep. */
static bool is_with(const struct decision *decision, const struct decision *earlier)
{
    return earlier->offer_number < decision->offer_number && decision->offer_number - earlier->offer_number <= place_of(decision);
}

static const struct decision *offered_with(const struct rep *rep, const struct subject *subject, const struct decision *decision)
{
    for (uint32_t i = 0; decision && place_of(decision) > 0 && i < subject->decision_count; i++) {
        if (subject->decisions[i].rep == rep->number && is_with(decision, &subject->decisions[i]))
            return &subject->decisions[i];
    }
    return NULL;
}

/* Skills are those of the rules now, needs those of the lead now. */
bool explain_is_known(const struct core *core, const struct subject *subject, const struct decision *decision)
{
    uint32_t known = 0;
    if (decision->config_version != core->config_version || decision->demand_hash != subject->demand_hash)
        return false;
    if (decision_is_a_gift(decision))   /* nobody was compared */
        return false;
    for (uint32_t i = 0; i < subject->decision_count; i++)
        known += has_refusal(decision, &subject->decisions[i]) + is_with(decision, &subject->decisions[i]);
    return known == place_of(decision) + (uint32_t)__builtin_popcount(decision->refusals & ~(uint32_t)(DECISION_PLACES | DECISION_BACKLOG));
}

/* The earlier offer of this lead that kept the rep from it at the decision; NULL if none did. */
static const struct decision *refused_before(const struct rep *rep, const struct subject *subject, const struct decision *decision)
{
    for (uint32_t i = subject->decision_count; decision && i-- > 0;) {
        const struct decision *earlier = &subject->decisions[i];
        if (earlier->rep == rep->number && has_refusal(decision, earlier))
            return earlier;
    }
    return NULL;
}

/* The first ability of this kind that the rep lacks. */
static bool lacks(const struct core *core, const struct rep *rep, const struct needs *needs, enum ability_kind kind, char *detail, size_t detail_size)
{
    for (uint32_t i = 0; i < needs->require_count; i++) {
        const struct requirement *require = &needs->require[i];
        const char *name = names_text(&core->names, core->skill_names[require->skill]);
        if (ability_kind_of(name) != kind || rep->levels[require->skill] >= require->level)
            continue;
        snprintf(detail, detail_size, "%s %u, needs %u", name, rep->levels[require->skill], require->level);
        return true;
    }
    return false;
}

static bool has_room(const struct core *core, const struct history_entry *was, const struct subject *subject)
{
    return was->load + core_channel(core, subject->channel)->weight <= was->capacity;
}

static bool was_backlog(const struct subject *subject, const struct decision *decision)
{
    return decision ? (decision->refusals & DECISION_BACKLOG) != 0 : opening_is_backlog(subject->needs);
}

/* The first rule, in the order in which people ask: there? able? allowed? room? "" is eligible. */
const char *explain_excluded_by(const struct core *core, const struct rep *rep, const struct history_entry *was,
                                const struct subject *subject, const struct decision *decision, char *detail, size_t detail_size)
{
    detail[0] = '\0';
    bool is_chosen_before = decision && decision->cause == CAUSE_PREFERRED;
    if (is_chosen_before && rep->number != decision->rep)
        return "preferred_rep";
    if (!was->connected || was->state == REP_OFFLINE)
        return "offline";
    if (was->state != REP_AVAILABLE)
        return rep_state_word((enum rep_state)was->state);
    if (was->is_closed)
        return "hours";
    if (!is_chosen_before && lacks(core, rep, subject->needs, ABILITY_SKILL, detail, detail_size))
        return "skill";
    if (!is_chosen_before && lacks(core, rep, subject->needs, ABILITY_LANGUAGE, detail, detail_size))
        return "language";
    if (!is_chosen_before && lacks(core, rep, subject->needs, ABILITY_TERRITORY, detail, detail_size))
        return "territory";
    if (!is_chosen_before && !needs_allow_team(subject->needs, rep->team, rep->is_outsourced)) {
        const char *team = names_text(&core->names, rep->team);
        snprintf(detail, detail_size, "%s", *team != '\0' ? team : "in no team");
        return "team";
    }
    if (subject->needs->rings && (rep->device == NAME_NONE || device_explain(was->full))) {
        snprintf(detail, detail_size, "%s", rep->device == NAME_NONE ? "" : device_explain(was->full));
        return "device";
    }
    if (caps_explain(core, rep, was->full, was->full_sources, subject->needs->capped_source, detail, detail_size))
        return "cap";
    if (team_limit_explain(rep, was->full & TEAM_AT_CAP, detail, detail_size))
        return "team_cap";
    if (team_limit_explain(rep, was->full & TEAM_AT_SHARE, detail, detail_size))
        return "team_share";
    if ((was->full & KEPT_FROM_BACKLOG) != 0 && !is_chosen_before && was_backlog(subject, decision)) {
        snprintf(detail, detail_size, "kept for the others at opening");
        return "opening";
    }
    const struct decision *refused = refused_before(rep, subject, decision);
    if (refused) {
        snprintf(detail, detail_size, "offer %u: %s", refused->offer_number, core_cause_word((enum core_cause)refused->outcome));
        return "declined_before";
    }
    const struct decision *offered = offered_with(rep, subject, decision);
    if (offered) {
        snprintf(detail, detail_size, "offer %u", offered->offer_number);
        return "offered";
    }
    bool may_interrupt = !is_chosen_before && !subject->policy->ranks_pairs && !(decision && place_of(decision) > 0) &&
                         interrupt_fitted(core, rep, was, subject->channel, subject->needs);
    if (!has_room(core, was, subject) && !may_interrupt) {
        snprintf(detail, detail_size, "load %u of %u, needs %u more", was->load, was->capacity, core_channel(core, subject->channel)->weight);
        return "capacity";
    }
    return "";
}

static bool was_present(const struct history_entry *was)
{
    return was->configured && (was->state == REP_AVAILABLE || was->state == REP_WRAP_UP);
}

struct past_ledger explain_ledger_of(const struct core *core, const struct decision *decision, const struct past_rep *reps)
{
    struct past_ledger ledger = {decision->ledger_total, 0};
    for (uint32_t i = 1; i < core->reps.count; i++) {
        if (!core->reps.reps[i] || !was_present(&reps[i].was))
            continue;
        ledger.shares += core->reps.reps[i]->rank.share;
    }
    return ledger;
}

struct policy_rep explain_rank_of(const struct core *core, const struct history_entry *was, const struct subject *subject,
                                  const struct decision *decision, const struct past_ledger *ledger)
{
    const struct rep *rep = core->reps.reps[was->rep];
    struct policy_rep rank = {.load = was->load, .capacity = was->capacity, .idle_since_ms = was->idle_since_ms, .number = was->rep,
                              .tier = rep->rank.tier, .share = rep->rank.share, .account = was->account,
                              .is_past = was->rep <= (uint32_t)decision->standing, .interrupts = !has_room(core, was, subject)};
    if (ledger->shares > 0) {
        rank.is_ahead = was->account * ledger->shares >= (ledger->total + POLICY_LEAD) * rank.share;
        rank.owed = (int32_t)((ledger->total * rank.share / ledger->shares - was->account) * 100 / POLICY_LEAD);
    }
    for (uint32_t i = 0; i < subject->needs->require_count; i++)
        rank.levels += rep->levels[subject->needs->require[i].skill];
    if (subject->policy->ranks_pairs) {
        rank.rate = pairs_rate(rep->rates, subject->queue, rank.levels, subject->needs->require_count);
        rank.worth = pairs_worth(queues_find(&core->queues, subject->queue), subject->value, rank.rate, subject->received_ms, decision->at_ms);
    }
    for (uint32_t i = 0; i < subject->needs->prefer_count && !subject->policy->ranks_pairs; i++)
        rank.preferred += rep->levels[subject->needs->prefer[i].skill] >= subject->needs->prefer[i].level;
    return rank;
}

void explain_candidates(struct core *core, const struct decision *decision, struct past_rep *reps, const struct subject *subject,
                            const struct core_explain_visitor *visitor, uint32_t *considered, uint32_t *eligible, bool count_only)
{
    char detail[128], keys[WHY_KEYS_ROOM];
    uint32_t best = 0, rank = 0;
    *considered = *eligible = 0;
    for (uint32_t i = 1; i < core->reps.count; i++) {
        reps[i].rank = 0;
        if (!core->reps.reps[i] || !reps[i].was.configured)
            continue;
        ++*considered;
        bool able = *explain_excluded_by(core, core->reps.reps[i], &reps[i].was, subject, decision, detail, sizeof detail) == '\0';
        *eligible += able;
        reps[i].rank = able ? UINT32_MAX : 0;
    }
    if (count_only)
        return;
    const struct past_ledger ledger = explain_ledger_of(core, decision, reps);
    do {   /* the eligible, best first: few calls, so a selection is fine */
        struct policy_rep best_keys = {0};
        best = 0;
        for (uint32_t i = 1; i < core->reps.count; i++) {
            if (reps[i].rank != UINT32_MAX)
                continue;
            struct policy_rep its_keys = explain_rank_of(core, &reps[i].was, subject, decision, &ledger);
            if (best != 0 && policy_compare(subject->policy, &its_keys, &best_keys) > 0)
                continue;
            best = i;
            best_keys = its_keys;
        }
        if (best != 0) {
            const struct history_entry *was = &reps[best].was;
            reps[best].rank = ++rank;
            why_keys_write(subject->policy, &best_keys, decision->at_ms, keys);
            visitor->candidate(visitor->context, &(struct core_candidate){
                .rep = core->reps.reps[best]->name, .excluded_by = "", .detail = "", .keys = keys, .load = was->load, .capacity = was->capacity,
                .idle_ms = decision->at_ms > was->idle_since_ms ? decision->at_ms - was->idle_since_ms : 0, .rank = rank,
                .chosen = best == decision->rep});
        }
    } while (best != 0);
    for (uint32_t i = 1; i < core->reps.count; i++) {
        const struct rep *rep = core->reps.reps[i];
        if (!rep || !reps[i].was.configured || reps[i].rank != 0)
            continue;
        const struct history_entry *was = &reps[i].was;
        const char *rule = explain_excluded_by(core, rep, was, subject, decision, detail, sizeof detail);
        visitor->candidate(visitor->context, &(struct core_candidate){
            .rep = rep->name, .excluded_by = rule, .detail = detail, .keys = "", .load = was->load, .capacity = was->capacity,
            .idle_ms = decision->at_ms > was->idle_since_ms ? decision->at_ms - was->idle_since_ms : 0});
    }
}

/* What the decision itself says, whatever became of the rest. */
static void tell_chosen(const struct rep *rep, const struct decision *decision, const struct core_explain_visitor *visitor)
{
    uint64_t idle_ms = decision->at_ms > decision->idle_since_ms ? decision->at_ms - decision->idle_since_ms : 0;
    char keys[WHY_KEYS_ROOM];
    snprintf(keys, sizeof keys, "load %u of %u; idle %llu s", decision->load, decision->capacity, (unsigned long long)(idle_ms / 1000));
    visitor->candidate(visitor->context, &(struct core_candidate){
        .rep = rep->name, .excluded_by = "", .detail = "", .keys = keys, .load = decision->load, .capacity = decision->capacity,
        .idle_ms = idle_ms, .rank = 1, .chosen = true});
}

/* Counts, for a waiting lead, what stands in each rep's way now. */
static const char *waiting_because(struct core *core, const struct lead *lead, char *text, size_t size)
{
    struct subject subject = explain_subject_of_lead(lead);
    subject.decision_count = 0;
    uint32_t unable = 0, absent = 0, capped = 0, kept = 0, full = 0, declined = 0, taken = 0;
    char detail[128];
    if (lead->state == LEAD_PARKED) {
        const char *more = lead->cause == CAUSE_UNROUTABLE ? "; no rep of the rules could ever take it" :
                           lead->cause == CAUSE_SET_ASIDE && stops_lead(core, lead) ? "; " STOPS_REASON : "";
        const char *again = parking_was_told(lead) ? "; still_parked: managers were told again" : "";
        snprintf(text, size, "parked: %s%s%s", core_cause_word((enum core_cause)lead->cause), more, again);
        return text;
    }
    if (lead->state == LEAD_SCHEDULED) {
        snprintf(text, size, "scheduled: %s", core_cause_word((enum core_cause)lead->cause));
        return text;
    }
    if (lead_is_preferring(lead)) {
        snprintf(text, size, "only for %s, %llu s more", core->reps.reps[lead->extra->preferred_rep]->name,
                 (unsigned long long)((lead->extra->preferred_until_ms - core->now_ms) / 1000));
        return text;
    }
    if (lead->state != LEAD_WAITING)
        return "";
    for (uint32_t i = 1; i < core->reps.count; i++) {
        const struct rep *rep = core->reps.reps[i];
        if (!rep || !rep->configured)
            continue;
        struct history_entry now = history_rep_now(rep);
        if (!supply_has_what(rep->supply, &lead->demand->needs)) {
            unable++;
            continue;
        }
        const char *rule = explain_excluded_by(core, rep, &now, &subject, NULL, detail, sizeof detail);
        if (strcmp(rule, "cap") == 0 || strncmp(rule, "team_", 5) == 0) {
            capped++;
            continue;
        }
        if (strcmp(rule, "opening") == 0) {
            kept++;
            continue;
        }
        if (strcmp(rule, "device") == 0) {
            taken++;
            continue;
        }
        bool is_absent = *rule != '\0' && strcmp(rule, "capacity") != 0, has_declined = lead_excludes(lead, i);
        absent += is_absent;
        declined += !is_absent && has_declined;
        full += !is_absent && !has_declined && *rule != '\0';
    }
    snprintf(text, size, "%u without what it requires or a device, %u not available, %u full, %u declined or missed it", unable, absent, full, declined);
    size_t used = strlen(text);
    if (capped > 0)
        used += (size_t)snprintf(text + used, size - used, ", %u at a cap", capped);
    if (taken > 0 && used < size)
        used += (size_t)snprintf(text + used, size - used, ", %u whose device does not ring now", taken);
    if (kept > 0 && used < size)
        used += (size_t)snprintf(text + used, size - used, ", %u who have had their share of the backlog", kept);
    if (lead->relaxed > 0 && used < size)
        used += (size_t)snprintf(text + used, size - used, "; relaxed %u times", lead->relaxed);
    if (lead->demand->of_queue->is_pulled && used < size)
        snprintf(text + used, size - used, "; on the shared list until a rep takes it");
    char urgency[URGENCY_TEXT_MAX];
    const struct urgency_subject urgent = urgency_subject_of(lead);
    urgency_write(&urgent, core->now_ms, urgency);
    used = strlen(text);
    snprintf(text + used, size - used, "%s%s", urgency[0] != '\0' ? "; " : "", urgency);
    return text;
}
