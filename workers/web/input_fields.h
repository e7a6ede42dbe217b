/* SPDX-License-Identifier: Apache-2.0
 *
 * input_fields - what a request brought, as one flat list of names and texts.
 *
 * A form gives its fields, and of files their names, types and sizes. A JSON document gives each scalar under its path
 * ("contact.email", "answers[0].text"): strings as they are, integers in full,
 * other numbers with 15 digits, true and false; null and empty containers give nothing. Whoever uses a field marks it, so that
 * in the end what nobody asked for can be kept as attributes.
 * Threads: none.
 */
#ifndef INPUT_FIELDS_H
#define INPUT_FIELDS_H

#include <leadwire/status.h>
#include <stdbool.h>
#include <stddef.h>

#include "json_tree.h"
#include "multipart_body.h"

enum { INPUT_FIELDS_MAX = 512, INPUT_DEPTH_MAX = 16 };

struct input_field {
    const char *path;      /* the form field's name, or the JSON path; of a pair its label or name */
    const char *pair_name; /* NULL of all that input_pairs did not add */
    const char *value;     /* NUL-terminated, may hold NULs too */
    size_t size;
    const struct json_value *place;   /* in the document; NULL of a form and of what input_pairs added */
    bool used;
};

struct input_fields {
    struct input_field *items;   /* in the arena */
    size_t count;
    bool is_charset_guessed;     /* texts that are no UTF-8 were taken for Windows-1252 */
    bool cut;                    /* more than INPUT_FIELDS_MAX scalars, or too deep: the rest is left out */
    const struct json_value *document;   /* in the arena; NULL of a form */
    const struct form_fields *form;   /* of application/x-www-form-urlencoded only */
    struct multipart_file *files;
    size_t file_count;
};

/* Errors: LW_INVALID (not JSON, or neither object nor array at the top), LW_TOO_LARGE (a form with too many fields),
 * LW_NO_MEMORY. *out is then empty. */
LW_MUST_CHECK lw_status input_fields_from_form(struct arena *arena, const char *bytes, size_t size, struct input_fields *out);
/* content_type: the whole header. LW_INVALID: not such a body. */
LW_MUST_CHECK lw_status input_fields_from_multipart(struct arena *arena, const char *content_type, const char *bytes, size_t size,
                                                    struct input_fields *out);
LW_MUST_CHECK lw_status input_fields_from_json(struct arena *arena, const char *bytes, size_t size, struct input_fields *out);
/* A form one of whose fields holds a JSON document: that document, and before it the form's other fields, by their names. *fields stays as it is
 * where there is no such field, or no document in it. Errors: LW_NO_MEMORY. */
LW_MUST_CHECK lw_status input_fields_open_document(struct arena *arena, const char *name, struct input_fields *fields);
/* By form field name or JSON path; the first of them, NULL if none. */
struct input_field *input_fields_find(const struct input_fields *fields, const char *path);

/* All of one name: a form may have it more than once; where a path is that of a JSON list, the scalars in it. path is borrowed. */
struct input_search { const char *path; const struct json_value *place; size_t next; };
struct input_search input_fields_search(const struct input_fields *fields, const char *path);
/* NULL: no more. */
struct input_field *input_search_next(const struct input_fields *fields, struct input_search *search);

#endif
