/* SPDX-License-Identifier: Apache-2.0 */
#include "text_clean.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

enum {
    REPLACEMENT = 0xFFFD,
    INPUT_PER_OUTPUT_MAX = 16,   /* more input than this per byte kept is not even read */
    NFC_GROWTH_MAX = 3,          /* UTF-16 units of NFC per unit before, Unicode's own bound */
};

static bool is_clean(const char *bytes, size_t size);
static char *filter(const char *bytes, size_t size, enum text_shape shape, size_t *size_out, bool *ascii_out);
static char *compose(const char *text, size_t size, size_t *size_out);
static size_t shape_line(const char *text, size_t size, char *out);
static size_t shape_block(const char *text, size_t size, char *out);

char *text_clean(struct arena *arena, const char *bytes, size_t size, enum text_shape shape, size_t size_max,
                 bool *cut_out)
{
    if (size <= size_max && is_clean(bytes, size)) {
        if (cut_out)
            *cut_out = false;
        return arena_copy(arena, bytes, size);
    }
    bool cut = size / INPUT_PER_OUTPUT_MAX > size_max;
    if (cut)
        size = size_max * INPUT_PER_OUTPUT_MAX;

    bool ascii = true;
    size_t text_size = 0;
    char *text = filter(bytes, size, shape, &text_size, &ascii);
    if (text && !ascii) {
        char *composed = compose(text, text_size, &text_size);
        free(text);
        text = composed;
    }
    if (!text)
        return NULL;

    /* Shaping only drops or shortens, so it works in place. */
    text_size = shape == TEXT_LINE ? shape_line(text, text_size, text) : shape_block(text, text_size, text);
    if (text_size > size_max) {
        cut = true;
        text_size = size_max;
        while (text_size > 0 && ((unsigned char)text[text_size] & 0xC0) == 0x80)
            text_size--;
    }
    while (cut && text_size > 0 && strchr(" \t\n", text[text_size - 1]))
        text_size--;
    char *out = arena_copy(arena, text, text_size);
    free(text);
    if (cut_out)
        *cut_out = cut;
    return out;
}

uint32_t text_next(const char *bytes, size_t size, size_t *at)
{
    const unsigned char *b = (const unsigned char *)bytes;
    unsigned char lead = b[(*at)++];
    if (lead < 0x80)
        return lead;

    unsigned more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if (lead < 0xC2 || lead > 0xF4)
        return REPLACEMENT;
    uint32_t code = lead & (0x3Fu >> more);
    /* What the second byte may be excludes overlong forms, surrogates and codes above 10FFFF. */
    unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    for (; more > 0; more--, low = 0x80, high = 0xBF) {
        if (*at >= size || b[*at] < low || b[*at] > high)
            return REPLACEMENT;
        code = code << 6 | (b[(*at)++] & 0x3Fu);
    }
    return code;
}

char *text_escape_markup(struct arena *arena, const char *text)
{
    static const struct { char from; const char *to; } table[] = {
        {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"},
    };
    size_t size = strlen(text);
    if (size > SIZE_MAX / 6 - 1)
        return NULL;
    char *out = arena_alloc(arena, size * 6 + 1);
    if (!out)
        return NULL;

    size_t used = 0;
    for (const char *at = text; *at; at++) {
        const char *entity = NULL;
        for (size_t i = 0; i < sizeof table / sizeof *table; i++)
            if (table[i].from == *at)
                entity = table[i].to;
        if (entity) {
            memcpy(out + used, entity, strlen(entity));
            used += strlen(entity);
        } else if ((unsigned char)*at >= 0x20 || *at == '\t' || *at == '\n' || *at == '\r') {
            out[used++] = *at;
        }
    }
    out[used] = '\0';
    return out;
}

void text_lower_ascii(char *text)
{
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text - 'A' + 'a');
}

bool text_equal_nocase(const char *a, const char *b)
{
    for (;; a++, b++) {
        char x = *a >= 'A' && *a <= 'Z' ? (char)(*a - 'A' + 'a') : *a;
        char y = *b >= 'A' && *b <= 'Z' ? (char)(*b - 'A' + 'a') : *b;
        if (x != y)
            return false;
        if (!x)
            return true;
    }
}

