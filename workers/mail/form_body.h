/* SPDX-License-Identifier: Apache-2.0
 *
 * form_body - reads the "Label: value" lines that form-to-mail robots write.
 *
 *   Name: Mario Rossi        also "*Name:*", "- Name = ...", "Name<tab>value" (a table row),
 *   Tel. 02 1234567          a phone needs no colon
 *   Telefono:                and a value on the line after its label
 *   +39 333 1234567
 *   Messaggio: ...           goes on until the next known label
 *
 * and, read apart, known labels that stand alone on a line, the value below ("--- Name ---" and table rows too).
 *
 * Labels are data: a built-in table in several languages, and those of the
 * configuration, which go first.
 */
#ifndef FORM_BODY_H
#define FORM_BODY_H

#include "arena.h"
#include "lead_builder.h"

#include <stdbool.h>
#include <stddef.h>

/* A lead field (enum lead_field), or one of these behind them. */
enum {
    FORM_PHONE = LEAD_FIELD_COUNT,
    FORM_EMAIL,
    FORM_SENDER,      /* "Name <address>" */
    FORM_OTHER,       /* a label that nobody knows */
};

enum { FORM_LINES_MAX = 64, FORM_LABEL_SIZE_MAX = 48 };

struct form_label {
    const char *label;
    int what;
};

struct form_line {
    int what;
    const char *label;   /* as written, trimmed */
    const char *value;   /* trimmed, never "" */
};

struct form_body {
    struct form_line lines[FORM_LINES_MAX];
    size_t count;
    size_t known;        /* lines whose label is known */
};

/* labels: of the configuration; may be NULL. False at the arena's cap. */
bool form_body_read(struct arena *arena, const char *text, const struct form_label *labels, size_t label_count,
                    struct form_body *out);
/* Labels that stand alone on a line, without a colon: only for who is known to write forms, as words alone on a line may be anything. */
bool form_body_read_below(struct arena *arena, const char *text, const struct form_label *labels, size_t label_count,
                          struct form_body *out);
/* The first line of that kind, or NULL. */
const struct form_line *form_body_find(const struct form_body *body, int what);
/* What a configuration calls it: "phone", "email", "sender", "message" or a lead field; -1 when unknown. */
int form_what_find(const char *name);

#endif
