/* SPDX-License-Identifier: Apache-2.0 */
#include "json_tree.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text_clean.h"

enum { REAL_DIGITS = 15 };

static const uint32_t NO_UNIT = UINT32_MAX;   /* of a text's escapes */

struct reader {
    const char *at, *end;
    struct arena *arena;
    lw_status status;         /* LW_OK until the first fault */
    unsigned depth;
};

static void read_value(struct reader *reader, struct json_value *out);
static void read_inside(struct reader *reader, struct json_value *out);
static const char *read_text(struct reader *reader, uint32_t *size_out);
static void read_number(struct reader *reader, struct json_value *out);
static void merge_members(struct reader *reader, struct json_value *object);

/* Gives false, so that whoever finds a fault can return it. */
static bool fail(struct reader *reader, lw_status status)
{
    if (reader->status == LW_OK)
        reader->status = status;
    return false;
}

static void skip_blanks(struct reader *reader)
{
    while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\n' || *reader->at == '\r' || *reader->at == '\t'))
        reader->at++;
}

/* What is next, blanks left out; '\0' at the end, where that byte is a fault anyway. */
static char peek(struct reader *reader)
{
    skip_blanks(reader);
    return reader->at < reader->end ? *reader->at : '\0';
}

lw_status json_tree_read(struct arena *arena, const char *bytes, size_t size, struct json_value **out)
{
    struct reader reader = {.at = bytes, .end = bytes + size, .arena = arena};
    struct json_value *top = arena_calloc(arena, 1, sizeof *top);
    *out = NULL;
    if (!top || size > UINT32_MAX)
        return LW_NO_MEMORY;
    const char first = peek(&reader);
    if (first != '{' && first != '[')
        return LW_INVALID;
    read_value(&reader, top);
    skip_blanks(&reader);
    if (reader.status == LW_OK && reader.at != reader.end)
        reader.status = LW_INVALID;
    if (reader.status == LW_OK)
        *out = top;
    return reader.status;
}

const struct json_value *json_tree_member(const struct json_value *object, const char *name, size_t size)
{
    if (!json_tree_is(object, JSON_KIND_OBJECT))
        return NULL;
    const struct json_value *member = object->first;
    while (member && (strncmp(member->name, name, size) != 0 || member->name[size]))
        member = member->next;
    return member;
}

void json_tree_set(struct json_value *object, const char *name, struct json_value *member)
{
    struct json_value **link = &object->first;
    while (*link && strcmp((*link)->name, name) != 0)
        link = &(*link)->next;
    object->size += !*link;
    member->name = name;
    member->next = *link ? (*link)->next : NULL;
    *link = member;
}

const struct json_value *json_tree_item(const struct json_value *array, size_t index)
{
    if (!json_tree_is(array, JSON_KIND_ARRAY))
        return NULL;
    const struct json_value *item = array->first;
    while (item && index-- > 0)
        item = item->next;
    return item;
}

bool json_tree_is(const struct json_value *value, enum json_kind kind)
{
    return value && value->kind == kind;
}

const char *json_tree_text(const struct json_value *value)
{
    return value && value->kind < JSON_KIND_ARRAY ? value->text : NULL;
}

/* ---- reading -------------------------------------------------------------------------------- */

static void read_word(struct reader *reader, const char *word, enum json_kind kind, struct json_value *out)
{
    const size_t size = strlen(word);
    if ((size_t)(reader->end - reader->at) < size || memcmp(reader->at, word, size) != 0) {
        fail(reader, LW_INVALID);
        return;
    }
    reader->at += size;
    out->kind = kind;
    out->text = kind == JSON_KIND_NULL ? NULL : word;
    out->size = kind == JSON_KIND_NULL ? 0 : (uint32_t)size;
}

static void read_value(struct reader *reader, struct json_value *out)
{
    switch (peek(reader)) {
    case '{':
    case '[':
        read_inside(reader, out);
        break;
    case '"':
        out->kind = JSON_KIND_TEXT;
        out->text = read_text(reader, &out->size);
        break;
    case 't':
        read_word(reader, "true", JSON_KIND_BOOLEAN, out);
        break;
    case 'f':
        read_word(reader, "false", JSON_KIND_BOOLEAN, out);
        break;
    case 'n':
        read_word(reader, "null", JSON_KIND_NULL, out);
        break;
    default:
        read_number(reader, out);
    }
}

