/* SPDX-License-Identifier: Apache-2.0 */
#include "judge_people.h"

#include <string.h>

#include "judge_books.h"
#include "judge_caps.h"
#include "judge_seen.h"
#include "judge_team_limits.h"

static bool rings(const struct judge_lead *lead)
{
    return lead->channel == LW_CHANNEL_PHONE && !lead->is_call_back;
}

void judge_take_join(struct sim_judge *judge, struct judge_lead *lead, const struct core_effect *event)
{
    if (event->contact_count != lead->contact_count + 1)
        judge_broken(judge, "never lost: contact %u of lead %llu follows %u", event->contact_count, judge_number(lead), lead->contact_count);
    if (event->priority < lead->priority)
        judge_broken(judge, "most urgent first: a contact made lead %llu less urgent", judge_number(lead));
    bool call_ended = event->is_call_back && event->from == LEAD_CONNECTING && event->to == LEAD_WAITING;
    if (event->to != event->from && !call_ended &&
        !(event->to == LEAD_WAITING && (event->from == LEAD_OFFERED || event->from == LEAD_PARKED || event->from == LEAD_SCHEDULED)))
        judge_broken(judge, "one owner: a contact took lead %llu from %d to %d", judge_number(lead), event->from, event->to);
    lead->before_join = (struct judge_before){lead->state, lead->channel, lead->is_call_back, lead->priority, lead->contact_count};
}

static bool is_call(const struct judge_publication *publication)
{
    return publication->channel == LW_CHANNEL_PHONE && publication->follows == 0;
}

static bool rang(const struct judge_before *was)
{
    return was->channel == LW_CHANNEL_PHONE && !was->is_call_back;
}

/* As it was when the contact came, but for what the contact made of it. */
static bool takes(const struct core_config *rules, const struct judge_lead *lead, const struct judge_before *was, bool call, uint64_t now_ms)
{
    return lead->persons != 0 && was->contact_count < CORE_CONTACTS_MAX && now_ms - lead->heard_ms <= rules->people.window_ms &&
           !(call && (rang(was) || was->state == LEAD_ASSIGNED));
}

static bool is_recognised(const struct core_config *rules, const struct judge_publication *publication)
{
    return publication->person != 0 && !publication->is_test && config_recognises(&rules->people);
}

static bool is_of(const struct judge_lead *lead, uint32_t person)
{
    return (lead->persons >> person & 1) != 0;
}

static const struct judge_lead *newest_open(const struct sim_judge *judge, uint32_t person, const struct judge_lead *but)
{
    for (uint64_t l = judge->lead_last; l >= judge->lead_first; l--) {
        const struct judge_lead *lead = &judge->leads[l];
        if (judge_is_open(lead) && is_of(lead, person) && lead != but)
            return lead;
    }
    return NULL;
}

/* The lead of the call whose caller left this message. */
static bool is_followed(const struct sim_judge *judge, const struct judge_publication *publication, const struct judge_lead *lead)
{
    return publication->follows != 0 && !publication->is_test && desk_id_equal(judge->publications[publication->follows].lead, lead->id);
}

/* is_kept: so is the id of the call; once it is forgotten the message joins by its person alone, and the call rings on. */
static void check_message(struct sim_judge *judge, const struct judge_lead *lead, bool is_kept)
{
    bool was_call = rang(&lead->before_join) && lead->before_join.state != LEAD_ASSIGNED;
    if (was_call && is_kept && rings(lead))
        judge_broken(judge, "never lost: lead %llu rings, and its caller has left a message", judge_number(lead));
    judge->coverage->faults[was_call ? SIM_FAULT_MESSAGE : SIM_FAULT_MESSAGE_JOINED]++;
}

/* It joins by its person, or where its caller's call is. */
static void check_joined(struct sim_judge *judge, const struct judge_publication *publication, const struct judge_lead *lead, uint64_t now_ms)
{
    const struct core_config *rules = judge_rules_now(judge);
    if (is_followed(judge, publication, lead)) {
        check_message(judge, lead, judge_is_id_kept(&judge->publications[publication->follows], now_ms));
        return;
    }
    if (!rules->people.join || publication->person == 0 || !is_of(lead, publication->person) || publication->is_test)
        judge_broken(judge, "never lost: lead %llu was joined by somebody else", judge_number(lead));
    else if (!takes(rules, lead, &lead->before_join, is_call(publication), now_ms))
        judge_broken(judge, "one owner: lead %llu was joined and may not be", judge_number(lead));
    judge->coverage->faults[is_call(publication) ? SIM_FAULT_CALL_JOINED : SIM_FAULT_JOINED]++;
}

