/* SPDX-License-Identifier: Apache-2.0
 *
 * input_fields - what a request brought, as one flat list of names and texts.
 *
 * A form gives its fields, and of files their names, types and sizes. A JSON document gives each scalar under its path
 * ("contact.email", "answers[0].text"): strings as they are, integers in full (ids
 * need all 64 bits), other numbers as written by jansson, true and false; null
 * and empty containers give nothing. Whoever uses a field marks it, so that
 * in the end what nobody asked for can be kept as attributes.
 * Threads: none.
 */
#ifndef INPUT_FIELDS_H
#define INPUT_FIELDS_H

#include <jansson.h>
#include <leadwire/status.h>
#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "multipart_body.h"

enum { INPUT_FIELDS_MAX = 512, INPUT_DEPTH_MAX = 16 };

struct input_field {
    const char *path;      /* the form field's name, or the JSON path; of a pair its label or name */
    const char *pair_name; /* NULL of all that input_pairs did not add */
    const char *value;     /* NUL-terminated, may hold NULs too */
    size_t size;
    bool used;
};

struct input_fields {
    struct input_field *items;   /* in the arena */
    size_t count;
    bool cut;                    /* more than INPUT_FIELDS_MAX scalars, or too deep: the rest is left out */
    json_t *document;            /* NULL of a form */
    const struct form_fields *form;   /* of application/x-www-form-urlencoded only */
    const struct multipart_file *files;
    size_t file_count;
};

/* Errors: LW_INVALID (not JSON, or neither object nor array at the top), LW_TOO_LARGE (a form with too many fields),
 * LW_NO_MEMORY. *out is then empty. */
LW_MUST_CHECK lw_status input_fields_from_form(struct arena *arena, const char *bytes, size_t size, struct input_fields *out);
/* A document, or NULL; integers of any length are kept as written. Counted: json_decref it. */
json_t *input_json_load(struct arena *arena, const char *bytes, size_t size);
/* content_type: the whole header. LW_INVALID: not such a body. */
LW_MUST_CHECK lw_status input_fields_from_multipart(struct arena *arena, const char *content_type, const char *bytes, size_t size,
                                                    struct input_fields *out);
LW_MUST_CHECK lw_status input_fields_from_json(struct arena *arena, const char *bytes, size_t size, struct input_fields *out);
/* Releases the document. An empty or released list is accepted. */
void input_fields_release(struct input_fields *fields);
/* By form field name or JSON path: the field at or after `from` (0 at first), with its index in *index_out; NULL if none.
 * A form may have the same name more than once. */
struct input_field *input_fields_find(const struct input_fields *fields, const char *path, size_t from, size_t *index_out);

#endif
