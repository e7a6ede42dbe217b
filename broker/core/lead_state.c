/* SPDX-License-Identifier: Apache-2.0
 *
 * A lead's life: which moves are legal, and the one function that makes them.
 *
 *    NONE -> WAITING <-> OFFERED -> CONNECTING -> ASSIGNED -> COMPLETED
 *             | ^ ^--------'------------'-----------' |
 *             v | '--- SCHEDULED <--------------------'
 *            PARKED <-- all but SCHEDULED; PARKED -> EXPIRED; any -> CANCELLED
 *
 * From WAITING to WAITING: a call whose caller hung up is a call-back from then on.
 */
#include <stdlib.h>

#include "checkpoint.h"
#include "core_internal.h"
#include "effects.h"
#include "lead_extra.h"
#include "lead_state.h"
#include "match.h"
#include "preferred.h"
#include "relax.h"
#include "rep_state.h"

enum { DISPOSITION_IS_BAD = 4 };   /* as leadwire.v1.DispositionClass */

#define TO(state) (1u << LEAD_##state)
static const uint16_t legal[] = {
    [LEAD_NONE] = TO(WAITING),
    [LEAD_WAITING] = TO(WAITING) | TO(OFFERED) | TO(PARKED) | TO(CANCELLED),
    [LEAD_OFFERED] = TO(WAITING) | TO(CONNECTING) | TO(ASSIGNED) | TO(PARKED) | TO(CANCELLED),
    [LEAD_CONNECTING] = TO(WAITING) | TO(ASSIGNED) | TO(PARKED) | TO(CANCELLED),
    [LEAD_ASSIGNED] = TO(WAITING) | TO(PARKED) | TO(SCHEDULED) | TO(COMPLETED) | TO(CANCELLED),
    [LEAD_PARKED] = TO(WAITING) | TO(EXPIRED) | TO(CANCELLED),
    [LEAD_SCHEDULED] = TO(WAITING) | TO(CANCELLED),
    [LEAD_COMPLETED] = 0, [LEAD_CANCELLED] = 0, [LEAD_EXPIRED] = 0,
};
#undef TO

static void unlink_from_state(struct core *core, struct lead *lead, const struct lead_change *change, uint32_t *idle_rep);
static void link_to_state(struct core *core, struct lead *lead);
static void write_change(struct core *core, struct lead *lead, const struct lead_change *change, bool is_new, uint32_t idle_rep);
static void keep_completion(struct core *core, const struct lead *lead, const struct lead_change *change);
static void end_lead(struct core *core, struct lead *lead, const struct lead_change *change);
static void remember_ended(struct core *core, struct lead *lead, const struct lead_change *change);
static bool remove_lapsed(struct core *core, struct lead *lead);

static bool is_held(uint8_t state)
{
    return state == LEAD_OFFERED || state == LEAD_CONNECTING || state == LEAD_ASSIGNED;
}

/* Completed as not a real lead, where the rules do not count that. */
static bool is_bad(const struct core *core, const struct lead_change *change)
{
    for (uint32_t i = 0; change->disposition && !core->config->bad_counts && i < core->config->disposition_count; i++) {
        const struct config_disposition *disposition = &core->config->dispositions[i];
        if (disposition->class_number == DISPOSITION_IS_BAD && strcmp(disposition->code, change->disposition) == 0)
            return true;
    }
    return false;
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
    if (lead->charged > 0 && ((lead_state_is_end(change->to) && change->to != LEAD_COMPLETED) || is_bad(core, change)))
        fair_share_credit(core, lead);   /* nobody had it, or there was nothing to have */
    if (!is_held((uint8_t)change->to))
        lead->charged = 0;

    unlink_from_state(core, lead, change, &idle_rep);
    if (change->demand)
        lead_change_demand(core, lead, change->demand);
    if (change->to == LEAD_WAITING || from == LEAD_WAITING)
        relax_due(core, lead);   /* what came due while somebody had it, or in this very step */
    if (change->to != LEAD_WAITING && change->to != LEAD_SCHEDULED)
        lead_prefer(lead, 0, 0, 0);   /* asked once: then it is everybody's */
    lead->state = (uint8_t)change->to;
    lead->cause = (uint8_t)change->cause;
    lead->since_ms = core->now_ms;
    lead->deadline_ms = change->deadline_ms;
    lead->rep = change->rep;
    lead->revision = core_next_revision(core);
    if (from == LEAD_NONE)
        lead->created_revision = lead->revision;
    struct rep *idle = rep_table_at(&core->reps, idle_rep);
    if (idle) {
        idle->revision = lead->revision;
        idle->is_dirty = true;
    }
    if (from != LEAD_NONE)
        core->totals.by_state[from]--;
    write_change(core, lead, change, from == LEAD_NONE, idle_rep);
    tell_lead_event(core, lead, from, change);

    if (lead_state_is_end(change->to)) {
        end_lead(core, lead, change);
        return;
    }
    keep_completion(core, lead, change);
    core->totals.by_state[change->to]++;
    link_to_state(core, lead);
    lead_set_timer(core, lead);
    lead_mark_dirty(core, lead);
    if (change->to == LEAD_WAITING)
        match_note_lead(core, lead);
}

