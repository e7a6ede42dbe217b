/* SPDX-License-Identifier: Apache-2.0
 *
 * The book of what sessions and publishers were told.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "judge_books.h"
#include "judge_paused.h"
#include "judge_broadcast.h"
#include "judge_needs.h"
#include "judge_people.h"
#include "judge_seen.h"
#include "judge_told.h"
#include "judge_urgency.h"

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

/* Each note names its lead (sim_world.c), and goes along until managers did eight things. */
static void check_note(struct sim_judge *judge, const struct core_effect *effect)
{
    const struct judge_lead *lead = sim_judge_lead(judge, effect->lead);
    char expected[24];
    snprintf(expected, sizeof expected, "lead %llu", (unsigned long long)effect->lead.number);
    bool is_due = lead && lead->note_by[0] != '\0' && lead->acts_since < 8 && !effect->hides_person;
    if (effect->note[0] != '\0' && (effect->hides_person || strcmp(effect->note, expected) != 0))
        judge_broken(judge, "one owner: lead %llu comes with the note of another, or to who may not see it", (unsigned long long)effect->lead.number);
    if (is_due && strcmp(effect->note_by, lead->note_by) != 0)
        judge_broken(judge, "never lost: lead %llu comes without the note of %s", (unsigned long long)effect->lead.number, lead->note_by);
}

void judge_take_told(struct sim_judge *judge, const struct core_effect *effect)
{
    uint32_t number = effect->kind == EFFECT_LOGGED_ON ? sim_rep_number(effect->rep) : rep_of_session(judge, effect->session);
    if (number == NOBODY) {
        judge_broken(judge, "one owner: session %llu is told something and is nobody's", (unsigned long long)effect->session);
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
            judge_broken(judge, "never lost: the snapshot of rep%u ends with %u, told were %u", number, effect->count_offers + effect->count_holdings, rep->told_count);
        return;
    }
    if (effect->kind == EFFECT_OFFER || effect->kind == EFFECT_HOLDING)
        check_note(judge, effect);
    forget_told(rep, effect->lead, effect->offer_number);
    if (effect->kind == EFFECT_WITHDRAWN)
        return;
    assert(rep->told_count < SIM_HELD_MAX);
    rep->told[rep->told_count++] = (struct judge_held){effect->lead, effect->offer_number, effect->to};
}

void judge_take_reply(struct sim_judge *judge, const struct sim_batch *batch, const struct core_effect *reply)
{
    uint32_t rep = rep_of_session(judge, reply->session);
    struct judge_lead *lead = sim_judge_lead(judge, reply->lead);
    judge_take_paused(judge, batch, reply);
    judge_take_seen(judge, batch, reply);
    if (batch->command == COMMAND_ANSWER_OFFER && reply->status == CORE_ACCEPTED && rep != NOBODY && (!lead || lead->rep != rep))
        forget_told(&judge->reps[rep], reply->lead, UINT32_MAX);   /* declined; accepts are told as holdings */
    if (batch->command == COMMAND_TRANSFER && reply->status == CORE_ACCEPTED && (!lead || lead->state == LEAD_ASSIGNED))
        judge_broken(judge, "one owner: lead %llu is handed on and still with its rep", (unsigned long long)reply->lead.number);
    if (batch->command == COMMAND_COMPLETE && reply->status == CORE_ACCEPTED) {
        if (rep != NOBODY)
            forget_told(&judge->reps[rep], reply->lead, UINT32_MAX);
        bool rests = lead && (lead->state == LEAD_SCHEDULED || lead->state == LEAD_PARKED);
        if (!lead || lead->completed_once || !(rests || lead->state == LEAD_COMPLETED))
            judge_broken(judge, "never doubled: lead %llu is completed twice or not at all", (unsigned long long)reply->lead.number);
        else
            lead->completed_once = !rests;
    }
    if (batch->command != COMMAND_PUBLISH || (reply->status != CORE_ACCEPTED && reply->status != CORE_DUPLICATE))
        return;
    struct judge_publication *publication = &judge->publications[reply->request >> SIM_REQUEST_SHIFT];
    if (publication->acknowledged && !desk_id_equal(publication->lead, reply->lead))
        judge_broken(judge, "never doubled: publication %llu is lead %llu and then %llu", (unsigned long long)(reply->request >> SIM_REQUEST_SHIFT),
                     (unsigned long long)publication->lead.number, (unsigned long long)reply->lead.number);
    if (!lead) {
        judge_broken(judge, "never lost: lead %llu is acknowledged and was never told of", (unsigned long long)reply->lead.number);
        return;
    }
    if (publication->acknowledged && publication->joined != reply->joined)
        judge_broken(judge, "never doubled: publication %llu joined lead %llu only once", (unsigned long long)(reply->request >> SIM_REQUEST_SHIFT),
                     (unsigned long long)reply->lead.number);
    if (reply->status == CORE_ACCEPTED)
        judge_take_published(judge, publication, lead, reply->joined, batch->now_ms);
    publication->acknowledged = true;
    publication->joined = reply->joined;
    publication->lead = reply->lead;
    if (reply->joined && lead->product == UINT32_MAX)
        judge_broken(judge, "never lost: lead %llu was joined before it was acknowledged", (unsigned long long)reply->lead.number);
    if (lead->product != UINT32_MAX)
        return;
    lead->product = publication->product;
    const struct core_config *rules = judge_rules_now(judge);
    const struct config_rule *rule = sim_rules_for(rules, lead->product);
    snprintf(lead->queue, sizeof lead->queue, "%s", rule->queue);
    lead->value = judge_value(rule, rule->value_from ? sim_rules_field(lead->product, rule->value_from) : NULL);
    judge_needs_note(lead, rules, rule);
    if (!lead->has_own_priority && lead->priority != rule->priority + rules->channels[lead->channel].priority)
        judge_broken(judge, "most urgent first: lead %llu has priority %u", judge_number(lead), lead->priority);
}

void judge_check_told(struct sim_judge *judge, uint32_t number)
{
    const struct judge_rep *rep = &judge->reps[number];
    uint32_t count = 0;
    for (uint64_t l = judge->lead_first; l <= judge->lead_last; l++)
        count += judge_is_open(&judge->leads[l]) && judge_is_held(judge->leads[l].state) && judge_offer_of(&judge->leads[l], number) != 0;
    if (count != rep->told_count)
        judge_broken(judge, "one owner: rep%u was told of %u leads and has %u", number, rep->told_count, count);
    for (uint32_t i = 0; i < rep->told_count; i++) {
        const struct judge_lead *lead = sim_judge_lead(judge, rep->told[i].lead);
        if (!lead || !judge_is_held(lead->state) || judge_offer_of(lead, number) != rep->told[i].offer_number || lead->state != rep->told[i].state)
            judge_broken(judge, "one owner: rep%u believes to have lead %llu and has not, or in another state", number, (unsigned long long)rep->told[i].lead.number);
    }
}
