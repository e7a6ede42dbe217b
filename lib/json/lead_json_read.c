/* SPDX-License-Identifier: Apache-2.0 */
#include "lead_json_read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "yaml_doc.h"

enum { FILE_SIZE_MAX = 16 * 1024 * 1024, ARENA_CAP = 64 * 1024 * 1024 };

struct lead_json {
    json_t *root;
    struct arena arena;
    struct lw_lead *leads;
    size_t count;
};

struct place { struct lead_json *leads; char *error; size_t error_size; size_t number; };

#define TEXT_FIELD(name) {#name, offsetof(struct lw_lead, name)}
static const struct { const char *name; size_t offset; } text_fields[] = {
    TEXT_FIELD(source), TEXT_FIELD(full_name), TEXT_FIELD(given_name), TEXT_FIELD(family_name), TEXT_FIELD(company),
    TEXT_FIELD(job_title), TEXT_FIELD(country), TEXT_FIELD(language), TEXT_FIELD(city), TEXT_FIELD(postal_code),
    TEXT_FIELD(region), TEXT_FIELD(subject), TEXT_FIELD(summary), TEXT_FIELD(product), TEXT_FIELD(campaign),
    TEXT_FIELD(vendor_id), TEXT_FIELD(message_id), TEXT_FIELD(call_id), TEXT_FIELD(called_number), TEXT_FIELD(raw_ref), TEXT_FIELD(follows), TEXT_FIELD(trace_parent),
};
enum { TEXT_FIELD_COUNT = sizeof text_fields / sizeof text_fields[0] };
static const char *const known_keys[] = {
    "channel", "phones", "emails", "attributes", "is_test", "references", "attachments", "consents", "warnings", "source", "full_name", "given_name", "family_name", "company",
    "job_title", "country", "language", "city", "postal_code", "region", "subject", "summary", "product", "campaign",
    "vendor_id", "message_id", "call_id", "called_number", "raw_ref", "recording", "follows", "trace_parent", NULL,
};

lw_channel lead_channel_parse(const char *name)
{
    for (int i = 1; i < LW_CHANNEL_COUNT; i++) {
        if (strcmp(lw_channel_name((lw_channel)i), name) == 0)
            return (lw_channel)i;
    }
    return LW_CHANNEL_NONE;
}

static bool wrong(struct place *place, const char *key, const char *what)
{
    snprintf(place->error, place->error_size, "lead %zu: '%.64s' %s", place->number, key, what);
    return false;
}

/* Absent when there is none, or it is no text. */
static const char *text_in(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

static bool read_phones(struct place *place, const json_t *list, struct lw_lead *lead)
{
    const size_t count = json_array_size(list);
    struct lw_lead_phone *phones = arena_calloc(&place->leads->arena, count + 1, sizeof *phones);
    if (!json_is_array(list) || phones == NULL)
        return wrong(place, "phones", "must be a list of numbers as text");
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(list, i);
        const char *text = json_string_value(item);
        if (json_is_object(item))
            phones[i] = (struct lw_lead_phone){text_in(item, "e164"), text_in(item, "raw"), text_in(item, "kind"), text_in(item, "region"),
                                               text_in(item, "time_zone")};
        else if (text != NULL)
            phones[i] = (struct lw_lead_phone){.raw = text, .e164 = text[0] == '+' ? text : ""};
        else
            return wrong(place, "phones", "must be a list of numbers as text");
    }
    lead->phones = phones;
    lead->phone_count = count;
    return true;
}

static bool read_emails(struct place *place, const json_t *list, struct lw_lead *lead)
{
    const size_t count = json_array_size(list);
    struct lw_lead_email *emails = arena_calloc(&place->leads->arena, count + 1, sizeof *emails);
    if (!json_is_array(list) || emails == NULL)
        return wrong(place, "emails", "must be a list of addresses");
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(list, i);
        const char *text = json_string_value(item);
        if (json_is_object(item))
            emails[i] = (struct lw_lead_email){text_in(item, "address"), text_in(item, "key")};
        else if (text != NULL)
            emails[i] = (struct lw_lead_email){text, text};
        else
            return wrong(place, "emails", "must be a list of addresses");
    }
    lead->emails = emails;
    lead->email_count = count;
    return true;
}

