/* SPDX-License-Identifier: Apache-2.0 */
#include "csv_read.h"

#include <stdbool.h>
#include <string.h>

static char find_divider(const char *bytes, size_t size)
{
    static const char dividers[] = {',', ';', '\t'};
    size_t counts[sizeof dividers] = {0}, best = 0;
    bool is_quoted = false;
    for (size_t i = 0; i < size && (is_quoted || (bytes[i] != '\n' && bytes[i] != '\r')); i++) {
        is_quoted ^= bytes[i] == '"';
        for (size_t d = 0; d < sizeof dividers && !is_quoted; d++)
            counts[d] += bytes[i] == dividers[d];
    }
    for (size_t d = 1; d < sizeof dividers; d++)
        best = counts[d] > counts[best] ? d : best;
    return dividers[best];
}

void csv_reader_init(struct csv_reader *reader, const char *bytes, size_t size)
{
    const bool has_mark = size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0;
    memset(reader, 0, sizeof *reader);
    reader->bytes = bytes;
    reader->size = size;
    reader->at = has_mark ? 3 : 0;
    reader->next_line = 1;
    reader->divider = find_divider(bytes + reader->at, size - reader->at);
}

/* How many bytes of UTF-8 begin here; 0: none that is well formed. */
static size_t utf8_size(const char *bytes, size_t left)
{
    const unsigned char first = (unsigned char)bytes[0];
    const size_t size = first < 0x80 ? 1 : first >= 0xC2 && first < 0xE0 ? 2 : first >= 0xE0 && first < 0xF0 ? 3 : first >= 0xF0 && first < 0xF5 ? 4 : 0;
    if (size == 0 || size > left)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if (((unsigned char)bytes[i] & 0xC0) != 0x80)
            return 0;
    }
    const unsigned char second = size > 1 ? (unsigned char)bytes[1] : 0;
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second >= 0xA0) || (first == 0xF0 && second < 0x90) || (first == 0xF4 && second >= 0x90))
        return 0;
    return size;
}

static bool is_utf8(const char *bytes, size_t size)
{
    for (size_t at = 0, step; at < size; at += step) {
        step = utf8_size(bytes + at, size - at);
        if (step == 0)
            return false;
    }
    return true;
}

/* A NUL would end the text: it becomes a space. */
static char *put_byte(char *out, char byte, bool is_latin1)
{
    const unsigned char value = (unsigned char)byte;
    if (value < 0x80 || !is_latin1) {
        *out++ = (char)(value == 0 ? ' ' : value);
    } else {
        *out++ = (char)(0xC0 | value >> 6);
        *out++ = (char)(0x80 | (value & 0x3F));
    }
    return out;
}

/* Behind the row, at its line end or the file's end. *is_open: a quote never ends, or not within a row's bound. */
static size_t find_row_end(const struct csv_reader *reader, uint64_t *lines, bool *is_open)
{
    bool is_quoted = false, is_field_begun = false;
    size_t at = reader->at;
    for (; at < reader->size && (!is_quoted || at - reader->at <= CSV_ROW_SIZE_MAX); at++) {
        const char c = reader->bytes[at];
        if (is_quoted) {
            is_quoted = c != '"';
            *lines += c == '\n';
        } else if (c == '\n' || c == '\r') {
            break;
        } else if (c == '"' && (!is_field_begun || reader->bytes[at - 1] == '"')) {
            is_quoted = true;   /* of a field, or the second of a doubled one */
            is_field_begun = true;
        } else {
            is_field_begun = c != reader->divider && (is_field_begun || c != ' ');
        }
    }
    *is_open = is_quoted;
    return at;
}

static size_t find_line_end(const struct csv_reader *reader)
{
    size_t at = reader->at;
    while (at < reader->size && reader->bytes[at] != '\n' && reader->bytes[at] != '\r')
        at++;
    return at;
}

/* One field of the row at *at, which moves behind its divider. */
static char *read_field(const struct csv_reader *reader, size_t *at, bool is_latin1, char *out)
{
    const char *raw = reader->raw;
    const size_t end = reader->raw_size;
    char *begin = out;
    bool is_quoted = false;
    while (*at < end && raw[*at] == ' ')
        ++*at;
    if (*at < end && raw[*at] == '"') {
        is_quoted = true;
        ++*at;
    }
    for (; *at < end && (is_quoted || raw[*at] != reader->divider); ++*at) {
        if (is_quoted && raw[*at] == '"') {
            if (*at + 1 < end && raw[*at + 1] == '"')
                ++*at;
            else {
                is_quoted = false;
                continue;
            }
        }
        out = put_byte(out, raw[*at], is_latin1);
    }
    while (out > begin && out[-1] == ' ')
        out--;
    *out++ = '\0';
    ++*at;
    return out;
}

static enum csv_result bad(struct csv_reader *reader, const char *why)
{
    reader->why = why;
    reader->field_count = 0;
    return CSV_BAD;
}

static enum csv_result read_fields(struct csv_reader *reader)
{
    const bool is_latin1 = !is_utf8(reader->raw, reader->raw_size);
    char *out = reader->text;
    reader->field_count = 0;
    for (size_t at = 0; at <= reader->raw_size;) {
        if (reader->field_count == CSV_COLUMNS_MAX)
            return bad(reader, "too many columns");
        reader->fields[reader->field_count++] = out;
        out = read_field(reader, &at, is_latin1, out);
    }
    return CSV_ROW;
}

enum csv_result csv_reader_next(struct csv_reader *reader)
{
    uint64_t lines = 0;
    bool is_open = false;
    while (reader->at < reader->size && (reader->bytes[reader->at] == '\n' || reader->bytes[reader->at] == '\r')) {
        const bool is_pair = reader->bytes[reader->at] == '\r' && reader->at + 1 < reader->size && reader->bytes[reader->at + 1] == '\n';
        reader->at += is_pair ? 2 : 1;
        reader->next_line++;
    }
    if (reader->at >= reader->size)
        return CSV_END;
    size_t end = find_row_end(reader, &lines, &is_open);
    if (is_open) {   /* only this line is lost */
        end = find_line_end(reader);
        lines = 0;
    }
    reader->line = reader->next_line;
    reader->raw = reader->bytes + reader->at;
    reader->raw_size = end - reader->at;
    reader->next_line += lines;
    reader->at = end;
    if (is_open)
        return bad(reader, "a quote does not end");
    if (reader->raw_size > CSV_ROW_SIZE_MAX)
        return bad(reader, "the row is too long");
    return read_fields(reader);
}
