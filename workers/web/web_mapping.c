/* SPDX-License-Identifier: Apache-2.0 */
#include "web_mapping.h"

#include <string.h>

#include "input_group.h"
#include "json_path.h"
#include "text_clean.h"

enum { PLAIN_NAME_MAX = 64, USUAL_NAME_SIZE = 24, JOINED_SIZE_MAX = 64 * 1024 };

/* Usual names, reduced to lower-case ASCII letters and digits ("tel\xC3\xA9fono" is telfono), with a leading "your" cut. Each stands in the table itself: the table is gone through
 * for every field that no map names. */
static const struct { char name[USUAL_NAME_SIZE]; const char *target; } usual_names[] = {
    {"name", "full_name"}, {"fullname", "full_name"}, {"contactname", "full_name"}, {"nomecognome", "full_name"},
    {"firstname", "given_name"}, {"fname", "given_name"}, {"givenname", "given_name"}, {"nome", "given_name"},
    {"vorname", "given_name"}, {"prenom", "given_name"}, {"prnom", "given_name"}, {"nombre", "given_name"},
    {"nomecompleto", "full_name"}, {"nominativo", "full_name"}, {"nomcomplet", "full_name"}, {"nombrecompleto", "full_name"},
    {"lastname", "family_name"}, {"lname", "family_name"}, {"surname", "family_name"}, {"familyname", "family_name"},
    {"cognome", "family_name"}, {"nachname", "family_name"}, {"nom", "family_name"}, {"apellido", "family_name"}, {"apellidos", "family_name"},
    {"email", "email"}, {"emailaddress", "email"}, {"mail", "email"}, {"workemail", "email"},
    {"businessemail", "email"}, {"emailid", "email"}, {"indirizzoemail", "email"}, {"emailadresse", "email"}, {"mailadresse", "email"},
    {"adresseemail", "email"}, {"courriel", "email"}, {"correo", "email"}, {"correoelectronico", "email"}, {"correoelectrnico", "email"},
    {"phone", "phone"}, {"phonenumber", "phone"}, {"tel", "phone"}, {"telephone", "phone"}, {"mobile", "phone"},
    {"mobilephone", "phone"}, {"cell", "phone"}, {"cellphone", "phone"}, {"workphone", "phone"}, {"telefono", "phone"},
    {"telefon", "phone"}, {"cellulare", "phone"}, {"handy", "phone"}, {"telefonnummer", "phone"},
    {"phoneno", "phone"}, {"telephonenumber", "phone"}, {"mobilenumber", "phone"}, {"mobileno", "phone"}, {"contactnumber", "phone"},
    {"contactphone", "phone"}, {"businessphone", "phone"}, {"homephone", "phone"}, {"whatsapp", "phone"}, {"numeroditelefono", "phone"},
    {"numerotelefono", "phone"}, {"recapitotelefonico", "phone"}, {"rufnummer", "phone"}, {"handynummer", "phone"}, {"mobil", "phone"},
    {"tlphone", "phone"}, {"portable", "phone"}, {"telfono", "phone"}, {"movil", "phone"}, {"mvil", "phone"},
    {"message", "summary"}, {"comment", "summary"}, {"comments", "summary"}, {"description", "summary"},
    {"enquiry", "summary"}, {"inquiry", "summary"}, {"messaggio", "summary"}, {"nachricht", "summary"}, {"summary", "summary"},
    {"messagebody", "summary"}, {"richiesta", "summary"}, {"anfrage", "summary"}, {"demande", "summary"}, {"mensaje", "summary"}, {"consulta", "summary"},
    {"subject", "subject"}, {"oggetto", "subject"}, {"betreff", "subject"},
    {"company", "company"}, {"companyname", "company"}, {"organization", "company"}, {"organisation", "company"},
    {"azienda", "company"}, {"firma", "company"}, {"businessname", "company"}, {"ragionesociale", "company"}, {"unternehmen", "company"},
    {"entreprise", "company"}, {"empresa", "company"},
    {"jobtitle", "job_title"}, {"city", "city"}, {"citta", "city"}, {"citt", "city"}, {"stadt", "city"}, {"ville", "city"}, {"ciudad", "city"},
    {"postalcode", "postal_code"}, {"postcode", "postal_code"}, {"zip", "postal_code"}, {"zipcode", "postal_code"},
    {"cap", "postal_code"}, {"plz", "postal_code"}, {"codepostal", "postal_code"}, {"codigopostal", "postal_code"}, {"state", "region"}, {"province", "region"}, {"region", "region"},
    {"country", "country"}, {"countrycode", "country"}, {"language", "language"}, {"lang", "language"}, {"locale", "language"},
    {"product", "product"}, {"prodotto", "product"}, {"produkt", "product"},
    {"campaign", "campaign"}, {"utmcampaign", "campaign"},
    {"utmsource", "attribute.utm_source"}, {"utmmedium", "attribute.utm_medium"}, {"utmterm", "attribute.utm_term"},
    {"utmcontent", "attribute.utm_content"}, {"gclid", "attribute.gclid"},   /* and Google's gcl_id */
    {"consent", "consent.contact"}, {"contactconsent", "consent.contact"}, {"callconsent", "consent.contact"},
    {"tcpaconsent", "consent.contact"}, {"gdprconsent", "consent.contact"}, {"gdpr", "consent.contact"},
    {"consenttext", "consent_text.contact"}, {"consentlanguage", "consent_text.contact"}, {"consentwording", "consent_text.contact"},
    {"consenttime", "consent_time.contact"}, {"consentdate", "consent_time.contact"}, {"consentat", "consent_time.contact"},
    {"consenttimestamp", "consent_time.contact"}, {"consentgivenat", "consent_time.contact"},
    {"marketing", "consent.marketing"}, {"marketingconsent", "consent.marketing"}, {"newsletter", "consent.marketing"},
    {"optin", "consent.marketing"}, {"marketingoptin", "consent.marketing"}, {"emailoptin", "consent.marketing"},
    {"marketingconsenttext", "consent_text.marketing"}, {"marketingconsenttime", "consent_time.marketing"},
    {"marketingconsentat", "consent_time.marketing"}, {"marketingconsentdate", "consent_time.marketing"},
};

