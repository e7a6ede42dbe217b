/* SPDX-License-Identifier: Apache-2.0 */
#include "json_path.h"

#include <stdio.h>
#include <string.h>

static const struct json_value *names(const struct json_value *value, const char *path, size_t size);
static const struct json_value *item(const struct json_value *array, const char *inside, size_t size, size_t *index_out);

static const struct json_value *no_place(char place[JSON_PLACE_MAX])
{
    place[0] = '\0';
    return NULL;
}

const struct json_value *json_path_find(const struct json_value *root, const char *path, char place[JSON_PLACE_MAX])
{
    const struct json_value *value = json_path_problem(path) ? NULL : root;
    size_t used = 0;
    place[0] = '\0';
    for (const char *at = path; *at && value;) {
        size_t size;
        if (*at == '[') {
            size_t index = 0;
            size = strcspn(at, "]") + 1;
            value = item(value, at + 1, size - 2, &index);
            used += (size_t)snprintf(place + used, JSON_PLACE_MAX - used, "[%zu]", index);
        } else {
            size_t dot = *at == '.';
            size = dot + strcspn(at + dot, ".[");
            value = json_tree_member(value, at + dot, size - dot);
            if (size >= JSON_PLACE_MAX - used)
                return no_place(place);
            memcpy(place + used, at, size);
            place[used += size] = '\0';
        }
        if (used >= JSON_PLACE_MAX)
            return no_place(place);
        at += size;
    }
    return value ? value : no_place(place);
}

const char *json_path_problem(const char *path)
{
    if (!*path)
        return "the path is empty";
    if (strlen(path) > JSON_PATH_MAX)
        return "the path is too long";
    for (const char *at = path; *at;) {
        if (*at == '[') {
            size_t size = strcspn(at, "]");
            const char *equals = memchr(at, '=', size);
            if (at[size] != ']' || size < 2)
                return "'[' needs a number or name=text and ']'";
            if (equals ? equals == at + 1 : strspn(at + 1, "0123456789") != size - 1 || size > 7)
                return "between '[' and ']' there must be a number or name=text";
            at += size + 1;
            if (*at && *at != '.' && *at != '[')
                return "after ']' there must be '.', '[' or the end";
        } else {
            at += *at == '.' && at != path;
            size_t size = strcspn(at, ".[]");
            if (size == 0 || at[size] == ']')
                return "a name is missing";
            at += size;
        }
    }
    return NULL;
}

static const struct json_value *names(const struct json_value *value, const char *path, size_t size)
{
    while (value && size > 0) {
        const char *dot = memchr(path, '.', size);
        size_t part = dot ? (size_t)(dot - path) : size;
        value = json_tree_member(value, path, part);
        size -= dot ? part + 1 : part;
        path += dot ? part + 1 : part;
    }
    return value;
}

static bool reads_as(const struct json_value *value, const char *text, size_t size)
{
    const char *own = json_tree_text(value);
    return own && strlen(own) == size && memcmp(own, text, size) == 0;
}

static const struct json_value *item(const struct json_value *array, const char *inside, size_t size, size_t *index_out)
{
    const char *equals = memchr(inside, '=', size);
    size_t index = 0;
    if (!equals) {
        for (size_t i = 0; i < size; i++)
            index = index * 10 + (size_t)(inside[i] - '0');
        *index_out = index;
        return json_tree_item(array, index);
    }
    const size_t name_size = (size_t)(equals - inside);
    const struct json_value *found = json_tree_item(array, 0);
    for (; found && !reads_as(names(found, inside, name_size), equals + 1, size - name_size - 1); found = found->next)
        index++;
    *index_out = index;
    return found;
}
