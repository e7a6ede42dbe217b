/* SPDX-License-Identifier: Apache-2.0 */
#include "mail_parts.h"

#include "adf_text.h"
#include "charset_text.h"
#include "html_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOLD_DIGITS_MAX = 15 };

struct decoded {
    GByteArray *bytes;   /* NULL: not decoded */
    bool is_cut;         /* longer than MAIL_TEXT_SIZE_MAX */
};

struct walker {
    struct arena *arena;
    struct mail_message *out;
    unsigned parts;
    GMimePart *plain, *html;   /* borrowed; the first of each that is not blank */
    struct decoded text_of_plain, text_of_html;   /* what they hold, decoded once */
    const char *unparted;      /* borrowed; what stands in a multipart in which no boundary was found; NULL */
};

static enum mail_reason walk(struct walker *walker, GMimeObject *object, int depth);
static void take_leaf(struct walker *walker, GMimePart *part);
static enum mail_reason take_text(struct walker *walker);
static const char *read_text(struct walker *walker, GMimePart *part, const struct decoded *decoded);
static bool is_blank(GMimePart *part, struct decoded *out);
static void forget(struct decoded *decoded);
static bool is_xml(GMimePart *part);
static const char *read_adf(struct walker *walker, GMimePart *part);

enum mail_reason mail_parts_read(GMimeObject *top, struct arena *arena, struct mail_message *out)
{
    struct walker walker = {.arena = arena, .out = out};
    if (!top) {
        mail_warn(out, "the mail has no body");
        return MAIL_LEAD;
    }
    enum mail_reason reason = walk(&walker, top, 0);
    if (reason == MAIL_LEAD)
        reason = take_text(&walker);
    forget(&walker.text_of_plain);
    forget(&walker.text_of_html);
    return reason;
}

static enum mail_reason take_text(struct walker *walker)
{
    struct mail_message *out = walker->out;
    GMimePart *body = walker->plain ? walker->plain : walker->html;
    if (body) {
        out->text = read_text(walker, body, walker->plain ? &walker->text_of_plain : &walker->text_of_html);
        out->text_from_html = body == walker->html;
    } else if (walker->unparted) {
        out->text = charset_to_utf8(walker->arena, walker->unparted, strlen(walker->unparted), NULL, &(bool){false});
    }
    return out->text ? MAIL_LEAD : MAIL_UNPARSABLE;
}

static bool is_type(GMimeObject *object, const char *major, const char *minor)
{
    GMimeContentType *type = g_mime_object_get_content_type(object);
    return type && g_mime_content_type_is_type(type, major, minor);
}

/* Its Content-Type is there and names no type: readers take such a part for text (RFC 2045, 5.2). */
static bool is_untyped(GMimeObject *object)
{
    const char *type = g_mime_object_get_header(object, "Content-Type");
    return type && !strchr(type, '/');
}

/* Of an attachment whose bytes somebody took out: what its header says (RFC 2183), 0 if nothing. */
static uint64_t told_size(GMimeObject *object)
{
    GMimeContentDisposition *disposition = g_mime_object_get_content_disposition(object);
    const char *size = disposition ? g_mime_content_disposition_get_parameter(disposition, "size") : NULL;
    return size && strspn(size, "0123456789") == strlen(size) && strlen(size) <= TOLD_DIGITS_MAX ? strtoull(size, NULL, 10) : 0;
}

static void add_attachment(struct walker *walker, const char *file_name, GMimeObject *object, uint64_t size_bytes)
{
    struct mail_message *out = walker->out;
    if (out->attachment_count == MAIL_ATTACHMENTS_MAX) {
        mail_warn(out, "more attachments than are listed");
        return;
    }
    bool as_declared;
    GMimeContentType *type = g_mime_object_get_content_type(object);
    char *media_type = type ? g_mime_content_type_get_mime_type(type) : NULL;
    const char *given_type = media_type ? media_type : "application/octet-stream";
    const char *given_name = file_name ? file_name : "";
    struct mail_attachment *attachment = &out->attachments[out->attachment_count];
    attachment->file_name = charset_to_utf8(walker->arena, given_name, strlen(given_name), NULL, &as_declared);
    attachment->media_type = charset_to_utf8(walker->arena, given_type, strlen(given_type), NULL, &as_declared);
    attachment->size_bytes = size_bytes;
    if (attachment->file_name && attachment->media_type)
        out->attachment_count++;
    g_free(media_type);
}