void lead_link(struct core *core, struct lead *lead)
{
    core->totals.by_state[lead->state]++;
    lead->demand->lead_count++;
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

/* A rep's load falls before it rises, also when one held state follows another. */
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
                        uint32_t by)
{
    struct rep *rep = core->reps.reps[lead->rep];
    const struct config_channel *channel = core_channel(core, lead->demand->channel);

    uint64_t refused_until_ms = exclude ? deadline_after(core, core->config->retry_same_rep_ms) : 0;
    if (lead->state == LEAD_ASSIGNED && lead->demand->needs.rings)
        (void)!lead_make_call_back(core, lead);   /* they have talked; without room for a class it rings again */
    decision_close(lead, lead->offer_number, cause);
    fair_share_returned(core, lead, cause);
    remove_lapsed(core, lead);   /* whose time ran out while another had the lead */
    if (exclude)
        lead_exclude(core, lead, &(struct exclusion){rep->number, lead->offer_number, refused_until_ms, (uint8_t)cause});
    if (cause != CAUSE_DECLINED)
        tell_withdrawn(core, lead->id, lead->offer_number, rep, cause);
    if (is_fresh_wait)
        lead->wait_deadline_ms = deadline_after(core, channel->wait_limit_ms);

    if (lead->offers_made >= core->config->offers_max) {
        lead_move(core, lead, &(struct lead_change){.to = LEAD_PARKED, .cause = CAUSE_OFFERS_USED_UP,
                                                    .deadline_ms = deadline_after(core, core->config->park_limit_ms), .reason = reason, .by = by});
        return;
    }
    uint64_t deadline_ms = lead->wait_deadline_ms > core->now_ms ? lead->wait_deadline_ms : deadline_after(core, 1);
    lead_move(core, lead, &(struct lead_change){.to = LEAD_WAITING, .cause = cause, .deadline_ms = deadline_ms, .reason = reason, .by = by});
}

void lead_return(struct core *core, struct lead *lead, enum core_cause cause, bool exclude, bool is_fresh_wait)
{
    return_lead(core, lead, cause, exclude, is_fresh_wait, NULL, 0);
}

void lead_return_to(struct core *core, struct lead *lead, enum core_cause cause, const char *target)
{
    return_lead(core, lead, cause, true, true, target, lead->rep);
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
        if (lead->relax_next_ms != 0 && lead->relax_next_ms < next_ms)
            next_ms = lead->relax_next_ms;
        if (lead_is_preferring(lead) && lead->extra->preferred_until_ms < next_ms)
            next_ms = lead->extra->preferred_until_ms;
    }
    if (timer_wheel_is_set(&lead->timer) && lead->timer.deadline_ms == next_ms)
        return;
    timer_wheel_cancel(&core->wheel, &lead->timer);
    timer_wheel_set(&core->wheel, &lead->timer, next_ms, (1ull << 63) | lead->id.number);
}

/* ---- records ------------------------------------------------------------------ */

static struct core_text text_of(const char *text)
{
    return (struct core_text){text, (uint32_t)strlen(text)};
}

static void extra_fill(const struct lead_extra *extra, struct lead_image *image)
{
    image->is_call_back = extra->is_call_back;
    image->preferred_rep = extra->preferred_rep;
    image->preferred_until_ms = extra->preferred_rep != 0 ? extra->preferred_until_ms : 0;
    image->preferred_for_ms = extra->preferred_rep != 0 ? extra->preferred_for_ms : 0;
    image->appointment_ms = extra->appointment_ms;
    image->set_by = extra->set_by;
    image->set_offer_number = extra->set_offer_number;
    image->has_own_needs = extra->has_own_needs;
    if (extra->place)
        image->place = text_of(extra->place);
}

