/* SPDX-License-Identifier: Apache-2.0 */
#include "mail_body.h"

#include <string.h>
#include <strings.h>

enum { ATTRIBUTION_SIZE_MAX = 300, ATTRIBUTION_LINES_MAX = 4, OUTLOOK_HEADER_LINES_MAX = 5 };

/* A line without its end. */
struct line {
    const char *at;
    size_t size;
};

static struct line line_at(const char *text);
static const char *next_line(struct line line);
static bool is_blank(const char *text);
static size_t attribution_lines(struct line first);
static bool starts_quoted_tail(struct line line);
static bool starts_signature(struct line line);

bool mail_body_cut(struct arena *arena, const char *text, struct mail_body *out)
{
    size_t size = strlen(text), kept = 0;
    char *own = arena_alloc(arena, size + 1);
    size_t signature = (size_t)-1;
    if (!own)
        return false;
    for (struct line line = line_at(text);; line = line_at(next_line(line))) {
        if (starts_quoted_tail(line))
            break;
        size_t skipped = line.size > 0 && line.at[0] == '>' ? 1 : attribution_lines(line);
        for (size_t i = 1; i < skipped; i++)
            line = line_at(next_line(line));
        if (skipped == 0) {
            if (signature == (size_t)-1 && starts_signature(line))
                signature = kept;
            memcpy(own + kept, line.at, line.size);
            kept += line.size;
            own[kept++] = '\n';
        }
        if (!*next_line(line))
            break;
    }
    if (kept > size)
        kept = size;   /* the last line of the text had no end */
    own[kept] = '\0';
    out->own = is_blank(own) ? text : own;
    out->summary = out->own;
    if (out->own == own && signature < kept) {
        char *summary = arena_copy(arena, own, signature);
        if (!summary)
            return false;
        if (!is_blank(summary))
            out->summary = summary;
    }
    return true;
}

static struct line line_at(const char *text)
{
    struct line line = {text, strcspn(text, "\n")};
    while (line.size > 0 && strchr(" \t\r", line.at[line.size - 1]))
        line.size--;
    return line;
}

static const char *next_line(struct line line)
{
    const char *end = strchr(line.at + line.size, '\n');
    return end ? end + 1 : line.at + strlen(line.at);
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

static bool begins(struct line line, const char *prefix)
{
    size_t size = strlen(prefix);
    return line.size >= size && strncasecmp(line.at, prefix, size) == 0;
}

/* How many lines from here make up "On <date>, <somebody> wrote:"; 0: it is something else. */
static size_t attribution_lines(struct line first)
{
    static const char *const starts[] = {"On ", "Am ", "Il ", "Le ", "El ", "Op ", "Den "};
    static const char *const verbs[] = {"wrote", "schrieb", "ha scritto", "a \303\251crit", "escribi\xC3\xB3", "schreef", "skrev"};
    char joined[ATTRIBUTION_SIZE_MAX + 1];
    size_t size = 0;
    bool candidate = false;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        candidate = candidate || begins(first, starts[i]);
    if (!candidate)
        return 0;
    struct line line = first;
    for (size_t count = 1; count <= ATTRIBUTION_LINES_MAX; count++) {
        if (line.size == 0 || size + line.size + 1 > ATTRIBUTION_SIZE_MAX)
            return 0;
        memcpy(joined + size, line.at, line.size);
        size += line.size;
        joined[size] = '\0';
        if (joined[size - 1] == ':') {
            for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
                if (strstr(joined, verbs[i]))
                    return count;
            }
            return 0;
        }
        joined[size++] = ' ';
        line = line_at(next_line(line));
    }
    return 0;
}

/* The header block that Outlook puts before the message it answers: From and then Sent, in some language. */
static bool is_outlook_header(struct line line)
{
    static const char *const from[] = {"From:", "Von:", "Da:", "De:", "De\xC2\xA0:", "De :", "Van:"};
    static const char *const sent[] = {"Sent:", "Gesendet:", "Inviato:", "Envoy\xC3\xA9", "Enviado", "Verzonden:"};
    bool is_from = false;
    for (size_t i = 0; i < sizeof from / sizeof *from; i++)
        is_from = is_from || begins(line, from[i]);
    for (int i = 0; is_from && i < OUTLOOK_HEADER_LINES_MAX; i++) {
        line = line_at(next_line(line));
        for (size_t j = 0; j < sizeof sent / sizeof *sent; j++) {
            if (begins(line, sent[j]))
                return true;
        }
    }
    return false;
}

static bool starts_quoted_tail(struct line line)
{
    static const char *const words[] = {
        "Original Message", "Urspr\xC3\xBCngliche Nachricht", "Messaggio originale", "Message d'origine",
        "Mensaje original", "Original-Nachricht",
    };
    if (begins(line, "-----")) {
        size_t dashes = strspn(line.at, "- ");
        struct line rest = {line.at + dashes, dashes < line.size ? line.size - dashes : 0};
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            if (begins(rest, words[i]))
                return true;
        }
    }
    return is_outlook_header(line);
}

static bool starts_signature(struct line line)
{
    static const char *const mobile[] = {
        "Sent from my ", "Get Outlook for ", "Inviato da iPhone", "Inviato dal mio ", "Inviato da Outlook",
        "Von meinem ", "Gesendet von ", "Envoy\xC3\xA9 de mon ", "Enviado desde mi ",
    };
    /* "-- " is the rule (RFC 3676); many programs lose the space. */
    if (line.size == 2 && memcmp(line.at, "--", 2) == 0)
        return true;
    for (size_t i = 0; i < sizeof mobile / sizeof *mobile; i++) {
        if (begins(line, mobile[i]))
            return true;
    }
    return false;
}
