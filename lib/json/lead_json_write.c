/* SPDX-License-Identifier: Apache-2.0 */
#include "lead_json_write.h"

static void put_text(json_t *object, const char *name, const char *value)
{
    if (value && value[0])
        json_object_set_new(object, name, json_string(value));
}

/* An empty array is left out. */
static void put_array(json_t *object, const char *name, json_t *array)
{
    if (json_array_size(array) > 0)
        json_object_set(object, name, array);
    json_decref(array);
}

static void put_person(json_t *object, const struct lw_lead *lead)
{
    put_text(object, "full_name", lead->full_name);
    put_text(object, "given_name", lead->given_name);
    put_text(object, "family_name", lead->family_name);
    put_text(object, "company", lead->company);
    put_text(object, "job_title", lead->job_title);
    json_t *phones = json_array(), *emails = json_array();
    for (size_t i = 0; i < lead->phone_count; i++) {
        json_t *phone = json_object();
        put_text(phone, "e164", lead->phones[i].e164);
        put_text(phone, "raw", lead->phones[i].raw);
        put_text(phone, "kind", lead->phones[i].kind);
        put_text(phone, "region", lead->phones[i].region);
        put_text(phone, "time_zone", lead->phones[i].time_zone);
        json_array_append_new(phones, phone);
    }
    for (size_t i = 0; i < lead->email_count; i++) {
        json_t *email = json_object();
        put_text(email, "address", lead->emails[i].address);
        put_text(email, "key", lead->emails[i].key);
        json_array_append_new(emails, email);
    }
    put_array(object, "phones", phones);
    put_array(object, "emails", emails);
    put_text(object, "country", lead->country);
    put_text(object, "language", lead->language);
    put_text(object, "city", lead->city);
    put_text(object, "postal_code", lead->postal_code);
    put_text(object, "region", lead->region);
}

static void put_texts(json_t *object, const char *name, const char *const *texts, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_string(texts[i]));
    put_array(object, name, array);
}

static void put_attachments(json_t *object, const struct lw_lead *lead)
{
    json_t *attachments = json_array();
    for (size_t i = 0; i < lead->attachment_count; i++) {
        json_t *attachment = json_object();
        put_text(attachment, "file_name", lead->attachments[i].file_name);
        put_text(attachment, "media_type", lead->attachments[i].media_type);
        json_object_set_new(attachment, "size_bytes", json_integer((json_int_t)lead->attachments[i].size_bytes));
        json_array_append_new(attachments, attachment);
    }
    put_array(object, "attachments", attachments);
}

static void put_consents(json_t *object, const struct lw_lead *lead)
{
    json_t *consents = json_array();
    for (size_t i = 0; i < lead->consent_count; i++) {
        json_t *consent = json_object();
        put_text(consent, "purpose", lead->consents[i].purpose);
        json_object_set_new(consent, "granted", json_boolean(lead->consents[i].granted));
        if (lead->consents[i].given_unix_ms != 0)
            json_object_set_new(consent, "given_unix_ms", json_integer(lead->consents[i].given_unix_ms));
        put_text(consent, "text", lead->consents[i].text);
        json_array_append_new(consents, consent);
    }
    put_array(object, "consents", consents);
}

static void put_recording(json_t *object, const struct lw_lead_recording *recording)
{
    if (!recording->url || !recording->url[0])
        return;
    json_t *item = json_object();
    put_text(item, "url", recording->url);
    if (recording->duration_s > 0)
        json_object_set_new(item, "duration_s", json_integer(recording->duration_s));
    json_object_set_new(object, "recording", item);
}

static void put_contents(json_t *object, const struct lw_lead *lead)
{
    put_text(object, "subject", lead->subject);
    put_text(object, "summary", lead->summary);
    put_text(object, "product", lead->product);
    put_text(object, "campaign", lead->campaign);
    put_text(object, "vendor_id", lead->vendor_id);
    put_text(object, "message_id", lead->message_id);
    put_texts(object, "references", lead->references, lead->reference_count);
    put_text(object, "call_id", lead->call_id);
    put_text(object, "called_number", lead->called_number);
    put_recording(object, &lead->recording);
    put_text(object, "follows", lead->follows);
    put_text(object, "trace_parent", lead->trace_parent);
    put_attachments(object, lead);
    if (lead->attribute_count > 0) {
        json_t *attributes = json_object();
        for (size_t i = 0; i < lead->attribute_count; i++)
            put_text(attributes, lead->attributes[i].name, lead->attributes[i].value);
        json_object_set_new(object, "attributes", attributes);
    }
    put_consents(object, lead);
    put_texts(object, "warnings", lead->warnings, lead->warning_count);
    put_text(object, "raw_ref", lead->raw_ref);
    if (lead->is_test)
        json_object_set_new(object, "is_test", json_true());
}

json_t *lead_json_write(const struct lw_lead *lead)
{
    json_t *object = json_object();
    put_text(object, "channel", lw_channel_name(lead->channel));
    put_text(object, "source", lead->source);
    put_person(object, lead);
    put_contents(object, lead);
    return object;
}