/* Field by field: zeroing the whole image, with its arrays, would cost more than the rest. */
void lead_image_fill(const struct core *core, const struct lead *lead, bool with_payload, struct lead_image *image)
{
    const struct demand_class *demand = lead->demand;

    memset(image, 0, offsetof(struct lead_image, require));
    image->id = lead->id;
    image->revision = lead->revision;
    image->state = (enum lead_state)lead->state;
    image->cause = (enum core_cause)lead->cause;
    image->at_ms = lead->since_ms;
    image->seen_key = lead->seen_key;
    image->content_hash = lead->content_hash;
    image->created_revision = lead->created_revision;
    image->created_ms = lead->created_ms;
    image->rep = lead->rep;
    image->received_ms = lead->received_ms;
    image->deadline_ms = lead->deadline_ms;
    image->wait_deadline_ms = lead->wait_deadline_ms;
    image->offer_number = lead->offer_number;
    image->offers_made = lead->offers_made;
    image->weight = lead->weight;
    image->charged = lead->charged;
    image->priority = lead->priority;
    image->channel = demand->channel;
    image->source = names_view(&core->names, lead->source);
    image->queue = names_view(&core->names, demand->queue);
    image->rule = names_view(&core->names, lead->rule);
    image->relax_from_ms = lead->relax_from_ms;
    image->relax_next_ms = lead->relax_next_ms;
    image->relaxed = lead->relaxed;
    if (lead->extra)
        extra_fill(lead->extra, image);
    image->has_payload = with_payload;
    image->payload = lead->payload;
    image->payload_size = lead->payload_size;

    const struct needs *needs = &demand->needs;
    image->require_count = needs->require_count;
    for (uint32_t i = 0; i < needs->require_count; i++)
        image->require[i] = (struct record_require){names_view(&core->names, core->skill_names[needs->require[i].skill]), needs->require[i].level};
    image->prefer_count = needs->prefer_count;
    for (uint32_t i = 0; i < needs->prefer_count; i++)
        image->prefer[i] = (struct record_require){names_view(&core->names, core->skill_names[needs->prefer[i].skill]), needs->prefer[i].level};
    image->team_count = needs->team_count;
    for (uint32_t i = 0; i < needs->team_count; i++)
        image->teams[i] = names_view(&core->names, needs->teams[i]);
    image->exclusion_count = lead->exclusion_count;
    if (lead->exclusion_count > 0)
        memcpy(image->exclusions, lead->exclusions, lead->exclusion_count * sizeof *lead->exclusions);
    image->decision_count = lead->decision_count;
    if (lead->decision_count > 0)
        memcpy(image->decisions, lead->decisions, lead->decision_count * sizeof *lead->decisions);
}

static void write_change(struct core *core, struct lead *lead, const struct lead_change *change, bool is_new, uint32_t idle_rep)
{
    struct lead_image image;
    lead_image_fill(core, lead, is_new, &image);
    image.idle_rep = idle_rep;
    if (change->disposition)
        image.disposition = text_of(change->disposition);
    image.has_completion = change->has_completion;
    image.completion_key = change->completion_key;
    image.completion_hash = change->completion_hash;
    byte_buffer_clear(&core->record);
    record_put_lead(&core->record, &image);
    emit_record(core, RECORD_LEAD);
}

void lead_record(struct core *core, struct lead *lead, bool with_payload)
{
    struct lead_image image;
    lead->revision = core_next_revision(core);
    lead_image_fill(core, lead, with_payload, &image);
    byte_buffer_clear(&core->record);
    record_put_lead(&core->record, &image);
    emit_record(core, RECORD_LEAD);
    lead_mark_dirty(core, lead);
}

void lead_mark_dirty(struct core *core, struct lead *lead)
{
    if (lead->is_dirty)
        return;
    lead->is_dirty = true;
    lead->dirty_next = NULL;
    lead->dirty_prev = core->dirty_last;
    *(core->dirty_last ? &core->dirty_last->dirty_next : &core->dirty_first) = lead;
    core->dirty_last = lead;
    core->dirty_count++;
}

void lead_unmark_dirty(struct core *core, struct lead *lead)
{
    if (!lead->is_dirty)
        return;
    lead->is_dirty = false;
    *(lead->dirty_prev ? &lead->dirty_prev->dirty_next : &core->dirty_first) = lead->dirty_next;
    *(lead->dirty_next ? &lead->dirty_next->dirty_prev : &core->dirty_last) = lead->dirty_prev;
    core->dirty_count--;
}

/* ---- ends ------------------------------------------------------------------------- */

static void keep_completion(struct core *core, const struct lead *lead, const struct lead_change *change)
{
    struct seen_entry completion = {.key = change->completion_key, .lead = lead->id, .content_hash = change->completion_hash,
                                    .at_ms = core->now_ms, .serial = lead->revision, .kind = SEEN_COMPLETE, .end = (uint8_t)change->to};
    if (change->has_completion)
        seen_add(&core->seen, &completion);
}