/* Objects in which senders wrap the fields of a person. */
static const char *const wrappers[] = {"contact.", "lead.", "data.", "fields.", "form.", "person.", "customer.", "submission.",
                                       "tracking.", "hidden.", "form_response.hidden.", "form_fields."};

static void warn_of_misfits(const struct web_mapping *mapping, const struct input_fields *fields, struct lead_builder *builder);
static void apply_map(const struct web_mapping *mapping, bool about_consents, struct input_fields *fields, struct lead_builder *builder);
static bool apply_usual(const struct web_mapping *mapping, bool about_consents, struct input_fields *fields, struct lead_builder *builder);
static bool is_about_consents(const struct web_target *target);
static bool usual(const struct input_field *field, struct web_target *out);
static void give_consent(const char *purpose, const struct input_field *field, struct lead_builder *builder);
static void give(const struct web_target *target, const struct input_field *field, struct lead_builder *builder);
static void give_group(const struct web_target *target, const struct input_group *group, struct lead_builder *builder);
static bool usual_target(const char *path, struct web_target *out);
static void keep_as_attribute(const struct input_fields *fields, size_t first, struct lead_builder *builder);
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
    else if (strncmp(text, "consent_text.", 13) == 0 && text[13])
        *out = (struct web_target){.kind = WEB_TARGET_CONSENT_TEXT, .name = text + 13};
    else if (strncmp(text, "consent_time.", 13) == 0 && text[13])
        *out = (struct web_target){.kind = WEB_TARGET_CONSENT_TIME, .name = text + 13};
    else
        return false;
    return true;
}

void web_mapping_apply(const struct web_mapping *mapping, struct input_fields *fields, struct lead_builder *builder)
{
    warn_of_misfits(mapping, fields, builder);
    apply_map(mapping, false, fields, builder);
    const bool is_left = apply_usual(mapping, false, fields, builder);
    apply_map(mapping, true, fields, builder);   /* what tells of a consent comes after it, wherever it stands */
    if (is_left)
        apply_usual(mapping, true, fields, builder);
    for (size_t i = 0; i < fields->count; i++)
        if (!fields->items[i].used)
            keep_as_attribute(fields, i, builder);
    for (size_t i = 0; i < fields->file_count; i++)
        lead_builder_add_attachment(builder, fields->files[i].file_name, fields->files[i].media_type, fields->files[i].size);
    if (mapping->document && !fields->document)
        lead_builder_warn(builder, "there is no JSON document in '%s'", mapping->document);
    if (fields->is_charset_guessed)
        lead_builder_warn(builder, "texts that are no UTF-8 were read as Windows-1252");
    if (fields->cut)
        lead_builder_warn(builder, "more than %d fields, or too deeply nested: some were left out", INPUT_FIELDS_MAX);
}

/* What a JSON document bears as null or as an empty list has kept its name. */
static bool is_there(const struct input_fields *fields, const char *path)
{
    char place[JSON_PLACE_MAX];
    return input_fields_find(fields, path) || (fields->document && json_path_find(fields->document, path, place));
}

/* A sender that has renamed its fields would else be noticed only by leads that tell less. Most fields that a map names may be
 * left out by a person, so only those count of which the configuration says that they are always sent. */
