/* SPDX-License-Identifier: Apache-2.0
 *
 * A publisher takes a lead back, or its caller hung up.
 */
#include "slow_desk_internal.h"

static void abandon(struct slow_desk *desk, struct slow_lead *lead)
{
    lead->call_back = true;
    if (lead->rep >= 0) {
        give_back(desk, lead, CAUSE_ABANDONED, false, true);
        return;
    }
    if (lead->state == LEAD_PARKED) {
        forget_refusals(lead);
        lead->offers_made = 0;
    }
    lead->wait_deadline_ms = desk->now_ms + channel_of(desk, lead->channel)->wait_limit_ms;
    move(desk, lead, LEAD_WAITING, CAUSE_ABANDONED, -1, lead->wait_deadline_ms, "");
}

void cancel(struct slow_desk *desk, const struct core_command *command)
{
    struct desk_id id;
    enum lead_state end;
    struct slow_lead *lead = find_named(desk, command->cancel.lead, command->cancel.source, command->cancel.idempotency_id, &id, &end);
    if (!lead) {
        answer(desk, command, end == LEAD_CANCELLED ? CORE_DUPLICATE : end != LEAD_NONE ? CORE_REJECTED : CORE_NOT_FOUND, id);
        return;
    }
    if (lead->state == LEAD_ASSIGNED) {
        answer(desk, command, CORE_REJECTED, id);
        return;
    }
    if (lead->channel == LW_CHANNEL_PHONE && lead->call_back) {
        answer(desk, command, CORE_DUPLICATE, id);
        return;
    }
    if (is_call(lead) && (lead->contact_count > 0 || channel_of(desk, lead->channel)->call_back_when_abandoned)) {
        abandon(desk, lead);
        answer(desk, command, CORE_ACCEPTED, id);
        return;
    }
    if (lead->contact_count > 0) {
        answer(desk, command, CORE_REJECTED, id);
        return;
    }
    end_others(desk, lead, CAUSE_CANCELLED, false);
    if (lead->rep >= 0)
        slow_tell_withdrawn(desk, id, lead->offer_number, lead->rep, CAUSE_CANCELLED);
    move(desk, lead, LEAD_CANCELLED, CAUSE_CANCELLED, -1, 0, "");
    answer(desk, command, CORE_ACCEPTED, id);
}
