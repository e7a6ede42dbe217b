/* SPDX-License-Identifier: Apache-2.0 */
#include "lead_builder.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "email_address.h"
#include "locale_code.h"
#include "person_name.h"
#include "phone_number.h"
#include "region_zone.h"
#include "text_clean.h"
#include "written_time.h"
#include "web_url.h"

/* Kept values and warnings, the copies that cleaning leaves behind, and what finish adds. */
enum { BUILDER_ARENA_CAP = 512 * 1024, BUILDER_ARENA_KEEP = 32 * 1024 };

struct field_rule {
    const char *name;
    size_t offset;
    enum text_shape shape;
    size_t size_max;
};

static const struct field_rule field_rules[LEAD_FIELD_COUNT] = {
#define X(name, member, shape, size_max) {#member, offsetof(struct lw_lead, member), shape, size_max},
    LEAD_FIELD_TABLE(X)
#undef X
};

static const char **field_of(struct lead_builder *builder, enum lead_field field);
static const char *keep(struct lead_builder *builder, const char *what, const char *bytes, size_t size,
                        enum text_shape shape, size_t size_max);
static bool has_digit(const char *text);
static void finish_name(struct lead_builder *builder);
static void finish_codes(struct lead_builder *builder);

const char *lead_field_name(enum lead_field field)
{
    assert(field < LEAD_FIELD_COUNT);
    return field_rules[field].name;
}

enum lead_field lead_field_find(const char *name)
{
    int field = 0;
    while (field < LEAD_FIELD_COUNT && strcmp(field_rules[field].name, name) != 0)
        field++;
    return (enum lead_field)field;
}

void lead_builder_init(struct lead_builder *builder, const struct lead_defaults *defaults)
{
    struct arena arena = builder->arena;
    if (arena.cap_bytes == 0)
        arena_init(&arena, BUILDER_ARENA_CAP);
    arena_reset(&arena, BUILDER_ARENA_KEEP);
    memset(builder, 0, sizeof *builder);
    builder->arena = arena;
    builder->defaults = *defaults;
    builder->lead = (struct lw_lead){
        .channel = defaults->channel,
        .source = defaults->source,
        .phones = builder->phones,
        .emails = builder->emails,
        .attributes = builder->attributes,
        .consents = builder->consents,
        .attachments = builder->attachments,
        .references = builder->references,
        .warnings = builder->warnings,
    };
}

void lead_builder_fini(struct lead_builder *builder)
{
    arena_fini(&builder->arena);
}

void lead_builder_set(struct lead_builder *builder, enum lead_field field, const char *bytes, size_t size)
{
    assert(field < LEAD_FIELD_COUNT);
    const struct field_rule *rule = &field_rules[field];
    const char **place = field_of(builder, field);
    if (!*place)
        *place = keep(builder, rule->name, bytes, size, rule->shape, rule->size_max);
}

void lead_builder_set_text(struct lead_builder *builder, enum lead_field field, const char *text)
{
    if (text)
        lead_builder_set(builder, field, text, strlen(text));
}

/* Adds one of several; false: it cannot be read. Without is_adding it is only tried. */
typedef bool part_taker(struct lead_builder *builder, const char *part, size_t size, bool is_adding);

/* What a person wrote into one field with marks between. All parts or none: what is no list stays whole. */
static bool take_parts(struct lead_builder *builder, const char *text, const char *marks, part_taker *take)
{
    for (int is_adding = 0; is_adding < 2; is_adding++) {
        size_t parts = 0;
        for (const char *at = text; *at;) {
            const size_t skipped = strspn(at, marks), blank = skipped + strspn(at + skipped, " "), size = strcspn(at + blank, marks);
            at += blank;
            if (size > 0 && !take(builder, at, size, is_adding))
                return false;
            parts += size > 0;
            at += size;
        }
        if (parts < 2)
            return false;
    }
    return true;
}

static bool take_phone(struct lead_builder *builder, const char *part, size_t size, bool is_adding)
{
    char text[LEAD_PHONE_RAW_MAX + 1];
    struct phone_number number;
    if (size >= sizeof text)
        return false;
    memcpy(text, part, size);
    text[size] = '\0';
    if (!phone_number_read(text, builder->defaults.region, &number) || !number.valid)
        return false;
    if (is_adding)
        lead_builder_add_phone(builder, part, size, NULL);
    return true;
}