static void end_lead(struct core *core, struct lead *lead, const struct lead_change *change)
{
    struct seen_entry *published = seen_at(&core->seen, lead->seen_position);
    if (published && published->key.lo == lead->seen_key.lo && published->key.hi == lead->seen_key.hi) {
        published->end = (uint8_t)change->to;
        seen_mark_dirty(&core->seen, published);
    }
    keep_completion(core, lead, change);
    switch (change->to) {
    case LEAD_COMPLETED: core->totals.completed++; break;
    case LEAD_CANCELLED: core->totals.cancelled++; break;
    case LEAD_EXPIRED: core->totals.expired++; break;
    case LEAD_NONE: case LEAD_WAITING: case LEAD_OFFERED: case LEAD_CONNECTING: case LEAD_ASSIGNED: case LEAD_PARKED:
    case LEAD_SCHEDULED: case LEAD_STATES:
        assert(false && "an end");
    }
    remember_ended(core, lead, change);
    lead_forget_exclusions(core, lead);
    if (lead->in_checkpoint)
        checkpoint_note_gone(core, lead->id);
    lead_free(core, lead);
}

/* A class that no rule made for all its leads goes with the last of them. */
static void leave_demand(struct core *core, struct demand_class *demand)
{
    if (demand->lead_count > 0)   /* while restoring nothing is counted yet */
        demand->lead_count--;
    if (demand->lead_count == 0 && !demand->is_kept && !core->is_restoring)
        classes_drop_demand(&core->classes, demand);
}

void lead_change_demand(struct core *core, struct lead *lead, struct demand_class *to)
{
    struct demand_class *from = lead->demand;
    to->lead_count++;
    lead->demand = to;
    leave_demand(core, from);
}

void lead_free(struct core *core, struct lead *lead)
{
    timer_wheel_cancel(&core->wheel, &lead->timer);
    lead_unmark_dirty(core, lead);
    core->totals.payload_bytes -= lead->payload_size;
    if (lead->demand)
        leave_demand(core, lead->demand);
    free(lead->payload);
    free(lead->exclusions);
    free(lead->decisions);
    lead_extra_free(lead);
    lead_table_remove(&core->leads, lead);
}

/* One decision, all that most leads have, is copied, and its memory serves the next lead while it is in the cache. More are
 * handed over: copying them would write ten times what an end needs to. */
static void remember_ended(struct core *core, struct lead *lead, const struct lead_change *change)
{
    struct ended_lead *ended = &core->ended[core->ended_next++ % ENDED_KEPT];
    free(ended->decisions);
    *ended = (struct ended_lead){
        .id = lead->id, .received_ms = lead->received_ms, .ended_ms = core->now_ms, .queue = lead->demand->queue, .rule = lead->rule,
        .source = lead->source, .rep = change->rep, .priority = lead->priority, .channel = lead->demand->channel,
        .state = lead->state, .decision_count = lead->decision_count, .needs = lead->demand->needs, .demand_hash = lead->demand->hash,
        .disposition = change->disposition ? names_add(&core->names, change->disposition, strlen(change->disposition)) : NAME_NONE,
    };
    if (lead->decision_count == 1) {
        ended->only = lead->decisions[0];
        return;
    }
    ended->decisions = lead->decisions;
    lead->decisions = NULL;
    lead->decision_count = lead->decision_capacity = 0;
}

/* ---- exclusions -------------------------------------------------------------------- */

bool lead_excludes(const struct lead *lead, uint32_t rep)
{
    for (uint32_t i = 0; i < lead->exclusion_count; i++) {
        if (lead->exclusions[i].rep == rep)
            return true;
    }
    return false;
}

static void remove_from_lead(struct lead *lead, uint32_t index)
{
    memmove(&lead->exclusions[index], &lead->exclusions[index + 1], (lead->exclusion_count - index - 1u) * sizeof *lead->exclusions);
    lead->exclusion_count--;
}

static void remove_from_rep(struct rep *rep, struct desk_id lead)
{
    for (uint32_t i = 0; rep && i < rep->excluded_count; i++) {
        if (desk_id_equal(rep->excluded[i].lead, lead)) {
            rep->excluded[i] = rep->excluded[--rep->excluded_count];
            return;
        }
    }
}