/* Nearly all of them: letters and signs of ASCII, with single spaces between them, in either shape. */
static bool is_clean(const char *bytes, size_t size)
{
    char before = ' ';
    for (size_t i = 0; i < size; before = bytes[i++])
        if ((unsigned char)(bytes[i] - 0x20) > 0x7E - 0x20 || (bytes[i] == ' ' && before == ' '))
            return false;
    return before != ' ';
}

static bool is_space(uint32_t c)
{
    return c == ' ' || (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

/* Nothing to see, and able to mislead: controls, byte order mark, direction overrides and isolates. */
static bool is_unwanted(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0xFEFF || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F || c == 0x061C ||
           (c >= 0xFFF9 && c <= 0xFFFB) || (c & 0xFFFE) == 0xFFFE;
}

static size_t put(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

/* Valid UTF-8 in which '\n', '\t' and ' ' are the only white space below U+00A1 (and of a line the only one). */
static char *filter(const char *bytes, size_t size, enum text_shape shape, size_t *size_out, bool *ascii_out)
{
    char *out = malloc(size * 3 + 1);   /* one broken byte becomes three */
    if (!out)
        return NULL;

    size_t used = 0;
    for (size_t at = 0; at < size;) {
        if (bytes[at] >= 0x20 && bytes[at] < 0x7F) {   /* nearly all of it */
            out[used++] = bytes[at++];
            continue;
        }
        uint32_t c = text_next(bytes, size, &at);
        if (c == '\r' && at < size && bytes[at] == '\n')
            continue;
        if (c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029)
            c = '\n';
        else if (c == 0x0B || c == 0x0C)
            c = ' ';
        if (is_space(c) && shape == TEXT_LINE)
            c = ' ';
        else if (c != '\n' && c != '\t' && is_unwanted(c))
            continue;
        if (c >= 0x80)
            *ascii_out = false;
        used += put(out + used, c);
    }
    *size_out = used;
    return out;
}

static char *compose(const char *text, size_t size, size_t *size_out)
{
    UErrorCode error = U_ZERO_ERROR;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&error);
    int32_t wide_max = (int32_t)size + 1, composed_max = wide_max * NFC_GROWTH_MAX;
    UChar *wide = malloc((size_t)wide_max * sizeof *wide);
    UChar *composed = malloc((size_t)composed_max * sizeof *composed);
    char *out = malloc((size_t)composed_max * 3 + 1);
    int32_t wide_size = 0, composed_size = 0, out_size = 0;

    if (wide && composed && out) {
        u_strFromUTF8(wide, wide_max, &wide_size, text, (int32_t)size, &error);
        composed_size = unorm2_normalize(nfc, wide, wide_size, composed, composed_max, &error);
        u_strToUTF8(out, composed_max * 3 + 1, &out_size, composed, composed_size, &error);
    }
    free(wide);
    free(composed);
    if (!out || U_FAILURE(error)) {
        free(out);
        return NULL;
    }
    *size_out = (size_t)out_size;
    return out;
}

static size_t shape_line(const char *text, size_t size, char *out)
{
    size_t used = 0;
    for (size_t at = 0; at < size; at++) {
        if (text[at] == ' ' && (used == 0 || out[used - 1] == ' '))
            continue;
        out[used++] = text[at];
    }
    return used > 0 && out[used - 1] == ' ' ? used - 1 : used;
}

static size_t shape_block(const char *text, size_t size, char *out)
{
    size_t used = 0;
    for (size_t at = 0; at < size; at++) {
        if (text[at] != '\n') {
            out[used++] = text[at];
            continue;
        }
        while (used > 0 && (out[used - 1] == ' ' || out[used - 1] == '\t'))
            used--;
        if (used > 0 && !(used > 1 && out[used - 1] == '\n' && out[used - 2] == '\n'))
            out[used++] = '\n';
    }
    while (used > 0 && (out[used - 1] == ' ' || out[used - 1] == '\t' || out[used - 1] == '\n'))
        used--;
    return used;
}
