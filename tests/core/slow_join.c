/* SPDX-License-Identifier: Apache-2.0
 *
 * Contacts of one person: which open lead they join, and what that makes of it.
 */
#include "slow_desk_internal.h"

#include <stdio.h>
#include <string.h>

uint32_t write_keys(const struct core_person_key *known_by, uint32_t n, struct core_text from, char keys[CORE_PERSON_KEYS_MAX][KEY_TEXT])
{
    char source[TEXT], value[TEXT];
    uint32_t count = 0;
    copy_text(source, from);
    for (uint32_t i = 0; i < n; i++) {
        copy_text(value, known_by[i].value);
        if (value[0] != '\0')
            snprintf(keys[count++], KEY_TEXT, "%d:%.20s:%.20s", known_by[i].kind, known_by[i].kind == PERSON_KEY_VENDOR ? source : "", value);
    }
    return count;
}

uint32_t read_keys(const struct slow_desk *desk, const struct core_command *command, char keys[CORE_PERSON_KEYS_MAX][KEY_TEXT])
{
    struct core_person_key known_by[CORE_PERSON_KEYS_MAX];
    const struct config_people *people = &desk->rules->people;
    if (!command->publish.read_person || command->publish.is_test || !(people->join || people->customer_for_ms > 0 || people->owner_for_ms > 0 || people->keeps_stops))
        return 0;
    return write_keys(known_by, command->publish.read_person(command->publish.fields, known_by), command->publish.source, keys);
}

static bool has_key(const struct slow_lead *lead, const char *key)
{
    for (uint32_t i = 0; i < lead->key_count; i++) {
        if (strcmp(lead->keys[i], key) == 0)
            return true;
    }
    return false;
}

void add_keys(struct slow_lead *lead, char keys[][KEY_TEXT], uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!has_key(lead, keys[i]) && lead->key_count < CORE_PERSON_KEYS_MAX)
            strcpy(lead->keys[lead->key_count++], keys[i]);
    }
}

void know(struct slow_desk *desk, struct slow_lead *lead, const struct core_command *command)
{
    char keys[CORE_PERSON_KEYS_MAX][KEY_TEXT];
    lead->heard_ms = lead->made_ms = desk->now_ms;
    add_keys(lead, keys, read_keys(desk, command, keys));
}

struct slow_lead *find_open(struct slow_desk *desk, char keys[][KEY_TEXT], uint32_t count)
{
    struct slow_lead *best = NULL;
    for (uint32_t k = 0; k < count; k++) {
        struct slow_lead *newest = NULL;
        for (int i = 0; i < desk->lead_count; i++) {
            if (desk->leads[i].open && has_key(&desk->leads[i], keys[k]))
                newest = &desk->leads[i];
        }
        if (newest && (!best || (held(newest) && !held(best)) || (held(newest) == held(best) && newest->id.number > best->id.number)))
            best = newest;
    }
    return best;
}

static void wait_anew(struct slow_desk *desk, struct slow_lead *lead)
{
    if (lead->state == LEAD_PARKED) {
        forget_refusals(lead);
        lead->offers_made = 0;
    }
    if (lead->state == LEAD_SCHEDULED) {
        wake(desk, lead, CAUSE_JOINED);
        return;
    }
    lead->wait_deadline_ms = desk->now_ms + channel_of(desk, lead->channel)->wait_limit_ms;
    move(desk, lead, LEAD_WAITING, CAUSE_JOINED, -1, lead->wait_deadline_ms, "");
}

static void call_while_offered(struct slow_desk *desk, struct slow_lead *lead)
{
    const struct config_channel *phone = channel_of(desk, LW_CHANNEL_PHONE);
    const struct slow_rep *rep = &desk->reps[lead->rep];
    if (lead->other_count > 0 || !slow_rings(rep) || load_of(desk, lead->rep) - lead->weight + phone->weight > rep->rules->capacity) {
        lead->offers_made = 0;
        give_back(desk, lead, CAUSE_JOINED, false, true);
        return;
    }
    lead->weight = phone->weight;
    move(desk, lead, LEAD_OFFERED, CAUSE_JOINED, lead->rep, desk->now_ms + phone->offer_timeout_ms, "");
    tell_lead(desk, lead, EFFECT_OFFER, true);
}

static void make_of_it(struct slow_desk *desk, struct slow_lead *lead, bool call)
{
    bool agreed = lead->state == LEAD_SCHEDULED && lead->appointment_ms != 0;
    if (call) {
        lead->channel = LW_CHANNEL_PHONE;
        lead->call_back = false;
    }
    if (call && lead->state == LEAD_OFFERED) {
        call_while_offered(desk, lead);
    } else if (held(lead) || (agreed && !call)) {
        move(desk, lead, lead->state, CAUSE_JOINED, lead->rep, lead->deadline_ms > desk->now_ms ? lead->deadline_ms : desk->now_ms + 1, "");
        show_held(desk, lead);
    } else {
        wait_anew(desk, lead);
    }
}

void note_keys(struct slow_keys *keys, const struct slow_lead *lead, char from[][KEY_TEXT], uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (has_key(lead, from[i]))
            strcpy(keys->list[keys->count++], from[i]);
    }
}

