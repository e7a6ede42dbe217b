/* SPDX-License-Identifier: Apache-2.0 */
#include "json_out.h"

#include <inttypes.h>
#include <stddef.h>

#include "wall_clock.h"

/* Bytes of the UTF-8 character that starts text; 0 if it is not one. */
static size_t utf8_size(const unsigned char *text)
{
    const size_t size = text[0] < 0x80 ? 1 : text[0] >= 0xC2 && text[0] < 0xE0 ? 2 : text[0] >= 0xE0 && text[0] < 0xF0 ? 3
                      : text[0] >= 0xF0 && text[0] < 0xF5 ? 4 : 0;
    for (size_t i = 1; i < size; i++) {
        if ((text[i] & 0xC0) != 0x80)   /* the NUL at the end fails here too */
            return 0;
    }
    if (size == 3 && ((text[0] == 0xE0 && text[1] < 0xA0) || (text[0] == 0xED && text[1] > 0x9F)))
        return 0;   /* overlong; surrogates */
    if (size == 4 && ((text[0] == 0xF0 && text[1] < 0x90) || (text[0] == 0xF4 && text[1] > 0x8F)))
        return 0;
    return size;
}

static void write_string(FILE *file, const char *text)
{
    putc('"', file);
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        const size_t size = utf8_size(at);
        if (size == 0)
            putc('?', file);
        else if (*at == '"' || *at == '\\')
            fprintf(file, "\\%c", *at);
        else if (*at < 0x20)
            fprintf(file, "\\u%04x", *at);
        else
            fwrite(at, 1, size, file);
        at += size == 0 ? 1 : size;
    }
    putc('"', file);
}

static void write_key(struct json_out *out, const char *key)
{
    if (out->needs_comma)
        fputs(", ", out->file);
    if (key != NULL) {
        write_string(out->file, key);
        fputs(": ", out->file);
    }
    out->needs_comma = true;
}

static void begin(struct json_out *out, const char *key, char bracket)
{
    write_key(out, key);
    putc(bracket, out->file);
    out->needs_comma = false;
}

static void end(struct json_out *out, char bracket)
{
    putc(bracket, out->file);
    out->needs_comma = true;
}

void json_begin_line(struct json_out *out, FILE *file)
{
    *out = (struct json_out){.file = file};
    begin(out, NULL, '{');
}

void json_end_line(struct json_out *out)
{
    fputs("}\n", out->file);
    fflush(out->file);
}

void json_begin_object(struct json_out *out, const char *key)
{
    begin(out, key, '{');
}

void json_end_object(struct json_out *out)
{
    end(out, '}');
}

void json_begin_list(struct json_out *out, const char *key)
{
    begin(out, key, '[');
}

void json_end_list(struct json_out *out)
{
    end(out, ']');
}

void json_put_text(struct json_out *out, const char *key, const char *text)
{
    write_key(out, key);
    if (text == NULL)
        fputs("null", out->file);
    else
        write_string(out->file, text);
}

void json_put_number(struct json_out *out, const char *key, int64_t number)
{
    write_key(out, key);
    fprintf(out->file, "%" PRId64, number);
}

void json_put_unsigned(struct json_out *out, const char *key, uint64_t number)
{
    write_key(out, key);
    fprintf(out->file, "%" PRIu64, number);
}

void json_put_bool(struct json_out *out, const char *key, bool value)
{
    write_key(out, key);
    fputs(value ? "true" : "false", out->file);
}

void json_put_time(struct json_out *out, const char *key, int64_t unix_ms)
{
    char text[25];
    if (unix_ms != 0)
        wall_clock_format(unix_ms, text);
    json_put_text(out, key, unix_ms != 0 ? text : NULL);
}
