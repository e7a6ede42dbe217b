/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <string.h>

#include "wire.h"

typedef const char *get_field(const Leadwire__V1__Lead *lead);

struct lead_field {
    const char *name;
    size_t offset;       /* of a plain string in the struct; used if get is NULL */
    get_field *get;
};

static get_field get_channel, get_is_test, get_phone, get_phone_region, get_phone_time_zone, get_email, get_email_domain;
static const char *find_attribute(const Leadwire__V1__Lead *lead, const char *name);
static const char *present(const char *text);

#define PLAIN(name) {#name, offsetof(Leadwire__V1__Lead, name), NULL}

static const struct lead_field fields[] = {
    {"channel", 0, get_channel},
    PLAIN(source),
    PLAIN(full_name),
    PLAIN(company),
    PLAIN(job_title),
    PLAIN(country),
    PLAIN(language),
    PLAIN(city),
    PLAIN(postal_code),
    PLAIN(region),
    PLAIN(subject),
    PLAIN(summary),
    PLAIN(product),
    PLAIN(campaign),
    PLAIN(vendor_id),
    PLAIN(called_number),
    PLAIN(call_id),
    {"is_test", 0, get_is_test},
    {"phone", 0, get_phone},
    {"phone.region", 0, get_phone_region},
    {"phone.time_zone", 0, get_phone_time_zone},
    {"email", 0, get_email},
    {"email.domain", 0, get_email_domain},
};

/* Same order as the table above; tests/wire keeps the two in step. */
const char *const wire_lead_field_names[] = {
    "channel", "source", "full_name", "company", "job_title", "country", "language", "city",
    "postal_code", "region", "subject", "summary", "product", "campaign", "vendor_id", "called_number",
    "call_id", "is_test", "phone", "phone.region", "phone.time_zone", "email", "email.domain", "attribute.NAME", NULL,
};

const char *wire_lead_field(const Leadwire__V1__Lead *lead, const char *field, bool *known)
{
    static const char attribute[] = "attribute.";

    *known = true;
    if (strncmp(field, attribute, sizeof attribute - 1) == 0 && field[sizeof attribute - 1])
        return find_attribute(lead, field + sizeof attribute - 1);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (strcmp(field, fields[i].name) != 0)
            continue;
        if (fields[i].get)
            return fields[i].get(lead);
        return present(*(char *const *)(const void *)((const char *)lead + fields[i].offset));
    }
    *known = false;
    return NULL;
}

static const char *get_channel(const Leadwire__V1__Lead *lead)
{
    return lead->channel == LEADWIRE__V1__CHANNEL__CHANNEL_NONE ? NULL : lw_channel_name((lw_channel)lead->channel);
}

static const char *get_is_test(const Leadwire__V1__Lead *lead)
{
    return lead->is_test ? "true" : "false";
}

/* The first that could be read: a number without e164 is only what somebody typed. */
static const char *get_phone(const Leadwire__V1__Lead *lead)
{
    for (size_t i = 0; i < lead->n_phones; i++)
        if (present(lead->phones[i]->e164))
            return lead->phones[i]->e164;
    return NULL;
}

static const char *get_phone_time_zone(const Leadwire__V1__Lead *lead)
{
    for (size_t i = 0; i < lead->n_phones; i++)
        if (present(lead->phones[i]->time_zone))
            return lead->phones[i]->time_zone;
    return NULL;
}

static const char *get_phone_region(const Leadwire__V1__Lead *lead)
{
    for (size_t i = 0; i < lead->n_phones; i++)
        if (present(lead->phones[i]->region))
            return lead->phones[i]->region;
    return NULL;
}

static const char *get_email(const Leadwire__V1__Lead *lead)
{
    return lead->n_emails > 0 ? present(lead->emails[0]->address) : NULL;
}

static const char *get_email_domain(const Leadwire__V1__Lead *lead)
{
    const char *address = get_email(lead);
    const char *at = address ? strrchr(address, '@') : NULL;

    return at ? present(at + 1) : NULL;
}

static const char *find_attribute(const Leadwire__V1__Lead *lead, const char *name)
{
    for (size_t i = 0; i < lead->n_attributes; i++)
        if (strcmp(lead->attributes[i]->name, name) == 0)
            return present(lead->attributes[i]->value);
    return NULL;
}

static const char *present(const char *text)
{
    return text && *text ? text : NULL;
}