static void take_contact(struct sim_judge *judge, const struct judge_publication *publication, struct judge_lead *lead, uint64_t now_ms)
{
    const struct core_config *rules = judge_rules_now(judge);
    const struct config_rule *rule = sim_rules_for(rules, publication->product);
    uint32_t priority = rule->priority + rules->channels[publication->channel].priority;
    uint32_t expected = priority > lead->before_join.priority ? priority : lead->before_join.priority;
    check_joined(judge, publication, lead, now_ms);
    if (lead->priority != expected)
        judge_broken(judge, "most urgent first: lead %llu has priority %u after a contact of %u", judge_number(lead), lead->priority, priority);
    if (is_call(publication) && !rings(lead))
        judge_broken(judge, "never lost: the call that joined lead %llu is none", judge_number(lead));
    uint64_t person = is_recognised(rules, publication) ? UINT64_C(1) << publication->person : 0;
    lead->persons |= person;
    lead->own.persons |= person;
    lead->contact_count++;
    lead->heard_ms = lead->own.heard_ms = now_ms;
    lead->own.priority = priority > lead->own.priority ? priority : lead->own.priority;
}

void judge_take_won(struct sim_judge *judge, const struct judge_lead *lead, const struct core_effect *event, uint64_t now_ms)
{
    bool is_won = strcmp(event->disposition, "won") == 0 && judge->batch_rules->people.customer_for_ms > 0;
    for (uint32_t person = 1; is_won && person < SIM_PEOPLE_MAX; person++) {
        if (!is_of(lead, person))
            continue;
        judge->won[person].rep = sim_rep_number(event->rep);
        judge->won[person].at_ms = now_ms;
    }
}

void judge_take_stop(struct sim_judge *judge, struct judge_lead *lead, const struct core_effect *event)
{
    bool is_said = event->to == LEAD_COMPLETED && event->do_not_call && judge->batch_rules->people.keeps_stops;
    for (uint32_t person = 1; is_said && person < SIM_PEOPLE_MAX; person++)
        judge->stopped[person] |= is_of(lead, person);
    if (event->from == LEAD_NONE)
        lead->was_stopped = false;
    lead->was_stopped |= event->cause == CAUSE_SET_ASIDE && (event->from == LEAD_WAITING || event->from == LEAD_PARKED);
}

/* Nobody is offered what is about who wants to hear no more, where the rules park such leads, and of others all are. */
static void check_stop(struct sim_judge *judge, const struct judge_publication *publication, const struct judge_lead *lead)
{
    const struct config_people *rules = &judge_rules_now(judge)->people;
    bool is_stopped = lead->persons != 0 && judge->stopped[publication->person] && rules->keeps_stops && rules->parks_stopped && !rings(lead);
    if (is_stopped != lead->was_stopped)
        judge_broken(judge, "do not call: lead %llu %s", judge_number(lead), is_stopped ? "is about who wants to hear no more" : "is kept from the reps");
    judge->coverage->faults[SIM_FAULT_STOPPED] += is_stopped;
}

static bool is_there(const struct sim_judge *judge, uint32_t rep, const struct judge_lead *lead, uint64_t now_ms)
{
    const struct core_config *rules = judge_rules_now(judge);
    const struct config_rep *rule = rep < SIM_REPS_MAX ? judge->rep_rules[rep] : NULL;
    enum rep_state state = rule ? judge->reps[rep].state : REP_OFFLINE;
    uint32_t weight = rules->channels[lead->channel].weight;
    bool day_turned;
    if (!rule || !judge->reps[rep].connected || (state != REP_AVAILABLE && state != REP_WRAP_UP) || weight > rule->capacity ||
        judge_caps_full(judge, rep, lead, now_ms) || judge_team_full(judge, rep, lead, now_ms, &day_turned) || !sim_rules_open(rules, rule->team, judge->stepped_ms))   /* what opens in this step does so behind its command */
        return false;
    return !rings(lead) || (state == REP_AVAILABLE && judge_device_rings(judge, rep) && judge_load_of(judge, rep) + weight <= rule->capacity);
}

