/* SPDX-License-Identifier: Apache-2.0 */
#include "form_body.h"

#include <string.h>
#include <strings.h>

/* Lower case; letters beyond ASCII in both cases where they come first. */
static const struct form_label known_labels[] = {
    {"name", LEAD_FIELD_FULL_NAME}, {"full name", LEAD_FIELD_FULL_NAME}, {"your name", LEAD_FIELD_FULL_NAME},
    {"nome e cognome", LEAD_FIELD_FULL_NAME}, {"nome completo", LEAD_FIELD_FULL_NAME}, {"nominativo", LEAD_FIELD_FULL_NAME},
    {"ihr name", LEAD_FIELD_FULL_NAME}, {"nom complet", LEAD_FIELD_FULL_NAME}, {"nombre completo", LEAD_FIELD_FULL_NAME},
    {"first name", LEAD_FIELD_GIVEN_NAME}, {"given name", LEAD_FIELD_GIVEN_NAME}, {"nome", LEAD_FIELD_GIVEN_NAME},
    {"vorname", LEAD_FIELD_GIVEN_NAME}, {"pr\xC3\xA9nom", LEAD_FIELD_GIVEN_NAME}, {"nombre", LEAD_FIELD_GIVEN_NAME},
    {"last name", LEAD_FIELD_FAMILY_NAME}, {"surname", LEAD_FIELD_FAMILY_NAME}, {"family name", LEAD_FIELD_FAMILY_NAME},
    {"cognome", LEAD_FIELD_FAMILY_NAME}, {"nachname", LEAD_FIELD_FAMILY_NAME}, {"nom", LEAD_FIELD_FAMILY_NAME},
    {"apellido", LEAD_FIELD_FAMILY_NAME}, {"apellidos", LEAD_FIELD_FAMILY_NAME},
    {"phone", FORM_PHONE}, {"phone number", FORM_PHONE}, {"your phone", FORM_PHONE}, {"telephone", FORM_PHONE},
    {"tel", FORM_PHONE}, {"tel.", FORM_PHONE}, {"mobile", FORM_PHONE}, {"mobile phone", FORM_PHONE}, {"cell", FORM_PHONE},
    {"cell.", FORM_PHONE}, {"mob.", FORM_PHONE}, {"t\xC3\xA9l.", FORM_PHONE}, {"cell phone", FORM_PHONE}, {"telefono", FORM_PHONE}, {"numero di telefono", FORM_PHONE},
    {"cellulare", FORM_PHONE}, {"recapito telefonico", FORM_PHONE}, {"telefon", FORM_PHONE}, {"telefonnummer", FORM_PHONE},
    {"handy", FORM_PHONE}, {"mobil", FORM_PHONE}, {"rufnummer", FORM_PHONE}, {"t\xC3\xA9l\xC3\xA9phone", FORM_PHONE},
    {"t\xC3\xA9l", FORM_PHONE}, {"portable", FORM_PHONE}, {"tel\xC3\xA9" "fono", FORM_PHONE}, {"m\xC3\xB3vil", FORM_PHONE},
    {"email", FORM_EMAIL}, {"e-mail", FORM_EMAIL}, {"mail", FORM_EMAIL}, {"email address", FORM_EMAIL},
    {"e-mail address", FORM_EMAIL}, {"your email", FORM_EMAIL}, {"indirizzo email", FORM_EMAIL},
    {"indirizzo e-mail", FORM_EMAIL}, {"posta elettronica", FORM_EMAIL}, {"e-mail-adresse", FORM_EMAIL},
    {"ihre e-mail", FORM_EMAIL}, {"adresse e-mail", FORM_EMAIL}, {"courriel", FORM_EMAIL}, {"correo", FORM_EMAIL},
    {"correo electr\xC3\xB3nico", FORM_EMAIL},
    {"from", FORM_SENDER}, {"da", FORM_SENDER}, {"von", FORM_SENDER}, {"de", FORM_SENDER},
    {"company", LEAD_FIELD_COMPANY}, {"organization", LEAD_FIELD_COMPANY}, {"azienda", LEAD_FIELD_COMPANY},
    {"ragione sociale", LEAD_FIELD_COMPANY}, {"societ\xC3\xA0", LEAD_FIELD_COMPANY}, {"firma", LEAD_FIELD_COMPANY},
    {"unternehmen", LEAD_FIELD_COMPANY}, {"soci\xC3\xA9t\xC3\xA9", LEAD_FIELD_COMPANY}, {"entreprise", LEAD_FIELD_COMPANY},
    {"empresa", LEAD_FIELD_COMPANY},
    {"subject", LEAD_FIELD_SUBJECT}, {"oggetto", LEAD_FIELD_SUBJECT}, {"betreff", LEAD_FIELD_SUBJECT},
    {"objet", LEAD_FIELD_SUBJECT}, {"asunto", LEAD_FIELD_SUBJECT},
    {"message", LEAD_FIELD_SUMMARY}, {"your message", LEAD_FIELD_SUMMARY}, {"message body", LEAD_FIELD_SUMMARY},
    {"comment or message", LEAD_FIELD_SUMMARY}, {"commento o messaggio", LEAD_FIELD_SUMMARY},
    {"comments", LEAD_FIELD_SUMMARY}, {"comment", LEAD_FIELD_SUMMARY}, {"enquiry", LEAD_FIELD_SUMMARY},
    {"messaggio", LEAD_FIELD_SUMMARY}, {"corpo del messaggio", LEAD_FIELD_SUMMARY}, {"richiesta", LEAD_FIELD_SUMMARY},
    {"nachricht", LEAD_FIELD_SUMMARY}, {"ihre nachricht", LEAD_FIELD_SUMMARY}, {"anfrage", LEAD_FIELD_SUMMARY},
    {"mensaje", LEAD_FIELD_SUMMARY},
    {"city", LEAD_FIELD_CITY}, {"citt\xC3\xA0", LEAD_FIELD_CITY}, {"ort", LEAD_FIELD_CITY}, {"stadt", LEAD_FIELD_CITY},
    {"ville", LEAD_FIELD_CITY}, {"ciudad", LEAD_FIELD_CITY},
    {"postal code", LEAD_FIELD_POSTAL_CODE}, {"zip", LEAD_FIELD_POSTAL_CODE}, {"zip code", LEAD_FIELD_POSTAL_CODE},
    {"postcode", LEAD_FIELD_POSTAL_CODE}, {"cap", LEAD_FIELD_POSTAL_CODE}, {"plz", LEAD_FIELD_POSTAL_CODE},
    {"code postal", LEAD_FIELD_POSTAL_CODE},
    {"country", LEAD_FIELD_COUNTRY}, {"paese", LEAD_FIELD_COUNTRY}, {"nazione", LEAD_FIELD_COUNTRY},
    {"land", LEAD_FIELD_COUNTRY}, {"pays", LEAD_FIELD_COUNTRY}, {"pa\xC3\xADs", LEAD_FIELD_COUNTRY},
    {"job title", LEAD_FIELD_JOB_TITLE}, {"language", LEAD_FIELD_LANGUAGE}, {"lingua", LEAD_FIELD_LANGUAGE},
    {"sprache", LEAD_FIELD_LANGUAGE}, {"product", LEAD_FIELD_PRODUCT}, {"prodotto", LEAD_FIELD_PRODUCT},
    {"produkt", LEAD_FIELD_PRODUCT}, {"produit", LEAD_FIELD_PRODUCT}, {"producto", LEAD_FIELD_PRODUCT},
};

