/* SPDX-License-Identifier: Apache-2.0
 *
 * The book of the event stream: leads and reps as it tells them.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "judge_books.h"
#include "judge_broadcast.h"
#include "judge_caps.h"
#include "judge_team_limits.h"
#include "judge_events.h"
#include "judge_given.h"
#include "judge_merge.h"
#include "judge_needs.h"
#include "judge_offer.h"
#include "judge_parked.h"
#include "judge_part.h"
#include "judge_opening.h"
#include "judge_people.h"
#include "judge_reopen.h"

/* Longer each time, up to the most. */
static uint64_t pause_ms(const struct core_config *rules, uint32_t times)
{
    uint64_t ms = rules->retry_same_rep_ms;
    while (--times > 0 && ms < rules->refusals.retry_max_ms)
        ms *= rules->refusals.retry_factor;
    return ms < rules->refusals.retry_max_ms ? ms : rules->refusals.retry_max_ms;
}

/* Who refused the lead, and whose pause ended while another had it, comes behind all others. */
static void put_lapsed_behind(struct judge_lead *lead, uint64_t now_ms)
{
    for (uint32_t i = 0; i < lead->refusal_count; i++) {
        if (lead->refusals[i].until_ms <= now_ms)
            lead->refusals[i].until_ms = now_ms + 1;
    }
}

void judge_remember_refusal(struct sim_judge *judge, struct judge_lead *lead, uint32_t rep, enum core_cause cause, uint64_t now_ms)
{
    bool refuses = cause == CAUSE_DECLINED || cause == CAUSE_OFFER_EXPIRED || cause == CAUSE_NO_ANSWER || cause == CAUSE_DEVICE_BUSY ||
                   cause == CAUSE_DIAL_FAILED || cause == CAUSE_CONNECT_TIMEOUT || cause == CAUSE_WORK_LIMIT || cause == CAUSE_TAKEN_BACK ||
                   cause == CAUSE_TRANSFERRED || cause == CAUSE_UNTOUCHED;
    if (!refuses)
        return;
    uint32_t at = 0;
    while (at < lead->refusal_count && lead->refusals[at].rep != rep)
        at++;
    assert(at < SIM_REFUSALS_MAX);
    uint32_t times = at == lead->refusal_count ? 1 : lead->refusals[at].times + 1;
    lead->refusal_count += at == lead->refusal_count;
    lead->refusals[at] = (struct judge_refusal){rep, now_ms + pause_ms(judge_rules_now(judge), times), times};
}

static struct judge_lead *place_of(struct sim_judge *judge, const struct core_effect *event)
{
    struct judge_lead *lead = sim_judge_lead(judge, event->lead);
    if (lead)
        return lead;
    assert(event->lead.number < SIM_LEADS_MAX);
    lead = &judge->leads[event->lead.number];
    if (lead->known)
        judge_broken(judge, "never doubled: the number %llu was given twice", (unsigned long long)event->lead.number);
    *lead = (struct judge_lead){.known = true, .id = event->lead, 
                                .state = LEAD_NONE, .rep = NOBODY, .preferred = NOBODY, .product = UINT32_MAX};
    if (event->lead.number > judge->lead_last)
        judge->lead_last = event->lead.number;
    return lead;
}

/* The event's reason says to whom. */
static void take_transfer(struct sim_judge *judge, struct judge_lead *lead, const struct core_effect *event)
{
    bool to_team = strncmp(event->reason, "team ", 5) == 0, to_skill = strncmp(event->reason, "skill ", 6) == 0;
    judge->coverage->faults[to_team ? SIM_FAULT_TO_TEAM : to_skill ? SIM_FAULT_TO_SKILL : SIM_FAULT_TO_REP]++;
    if (!to_team && !to_skill && (strncmp(event->reason, "rep ", 4) != 0 || strcmp(event->reason + 4, event->preferred_rep) != 0))
        judge_broken(judge, "one owner: lead %llu is handed on to %s, and waits for %s", judge_number(lead), event->reason, event->preferred_rep);
    if (strcmp(event->preferred_rep, event->by) == 0)
        judge_broken(judge, "one owner: lead %llu is handed on by %s to themselves", judge_number(lead), event->by);
    if (strcmp(event->set_by, event->by) != 0)
        judge_broken(judge, "one owner: lead %llu is handed on by %s, and keeps %s", judge_number(lead), event->by, event->set_by);
    judge->coverage->faults[SIM_FAULT_BACK] += lead->set_by[0] != '\0' && strcmp(lead->set_by, event->preferred_rep) == 0;
    snprintf(lead->set_by, sizeof lead->set_by, "%s", event->set_by);
    snprintf(lead->note_by, sizeof lead->note_by, "%s", event->by);
    lead->acts_since = 0;
    if (to_skill)
        judge_needs_skill(judge, lead, event->reason + 6);
    if (to_team) {
        lead->needs.team_count = 1;
        lead->needs.own_teams = false;
        snprintf(lead->needs.teams[0], sizeof lead->needs.teams[0], "%s", event->reason + 5);
    }
    if (to_team || to_skill)
        lead->less_ms = 0;   /* a person said what it needs */
}

