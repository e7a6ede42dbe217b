/* SPDX-License-Identifier: Apache-2.0 */
#include "adf_lead.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { JOINED_MAX = 512, NAME_MAX_SIZE = 96, VEHICLES_MAX = 4 };

/* Paths that go to one field or attribute as they are. */
static const struct {
    const char *path;
    enum lead_field field;   /* LEAD_FIELD_COUNT: the attribute */
    const char *attribute;
} plain[] = {
    {"id", LEAD_FIELD_VENDOR_ID, NULL},
    {"customer/id", LEAD_FIELD_COUNT, "customer_id"},
    {"customer/contact/address/city", LEAD_FIELD_CITY, NULL},
    {"customer/contact/address/regioncode", LEAD_FIELD_REGION, NULL},
    {"customer/contact/address/postalcode", LEAD_FIELD_POSTAL_CODE, NULL},
    {"customer/contact/address/country", LEAD_FIELD_COUNTRY, NULL},
    {"customer/contact/address/apartment", LEAD_FIELD_COUNT, "apartment"},
    {"customer/comments", LEAD_FIELD_SUMMARY, NULL},
    {"customer/timeframe", LEAD_FIELD_COUNT, "timeframe"},
    {"customer/timeframe/description", LEAD_FIELD_COUNT, "timeframe"},
    {"customer/timeframe/earliestdate", LEAD_FIELD_COUNT, "timeframe_earliest"},
    {"customer/timeframe/latestdate", LEAD_FIELD_COUNT, "timeframe_latest"},
    {"vendor/vendorname", LEAD_FIELD_COUNT, "vendor_name"},
    {"vendor/id", LEAD_FIELD_COUNT, "vendor_number"},
    {"vendor/contact/name", LEAD_FIELD_COUNT, "vendor_contact_name"},
    {"vendor/contact/email", LEAD_FIELD_COUNT, "vendor_contact_email"},
    {"vendor/contact/phone", LEAD_FIELD_COUNT, "vendor_contact_phone"},
    {"provider/name", LEAD_FIELD_COUNT, "provider_name"},
    {"provider/service", LEAD_FIELD_COUNT, "provider_service"},
    {"provider/url", LEAD_FIELD_COUNT, "provider_url"},
    {"provider/id", LEAD_FIELD_COUNT, "provider_id"},
    {"provider/email", LEAD_FIELD_COUNT, "provider_email"},
    {"provider/phone", LEAD_FIELD_COUNT, "provider_phone"},
};

static void fill_contact(const struct adf *adf, struct lead_builder *builder);
static void fill_vehicles(const struct adf *adf, struct lead_builder *builder);
static void fill_product(const struct adf *adf, struct lead_builder *builder);
static void fill_street(const struct adf *adf, struct lead_builder *builder);
static void fill_plain(const struct adf *adf, struct lead_builder *builder);
static void fill_date(const struct adf *adf, struct lead_builder *builder);

static bool is_path(const struct adf_element *element, const char *path)
{
    return element->text[0] && strcmp(element->path, path) == 0;
}

static void add_attribute(struct lead_builder *builder, const char *name, const char *text)
{
    if (text[0])
        lead_builder_add_attribute(builder, name, text, strlen(text));
}

bool adf_names_a_person(const struct adf *adf)
{
    for (size_t i = 0; i < adf->count; i++) {
        const struct adf_element *element = &adf->elements[i];
        if (is_path(element, "customer/contact/email") && strchr(element->text, '@'))
            return true;
        if (is_path(element, "customer/contact/phone") && strpbrk(element->text, "0123456789") &&
            strcasecmp(adf_attribute(element, "type"), "fax") != 0)
            return true;
    }
    return false;
}

/* What matters goes first: a lead has room for so much. */
void adf_fill_lead(const struct adf *adf, struct lead_builder *builder)
{
    fill_contact(adf, builder);
    fill_product(adf, builder);
    fill_plain(adf, builder);
    fill_street(adf, builder);
    fill_date(adf, builder);
    fill_vehicles(adf, builder);
    if (!adf->complete)
        lead_builder_warn(builder, "the ADF could not be read to its end: see the raw text");
    if (adf->prospects > 1)
        lead_builder_warn(builder, "the mail holds several ADF prospects; only the first was read");
}

