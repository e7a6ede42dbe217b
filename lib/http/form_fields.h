/* SPDX-License-Identifier: Apache-2.0
 *
 * form_fields - application/x-www-form-urlencoded -> names and values.
 *
 * As browsers do it: '&' splits, the first '=' splits name from value, '+' is a
 * space, %XX a byte, a '%' without two hex digits stands for itself; pieces that
 * are empty are skipped. Order and doubles are kept. Bytes may be anything,
 * NUL included: sizes count, and a NUL follows each for convenience.
 * Threads: none.
 */
#ifndef FORM_FIELDS_H
#define FORM_FIELDS_H

#include <leadwire/status.h>
#include <stdbool.h>
#include <stddef.h>

#include "arena.h"

enum { FORM_FIELDS_MAX = 512 };

struct form_field {
    const char *name, *value;
    size_t name_size, value_size;
};

struct form_fields {
    struct form_field *items;   /* in the arena */
    size_t count;
};

/* Errors, *out then empty: LW_TOO_LARGE (FORM_FIELDS_MAX), LW_NO_MEMORY (the arena's cap). */
LW_MUST_CHECK lw_status form_fields_read(struct arena *arena, const char *bytes, size_t size, struct form_fields *out);
/* The first field of that name; NULL if none. */
const struct form_field *form_fields_find(const struct form_fields *fields, const char *name);
/* Its value; absent when there is none, or when it is empty or holds a NUL. */
const char *form_fields_text(const struct form_fields *fields, const char *name, const char *absent);
/* %XX for all but unreserved characters. NULL at the cap. */
char *form_encode(struct arena *arena, const char *text);

#endif
