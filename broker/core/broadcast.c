/* SPDX-License-Identifier: Apache-2.0 */
#include "broadcast.h"

#include <stdlib.h>

#include "caps.h"
#include "core_internal.h"
#include "decisions.h"
#include "effects.h"
#include "exclusions.h"
#include "lead_record.h"
#include "lead_state.h"
#include "match.h"
#include "rep_state.h"
#include "team_limits.h"

static void rep_list_add(struct rep *rep, struct other_offer *offer);
static void rep_list_remove(struct rep *rep, struct other_offer *offer);
static void tell_one(struct core *core, const struct lead *lead, const struct rep *rep, uint32_t offer_number, enum core_cause cause, const char *reason);

/* ---- numbers ------------------------------------------------------------------------- */

uint32_t lead_offer_number(const struct lead *lead, uint32_t rep)
{
    if (lead->rep == rep)
        return lead->offer_number;
    for (const struct other_offer *offer = lead_is_broadcast(lead) ? lead->extra->others : NULL; offer; offer = offer->next) {
        if (offer->rep == rep)
            return offer->offer_number;
    }
    return 0;
}

uint32_t lead_next_offer_number(const struct lead *lead)
{
    uint32_t last = lead->extra ? lead->extra->last_offer_number : 0;
    return (last > lead->offer_number ? last : lead->offer_number) + 1;
}

/* ---- the lead's list ------------------------------------------------------------------- */

static struct other_offer *insert(struct lead *lead, uint32_t rep, uint32_t offer_number)
{
    struct other_offer *offer = calloc(1, sizeof *offer), **place = &lead_extra_of(lead)->others;
    if (!offer)
        abort();   /* a few words: there is no sensible way to go on */
    while (*place && (*place)->offer_number < offer_number)
        place = &(*place)->next;
    *offer = (struct other_offer){.lead = lead, .next = *place, .rep = rep, .offer_number = offer_number};
    *place = offer;
    return offer;
}

static void unlink_offer(struct lead *lead, const struct other_offer *offer)
{
    struct other_offer **place = &lead->extra->others;
    while (*place != offer)
        place = &(*place)->next;
    *place = offer->next;
}

static struct other_offer *find(const struct lead *lead, uint32_t rep)
{
    struct other_offer *offer = lead->extra->others;
    while (offer && offer->rep != rep)
        offer = offer->next;
    return offer;
}

/* This other offer and the lead's own change places. What both reps hold is the same. */
static void exchange(struct core *core, struct lead *lead, struct other_offer *offer)
{
    struct rep *before = core->reps.reps[lead->rep], *now = core->reps.reps[offer->rep];
    const uint32_t offer_number = lead->offer_number;
    rep_list_remove(now, offer);
    unlink_offer(lead, offer);
    rep_held_remove(before, lead);
    rep_held_add(now, lead);
    lead->rep = (uint16_t)now->number;
    lead->offer_number = offer->offer_number;
    free(offer);
    rep_list_add(before, insert(lead, before->number, offer_number));
}

static void rep_list_add(struct rep *rep, struct other_offer *offer)
{
    offer->rep_prev = NULL;
    offer->rep_next = rep->other_offers;
    if (rep->other_offers)
        rep->other_offers->rep_prev = offer;
    rep->other_offers = offer;
}

static void rep_list_remove(struct rep *rep, struct other_offer *offer)
{
    *(offer->rep_prev ? &offer->rep_prev->rep_next : &rep->other_offers) = offer->rep_next;
    if (offer->rep_next)
        offer->rep_next->rep_prev = offer->rep_prev;
}

/* ---- offers made and ended ----------------------------------------------------------------- */

static void reserve(struct core *core, struct other_offer *offer)
{
    struct rep *rep = core->reps.reps[offer->rep];
    rep_before_change(core, rep);
    rep->rank.load += offer->lead->weight;
    rep->held_count++;
    rep_list_add(rep, offer);
    if (rep->caps)
        caps_note_offered(core, rep, offer->lead, 1);
    rep_relink(core, rep);
    if (rep->limit)
        team_limits_note_offered(core, rep->limit, offer->lead, 1);
    if (core->opening.is_on)
        opening_note_offered(core, rep, offer->lead, 1);
}

void broadcast_add(struct core *core, struct lead *lead, struct rep *rep, uint32_t offer_number)
{
    assert(lead->state == LEAD_OFFERED && lead_offer_number(lead, rep->number) == 0);
    reserve(core, insert(lead, rep->number, offer_number));
    lead->extra->last_offer_number = offer_number;
    lead_record(core, lead, false);
    tell_one(core, lead, rep, offer_number, CAUSE_OFFERED, "");
}