/* It stays where it is. */
/* Whatever its contacts asked for. */
static void take_priority(struct judge_lead *lead, uint32_t priority)
{
    lead->has_own_priority = true;
    lead->own.priority = priority;
    for (uint32_t i = 0; i < lead->merged_count; i++)
        lead->merged[i].priority = 0;
}

static void take_noted(struct sim_judge *judge, struct judge_lead *lead, const struct core_effect *event)
{
    bool is_act = event->cause == CAUSE_PRIORITISED || event->cause == CAUSE_CREDITED;
    if (event->from != lead->state || event->to != lead->state || (is_act && strcmp(event->by, "boss") != 0))
        judge_broken(judge, "one owner: lead %llu is noted in state %d, but is in %d", judge_number(lead), event->to, lead->state);
    if ((event->cause == CAUSE_TOUCHED && event->touch_ms != 0) || (event->cause == CAUSE_NUDGED && event->touch_ms == 0))
        judge_broken(judge, "first touch: of lead %llu, touched or not", judge_number(lead));
    judge->coverage->faults[SIM_FAULT_TOUCHED] += event->cause == CAUSE_TOUCHED && strcmp(event->reason, "rep") == 0;
    judge->coverage->faults[SIM_FAULT_TOUCH_SEEN] += event->cause == CAUSE_TOUCHED && strcmp(event->reason, "rep") != 0;
    judge->coverage->faults[SIM_FAULT_NUDGED] += event->cause == CAUSE_NUDGED;
    lead->touch_ms = event->touch_ms;
    if (event->cause == CAUSE_PRIORITISED)
        take_priority(lead, event->priority);
    lead->priority = event->priority;
    judge->coverage->faults[SIM_FAULT_PRIORITISED] += event->cause == CAUSE_PRIORITISED;
}

/* What a rep wrote is for nobody else: only a reason of the table is told. */
static void check_decline(struct sim_judge *judge, const struct judge_lead *lead, const struct core_effect *event)
{
    const struct config_refusals *refusals = &judge->batch_rules->refusals;
    bool is_known = refusals->reason_count == 0 && event->reason[0] == '\0';
    for (uint32_t i = 0; i < refusals->reason_count; i++)
        is_known |= strcmp(refusals->reasons[i], event->reason) == 0;
    if (!is_known)
        judge_broken(judge, "a decline of lead %llu is told with '%s', which is no reason of the rules", judge_number(lead), event->reason);
}

static bool is_of_merge(const struct core_effect *event)
{
    return event->cause == CAUSE_MERGED || event->cause == CAUSE_PARTED;
}

