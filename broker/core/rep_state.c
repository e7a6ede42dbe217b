/* SPDX-License-Identifier: Apache-2.0
 *
 * A rep's state, load and readiness. A rep is *ready* when leads may be offered:
 * in the rules, connected, available, with capacity left. Ready reps stand in
 * the tree of their supply class; whoever changes what the tree's order or
 * readiness depends on calls rep_before_change first and rep_relink after.
 */
#include <stdlib.h>

#include "broadcast.h"
#include "caps.h"
#include "core_internal.h"
#include "declines.h"
#include "effects.h"
#include "lead_state.h"
#include "match.h"
#include "rep_state.h"
#include "team_limits.h"

static int by_number(const void *a, const void *b);

bool rep_is_at_work(const struct rep *rep)
{
    return rep->configured && rep->connected && !rep->is_closed && !(rep->caps && rep->caps->full != 0) &&
           !(rep->limit && rep->limit->full != 0) && rep->state == REP_AVAILABLE;
}

bool rep_is_ready(const struct rep *rep)
{
    return rep->rank.load < rep->rank.capacity && rep_is_at_work(rep);
}

void rep_before_change(struct core *core, struct rep *rep)
{
    history_note_rep(core, rep);
    if (rep->is_ready)
        supply_class_remove(&core->classes, rep);
    rep->is_ready = false;
}

void rep_relink(struct core *core, struct rep *rep)
{
    assert(!rep->is_ready);
    if (core->nobody.watches)
        nobody_note_rep(core, rep);
    if (!rep->supply)
        return;
    rep->is_ready = rep_is_ready(rep);
    if (rep->is_ready)
        supply_class_insert(&core->classes, rep);
    supply_class_count(&core->classes, rep->supply);
}

void rep_set_state(struct core *core, struct rep *rep, enum rep_state state, enum core_cause cause, uint64_t until_ms)
{
    rep_before_change(core, rep);
    if (state == REP_AVAILABLE && (rep->state == REP_OFFLINE || rep->state == REP_AWAY || rep->state == REP_BREAK))
        rep->rank.idle_since_ms = core->now_ms;
    rep->state = (uint8_t)state;
    rep->until_ms = until_ms;
    fair_share_update(core, rep);
    rep_relink(core, rep);
    if (core->opening.is_on)
        opening_note_rep(core, rep);
    rep_set_timer(core, rep);
    rep_record(core, rep);
    tell_rep_status(core, rep);
    tell_rep_event(core, rep, cause);
    if (rep_may_get(rep))
        match_note_rep(core, rep);
}

void rep_set_timer(struct core *core, struct rep *rep)
{
    uint64_t next_ms = rep->state == REP_WRAP_UP ? rep->until_ms : 0;
    if (rep->grace_deadline_ms != 0 && (next_ms == 0 || rep->grace_deadline_ms < next_ms))
        next_ms = rep->grace_deadline_ms;
    if (rep->caps && rep->caps->free_ms != 0 && (next_ms == 0 || rep->caps->free_ms < next_ms))
        next_ms = rep->caps->free_ms;
    if (rep->device_until_ms != 0 && (next_ms == 0 || rep->device_until_ms < next_ms))
        next_ms = rep->device_until_ms;
    timer_wheel_cancel(&core->wheel, &rep->timer);
    if (next_ms != 0)
        timer_wheel_set(&core->wheel, &rep->timer, next_ms, rep->number);
}

void rep_image_fill(const struct core *core, const struct rep *rep, struct rep_image *image)
{
    *image = (struct rep_image){
        .number = rep->number, .revision = rep->revision, .state = (enum rep_state)rep->state,
        .name = {rep->name, (uint32_t)strlen(rep->name)}, .reason = {rep->reason, (uint32_t)strlen(rep->reason)},
        .idle_since_ms = rep->rank.idle_since_ms, .until_ms = rep->until_ms, .grace_deadline_ms = rep->grace_deadline_ms,
        .misses = rep->misses, .connected = rep->connected, .account = rep->rank.account, .share_mark = rep->share_mark,
        .device_state = (enum device_state)rep->device_state, .device_until_ms = rep->device_until_ms,
    };
    image->opening_dealt = opening_dealt(core, rep);
    image->opening_ms = image->opening_dealt > 0 ? rep->opening_ms : 0;
    if (rep->caps)
        caps_image_fill(core, rep, &image->caps);
    if (rep->declines)
        declines_image_fill(rep, image);
}

void rep_record(struct core *core, struct rep *rep)
{
    struct rep_image image;
    rep->revision = core_next_revision(core);
    rep->is_dirty = true;
    rep_image_fill(core, rep, &image);
    byte_buffer_clear(&core->record);
    record_put_rep(&core->record, &image);
    emit_record(core, RECORD_REP);
}

