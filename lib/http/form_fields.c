/* SPDX-License-Identifier: Apache-2.0 */
#include "form_fields.h"

#include <string.h>

static const char *decode(struct arena *arena, const char *bytes, size_t size, size_t *size_out);
static int hex_value(char c);

lw_status form_fields_read(struct arena *arena, const char *bytes, size_t size, struct form_fields *out)
{
    *out = (struct form_fields){0};
    size_t pieces = size > 0;
    for (size_t i = 0; i < size; i++)
        pieces += bytes[i] == '&' && i + 1 < size && bytes[i + 1] != '&';
    if (pieces > FORM_FIELDS_MAX)
        return LW_TOO_LARGE;
    struct form_field *items = arena_calloc(arena, pieces + 1, sizeof *items);
    if (!items)
        return LW_NO_MEMORY;

    size_t count = 0;
    for (const char *at = bytes, *end = bytes + size; at < end;) {
        const char *stop = memchr(at, '&', (size_t)(end - at));
        if (!stop)
            stop = end;
        if (stop > at) {
            const char *equals = memchr(at, '=', (size_t)(stop - at));
            const char *value = equals ? equals + 1 : stop;
            struct form_field *field = &items[count++];
            field->name = decode(arena, at, (size_t)((equals ? equals : stop) - at), &field->name_size);
            field->value = decode(arena, value, (size_t)(stop - value), &field->value_size);
            if (!field->name || !field->value)
                return LW_NO_MEMORY;
        }
        at = stop + 1;
    }
    *out = (struct form_fields){.items = items, .count = count};
    return LW_OK;
}

const struct form_field *form_fields_find(const struct form_fields *fields, const char *name)
{
    size_t size = strlen(name);
    for (size_t i = 0; i < fields->count; i++)
        if (fields->items[i].name_size == size && memcmp(fields->items[i].name, name, size) == 0)
            return &fields->items[i];
    return NULL;
}

const char *form_fields_text(const struct form_fields *fields, const char *name, const char *absent)
{
    const struct form_field *field = form_fields_find(fields, name);
    return field && field->value_size > 0 && !memchr(field->value, '\0', field->value_size) ? field->value : absent;
}

char *form_encode(struct arena *arena, const char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
    char *out = arena_alloc(arena, strlen(text) * 3 + 1);
    if (!out)
        return NULL;
    size_t used = 0;
    for (; *text; text++) {
        if (strchr(plain, *text)) {
            out[used++] = *text;
            continue;
        }
        out[used++] = '%';
        out[used++] = digits[(unsigned char)*text >> 4];
        out[used++] = digits[(unsigned char)*text & 15];
    }
    out[used] = '\0';
    return out;
}

static const char *decode(struct arena *arena, const char *bytes, size_t size, size_t *size_out)
{
    char *out = arena_alloc(arena, size + 1);
    if (!out)
        return NULL;
    size_t used = 0;
    for (size_t i = 0; i < size; i++) {
        int high = bytes[i] == '%' && i + 2 < size ? hex_value(bytes[i + 1]) : -1;
        int low = high >= 0 ? hex_value(bytes[i + 2]) : -1;
        if (low >= 0) {
            out[used++] = (char)(high << 4 | low);
            i += 2;
        } else {
            out[used++] = bytes[i] == '+' ? ' ' : bytes[i];
        }
    }
    out[used] = '\0';
    *size_out = used;
    return out;
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}
