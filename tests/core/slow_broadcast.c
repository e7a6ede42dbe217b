/* SPDX-License-Identifier: Apache-2.0
 *
 * A lead that is offered to several reps. lead->rep and its offer number are of whoever was offered it first among
 * those who still are; the others stand behind, in the order of their offers.
 */
#include "slow_desk_internal.h"

#include <assert.h>
#include <string.h>

uint32_t offer_of(const struct slow_lead *lead, int rep)
{
    if (lead->rep == rep)
        return lead->offer_number;
    for (uint32_t i = 0; i < lead->other_count; i++) {
        if (lead->others[i].rep == rep)
            return lead->others[i].offer_number;
    }
    return 0;
}

uint32_t offers_at_once(const struct slow_desk *desk, const struct slow_lead *lead)
{
    uint32_t count = 1;
    if (prefers(lead) || strcmp(policy_of(desk, lead), "weighted") == 0)
        return 1;
    if (strcmp(policy_of(desk, lead), "broadcast") == 0)
        count = 3;
    for (uint32_t i = 0; count > 1 && i < desk->rules->queue_count; i++) {
        if (strcmp(desk->rules->queues[i].name, lead->queue) == 0 && desk->rules->queues[i].offer_to > 0)
            count = desk->rules->queues[i].offer_to;
    }
    return lead->offer_to > count ? lead->offer_to : count;
}

void show_held(struct slow_desk *desk, const struct slow_lead *lead)
{
    if (held(lead))
        tell_lead(desk, lead, lead->state == LEAD_OFFERED ? EFFECT_OFFER : EFFECT_HOLDING, true);
    for (uint32_t i = 0; i < lead->other_count; i++)
        tell_offer_to(desk, lead, lead->others[i].rep, true);
}

static void tell(struct slow_desk *desk, const struct slow_lead *lead, int rep, uint32_t offer_number, enum core_cause cause)
{
    struct core_effect event = new_effect(EFFECT_LEAD_EVENT);
    put_lead(desk, lead, &event);
    event.from = LEAD_OFFERED;
    event.cause = cause;
    event.place = "";
    event.rep = desk->reps[rep].name;
    event.device = desk->reps[rep].rules ? desk->reps[rep].rules->device : "";
    event.offer_number = offer_number;
    const char *others[CONFIG_OFFER_TO_MAX];
    event.also_offered = others;
    event.also_offered_count = 0;
    if (lead->rep != rep)
        others[event.also_offered_count++] = desk->reps[lead->rep].name;
    for (uint32_t i = 0; i < lead->other_count; i++) {
        if (lead->others[i].rep != rep)
            others[event.also_offered_count++] = desk->reps[lead->others[i].rep].name;
    }
    emit(desk, &event);
}

void offer_too(struct slow_desk *desk, struct slow_lead *lead, int rep)
{
    lead->others[lead->other_count].rep = rep;
    lead->others[lead->other_count++].offer_number = ++lead->last_offer_number;
    look_at_team(desk, rep);
    tell(desk, lead, rep, lead->last_offer_number, CAUSE_OFFERED);
    tell_offer_to(desk, lead, rep, false);
}

/* Nothing is told but to the rep. */
static void drop(struct slow_desk *desk, struct slow_lead *lead, int rep, enum core_cause cause, bool refused, int by)
{
    uint32_t at = 0, offer_number = offer_of(lead, rep);
    assert(lead->other_count > 0 && offer_number > 0);
    if (lead->rep == rep) {
        lead->rep = lead->others[0].rep;
        lead->offer_number = lead->others[0].offer_number;
    } else {
        while (lead->others[at].rep != rep)
            at++;
    }
    lead->other_count--;
    memmove(&lead->others[at], &lead->others[at + 1], (lead->other_count - at) * sizeof lead->others[0]);
    look_at_team(desk, rep);
    if (refused)
        refuse_for(desk, lead, rep, offer_number, cause);
    if (cause != CAUSE_DECLINED)
        tell_withdrawn_from(desk, lead->id, offer_number, rep, cause, by);
}

void leave_others(struct slow_desk *desk, struct slow_lead *lead, int rep, enum core_cause cause, bool refused)
{
    uint32_t offer_number = offer_of(lead, rep);
    drop(desk, lead, rep, cause, refused, -1);
    lead->cause = cause;
    tell(desk, lead, rep, offer_number, cause);
}

void end_others(struct slow_desk *desk, struct slow_lead *lead, enum core_cause cause, bool refused)
{
    while (lead->other_count > 0)
        drop(desk, lead, lead->others[0].rep, cause, refused, -1);
}

/* The rest hear it in the order of their offers. */
void take_from_others(struct slow_desk *desk, struct slow_lead *lead, int rep)
{
    while (lead->other_count > 0)
        drop(desk, lead, lead->rep == rep ? lead->others[0].rep : lead->rep, CAUSE_TAKEN, false, rep);
}