static bool take_email(struct lead_builder *builder, const char *part, size_t size, bool is_adding)
{
    struct email_address email;
    if (!email_address_read(part, size, &email))
        return false;
    if (is_adding)
        lead_builder_add_email(builder, part, size);
    return true;
}

void lead_builder_add_phone(struct lead_builder *builder, const char *bytes, size_t size, const char *kind)
{
    const char *raw = keep(builder, "phone", bytes, size, TEXT_LINE, LEAD_PHONE_RAW_MAX);
    if (!raw)
        return;
    if (!has_digit(raw)) {
        lead_builder_add_attribute(builder, "phone", raw, strlen(raw));
        lead_builder_warn(builder, "the phone has no digits: kept as attribute");
        return;
    }

    struct phone_number number;
    bool read = phone_number_read(raw, builder->defaults.region, &number);
    if (!read && take_parts(builder, raw, "/;,|", take_phone))
        return;
    if (!read)
        lead_builder_warn(builder, "phone number could not be read: kept as written");
    else if (!number.valid)
        lead_builder_warn(builder, "phone number may not exist");

    struct lw_lead_phone phone = {
        .raw = raw,
        .e164 = read ? arena_strdup(&builder->arena, number.e164) : NULL,
        .kind = arena_strdup(&builder->arena, kind ? kind : number.kind[0] ? number.kind : NULL),
        .region = number.region[0] ? arena_strdup(&builder->arena, number.region) : NULL,
        .time_zone = *region_zone(number.region) ? region_zone(number.region) : NULL,
    };
    for (size_t i = 0; i < builder->lead.phone_count; i++) {
        const struct lw_lead_phone *have = &builder->phones[i];
        if (phone.e164 && have->e164 ? strcmp(have->e164, phone.e164) == 0 : strcmp(have->raw, raw) == 0)
            return;
    }
    if (builder->lead.phone_count == LW_LEAD_PHONES_MAX)
        lead_builder_warn(builder, "more than %d phone numbers", LW_LEAD_PHONES_MAX);
    else
        builder->phones[builder->lead.phone_count++] = phone;
}

void lead_builder_add_email(struct lead_builder *builder, const char *bytes, size_t size)
{
    const char *text = keep(builder, "email", bytes, size, TEXT_LINE, LW_LEAD_FIELD_MAX);
    if (!text)
        return;
    struct email_address email;
    if (take_parts(builder, text, ",;", take_email))
        return;   /* of "A <a@example.com>; B <b@example.com>" the first would be read */
    const bool read = email_address_read(text, strlen(text), &email);
    if (!read && take_parts(builder, text, ",; /", take_email))
        return;
    if (!read) {
        lead_builder_add_attribute(builder, "email", text, strlen(text));
        lead_builder_warn(builder, "email address could not be read: kept as attribute");
        return;
    }
    for (size_t i = 0; i < builder->lead.email_count; i++)
        if (strcmp(builder->emails[i].key, email.key) == 0)
            return;
    if (builder->lead.email_count == LW_LEAD_EMAILS_MAX) {
        lead_builder_warn(builder, "more than %d email addresses", LW_LEAD_EMAILS_MAX);
        return;
    }
    struct lw_lead_email kept = {arena_strdup(&builder->arena, email.address), arena_strdup(&builder->arena, email.key)};
    if (kept.address && kept.key)
        builder->emails[builder->lead.email_count++] = kept;
}

void lead_builder_add_attribute(struct lead_builder *builder, const char *name, const char *bytes, size_t size)
{
    if (builder->lead.attribute_count == LW_LEAD_ATTRIBUTES_MAX) {
        lead_builder_warn(builder, "more than %d further fields", LW_LEAD_ATTRIBUTES_MAX);
        return;
    }
    struct lw_lead_attribute attribute = {
        .value = keep(builder, "a further field", bytes, size, TEXT_BLOCK, LW_LEAD_ATTRIBUTE_VALUE_MAX),
    };
    if (attribute.value)
        attribute.name = keep(builder, "a further field's name", name, strlen(name), TEXT_LINE, LW_NAME_MAX);
    if (attribute.name)
        builder->attributes[builder->lead.attribute_count++] = attribute;
}