enum { PHONE_DIGITS_MIN = 6, PHONE_DIGITS_MAX = 17 };   /* shorter: a floor, a year */

struct span {
    const char *at;
    size_t size;
};

struct reader {
    struct arena *arena;
    const struct form_label *labels;
    size_t label_count;
    struct form_body *out;
};

static struct span trim(const char *at, size_t size);
static bool split_line(struct span line, struct span *label, struct span *value);
static int label_what(const struct reader *reader, struct span label);
static bool split_phone(const struct reader *reader, struct span line, struct span *label, struct span *value);
static const char *message_end(const struct reader *reader, const char *text);
static bool add_line(struct reader *reader, int what, struct span label, struct span value);
static struct span trim_wide(struct span text);
static struct span trim_ornaments(struct span line);
static struct span label_alone(const struct reader *reader, struct span line);

bool form_body_read(struct arena *arena, const char *text, const struct form_label *labels, size_t label_count,
                    struct form_body *out)
{
    struct reader reader = {arena, labels, label_count, out};
    out->count = out->known = 0;
    const char *at = text;
    while (*at && out->count < FORM_LINES_MAX) {
        size_t size = strcspn(at, "\n");
        const char *next = at[size] ? at + size + 1 : at + size;
        struct span label, value;
        if (split_line(trim(at, size), &label, &value) || split_phone(&reader, trim(at, size), &label, &value)) {
            int what = label_what(&reader, label);
            if (what == LEAD_FIELD_SUMMARY) {
                next = message_end(&reader, next);
                value = trim(value.at, (size_t)(next - value.at));
            } else if (value.size == 0 && what != FORM_OTHER) {
                const char *following = next + strspn(next, " \t\r\n");
                struct span line = trim(following, strcspn(following, "\n")), other_label, other_value;
                if (!split_line(line, &other_label, &other_value) || label_what(&reader, other_label) == FORM_OTHER)
                    value = line;
            }
            if (value.size > 0 && !add_line(&reader, what, label, value))
                return false;
        }
        at = next;
    }
    return true;
}

