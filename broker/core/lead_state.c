/* SPDX-License-Identifier: Apache-2.0
 *
 * A lead's life: which moves are legal, and the one function that makes them.
 *
 *    NONE -> WAITING <-> OFFERED -> CONNECTING -> ASSIGNED -> COMPLETED
 *             | ^ ^--------'------------'-----------' |
 *             v | '--- SCHEDULED <--------------------'
 *            PARKED <-- all but SCHEDULED; PARKED -> EXPIRED; any -> CANCELLED; any but CONNECTING -> MERGED
 *
 * From OFFERED to OFFERED: to one rep more or less, of several; broadcast.c does that.
 * From WAITING to WAITING: a call whose caller hung up is a call-back from then on. From an open state to itself: another
 * contact of the person joined the lead, or another lead was merged into it or
 * parted from it. Managers may give a waiting lead to a rep without an offer (to CONNECTING or
 * ASSIGNED), lay a waiting or parked one aside for a while (to SCHEDULED), and reopen one that has ended; what was MERGED
 * they part again.
 */
#include "broadcast.h"
#include "core_internal.h"
#include "caps.h"
#include "decisions.h"
#include "effects.h"
#include "exclusions.h"
#include "lead_end.h"
#include "lead_extra.h"
#include "lead_record.h"
#include "lead_state.h"
#include "match.h"
#include "parking.h"
#include "preferred.h"
#include "relax.h"
#include "rep_state.h"
#include "team_limits.h"
#include "touch.h"
#include "unroutable.h"

enum { DISPOSITION_IS_BAD = 4 };   /* as leadwire.v1.DispositionClass */

#define TO(state) (1u << LEAD_##state)
static const uint16_t legal[] = {
    [LEAD_NONE] = TO(WAITING),
    [LEAD_WAITING] = TO(WAITING) | TO(OFFERED) | TO(CONNECTING) | TO(ASSIGNED) | TO(PARKED) | TO(SCHEDULED) | TO(CANCELLED) | TO(MERGED),
    [LEAD_OFFERED] = TO(WAITING) | TO(OFFERED) | TO(CONNECTING) | TO(ASSIGNED) | TO(PARKED) | TO(CANCELLED) | TO(MERGED),
    [LEAD_CONNECTING] = TO(WAITING) | TO(CONNECTING) | TO(ASSIGNED) | TO(PARKED) | TO(CANCELLED),
    [LEAD_ASSIGNED] = TO(WAITING) | TO(ASSIGNED) | TO(PARKED) | TO(SCHEDULED) | TO(COMPLETED) | TO(CANCELLED) | TO(MERGED),
    [LEAD_PARKED] = TO(WAITING) | TO(PARKED) | TO(SCHEDULED) | TO(EXPIRED) | TO(CANCELLED) | TO(MERGED),
    [LEAD_SCHEDULED] = TO(WAITING) | TO(SCHEDULED) | TO(CANCELLED) | TO(MERGED),
    [LEAD_COMPLETED] = TO(WAITING), [LEAD_CANCELLED] = TO(WAITING), [LEAD_EXPIRED] = TO(WAITING), [LEAD_MERGED] = TO(WAITING),
};
#undef TO

static void unlink_from_state(struct core *core, struct lead *lead, const struct lead_change *change, uint32_t *idle_rep);
static void link_to_state(struct core *core, struct lead *lead);
static bool stays_with_rep(const struct lead *lead, const struct lead_change *change);
static void count_move(struct core *core, struct rep *rep, const struct lead *lead, bool was_offered);

static bool is_held(uint8_t state)
{
    return state == LEAD_OFFERED || state == LEAD_CONNECTING || state == LEAD_ASSIGNED;
}

/* Completed as not a real lead, where the rules do not count that. */
static bool is_bad(const struct core *core, const struct lead_change *change)
{
    return change->disposition && !core->config->bad_counts && change->disposition->class_number == DISPOSITION_IS_BAD;
}

/* In no tree and with no rep, where both would count. */
static void take_join(struct lead *lead, const struct lead_join *join)
{
    lead->priority = join->priority;
    if (join->weight > 0)
        lead->weight = join->weight;
    if (join->received_ms > 0)
        lead->received_ms = join->received_ms;
}

bool core_lead_may_move(enum lead_state from, enum lead_state to)
{
    bool known = (size_t)from < sizeof legal / sizeof legal[0] && (size_t)to < sizeof legal / sizeof legal[0];
    return known && (legal[from] & (1u << to)) != 0;
}

