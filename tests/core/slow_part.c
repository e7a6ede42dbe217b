/* SPDX-License-Identifier: Apache-2.0
 *
 * Two leads that a manager made one, and that are two after all.
 */
#include "slow_desk_internal.h"

#include <string.h>

static bool knows(const struct slow_keys *keys, const char *key)
{
    for (uint32_t i = 0; i < keys->count; i++) {
        if (strcmp(keys->list[i], key) == 0)
            return true;
    }
    return false;
}

static bool is_needed(const struct slow_lead *lead, const char *key)
{
    bool needed = knows(&lead->own.keys, key);
    for (uint32_t i = 0; i < lead->contact_count; i++)
        needed |= knows(&lead->contacts[i].keys, key);
    return needed;
}

/* All that came from the other, and what only that gave. */
static void take_away(struct slow_lead *into, const struct slow_lead *lead)
{
    uint32_t contacts = 0, keys = 0;
    for (uint32_t i = 0; i < into->contact_count; i++) {
        if (!desk_id_equal(into->contacts[i].of, lead->id))
            into->contacts[contacts++] = into->contacts[i];
    }
    into->contact_count = contacts;
    for (uint32_t i = 0; i < into->key_count; i++) {
        if (is_needed(into, into->keys[i]))
            memmove(into->keys[keys++], into->keys[i], KEY_TEXT);
    }
    into->key_count = keys;
    into->priority = into->own.priority;
    into->received_ms = into->own.received_ms;
    into->heard_ms = into->made_ms;
    for (uint32_t i = 0; i < contacts; i++) {
        const struct slow_contact *contact = &into->contacts[i];
        into->priority = contact->priority > into->priority ? contact->priority : into->priority;
        if (contact->received_ms != 0 && contact->received_ms < into->received_ms)
            into->received_ms = contact->received_ms;
        into->heard_ms = contact->at_ms > into->heard_ms ? contact->at_ms : into->heard_ms;
    }
}

static void give_agreement_back(struct slow_lead *into, const struct slow_lead *lead)
{
    if (into->own.took_appointment && into->appointment_ms == lead->appointment_ms && strcmp(into->place, lead->place) == 0) {
        into->appointment_ms = 0;
        into->place[0] = '\0';
        into->own.took_appointment = false;
    }
    if (into->own.took_set_by && into->set_by == lead->set_by && into->set_offer_number == 0) {
        into->set_by = -1;
        into->own.took_set_by = false;
    }
}

enum core_status part(struct slow_desk *desk, struct desk_id id)
{
    struct slow_lead *lead = find_kept(desk, id);
    if (id.epoch > desk->epoch || id.number > desk->next_number)
        return CORE_NOT_FOUND;
    if (!lead || lead->state != LEAD_MERGED || desk->rules->reopen_for_ms == 0 || desk->now_ms - lead->ended_ms > desk->rules->reopen_for_ms)
        return CORE_REJECTED;
    struct slow_lead *into = find_lead(desk, lead->merged_into);
    if (!into)
        return CORE_REJECTED;
    if (open_count(desk) >= (int)desk->limits.leads_max)
        return CORE_BUSY;
    take_away(into, lead);
    give_agreement_back(into, lead);
    begin_anew(desk, lead, false);
    lead->acts_since++;
    into->acts_since++;
    desk->other = lead->id;
    move(desk, into, into->state, CAUSE_PARTED, into->rep, into->deadline_ms > desk->now_ms ? into->deadline_ms : desk->now_ms + 1, "");
    show_held(desk, into);
    desk->other = into->id;
    move(desk, lead, LEAD_WAITING, CAUSE_PARTED, -1, lead->wait_deadline_ms, "");
    desk->other = (struct desk_id){0};
    return CORE_ACCEPTED;
}
