/* SPDX-License-Identifier: Apache-2.0 */
#include "sim_judge.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge_needs.h"
#include "judge_unroutable.h"

enum { NOBODY = SIM_REPS_MAX, PUBLICATIONS_MAX = 32768 };

static void take_lead_event(struct sim_judge *judge, const struct core_effect *event, uint64_t now_ms);
static void take_rep_event(struct sim_judge *judge, const struct core_effect *event);
static void take_told(struct sim_judge *judge, const struct core_effect *effect);
static void take_reply(struct sim_judge *judge, const struct sim_batch *batch, const struct core_effect *reply);
static void check_offer(struct sim_judge *judge, const struct judge_lead *lead, uint64_t now_ms);
static void check_after_batch(struct sim_judge *judge, uint64_t now_ms);

static void broken(struct sim_judge *judge, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void broken(struct sim_judge *judge, const char *format, ...)
{
    va_list arguments;
    if (judge->fault[0] != '\0')
        return;
    va_start(arguments, format);
    vsnprintf(judge->fault, sizeof judge->fault, format, arguments);
    va_end(arguments);
}

static unsigned long long number_of(const struct judge_lead *lead)
{
    return lead->id.number;
}

static bool is_held(enum lead_state state)
{
    return state == LEAD_OFFERED || state == LEAD_CONNECTING || state == LEAD_ASSIGNED;
}

static bool is_open(const struct judge_lead *lead)
{
    return lead->known && !lead_state_is_end(lead->state);
}

void sim_judge_init(struct sim_judge *judge, const struct sim_rules *rules, struct sim_coverage *coverage)
{
    *judge = (struct sim_judge){.rules = rules, .coverage = coverage, .lead_first = 1};
    judge->leads = calloc(SIM_LEADS_MAX, sizeof *judge->leads);
    judge->publications = calloc(PUBLICATIONS_MAX, sizeof *judge->publications);
    assert(judge->leads && judge->publications);
    for (uint32_t i = 0; i < SIM_REPS_MAX; i++)
        judge->reps[i].state = REP_OFFLINE;
}

void sim_judge_fini(struct sim_judge *judge)
{
    free(judge->leads);
    free(judge->publications);
}

uint32_t sim_judge_publication(struct sim_judge *judge, uint32_t product, bool is_test)
{
    assert(judge->publication_count < PUBLICATIONS_MAX);
    judge->publications[judge->publication_count] = (struct judge_publication){.product = product, .is_test = is_test};
    return judge->publication_count++;
}

/* Numbers are unique over all epochs. One that was told in a batch and lost with it comes again under a new epoch. */
struct judge_lead *sim_judge_lead(struct sim_judge *judge, struct desk_id id)
{
    struct judge_lead *lead = id.number < SIM_LEADS_MAX ? &judge->leads[id.number] : NULL;
    return lead && lead->known && desk_id_equal(lead->id, id) ? lead : NULL;
}

static const struct core_config *rules_now(const struct sim_judge *judge)
{
    return sim_rules_version(judge->rules, judge->version);
}

static uint32_t load_of(const struct sim_judge *judge, uint32_t rep)
{
    uint32_t load = 0;
    for (uint64_t i = judge->lead_first; i <= judge->lead_last; i++) {
        if (is_open(&judge->leads[i]) && is_held(judge->leads[i].state) && judge->leads[i].rep == rep)
            load += judge->leads[i].weight;
    }
    return load;
}

/* ---- one batch -------------------------------------------------------------------- */

static void take_rules(struct sim_judge *judge, uint32_t version)
{
    judge->version = version;
    for (uint32_t i = 0; i < SIM_REPS_MAX; i++)
        judge->rep_rules[i] = sim_rules_rep(rules_now(judge), i);
    for (uint64_t l = judge->lead_first; l <= judge->lead_last; l++) {
        struct judge_lead *lead = &judge->leads[l];
        if (lead->known && lead->preferred != NOBODY && !judge->rep_rules[lead->preferred])
            lead->preferred = NOBODY;   /* for good, also if that rep comes back */
    }
}

/* New rules are told of after what they did to leads. */
static const struct core_config *rules_of(const struct sim_judge *judge, const struct sim_batch *batch)
{
    for (uint32_t i = 0; i < batch->effects.count; i++) {
        struct core_effect effect = sim_effect_view(&batch->effects.list[i]);
        if (effect.kind == EFFECT_DESK_EVENT)
            return sim_rules_version(judge->rules, effect.config_version);
    }
    return rules_now(judge);
}

void sim_judge_batch(struct sim_judge *judge, const struct sim_batch *batch)
{
    judge->batch_rules = rules_of(judge, batch);
    for (uint32_t i = 0; i < batch->effects.count; i++) {
        struct core_effect effect = sim_effect_view(&batch->effects.list[i]);
        switch (effect.kind) {
        case EFFECT_LEAD_EVENT: take_lead_event(judge, &effect, batch->now_ms); break;
        case EFFECT_REP_EVENT: take_rep_event(judge, &effect); break;
        case EFFECT_DESK_EVENT:
            take_rules(judge, effect.config_version);
            for (uint64_t l = judge->lead_first; effect.cause == CAUSE_SERVING && l <= judge->lead_last; l++) {
                struct judge_lead *lead = &judge->leads[l];
                const struct config_channel *channel = &rules_now(judge)->channels[lead->channel];
                if (lead->known && (lead->state == LEAD_OFFERED || lead->state == LEAD_CONNECTING))
                    lead->deadline_ms = batch->now_ms + (lead->state == LEAD_OFFERED ? channel->offer_timeout_ms : channel->connect_timeout_ms);
            }
            break;
        case EFFECT_REPLY: take_reply(judge, batch, &effect); break;
        case EFFECT_LOGGED_ON: case EFFECT_REPLACED: case EFFECT_OFFER: case EFFECT_HOLDING: case EFFECT_WITHDRAWN:
        case EFFECT_SNAPSHOT_END: take_told(judge, &effect); break;
        case EFFECT_QUERY_REPLY: case EFFECT_REP_STATUS: break;
        }
    }
    if (batch->command == COMMAND_LOG_OFF || batch->command == COMMAND_CONNECTION_LOST) {
        for (uint32_t i = 0; i < SIM_REPS_MAX; i++) {
            if (judge->reps[i].session == batch->session)
                judge->reps[i].session = 0;
        }
    }
    check_after_batch(judge, batch->now_ms);
    judge->stepped_ms = batch->now_ms;
}

/* ---- the event stream's book -------------------------------------------------------- */

static void remember_refusal(struct sim_judge *judge, struct judge_lead *lead, uint32_t rep, enum core_cause cause, uint64_t now_ms)
{
    bool refuses = cause == CAUSE_DECLINED || cause == CAUSE_OFFER_EXPIRED || cause == CAUSE_NO_ANSWER || cause == CAUSE_DEVICE_BUSY ||
                   cause == CAUSE_DIAL_FAILED || cause == CAUSE_CONNECT_TIMEOUT || cause == CAUSE_WORK_LIMIT || cause == CAUSE_TAKEN_BACK ||
                   cause == CAUSE_TRANSFERRED;
    if (!refuses)
        return;
    uint32_t at = 0;
    while (at < lead->refusal_count && lead->refusals[at].rep != rep)
        at++;
    assert(at < SIM_REFUSALS_MAX);
    lead->refusal_count += at == lead->refusal_count;
    lead->refusals[at] = (struct judge_refusal){rep, now_ms + rules_now(judge)->retry_same_rep_ms};
}

static struct judge_lead *place_of(struct sim_judge *judge, const struct core_effect *event)
{
    struct judge_lead *lead = sim_judge_lead(judge, event->lead);
    if (lead)
        return lead;
    assert(event->lead.number < SIM_LEADS_MAX);
    lead = &judge->leads[event->lead.number];
    if (lead->known)
        broken(judge, "never doubled: the number %llu was given twice", (unsigned long long)event->lead.number);
    *lead = (struct judge_lead){.known = true, .id = event->lead, 
                                .state = LEAD_NONE, .rep = NOBODY, .preferred = NOBODY, .product = UINT32_MAX};
    if (event->lead.number > judge->lead_last)
        judge->lead_last = event->lead.number;
    return lead;
}

/* The event's reason says to whom. */
static void take_transfer(struct sim_judge *judge, struct judge_lead *lead, const struct core_effect *event)
{
    bool to_team = strncmp(event->reason, "team ", 5) == 0;
    judge->coverage->faults[to_team ? SIM_FAULT_TO_TEAM : SIM_FAULT_TO_REP]++;
    if (!to_team && (strncmp(event->reason, "rep ", 4) != 0 || strcmp(event->reason + 4, event->preferred_rep) != 0))
        broken(judge, "one owner: lead %llu is handed on to %s, and waits for %s", number_of(lead), event->reason, event->preferred_rep);
    if (strcmp(event->set_by, event->by) != 0)
        broken(judge, "one owner: lead %llu is handed on by %s, and keeps %s", number_of(lead), event->by, event->set_by);
    if (!to_team)
        return;
    lead->needs.team_count = 1;
    snprintf(lead->needs.teams[0], sizeof lead->needs.teams[0], "%s", event->reason + 5);
    lead->less_ms = 0;   /* a person said what it needs */
}

static void take_lead_event(struct sim_judge *judge, const struct core_effect *event, uint64_t now_ms)
{

    struct judge_lead *lead = place_of(judge, event);
    uint32_t rep = sim_rep_number(event->rep);
    if (event->from != lead->state || !sim_move_is_legal(event->from, event->to))
        broken(judge, "one owner: lead %llu goes from %d to %d, but was in %d", number_of(lead), event->from, event->to, lead->state);
    judge->coverage->moves[event->from][event->to]++;
    judge->coverage->faults[SIM_FAULT_ABANDONED] += event->cause == CAUSE_ABANDONED;
    if (event->from == LEAD_WAITING && event->to == LEAD_WAITING && event->cause != CAUSE_ABANDONED)
        broken(judge, "one owner: lead %llu waits on for no reason", number_of(lead));
    if (is_held(event->to) && is_held(event->from) && (rep != lead->rep || event->offer_number != lead->offer_number))
        broken(judge, "one owner: lead %llu went from rep%u to rep%u without coming back", number_of(lead), lead->rep, rep);
    if (!lead_state_is_end(event->to) && event->deadline_ms <= now_ms)
        broken(judge, "no state without a deadline: lead %llu in state %d", number_of(lead), event->to);
    if (event->cause == CAUSE_TRANSFERRED)
        lead->refusal_count = 0;
    if (is_held(lead->state) && (event->to == LEAD_WAITING || event->to == LEAD_PARKED)) {
        /* Parked tells that the offers are used up: what used up the last of them refused too, whatever it was. */
        remember_refusal(judge, lead, lead->rep, event->to == LEAD_PARKED ? CAUSE_NONE : event->cause, now_ms);
    }
    if ((lead->state == LEAD_PARKED && event->to == LEAD_WAITING) || event->to == LEAD_SCHEDULED)
        lead->refusal_count = 0;
    if (event->from == LEAD_NONE)
        lead->began_ms = now_ms;
    if (event->cause == CAUSE_TRANSFERRED)
        take_transfer(judge, lead, event);
    enum lead_state from = lead->state;
    lead->state = event->to;
    lead->cause = event->cause;
    lead->rep = is_held(event->to) ? rep : NOBODY;
    lead->deadline_ms = event->deadline_ms;
    lead->priority = event->priority;
    lead->received_ms = event->received_unix_ms;
    lead->channel = event->channel;
    lead->is_call_back = event->is_call_back;
    if (event->to == LEAD_OFFERED) {
        if (event->offer_number != lead->offer_number + 1)
            broken(judge, "one owner: offer %u of lead %llu follows %u", event->offer_number, number_of(lead), lead->offer_number);
        lead->offer_number = event->offer_number;
        lead->weight = event->weight;
        judge->coverage->faults[SIM_FAULT_PREFERRED] += lead->preferred == lead->rep;
        judge->coverage->faults[SIM_FAULT_TO_ALL] += lead->preferred != NOBODY && lead->preferred != lead->rep;
        check_offer(judge, lead, now_ms);
    }
    if (event->to == LEAD_WAITING || from == LEAD_WAITING)
        judge_relax(judge->batch_rules, lead, now_ms);
    lead->preferred = event->to == LEAD_WAITING ? sim_rep_number(event->preferred_rep) : NOBODY;
    lead->preferred_until_ms = event->preferred_until_ms;
    if (event->to == LEAD_EXPIRED && from != LEAD_PARKED)
        broken(judge, "never lost: lead %llu expired out of state %d", number_of(lead), from);
}

static void take_rep_event(struct sim_judge *judge, const struct core_effect *event)
{
    uint32_t number = sim_rep_number(event->rep);
    if (number == NOBODY)
        return;
    judge->reps[number].connected = event->connected;
    judge->reps[number].state = event->rep_state;
    if (event->load != load_of(judge, number))
        broken(judge, "never over capacity: rep%u is told to have load %u, the leads say %u", number, event->load, load_of(judge, number));
}

/* ---- who may take what: the judge's own idea ----------------------------------------- */

static bool rings(const struct judge_lead *lead)
{
    return lead->channel == LW_CHANNEL_PHONE && !lead->is_call_back;
}

enum may { MAY_NOT, MAY, MAY_SOON };   /* SOON: a refusal's time ended since the step before, or the lead asks for less in this very step */

static enum may may_take(const struct sim_judge *judge, uint32_t rep, const struct judge_lead *lead, uint32_t load, uint64_t now_ms)
{
    const struct core_config *rules = rules_now(judge);
    const struct config_rep *rule = judge->rep_rules[rep];
    bool soon = false;
    if (!rule || !judge->reps[rep].connected || judge->reps[rep].state != REP_AVAILABLE)
        return MAY_NOT;
    /* What opens or closes since the last step does so behind this step's command: either holds. */
    bool is_open = sim_rules_open(rules, rule->team, now_ms), was_open = sim_rules_open(rules, rule->team, judge->stepped_ms);
    if (!is_open && !was_open)
        return MAY_NOT;
    soon |= is_open != was_open;
    for (uint32_t i = 0; i < lead->refusal_count; i++) {
        if (lead->refusals[i].rep == rep && lead->refusals[i].until_ms > now_ms)
            return MAY_NOT;
        soon |= lead->refusals[i].rep == rep && lead->refusals[i].until_ms > judge->stepped_ms;
    }
    const bool is_chosen = lead->preferred != NOBODY && lead->preferred == rep && lead->preferred_until_ms > judge->stepped_ms;   /* by a person */
    if (lead->preferred != NOBODY && lead->preferred != rep) {
        if (lead->preferred_until_ms > now_ms)
            return MAY_NOT;
        soon |= lead->preferred_until_ms > judge->stepped_ms;
    }
    if (lead->product == UINT32_MAX || load + rules->channels[lead->channel].weight > rule->capacity || (rings(lead) && rule->device[0] == '\0'))
        return MAY_NOT;
    if (is_chosen && !judge_meets(rules, rule, &lead->needs))
        return MAY_SOON;
    if (!judge_meets(rules, rule, &lead->needs)) {
        struct judge_lead later = *lead;
        judge_relax(rules, &later, now_ms);
        if (!judge_meets(rules, rule, &later.needs))
            return MAY_NOT;
        soon = true;
    }
    return soon ? MAY_SOON : MAY;
}

static bool more_urgent(const struct judge_lead *a, const struct judge_lead *b)
{
    if (a->priority != b->priority)
        return a->priority > b->priority;
    return a->received_ms != b->received_ms ? a->received_ms < b->received_ms : a->id.number < b->id.number;
}

static void loads_of(const struct sim_judge *judge, uint32_t loads[SIM_REPS_MAX + 1])
{
    memset(loads, 0, (SIM_REPS_MAX + 1) * sizeof *loads);
    for (uint64_t i = judge->lead_first; i <= judge->lead_last; i++) {
        if (is_open(&judge->leads[i]) && is_held(judge->leads[i].state))
            loads[judge->leads[i].rep] += judge->leads[i].weight;
    }
}

static uint32_t levels_of(const struct core_config *rules, const struct config_rep *rep, const struct judge_lead *lead)
{
    uint32_t levels = 0;
    for (uint32_t i = 0; i < lead->needs.require_count; i++) {
        for (uint32_t k = 0; k < rep->skill_count; k++)
            levels += strcmp(rules->skills[rep->skills[k].skill], lead->needs.require[i]) == 0 ? rep->skills[k].level : 0;
    }
    return levels;
}

static uint32_t preferences_met(const struct core_config *rules, const struct config_rep *rep, const struct judge_needs *needs)
{
    uint32_t met = 0;
    for (uint32_t i = 0; i < needs->prefer_count; i++) {
        for (uint32_t k = 0; k < rep->skill_count; k++)
            met += strcmp(rules->skills[rep->skills[k].skill], needs->prefer[i]) == 0 && rep->skills[k].level >= needs->prefer_level[i];
    }
    return met;
}

/* By the lead's preferences, then what comes first in the queue's policy, rep a is better than rep b. */
static bool ranks_before(const struct sim_judge *judge, const struct judge_lead *lead, const uint32_t *loads, uint32_t a, uint32_t b)
{
    const struct core_config *rules = rules_now(judge);
    const struct config_rep *rep_a = judge->rep_rules[a], *rep_b = judge->rep_rules[b];
    const char *policy = sim_rules_policy(rules, lead->queue);
    uint32_t met_a = preferences_met(rules, rep_a, &lead->needs), met_b = preferences_met(rules, rep_b, &lead->needs);
    if (met_a != met_b)
        return met_a > met_b;
    if (strcmp(policy, "least_loaded") == 0)
        return (uint64_t)loads[a] * rep_b->capacity < (uint64_t)loads[b] * rep_a->capacity;
    if (strcmp(policy, "most_skilled") == 0)
        return levels_of(rules, rep_a, lead) > levels_of(rules, rep_b, lead);
    return strcmp(policy, "top_down") == 0 && rep_a->tier < rep_b->tier;
}

/* The lead is counted with its rep already. */
static void check_offer(struct sim_judge *judge, const struct judge_lead *lead, uint64_t now_ms)
{
    const struct core_config *rules = rules_now(judge);
    const struct config_rep *chosen = lead->rep < SIM_REPS_MAX ? judge->rep_rules[lead->rep] : NULL;
    uint32_t loads[SIM_REPS_MAX + 1];
    loads_of(judge, loads);
    if (!chosen) {
        broken(judge, "one owner: lead %llu is offered to a rep whom the rules do not have", number_of(lead));
        return;
    }
    if (lead->weight != rules->channels[lead->channel].weight || loads[lead->rep] > chosen->capacity)
        broken(judge, "never over capacity: rep%u has %u of %u with lead %llu", lead->rep, loads[lead->rep], chosen->capacity, number_of(lead));
    loads[lead->rep] -= lead->weight;
    if (lead->product == UINT32_MAX)
        return;
    if (may_take(judge, lead->rep, lead, loads[lead->rep], now_ms) == MAY_NOT)
        broken(judge, "one owner: lead %llu is offered to rep%u, who may not take it", number_of(lead), lead->rep);
    struct judge_lead later = *lead;
    judge_relax(rules, &later, now_ms);   /* a step in this very millisecond may have been taken before the offer, or not */
    for (uint32_t i = 0; i < SIM_REPS_MAX; i++) {
        if (i != lead->rep && may_take(judge, i, lead, loads[i], now_ms) == MAY && ranks_before(judge, lead, loads, i, lead->rep) &&
            ranks_before(judge, &later, loads, i, lead->rep))
            broken(judge, "%s: lead %llu is offered to rep%u, but rep%u comes first", sim_rules_policy(rules, lead->queue), number_of(lead),
                   lead->rep, i);
    }
    for (uint64_t l = judge->lead_first; l <= judge->lead_last; l++) {
        const struct judge_lead *other = &judge->leads[l];
        if (!is_open(other) || other->state != LEAD_WAITING || !more_urgent(other, lead))
            continue;
        for (uint32_t i = 0; i < SIM_REPS_MAX; i++) {
            if (may_take(judge, i, other, loads[i], now_ms) == MAY)
                broken(judge, "most urgent first: lead %llu goes before %llu, which rep%u could take", number_of(lead), number_of(other), i);
        }
    }
}

/* ---- what sessions were told ------------------------------------------------------------ */

static uint32_t rep_of_session(const struct sim_judge *judge, uint64_t session)
{
    uint32_t rep = 0;
    while (rep < SIM_REPS_MAX && (session == 0 || judge->reps[rep].session != session))
        rep++;
    return rep;
}

/* Of this offer or an older one. */
static void forget_told(struct judge_rep *rep, struct desk_id lead, uint32_t offer_number)
{
    for (uint32_t i = 0; i < rep->told_count; i++) {
        if (desk_id_equal(rep->told[i].lead, lead) && rep->told[i].offer_number <= offer_number) {
            rep->told[i] = rep->told[--rep->told_count];
            return;
        }
    }
}

static void take_told(struct sim_judge *judge, const struct core_effect *effect)
{
    uint32_t number = effect->kind == EFFECT_LOGGED_ON ? sim_rep_number(effect->rep) : rep_of_session(judge, effect->session);
    if (number == NOBODY) {
        broken(judge, "one owner: session %llu is told something and is nobody's", (unsigned long long)effect->session);
        return;
    }
    struct judge_rep *rep = &judge->reps[number];
    if (effect->kind == EFFECT_REPLACED) {
        rep->session = 0;
        return;
    }
    if (effect->kind == EFFECT_LOGGED_ON) {
        rep->session = effect->session;
        rep->told_count = 0;
        rep->connected = true;
        return;
    }
    if (effect->kind == EFFECT_SNAPSHOT_END) {
        if (effect->count_offers + effect->count_holdings != rep->told_count)
            broken(judge, "never lost: the snapshot of rep%u ends with %u, told were %u", number, effect->count_offers + effect->count_holdings, rep->told_count);
        return;
    }
    forget_told(rep, effect->lead, effect->offer_number);
    if (effect->kind == EFFECT_WITHDRAWN)
        return;
    assert(rep->told_count < SIM_HELD_MAX);
    rep->told[rep->told_count++] = (struct judge_held){effect->lead, effect->offer_number, effect->to};
}

static void take_reply(struct sim_judge *judge, const struct sim_batch *batch, const struct core_effect *reply)
{
    uint32_t rep = rep_of_session(judge, reply->session);
    struct judge_lead *lead = sim_judge_lead(judge, reply->lead);
    if (batch->command == COMMAND_ANSWER_OFFER && reply->status == CORE_ACCEPTED && rep != NOBODY && (!lead || lead->rep != rep))
        forget_told(&judge->reps[rep], reply->lead, UINT32_MAX);   /* declined; accepts are told as holdings */
    if (batch->command == COMMAND_TRANSFER && reply->status == CORE_ACCEPTED && (!lead || lead->state == LEAD_ASSIGNED))
        broken(judge, "one owner: lead %llu is handed on and still with its rep", (unsigned long long)reply->lead.number);
    if (batch->command == COMMAND_COMPLETE && reply->status == CORE_ACCEPTED) {
        if (rep != NOBODY)
            forget_told(&judge->reps[rep], reply->lead, UINT32_MAX);
        bool rests = lead && (lead->state == LEAD_SCHEDULED || lead->state == LEAD_PARKED);
        if (!lead || lead->completed_once || !(rests || lead->state == LEAD_COMPLETED))
            broken(judge, "never doubled: lead %llu is completed twice or not at all", (unsigned long long)reply->lead.number);
        else
            lead->completed_once = !rests;
    }
    if (batch->command != COMMAND_PUBLISH || (reply->status != CORE_ACCEPTED && reply->status != CORE_DUPLICATE))
        return;
    struct judge_publication *publication = &judge->publications[reply->request >> SIM_REQUEST_SHIFT];
    if (publication->acknowledged && !desk_id_equal(publication->lead, reply->lead))
        broken(judge, "never doubled: publication %llu is lead %llu and then %llu", (unsigned long long)(reply->request >> SIM_REQUEST_SHIFT),
               (unsigned long long)publication->lead.number, (unsigned long long)reply->lead.number);
    if (!lead) {
        broken(judge, "never lost: lead %llu is acknowledged and was never told of", (unsigned long long)reply->lead.number);
        return;
    }
    publication->acknowledged = true;
    publication->lead = reply->lead;
    if (lead->product != UINT32_MAX)
        return;
    lead->product = publication->product;
    const struct core_config *rules = rules_now(judge);
    const struct config_rule *rule = sim_rules_for(rules, lead->product);
    snprintf(lead->queue, sizeof lead->queue, "%s", rule->queue);
    judge_needs_note(lead, rules, rule);
    if (lead->priority != rule->priority + rules->channels[lead->channel].priority)
        broken(judge, "most urgent first: lead %llu has priority %u", number_of(lead), lead->priority);
}

/* ---- after each batch --------------------------------------------------------------------- */

static void check_told(struct sim_judge *judge, uint32_t number)
{
    const struct judge_rep *rep = &judge->reps[number];
    uint32_t count = 0;
    for (uint64_t l = judge->lead_first; l <= judge->lead_last; l++)
        count += is_open(&judge->leads[l]) && judge->leads[l].rep == number;
    if (count != rep->told_count)
        broken(judge, "one owner: rep%u was told of %u leads and has %u", number, rep->told_count, count);
    for (uint32_t i = 0; i < rep->told_count; i++) {
        const struct judge_lead *lead = sim_judge_lead(judge, rep->told[i].lead);
        if (!lead || lead->rep != number || lead->offer_number != rep->told[i].offer_number || lead->state != rep->told[i].state)
            broken(judge, "one owner: rep%u believes to have lead %llu and has not, or in another state", number, (unsigned long long)rep->told[i].lead.number);
    }
}

static void check_after_batch(struct sim_judge *judge, uint64_t now_ms)
{
    uint32_t loads[SIM_REPS_MAX + 1];
    if (judge->version == 0)
        return;
    while (judge->lead_first < judge->lead_last && judge->leads[judge->lead_first].known && !is_open(&judge->leads[judge->lead_first]))
        judge->lead_first++;
    loads_of(judge, loads);
    for (uint64_t l = judge->lead_first; l <= judge->lead_last; l++) {
        struct judge_lead *lead = &judge->leads[l];
        if (!is_open(lead))
            continue;
        if (lead->state == LEAD_WAITING)
            judge_relax(rules_now(judge), lead, now_ms);
        if (lead->deadline_ms <= now_ms)
            broken(judge, "no state without a deadline: that of lead %llu in state %d has passed", number_of(lead), lead->state);
        if (judge_should_be_parked(rules_now(judge), lead))
            broken(judge, "parked at once: lead %llu waits, and nobody could ever take it", number_of(lead));
        if (judge_should_not_be_parked(rules_now(judge), lead))
            broken(judge, "parked at once: lead %llu is parked, and somebody could take it", number_of(lead));
        for (uint32_t i = 0; lead->state == LEAD_WAITING && i < SIM_REPS_MAX; i++) {
            bool is_open = judge->rep_rules[i] && sim_rules_open(rules_now(judge), judge->rep_rules[i]->team, now_ms);
            if (is_open && may_take(judge, i, lead, loads[i], now_ms) != MAY_NOT)
                broken(judge, "the backlog is served at once: lead %llu waits and rep%u could take it", number_of(lead), i);
        }
    }
    for (uint32_t i = 0; i < SIM_REPS_MAX; i++) {
        if (judge->reps[i].session != 0)
            check_told(judge, i);
    }
}

/* ---- restarts and the end ------------------------------------------------------------------- */

struct recount { struct sim_judge *judge; uint64_t open; };

static void compare_row(void *context, const struct core_effect *row)
{
    struct recount *recount = context;
    const struct judge_lead *lead = sim_judge_lead(recount->judge, row->lead);
    recount->open++;
    if (!lead || !is_open(lead))
        broken(recount->judge, "never doubled: after the restart lead %llu is open again", (unsigned long long)row->lead.number);
    else if (lead->state != row->to || lead->rep != sim_rep_number(row->rep) || lead->offer_number != row->offer_number ||
             lead->deadline_ms != row->deadline_ms)
        broken(recount->judge, "one owner: after the restart lead %llu is in state %d with '%s', before in %d with rep%u", number_of(lead), row->to,
               row->rep, lead->state, lead->rep);
}

void sim_judge_killed(struct sim_judge *judge)
{
    for (uint32_t i = 0; i < SIM_REPS_MAX; i++) {
        judge->reps[i].session = 0;
        judge->reps[i].connected = false;
    }
}

void sim_judge_restarted(struct sim_judge *judge, struct core *core)
{
    struct recount recount = {.judge = judge};
    uint64_t open = 0;
    core_leads_visit(core, 0, UINT32_MAX, compare_row, &recount);
    for (uint64_t l = judge->lead_first; l <= judge->lead_last; l++)
        open += is_open(&judge->leads[l]);
    if (open != recount.open)
        broken(judge, "never lost: %llu leads were open, after the restart %llu are", (unsigned long long)open, (unsigned long long)recount.open);
}

void sim_judge_drained(struct sim_judge *judge)
{
    for (uint64_t l = judge->lead_first; l <= judge->lead_last; l++) {
        if (is_open(&judge->leads[l]))
            broken(judge, "never lost: lead %llu never ends, it is in state %d", number_of(&judge->leads[l]), judge->leads[l].state);
    }
    for (uint32_t i = 0; i < judge->publication_count; i++) {
        const struct judge_publication *publication = &judge->publications[i];
        const struct judge_lead *lead = publication->acknowledged ? sim_judge_lead(judge, publication->lead) : NULL;
        if (publication->acknowledged && (!lead || !lead_state_is_end(lead->state)))
            broken(judge, "never lost: publication %u was acknowledged and its lead has no end", i);
    }
}