/* The text up to the next label that stands alone, or the signature. */
static struct span value_below(const struct reader *reader, const char *text, bool is_message)
{
    const char *begin = text + strspn(text, " \t\r\n"), *end = begin;
    while (*end) {
        size_t size = strcspn(end, "\n");
        const struct span line = trim_wide(trim(end, size));
        if ((line.size == 2 && memcmp(line.at, "--", 2) == 0) || label_alone(reader, line).size > 0)
            break;
        end += end[size] ? size + 1 : size;
        if (!is_message && line.size > 0)
            break;
    }
    return trim_wide(trim(begin, (size_t)(end - begin)));
}

/* What stands between the answers to known labels: labels that nobody knows, each with the line below. */
static bool add_unknown(struct reader *reader, struct span line, struct span *label)
{
    line = trim_wide(line);
    if (line.size == 0)
        return true;
    if (label->size == 0 && line.size <= FORM_LABEL_SIZE_MAX) {
        *label = line;
        return true;
    }
    const struct span known = label->size > 0 ? trim_ornaments(*label) : *label;
    *label = (struct span){line.at, 0};
    return add_line(reader, FORM_OTHER, known.size > 0 ? known : (struct span){"text", 4}, line);
}

/* A line to which no other came: it is no label. */
static bool end_unknown(struct reader *reader, struct span *label)
{
    const struct span line = *label;
    *label = (struct span){line.at, 0};
    return line.size == 0 || add_line(reader, FORM_OTHER, (struct span){"text", 4}, line);
}

bool form_body_read_below(struct arena *arena, const char *text, const struct form_label *labels, size_t label_count,
                          struct form_body *out)
{
    struct reader reader = {arena, labels, label_count, out};
    struct span unknown = {text, 0};
    out->count = out->known = 0;
    for (const char *at = text; *at && out->count + 1 < FORM_LINES_MAX;) {
        size_t size = strcspn(at, "\n");
        const char *next = at[size] ? at + size + 1 : at + size;
        const struct span line = trim(at, size), label = label_alone(&reader, line);
        const int what = label.size > 0 ? label_what(&reader, label) : FORM_OTHER;
        const struct span value = label.size > 0 ? value_below(&reader, next, what == LEAD_FIELD_SUMMARY) : label;
        if (line.size == 2 && memcmp(line.at, "--", 2) == 0)
            break;
        if (value.size > 0 && !(end_unknown(&reader, &unknown) && add_line(&reader, what, label, value)))
            return false;
        if (label.size == 0 && out->known > 0 && !add_unknown(&reader, line, &unknown))
            return false;
        at = value.size > 0 ? value.at + value.size : next;
    }
    return end_unknown(&reader, &unknown);
}

const struct form_line *form_body_find(const struct form_body *body, int what)
{
    for (size_t i = 0; i < body->count; i++) {
        if (body->lines[i].what == what)
            return &body->lines[i];
    }
    return NULL;
}

int form_what_find(const char *name)
{
    if (strcmp(name, "phone") == 0)
        return FORM_PHONE;
    if (strcmp(name, "email") == 0)
        return FORM_EMAIL;
    if (strcmp(name, "sender") == 0)
        return FORM_SENDER;
    if (strcmp(name, "message") == 0)
        return LEAD_FIELD_SUMMARY;
    enum lead_field field = lead_field_find(name);
    return field == LEAD_FIELD_COUNT ? -1 : (int)field;
}

static struct span trim(const char *at, size_t size)
{
    while (size > 0 && (unsigned char)*at <= ' ') {
        at++;
        size--;
    }
    while (size > 0 && (unsigned char)at[size - 1] <= ' ')
        size--;
    return (struct span){at, size};
}

static bool is_ornament(char c)
{
    return c == '*' || c == '-' || c == '_' || c == '#' || c == '>' || c == ' ' || c == '\t' || c == '|';
}

