/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may take what, and who comes first: the judge's own idea.
 */
#include <string.h>

#include "judge_books.h"
#include "judge_broadcast.h"
#include "judge_caps.h"
#include "judge_needs.h"
#include "judge_offer.h"
#include "judge_opening.h"
#include "judge_pull.h"
#include "judge_team_limits.h"
#include "judge_urgency.h"

static bool rings(const struct judge_lead *lead)
{
    return lead->channel == LW_CHANNEL_PHONE && !lead->is_call_back;
}

static bool ranks_pairs(const struct core_config *rules, const struct judge_lead *lead)
{
    return strcmp(sim_rules_policy(rules, lead->queue), "best_pair") == 0;
}

/* The lead, which is not with the rep, may interrupt all that they have. */
static bool judge_interrupts(const struct sim_judge *judge, uint32_t rep, const struct judge_lead *lead, uint32_t load, uint64_t now_ms)
{
    const struct config_rep *rule = judge->rep_rules[rep];
    const struct config_channel *channel = &judge_rules_now(judge)->channels[lead->channel];
    bool is_call_back = lead->channel == LW_CHANNEL_PHONE && lead->is_call_back, has_any = false;
    bool is_for_one = lead->preferred != NOBODY && lead->preferred_until_ms > now_ms, is_with_another = lead->rep != NOBODY && lead->rep != rep;
    if (rule->reserve == 0 || is_with_another || is_call_back || is_for_one || channel->weight > rule->capacity ||
        load + channel->weight > rule->capacity + rule->reserve || ranks_pairs(judge_rules_now(judge), lead) ||
        judge_is_pulled(judge_rules_now(judge), lead))
        return false;
    for (uint64_t i = judge->lead_first; i <= judge->lead_last; i++) {
        const struct judge_lead *other = &judge->leads[i];
        if (other == lead || !judge_is_open(other) || !judge_is_held(other->state) || judge_offer_of(other, rep) == 0)
            continue;
        has_any = true;
        if ((channel->interrupts >> other->channel & 1) == 0)
            return false;
    }
    return has_any;
}

enum judge_may judge_may_take(const struct sim_judge *judge, uint32_t rep, const struct judge_lead *lead, uint32_t load, uint64_t now_ms)
{
    const struct core_config *rules = judge_rules_now(judge);
    const struct config_rep *rule = judge->rep_rules[rep];
    bool soon = false;
    if (!rule || !judge->reps[rep].connected || judge->reps[rep].state != REP_AVAILABLE)
        return MAY_NOT;
    /* What opens or closes since the last step does so behind this step's command: either holds. */
    bool is_open = sim_rules_open(rules, rule->team, now_ms), was_open = sim_rules_open(rules, rule->team, judge->stepped_ms);
    if (!is_open && !was_open)
        return MAY_NOT;
    soon |= is_open != was_open;
    if (judge_caps_full(judge, rep, lead, now_ms))
        return MAY_NOT;
    soon |= judge_caps_full(judge, rep, lead, judge->stepped_ms);
    bool day_turned, team_is_full = judge_team_full(judge, rep, lead, now_ms, &day_turned);
    if (team_is_full && !day_turned)
        return MAY_NOT;
    soon |= day_turned;
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
    const bool fits = load + rules->channels[lead->channel].weight <= rule->capacity;
    const bool has_room = fits || judge_interrupts(judge, rep, lead, load, now_ms);
    if (lead->product == UINT32_MAX || !has_room || (rings(lead) && !judge_device_rings(judge, rep)))
        return MAY_NOT;
    if (is_chosen && !judge_meets(rules, rule, &lead->needs))
        return fits ? MAY_SOON : MAY_NOT;   /* who is chosen is not interrupted, and who is not has to meet its needs */
    if (!judge_meets(rules, rule, &lead->needs)) {
        struct judge_lead later = *lead;
        judge_relax(rules, &later, now_ms);
        if (!judge_meets(rules, rule, &later.needs))
            return MAY_NOT;
        soon = true;
    }
    const enum judge_kept keeps = is_chosen ? NOT_KEPT : judge_opening_keeps(judge, rep, lead);
    judge->coverage->faults[SIM_FAULT_KEPT_FROM_BACKLOG] += keeps == KEPT;
    if (keeps == KEPT)
        return MAY_NOT;
    return soon || keeps == MAYBE_KEPT ? MAY_SOON : MAY;
}