void rep_add_held(struct core *core, struct rep *rep, struct lead *lead)
{
    rep_before_change(core, rep);
    rep->rank.load += lead->weight;
    rep->held_count++;
    rep_held_add(rep, lead);
    if (rep->caps)
        caps_note_offered(core, rep, lead, 1);
    rep_relink(core, rep);
    if (rep->limit)
        team_limits_note_offered(core, rep->limit, lead, 1);
}

void rep_held_add(struct rep *rep, struct lead *lead)
{
    lead->held.next = NULL;
    lead->held.prev = rep->held_last;
    *(rep->held_last ? &rep->held_last->held.next : &rep->held_first) = lead;
    rep->held_last = lead;
}

void rep_held_remove(struct rep *rep, struct lead *lead)
{
    *(lead->held.prev ? &lead->held.prev->held.next : &rep->held_first) = lead->held.next;
    *(lead->held.next ? &lead->held.next->held.prev : &rep->held_last) = lead->held.prev;
}

void rep_remove_held(struct core *core, struct rep *rep, struct lead *lead, bool goes_idle)
{
    assert(rep->rank.load >= lead->weight && rep->held_count > 0);
    rep_before_change(core, rep);
    rep->rank.load -= lead->weight;
    rep->held_count--;
    rep_held_remove(rep, lead);
    if (goes_idle)
        rep->rank.idle_since_ms = core->now_ms;
    if (rep->caps)
        caps_note_offered(core, rep, lead, -1);
    rep_relink(core, rep);
    if (rep->limit)
        team_limits_note_offered(core, rep->limit, lead, -1);
    if (rep_may_get(rep))
        match_note_rep(core, rep);
}

struct lead **rep_held_sorted(const struct rep *rep)
{
    uint32_t count = 0;
    struct lead **leads = malloc((rep->held_count + 1u) * sizeof *leads);
    if (!leads)
        abort();   /* a few pointers: there is no sensible way to go on */
    for (struct lead *lead = rep->held_first; lead; lead = lead->held.next)
        leads[count++] = lead;
    for (const struct other_offer *offer = rep->other_offers; offer; offer = offer->rep_next)
        leads[count++] = offer->lead;
    qsort(leads, count, sizeof *leads, by_number);
    leads[count] = NULL;
    return leads;
}

void rep_return_leads(struct core *core, struct rep *rep, enum core_cause cause, bool return_assigned)
{
    struct lead **leads = rep_held_sorted(rep);
    for (uint32_t i = 0; leads[i]; i++) {
        if (lead_is_broadcast(leads[i]))
            broadcast_leave(core, leads[i], rep, cause, false);
        else if (leads[i]->state != LEAD_ASSIGNED || return_assigned)
            lead_return(core, leads[i], cause, false, leads[i]->state == LEAD_ASSIGNED);
    }
    free(leads);
}

void rep_log_off(struct core *core, struct rep *rep, enum core_cause cause)
{
    rep_before_change(core, rep);
    rep->connected = false;
    rep->grace_deadline_ms = 0;
    rep->misses = 0;
    rep->reason[0] = '\0';
    rep_table_unbind(&core->reps, rep);
    rep_relink(core, rep);
    rep_set_state(core, rep, REP_OFFLINE, cause, 0);
    rep_return_leads(core, rep, cause == CAUSE_REP_REMOVED ? cause : CAUSE_REP_GONE,
                     core->config->return_assigned_when_gone || cause == CAUSE_REP_REMOVED);
}

void rep_missed(struct core *core, struct rep *rep)
{
    rep->misses++;
    if (core->config->misses_to_away > 0 && rep->misses >= core->config->misses_to_away && rep->state == REP_AVAILABLE) {
        memcpy(rep->reason, "missed offers", sizeof "missed offers");
        rep_set_state(core, rep, REP_AWAY, CAUSE_MISSES, 0);
        return;
    }
    rep_record(core, rep);
}

void rep_not_missed(struct core *core, struct rep *rep)
{
    if (rep->misses == 0)
        return;
    rep->misses = 0;
    rep_record(core, rep);
}

void rep_join_class(struct core *core, struct rep *rep)
{
    struct supply_class *before = rep->supply, *now = classes_supply(&core->classes, rep);
    assert(now);
    if (before == now)
        return;
    assert(!rep->is_ready);
    rep->supply = now;
    now->rep_count++;
    now->configured_count += rep->configured;
    if (!before)
        return;
    supply_class_count(&core->classes, before);
    before->configured_count -= rep->configured;
    if (--before->rep_count == 0)
        classes_drop_supply(&core->classes, before);
}

static int by_number(const void *a, const void *b)
{
    const struct lead *const *x = a, *const *y = b;
    return (*x)->id.number < (*y)->id.number ? -1 : (*x)->id.number > (*y)->id.number;
}