void lead_builder_add_consent(struct lead_builder *builder, const char *purpose, bool granted,
                              int64_t given_unix_ms, const char *text)
{
    if (builder->lead.consent_count == LW_LEAD_CONSENTS_MAX) {
        lead_builder_warn(builder, "more than %d consents", LW_LEAD_CONSENTS_MAX);
        return;
    }
    struct lw_lead_consent consent = {
        .purpose = keep(builder, "a consent", purpose, strlen(purpose), TEXT_LINE, LW_NAME_MAX),
        .granted = granted,
        .given_unix_ms = given_unix_ms,
        .text = text ? keep(builder, "a consent's text", text, strlen(text), TEXT_BLOCK, LW_LEAD_ATTRIBUTE_VALUE_MAX) : NULL,
    };
    if (consent.purpose)
        builder->consents[builder->lead.consent_count++] = consent;
}

static struct lw_lead_consent *find_consent(struct lead_builder *builder, const char *purpose)
{
    for (size_t i = 0; i < builder->lead.consent_count; i++)
        if (strcmp(builder->consents[i].purpose, purpose) == 0)
            return &builder->consents[i];
    return NULL;
}

bool lead_builder_set_consent_text(struct lead_builder *builder, const char *purpose, const char *bytes, size_t size)
{
    struct lw_lead_consent *consent = find_consent(builder, purpose);
    if (consent && !consent->text)
        consent->text = keep(builder, "a consent's text", bytes, size, TEXT_BLOCK, LW_LEAD_ATTRIBUTE_VALUE_MAX);
    return consent != NULL;
}

bool lead_builder_set_consent_time(struct lead_builder *builder, const char *purpose, const char *written)
{
    struct lw_lead_consent *consent = find_consent(builder, purpose);
    if (consent && !written_time_read(written, &consent->given_unix_ms))
        lead_builder_warn(builder, "the time of the consent '%.64s' could not be read", purpose);
    return consent != NULL;
}

void lead_builder_add_attachment(struct lead_builder *builder, const char *file_name, const char *media_type,
                                 uint64_t size_bytes)
{
    if (builder->lead.attachment_count == LW_LEAD_ATTACHMENTS_MAX) {
        lead_builder_warn(builder, "more than %d attachments", LW_LEAD_ATTACHMENTS_MAX);
        return;
    }
    builder->attachments[builder->lead.attachment_count++] = (struct lw_lead_attachment){
        .file_name = file_name ? keep(builder, "an attachment's name", file_name, strlen(file_name), TEXT_LINE, LW_LEAD_FIELD_MAX) : NULL,
        .media_type = media_type ? keep(builder, "an attachment's type", media_type, strlen(media_type), TEXT_LINE, LW_NAME_MAX) : NULL,
        .size_bytes = size_bytes,
    };
}

bool lead_builder_set_recording(struct lead_builder *builder, const char *url, uint32_t duration_s)
{
    if (!url || strlen(url) > LW_LEAD_URL_MAX || !web_url_is_valid(url))
        return false;
    builder->lead.recording.url = keep(builder, "the recording's address", url, strlen(url), TEXT_LINE, LW_LEAD_URL_MAX);
    builder->lead.recording.duration_s = duration_s;
    return builder->lead.recording.url != NULL;
}

void lead_builder_set_follows(struct lead_builder *builder, const char *idempotency_id)
{
    builder->lead.follows = arena_strdup(&builder->arena, idempotency_id);
}

void lead_builder_add_reference(struct lead_builder *builder, const char *message_id)
{
    size_t size = strlen(message_id);
    if (size > 1 && message_id[0] == '<' && message_id[size - 1] == '>') {
        message_id++;
        size -= 2;
    }
    if (builder->lead.reference_count == LW_LEAD_REFERENCES_MAX)
        return;   /* a long thread: the first ones are enough to find the lead */
    const char *kept = keep(builder, "a reference", message_id, size, TEXT_LINE, LW_LEAD_FIELD_MAX);
    if (kept)
        builder->references[builder->lead.reference_count++] = kept;
}