static void end_offer(struct core *core, struct lead *lead, struct other_offer *offer, enum core_cause cause, bool exclude, const struct rep *by)
{
    struct rep *rep = core->reps.reps[offer->rep];
    const uint32_t offer_number = offer->offer_number;
    decision_close(lead, offer_number, cause);
    rep_today_count(core, rep->number, cause);
    rep_before_change(core, rep);
    rep->rank.load -= lead->weight;
    rep->held_count--;
    rep_list_remove(rep, offer);
    unlink_offer(lead, offer);
    free(offer);
    if (rep->caps)
        caps_note_offered(core, rep, lead, -1);
    rep_relink(core, rep);
    if (rep->limit)
        team_limits_note_offered(core, rep->limit, lead, -1);
    if (core->opening.is_on)
        opening_note_offered(core, rep, lead, -1);
    if (rep_may_get(rep))
        match_note_rep(core, rep);
    if (exclude)
        lead_exclude(core, lead, rep->number, offer_number, cause);
    if (cause != CAUSE_DECLINED)
        tell_withdrawn_by(core, lead->id, offer_number, rep, cause, by);
}

static void leave(struct core *core, struct lead *lead, struct rep *rep, enum core_cause cause, bool exclude, const char *reason)
{
    assert(lead_is_broadcast(lead));
    if (lead->rep == rep->number)
        exchange(core, lead, lead->extra->others);
    struct other_offer *offer = find(lead, rep->number);
    const uint32_t offer_number = offer->offer_number;
    end_offer(core, lead, offer, cause, exclude, NULL);
    lead->cause = (uint8_t)cause;
    lead_record(core, lead, false);
    tell_one(core, lead, rep, offer_number, cause, reason);
}

void broadcast_leave(struct core *core, struct lead *lead, struct rep *rep, enum core_cause cause, bool exclude)
{
    leave(core, lead, rep, cause, exclude, "");
}

void broadcast_decline(struct core *core, struct lead *lead, struct rep *rep, const char *reason)
{
    leave(core, lead, rep, CAUSE_DECLINED, true, reason);
}

void broadcast_take(struct core *core, struct lead *lead, const struct rep *rep)
{
    if (!lead_is_broadcast(lead))
        return;
    if (lead->rep != rep->number)
        exchange(core, lead, find(lead, rep->number));
    while (lead->extra->others)
        end_offer(core, lead, lead->extra->others, CAUSE_TAKEN, false, rep);
}

void broadcast_end(struct core *core, struct lead *lead, enum core_cause cause, bool exclude)
{
    while (lead_is_broadcast(lead))
        end_offer(core, lead, lead->extra->others, cause, exclude, NULL);
}

void broadcast_show(struct core *core, const struct lead *lead)
{
    tell_offer(core, lead, core->reps.reps[lead->rep], true);
    for (const struct other_offer *offer = lead->extra ? lead->extra->others : NULL; offer; offer = offer->next)
        tell_offer(core, lead, core->reps.reps[offer->rep], true);
}

/* The event stream is told of one offer: made, or ended while others stay. */
static void tell_one(struct core *core, const struct lead *lead, const struct rep *rep, uint32_t offer_number, enum core_cause cause, const char *reason)
{
    struct core_effect effect;
    effect_init(core, &effect, EFFECT_LEAD_EVENT);
    effect_lead(core, lead, &effect);
    effect.from = LEAD_OFFERED;
    effect.cause = cause;
    effect.reason = reason;
    effect.place = "";   /* events are not for personal data */
    effect.rep = rep->name;
    effect.device = rep->configured && rep->device != NAME_NONE ? names_text(&core->names, rep->device) : "";
    effect.offer_number = offer_number;
    effect_also_offered(core, lead, rep->number, &effect);
    effect_act(core, &effect);
    effect_emit(core, &effect);
}

/* ---- records ------------------------------------------------------------------------------ */

void broadcast_fill(const struct lead *lead, struct lead_image *image)
{
    image->last_offer_number = lead->extra->last_offer_number;
    image->offer_to = lead->extra->offer_to;
    image->other_count = 0;
    for (const struct other_offer *offer = lead->extra->others; offer; offer = offer->next)
        image->others[image->other_count++] = (struct other_offer_image){offer->rep, offer->offer_number};
}

void broadcast_free(struct lead *lead)
{
    for (struct other_offer *offer; lead->extra && (offer = lead->extra->others) != NULL;) {
        lead->extra->others = offer->next;
        free(offer);
    }
}

void broadcast_restore(struct lead *lead, const struct lead_image *image)
{
    broadcast_free(lead);
    if (image->last_offer_number == 0 && image->offer_to == 0 && !lead->extra)
        return;
    lead_extra_of(lead)->last_offer_number = image->last_offer_number;
    lead->extra->offer_to = image->offer_to;
    for (uint32_t i = 0; i < image->other_count; i++)
        insert(lead, image->others[i].rep, image->others[i].offer_number);
}

lw_status broadcast_link(struct core *core, struct lead *lead)
{
    for (struct other_offer *offer = lead->extra->others; offer; offer = offer->next) {
        if (lead->state != LEAD_OFFERED || !rep_table_at(&core->reps, offer->rep) ||
            lead_offer_number(lead, offer->rep) != offer->offer_number ||   /* once for each rep */
            offer->offer_number <= lead->offer_number || offer->offer_number > lead->extra->last_offer_number)
            return LW_CORRUPT;
        reserve(core, offer);
    }
    return LW_OK;
}
