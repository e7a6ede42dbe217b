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

static void bring(struct slow_lead *into, const struct slow_contact *from)
{
    new_contact(into);
    uint32_t at = into->contact_count - 1;
    for (; at > 0 && into->contacts[at - 1].at_ms > from->at_ms; at--)
        into->contacts[at] = into->contacts[at - 1];
    into->contacts[at] = *from;
}

static void take_all(const struct slow_desk *desk, struct slow_lead *lead, struct slow_lead *into)
{
    struct slow_contact first = {.size = lead->payload_size, .at_ms = lead->made_ms, .of = lead->id, .priority = lead->priority,
                                 .received_ms = lead->received_ms};
    memcpy(first.payload, lead->payload, lead->payload_size);
    bring(into, &first);
    add_keys(into, lead->keys, lead->key_count);
    for (uint32_t i = 0; i < into->contact_count; i++) {
        if (desk_id_equal(into->contacts[i].of, lead->id))
            note_keys(&into->contacts[i].keys, into, lead->keys, lead->key_count);
    }
    for (uint32_t i = 0; i < lead->contact_count; i++) {
        struct slow_contact with = lead->contacts[i];
        with.of = lead->id;
        with.priority = 0;
        with.received_ms = 0;
        with.keys.count = 0;
        bring(into, &with);
    }
    into->heard_ms = lead->heard_ms > into->heard_ms ? lead->heard_ms : into->heard_ms;
    into->priority = lead->priority > into->priority ? lead->priority : into->priority;
    into->received_ms = lead->received_ms < into->received_ms ? lead->received_ms : into->received_ms;
    if (lead->appointment_ms > desk->now_ms && into->appointment_ms == 0) {
        into->appointment_ms = lead->appointment_ms;
        strcpy(into->place, lead->place);
        into->own.took_appointment = true;
    }
    if (into->set_by < 0 && lead->set_by >= 0) {
        into->set_by = lead->set_by;
        into->own.took_set_by = true;
    }
    lead->merged_into = into->id;
}

bool merge(struct slow_desk *desk, struct slow_lead *lead, struct slow_lead *into)
{
    if (!may_merge(lead, into))
        return false;
    take_all(desk, lead, into);
    into->acts_since++;
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
