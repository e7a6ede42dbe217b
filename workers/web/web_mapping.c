/* SPDX-License-Identifier: Apache-2.0 */
#include "web_mapping.h"

#include <string.h>

#include "text_clean.h"

enum { PLAIN_NAME_MAX = 64 };

/* Usual names, reduced to lower-case letters and digits, with a leading "your" cut. */
static const struct { const char *name, *target; } usual_names[] = {
    {"name", "full_name"}, {"fullname", "full_name"}, {"contactname", "full_name"}, {"nomecognome", "full_name"},
    {"firstname", "given_name"}, {"fname", "given_name"}, {"givenname", "given_name"}, {"nome", "given_name"},
    {"vorname", "given_name"}, {"prenom", "given_name"}, {"nombre", "given_name"},
    {"lastname", "family_name"}, {"lname", "family_name"}, {"surname", "family_name"}, {"familyname", "family_name"},
    {"cognome", "family_name"}, {"nachname", "family_name"},
    {"email", "email"}, {"emailaddress", "email"}, {"mail", "email"}, {"workemail", "email"},
    {"phone", "phone"}, {"phonenumber", "phone"}, {"tel", "phone"}, {"telephone", "phone"}, {"mobile", "phone"},
    {"mobilephone", "phone"}, {"cell", "phone"}, {"cellphone", "phone"}, {"workphone", "phone"}, {"telefono", "phone"},
    {"telefon", "phone"}, {"cellulare", "phone"}, {"handy", "phone"}, {"telefonnummer", "phone"},
    {"message", "summary"}, {"comment", "summary"}, {"comments", "summary"}, {"description", "summary"},
    {"enquiry", "summary"}, {"inquiry", "summary"}, {"messaggio", "summary"}, {"nachricht", "summary"}, {"summary", "summary"},
    {"subject", "subject"}, {"oggetto", "subject"}, {"betreff", "subject"},
    {"company", "company"}, {"companyname", "company"}, {"organization", "company"}, {"organisation", "company"},
    {"azienda", "company"}, {"firma", "company"},
    {"jobtitle", "job_title"}, {"city", "city"}, {"citta", "city"}, {"stadt", "city"},
    {"postalcode", "postal_code"}, {"postcode", "postal_code"}, {"zip", "postal_code"}, {"zipcode", "postal_code"},
    {"cap", "postal_code"}, {"plz", "postal_code"}, {"state", "region"}, {"province", "region"}, {"region", "region"},
    {"country", "country"}, {"countrycode", "country"}, {"language", "language"}, {"lang", "language"}, {"locale", "language"},
    {"product", "product"}, {"prodotto", "product"}, {"produkt", "product"},
    {"campaign", "campaign"}, {"utmcampaign", "campaign"},
};

/* Objects in which senders wrap the fields of a person. */
static const char *const wrappers[] = {"contact.", "lead.", "data.", "fields.", "form.", "person.", "customer.", "submission."};

static void apply_entry(const struct web_map_entry *entry, struct input_fields *fields, struct lead_builder *builder);
static void give(const struct web_target *target, const struct input_field *field, struct lead_builder *builder);
static bool usual_target(const char *path, struct web_target *out);
static bool ignored(const struct web_mapping *mapping, const char *path);

bool web_target_parse(const char *text, struct web_target *out)
{
    *out = (struct web_target){.kind = WEB_TARGET_FIELD, .field = lead_field_find(text)};
    if (out->field != LEAD_FIELD_COUNT)
        return out->field != LEAD_FIELD_RAW_REF;   /* ours to say */
    if (strcmp(text, "phone") == 0)
        out->kind = WEB_TARGET_PHONE;
    else if (strcmp(text, "email") == 0)
        out->kind = WEB_TARGET_EMAIL;
    else if (strcmp(text, "is_test") == 0)
        out->kind = WEB_TARGET_TEST;
    else if (strncmp(text, "attribute.", 10) == 0 && text[10])
        *out = (struct web_target){.kind = WEB_TARGET_ATTRIBUTE, .name = text + 10};
    else if (strncmp(text, "consent.", 8) == 0 && text[8])
        *out = (struct web_target){.kind = WEB_TARGET_CONSENT, .name = text + 8};
    else
        return false;
    return true;
}

