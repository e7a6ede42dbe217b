/* SPDX-License-Identifier: Apache-2.0 */
#include "charset_text.h"

#include "byte_buffer.h"

#include <errno.h>
#include <gmime/gmime.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>

/* Labels that in practice mean a superset: what mail programs write under them. */
static const struct {
    const char *label, *means;
} supersets[] = {
    {"us-ascii", NULL},      {"ascii", NULL},         {"utf-8", NULL},         {"utf8", NULL},
    {"x-unknown", NULL},     {"unknown-8bit", NULL},  {"iso-8859-1", "cp1252"}, {"latin1", "cp1252"},
    {"shift_jis", "cp932"},  {"x-sjis", "cp932"},     {"gb2312", "gb18030"},   {"gbk", "gb18030"},
    {"euc-kr", "cp949"},     {"ks_c_5601-1987", "cp949"}, {"iso-8859-9", "cp1254"},
};

static bool find_superset(const char *charset, const char **means);
static bool is_western(const char *charset);
static bool is_ascii(const char *bytes, size_t size);
static bool convert(struct byte_buffer *out, iconv_t converter, const char *bytes, size_t size);
static char *copy_without_nul(struct arena *arena, const char *bytes, size_t size);

char *charset_to_utf8(struct arena *arena, const char *bytes, size_t size, const char *charset, bool *as_declared)
{
    const char *name = NULL;
    struct byte_buffer out;
    *as_declared = true;
    bool guess = !charset || charset[0] == '\0' || find_superset(charset, &name);
    const bool western = !(guess && !name) && is_western(charset), plain = western && is_ascii(bytes, size);
    const bool mislabelled = western && !plain && charset_is_utf8(bytes, size);
    if (mislabelled) {
        name = NULL;
        *as_declared = false;
    } else if (plain) {
        name = NULL;   /* it is UTF-8 too, and no converter is opened */
    } else if (guess && !name) {
        bool is_utf8 = charset_is_utf8(bytes, size);
        name = is_utf8 ? NULL : "cp1252";
        *as_declared = is_utf8;
    } else if (!name) {
        name = g_mime_charset_iconv_name(charset);
    }
    iconv_t converter = name ? iconv_open("UTF-8", name) : (iconv_t)-1;
    if (name && converter == (iconv_t)-1) {
        *as_declared = false;
        if (!charset_is_utf8(bytes, size))
            converter = iconv_open("UTF-8", "cp1252");
    }
    if (converter == (iconv_t)-1)
        return copy_without_nul(arena, bytes, size);
    /* No charset in use here needs over 4 bytes of UTF-8 for one of its own. */
    byte_buffer_init(&out, 4 * size + 4);
    if (!convert(&out, converter, bytes, size))
        *as_declared = false;
    iconv_close(converter);
    /* Converters can give NUL too (UTF-16, for one). */
    char *text = NULL;
    size_t kept = 0;
    for (size_t i = 0; i < out.size; i++) {
        if (out.data[i] != '\0')
            out.data[kept++] = out.data[i];
    }
    if (!out.failed)
        text = arena_copy(arena, out.size ? (const char *)out.data : "", kept);
    byte_buffer_fini(&out);
    return text;
}

bool charset_is_utf8(const char *bytes, size_t size)
{
    while (size > 0) {
        /* GLib refuses NUL; for us it is only dropped. */
        size_t run = strnlen(bytes, size);
        if (!g_utf8_validate(bytes, (gssize)run, NULL))
            return false;
        bytes += run;
        size -= run;
        if (size > 0) {
            bytes++;
            size--;
        }
    }
    return true;
}

/* True when the label is one of the table; *means then names the charset, or NULL for "look at the bytes". */
static bool find_superset(const char *charset, const char **means)
{
    for (size_t i = 0; i < sizeof supersets / sizeof *supersets; i++) {
        if (strcasecmp(charset, supersets[i].label) == 0) {
            *means = supersets[i].means;
            return true;
        }
    }
    return false;
}

static bool is_western(const char *charset)
{
    static const char *const labels[] = {"iso-8859-1", "latin1", "iso-8859-15", "windows-1252", "cp1252", "iso-8859-9", "windows-1254"};
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        if (strcasecmp(charset, labels[i]) == 0)
            return true;
    }
    return false;
}

static bool is_ascii(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)bytes[i] > 0x7F)
            return false;
    }
    return true;
}

/* False when bytes were replaced. */
static bool convert(struct byte_buffer *out, iconv_t converter, const char *bytes, size_t size)
{
    char chunk[1024];
    char *in = (char *)(uintptr_t)bytes;   /* iconv's signature; it does not write there */
    bool clean = true;
    while (size > 0 && !out->failed) {
        char *to = chunk;
        size_t room = sizeof chunk;
        size_t result = iconv(converter, &in, &size, &to, &room);
        byte_buffer_put(out, chunk, (size_t)(to - chunk));
        if (result != (size_t)-1 || errno == E2BIG)
            continue;
        clean = false;
        byte_buffer_put(out, "\xEF\xBF\xBD", 3);
        in++;
        size--;
    }
    return clean;
}

static char *copy_without_nul(struct arena *arena, const char *bytes, size_t size)
{
    if (!memchr(bytes, '\0', size))
        return arena_copy(arena, bytes, size);
    char *text = arena_alloc(arena, size + 1);
    size_t kept = 0;
    for (size_t i = 0; text && i < size; i++) {
        if (bytes[i] != '\0')
            text[kept++] = bytes[i];
    }
    if (text)
        text[kept] = '\0';
    return text;
}