/* Names without a part are whole; the contact of a business is the company. */
static void fill_name(const struct adf_element *element, bool business, struct lead_builder *builder)
{
    const char *part = adf_attribute(element, "part");
    char name[NAME_MAX_SIZE];
    if (business || strcasecmp(adf_attribute(element, "type"), "business") == 0)
        lead_builder_set_text(builder, LEAD_FIELD_COMPANY, element->text);
    else if (strcasecmp(part, "first") == 0)
        lead_builder_set_text(builder, LEAD_FIELD_GIVEN_NAME, element->text);
    else if (strcasecmp(part, "last") == 0)
        lead_builder_set_text(builder, LEAD_FIELD_FAMILY_NAME, element->text);
    else if (part[0] == '\0' || strcasecmp(part, "full") == 0)
        lead_builder_set_text(builder, LEAD_FIELD_FULL_NAME, element->text);
    else if (snprintf(name, sizeof name, "name_%s", part) < (int)sizeof name)
        add_attribute(builder, name, element->text);
}

/* The kind of a number by its type, as the standard and as the wild call it; NULL: by the number itself. */
static const char *phone_kind(const char *type)
{
    static const struct { const char *type, *kind; } kinds[] = {
        {"cellphone", "mobile"}, {"mobile", "mobile"}, {"cell", "mobile"}, {"home", "home"}, {"evening", "home"},
        {"work", "work"}, {"business", "work"}, {"office", "work"}, {"day", "work"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcasecmp(type, kinds[i].type) == 0)
            return kinds[i].kind;
    }
    return NULL;
}

static void fill_phone(const struct adf_element *element, struct lead_builder *builder)
{
    const char *type = adf_attribute(element, "type"), *time = adf_attribute(element, "time");
    if (strcasecmp(type, "fax") == 0 || strcasecmp(type, "pager") == 0) {
        add_attribute(builder, strcasecmp(type, "fax") == 0 ? "fax" : "pager", element->text);
        return;
    }
    lead_builder_add_phone(builder, element->text, strlen(element->text), phone_kind(type));
    if (strcasecmp(time, "nopreference") != 0)
        add_attribute(builder, "call_time", time);
}

static void fill_contact(const struct adf *adf, struct lead_builder *builder)
{
    bool business = false;
    for (size_t i = 0; i < adf->count; i++) {
        const struct adf_element *element = &adf->elements[i];
        if (strcmp(element->path, "customer/contact") == 0)
            business = strcasecmp(adf_attribute(element, "type"), "business") == 0;
        bool email = is_path(element, "customer/contact/email"), phone = is_path(element, "customer/contact/phone");
        if (is_path(element, "customer/contact/name"))
            fill_name(element, business, builder);
        else if (email)
            lead_builder_add_email(builder, element->text, strlen(element->text));
        else if (phone)
            fill_phone(element, builder);
        if ((email || phone) && strcmp(adf_attribute(element, "preferredcontact"), "1") == 0)
            add_attribute(builder, "preferred_contact", email ? "email" : "phone");
    }
}

/* "trade_in", "vehicle", "vehicle2"...: what the n-th vehicle's attributes begin with. */
static void vehicle_prefix(const struct adf *adf, unsigned vehicle, char prefix[16])
{
    unsigned wanted = 0;
    for (size_t i = 0; i < adf->count; i++) {
        const struct adf_element *element = &adf->elements[i];
        if (element->vehicle == 0 || element->vehicle > vehicle || strcmp(element->path, "vehicle") != 0)
            continue;
        bool trade_in = strcasecmp(adf_attribute(element, "interest"), "trade-in") == 0;
        wanted += !trade_in;
        if (element->vehicle == vehicle && trade_in) {
            snprintf(prefix, 16, "trade_in");
            return;
        }
    }
    snprintf(prefix, 16, wanted > 1 ? "vehicle%u" : "vehicle", wanted);
}

static void fill_vehicles(const struct adf *adf, struct lead_builder *builder)
{
    for (size_t i = 0; i < adf->count; i++) {
        const struct adf_element *element = &adf->elements[i];
        char prefix[16], name[NAME_MAX_SIZE];
        if (element->vehicle == 0 || element->vehicle > VEHICLES_MAX)
            continue;
        vehicle_prefix(adf, element->vehicle, prefix);
        if (strcmp(element->path, "vehicle") == 0) {
            snprintf(name, sizeof name, "%s_interest", prefix);
            add_attribute(builder, name, adf_attribute(element, "interest"));
            snprintf(name, sizeof name, "%s_status", prefix);
            add_attribute(builder, name, adf_attribute(element, "status"));
        } else if (element->text[0]) {
            snprintf(name, sizeof name, "%s_%s", prefix, strrchr(element->path, '/') + 1);
            add_attribute(builder, name, element->text);
        }
    }
}