/* The name of a member and its colon. */
static bool read_name(struct reader *reader, struct json_value *out)
{
    uint32_t size;
    if (peek(reader) != '"')
        return fail(reader, LW_INVALID);
    out->name = read_text(reader, &size);
    if (!out->name || peek(reader) != ':')
        return fail(reader, LW_INVALID);
    reader->at++;
    return true;
}

static bool read_one(struct reader *reader, struct json_value *parent, struct json_value ***link)
{
    struct json_value *inner = arena_alloc(reader->arena, sizeof *inner);
    if (!inner)
        return fail(reader, LW_NO_MEMORY);
    *inner = (struct json_value){0};
    if (parent->kind == JSON_KIND_OBJECT && !read_name(reader, inner))
        return false;
    read_value(reader, inner);
    **link = inner;
    *link = &inner->next;
    parent->size++;
    return reader->status == LW_OK;
}

/* An array or object, from its bracket on. */
static void read_inside(struct reader *reader, struct json_value *out)
{
    struct json_value **link = &out->first;
    const char close = *reader->at == '{' ? '}' : ']';
    out->kind = close == '}' ? JSON_KIND_OBJECT : JSON_KIND_ARRAY;
    out->first = NULL;
    reader->at++;
    if (++reader->depth > JSON_TREE_DEPTH_MAX) {
        fail(reader, LW_INVALID);
        return;
    }
    while (out->size > 0 || peek(reader) != close) {
        if (!read_one(reader, out, &link))
            return;
        const char next = peek(reader);
        if (next == close)
            break;
        if (next != ',') {
            fail(reader, LW_INVALID);
            return;
        }
        reader->at++;
    }
    reader->at++;
    reader->depth--;
    if (close == '}')
        merge_members(reader, out);
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Four digits at `at`; NO_UNIT if there are none. */
static uint32_t read_unit(const char *at, const char *end)
{
    uint32_t unit = 0;
    for (int i = 0; i < 4; i++) {
        const int digit = end - at > i ? hex_digit(at[i]) : -1;
        if (digit < 0)
            return NO_UNIT;
        unit = unit * 16 + (uint32_t)digit;
    }
    return unit;
}

static char *put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        *to++ = (char)c;
        return to;
    }
    if (c >= 0x10000)
        *to++ = (char)(0xF0 | c >> 18);
    if (c >= 0x800)
        *to++ = (char)(c >= 0x10000 ? 0x80 | (c >> 12 & 0x3F) : 0xE0 | c >> 12);
    *to++ = (char)(c >= 0x800 ? 0x80 | (c >> 6 & 0x3F) : 0xC0 | c >> 6);
    *to++ = (char)(0x80 | (c & 0x3F));
    return to;
}

/* What stands behind a "\u"; gives what follows, NULL: no number. Half a pair, as scripts leave it that cut a text, is U+FFFD, and NUL nothing. */
static const char *take_unicode(const char *at, const char *end, char **to)
{
    uint32_t c = read_unit(at, end);
    if (c == NO_UNIT)
        return NULL;
    at += 4;
    if (c >= 0xD800 && c <= 0xDFFF) {
        const uint32_t low = c < 0xDC00 && end - at > 2 && at[0] == '\\' && at[1] == 'u' ? read_unit(at + 2, end) : 0;
        const bool is_pair = low >= 0xDC00 && low <= 0xDFFF;
        c = is_pair ? 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00) : 0xFFFD;
        at += is_pair ? 6 : 0;
    }
    if (c != 0)
        *to = put_utf8(*to, c);
    return at;
}

