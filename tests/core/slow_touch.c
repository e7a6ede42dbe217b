/* SPDX-License-Identifier: Apache-2.0
 *
 * The first touch of a lead that a rep has.
 */
#include "slow_desk_internal.h"

static uint32_t within(const struct slow_desk *desk, const struct slow_lead *lead)
{
    return lead->touch_for_ms ? lead->touch_for_ms : channel_of(desk, lead->channel)->first_touch_ms;
}

void await_touch(struct slow_desk *desk, struct slow_lead *lead, enum core_cause cause)
{
    const struct config_channel *channel = channel_of(desk, lead->channel);
    lead->touch_ms = lead->nudge_ms = 0;
    if (lead->state != LEAD_ASSIGNED || cause == CAUSE_ANSWERED || within(desk, lead) == 0 || lead->appointment_ms > desk->now_ms)
        return;
    uint64_t nudge_after_ms = (uint64_t)within(desk, lead) * (channel->first_touch_ms ? channel->nudge_percent : 50) / 100;
    lead->touch_ms = desk->now_ms + within(desk, lead);
    if (nudge_after_ms > 0)
        lead->nudge_ms = desk->now_ms + nudge_after_ms;
}

uint64_t touch_deadline(const struct slow_lead *lead)
{
    return lead->nudge_ms != 0 ? lead->nudge_ms : lead->touch_ms != 0 ? lead->touch_ms : UINT64_MAX;
}

void tell_noted(struct slow_desk *desk, const struct slow_lead *lead, enum core_cause cause)
{
    struct core_effect effect = new_effect(EFFECT_LEAD_EVENT);
    put_lead(desk, lead, &effect);
    effect.from = effect.to;
    effect.cause = cause;
    effect.place = "";
    emit(desk, &effect);
}

void slow_touch_due(struct slow_desk *desk, struct slow_lead *lead)
{
    if (lead->touch_ms <= desk->now_ms) {
        give_back(desk, lead, CAUSE_UNTOUCHED, true, true);
        return;
    }
    lead->nudge_ms = 0;
    tell_lead(desk, lead, EFFECT_NUDGE, false);
    tell_noted(desk, lead, CAUSE_NUDGED);
}

void renew_touch(struct slow_desk *desk, struct slow_lead *lead)
{
    if (lead->touch_ms == 0 || within(desk, lead) == 0)
        return;
    uint64_t appointment_ms = lead->appointment_ms;
    lead->appointment_ms = 0;
    await_touch(desk, lead, CAUSE_NONE);
    lead->appointment_ms = appointment_ms;
    tell_lead(desk, lead, EFFECT_HOLDING, true);
}

void touch_made(struct slow_desk *desk, const struct core_command *command, int number)
{
    struct slow_lead *lead = find_lead(desk, command->touch.lead);
    enum touch_kind kind = command->touch.kind;
    enum core_status status = CORE_ACCEPTED;
    if (kind < TOUCH_REP || kind > TOUCH_MAIL_SENT)
        status = CORE_REJECTED;
    else if (!lead || lead->state != LEAD_ASSIGNED || lead->offer_number != command->touch.offer_number || (kind == TOUCH_REP && lead->rep != number))
        status = CORE_NOT_YOURS;
    else if (lead->touch_ms == 0)
        status = CORE_DUPLICATE;
    if (status == CORE_ACCEPTED) {
        lead->touch_ms = lead->nudge_ms = 0;
        tell_noted(desk, lead, CAUSE_TOUCHED);
    }
    answer(desk, command, status, command->touch.lead);
}