static enum mail_reason walk(struct walker *walker, GMimeObject *object, int depth)
{
    if (depth > MAIL_DEPTH_MAX)
        return MAIL_TOO_DEEP;
    if (++walker->parts > MAIL_PARTS_MAX)
        return MAIL_TOO_MANY_PARTS;
    if (GMIME_IS_MULTIPART(object)) {
        GMimeMultipart *multipart = GMIME_MULTIPART(object);
        int count = g_mime_multipart_get_count(multipart);
        if (count == 0) {
            mail_warn(walker->out, "a multipart without parts");
            walker->unparted = walker->unparted ? walker->unparted : g_mime_multipart_get_prologue(multipart);
        }
        if (is_type(object, "multipart", "encrypted"))
            mail_warn(walker->out, "the mail is encrypted");
        for (int i = 0; i < count; i++) {
            enum mail_reason reason = walk(walker, g_mime_multipart_get_part(multipart, i), depth + 1);
            if (reason != MAIL_LEAD)
                return reason;
        }
    } else if (GMIME_IS_PART(object)) {
        take_leaf(walker, GMIME_PART(object));
    } else {
        add_attachment(walker, NULL, object, 0);   /* message/rfc822, message/partial */
    }
    return MAIL_LEAD;
}

/* Decodes the part's transfer encoding to out, at most max bytes; returns the decoded size of the whole. */
static uint64_t decode(GMimePart *part, GByteArray *out, size_t max)
{
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    if (!content)
        return 0;
    GMimeStream *from = g_mime_data_wrapper_get_stream(content);
    GMimeStream *filtered = g_mime_stream_filter_new(from);
    GMimeFilter *decoder = g_mime_filter_basic_new(g_mime_data_wrapper_get_encoding(content), FALSE);
    g_mime_stream_filter_add(GMIME_STREAM_FILTER(filtered), decoder);
    g_object_unref(decoder);
    g_mime_stream_reset(from);
    char chunk[4096];
    uint64_t total = 0;
    ssize_t got;
    while ((got = g_mime_stream_read(filtered, chunk, sizeof chunk)) > 0) {
        size_t room = out && out->len < max ? max - out->len : 0;
        if (room > 0)
            g_byte_array_append(out, (const guint8 *)chunk, (guint)((size_t)got < room ? (size_t)got : room));
        total += (uint64_t)got;
    }
    g_object_unref(filtered);
    return total;
}

static void take_leaf(struct walker *walker, GMimePart *part)
{
    GMimeObject *object = GMIME_OBJECT(part);
    const bool untyped = is_untyped(object), plain = untyped || is_type(object, "text", "plain"), html = is_type(object, "text", "html");
    /* g_mime_part_is_attachment would say the same of a part with an unreadable disposition. */
    const char *disposition = g_mime_object_get_disposition(object);
    bool attached = disposition && g_ascii_strcasecmp(disposition, "attachment") == 0;
    if (untyped && !attached)
        mail_warn(walker->out, "a part names no type that could be read: taken for text");
    if (!attached && (plain || html)) {
        GMimePart **place = plain ? &walker->plain : &walker->html;
        struct decoded decoded;
        const bool blank = is_blank(part, &decoded);
        if (!*place && !blank) {
            *place = part;
            *(plain ? &walker->text_of_plain : &walker->text_of_html) = decoded;
            return;
        }
        forget(&decoded);
        if (blank)
            return;
    }
    if (!attached && html && walker->html && is_type(object, "text", "html"))
        return;   /* a second rendering of the body, not a document */
    if (!walker->out->adf && is_xml(part))
        walker->out->adf = read_adf(walker, part);
    const char *name = g_mime_part_get_filename(part);
    if (!attached && plain && !name)
        return;   /* the footer that a list or scanner hangs on */
    const uint64_t size = decode(part, NULL, 0);
    add_attachment(walker, name, object, size > 0 ? size : told_size(object));
}

/* out is to be forgotten by the caller. */
static bool is_blank(GMimePart *part, struct decoded *out)
{
    GByteArray *bytes = g_byte_array_new();
    *out = (struct decoded){bytes, decode(part, bytes, MAIL_TEXT_SIZE_MAX) > MAIL_TEXT_SIZE_MAX};
    bool blank = true;
    for (guint i = 0; i < bytes->len && blank; i++)
        blank = bytes->data[i] <= ' ';
    return blank;
}

