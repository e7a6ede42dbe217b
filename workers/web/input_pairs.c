/* SPDX-License-Identifier: Apache-2.0 */
#include "input_pairs.h"

#include <string.h>

#include "json_path.h"

static void add_pair(const struct input_pairs *pairs, struct arena *arena, const struct json_value *item, struct input_fields *fields);
static const char *value_text(const struct input_pairs *pairs, struct arena *arena, const struct json_value *item);
static const char *label_of(const struct input_pairs *pairs, const struct json_value *document, const char *name);

void input_pairs_apply(const struct input_pairs *pairs, struct arena *arena, struct input_fields *fields)
{
    char place[JSON_PLACE_MAX];
    const struct json_value *list = pairs->list && fields->document ? json_path_find(fields->document, pairs->list, place) : NULL;
    if (!json_tree_is(list, JSON_KIND_ARRAY))
        return;
    size_t place_size = strlen(place), own_count = fields->count;
    for (const struct json_value *item = list->first; item; item = item->next)
        add_pair(pairs, arena, item, fields);
    for (size_t i = 0; i < own_count; i++)
        if (strncmp(fields->items[i].path, place, place_size) == 0 && fields->items[i].path[place_size] == '[')
            fields->items[i].used = true;
}

static void add_pair(const struct input_pairs *pairs, struct arena *arena, const struct json_value *item, struct input_fields *fields)
{
    char place[JSON_PLACE_MAX];
    const char *name = json_tree_text(json_path_find(item, pairs->name, place));
    const char *value = name ? value_text(pairs, arena, item) : NULL;
    if (!value)
        return;
    if (fields->count == INPUT_FIELDS_MAX) {
        fields->cut = true;
        return;
    }
    const char *label = label_of(pairs, fields->document, name);
    fields->items[fields->count++] = (struct input_field){
        .path = label ? label : name, .pair_name = name, .value = value, .size = strlen(value),
    };
}

static const char *value_text(const struct input_pairs *pairs, struct arena *arena, const struct json_value *item)
{
    char place[JSON_PLACE_MAX];
    for (size_t i = 0; i < pairs->value_count; i++) {
        const struct json_value *value = json_path_find(item, pairs->values[i], place);
        const char *text = json_tree_text(value);
        for (const struct json_value *inner = json_tree_item(value, 0); inner; inner = inner->next) {
            const char *one = json_tree_text(inner);
            if (one)
                text = text ? arena_printf(arena, "%s, %s", text, one) : one;
        }
        if (text)
            return text;
    }
    return NULL;
}

static const char *label_of(const struct input_pairs *pairs, const struct json_value *document, const char *name)
{
    char place[JSON_PLACE_MAX];
    const struct json_value *list = pairs->label_list ? json_path_find(document, pairs->label_list, place) : NULL;
    for (const struct json_value *item = json_tree_item(list, 0); item; item = item->next) {
        const char *key = json_tree_text(json_path_find(item, pairs->label_key, place));
        if (key && strcmp(key, name) == 0)
            return json_tree_text(json_path_find(item, pairs->label_text, place));
    }
    return NULL;
}
