/* SPDX-License-Identifier: Apache-2.0
 *
 * A contact that a merge brought stands for the lead that it was: with all keys of that, its priority and its age. The
 * contacts that it had come with it and add nothing of their own. So parting takes exactly what merging gave.
 */
#include "person_merge.h"

#include <stdlib.h>

#include "lead_extra.h"
#include "lead_state.h"

static const struct lead_person *person_if_any(const struct lead *lead)
{
    static const struct lead_person nobody;
    return lead->extra && lead->extra->person ? lead->extra->person : &nobody;
}

bool person_merge_fits(const struct lead *lead, const struct lead *into)
{
    const struct lead_person *from = person_if_any(lead), *to = person_if_any(into);
    return to->contact_count + 1 + from->contact_count <= CORE_CONTACTS_MAX &&
           into->payload_size + to->contact_bytes + lead->payload_size + from->contact_bytes <= PERSON_BYTES_MAX;
}

/* In the order in which they came. Their entries in the idempotency window stay with the lead that publishers know. */
static struct contact *bring_contact(struct core *core, struct lead *into, const struct contact *from)
{
    struct contact contact = *from;
    contact.serial = 0;
    contact.seen_position = UINT64_MAX;
    if (!person_fill_contact(core, into, &contact, from->payload))
        abort();   /* tens of kilobytes: there is no sensible way to go on */
    struct lead_person *person = into->extra->person;
    struct contact brought = person->contacts[person->contact_count - 1];
    uint32_t at = person->contact_count - 1;
    for (; at > 0 && person->contacts[at - 1].at_ms > brought.at_ms; at--)
        person->contacts[at] = person->contacts[at - 1];
    person->contacts[at] = brought;
    return &person->contacts[at];
}

void person_merge(struct core *core, const struct lead *lead, struct lead *into)
{
    const struct lead_person *from = person_if_any(lead);
    struct contact *first = bring_contact(core, into, &(struct contact){
        .seen_key = lead->seen_key, .content_hash = lead->content_hash, .at_ms = lead->created_ms, .received_ms = lead->received_ms,
        .payload = lead->payload, .payload_size = lead->payload_size, .priority = lead->priority, .channel = lead->demand->channel});
    for (const struct person_key *key = from->first; key; key = key->next)
        first->keys |= person_add_key(core, into, key->hash);
    for (uint32_t i = 0; i < from->contact_count; i++) {
        struct contact *contact = bring_contact(core, into, &from->contacts[i]);
        contact->priority = contact->keys = 0;
        contact->received_ms = 0;
    }
}

/* ---- parting -------------------------------------------------------------------------- */

static bool came_with(const struct contact *contact, const struct lead *lead)
{
    const struct lead_person *from = person_if_any(lead);
    bool is_its = same_hash(contact->seen_key, lead->seen_key);
    for (uint32_t i = 0; i < from->contact_count; i++)
        is_its |= same_hash(contact->seen_key, from->contacts[i].seen_key);
    return contact->serial == 0 && is_its;
}

static void drop_contacts(struct core *core, struct lead_person *person, const struct lead *lead)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < person->contact_count; i++) {
        struct contact *contact = &person->contacts[i];
        if (!came_with(contact, lead)) {
            person->contacts[kept++] = *contact;
            continue;
        }
        person->contact_bytes -= contact->payload_size;
        core->totals.payload_bytes -= contact->payload_size;
        free(contact->payload);
    }
    person->contact_count = kept;
}

static uint16_t without_bit(uint16_t keys, uint32_t at)
{
    const uint32_t below = (1u << at) - 1;
    return (uint16_t)((keys & below) | (keys >> 1 & ~below));
}

static void forget_key(struct core *core, struct lead_person *person, struct person_key **link, uint32_t at)
{
    struct person_key *key = *link;
    avl_remove(&core->people, &key->node);
    *link = key->next;
    free(key);
    person->key_count--;
    person->own.keys = without_bit(person->own.keys, at);
    for (uint32_t i = 0; i < person->contact_count; i++)
        person->contacts[i].keys = without_bit(person->contacts[i].keys, at);
}

static uint16_t keys_in_use(const struct lead_person *person)
{
    uint16_t keys = person->own.keys;
    for (uint32_t i = 0; i < person->contact_count; i++)
        keys |= person->contacts[i].keys;
    return keys;
}

static void drop_keys(struct core *core, struct lead_person *person)
{
    struct person_key **link = &person->first;
    for (uint32_t at = 0; *link;) {
        if (keys_in_use(person) >> at & 1) {
            link = &(*link)->next;
            at++;
        } else {
            forget_key(core, person, link, at);
        }
    }
}

struct lead_join person_part(struct core *core, const struct lead *lead, struct lead *into)
{
    struct lead_person *person = into->extra->person;
    drop_contacts(core, person, lead);
    drop_keys(core, person);
    struct lead_join left = {.priority = person->own.priority, .received_ms = person->own.received_ms};
    for (uint32_t i = 0; i < person->contact_count; i++) {
        const struct contact *contact = &person->contacts[i];
        left.priority = contact->priority > left.priority ? contact->priority : left.priority;
        if (contact->received_ms != 0 && contact->received_ms < left.received_ms)
            left.received_ms = contact->received_ms;
    }
    return left;
}