void lead_move(struct core *core, struct lead *lead, const struct lead_change *change)
{
    enum lead_state from = (enum lead_state)lead->state;
    uint32_t idle_rep = 0;
    assert(legal[from] & (1u << change->to));
    assert(!lead_is_broadcast(lead) || change->to == LEAD_OFFERED);   /* one of them has it, or nobody */
    if (core->opening.is_on)
        opening_forget_lead(core, lead);
    if (lead->charged > 0 && ((lead_state_is_end(change->to) && change->to != LEAD_COMPLETED) || is_bad(core, change)))
        fair_share_credit(core, lead);   /* nobody had it, or there was nothing to have */
    if (!is_held((uint8_t)change->to))
        lead->charged = 0;

    bool stays = stays_with_rep(lead, change);
    if (!stays)
        unlink_from_state(core, lead, change, &idle_rep);
    if (change->demand)
        lead_change_demand(core, lead, change->demand);
    if (change->join)
        take_join(lead, change->join);
    if (change->to == LEAD_WAITING || (from == LEAD_WAITING && !lead_state_is_end(change->to)))
        relax_due(core, lead);   /* what came due while somebody had it, or in this very step */
    if (core->opening.is_on && !lead_state_is_end(change->to))
        opening_place_lead(core, lead);
    if (change->to != LEAD_WAITING && change->to != LEAD_SCHEDULED)
        lead_prefer(lead, 0, 0, 0);   /* asked once: then it is everybody's */
    if (change->to == LEAD_ASSIGNED && from != LEAD_ASSIGNED)
        touch_begin(core, lead, change->cause);
    else if (change->to != LEAD_ASSIGNED && from == LEAD_ASSIGNED)
        touch_end(lead);
    if (change->to == LEAD_PARKED && from != LEAD_PARKED)
        parking_begin(core, lead);
    else if (change->to != LEAD_PARKED && from == LEAD_PARKED)
        parking_end(lead);
    lead->state = (uint8_t)change->to;
    lead->cause = (uint8_t)change->cause;
    lead->since_ms = core->now_ms;
    lead->deadline_ms = change->deadline_ms;
    lead->rep = (uint16_t)change->rep;
    lead->revision = core_next_revision(core);
    if (from == LEAD_NONE)
        lead->created_revision = lead->revision;
    if (lead_state_is_end(change->to))
        kept_make_room(core, lead, kept_wants(core, lead, change->cause));
    struct rep *idle = rep_table_at(&core->reps, idle_rep);
    if (idle) {
        idle->revision = lead->revision;
        idle->is_dirty = true;
    }
    const bool is_there = from != LEAD_NONE && !lead_state_is_end(from);
    if (is_there)
        core->totals.by_state[from]--;
    lead_record_change(core, lead, change, !is_there || change->join, idle_rep);
    tell_lead_event(core, lead, from, change);

    if (lead_state_is_end(change->to)) {
        lead_end(core, lead, change);
        opening_note_end(core);
        return;
    }
    lead_keep_completion(core, lead, change);
    core->totals.by_state[change->to]++;
    if (!stays)
        link_to_state(core, lead);
    if (is_held((uint8_t)change->to) && from != LEAD_ASSIGNED)
        count_move(core, core->reps.reps[lead->rep], lead, stays);
    lead_set_timer(core, lead);
    lead_mark_dirty(core, lead);
    if (core->opening.is_on)
        opening_count_lead(core, lead, from);
    if (change->to == LEAD_WAITING) {
        match_note_lead(core, lead);
        unroutable_park(core, lead);
    }
}

void lead_link(struct core *core, struct lead *lead)
{
    core->totals.by_state[lead->state]++;
    classes_enter(&core->classes, lead->demand);
    link_to_state(core, lead);
    lead_set_timer(core, lead);
}

void lead_join_queue(struct core *core, struct lead *lead)
{
    if (lead_is_preferring(lead))
        preferred_insert(core, lead);
    else
        demand_class_insert(&core->classes, lead);
}

void lead_leave_queue(struct core *core, struct lead *lead)
{
    if (lead_is_preferring(lead))
        preferred_remove(core, lead);
    else
        demand_class_remove(&core->classes, lead);
}

static void link_to_state(struct core *core, struct lead *lead)
{
    if (lead->state == LEAD_WAITING)
        lead_join_queue(core, lead);
    else if (is_held(lead->state))
        rep_add_held(core, core->reps.reps[lead->rep], lead);
}

/* Accepted, connected: the rep has it as before, with the same load. */
static bool stays_with_rep(const struct lead *lead, const struct lead_change *change)
{
    bool weighs_more = change->join && change->join->weight > 0;
    return is_held(lead->state) && is_held((uint8_t)change->to) && lead->rep == change->rep && !weighs_more;
}

/* Under the caps of the rep, and those of their team. */
static void count_move(struct core *core, struct rep *rep, const struct lead *lead, bool was_offered)
{
    if (rep->caps)
        caps_note_move(core, rep, lead, was_offered);
    if (rep->limit)
        team_limits_note_move(core, rep->limit, lead, was_offered);
}