void judge_take_lead_event(struct sim_judge *judge, const struct core_effect *event, uint64_t now_ms)
{
    struct judge_lead *lead = place_of(judge, event);
    uint32_t rep = sim_rep_number(event->rep);
    lead->acts_since += strcmp(event->by, "boss") == 0;
    if (event->note[0] != '\0')
        judge_broken(judge, "one owner: the note on lead %llu is told to all", judge_number(lead));
    if (event->cause == CAUSE_PRIORITISED || event->cause == CAUSE_CREDITED || event->cause == CAUSE_TOUCHED || event->cause == CAUSE_NUDGED ||
        event->cause == CAUSE_STILL_PARKED) {
        take_noted(judge, lead, event);
        judge_take_still_parked(judge, lead, event, now_ms);
        return;
    }
    if (event->from != lead->state || !sim_move_is_legal(event->from, event->to))
        judge_broken(judge, "one owner: lead %llu goes from %d to %d, but was in %d", judge_number(lead), event->from, event->to, lead->state);
    judge->coverage->moves[event->from][event->to]++;
    judge->coverage->faults[SIM_FAULT_ABANDONED] += event->cause == CAUSE_ABANDONED;
    judge->coverage->faults[SIM_FAULT_HELD] += event->cause == CAUSE_HELD;
    if (event->from == event->to && event->to != LEAD_OFFERED && event->cause != CAUSE_JOINED && !is_of_merge(event) && !(event->to == LEAD_WAITING && event->cause == CAUSE_ABANDONED) &&
        !(event->to == LEAD_PARKED && event->cause == CAUSE_SET_ASIDE))
        judge_broken(judge, "one owner: lead %llu stays in state %d for no reason", judge_number(lead), event->to);
    if (event->cause == CAUSE_DECLINED)
        check_decline(judge, lead, event);
    if (event->from == LEAD_OFFERED && event->to == LEAD_OFFERED && event->cause != CAUSE_JOINED && !is_of_merge(event)) {
        judge_take_one_of_several(judge, lead, event, now_ms);
        return;
    }
    if (event->cause == CAUSE_JOINED)
        judge_take_join(judge, lead, event);
    if (event->cause == CAUSE_MERGED)
        judge_take_merge(judge, lead, event);
    if (event->cause == CAUSE_PARTED)
        judge_take_part(judge, lead, event, now_ms);
    for (uint32_t i = 0; i < lead->other_count && !judge_is_held(event->to); i++)
        judge_remember_refusal(judge, lead, lead->others[i].rep, event->to == LEAD_PARKED ? CAUSE_NONE : event->cause, now_ms);
    judge->coverage->faults[SIM_FAULT_TAKEN] += lead->other_count > 0 && judge_is_held(event->to) && event->to != LEAD_OFFERED;
    if (event->to != LEAD_OFFERED)
        judge_end_broadcast(lead, judge_is_held(event->to) ? rep : NOBODY);
    if (lead_state_is_end(event->from) && event->cause != CAUSE_PARTED)
        judge_take_reopened(judge, lead, event, now_ms);
    if (judge_is_held(event->to) && judge_is_held(event->from) && (rep != lead->rep || event->offer_number != lead->offer_number))
        judge_broken(judge, "one owner: lead %llu went from rep%u to rep%u without coming back", judge_number(lead), lead->rep, rep);
    if (!lead_state_is_end(event->to) && event->deadline_ms <= now_ms)
        judge_broken(judge, "no state without a deadline: lead %llu in state %d", judge_number(lead), event->to);
    if (event->cause == CAUSE_TRANSFERRED)
        lead->refusal_count = 0;
    if (judge_is_held(lead->state) && (event->to == LEAD_WAITING || event->to == LEAD_PARKED)) {
        put_lapsed_behind(lead, now_ms);
        /* Parked tells that the offers are used up: what used up the last of them refused too, whatever it was. */
        judge_remember_refusal(judge, lead, lead->rep, event->to == LEAD_PARKED ? CAUSE_NONE : event->cause, now_ms);
    }
    if ((lead->state == LEAD_PARKED && event->to == LEAD_WAITING) || event->to == LEAD_SCHEDULED)
        lead->refusal_count = 0;
    if (event->from == LEAD_NONE) {
        lead->began_ms = now_ms;
        lead->own.priority = event->priority;
        lead->own.received_ms = event->received_unix_ms;
        lead->is_of_form = strcmp(event->source, "form") == 0;
    }
    if (event->from == LEAD_NONE)
        judge_team_took_in(judge, now_ms);
    if (event->cause == CAUSE_TEST_LEAD)
        judge_team_was_test(judge);
    if ((event->from == LEAD_SCHEDULED || event->cause == CAUSE_REOPENED) && event->to == LEAD_WAITING)
        lead->woken_ms = now_ms;
    if (event->cause == CAUSE_TRANSFERRED)
        take_transfer(judge, lead, event);
    enum lead_state from = lead->state;
    lead->state = event->to;
    lead->cause = event->cause;
    lead->rep = judge_is_held(event->to) ? rep : NOBODY;
    lead->deadline_ms = event->deadline_ms;
    lead->priority = event->priority;
    lead->received_ms = event->received_unix_ms;
    if (event->to == LEAD_WAITING)
        lead->wait_ms = event->deadline_ms;
    judge->coverage->faults[SIM_FAULT_UNTOUCHED] += event->cause == CAUSE_UNTOUCHED;
    if (event->cause == CAUSE_UNTOUCHED && (from != LEAD_ASSIGNED || lead->touch_ms == 0 || lead->touch_ms > now_ms))
        judge_broken(judge, "first touch: lead %llu is taken back too early", judge_number(lead));
    lead->touch_ms = event->touch_ms;
    lead->channel = event->channel;
    lead->is_call_back = event->is_call_back;
    if (event->to == LEAD_OFFERED && from == LEAD_OFFERED && is_of_merge(event)) {
        if (event->weight != lead->weight)
            judge_broken(judge, "never over capacity: a merge made lead %llu weigh %u", judge_number(lead), event->weight);
    } else if (event->to == LEAD_OFFERED && from == LEAD_OFFERED) {
        lead->weight = event->weight;
        judge_check_renewed(judge, lead);
    } else if (event->to == LEAD_OFFERED) {
        if (event->offer_number != lead->last_number + 1)
            judge_broken(judge, "one owner: offer %u of lead %llu follows %u", event->offer_number, judge_number(lead), lead->last_number);
        lead->offer_number = lead->last_number = event->offer_number;
        lead->weight = event->weight;
        judge->coverage->faults[SIM_FAULT_PREFERRED] += lead->preferred == lead->rep;
        judge->coverage->faults[SIM_FAULT_TO_ALL] += lead->preferred != NOBODY && lead->preferred != lead->rep;
        judge_check_offer(judge, lead, now_ms);
    }
    if (from == LEAD_WAITING && (event->to == LEAD_CONNECTING || event->to == LEAD_ASSIGNED))
        judge_check_given(judge, lead, event, now_ms);
    if (event->to == LEAD_ASSIGNED && from != LEAD_ASSIGNED && rep < SIM_REPS_MAX)
        judge_caps_count(judge, rep, lead, now_ms);
    if (event->to == LEAD_ASSIGNED && from != LEAD_ASSIGNED && rep < SIM_REPS_MAX)
        judge_team_count(judge, rep, now_ms);
    if (event->to == LEAD_ASSIGNED && from != LEAD_ASSIGNED && rep < SIM_REPS_MAX)
        judge_opening_count(judge, lead, rep);
    if (event->to == LEAD_WAITING || from == LEAD_WAITING)
        judge_relax(judge->batch_rules, lead, now_ms);
    lead->preferred = event->to == LEAD_WAITING ? sim_rep_number(event->preferred_rep) : NOBODY;
    lead->preferred_until_ms = event->preferred_until_ms;
    if (event->from == LEAD_NONE)
        lead->first_preferred = lead->preferred;
    if (lead_state_is_end(event->to))
        lead->ended_ms = now_ms;
    judge_take_parked(judge, lead, event, from, now_ms);
    if (event->to == LEAD_COMPLETED)
        judge_take_won(judge, lead, event, now_ms);
    judge_take_stop(judge, lead, event);
    if (event->to == LEAD_EXPIRED && from != LEAD_PARKED)
        judge_broken(judge, "never lost: lead %llu expired out of state %d", judge_number(lead), from);
}

void judge_take_rep_event(struct sim_judge *judge, const struct core_effect *event)
{
    uint32_t number = sim_rep_number(event->rep);
    if (number == NOBODY)
        return;
    judge->coverage->faults[SIM_FAULT_STATE_OF_REP] += event->cause == CAUSE_SET_BY_MANAGER;
    judge->reps[number].connected = event->connected;
    judge->reps[number].state = event->rep_state;
    judge->coverage->faults[SIM_FAULT_DEVICE_TAKEN] += event->cause == CAUSE_DEVICE_TAKEN || event->cause == CAUSE_DEVICE_UNREACHABLE;
    judge->coverage->faults[SIM_FAULT_DEVICE_FREE] += event->cause == CAUSE_DEVICE_FREE;
    judge->reps[number].is_device_taken = event->device_state != DEVICE_FREE;
    if (judge->reps[number].is_device_taken != (event->device_until_ms != 0))
        judge_broken(judge, "no state without a deadline: the device of rep%u is in state %d until %llu", number, event->device_state,
                     (unsigned long long)event->device_until_ms);
    if (event->load != judge_load_of(judge, number))
        judge_broken(judge, "never over capacity: rep%u is told to have load %u, the leads say %u", number, event->load, judge_load_of(judge, number));
}
