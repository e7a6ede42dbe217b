/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE   /* memmem */
#include "sip_frame.h"

#include <ctype.h>
#include <string.h>

static const char blanks[] = " \t";

static bool read_line(struct arena *arena, char *line, struct sip_frame *out);
static void note_length(struct sip_frame *frame, const char *value);
static bool may_repeat(const char *name);

/* Only CR LF ends a line: a lone CR, a lone LF or a NUL makes the head unreadable. */
static bool lines_are_clean(const char *head, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        bool ends = head[i] == '\r' && i + 1 < size && head[i + 1] == '\n';
        if (head[i] == '\0' || (head[i] == '\r' && !ends) || (head[i] == '\n' && (i == 0 || head[i - 1] != '\r')))
            return false;
    }
    return true;
}

/* Folded lines become one: their CR LF are blanks. */
static void unfold(char *head)
{
    for (char *at = head; (at = strstr(at, "\r\n")); at += 2)
        if (at[2] == ' ' || at[2] == '\t')
            at[0] = at[1] = ' ';
}

enum sip_frame_state sip_frame_read(struct arena *arena, const char *bytes, size_t size, struct sip_frame *out)
{
    const char *end = memmem(bytes, size, "\r\n\r\n", 4);
    *out = (struct sip_frame){0};
    if (!end)
        return SIP_FRAME_PART;
    out->head_size = (size_t)(end - bytes) + 4;
    char *head = arena_copy(arena, bytes, out->head_size - 2);
    if (!head || !lines_are_clean(head, out->head_size - 2))
        return SIP_FRAME_BROKEN;
    unfold(head);
    char *line = head, *line_end = strstr(line, "\r\n");
    *line_end = '\0';
    out->start = line;
    while (*(line = line_end + 2)) {
        line_end = strstr(line, "\r\n");
        *line_end = '\0';
        if (!read_line(arena, line, out))
            return SIP_FRAME_BROKEN;
    }
    return SIP_FRAME_WHOLE;
}

const char *sip_frame_find(const struct sip_frame *frame, const char *name, size_t n)
{
    for (size_t i = 0; i < frame->header_count; i++)
        if (strcmp(frame->headers[i].name, name) == 0 && n-- == 0)
            return frame->headers[i].value;
    return NULL;
}

size_t sip_frame_blank(const char *bytes, size_t size)
{
    size_t count = 0;
    while (count < size && (bytes[count] == '\r' || bytes[count] == '\n'))
        count++;
    return count;
}

const char *sip_list_next(struct arena *arena, const char **at)
{
    const char *from = *at + strspn(*at, " \t,"), *to = from;
    bool quoted = false, inside = false;
    for (; *to && (quoted || inside || *to != ','); to++) {
        if (quoted && *to == '\\' && to[1])
            to++;
        else if (*to == '"')
            quoted = !quoted;
        else if (!quoted && (*to == '<' || *to == '>'))
            inside = *to == '<';
    }
    *at = to;
    while (to > from && strchr(blanks, to[-1]))
        to--;
    return to > from ? arena_copy(arena, from, (size_t)(to - from)) : NULL;
}

static const char *long_name(const char *name)
{
    static const struct { const char *compact, *name; } table[] = {
        {"v", "via"}, {"f", "from"}, {"t", "to"}, {"i", "call-id"}, {"l", "content-length"}, {"m", "contact"}, {"c", "content-type"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].compact, name) == 0)
            return table[i].name;
    return name;
}

/* "Name : value" */
static bool read_line(struct arena *arena, char *line, struct sip_frame *out)
{
    char *colon = strchr(line, ':');
    size_t size = colon ? (size_t)(colon - line) : 0;
    while (size > 0 && strchr(blanks, line[size - 1]))
        size--;
    char *name = arena_copy(arena, line, size);
    if (!name || size == 0 || strcspn(name, blanks) != size || out->header_count == SIP_HEADERS_MAX)
        return false;
    for (char *c = name; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    char *value = colon + 1 + strspn(colon + 1, blanks), *end = value + strlen(value);
    while (end > value && strchr(blanks, end[-1]))
        *--end = '\0';
    const char *known = long_name(name);
    out->doubled = out->doubled || (!may_repeat(known) && sip_frame_find(out, known, 0));
    out->headers[out->header_count++] = (struct sip_header){known, value};
    if (strcmp(known, "content-length") == 0)
        note_length(out, value);
    return true;
}

static void note_length(struct sip_frame *frame, const char *value)
{
    size_t digits = strspn(value, "0123456789"), length = 0;
    frame->bad_length = frame->bad_length || frame->has_length || digits == 0 || value[digits];
    frame->has_length = true;
    for (size_t i = 0; i < digits && length <= SIP_BODY_SIZE_MAX; i++)
        length = length * 10 + (size_t)(value[i] - '0');
    frame->bad_length = frame->bad_length || length > SIP_BODY_SIZE_MAX;
    frame->body_size = frame->bad_length ? 0 : length;
}

static bool may_repeat(const char *name)
{
    static const char *const once[] = {"from", "to", "call-id", "cseq", "content-length", "max-forwards"};
    for (size_t i = 0; i < sizeof once / sizeof *once; i++)
        if (strcmp(once[i], name) == 0)
            return false;
    return true;
}
