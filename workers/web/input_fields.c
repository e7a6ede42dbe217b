/* SPDX-License-Identifier: Apache-2.0 */
#include "input_fields.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "json_path.h"

enum { NUMBER_TEXT_MAX = 64, REAL_DIGITS = 15 };

static void flatten(struct arena *arena, const json_t *value, const char *path, unsigned depth, struct input_fields *out);
static bool scalar_text(struct arena *arena, const json_t *value, struct input_field *field);

lw_status input_fields_from_form(struct arena *arena, const char *bytes, size_t size, struct input_fields *out)
{
    *out = (struct input_fields){0};
    struct form_fields *form = arena_calloc(arena, 1, sizeof *form);
    lw_status status = form ? form_fields_read(arena, bytes, size, form) : LW_NO_MEMORY;
    if (status != LW_OK)
        return status;
    out->items = arena_calloc(arena, form->count + 1, sizeof *out->items);
    if (!out->items)
        return LW_NO_MEMORY;
    out->form = form;
    for (size_t i = 0; i < form->count; i++) {
        const struct form_field *field = &form->items[i];
        out->items[out->count++] = (struct input_field){.path = field->name, .value = field->value, .size = field->value_size};
    }
    return LW_OK;
}

lw_status input_fields_from_json(struct arena *arena, const char *bytes, size_t size, struct input_fields *out)
{
    *out = (struct input_fields){0};
    json_error_t error;
    json_t *document = json_loadb(bytes, size, 0, &error);
    if (!document)
        return LW_INVALID;
    out->items = arena_calloc(arena, INPUT_FIELDS_MAX, sizeof *out->items);
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
    if (fields->document)
        path = json_path_find(fields->document, path, place) ? place : NULL;
    for (size_t i = from; i < fields->count && path; i++) {
        if (strcmp(fields->items[i].path, path) == 0) {
            *index_out = i;
            return &fields->items[i];
        }
    }
    return NULL;
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
            const char *inner = arena_printf(arena, "%s%s%s", path, *path ? "." : "", key);
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
    char number[NUMBER_TEXT_MAX];
    if (json_is_string(value)) {
        field->value = json_string_value(value);
        field->size = json_string_length(value);
        return true;
    }
    if (json_is_integer(value))
        snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        snprintf(number, sizeof number, "%.*g", REAL_DIGITS, json_real_value(value));
    else
        snprintf(number, sizeof number, "%s", json_is_true(value) ? "true" : "false");
    field->value = arena_strdup(arena, number);
    field->size = strlen(number);
    return field->value != NULL;
}
