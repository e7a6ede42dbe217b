/* SPDX-License-Identifier: Apache-2.0
 *
 * The same lead three ways: the public struct, the protobuf struct, the stored bytes.
 * Both structs only borrow each other's strings; lists are rebuilt in the arena.
 */
#include "wire.h"
#include "wire_pack.h"
#include "wire_unpack.h"

static bool lists_from_public(const struct lw_lead *lead, struct arena *arena, Leadwire__V1__Lead *out);
static bool people_lists_from_public(const struct lw_lead *lead, struct arena *arena, Leadwire__V1__Lead *out);
static bool recording_from_public(const struct lw_lead_recording *recording, struct arena *arena, Leadwire__V1__Recording **out);
static char **borrow_texts(const char *const *texts, size_t count, struct arena *arena);
static char *borrow(const char *text);

/* `count` protobuf structs of one type and the pointers to them: what a repeated field needs. */
#define NEW_LIST(arena, items, list, count) \
    (((items) = arena_calloc((arena), (count), sizeof *(items))) && \
     ((list) = arena_calloc((arena), (count), sizeof *(list))))

Leadwire__V1__Lead *wire_lead_from_public(const struct lw_lead *lead, struct arena *arena)
{
    Leadwire__V1__Lead *out = arena_alloc(arena, sizeof *out);

    if (!out)
        return NULL;
    leadwire__v1__lead__init(out);
    out->channel = (Leadwire__V1__Channel)lead->channel;
    out->source = borrow(lead->source);
    out->full_name = borrow(lead->full_name);
    out->given_name = borrow(lead->given_name);
    out->family_name = borrow(lead->family_name);
    out->company = borrow(lead->company);
    out->job_title = borrow(lead->job_title);
    out->country = borrow(lead->country);
    out->language = borrow(lead->language);
    out->city = borrow(lead->city);
    out->postal_code = borrow(lead->postal_code);
    out->region = borrow(lead->region);
    out->subject = borrow(lead->subject);
    out->summary = borrow(lead->summary);
    out->product = borrow(lead->product);
    out->campaign = borrow(lead->campaign);
    out->vendor_id = borrow(lead->vendor_id);
    out->message_id = borrow(lead->message_id);
    out->call_id = borrow(lead->call_id);
    out->called_number = borrow(lead->called_number);
    out->raw_ref = borrow(lead->raw_ref);
    out->is_test = lead->is_test != 0;
    out->follows = borrow(lead->follows);
    out->trace_parent = borrow(lead->trace_parent);
    if (!recording_from_public(&lead->recording, arena, &out->recording))
        return NULL;
    if (!people_lists_from_public(lead, arena, out) || !lists_from_public(lead, arena, out))
        return NULL;
    return out;
}

bool wire_lead_to_public(const Leadwire__V1__Lead *pb, struct arena *arena, struct lw_lead *out)
{
    struct lw_lead_phone *phones = arena_calloc(arena, pb->n_phones, sizeof *phones);
    struct lw_lead_email *emails = arena_calloc(arena, pb->n_emails, sizeof *emails);
    struct lw_lead_attribute *attributes = arena_calloc(arena, pb->n_attributes, sizeof *attributes);
    struct lw_lead_consent *consents = arena_calloc(arena, pb->n_consents, sizeof *consents);
    struct lw_lead_attachment *attachments = arena_calloc(arena, pb->n_attachments, sizeof *attachments);

    if (!phones || !emails || !attributes || !consents || !attachments)
        return false;
    for (size_t i = 0; i < pb->n_phones; i++)
        phones[i] = (struct lw_lead_phone){.e164 = pb->phones[i]->e164, .raw = pb->phones[i]->raw,
                                           .kind = pb->phones[i]->kind, .region = pb->phones[i]->region, .time_zone = pb->phones[i]->time_zone};
    for (size_t i = 0; i < pb->n_emails; i++)
        emails[i] = (struct lw_lead_email){.address = pb->emails[i]->address, .key = pb->emails[i]->key};
    for (size_t i = 0; i < pb->n_attributes; i++)
        attributes[i] = (struct lw_lead_attribute){.name = pb->attributes[i]->name, .value = pb->attributes[i]->value};
    for (size_t i = 0; i < pb->n_consents; i++)
        consents[i] = (struct lw_lead_consent){.purpose = pb->consents[i]->purpose, .granted = pb->consents[i]->granted,
                                               .given_unix_ms = pb->consents[i]->given_unix_ms, .text = pb->consents[i]->text};
    for (size_t i = 0; i < pb->n_attachments; i++)
        attachments[i] = (struct lw_lead_attachment){.file_name = pb->attachments[i]->file_name,
                                                     .media_type = pb->attachments[i]->media_type,
                                                     .size_bytes = pb->attachments[i]->size_bytes};
    *out = (struct lw_lead){
        .channel = (lw_channel)pb->channel, .source = pb->source,
        .full_name = pb->full_name, .given_name = pb->given_name, .family_name = pb->family_name,
        .company = pb->company, .job_title = pb->job_title,
        .phones = phones, .phone_count = pb->n_phones,
        .emails = emails, .email_count = pb->n_emails,
        .country = pb->country, .language = pb->language,
        .city = pb->city, .postal_code = pb->postal_code, .region = pb->region,
        .subject = pb->subject, .summary = pb->summary, .product = pb->product, .campaign = pb->campaign,
        .vendor_id = pb->vendor_id, .message_id = pb->message_id,
        .references = (const char *const *)pb->references, .reference_count = pb->n_references,
        .call_id = pb->call_id, .called_number = pb->called_number,
        .attributes = attributes, .attribute_count = pb->n_attributes,
        .consents = consents, .consent_count = pb->n_consents,
        .attachments = attachments, .attachment_count = pb->n_attachments,
        .warnings = (const char *const *)pb->warnings, .warning_count = pb->n_warnings,
        .raw_ref = pb->raw_ref, .is_test = pb->is_test, .follows = pb->follows, .trace_parent = pb->trace_parent,
        .recording = {.url = pb->recording ? pb->recording->url : protobuf_c_empty_string,
                      .duration_s = pb->recording ? pb->recording->duration_s : 0},
    };
    return true;
}

