/* SPDX-License-Identifier: Apache-2.0 */
#include "email_address.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unicode/uidna.h>

#include "text_clean.h"

enum { LOCAL_MAX = 64, DOMAIN_MAX = 255, PLAIN_DOMAIN_MAX = 200 };

/* What a provider ignores in the local part. Only what its own documentation says. */
struct domain_rule {
    const char *domain;
    const char *main_domain;
    char tag;            /* from this character on: ignored */
    bool dots_ignored;
};

static const struct domain_rule rules[] = {
    {"gmail.com", "gmail.com", '+', true},
    {"googlemail.com", "gmail.com", '+', true},
    {"outlook.com", "outlook.com", '+', false},
    {"hotmail.com", "hotmail.com", '+', false},
    {"live.com", "live.com", '+', false},
    {"icloud.com", "icloud.com", '+', false},
    {"me.com", "icloud.com", '+', false},
    {"mac.com", "icloud.com", '+', false},
    {"fastmail.com", "fastmail.com", '+', false},
    {"fastmail.fm", "fastmail.fm", '+', false},
    {"proton.me", "proton.me", '+', false},
    {"protonmail.com", "proton.me", '+', false},
    {"pm.me", "proton.me", '+', false},
    {"yandex.ru", "yandex.ru", '+', false},
    {"yahoo.com", "yahoo.com", '-', false},
    {"mailbox.org", "mailbox.org", '+', false},
    {"posteo.de", "posteo.de", '+', false},
};

static bool trim(const char **bytes, size_t *size);
static bool local_part_good(const char *local, size_t size);
static bool domain_to_ascii(const char *domain, size_t size, char out[DOMAIN_MAX + 1]);
static void make_key(const char *local, size_t local_size, const char *domain, char key[EMAIL_ADDRESS_MAX + 1]);

bool email_address_read(const char *bytes, size_t size, struct email_address *out)
{
    *out = (struct email_address){0};
    if (!trim(&bytes, &size))
        return false;

    size_t at = size;   /* of the last '@' */
    for (size_t i = 0; i < size; i++)
        if (bytes[i] == '@')
            at = i;
    char domain[DOMAIN_MAX + 1];
    if (at == size || !local_part_good(bytes, at) || !domain_to_ascii(bytes + at + 1, size - at - 1, domain))
        return false;

    const size_t domain_size = strlen(domain);
    memcpy(out->address, bytes, at);
    out->address[at] = '@';
    memcpy(out->address + at + 1, domain, domain_size + 1);
    make_key(bytes, at, domain, out->key);
    return true;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Finds the address inside white space, "Name <...>" and "mailto:...?subject=". */
static bool trim(const char **bytes, size_t *size)
{
    const char *from = *bytes, *end = from + *size;
    const char *open = NULL;
    for (const char *p = from; p < end; p++)
        if (*p == '<')
            open = p;
    if (open) {
        const char *close = memchr(open, '>', (size_t)(end - open));
        if (!close)
            return false;
        from = open + 1;
        end = close;
    }
    while (from < end && blank(*from))
        from++;
    if (end - from > 7 && strncasecmp(from, "mailto:", 7) == 0) {
        from += 7;
        const char *query = memchr(from, '?', (size_t)(end - from));
        if (query)
            end = query;
    }
    while (end > from && (blank(end[-1]) || end[-1] == ',' || end[-1] == ';'))
        end--;
    *bytes = from;
    *size = (size_t)(end - from);
    return end > from;
}

/* A dot-atom of RFC 5322, or UTF-8 of RFC 6531; quoted local parts are not met in the wild and are refused. */
static bool local_part_good(const char *local, size_t size)
{
    if (size == 0 || size > LOCAL_MAX || local[0] == '.' || local[size - 1] == '.')
        return false;
    for (size_t at = 0; at < size;) {
        size_t start = at;
        uint32_t c = text_next(local, size, &at);
        if (c < 0x80 ? c <= 0x20 || c == 0x7F || strchr("()<>[]:;@\\,\"", (int)c) : c == 0xFFFD || c < 0xA1)
            return false;
        if (c == '.' && at < size && local[start + 1] == '.')
            return false;
    }
    return true;
}

static bool labels_good(const char *domain)
{
    size_t label = 0, dots = 0;
    for (const char *p = domain;; p++) {
        if (*p == '.' || *p == '\0') {
            if (label == 0 || label > 63 || p[-1] == '-' || p[-(ptrdiff_t)label] == '-')
                return false;
            if (*p == '\0')
                return dots > 0;
            dots++;
            label = 0;
        } else if ((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '-') {
            label++;
        } else {
            return false;
        }
    }
}

/* Nearly every one, which UTS 46 leaves as it is. It has more to say of "--", and of length. */
static bool is_plain_domain(const char *domain, size_t size)
{
    if (size == 0 || size > PLAIN_DOMAIN_MAX || domain[size - 1] == '.')
        return false;
    for (size_t i = 0; i < size; i++) {
        const char c = domain[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || (c == '-' && !(i > 0 && domain[i - 1] == '-'))))
            return false;
    }
    return true;
}

static bool domain_to_ascii(const char *domain, size_t size, char out[DOMAIN_MAX + 1])
{
    if (is_plain_domain(domain, size)) {
        memcpy(out, domain, size);
        out[size] = '\0';
        return labels_good(out);
    }
    static UIDNA *idna;   /* immutable once open; one for the process */
    UErrorCode error = U_ZERO_ERROR;
    if (!idna)
        idna = uidna_openUTS46(UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ, &error);
    if (U_FAILURE(error) || size == 0 || size > DOMAIN_MAX)
        return false;
    if (domain[size - 1] == '.')
        size--;

    UIDNAInfo info = UIDNA_INFO_INITIALIZER;
    int32_t written = uidna_nameToASCII_UTF8(idna, domain, (int32_t)size, out, DOMAIN_MAX + 1, &info, &error);
    if (U_FAILURE(error) || info.errors != 0 || written <= 0 || written > DOMAIN_MAX)
        return false;
    out[written] = '\0';
    text_lower_ascii(out);
    return strlen(out) == (size_t)written && labels_good(out);
}

static void make_key(const char *local, size_t local_size, const char *domain, char key[EMAIL_ADDRESS_MAX + 1])
{
    const struct domain_rule *rule = NULL;
    for (size_t i = 0; i < sizeof rules / sizeof *rules && !rule; i++)
        if (strcmp(rules[i].domain, domain) == 0)
            rule = &rules[i];

    size_t used = 0;
    for (size_t i = 0; i < local_size; i++) {
        if (rule && local[i] == rule->tag && i > 0)
            break;
        if (rule && rule->dots_ignored && local[i] == '.')
            continue;
        key[used++] = local[i];
    }
    key[used++] = '@';
    strcpy(key + used, rule ? rule->main_domain : domain);
    text_lower_ascii(key);
}
