/* SPDX-License-Identifier: Apache-2.0
 *
 * A manager makes one lead of two.
 */
#include "slow_desk_internal.h"

#include <string.h>

static bool may_merge(const struct slow_lead *lead, const struct slow_lead *into)
{
    bool on_the_line = is_call(lead) && lead->state != LEAD_ASSIGNED;
    return into && into != lead && !on_the_line && into->contact_count + 1 + lead->contact_count <= CORE_CONTACTS_MAX;
}

static void bring(struct slow_lead *into, const uint8_t *bytes, uint32_t size, uint64_t at_ms)
{
    uint32_t at = into->contact_count++;
    for (; at > 0 && into->contact_ms[at - 1] > at_ms; at--) {
        memcpy(into->contacts[at], into->contacts[at - 1], sizeof into->contacts[at]);
        into->contact_sizes[at] = into->contact_sizes[at - 1];
        into->contact_ms[at] = into->contact_ms[at - 1];
    }
    memcpy(into->contacts[at], bytes, size);
    into->contact_sizes[at] = size;
    into->contact_ms[at] = at_ms;
}

static void take_all(const struct slow_desk *desk, struct slow_lead *lead, struct slow_lead *into)
{
    bring(into, lead->payload, lead->payload_size, lead->made_ms);
    for (uint32_t i = 0; i < lead->contact_count; i++)
        bring(into, lead->contacts[i], lead->contact_sizes[i], lead->contact_ms[i]);
    add_keys(into, lead->keys, lead->key_count);
    into->heard_ms = lead->heard_ms > into->heard_ms ? lead->heard_ms : into->heard_ms;
    into->priority = lead->priority > into->priority ? lead->priority : into->priority;
    into->received_ms = lead->received_ms < into->received_ms ? lead->received_ms : into->received_ms;
    if (lead->appointment_ms > desk->now_ms && into->appointment_ms == 0) {
        into->appointment_ms = lead->appointment_ms;
        strcpy(into->place, lead->place);
    }
    into->set_by = into->set_by < 0 ? lead->set_by : into->set_by;
}

bool merge(struct slow_desk *desk, struct slow_lead *lead, struct slow_lead *into)
{
    if (!may_merge(lead, into))
        return false;
    take_all(desk, lead, into);
    desk->other = lead->id;
    move(desk, into, into->state, CAUSE_MERGED, into->rep, into->deadline_ms > desk->now_ms ? into->deadline_ms : desk->now_ms + 1, "");
    show_held(desk, into);
    desk->other = into->id;
    end_others(desk, lead, CAUSE_MERGED, false);
    if (lead->rep >= 0)
        slow_tell_withdrawn(desk, lead->id, lead->offer_number, lead->rep, CAUSE_MERGED);
    move(desk, lead, LEAD_MERGED, CAUSE_MERGED, -1, 0, "");
    desk->other = (struct desk_id){0};
    return true;
}