lw_status wire_lead_pack(const Leadwire__V1__Lead *lead, struct byte_buffer *out)
{
    size_t start = out->size;

    if (out->failed)
        return LW_NO_MEMORY;
    wire_pack(&lead->base, out);
    if (!out->failed && out->size - start <= WIRE_FRAME_SIZE_MAX)
        return LW_OK;
    byte_buffer_truncate(out, start);
    return protobuf_c_message_get_packed_size(&lead->base) > WIRE_FRAME_SIZE_MAX ? LW_TOO_LARGE : LW_NO_MEMORY;
}

lw_status wire_lead_unpack(const void *bytes, size_t size, struct arena *arena, Leadwire__V1__Lead **out,
                           const char **reason)
{
    ProtobufCMessage *message;

    *out = NULL;
    *reason = "";
    if (size > WIRE_FRAME_SIZE_MAX) {
        *reason = "the lead is too large";
        return LW_TOO_LARGE;
    }
    lw_status status = wire_unpack(bytes, size, wire_lead_rules, arena, &message, reason);
    if (status == LW_OK)
        *out = (Leadwire__V1__Lead *)message;
    return status;
}

static bool recording_from_public(const struct lw_lead_recording *recording, struct arena *arena, Leadwire__V1__Recording **out)
{
    if (!recording->url || !*recording->url)
        return true;
    Leadwire__V1__Recording *item = arena_alloc(arena, sizeof *item);
    if (!item)
        return false;
    leadwire__v1__recording__init(item);
    item->url = borrow(recording->url);
    item->duration_s = recording->duration_s;
    *out = item;
    return true;
}

static bool people_lists_from_public(const struct lw_lead *lead, struct arena *arena, Leadwire__V1__Lead *out)
{
    Leadwire__V1__Phone *phones;
    Leadwire__V1__Email *emails;
    Leadwire__V1__Consent *consents;

    if (!NEW_LIST(arena, phones, out->phones, lead->phone_count) ||
        !NEW_LIST(arena, emails, out->emails, lead->email_count) ||
        !NEW_LIST(arena, consents, out->consents, lead->consent_count))
        return false;
    out->n_phones = lead->phone_count;
    for (size_t i = 0; i < lead->phone_count; i++) {
        leadwire__v1__phone__init(out->phones[i] = &phones[i]);
        phones[i].e164 = borrow(lead->phones[i].e164);
        phones[i].raw = borrow(lead->phones[i].raw);
        phones[i].kind = borrow(lead->phones[i].kind);
        phones[i].region = borrow(lead->phones[i].region);
        phones[i].time_zone = borrow(lead->phones[i].time_zone);
    }
    out->n_emails = lead->email_count;
    for (size_t i = 0; i < lead->email_count; i++) {
        leadwire__v1__email__init(out->emails[i] = &emails[i]);
        emails[i].address = borrow(lead->emails[i].address);
        emails[i].key = borrow(lead->emails[i].key);
    }
    out->n_consents = lead->consent_count;
    for (size_t i = 0; i < lead->consent_count; i++) {
        leadwire__v1__consent__init(out->consents[i] = &consents[i]);
        consents[i].purpose = borrow(lead->consents[i].purpose);
        consents[i].granted = lead->consents[i].granted != 0;
        consents[i].given_unix_ms = lead->consents[i].given_unix_ms;
        consents[i].text = borrow(lead->consents[i].text);
    }
    return true;
}

static bool lists_from_public(const struct lw_lead *lead, struct arena *arena, Leadwire__V1__Lead *out)
{
    Leadwire__V1__Attribute *attributes;
    Leadwire__V1__Attachment *attachments;

    out->references = borrow_texts(lead->references, lead->reference_count, arena);
    out->warnings = borrow_texts(lead->warnings, lead->warning_count, arena);
    if (!out->references || !out->warnings ||
        !NEW_LIST(arena, attributes, out->attributes, lead->attribute_count) ||
        !NEW_LIST(arena, attachments, out->attachments, lead->attachment_count))
        return false;
    out->n_references = lead->reference_count;
    out->n_warnings = lead->warning_count;
    out->n_attributes = lead->attribute_count;
    for (size_t i = 0; i < lead->attribute_count; i++) {
        leadwire__v1__attribute__init(out->attributes[i] = &attributes[i]);
        attributes[i].name = borrow(lead->attributes[i].name);
        attributes[i].value = borrow(lead->attributes[i].value);
    }
    out->n_attachments = lead->attachment_count;
    for (size_t i = 0; i < lead->attachment_count; i++) {
        leadwire__v1__attachment__init(out->attachments[i] = &attachments[i]);
        attachments[i].file_name = borrow(lead->attachments[i].file_name);
        attachments[i].media_type = borrow(lead->attachments[i].media_type);
        attachments[i].size_bytes = lead->attachments[i].size_bytes;
    }
    return true;
}

static char **borrow_texts(const char *const *texts, size_t count, struct arena *arena)
{
    char **list = arena_calloc(arena, count, sizeof *list);

    for (size_t i = 0; list && i < count; i++)
        list[i] = borrow(texts[i]);
    return list;
}

/* protobuf-c's structs are not const-correct; nobody writes through these. */
static char *borrow(const char *text)
{
    return text ? (char *)text : (char *)protobuf_c_empty_string;
}