void lead_builder_warn(struct lead_builder *builder, const char *format, ...)
{
    char text[LEAD_WARNING_MAX + 1];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);

    for (size_t i = 0; i < builder->lead.warning_count; i++)
        if (strcmp(builder->warnings[i], text) == 0)
            return;
    if (builder->lead.warning_count == LW_LEAD_WARNINGS_MAX)
        return;
    const char *kept = text_clean(&builder->arena, text, strlen(text), TEXT_LINE, LEAD_WARNING_MAX, NULL);
    if (kept && *kept)
        builder->warnings[builder->lead.warning_count++] = kept;
}

void lead_builder_set_test(struct lead_builder *builder, bool is_test)
{
    builder->lead.is_test = is_test;
}

lw_status lead_builder_finish(struct lead_builder *builder, const struct lw_lead **lead_out, const char **reason_out)
{
    *lead_out = NULL;
    *reason_out = "";
    const struct lw_lead *lead = &builder->lead;
    if (lead->phone_count == 0 && lead->email_count == 0 && !lead->call_id) {
        *reason_out = "neither phone nor email nor a way back";
        return LW_INVALID;
    }
    finish_name(builder);
    finish_codes(builder);
    *lead_out = lead;
    return LW_OK;
}

static const char **field_of(struct lead_builder *builder, enum lead_field field)
{
    return (const char **)(void *)((char *)&builder->lead + field_rules[field].offset);
}

/* A clean copy within the lead's budget; NULL when nothing is left of it. */
static const char *keep(struct lead_builder *builder, const char *what, const char *bytes, size_t size,
                        enum text_shape shape, size_t size_max)
{
    bool cut = false;
    const char *text = bytes ? text_clean(&builder->arena, bytes, size, shape, size_max, &cut) : NULL;
    if (bytes && (!text || builder->used_bytes + strlen(text) > LEAD_BUILDER_SIZE_MAX)) {
        if (!builder->full_warned)
            lead_builder_warn(builder, "the contact is too large: some of it was left out");
        builder->full_warned = true;
        return NULL;
    }
    if (!text || !*text)
        return NULL;
    if (cut)
        lead_builder_warn(builder, "%s was cut to %zu bytes", what, size_max);
    builder->used_bytes += strlen(text);
    return text;
}

static bool has_digit(const char *text)
{
    return strpbrk(text, "0123456789\xD9\xDB\xE0\xEF") != NULL;   /* or lead bytes of other scripts' digits */
}

static void finish_name(struct lead_builder *builder)
{
    struct lw_lead *lead = &builder->lead;
    if (lead->full_name && !lead->given_name && !lead->family_name)
        person_name_split(&builder->arena, lead->full_name, &lead->given_name, &lead->family_name);
    else if (!lead->full_name && lead->given_name && lead->family_name)
        lead->full_name = arena_printf(&builder->arena, "%s %s", lead->given_name, lead->family_name);
    else if (!lead->full_name)
        lead->full_name = lead->given_name ? lead->given_name : lead->family_name;

    if (lead->full_name && strlen(lead->full_name) > LW_LEAD_FIELD_MAX)
        lead->full_name = text_clean(&builder->arena, lead->full_name, strlen(lead->full_name), TEXT_LINE, LW_LEAD_FIELD_MAX, NULL);
}

/* Country: declared, else the first phone's. Language: declared, else the source's, else the country's. */
static void finish_codes(struct lead_builder *builder)
{
    struct lw_lead *lead = &builder->lead;
    struct country_code country;
    struct language_code language;

    if (lead->country && country_code_read(lead->country, &country))
        lead->country = arena_strdup(&builder->arena, country.text);
    else if (lead->country) {
        lead_builder_add_attribute(builder, "country", lead->country, strlen(lead->country));
        lead_builder_warn(builder, "country is not known: kept as attribute");
        lead->country = NULL;
    }
    for (size_t i = 0; i < lead->phone_count && !lead->country; i++)
        lead->country = lead->phones[i].region;

    if (lead->language && language_code_read(lead->language, &language))
        lead->language = arena_strdup(&builder->arena, language.text);
    else if (lead->language) {
        lead_builder_add_attribute(builder, "language", lead->language, strlen(lead->language));
        lead_builder_warn(builder, "language is not known: kept as attribute");
        lead->language = NULL;
    }
    if (!lead->language && builder->defaults.language && *builder->defaults.language)
        lead->language = builder->defaults.language;
    if (!lead->language && lead->country && language_code_of_country(lead->country, &language))
        lead->language = arena_strdup(&builder->arena, language.text);
}