struct slow_contact *new_contact(struct slow_lead *lead)
{
    if (lead->contact_count == 0) {
        lead->own = (struct slow_own){.priority = lead->priority, .received_ms = lead->received_ms};
        note_keys(&lead->own.keys, lead, lead->keys, lead->key_count);
    }
    lead->contacts[lead->contact_count] = (struct slow_contact){.size = 0};
    return &lead->contacts[lead->contact_count++];
}

static void keep_contact(struct slow_desk *desk, struct slow_lead *lead, const struct core_command *command, char keys[][KEY_TEXT],
                         uint32_t count, uint32_t priority)
{
    struct slow_seen entry = {.kind = 'p', .hash = command->publish.content_hash, .at_ms = desk->now_ms, .lead = lead->id, .joined = true};
    copy_text(entry.name, command->publish.source);
    copy_text(entry.id, command->publish.idempotency_id);
    remember(desk, entry);
    struct slow_contact *contact = new_contact(lead);
    memcpy(contact->payload, command->publish.payload, command->publish.payload_size);
    contact->at_ms = desk->now_ms;
    contact->size = command->publish.payload_size;
    contact->priority = priority;
    add_keys(lead, keys, count);
    note_keys(&contact->keys, lead, keys, count);
    lead->heard_ms = desk->now_ms;
}

/* False: it cannot be a contact of this lead. */
static bool take_contact(struct slow_desk *desk, struct slow_lead *lead, const struct core_command *command, char keys[][KEY_TEXT], uint32_t count)
{
    bool call = command->publish.channel == LW_CHANNEL_PHONE && !command->publish.is_voicemail;
    if (lead->contact_count == CORE_CONTACTS_MAX || (call && (is_call(lead) || lead->state == LEAD_ASSIGNED)))
        return false;
    const struct config_rule *rule = find_rule(desk, command);
    uint32_t priority = rule ? rule->priority + channel_of(desk, command->publish.channel)->priority : 0;
    keep_contact(desk, lead, command, keys, count, priority);
    lead->priority = priority > lead->priority ? priority : lead->priority;
    return true;
}

/* Waits, as after any contact, and is set aside at once. */
static void stop(struct slow_desk *desk, struct slow_lead *lead)
{
    if (held(lead)) {
        lead->offers_made = 0;
        give_back(desk, lead, CAUSE_JOINED, false, true);
    } else {
        wait_anew(desk, lead);
    }
    move(desk, lead, LEAD_PARKED, CAUSE_SET_ASIDE, -1, desk->now_ms + desk->rules->park_limit_ms, "");
}

static void take_in_hand(struct slow_desk *desk, struct slow_lead *lead, const struct core_command *command)
{
    bool call = command->publish.channel == LW_CHANNEL_PHONE && !command->publish.is_voicemail;
    if (command->publish.wants_no_more && !call && !is_call(lead) && lead->state != LEAD_ASSIGNED)
        stop(desk, lead);
    else
        make_of_it(desk, lead, call);
}

bool join(struct slow_desk *desk, const struct core_command *command)
{
    char keys[CORE_PERSON_KEYS_MAX][KEY_TEXT];
    uint32_t count = read_keys(desk, command, keys);
    struct slow_lead *lead = desk->rules->people.join ? find_open(desk, keys, count) : NULL;
    if (!lead || desk->now_ms - lead->heard_ms > desk->rules->people.window_ms || !take_contact(desk, lead, command, keys, count))
        return false;
    take_in_hand(desk, lead, command);
    answer_joined(desk, command, CORE_ACCEPTED, lead->id, true);
    return true;
}

/* The caller has said all: whoever was to take the call is free, and the lead waits for a rep who calls. */
static void end_call(struct slow_desk *desk, struct slow_lead *lead)
{
    lead->call_back = true;
    if (held(lead)) {
        lead->offers_made = 0;
        give_back(desk, lead, CAUSE_JOINED, false, true);
    } else {
        wait_anew(desk, lead);
    }
}

bool follows_open(struct slow_desk *desk, const struct core_command *command)
{
    struct desk_id id;
    enum lead_state end;
    return command->publish.follows.size > 0 && !command->publish.is_test &&
           find_named(desk, (struct desk_id){0}, command->publish.source, command->publish.follows, &id, &end);
}

bool follow(struct slow_desk *desk, const struct core_command *command)
{
    char keys[CORE_PERSON_KEYS_MAX][KEY_TEXT];
    struct desk_id id;
    enum lead_state end;
    if (command->publish.follows.size == 0 || command->publish.is_test)
        return false;
    struct slow_lead *lead = find_named(desk, (struct desk_id){0}, command->publish.source, command->publish.follows, &id, &end);
    if (!lead || !take_contact(desk, lead, command, keys, read_keys(desk, command, keys)))
        return false;
    if (command->publish.is_voicemail && is_call(lead) && lead->state != LEAD_ASSIGNED)
        end_call(desk, lead);
    else
        take_in_hand(desk, lead, command);
    answer_joined(desk, command, CORE_ACCEPTED, lead->id, true);
    return true;
}