/* No escape is shorter than what it stands for. */
static const char *unescape(struct reader *reader, const char *from, const char *end, uint32_t *size_out)
{
    static const char names[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    char *text = arena_alloc(reader->arena, (size_t)(end - from) + 1), *to = text;
    if (!text)
        return fail(reader, LW_NO_MEMORY), NULL;
    while (from < end) {
        if (*from != '\\') {
            *to++ = *from++;
            continue;
        }
        const char *name = memchr(names, from[1], sizeof names - 1);
        if (name)
            *to++ = meant[name - names];
        from = name ? from + 2 : from[1] == 'u' ? take_unicode(from + 2, end, &to) : NULL;
        if (!from)
            return fail(reader, LW_INVALID), NULL;
    }
    *to = '\0';
    *size_out = (uint32_t)(to - text);
    return text;
}

/* text_next gives U+FFFD for what is none; it may also stand there. */
static bool is_utf8(const char *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        const size_t from = at;
        if (text_next(text, size, &at) == 0xFFFD && (at - from != 3 || memcmp(text + from, "\xEF\xBF\xBD", 3) != 0))
            return false;
    }
    return true;
}

/* From its opening quote on. NULL: a fault. */
static const char *read_text(struct reader *reader, uint32_t *size_out)
{
    const char *from = ++reader->at, *at = from;
    unsigned char all = 0;
    bool has_escapes = false;
    for (; at < reader->end && *at != '"'; at++) {
        if (*at == '\\') {
            has_escapes = true;
            at++;
        } else if ((unsigned char)*at < 0x20) {
            break;
        } else {
            all |= (unsigned char)*at;
        }
    }
    if (at >= reader->end || *at != '"' || (all >= 0x80 && !is_utf8(from, (size_t)(at - from))))
        return fail(reader, LW_INVALID), NULL;
    reader->at = at + 1;
    if (has_escapes)
        return unescape(reader, from, at, size_out);
    const char *text = arena_copy(reader->arena, from, (size_t)(at - from));
    *size_out = (uint32_t)(at - from);
    return text ? text : (fail(reader, LW_NO_MEMORY), NULL);
}

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at;
}

/* Where the number at `at` ends; NULL: there is none. */
static const char *number_end(const char *at, const char *end, bool *is_integer)
{
    const char *digits = at += at < end && *at == '-';
    at = skip_digits(at, end);
    if (at == digits || (*digits == '0' && at > digits + 1))
        return NULL;
    *is_integer = true;
    if (at < end && *at == '.') {
        const char *fraction = at + 1;
        *is_integer = false;
        at = skip_digits(fraction, end);
        if (at == fraction)
            return NULL;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        const char *exponent = at + 1;
        *is_integer = false;
        exponent += exponent < end && (*exponent == '+' || *exponent == '-');
        at = skip_digits(exponent, end);
        if (at == exponent)
            return NULL;
    }
    return at;
}

static void read_number(struct reader *reader, struct json_value *out)
{
    bool is_integer = false;
    const char *end = number_end(reader->at, reader->end, &is_integer);
    char *text = end ? arena_copy(reader->arena, reader->at, (size_t)(end - reader->at)) : NULL;
    if (!text) {
        fail(reader, end ? LW_NO_MEMORY : LW_INVALID);
        return;
    }
    reader->at = end;
    if (is_integer && strcmp(text, "-0") == 0)
        text++;
    if (!is_integer) {
        const double number = strtod(text, NULL) + 0.0;   /* no -0 */
        if (isinf(number)) {
            fail(reader, LW_INVALID);
            return;
        }
        text = arena_printf(reader->arena, "%.*g", REAL_DIGITS, number);
    }
    out->kind = JSON_KIND_NUMBER;
    out->text = text;
    out->size = text ? (uint32_t)strlen(text) : 0;
    if (!text)
        fail(reader, LW_NO_MEMORY);
}

/* ---- members of one name -------------------------------------------------------------------- */

struct place { struct json_value *member; uint32_t number; };

static int by_name(const void *a, const void *b)
{
    const struct place *left = a, *right = b;
    const int order = strcmp(left->member->name, right->member->name);
    return order != 0 ? order : left->number < right->number ? -1 : left->number > right->number;
}