static struct waiting_lead waiting(const struct judge_lead *lead, int ahead)
{
    uint64_t from_ms = lead->woken_ms > lead->received_ms ? lead->woken_ms : lead->received_ms;
    return (struct waiting_lead){lead->queue, lead->priority, lead->value, lead->received_ms, from_ms, lead->id.number, ahead};
}

/* For sure. */
static bool more_urgent(const struct sim_judge *judge, uint64_t now_ms, const struct judge_lead *a, const struct judge_lead *b)
{
    const struct core_config *rules = judge_rules_now(judge);
    int least_a, most_a, least_b, most_b;
    judge_opening_ahead(judge, a, &least_a, &most_a);
    judge_opening_ahead(judge, b, &least_b, &most_b);
    /* Of leads that go by their worth only the priority is known here: property.best_pair knows the rest. */
    if (ranks_pairs(rules, a) || ranks_pairs(rules, b))
        return least_a > most_b || (a->priority > b->priority && least_a >= most_b);
    struct waiting_lead first = waiting(a, least_a), second = waiting(b, most_b);
    return judge_goes_before(rules, now_ms, &first, &second);
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

/* Of a thousand leads this rep wins so many. */
static uint32_t rate_of(const struct core_config *rules, const struct config_rep *rep, const struct judge_lead *lead)
{
    for (uint32_t i = 0; i < rep->rate_count; i++) {
        if (strcmp(rep->rates[i].queue, lead->queue) == 0)
            return rep->rates[i].rate;
    }
    uint32_t count = lead->needs.require_count, rate = count == 0 ? 50 : levels_of(rules, rep, lead) * 10 / count;
    return rate == 0 ? 1 : rate;
}

/* By the lead's preferences, then what comes first in the queue's policy, rep a is better than rep b. */
static bool ranks_before(const struct sim_judge *judge, const struct judge_lead *lead, const uint32_t *loads, uint32_t a, uint32_t b)
{
    const struct core_config *rules = judge_rules_now(judge);
    const struct config_rep *rep_a = judge->rep_rules[a], *rep_b = judge->rep_rules[b];
    const char *policy = sim_rules_policy(rules, lead->queue);
    const uint32_t weight = rules->channels[lead->channel].weight;
    const bool a_has_room = loads[a] + weight <= rep_a->capacity, b_has_room = loads[b] + weight <= rep_b->capacity;
    if (a_has_room != b_has_room)
        return a_has_room;
    if (ranks_pairs(rules, lead))
        return rate_of(rules, rep_a, lead) > rate_of(rules, rep_b, lead);
    uint32_t met_a = preferences_met(rules, rep_a, &lead->needs), met_b = preferences_met(rules, rep_b, &lead->needs);
    if (met_a != met_b)
        return met_a > met_b;
    if (strcmp(policy, "least_loaded") == 0 || strcmp(policy, "broadcast") == 0)
        return (uint64_t)loads[a] * rep_b->capacity < (uint64_t)loads[b] * rep_a->capacity;
    if (strcmp(policy, "most_skilled") == 0)
        return levels_of(rules, rep_a, lead) > levels_of(rules, rep_b, lead);
    return strcmp(policy, "top_down") == 0 && rep_a->tier < rep_b->tier;
}

/* The lead is counted with its rep already. */
void judge_check_offer(struct sim_judge *judge, const struct judge_lead *lead, uint64_t now_ms)
{
    const struct core_config *rules = judge_rules_now(judge);
    const struct config_rep *chosen = lead->rep < SIM_REPS_MAX ? judge->rep_rules[lead->rep] : NULL;
    uint32_t loads[SIM_REPS_MAX + 1];
    judge_loads(judge, loads);
    if (!chosen) {
        judge_broken(judge, "one owner: lead %llu is offered to a rep whom the rules do not have", judge_number(lead));
        return;
    }
    bool interrupts = judge_interrupts(judge, lead->rep, lead, loads[lead->rep] - lead->weight, now_ms);
    judge->coverage->faults[SIM_FAULT_INTERRUPTED] += loads[lead->rep] > chosen->capacity && interrupts;
    if (lead->weight != rules->channels[lead->channel].weight || (loads[lead->rep] > chosen->capacity && !interrupts))
        judge_broken(judge, "never over capacity: rep%u has %u of %u with lead %llu", lead->rep, loads[lead->rep], chosen->capacity, judge_number(lead));
    loads[lead->rep] -= lead->weight;
    if (judge_is_pulled(rules, lead) && lead->preferred != lead->rep)
        judge_broken(judge, "one owner: lead %llu is on the shared list and is offered to rep%u", judge_number(lead), lead->rep);
    if (lead->product == UINT32_MAX)
        return;
    if (judge_may_take(judge, lead->rep, lead, loads[lead->rep], now_ms) == MAY_NOT)
        judge_broken(judge, "one owner: lead %llu is offered to rep%u, who may not take it", judge_number(lead), lead->rep);
    struct judge_lead later = *lead;
    judge_relax(rules, &later, now_ms);   /* a step in this very millisecond may have been taken before the offer, or not */
    for (uint32_t i = 0; i < SIM_REPS_MAX; i++) {
        if (i != lead->rep && judge_may_take(judge, i, lead, loads[i], now_ms) == MAY && ranks_before(judge, lead, loads, i, lead->rep) &&
            ranks_before(judge, &later, loads, i, lead->rep))
            judge_broken(judge, "%s: lead %llu is offered to rep%u, but rep%u comes first", sim_rules_policy(rules, lead->queue), judge_number(lead),
                         lead->rep, i);
    }
    for (uint64_t l = judge->lead_first; l <= judge->lead_last; l++) {
        const struct judge_lead *other = &judge->leads[l];
        if (!judge_is_open(other) || other->state != LEAD_WAITING || other->product == UINT32_MAX ||
            judge_is_pulled(rules, other) || !more_urgent(judge, now_ms, other, lead))
            continue;
        for (uint32_t i = 0; i < SIM_REPS_MAX; i++) {
            if (judge_may_take(judge, i, other, loads[i], now_ms) == MAY)
                judge_broken(judge, "most urgent first: lead %llu goes before %llu, which rep%u could take", judge_number(lead), judge_number(other), i);
        }
    }
}

void judge_check_renewed(struct sim_judge *judge, const struct judge_lead *lead)
{
    const struct config_rep *rep = lead->rep < SIM_REPS_MAX ? judge->rep_rules[lead->rep] : NULL;
    uint32_t load = judge_load_of(judge, lead->rep);
    bool is_heavier = lead->before_join.channel != lead->channel;
    if (is_heavier && (!rep || load > rep->capacity || (rings(lead) && !judge_device_rings(judge, lead->rep))))
        judge_broken(judge, "never over capacity: rep%u has %u with lead %llu, which became a call", lead->rep, load, judge_number(lead));
}

void judge_check_other_offer(struct sim_judge *judge, const struct judge_lead *lead, uint32_t rep, uint64_t now_ms)
{
    const struct config_rep *chosen = judge->rep_rules[rep];
    uint32_t loads[SIM_REPS_MAX + 1];
    judge_loads(judge, loads);
    if (!chosen) {
        judge_broken(judge, "one owner: lead %llu is offered to a rep whom the rules do not have", judge_number(lead));
        return;
    }
    if (loads[rep] > chosen->capacity)
        judge_broken(judge, "never over capacity: rep%u has %u of %u with lead %llu", rep, loads[rep], chosen->capacity, judge_number(lead));
    if (lead->product != UINT32_MAX && judge_may_take(judge, rep, lead, loads[rep] - lead->weight, now_ms) == MAY_NOT)
        judge_broken(judge, "one owner: lead %llu is offered to rep%u too, who may not take it", judge_number(lead), rep);
}
