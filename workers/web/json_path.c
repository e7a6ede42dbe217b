/* SPDX-License-Identifier: Apache-2.0 */
#include "json_path.h"

#include <stdio.h>
#include <string.h>

static const json_t *member(const json_t *value, const char *name, size_t size);
static const json_t *names(const json_t *value, const char *path, size_t size);
static const json_t *item(const json_t *array, const char *inside, size_t size, size_t *index_out);

static const json_t *no_place(char place[JSON_PLACE_MAX])
{
    place[0] = '\0';
    return NULL;
}

const json_t *json_path_find(const json_t *root, const char *path, char place[JSON_PLACE_MAX])
{
    const json_t *value = json_path_problem(path) ? NULL : root;
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
            value = member(value, at + dot, size - dot);
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

const char *json_scalar_text(struct arena *arena, const json_t *value)
{
    enum { REAL_DIGITS = 15 };
    if (json_is_string(value))
        return json_string_value(value);
    if (json_is_integer(value))
        return arena_printf(arena, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    if (json_is_real(value))
        return arena_printf(arena, "%.*g", REAL_DIGITS, json_real_value(value));
    return json_is_boolean(value) ? (json_is_true(value) ? "true" : "false") : NULL;
}

bool json_scalar_equals(const json_t *value, const char *text, size_t size)
{
    char number[32];
    if (json_is_string(value))
        return json_string_length(value) == size && memcmp(json_string_value(value), text, size) == 0;
    if (json_is_integer(value))
        snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_boolean(value))
        snprintf(number, sizeof number, "%s", json_is_true(value) ? "true" : "false");
    else
        return false;
    return strlen(number) == size && memcmp(number, text, size) == 0;
}

static const json_t *member(const json_t *value, const char *name, size_t size)
{
    char key[JSON_PATH_MAX + 1];
    if (!json_is_object(value) || size > JSON_PATH_MAX)
        return NULL;
    memcpy(key, name, size);
    key[size] = '\0';
    return json_object_get(value, key);
}

static const json_t *names(const json_t *value, const char *path, size_t size)
{
    while (value && size > 0) {
        const char *dot = memchr(path, '.', size);
        size_t part = dot ? (size_t)(dot - path) : size;
        value = member(value, path, part);
        size -= dot ? part + 1 : part;
        path += dot ? part + 1 : part;
    }
    return value;
}

static const json_t *item(const json_t *array, const char *inside, size_t size, size_t *index_out)
{
    if (!json_is_array(array))
        return NULL;
    const char *equals = memchr(inside, '=', size);
    size_t index = 0;
    if (equals) {
        size_t name_size = (size_t)(equals - inside);
        while (index < json_array_size(array) &&
               !json_scalar_equals(names(json_array_get(array, index), inside, name_size), equals + 1, size - name_size - 1))
            index++;
    } else {
        for (size_t i = 0; i < size; i++)
            index = index * 10 + (size_t)(inside[i] - '0');
    }
    *index_out = index;
    return json_array_get(array, index);
}