/* "* Label *: value" -> Label, value. An URL ("https://...") and a time ("10:30") are no labels. */
static bool split_line(struct span line, struct span *label, struct span *value)
{
    static const char bullet[] = "\xE2\x80\xA2";
    while (line.size > 0 && is_ornament(line.at[0]))
        line = (struct span){line.at + 1, line.size - 1};
    if (line.size > 3 && memcmp(line.at, bullet, 3) == 0)
        line = trim(line.at + 3, line.size - 3);
    size_t part = 0;
    while (part < line.size && part <= FORM_LABEL_SIZE_MAX && !strchr(":\t=", line.at[part]))
        part++;
    if (part == 0 || part >= line.size || part > FORM_LABEL_SIZE_MAX)
        return false;
    if (line.at[part] == ':' && line.size - part > 2 && memcmp(line.at + part, "://", 3) == 0)
        return false;
    *label = trim(line.at, part);
    while (label->size > 0 && (is_ornament(label->at[label->size - 1])))
        label->size--;
    if (label->size == 0 || (label->at[0] >= '0' && label->at[0] <= '9'))
        return false;
    /* A table row may end its label with a colon of its own: "Name:<tab>value". */
    size_t skipped = part;
    while (skipped < line.size && strchr(":=* \t", line.at[skipped]))
        skipped++;
    *value = trim(line.at + skipped, line.size - skipped);
    return true;
}

/* "Tel. 02 1234567": what calls itself a phone needs no colon, if nothing but a number stands behind it. */
static bool split_phone(const struct reader *reader, struct span line, struct span *label, struct span *value)
{
    size_t part = 0, digits = 0;
    while (part < line.size && !strchr("+(0123456789", line.at[part]))
        part++;
    for (size_t i = part; i < line.size; i++) {
        if (!strchr("+(0123456789).-/ ", line.at[i]))
            return false;
        digits += line.at[i] >= '0' && line.at[i] <= '9';
    }
    *label = trim(line.at, part);
    *value = trim(line.at + part, line.size - part);
    return digits >= PHONE_DIGITS_MIN && digits <= PHONE_DIGITS_MAX && label_what(reader, *label) == FORM_PHONE;
}

static bool label_equal(struct span label, const char *known)
{
    return strlen(known) == label.size && strncasecmp(label.at, known, label.size) == 0;
}

static int label_what(const struct reader *reader, struct span label)
{
    for (size_t i = 0; i < reader->label_count; i++) {
        if (label_equal(label, reader->labels[i].label))
            return reader->labels[i].what;
    }
    for (size_t i = 0; i < sizeof known_labels / sizeof *known_labels; i++) {
        if (label_equal(label, known_labels[i].label))
            return known_labels[i].what;
    }
    return FORM_OTHER;
}

/* Without the spaces that hold cells of tables open, too. */
static struct span trim_wide(struct span text)
{
    static const char no_break[] = "\xC2\xA0";
    for (size_t before = text.size + 1; before != text.size;) {
        before = text.size;
        text = trim(text.at, text.size);
        if (text.size >= 2 && memcmp(text.at, no_break, 2) == 0)
            text = (struct span){text.at + 2, text.size - 2};
        if (text.size >= 2 && memcmp(text.at + text.size - 2, no_break, 2) == 0)
            text.size -= 2;
    }
    return text;
}

static struct span trim_ornaments(struct span line)
{
    while (line.size > 0 && is_ornament(line.at[0]))
        line = (struct span){line.at + 1, line.size - 1};
    while (line.size > 0 && (is_ornament(line.at[line.size - 1]) || line.at[line.size - 1] == ':'))
        line.size--;
    return line;
}

/* A known label that is all of the line but for ornaments and a colon; of size 0 else. */
static struct span label_alone(const struct reader *reader, struct span line)
{
    line = trim_ornaments(trim_wide(line));
    if (line.size > FORM_LABEL_SIZE_MAX || label_what(reader, line) == FORM_OTHER)
        line.size = 0;
    return line;
}

/* The start of the next line with a known label, of the signature, or the end of the text. */
static const char *message_end(const struct reader *reader, const char *text)
{
    while (*text) {
        size_t size = strcspn(text, "\n");
        struct span line = trim(text, size), label, value;
        if (line.size == 2 && memcmp(line.at, "--", 2) == 0)
            return text;
        if (split_line(line, &label, &value) && label_what(reader, label) != FORM_OTHER)
            return text;
        text += text[size] ? size + 1 : size;
    }
    return text;
}

static bool add_line(struct reader *reader, int what, struct span label, struct span value)
{
    struct form_body *out = reader->out;
    struct form_line line = {.what = what,
                             .label = arena_copy(reader->arena, label.at, label.size),
                             .value = arena_copy(reader->arena, value.at, value.size)};
    if (!line.label || !line.value)
        return false;
    out->lines[out->count++] = line;
    if (what != FORM_OTHER)
        out->known++;
    return true;
}