void web_mapping_apply(const struct web_mapping *mapping, struct input_fields *fields, struct lead_builder *builder)
{
    for (size_t i = 0; i < mapping->entry_count; i++)
        apply_entry(&mapping->entries[i], fields, builder);

    struct web_target target;
    for (size_t i = 0; i < fields->count; i++) {
        struct input_field *field = &fields->items[i];
        if (!field->used && ignored(mapping, field->path))
            field->used = true;
        if (!field->used && (usual_target(field->path, &target) || (field->pair_name && usual_target(field->pair_name, &target)))) {
            give(&target, field, builder);
            field->used = true;
        }
    }
    for (size_t i = 0; i < fields->count; i++) {
        struct input_field *field = &fields->items[i];
        if (!field->used)
            lead_builder_add_attribute(builder, field->path, field->value, field->size);
    }
    for (size_t i = 0; i < fields->file_count; i++)
        lead_builder_add_attachment(builder, fields->files[i].file_name, fields->files[i].media_type, fields->files[i].size);
    if (fields->cut)
        lead_builder_warn(builder, "more than %d fields, or too deeply nested: some were left out", INPUT_FIELDS_MAX);
}

bool web_text_is_yes(const char *text)
{
    static const char *const words[] = {"1", "true", "yes", "y", "on", "t", "si", "s\xC3\xAC", "ja", "oui", "x", "checked", "accepted", "granted"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_equal_nocase(text, words[i]))
            return true;
    return false;
}

/* A form may have the field more than once: phones and emails take each, others what comes first. */
static void apply_entry(const struct web_map_entry *entry, struct input_fields *fields, struct lead_builder *builder)
{
    struct input_search search = input_fields_search(fields, entry->path);
    for (struct input_field *field; (field = input_search_next(fields, &search));) {
        give(&entry->target, field, builder);
        field->used = true;
    }
}

static void give(const struct web_target *target, const struct input_field *field, struct lead_builder *builder)
{
    switch (target->kind) {
    case WEB_TARGET_FIELD:
        lead_builder_set(builder, target->field, field->value, field->size);
        break;
    case WEB_TARGET_PHONE:
        lead_builder_add_phone(builder, field->value, field->size, NULL);
        break;
    case WEB_TARGET_EMAIL:
        lead_builder_add_email(builder, field->value, field->size);
        break;
    case WEB_TARGET_ATTRIBUTE:
        lead_builder_add_attribute(builder, target->name, field->value, field->size);
        break;
    case WEB_TARGET_CONSENT:
        lead_builder_add_consent(builder, target->name, web_text_is_yes(field->value), 0, NULL);
        break;
    case WEB_TARGET_TEST:
        lead_builder_set_test(builder, web_text_is_yes(field->value));
        break;
    }
}

static bool usual_target(const char *path, struct web_target *out)
{
    for (size_t i = 0; i < sizeof wrappers / sizeof *wrappers; i++) {
        if (strncmp(path, wrappers[i], strlen(wrappers[i])) == 0) {
            path += strlen(wrappers[i]);
            break;
        }
    }
    if (strpbrk(path, ".["))
        return false;

    char plain[PLAIN_NAME_MAX];
    size_t used = 0;
    for (; *path && used + 1 < sizeof plain; path++) {
        char c = *path >= 'A' && *path <= 'Z' ? (char)(*path - 'A' + 'a') : *path;
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            plain[used++] = c;
    }
    plain[used] = '\0';
    const char *name = strncmp(plain, "your", 4) == 0 ? plain + 4 : plain;
    for (size_t i = 0; i < sizeof usual_names / sizeof *usual_names; i++)
        if (strcmp(usual_names[i].name, name) == 0)
            return web_target_parse(usual_names[i].target, out);
    return false;
}

static bool ignored(const struct web_mapping *mapping, const char *path)
{
    for (size_t i = 0; i < mapping->ignored_count; i++) {
        size_t size = strlen(mapping->ignored[i]);
        if (strncmp(mapping->ignored[i], path, size) == 0 && (!path[size] || path[size] == '.' || path[size] == '['))
            return true;
    }
    return false;
}