/* "2004 Ford Focus SE": of the first vehicle that is not traded in. */
static void fill_product(const struct adf *adf, struct lead_builder *builder)
{
    static const char *const parts[] = {"vehicle/year", "vehicle/make", "vehicle/model", "vehicle/trim"};
    char product[JOINED_MAX] = "", prefix[16];
    unsigned vehicle = 0;
    for (size_t i = 0; i < adf->count && vehicle == 0; i++) {
        if (adf->elements[i].vehicle == 0)
            continue;
        vehicle_prefix(adf, adf->elements[i].vehicle, prefix);
        if (strcmp(prefix, "vehicle") == 0)
            vehicle = adf->elements[i].vehicle;
    }
    for (size_t part = 0; vehicle > 0 && part < sizeof parts / sizeof *parts; part++) {
        for (size_t i = 0; i < adf->count; i++) {
            const struct adf_element *element = &adf->elements[i];
            size_t used = strlen(product);
            if (element->vehicle == vehicle && is_path(element, parts[part]))
                snprintf(product + used, sizeof product - used, "%s%s", used ? " " : "", element->text);
        }
    }
    lead_builder_set_text(builder, LEAD_FIELD_PRODUCT, product);
}

static void fill_street(const struct adf *adf, struct lead_builder *builder)
{
    char street[JOINED_MAX] = "";
    for (size_t i = 0; i < adf->count; i++) {
        size_t used = strlen(street);
        if (is_path(&adf->elements[i], "customer/contact/address/street"))
            snprintf(street + used, sizeof street - used, "%s%s", used ? ", " : "", adf->elements[i].text);
    }
    add_attribute(builder, "street", street);
}

static void fill_plain(const struct adf *adf, struct lead_builder *builder)
{
    for (size_t p = 0; p < sizeof plain / sizeof *plain; p++) {
        const struct adf_element *element = adf_find(adf, plain[p].path);
        if (!element)
            continue;
        if (plain[p].attribute)
            add_attribute(builder, plain[p].attribute, element->text);
        else
            lead_builder_set_text(builder, plain[p].field, element->text);
    }
}

static void fill_date(const struct adf *adf, struct lead_builder *builder)
{
    const struct adf_element *element = adf_find(adf, "requestdate");
    char date[40];
    if (!element)
        return;
    bool good = adf_date_read(element->text, date);
    add_attribute(builder, "request_date", good ? date : element->text);
    if (!good)
        lead_builder_warn(builder, "the ADF request date could not be read");
}

/* One or two digits (four of a year) that lie within min and max. */
static bool take_number(const char **at, size_t digits_max, unsigned min, unsigned max, unsigned *out)
{
    size_t size = strspn(*at, "0123456789");
    *out = 0;
    if (size == 0 || size > digits_max)
        return false;
    for (size_t i = 0; i < size; i++)
        *out = *out * 10 + (unsigned)((*at)[i] - '0');
    *at += size;
    return *out >= min && *out <= max;
}

static bool take_character(const char **at, const char *allowed)
{
    if (**at == '\0' || !strchr(allowed, **at))
        return false;
    ++*at;
    return true;
}

bool adf_date_read(const char *text, char out[40])
{
    unsigned year, month, day, hour, minute, second = 0;
    const char *at = text;
    if (!take_number(&at, 4, 1900, 2200, &year) || !take_character(&at, "-") || !take_number(&at, 2, 1, 12, &month) ||
        !take_character(&at, "-") || !take_number(&at, 2, 1, 31, &day))
        return false;
    if (*at == '\0') {
        snprintf(out, 40, "%04u-%02u-%02u", year, month, day);
        return true;
    }
    if (!take_character(&at, "Tt ") || !take_number(&at, 2, 0, 23, &hour) || !take_character(&at, ":") ||
        !take_number(&at, 2, 0, 59, &minute))
        return false;
    if (take_character(&at, ":") && !take_number(&at, 2, 0, 60, &second))
        return false;
    size_t zone = strspn(at, "+-:0123456789Zz");
    if (at[zone] != '\0' || zone > 6)
        return false;
    snprintf(out, 40, "%04u-%02u-%02uT%02u:%02u:%02u%s", year, month, day, hour, minute, second, at);
    return true;
}
