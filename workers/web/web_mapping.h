/* SPDX-License-Identifier: Apache-2.0
 *
 * web_mapping - which input field becomes which part of a lead: data, not code.
 *
 *   map:
 *     full_name: nome                    lead field <- form field or JSON path
 *     phone: [telefono, cellulare]       a list: the first that is there; of phone and email all
 *     attribute.model: auto              kept under that name
 *     consent.marketing: newsletter      yes or no
 *     consent_text.marketing: wording    what they agreed to; else the field's label, else its value when that is words
 *     consent_time.marketing: agreed_at  when, as written_time.h reads it; else when the lead came in
 *     is_test: is_test                   yes: accepted and not routed
 *   ignore: [csrf_token, meta]         these, and all that is inside them
 *   expect: [nome, person.id]          fields or paths that each contact has, were it empty: without one the lead bears a warning
 *   document: rawRequest               a form's field that holds a JSON document: its paths stand beside the form's other fields
 *   pairs: ...                         see input_pairs.h
 *
 * A field that the map does not mention goes by its name if that is one of the
 * usual ones (name, e-mail, tel, message, company...; a leading "your" and all but letters
 * and digits do not count), at the top or inside contact, lead, data...; every
 * other becomes an attribute. Of the usual names of consents only a plain yes or no counts.
 */
#ifndef WEB_MAPPING_H
#define WEB_MAPPING_H

#include <stdbool.h>
#include <stddef.h>

#include "input_pairs.h"
#include "lead_builder.h"

enum { WEB_MAP_MAX = 128, WEB_IGNORE_MAX = 64, WEB_EXPECT_MAX = 64 };

enum web_target_kind { WEB_TARGET_FIELD, WEB_TARGET_PHONE, WEB_TARGET_EMAIL, WEB_TARGET_ATTRIBUTE, WEB_TARGET_CONSENT, WEB_TARGET_TEST,
                       WEB_TARGET_CONSENT_TEXT, WEB_TARGET_CONSENT_TIME };

struct web_target {
    enum web_target_kind kind;
    enum lead_field field;     /* WEB_TARGET_FIELD */
    const char *name;          /* attribute or consent; borrowed from the parsed text */
};

/* "full_name", "phone", "email", "attribute.NAME", "consent.PURPOSE", "consent_text.PURPOSE", "consent_time.PURPOSE", "is_test". False: no such target. */
bool web_target_parse(const char *text, struct web_target *out);

struct web_map_entry {
    struct web_target target;
    const char *path;
};

struct web_mapping {
    const struct web_map_entry *entries;
    size_t entry_count;
    const char *const *ignored;
    size_t ignored_count;
    const char *const *expected;
    size_t expected_count;
    const char *document;       /* the form field that holds a JSON document; NULL */
    struct input_pairs pairs;
};

/* Moves every field (pairs are applied before) and every file's name, type and size into the builder: the map first, then the usual names, then the rest as attributes.
 * Where the map does not fit (an expected field is missing, or the list of pairs) the lead bears a warning beside what was found. */
void web_mapping_apply(const struct web_mapping *mapping, struct input_fields *fields, struct lead_builder *builder);

/* "yes", "on", "true", "1", "si"...; the empty text and everything else is no. */
bool web_text_is_yes(const char *text);
/* "no", "off", "false", "0", "nein"... and nothing else. */
bool web_text_is_no(const char *text);

#endif
