/* SPDX-License-Identifier: Apache-2.0 */
#include "lead_command.h"

#include <assert.h>
#include <string.h>

#include "leadwire/lead.h"

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

/* To be contacted at all; NULL: it says nothing of it. */
static const Leadwire__V1__Consent *find_consent(const Leadwire__V1__Lead *lead, bool granted)
{
    for (size_t i = 0; i < lead->n_consents; i++) {
        if (strcmp(lead->consents[i]->purpose, "contact") == 0 && (lead->consents[i]->granted != 0) == granted)
            return lead->consents[i];
    }
    return NULL;
}

/* What leadwire-mail makes of a mail that says "stop" and nothing else. One of the two alone may come with a question: "by mail, please". */
static void fill_stop(const Leadwire__V1__Lead *lead, struct core_command *out)
{
    const char *no_calls = read_field(lead, "attribute.do_not_call");
    const Leadwire__V1__Consent *withdrawn = find_consent(lead, false), *given = find_consent(lead, true);

    out->publish.wants_no_more = withdrawn && no_calls && strcmp(no_calls, "yes") == 0;
    out->publish.stop_unix_ms = withdrawn ? withdrawn->given_unix_ms : 0;
    out->publish.stop_words = text_of(withdrawn ? withdrawn->text : "");
    out->publish.opts_in = given != NULL;
    out->publish.opt_in_unix_ms = given ? given->given_unix_ms : 0;
}

/* A lead of nothing but the consent, and the attribute that rules ask for: whoever decodes the two as one has both. */
static uint32_t write_stop(const void *fields, uint64_t said_ms, struct core_text words, uint8_t out[CORE_STOP_BYTES_MAX])
{
    const Leadwire__V1__Lead *lead = fields;
    char text[CORE_STOP_WORDS_MAX + 1] = "", purpose[] = "contact", name[] = "do_not_call", yes[] = "yes";
    Leadwire__V1__Lead more = LEADWIRE__V1__LEAD__INIT;
    Leadwire__V1__Consent consent = LEADWIRE__V1__CONSENT__INIT, *consents[] = {&consent};
    Leadwire__V1__Attribute attribute = LEADWIRE__V1__ATTRIBUTE__INIT, *attributes[] = {&attribute};

    assert(words.size < sizeof text);
    if (words.size > 0)
        memcpy(text, words.data, words.size);
    consent.purpose = purpose;
    consent.given_unix_ms = (int64_t)said_ms;
    consent.text = text;
    attribute.name = name;
    attribute.value = yes;
    more.consents = consents;
    more.n_consents = !find_consent(lead, false) && lead->n_consents < LW_LEAD_CONSENTS_MAX;
    more.attributes = attributes;
    more.n_attributes = !read_field(lead, "attribute.do_not_call") && lead->n_attributes < LW_LEAD_ATTRIBUTES_MAX;
    assert(leadwire__v1__lead__get_packed_size(&more) <= CORE_STOP_BYTES_MAX);
    return (uint32_t)leadwire__v1__lead__pack(&more, out);
}

void lead_command_fill(const Leadwire__V1__Lead *lead, struct core_command *out)
{
    out->publish.source = text_of(lead->source);
    out->publish.channel = (uint8_t)lead->channel;
    out->publish.is_test = lead->is_test;
    out->publish.is_voicemail = lead->recording != NULL;
    fill_stop(lead, out);
    out->publish.follows = text_of(lead->follows);
    out->publish.fields = lead;
    out->publish.read_field = read_field;
    out->publish.read_person = read_person;
    out->publish.write_stop = write_stop;
}
