/* SPDX-License-Identifier: Apache-2.0 */
#include "input_fields.h"

#include <stdint.h>
#include <string.h>

#include "json_path.h"

enum { INTEGER_DIGITS_SAFE = 18 };   /* these fit into 64 bits */

static lw_status take_form(struct arena *arena, const struct form_fields *form, struct input_fields *out);
static json_t *load_with_long_integers(struct arena *arena, const char *bytes, size_t size);
static void flatten(struct arena *arena, const json_t *value, const char *path, unsigned depth, struct input_fields *out);
static bool scalar_text(struct arena *arena, const json_t *value, struct input_field *field);

lw_status input_fields_from_form(struct arena *arena, const char *bytes, size_t size, struct input_fields *out)
{
    *out = (struct input_fields){0};
    struct form_fields *form = arena_calloc(arena, 1, sizeof *form);
    lw_status status = form ? form_fields_read(arena, bytes, size, form) : LW_NO_MEMORY;
    if (status != LW_OK)
        return status;
    out->form = form;
    return take_form(arena, form, out);
}

lw_status input_fields_from_multipart(struct arena *arena, const char *content_type, const char *bytes, size_t size,
                                      struct input_fields *out)
{
    *out = (struct input_fields){0};
    struct multipart_body body;
    lw_status status = multipart_body_read(arena, content_type, bytes, size, &body);
    if (status != LW_OK)
        return status;
    out->files = body.files;
    out->file_count = body.file_count;
    return take_form(arena, &body.fields, out);
}

json_t *input_json_load(struct arena *arena, const char *bytes, size_t size)
{
    json_error_t error;
    json_t *document = json_loadb(bytes, size, 0, &error);
    return document || json_error_code(&error) != json_error_numeric_overflow ? document : load_with_long_integers(arena, bytes, size);
}

lw_status input_fields_from_json(struct arena *arena, const char *bytes, size_t size, struct input_fields *out)
{
    *out = (struct input_fields){0};
    json_t *document = input_json_load(arena, bytes, size);
    if (!document)
        return LW_INVALID;
    out->items = arena_alloc(arena, INPUT_FIELDS_MAX * sizeof *out->items);   /* most are never used, nor looked at */
    if (!out->items) {
        json_decref(document);
        return LW_NO_MEMORY;
    }
    out->document = document;
    flatten(arena, document, "", 0, out);
    return LW_OK;
}

void input_fields_release(struct input_fields *fields)
{
    json_decref(fields->document);
    *fields = (struct input_fields){0};
}

struct input_field *input_fields_find(const struct input_fields *fields, const char *path, size_t from, size_t *index_out)
{
    char place[JSON_PLACE_MAX];
    bool placed = !fields->document || json_path_find(fields->document, path, place);
    for (size_t i = from; i < fields->count; i++) {
        struct input_field *field = &fields->items[i];
        if (field->pair_name ? strcmp(field->pair_name, path) == 0 || strcmp(field->path, path) == 0
                             : placed && strcmp(field->path, fields->document ? place : path) == 0) {
            *index_out = i;
            return field;
        }
    }
    return NULL;
}

static lw_status take_form(struct arena *arena, const struct form_fields *form, struct input_fields *out)
{
    out->items = arena_calloc(arena, form->count + 1, sizeof *out->items);
    if (!out->items)
        return LW_NO_MEMORY;
    for (size_t i = 0; i < form->count; i++) {
        const struct form_field *field = &form->items[i];
        out->items[out->count++] = (struct input_field){.path = field->name, .value = field->value, .size = field->value_size};
    }
    return LW_OK;
}

/* The size of the integer at the start of text, sign included; 0: none, or another kind of number. */
static size_t integer_size(const char *text, size_t left)
{
    size_t size = left > 0 && text[0] == '-', digits_from = size;
    while (size < left && text[size] >= '0' && text[size] <= '9')
        size++;
    if (size == digits_from || (text[digits_from] == '0' && size > digits_from + 1) ||
        (size < left && (text[size] == '.' || text[size] == 'e' || text[size] == 'E')))
        return 0;
    return size;
}

/* Ids may be longer than the 64 bits that the reader has for an integer: such a one is put into quotes, which keeps all of it. */
static json_t *load_with_long_integers(struct arena *arena, const char *bytes, size_t size)
{
    char *text = arena_alloc(arena, size + size / INTEGER_DIGITS_SAFE * 2 + 2);
    size_t used = 0;
    bool quoted = false;
    for (size_t i = 0; text && i < size;) {
        size_t number = quoted || (i > 0 && strchr("0123456789.eE+-", bytes[i - 1])) ? 0 : integer_size(bytes + i, size - i);
        size_t part = number > 0 ? number : bytes[i] == '\\' && i + 1 < size ? 2 : 1;
        bool long_one = number > INTEGER_DIGITS_SAFE;
        quoted = quoted != (part == 1 && bytes[i] == '"');
        if (long_one)
            text[used++] = '"';
        memcpy(text + used, bytes + i, part);
        used += part;
        i += part;
        if (long_one)
            text[used++] = '"';
    }
    return text ? json_loadb(text, used, 0, NULL) : NULL;
}

static const char *join(struct arena *arena, const char *path, const char *key)
{
    const size_t path_size = strlen(path), key_size = strlen(key);
    if (path_size == 0)
        return key;   /* of the document, which is there as long as the fields are */
    char *joined = arena_alloc(arena, path_size + 1 + key_size + 1);
    if (!joined)
        return NULL;
    memcpy(joined, path, path_size);
    joined[path_size] = '.';
    memcpy(joined + path_size + 1, key, key_size + 1);
    return joined;
}

static void flatten(struct arena *arena, const json_t *value, const char *path, unsigned depth, struct input_fields *out)
{
    if (json_is_null(value))
        return;
    if (depth > INPUT_DEPTH_MAX || out->count == INPUT_FIELDS_MAX) {
        out->cut = true;
        return;
    }
    if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value) && !out->cut; i++) {
            const char *inner = arena_printf(arena, "%s[%zu]", path, i);
            if (inner)
                flatten(arena, json_array_get(value, i), inner, depth + 1, out);
            else
                out->cut = true;
        }
        return;
    }
    if (json_is_object(value)) {
        const char *key;
        json_t *member;
        json_object_foreach((json_t *)(uintptr_t)value, key, member)   /* jansson's macro has no const form */
        {
            const char *inner = join(arena, path, key);
            if (inner && !out->cut)
                flatten(arena, member, inner, depth + 1, out);
            else
                out->cut = true;
        }
        return;
    }
    struct input_field field = {.path = path};
    if (scalar_text(arena, value, &field))
        out->items[out->count++] = field;
    else
        out->cut = true;
}

static bool scalar_text(struct arena *arena, const json_t *value, struct input_field *field)
{
    field->value = json_scalar_text(arena, value);
    if (field->value)
        field->size = json_is_string(value) ? json_string_length(value) : strlen(field->value);
    return field->value != NULL;
}