/* The rep's oldest exclusion lapses: that lead may come to the rep again. */
static void lapse_oldest_of_rep(struct core *core, struct rep *rep)
{
    uint32_t oldest = 0;
    for (uint32_t i = 1; i < rep->excluded_count; i++) {
        const struct rep_exclusion *a = &rep->excluded[i], *b = &rep->excluded[oldest];
        if (a->until_ms < b->until_ms || (a->until_ms == b->until_ms && a->lead.number < b->lead.number))
            oldest = i;
    }
    struct lead *lead = lead_table_find(&core->leads, rep->excluded[oldest].lead);
    rep->excluded[oldest] = rep->excluded[--rep->excluded_count];
    assert(lead);
    for (uint32_t i = 0; i < lead->exclusion_count; i++) {
        if (lead->exclusions[i].rep == rep->number) {
            remove_from_lead(lead, i);
            break;
        }
    }
    lead_record(core, lead, false);
    if (lead->state == LEAD_WAITING)
        match_note_lead(core, lead);
}

void lead_exclude(struct core *core, struct lead *lead, const struct exclusion *exclusion)
{
    struct rep *rep = core->reps.reps[exclusion->rep];
    for (uint32_t i = 0; i < lead->exclusion_count; i++) {
        if (lead->exclusions[i].rep == exclusion->rep) {
            remove_from_lead(lead, i);
            remove_from_rep(rep, lead->id);
            break;
        }
    }
    if (lead->exclusion_count == EXCLUSIONS_PER_LEAD_MAX) {
        remove_from_rep(core->reps.reps[lead->exclusions[0].rep], lead->id);
        remove_from_lead(lead, 0);
    }
    if (rep->excluded_count == EXCLUSIONS_PER_REP_MAX)
        lapse_oldest_of_rep(core, rep);

    struct exclusion *exclusions = realloc(lead->exclusions, (lead->exclusion_count + 1u) * sizeof *exclusions);
    if (!exclusions)
        return;   /* the lead may come to this rep again: not nice, not wrong */
    lead->exclusions = exclusions;
    exclusions[lead->exclusion_count++] = *exclusion;
    rep->excluded[rep->excluded_count++] = (struct rep_exclusion){lead->id, exclusion->until_ms};
}

static bool remove_lapsed(struct core *core, struct lead *lead)
{
    bool any = false;
    for (uint32_t i = lead->exclusion_count; i-- > 0;) {
        if (lead->exclusions[i].until_ms <= core->now_ms) {
            remove_from_rep(rep_table_at(&core->reps, lead->exclusions[i].rep), lead->id);
            remove_from_lead(lead, i);
            any = true;
        }
    }
    return any;
}

void lead_lapse_exclusions(struct core *core, struct lead *lead)
{
    if (remove_lapsed(core, lead)) {
        lead->cause = CAUSE_RETRY;
        lead_record(core, lead, false);
        match_note_lead(core, lead);
    }
}

void lead_forget_exclusions(struct core *core, struct lead *lead)
{
    for (uint32_t i = 0; i < lead->exclusion_count; i++)
        remove_from_rep(rep_table_at(&core->reps, lead->exclusions[i].rep), lead->id);
    lead->exclusion_count = 0;
}

/* ---- decisions ---------------------------------------------------------------------- */

void decision_add(struct core *core, struct lead *lead, const struct decision *decision)
{
    if (!core->is_restoring)
        core->decided[core->decided_next++ % DECIDED_KEPT] = (struct decided){lead->id, decision->at_ms, decision->offer_number, decision->rep};
    if (lead->decision_count == CORE_DECISIONS_KEPT) {
        memmove(lead->decisions, lead->decisions + 1, (CORE_DECISIONS_KEPT - 1) * sizeof *lead->decisions);
        lead->decision_count--;
    } else if (lead->decision_count == lead->decision_capacity) {
        uint8_t capacity = lead->decision_capacity == 0 ? 1 : (uint8_t)(lead->decision_capacity * 2);
        struct decision *decisions = realloc(lead->decisions, capacity * sizeof *decisions);
        if (!decisions)
            return;
        lead->decisions = decisions;
        lead->decision_capacity = capacity;
    }
    lead->decisions[lead->decision_count++] = *decision;
}

void decision_close(struct lead *lead, uint32_t offer_number, enum core_cause outcome)
{
    for (uint32_t i = 0; i < lead->decision_count; i++) {
        if (lead->decisions[i].offer_number == offer_number)
            lead->decisions[i].outcome = (uint8_t)outcome;
    }
}

uint32_t decision_refusals(const struct lead *lead, uint32_t offer_number)
{
    uint32_t refusals = 0;
    for (uint32_t i = 0; i < lead->exclusion_count; i++) {
        uint32_t before = offer_number - lead->exclusions[i].offer_number;
        refusals |= before <= CORE_DECISIONS_KEPT ? 1u << (before - 1) : (uint32_t)DECISION_OLDER;
    }
    return refusals;
}