static void unlink_from_state(struct core *core, struct lead *lead, const struct lead_change *change, uint32_t *idle_rep)
{
    if (lead->state == LEAD_WAITING) {
        lead_leave_queue(core, lead);
        match_forget_lead(core, lead);
    } else if (is_held(lead->state)) {
        struct rep *rep = core->reps.reps[lead->rep];
        bool goes_idle = lead->state == LEAD_ASSIGNED && !is_held((uint8_t)change->to);
        rep_remove_held(core, rep, lead, goes_idle);
        if (goes_idle)
            *idle_rep = rep->number;
    }
}

static void return_lead(struct core *core, struct lead *lead, enum core_cause cause, bool exclude, bool is_fresh_wait, const char *reason,
                        uint32_t by, const struct lead_join *join)
{
    struct rep *rep = core->reps.reps[lead->rep];
    const struct config_channel *channel = core_channel(core, lead->demand->channel);

    broadcast_end(core, lead, cause, exclude);
    if (lead->state == LEAD_ASSIGNED && lead->demand->needs.rings)
        (void)!lead_make_call_back(core, lead);   /* they have talked; without room for a class it rings again */
    decision_close(lead, lead->offer_number, cause);
    if (lead->state == LEAD_OFFERED)
        rep_today_count(core, lead->rep, cause);
    fair_share_returned(core, lead, cause);
    if (lead->exclusion_count > 0 || lead->extra)
        lead_put_lapsed_behind(core, lead);
    if (exclude)
        lead_exclude(core, lead, rep->number, lead->offer_number, cause);
    if (cause != CAUSE_DECLINED)
        tell_withdrawn(core, lead->id, lead->offer_number, rep, cause);
    if (is_fresh_wait)
        lead->wait_deadline_ms = deadline_after(core, channel->wait_limit_ms);

    if (lead->offers_made >= core->config->offers_max) {
        lead_move(core, lead, &(struct lead_change){.to = LEAD_PARKED, .cause = CAUSE_OFFERS_USED_UP,
                                                    .deadline_ms = deadline_after(core, core->config->park_limit_ms), .reason = reason, .by = by, .join = join});
        return;
    }
    uint64_t deadline_ms = lead->wait_deadline_ms > core->now_ms ? lead->wait_deadline_ms : deadline_after(core, 1);
    lead_move(core, lead, &(struct lead_change){.to = LEAD_WAITING, .cause = cause, .deadline_ms = deadline_ms, .reason = reason, .by = by,
                                                .join = join});
}

void lead_return(struct core *core, struct lead *lead, enum core_cause cause, bool exclude, bool is_fresh_wait)
{
    return_lead(core, lead, cause, exclude, is_fresh_wait, NULL, 0, NULL);
}

void lead_return_declined(struct core *core, struct lead *lead, const char *reason)
{
    return_lead(core, lead, CAUSE_DECLINED, true, false, reason, 0, NULL);
}

void lead_return_to(struct core *core, struct lead *lead, enum core_cause cause, const char *target)
{
    return_lead(core, lead, cause, true, true, target, lead->rep, NULL);
}

void lead_return_joined(struct core *core, struct lead *lead, const struct lead_join *join)
{
    return_lead(core, lead, CAUSE_JOINED, false, true, NULL, 0, join);
}

uint64_t lead_work_deadline(const struct core *core, const struct lead *lead)
{
    uint64_t deadline_ms = deadline_after(core, core->config->work_limit_ms);
    uint64_t appointment_ms = lead->extra ? lead->extra->appointment_ms : 0;
    return appointment_ms > core->now_ms ? deadline_ms + (appointment_ms - core->now_ms) : deadline_ms;
}

void lead_set_timer(struct core *core, struct lead *lead)
{
    uint64_t next_ms = lead->deadline_ms;
    if (lead->state == LEAD_WAITING) {
        for (uint32_t i = 0; i < lead->exclusion_count; i++)
            next_ms = lead->exclusions[i].until_ms < next_ms ? lead->exclusions[i].until_ms : next_ms;
        if (lead->relax_after_ms != 0 && lead_relax_next_ms(lead) < next_ms)
            next_ms = lead_relax_next_ms(lead);
        if (lead_is_preferring(lead) && lead->extra->preferred_until_ms < next_ms)
            next_ms = lead->extra->preferred_until_ms;
    } else if (lead->state == LEAD_ASSIGNED && touch_next_ms(lead) < next_ms) {
        next_ms = touch_next_ms(lead);
    } else if (lead->state == LEAD_PARKED && parking_next_ms(lead) < next_ms) {
        next_ms = parking_next_ms(lead);
    }
    if (timer_wheel_is_set(&lead->timer) && lead->timer.deadline_ms == next_ms)
        return;
    timer_wheel_cancel(&core->wheel, &lead->timer);
    timer_wheel_set(&core->wheel, &lead->timer, next_ms, (1ull << 63) | lead->id.number);
}