static bool read_texts(struct place *place, const char *key, const json_t *list, const char *const **out, size_t *count_out)
{
    const size_t count = json_array_size(list);
    const char **texts = arena_calloc(&place->leads->arena, count + 1, sizeof *texts);
    if (!json_is_array(list) || texts == NULL)
        return wrong(place, key, "must be a list of texts");
    for (size_t i = 0; i < count; i++) {
        texts[i] = json_string_value(json_array_get(list, i));
        if (texts[i] == NULL)
            return wrong(place, key, "must be a list of texts");
    }
    *out = texts;
    *count_out = count;
    return true;
}

static bool read_attachments(struct place *place, const json_t *list, struct lw_lead *lead)
{
    const size_t count = json_array_size(list);
    struct lw_lead_attachment *attachments = arena_calloc(&place->leads->arena, count + 1, sizeof *attachments);
    if (!json_is_array(list) || attachments == NULL)
        return wrong(place, "attachments", "must be a list of objects");
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(list, i);
        const json_int_t size = json_integer_value(json_object_get(item, "size_bytes"));
        attachments[i] = (struct lw_lead_attachment){text_in(item, "file_name"), text_in(item, "media_type"), size > 0 ? (uint64_t)size : 0};
    }
    lead->attachments = attachments;
    lead->attachment_count = count;
    return true;
}

static bool read_consents(struct place *place, const json_t *list, struct lw_lead *lead)
{
    const size_t count = json_array_size(list);
    struct lw_lead_consent *consents = arena_calloc(&place->leads->arena, count + 1, sizeof *consents);
    if (!json_is_array(list) || consents == NULL)
        return wrong(place, "consents", "must be a list of objects");
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(list, i);
        if (text_in(item, "purpose")[0] == '\0')
            return wrong(place, "consents", "need a purpose each");
        consents[i] = (struct lw_lead_consent){text_in(item, "purpose"), json_is_true(json_object_get(item, "granted")),
                                               json_integer_value(json_object_get(item, "given_unix_ms")), text_in(item, "text")};
    }
    lead->consents = consents;
    lead->consent_count = count;
    return true;
}

static bool read_recording(struct place *place, const json_t *object, struct lw_lead *lead)
{
    const json_int_t seconds = json_integer_value(json_object_get(object, "duration_s"));
    if (text_in(object, "url")[0] == '\0' || seconds < 0 || seconds > UINT32_MAX)
        return wrong(place, "recording", "must be an object with a url, and duration_s if known");
    lead->recording = (struct lw_lead_recording){text_in(object, "url"), (uint32_t)seconds};
    return true;
}

static bool read_attributes(struct place *place, json_t *map, struct lw_lead *lead)
{
    struct lw_lead_attribute *attributes = arena_calloc(&place->leads->arena, json_object_size(map) + 1, sizeof *attributes);
    if (!json_is_object(map) || attributes == NULL)
        return wrong(place, "attributes", "must be an object of texts");
    size_t count = 0;
    const char *name;
    json_t *value;
    json_object_foreach(map, name, value) {
        if (!json_is_string(value))
            return wrong(place, name, "must be text, in quotes");
        attributes[count++] = (struct lw_lead_attribute){name, json_string_value(value)};
    }
    lead->attributes = attributes;
    lead->attribute_count = count;
    return true;
}

static bool read_field(struct place *place, const char *key, json_t *value, struct lw_lead *lead)
{
    if (strcmp(key, "phones") == 0)
        return read_phones(place, value, lead);
    if (strcmp(key, "emails") == 0)
        return read_emails(place, value, lead);
    if (strcmp(key, "attributes") == 0)
        return read_attributes(place, value, lead);
    if (strcmp(key, "references") == 0)
        return read_texts(place, key, value, &lead->references, &lead->reference_count);
    if (strcmp(key, "warnings") == 0)
        return read_texts(place, key, value, &lead->warnings, &lead->warning_count);
    if (strcmp(key, "attachments") == 0)
        return read_attachments(place, value, lead);
    if (strcmp(key, "recording") == 0)
        return read_recording(place, value, lead);
    if (strcmp(key, "consents") == 0)
        return read_consents(place, value, lead);
    if (strcmp(key, "is_test") == 0) {
        lead->is_test = json_is_true(value);
        return json_is_boolean(value) || wrong(place, key, "must be true or false");
    }
    if (strcmp(key, "channel") == 0) {
        lead->channel = json_is_string(value) ? lead_channel_parse(json_string_value(value)) : LW_CHANNEL_NONE;
        return lead->channel != LW_CHANNEL_NONE || wrong(place, key, "must be phone, web, email, chat or import");
    }
    for (size_t i = 0; i < TEXT_FIELD_COUNT; i++) {
        if (strcmp(text_fields[i].name, key) != 0)
            continue;
        if (!json_is_string(value))
            return wrong(place, key, "must be text, in quotes");
        *(const char **)(void *)((char *)lead + text_fields[i].offset) = json_string_value(value);
        return true;
    }
    const char *nearest = yaml_nearest(key, known_keys);
    char what[128];
    snprintf(what, sizeof what, "is not a field of a lead%s%s%s", nearest != NULL ? "; did you mean '" : "",
             nearest != NULL ? nearest : "; what a form calls so goes to \"attributes\"", nearest != NULL ? "'?" : "");
    return wrong(place, key, what);
}