/* NOBODY: all alike. */
static uint32_t expected_owner(const struct sim_judge *judge, const struct judge_lead *lead, uint32_t person, const struct judge_lead *other,
                               uint64_t now_ms)
{
    const struct core_config *rules = judge_rules_now(judge);
    uint32_t owner = other ? other->rep : NOBODY;
    bool is_customer = judge->won[person].rep != NOBODY && now_ms - judge->won[person].at_ms <= rules->people.customer_for_ms;
    if (rules->people.owner_for_ms == 0 || lead->persons == 0)
        return NOBODY;
    if (owner == NOBODY && is_customer)
        owner = judge->won[person].rep;
    return is_there(judge, owner, lead, now_ms) ? owner : NOBODY;
}

static void check_owner(struct sim_judge *judge, const struct judge_lead *lead, uint32_t person, const struct judge_lead *other, uint64_t now_ms)
{
    uint32_t owner = expected_owner(judge, lead, person, other, now_ms);
    /* What a cap freed since the last step it frees behind this step's command: either holds. */
    bool day_turned = false;
    if (owner != NOBODY)
        (void)judge_team_full(judge, owner, lead, now_ms, &day_turned);
    bool was_full = owner != NOBODY && (day_turned || judge_caps_full(judge, owner, lead, judge->stepped_ms));
    if (lead->first_preferred != owner && !(was_full && lead->first_preferred == NOBODY))
        judge_broken(judge, "owner first: lead %llu is for rep%u, and should be for rep%u", judge_number(lead), lead->first_preferred, owner);
    judge->coverage->faults[SIM_FAULT_OWNER] += lead->first_preferred != NOBODY;
}

/* Also of a call that is so long ago that its id may be forgotten. */
static void check_alone(struct sim_judge *judge, const struct judge_publication *publication, const struct judge_lead *lead, uint64_t now_ms)
{
    const struct judge_lead *call = publication->follows != 0 ? sim_judge_lead(judge, judge->publications[publication->follows].lead) : NULL;
    if (publication->follows == 0)
        return;
    if (rings(lead))
        judge_broken(judge, "never lost: lead %llu is a message, and rings", judge_number(lead));
    const bool is_kept = judge_is_id_kept(&judge->publications[publication->follows], now_ms);
    if (call && call != lead && is_kept && judge_is_open(call) && call->contact_count < CORE_CONTACTS_MAX)
        judge_broken(judge, "never doubled: lead %llu is a message of lead %llu", judge_number(lead), judge_number(call));
    judge->coverage->faults[SIM_FAULT_MESSAGE_ALONE]++;
}

void judge_take_published(struct sim_judge *judge, const struct judge_publication *publication, struct judge_lead *lead, bool joined, uint64_t now_ms)
{
    const struct core_config *rules = judge_rules_now(judge);
    if (joined) {
        take_contact(judge, publication, lead, now_ms);
        return;
    }
    check_alone(judge, publication, lead, now_ms);
    lead->persons = is_recognised(rules, publication) ? UINT64_C(1) << publication->person : 0;
    lead->own.persons = lead->persons;
    lead->heard_ms = lead->own.heard_ms = now_ms;
    check_stop(judge, publication, lead);
    const struct judge_lead *other = lead->persons != 0 ? newest_open(judge, publication->person, lead) : NULL;
    check_owner(judge, lead, publication->person, other, now_ms);
    if (!other || !rules->people.join)
        return;
    struct judge_before is = {other->state, other->channel, other->is_call_back, other->priority, other->contact_count};
    if (takes(rules, other, &is, is_call(publication), now_ms))
        judge_broken(judge, "never doubled: lead %llu is about whom lead %llu is", judge_number(lead), judge_number(other));
    judge->coverage->faults[SIM_FAULT_JOINED_NOT]++;
}
