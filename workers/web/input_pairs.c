/* SPDX-License-Identifier: Apache-2.0 */
#include "input_pairs.h"

#include <string.h>

#include "json_path.h"

static void add_pair(const struct input_pairs *pairs, struct arena *arena, const json_t *item, struct input_fields *fields);
static const char *value_text(const struct input_pairs *pairs, struct arena *arena, const json_t *item);
static const char *label_of(const struct input_pairs *pairs, struct arena *arena, const json_t *document, const char *name);

void input_pairs_apply(const struct input_pairs *pairs, struct arena *arena, struct input_fields *fields)
{
    char place[JSON_PLACE_MAX];
    const json_t *list = pairs->list && fields->document ? json_path_find(fields->document, pairs->list, place) : NULL;
    if (!json_is_array(list))
        return;
    size_t place_size = strlen(place), own_count = fields->count;
    for (size_t i = 0; i < json_array_size(list); i++)
        add_pair(pairs, arena, json_array_get(list, i), fields);
    for (size_t i = 0; i < own_count; i++)
        if (strncmp(fields->items[i].path, place, place_size) == 0 && fields->items[i].path[place_size] == '[')
            fields->items[i].used = true;
}

static void add_pair(const struct input_pairs *pairs, struct arena *arena, const json_t *item, struct input_fields *fields)
{
    char place[JSON_PLACE_MAX];
    const char *name = json_scalar_text(arena, json_path_find(item, pairs->name, place));
    const char *value = name ? value_text(pairs, arena, item) : NULL;
    if (!value)
        return;
    if (fields->count == INPUT_FIELDS_MAX) {
        fields->cut = true;
        return;
    }
    const char *label = label_of(pairs, arena, fields->document, name);
    fields->items[fields->count++] = (struct input_field){
        .path = label ? label : name, .pair_name = name, .value = value, .size = strlen(value),
    };
}

static const char *value_text(const struct input_pairs *pairs, struct arena *arena, const json_t *item)
{
    char place[JSON_PLACE_MAX];
    for (size_t i = 0; i < pairs->value_count; i++) {
        const json_t *value = json_path_find(item, pairs->values[i], place);
        const char *text = json_scalar_text(arena, value);
        for (size_t j = 0; json_is_array(value) && j < json_array_size(value); j++) {
            const char *one = json_scalar_text(arena, json_array_get(value, j));
            if (one)
                text = text ? arena_printf(arena, "%s, %s", text, one) : one;
        }
        if (text)
            return text;
    }
    return NULL;
}

static const char *label_of(const struct input_pairs *pairs, struct arena *arena, const json_t *document, const char *name)
{
    char place[JSON_PLACE_MAX];
    const json_t *list = pairs->label_list ? json_path_find(document, pairs->label_list, place) : NULL;
    for (size_t i = 0; json_is_array(list) && i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        if (json_scalar_equals(json_path_find(item, pairs->label_key, place), name, strlen(name)))
            return json_scalar_text(arena, json_path_find(item, pairs->label_text, place));
    }
    return NULL;
}
