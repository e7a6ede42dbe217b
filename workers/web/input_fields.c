/* SPDX-License-Identifier: Apache-2.0 */
#include "input_fields.h"

#include <stdint.h>
#include <string.h>

#include "json_path.h"

static lw_status take_form(struct arena *arena, const struct form_fields *form, struct input_fields *out);
static void flatten(struct arena *arena, const struct json_value *value, const char *path, unsigned depth, struct input_fields *out);

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

lw_status input_fields_from_json(struct arena *arena, const char *bytes, size_t size, struct input_fields *out)
{
    struct json_value *document;
    *out = (struct input_fields){0};
    lw_status status = json_tree_read(arena, bytes, size, &document);
    if (status != LW_OK)
        return status;
    out->items = arena_alloc(arena, INPUT_FIELDS_MAX * sizeof *out->items);   /* most are never used, nor looked at */
    if (!out->items)
        return LW_NO_MEMORY;
    out->document = document;
    flatten(arena, document, "", 0, out);
    return LW_OK;
}

lw_status input_fields_open_document(struct arena *arena, const char *name, struct input_fields *fields)
{
    const struct input_field *holder = fields->document ? NULL : input_fields_find(fields, name);
    struct input_fields opened;
    lw_status status = holder ? input_fields_from_json(arena, holder->value, holder->size, &opened) : LW_INVALID;
    if (status != LW_OK)
        return status == LW_NO_MEMORY ? status : LW_OK;
    size_t others = 0;
    struct input_field *items = arena_alloc(arena, INPUT_FIELDS_MAX * sizeof *items);   /* pairs may come behind */
    if (!items)
        return LW_NO_MEMORY;
    for (size_t i = 0; i < fields->count; i++) {
        const struct input_field *field = &fields->items[i];
        if (strcmp(field->path, name) == 0)
            continue;
        items[others] = *field;
        items[others++].pair_name = field->path;   /* found by its name, as it is no path */
    }
    const size_t room = INPUT_FIELDS_MAX - (others < INPUT_FIELDS_MAX ? others : INPUT_FIELDS_MAX);
    opened.cut |= opened.count > room;
    opened.count = opened.count > room ? room : opened.count;
    memcpy(items + others, opened.items, opened.count * sizeof *items);
    opened.items = items;
    opened.count += others;
    opened.form = fields->form;
    opened.files = fields->files;
    opened.file_count = fields->file_count;
    opened.is_charset_guessed = fields->is_charset_guessed;
    *fields = opened;
    return LW_OK;
}

struct input_field *input_fields_find(const struct input_fields *fields, const char *path)
{
    struct input_search search = input_fields_search(fields, path);
    return input_search_next(fields, &search);
}

struct input_search input_fields_search(const struct input_fields *fields, const char *path)
{
    char place[JSON_PLACE_MAX];
    return (struct input_search){.path = path, .place = fields->document ? json_path_find(fields->document, path, place) : NULL};
}

/* The value itself, or a list of which it is an item. */
static bool is_at(const struct json_value *value, const struct json_value *place)
{
    const struct json_value *item = place && place->kind == JSON_KIND_ARRAY ? place->first : NULL;
    while (item && item != value)
        item = item->next;
    return value == place || item;
}

static bool is_sought(const struct input_fields *fields, const struct input_field *field, const struct input_search *search)
{
    if (field->pair_name)
        return strcmp(field->pair_name, search->path) == 0 || strcmp(field->path, search->path) == 0;
    return fields->document ? search->place && is_at(field->place, search->place) : strcmp(field->path, search->path) == 0;
}

struct input_field *input_search_next(const struct input_fields *fields, struct input_search *search)
{
    while (search->next < fields->count) {
        struct input_field *field = &fields->items[search->next++];
        if (is_sought(fields, field, search))
            return field;
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

static void flatten(struct arena *arena, const struct json_value *value, const char *path, unsigned depth, struct input_fields *out)
{
    const char *text = json_tree_text(value);
    if (value->kind == JSON_KIND_NULL)
        return;
    if (depth > INPUT_DEPTH_MAX || out->count == INPUT_FIELDS_MAX) {
        out->cut = true;
        return;
    }
    if (text) {
        out->items[out->count++] = (struct input_field){.path = path, .value = text, .size = value->size, .place = value};
        return;
    }
    size_t number = 0;
    for (const struct json_value *inner = value->first; inner && !out->cut; inner = inner->next, number++) {
        const char *at = inner->name ? join(arena, path, inner->name) : arena_printf(arena, "%s[%zu]", path, number);
        if (at)
            flatten(arena, inner, at, depth + 1, out);
        else
            out->cut = true;
    }
}