static bool read_lead(struct place *place, json_t *object, struct lw_lead *lead)
{
    if (!json_is_object(object)) {
        snprintf(place->error, place->error_size, "lead %zu must be an object", place->number);
        return false;
    }
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) {
        if (!read_field(place, key, value, lead))
            return false;
    }
    if (lead->channel == LW_CHANNEL_NONE)
        return wrong(place, "channel", "is missing");
    if (lead->source == NULL)
        return wrong(place, "source", "is missing");
    return true;
}

static bool read_root(struct lead_json *leads, char *error, size_t error_size)
{
    const bool is_list = json_is_array(leads->root);
    leads->count = is_list ? json_array_size(leads->root) : 1;
    leads->leads = arena_calloc(&leads->arena, leads->count, sizeof *leads->leads);
    if (leads->count == 0 || leads->leads == NULL) {
        snprintf(error, error_size, "there is no lead in it");
        return false;
    }
    for (size_t i = 0; i < leads->count; i++) {
        struct place place = {leads, error, error_size, i + 1};
        if (!read_lead(&place, is_list ? json_array_get(leads->root, i) : leads->root, &leads->leads[i]))
            return false;
    }
    return true;
}

/* Bounded; jansson's own file reader is not. NULL with the words in error. */
static json_t *load(const char *path, char *error, size_t error_size)
{
    const bool is_stdin = strcmp(path, "-") == 0;
    FILE *file = is_stdin ? stdin : fopen(path, "rb");
    char *text = file != NULL ? malloc(FILE_SIZE_MAX + 1) : NULL;
    json_t *root = NULL;
    if (text == NULL) {
        snprintf(error, error_size, "%s", strerror(errno));
    } else {
        const size_t size = fread(text, 1, FILE_SIZE_MAX + 1, file);
        json_error_t json_error;
        if (size > FILE_SIZE_MAX) {
            snprintf(error, error_size, "larger than 16 MiB");
        } else {
            root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &json_error);
            if (root == NULL)
                snprintf(error, error_size, "line %d: not JSON", json_error.line);
        }
    }
    free(text);
    if (file != NULL && !is_stdin)
        fclose(file);
    return root;
}

/* Takes root over. */
static struct lead_json *make(json_t *root, char *error, size_t error_size)
{
    struct lead_json *leads = root != NULL ? calloc(1, sizeof *leads) : NULL;
    if (leads == NULL) {
        json_decref(root);
        return NULL;
    }
    arena_init(&leads->arena, ARENA_CAP);
    leads->root = root;
    if (!read_root(leads, error, error_size))
        lead_json_close(&leads);
    return leads;
}

struct lead_json *lead_json_open(const char *path, char *error, size_t error_size)
{
    return make(load(path, error, error_size), error, error_size);
}

struct lead_json *lead_json_from_value(json_t *value, char *error, size_t error_size)
{
    return make(json_incref(value), error, error_size);
}

void lead_json_close(struct lead_json **leads)
{
    if (*leads == NULL)
        return;
    json_decref((*leads)->root);
    arena_fini(&(*leads)->arena);
    free(*leads);
    *leads = NULL;
}

size_t lead_json_count(const struct lead_json *leads)
{
    return leads->count;
}

const struct lw_lead *lead_json_at(const struct lead_json *leads, size_t index)
{
    return &leads->leads[index];
}
