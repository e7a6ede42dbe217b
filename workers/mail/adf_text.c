/* SPDX-License-Identifier: Apache-2.0 */
#include "adf_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { GROWTH_MAX = 5 };   /* "&" -> "&amp;" */

static const char *copy_markup(const char *at, char **to);
static const char *copy_reference(const char *at, char **to);
static const char *copy_character(const char *at, char **to);

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool begins(const char *text, const char *prefix)
{
    return strncasecmp(text, prefix, strlen(prefix)) == 0;
}

const char *adf_text_find(const char *text)
{
    for (const char *at = strchr(text, '<'); at; at = strchr(at + 1, '<')) {
        if (!begins(at, "<adf") || !strchr("> \t\r\n", at[4]) || at[4] == '\0')
            continue;
        const char *line = at;
        while (line > text && line[-1] != '\n')
            line--;
        if (line[strspn(line, " \t")] == '<')
            return at;
    }
    return NULL;
}

char *adf_text_mend(struct arena *arena, const char *adf)
{
    char *text = arena_alloc(arena, strlen(adf) * GROWTH_MAX + 1), *to = text;
    if (!text)
        return NULL;
    for (const char *at = adf; *at;) {
        bool end = begins(at, "</adf") && !is_letter(at[5]);
        at = *at == '<' ? copy_markup(at, &to) : *at == '&' ? copy_reference(at, &to) : copy_character(at, &to);
        if (end)
            break;
    }
    *to = '\0';
    return text;
}

static void put(char **to, const char *bytes, size_t size)
{
    memcpy(*to, bytes, size);
    *to += size;
}

/* "<name a='b'>", with an escaped value where one is needed; NULL when it is no tag. */
static const char *copy_tag(const char *at, char **to)
{
    const char *name = at + 1 + (at[1] == '/');
    const char *end = name;
    for (char quote = '\0'; *end && (quote || *end != '>'); end++) {
        if (*end == '<')
            return NULL;
        if (quote ? *end == quote : *end == '"' || *end == '\'')
            quote = quote ? '\0' : *end;
    }
    if (!is_letter(*name) || *end != '>')
        return NULL;
    for (; at < name; at++)
        put(to, at, 1);
    for (; is_letter(*at) || (*at >= '0' && *at <= '9') || *at == '-' || *at == '_'; at++)
        *(*to)++ = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
    while (at <= end)
        at = *at == '&' ? copy_reference(at, to) : copy_character(at, to);
    return at;
}

static const char *copy_cdata(const char *at, const char *end, char **to)
{
    while (at < end)
        at = copy_character(at, to);
    put(to, end, 3);
    return end + 3;
}

/* At a "<". What has no end is text. */
static const char *copy_markup(const char *at, char **to)
{
    const char *end = NULL;
    if (begins(at, "<![CDATA[") && (end = strstr(at, "]]>")) != NULL) {
        put(to, "<![CDATA[", 9);   /* expat knows it in capitals alone */
        return copy_cdata(at + 9, end, to);
    }
    if (begins(at, "<!--") && (end = strstr(at, "-->")) != NULL)
        return end + 3;
    if (at[1] == '?' && (end = strstr(at, "?>")) != NULL)
        return end + 2;
    end = copy_tag(at, to);
    if (end)
        return end;
    put(to, "&lt;", 4);
    return at + 1;
}

static bool is_xml_character(unsigned long code)
{
    return code == 9 || code == 10 || code == 13 || (code >= 0x20 && code < 0xD800) || (code >= 0xE000 && code < 0xFFFE) ||
           (code >= 0x10000 && code <= 0x10FFFF);
}

/* At a "&": the five entities of XML and character numbers stay; a no-break space is a space. */
static const char *copy_reference(const char *at, char **to)
{
    static const char *const known[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strncmp(at, known[i], strlen(known[i])) == 0) {
            put(to, at, strlen(known[i]));
            return at + strlen(known[i]);
        }
    }
    if (begins(at, "&nbsp;")) {
        put(to, " ", 1);
        return at + 6;
    }
    if (at[1] == '#') {
        bool hex = at[2] == 'x';
        const char *digits = at + 2 + hex;
        size_t size = strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789");
        if (size > 0 && size <= 8 && digits[size] == ';') {
            bool good = is_xml_character(strtoul(digits, NULL, hex ? 16 : 10));
            put(to, good ? at : " ", good ? (size_t)(digits + size + 1 - at) : 1);
            return digits + size + 1;
        }
    }
    put(to, "&amp;", 5);
    return at + 1;
}

/* One byte, or a space for what XML does not know: control characters, U+FFFE and U+FFFF. */
static const char *copy_character(const char *at, char **to)
{
    unsigned char c = (unsigned char)*at;
    if (c == 0xEF && (unsigned char)at[1] == 0xBF && (unsigned char)at[2] >= 0xBE) {
        put(to, " ", 1);
        return at + 3;
    }
    put(to, c < ' ' && !strchr("\t\r\n", c) ? " " : at, 1);
    return at + 1;
}
