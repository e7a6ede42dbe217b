/* SPDX-License-Identifier: Apache-2.0 */
#include "header_mend.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* Where the name of this line's header ends; 0 when it is none. */
static size_t name_size(const char *line, size_t size)
{
    size_t at = 0;
    while (at < size && line[at] > ' ' && line[at] < 0x7F && line[at] != ':')
        at++;
    return at;
}

void header_mend(char *bytes, size_t size)
{
    static const char content_type[] = "Content-Type";
    bool typed = false;
    for (size_t at = 0; at < size;) {
        char *line = bytes + at;
        const char *end = memchr(line, '\n', size - at);
        size_t length = end ? (size_t)(end - line) : size - at;
        if (length == 0 || (length == 1 && line[0] == '\r'))
            return;
        size_t name = name_size(line, length), colon = name;
        while (colon < length && (line[colon] == ' ' || line[colon] == '\t'))
            colon++;
        if (name > 0 && colon < length && line[colon] == ':') {
            line[colon] = ' ';
            line[name] = ':';
            bool is_type = name == sizeof content_type - 1 && strncasecmp(line, content_type, name) == 0;
            if (is_type && typed)
                line[0] = 'X';   /* the second of two: another header */
            typed = typed || is_type;
        }
        at += length + (end ? 1 : 0);
    }
}

void header_mend_addresses(char *value)
{
    bool angle = false, quoted = false;
    int comments = 0;
    char *to = value;
    for (const char *at = value; *at; at++) {
        if (*at == '\\' && at[1]) {
            if (comments == 0) {
                *to++ = at[0];
                *to++ = at[1];
            }
            at++;
            continue;
        }
        if (*at == '"' && comments == 0)
            quoted = !quoted;
        bool open = angle && !quoted;
        comments += open && *at == '(';
        bool skipped = open && (comments > 0 || *at == ' ' || *at == '\t' || *at == '\r' || *at == '\n');
        comments -= open && *at == ')' && comments > 0;
        if (!quoted && comments == 0 && (*at == '<' || *at == '>'))
            angle = *at == '<';
        if (!skipped)
            *to++ = *at;
    }
    *to = '\0';
}