static void forget(struct decoded *decoded)
{
    if (decoded->bytes)
        g_byte_array_free(decoded->bytes, TRUE);
    *decoded = (struct decoded){0};
}

static bool is_xml(GMimePart *part)
{
    GMimeObject *object = GMIME_OBJECT(part);
    const char *name = g_mime_part_get_filename(part), *dot = name ? strrchr(name, '.') : NULL;
    bool named = dot && (g_ascii_strcasecmp(dot, ".xml") == 0 || g_ascii_strcasecmp(dot, ".adf") == 0);
    return named || is_type(object, "text", "xml") || is_type(object, "application", "xml") ||
           is_type(object, "application", "adf+xml") || is_type(object, "application", "x-adf+xml") ||
           is_type(object, "text", "adf") || is_type(object, "application", "x-adf");
}

/* The charset of the part, else of the XML declaration; the text from <adf> on, or NULL. */
static const char *read_adf(struct walker *walker, GMimePart *part)
{
    enum { DECLARATION_MAX = 256 };
    GByteArray *bytes = g_byte_array_new();
    if (decode(part, bytes, MAIL_TEXT_SIZE_MAX) > MAIL_TEXT_SIZE_MAX)
        mail_warn(walker->out, "the text is longer than what was read");
    GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(part));
    const char *charset = type ? g_mime_content_type_get_parameter(type, "charset") : NULL;
    char start[DECLARATION_MAX + 1] = "", declared[64] = "";
    if (bytes->len > 0)
        memcpy(start, bytes->data, bytes->len < DECLARATION_MAX ? bytes->len : DECLARATION_MAX);
    const char *encoding = strstr(start, "encoding=");
    if (!charset && encoding && sscanf(encoding, "encoding=%*1[\"']%63[A-Za-z0-9._-]", declared) == 1)
        charset = declared;
    bool as_declared = true;
    char *text = charset_to_utf8(walker->arena, bytes->len ? (const char *)bytes->data : "", bytes->len, charset, &as_declared);
    g_byte_array_free(bytes, TRUE);
    const char *adf = text ? adf_text_find(text) : NULL;
    if (adf && !as_declared)
        mail_warn(walker->out, "the text did not fit its declared charset");
    return adf;
}

/* Takes soft line breaks out (RFC 3676): a line that ends with a space goes on in the next. */
static void unflow(char *text, bool delete_space)
{
    char *to = text;
    for (char *at = text; *at; at++) {
        bool crlf = at[0] == '\r' && at[1] == '\n';
        bool soft = (crlf || *at == '\n') && to > text && to[-1] == ' ';
        bool signature = to - text >= 3 && memcmp(to - 3, "-- ", 3) == 0 && (to - text == 3 || to[-4] == '\n');
        const char *next = at + (crlf ? 2 : 1);
        if (soft && !signature && *next != '>' && *next != '\0' && *next != '\n' && *next != '\r') {
            if (delete_space)
                to--;
            at += crlf ? 1 : 0;
            continue;
        }
        *to++ = *at;
    }
    *to = '\0';
}

static const char *read_text(struct walker *walker, GMimePart *part, const struct decoded *decoded)
{
    const GByteArray *bytes = decoded->bytes;
    if (decoded->is_cut)
        mail_warn(walker->out, "the text is longer than what was read");
    GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(part));
    const char *charset = type ? g_mime_content_type_get_parameter(type, "charset") : NULL;
    bool as_declared = true;
    const char *given = bytes->len ? (const char *)bytes->data : "";
    char *text = charset_to_utf8(walker->arena, given, bytes->len, charset, &as_declared);
    if (!as_declared)
        mail_warn(walker->out, "the text did not fit its declared charset");
    if (text && is_type(GMIME_OBJECT(part), "text", "html")) {
        bool parsed = true;
        text = html_to_text(walker->arena, text, strlen(text), &parsed);
        if (!parsed)
            mail_warn(walker->out, "the HTML was too complex to read; its tags were stripped");
    } else if (text && type) {
        const char *format = g_mime_content_type_get_parameter(type, "format");
        const char *delsp = g_mime_content_type_get_parameter(type, "delsp");
        if (format && g_ascii_strcasecmp(format, "flowed") == 0)
            unflow(text, delsp && g_ascii_strcasecmp(delsp, "yes") == 0);
    }
    return text;
}