static void warn_of_misfits(const struct web_mapping *mapping, const struct input_fields *fields, struct lead_builder *builder)
{
    const char *list = fields->document ? mapping->pairs.list : NULL;
    if (list && !is_there(fields, list))
        lead_builder_warn(builder, "there is no '%s', the list of names and values", list);
    for (size_t i = 0; i < mapping->expected_count; i++)
        if (!is_there(fields, mapping->expected[i]))
            lead_builder_warn(builder, "there is no '%s', which is expected", mapping->expected[i]);
}

/* Every field that the map names is used up from the first time on: no usual name may take it. */
static void apply_map(const struct web_mapping *mapping, bool about_consents, struct input_fields *fields, struct lead_builder *builder)
{
    for (size_t i = 0; i < mapping->entry_count; i++) {
        const struct web_map_entry *entry = &mapping->entries[i];
        if (about_consents && !is_about_consents(&entry->target))
            continue;   /* given and used up by the time before */
        struct input_group group;
        input_group_of_path(fields, entry->path, &group);
        if (group.count > 0 && is_about_consents(&entry->target) == about_consents)
            give_group(&entry->target, &group, builder);
        input_group_use_up(&group);
    }
}

/* True when it leaves a field whose name is usual: one of the other kind. */
static bool apply_usual(const struct web_mapping *mapping, bool about_consents, struct input_fields *fields, struct lead_builder *builder)
{
    struct web_target target;
    bool is_left = false;
    for (size_t i = 0; i < fields->count; i++) {
        struct input_field *field = &fields->items[i];
        if (!field->used && ignored(mapping, field->path))
            field->used = true;
        if (field->used || !usual(field, &target))
            continue;
        if (is_about_consents(&target) == about_consents) {
            struct input_group group;
            input_group_of_name(fields, i, &group);
            give_group(&target, &group, builder);
            input_group_use_up(&group);
        } else {
            is_left = true;
        }
    }
    return is_left;
}

/* Words and time of one, rather than yes or no. */
static bool is_about_consents(const struct web_target *target)
{
    return target->kind == WEB_TARGET_CONSENT_TEXT || target->kind == WEB_TARGET_CONSENT_TIME;
}

/* What the words of a consent mean is not guessed: it stays an attribute. */
static bool usual(const struct input_field *field, struct web_target *out)
{
    if (!usual_target(field->path, out) && !(field->pair_name && usual_target(field->pair_name, out)))
        return false;
    return out->kind != WEB_TARGET_CONSENT || web_text_is_yes(field->value) || web_text_is_no(field->value);
}

bool web_text_is_no(const char *text)
{
    static const char *const words[] = {"0", "false", "no", "n", "off", "nein", "non", "declined", "denied"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_equal_nocase(text, words[i]))
            return true;
    return false;
}

bool web_text_is_yes(const char *text)
{
    static const char *const words[] = {"1", "true", "yes", "y", "on", "t", "si", "s\xC3\xAC", "ja", "oui", "x", "checked", "accepted", "granted"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_equal_nocase(text, words[i]))
            return true;
    return false;
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
        give_consent(target->name, field, builder);
        break;
    case WEB_TARGET_CONSENT_TEXT:
        if (!lead_builder_set_consent_text(builder, target->name, field->value, field->size))
            lead_builder_add_attribute(builder, field->path, field->value, field->size);
        break;
    case WEB_TARGET_CONSENT_TIME:
        if (!lead_builder_set_consent_time(builder, target->name, field->value))
            lead_builder_add_attribute(builder, field->path, field->value, field->size);
        break;
    case WEB_TARGET_TEST:
        lead_builder_set_test(builder, web_text_is_yes(field->value));
        break;
    }
}

static bool is_plain(const struct input_field *field)
{
    return web_text_is_yes(field->value) || web_text_is_no(field->value);
}

/* Of several yes or no a yes, if there is one: a box that is ticked often stands beside a hidden field that says no. Else words, else the first. */
static const struct input_field *choose(const struct input_group *group)
{
    const struct input_field *words = NULL;
    for (size_t i = 0; i < group->count; i++) {
        if (web_text_is_yes(group->fields[i]->value))
            return group->fields[i];
        if (words == NULL && group->fields[i]->size > 0 && !is_plain(group->fields[i]))
            words = group->fields[i];
    }
    return words != NULL ? words : group->fields[0];
}

/* What a person has ticked is kept whole. */
static void give_joined(const struct web_target *target, const struct input_group *group, struct lead_builder *builder)
{
    struct byte_buffer text;
    size_t plain = 0;
    if (group->count == 1) {
        give(target, group->fields[0], builder);
        return;
    }
    for (size_t i = 0; i < group->count; i++)
        plain += is_plain(group->fields[i]);
    byte_buffer_init(&text, JOINED_SIZE_MAX);
    const struct input_field joined = plain == group->count ? *choose(group) : input_group_join(group, &text);
    give(target, &joined, builder);
    byte_buffer_fini(&text);
}

