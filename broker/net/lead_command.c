/* SPDX-License-Identifier: Apache-2.0 */
#include "lead_command.h"

#include <string.h>

static struct core_text text_of(const char *text)
{
    return (struct core_text){text, (uint32_t)strlen(text)};
}

static const char *read_field(const void *lead, const char *field)
{
    bool known;

    return wire_lead_field(lead, field, &known);
}

static uint32_t add_key(struct core_person_key *out, uint32_t count, enum core_person_key_kind kind, const char *value)
{
    if (count == CORE_PERSON_KEYS_MAX || !*value)
        return count;
    out[count] = (struct core_person_key){kind, text_of(value)};
    return count + 1;
}

/* What workers gave in its normal form; a phone or an address that could not be read is nobody's key. */
static uint32_t read_person(const void *lead, struct core_person_key out[CORE_PERSON_KEYS_MAX])
{
    const Leadwire__V1__Lead *from = lead;
    uint32_t count = 0;

    count = add_key(out, count, PERSON_KEY_VENDOR, from->vendor_id);
    count = add_key(out, count, PERSON_KEY_MESSAGE, from->message_id);
    for (size_t i = 0; i < from->n_phones; i++)
        count = add_key(out, count, PERSON_KEY_PHONE, from->phones[i]->e164);
    for (size_t i = 0; i < from->n_emails; i++)
        count = add_key(out, count, PERSON_KEY_EMAIL, from->emails[i]->key);
    for (size_t i = 0; i < from->n_references; i++)   /* a reply belongs to what it answers */
        count = add_key(out, count, PERSON_KEY_MESSAGE, from->references[i]);
    return count;
}

/* What leadwire-mail makes of a mail that says "stop" and nothing else. One of the two alone may come with a question: "by mail, please". */
static bool wants_no_more(const Leadwire__V1__Lead *lead)
{
    const char *no_calls = read_field(lead, "attribute.do_not_call");
    bool is_withdrawn = false;

    for (size_t i = 0; i < lead->n_consents; i++)
        is_withdrawn |= strcmp(lead->consents[i]->purpose, "contact") == 0 && !lead->consents[i]->granted;
    return is_withdrawn && no_calls && strcmp(no_calls, "yes") == 0;
}

void lead_command_fill(const Leadwire__V1__Lead *lead, struct core_command *out)
{
    out->publish.source = text_of(lead->source);
    out->publish.channel = (uint8_t)lead->channel;
    out->publish.is_test = lead->is_test;
    out->publish.is_voicemail = lead->recording != NULL;
    out->publish.wants_no_more = wants_no_more(lead);
    out->publish.follows = text_of(lead->follows);
    out->publish.fields = lead;
    out->publish.read_field = read_field;
    out->publish.read_person = read_person;
}
