/* SPDX-License-Identifier: Apache-2.0 */
#include "form_charset.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>

#include "text_clean.h"

enum { UTF8_PER_BYTE_MAX = 4 };   /* no charset in use needs more for one of its own */

static const char replacement[] = "\xEF\xBF\xBD";

static iconv_t open_converter(const char *name)
{
    const bool is_latin1 = strcasecmp(name, "iso-8859-1") == 0 || strcasecmp(name, "latin1") == 0;   /* browsers write a superset */
    if (strlen(name) > FORM_CHARSET_NAME_MAX || strchr(name, '/') != NULL)                            /* "//IGNORE" is for iconv */
        return (iconv_t)-1;
    return iconv_open("UTF-8", is_latin1 ? "WINDOWS-1252" : name);
}

bool form_charset_is_known(const char *name)
{
    iconv_t converter = *name != '\0' ? open_converter(name) : (iconv_t)-1;
    if (converter == (iconv_t)-1)
        return false;
    iconv_close(converter);
    return true;
}

static bool is_other(const char *bytes, size_t size)
{
    size_t broken = 0, good = 0;
    for (size_t at = 0; at < size;) {
        const size_t begin = at;
        const uint32_t character = text_next(bytes, size, &at);
        const bool is_replacement = at - begin == sizeof replacement - 1 && memcmp(bytes + begin, replacement, at - begin) == 0;
        broken += character == 0xFFFD && !is_replacement;
        good += at - begin > 1 && (character != 0xFFFD || is_replacement);
    }
    return broken > good;
}

/* NULL at the arena's cap. */
static char *convert(iconv_t converter, struct arena *arena, const char *bytes, size_t size, size_t *size_out)
{
    size_t room = size * UTF8_PER_BYTE_MAX;
    char *in = (char *)(uintptr_t)bytes, *text = arena_alloc(arena, room + 1), *out = text;   /* iconv's signature; it does not write there */
    if (text == NULL)
        return NULL;
    iconv(converter, NULL, NULL, NULL, NULL);
    while (size > 0 && iconv(converter, &in, &size, &out, &room) == (size_t)-1) {
        if (errno == E2BIG || room < sizeof replacement - 1)
            break;
        memcpy(out, replacement, sizeof replacement - 1);
        out += sizeof replacement - 1;
        room -= sizeof replacement - 1;
        in++;
        size--;
    }
    *out = '\0';
    *size_out = (size_t)(out - text);
    return text;
}

/* The field "_charset_", which is no part of the contact then. */
static const char *told_charset(struct input_fields *fields)
{
    struct input_field *field = input_fields_find(fields, "_charset_");
    if (field == NULL || !form_charset_is_known(field->value))
        return NULL;
    field->used = true;
    return field->value;
}

static bool has_other(const struct input_fields *fields)
{
    for (size_t i = 0; i < fields->count; i++)
        if (is_other(fields->items[i].path, strlen(fields->items[i].path)) || is_other(fields->items[i].value, fields->items[i].size))
            return true;
    for (size_t i = 0; i < fields->file_count; i++)
        if (is_other(fields->files[i].file_name, strlen(fields->files[i].file_name)))
            return true;
    return false;
}

static void convert_text(iconv_t converter, struct arena *arena, const char **text, size_t *size)
{
    size_t converted_size;
    char *converted = is_other(*text, *size) ? convert(converter, arena, *text, *size, &converted_size) : NULL;
    if (converted == NULL)
        return;
    *text = converted;
    *size = converted_size;
}

void form_charset_apply(const char *charset, struct arena *arena, struct input_fields *fields)
{
    if (fields->document != NULL)
        return;
    const char *told = told_charset(fields);
    if (!has_other(fields))
        return;
    const char *name = told != NULL ? told : charset;
    fields->is_charset_guessed = name == NULL;
    iconv_t converter = open_converter(name != NULL ? name : "WINDOWS-1252");
    if (converter == (iconv_t)-1)
        return;
    for (size_t i = 0; i < fields->count; i++) {
        struct input_field *field = &fields->items[i];
        size_t path_size = strlen(field->path);
        convert_text(converter, arena, &field->path, &path_size);
        convert_text(converter, arena, &field->value, &field->size);
    }
    for (size_t i = 0; i < fields->file_count; i++) {
        size_t name_size = strlen(fields->files[i].file_name);
        convert_text(converter, arena, &fields->files[i].file_name, &name_size);
    }
    iconv_close(converter);
}