/* Of a name, a town and the like there is one: the others become an attribute. */
static void give_first(const struct web_target *target, const struct input_group *group, struct lead_builder *builder)
{
    struct input_group others = {.count = 0};
    const struct input_field *first = NULL;
    for (size_t i = 0; i < group->count; i++) {
        const struct input_field *field = group->fields[i];
        if (first == NULL && field->size > 0)
            first = field;
        else if (first != NULL && field->size > 0 && strcmp(field->value, first->value) != 0)
            others.fields[others.count++] = group->fields[i];
    }
    if (first != NULL)
        give(target, first, builder);
    if (others.count > 0)
        give_joined(&(struct web_target){.kind = WEB_TARGET_ATTRIBUTE, .name = others.fields[0]->path}, &others, builder);
}

static void give_group(const struct web_target *target, const struct input_group *group, struct lead_builder *builder)
{
    const bool is_free_text = target->kind == WEB_TARGET_ATTRIBUTE || target->kind == WEB_TARGET_CONSENT_TEXT ||
                              (target->kind == WEB_TARGET_FIELD && (target->field == LEAD_FIELD_SUMMARY || target->field == LEAD_FIELD_PRODUCT));
    if (group->count == 1) {
        give(target, group->fields[0], builder);
    } else if (target->kind == WEB_TARGET_PHONE || target->kind == WEB_TARGET_EMAIL) {
        for (size_t i = 0; i < group->count; i++)
            give(target, group->fields[i], builder);
    } else if (target->kind == WEB_TARGET_CONSENT || target->kind == WEB_TARGET_TEST) {
        give(target, choose(group), builder);
    } else if (is_free_text) {
        give_joined(target, group, builder);
    } else {
        give_first(target, group, builder);
    }
}

/* PHP's way to send a list has brackets behind the name. */
static void keep_as_attribute(const struct input_fields *fields, size_t first, struct lead_builder *builder)
{
    char name[LW_NAME_MAX + 1];
    struct input_group group;
    const char *path = fields->items[first].path;
    const size_t size = strlen(path);
    input_group_of_name(fields, first, &group);
    if (fields->document == NULL && size > 2 && size < sizeof name && strcmp(path + size - 2, "[]") == 0) {
        memcpy(name, path, size - 2);
        name[size - 2] = '\0';
        path = name;
    }
    give_joined(&(struct web_target){.kind = WEB_TARGET_ATTRIBUTE, .name = path}, &group, builder);
    input_group_use_up(&group);
}

/* A pair with a label is a question and its answer. */
static void give_consent(const char *purpose, const struct input_field *field, struct lead_builder *builder)
{
    const bool is_yes = web_text_is_yes(field->value), has_label = field->pair_name && strcmp(field->pair_name, field->path) != 0;
    lead_builder_add_consent(builder, purpose, is_yes, 0, has_label ? field->path : NULL);
    if (!is_yes && !web_text_is_no(field->value) && !lead_builder_set_consent_text(builder, purpose, field->value, field->size))
        lead_builder_add_attribute(builder, field->path, field->value, field->size);   /* no room for one more consent */
}

/* As Rails and PHP write a member and a list, "contact[email]" and "email[]", in the words of a JSON path; of an item its list. */
static const char *without_brackets(const char *path, char out[PLAIN_NAME_MAX])
{
    const size_t size = strlen(path), open = strcspn(path, "["), inside = open < size ? strspn(path + open + 1, "0123456789") : 0;
    if (open == size || size >= PLAIN_NAME_MAX || strchr(path, ']') != path + size - 1)
        return path;
    memcpy(out, path, open);
    out[open] = open + 2 + inside < size ? '.' : '\0';   /* none behind an item's number */
    memcpy(out + open + 1, path + open + 1, size - open - 2);
    out[size - 1] = '\0';
    return out;
}

static bool usual_target(const char *path, struct web_target *out)
{
    char member[PLAIN_NAME_MAX];
    path = without_brackets(path, member);
    for (size_t i = 0; i < sizeof wrappers / sizeof *wrappers; i++) {
        if (strncmp(path, wrappers[i], strlen(wrappers[i])) == 0) {
            path += strlen(wrappers[i]);
            break;
        }
    }
    const char *inner = strpbrk(path, ".[");
    if (inner && strcmp(inner, ".") != 0)   /* "Tel." is a name */
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
        if (usual_names[i].name[0] == name[0] && strcmp(usual_names[i].name, name) == 0)
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