/* NULL at the arena's cap. */
static struct place *sort_members(const struct json_value *object, struct arena *arena)
{
    struct place *places = arena_alloc(arena, object->size * sizeof *places);
    uint32_t count = 0;
    for (struct json_value *member = object->first; places && member; member = member->next, count++)
        places[count] = (struct place){member, count};
    if (places)
        qsort(places, count, sizeof *places, by_name);
    return places;
}

/* False: certainly no two members have one name. */
static bool may_have_twins(const struct json_value *object)
{
    uint64_t seen = 0;
    for (const struct json_value *member = object->first; member; member = member->next) {
        const unsigned char *name = (const unsigned char *)member->name;
        const unsigned hash = name[0] ? name[0] * 7u + name[1] * 31u + (unsigned)strlen(member->name) * 13u : 0;
        if (seen >> (hash & 63) & 1)
            return true;
        seen |= UINT64_C(1) << (hash & 63);
    }
    return false;
}

static void merge_members(struct reader *reader, struct json_value *object)
{
    if (object->size < 2 || !may_have_twins(object))
        return;
    const struct arena_mark mark = arena_mark(reader->arena);
    struct place *places = sort_members(object, reader->arena);
    if (!places) {
        fail(reader, LW_NO_MEMORY);
        return;
    }
    for (uint32_t i = 1, first = 0; i < object->size; i++) {
        struct json_value *kept = places[first].member, *later = places[i].member;
        if (strcmp(kept->name, later->name) != 0) {
            first = i;
            continue;
        }
        const struct json_value value = *later;
        later->name = NULL;
        later = kept->next;
        *kept = value;
        kept->next = later;
    }
    arena_rewind(reader->arena, &mark);
    for (struct json_value **link = &object->first; *link;) {
        if ((*link)->name) {
            link = &(*link)->next;
        } else {
            *link = (*link)->next;
            object->size--;
        }
    }
}

/* ---- writing -------------------------------------------------------------------------------- */

static void write_text(const char *text, struct byte_buffer *out)
{
    static const char special[] = "\"\\\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"
                                  "\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f";
    byte_buffer_put_u8(out, '"');
    for (;;) {
        const size_t plain = strcspn(text, special);
        byte_buffer_put(out, text, plain);
        text += plain;
        if (!*text)
            break;
        if (*text == '"' || *text == '\\')
            byte_buffer_printf(out, "\\%c", *text++);
        else
            byte_buffer_printf(out, "\\u%04x", (unsigned)*text++);
    }
    byte_buffer_put_u8(out, '"');
}

static void write_object(const struct json_value *object, struct arena *arena, struct byte_buffer *out)
{
    const struct place *places = sort_members(object, arena);
    out->failed = out->failed || !places;
    byte_buffer_put_u8(out, '{');
    for (uint32_t i = 0; i < object->size && !out->failed; i++) {
        if (i > 0)
            byte_buffer_put_u8(out, ',');
        write_text(places[i].member->name, out);
        byte_buffer_put_u8(out, ':');
        json_tree_write(places[i].member, arena, out);
    }
    byte_buffer_put_u8(out, '}');
}

static void write_array(const struct json_value *array, struct arena *arena, struct byte_buffer *out)
{
    byte_buffer_put_u8(out, '[');
    for (const struct json_value *item = array->first; item && !out->failed; item = item->next) {
        if (item != array->first)
            byte_buffer_put_u8(out, ',');
        json_tree_write(item, arena, out);
    }
    byte_buffer_put_u8(out, ']');
}

void json_tree_write(const struct json_value *value, struct arena *arena, struct byte_buffer *out)
{
    switch (value->kind) {
    case JSON_KIND_NULL: byte_buffer_put(out, "null", 4); break;
    case JSON_KIND_BOOLEAN:
    case JSON_KIND_NUMBER: byte_buffer_put(out, value->text, value->size); break;
    case JSON_KIND_TEXT: write_text(value->text, out); break;
    case JSON_KIND_ARRAY: write_array(value, arena, out); break;
    case JSON_KIND_OBJECT: write_object(value, arena, out); break;
    }
}
