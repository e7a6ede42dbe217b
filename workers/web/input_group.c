/* SPDX-License-Identifier: Apache-2.0 */
#include "input_group.h"

#include <string.h>

void input_group_of_path(const struct input_fields *fields, const char *path, struct input_group *out)
{
    struct input_search search = input_fields_search(fields, path);
    out->count = 0;
    for (struct input_field *field; out->count < INPUT_GROUP_MAX && (field = input_search_next(fields, &search)) != NULL;)
        out->fields[out->count++] = field;
}

void input_group_of_name(const struct input_fields *fields, size_t first, struct input_group *out)
{
    struct input_field *items = fields->items;
    out->fields[0] = &items[first];
    out->count = 1;
    if (fields->document != NULL && items[first].pair_name == NULL)
        return;
    for (size_t i = first + 1; i < fields->count && out->count < INPUT_GROUP_MAX; i++)
        if (!items[i].used && (items[i].pair_name == NULL) == (items[first].pair_name == NULL) && strcmp(items[i].path, items[first].path) == 0)
            out->fields[out->count++] = &items[i];
}

static bool came_before(const struct input_group *group, size_t which)
{
    const struct input_field *field = group->fields[which];
    for (size_t i = 0; i < which; i++)
        if (group->fields[i]->size == field->size && memcmp(group->fields[i]->value, field->value, field->size) == 0)
            return true;
    return false;
}

struct input_field input_group_join(const struct input_group *group, struct byte_buffer *text)
{
    struct input_field joined = *group->fields[0];
    byte_buffer_clear(text);
    for (size_t i = 0; i < group->count; i++) {
        const struct input_field *field = group->fields[i];
        if (field->size == 0 || came_before(group, i))
            continue;
        if (text->size > 0)
            byte_buffer_put(text, ", ", 2);
        byte_buffer_put(text, field->value, field->size);
    }
    const size_t size = text->size;
    byte_buffer_put_u8(text, 0);
    if (text->failed)
        return joined;
    joined.value = (const char *)text->data;
    joined.size = size;
    return joined;
}

void input_group_use_up(const struct input_group *group)
{
    for (size_t i = 0; i < group->count; i++)
        group->fields[i]->used = true;
}
