/* SPDX-License-Identifier: Apache-2.0 */
#include "mail_message.h"

#include "charset_text.h"
#include "encoded_words.h"
#include "header_mend.h"
#include "mail_parts.h"

#include <gmime/gmime.h>
#include <string.h>
#include <strings.h>

enum { ADDRESS_HEADER_MAX = 8192, ADDRESS_COLONS_MAX = 32 };

static enum mail_reason scan_limits(const char *bytes, size_t size, bool *has_header);
static GMimeParserOptions *new_options(void);
static GMimeMessage *parse(const char *bytes, size_t size);
static void defuse_groups(char *bytes, size_t size);
static bool read_headers(GMimeMessage *source, struct arena *arena, struct mail_message *out);
static void read_address(GMimeMessage *source, const char *header, struct arena *arena, struct mail_address *out);
static const char *decode(struct arena *arena, const char *raw);
static const char *clean(struct arena *arena, const char *text);

/* The same for each mail: to make them costs a tenth of what a small mail does. Of one mail nothing is left for the next. */
static GMimeParserOptions *reading;
static GMimeParser *parser;

void mail_library_init(void)
{
    g_mime_init();
    reading = new_options();
    parser = g_mime_parser_new();
}

void mail_library_fini(void)
{
    g_object_unref(parser);
    g_mime_parser_options_free(reading);
    g_mime_shutdown();
}

/* Lines that end with CR alone, all of them: nobody else knows these for lines. */
static enum mail_reason read_cr_lines(const char *bytes, size_t size, struct arena *arena, struct mail_message *out)
{
    char *lines = g_malloc(size);
    for (size_t i = 0; i < size; i++)
        lines[i] = bytes[i] == '\r' ? '\n' : bytes[i];
    const enum mail_reason reason = mail_message_read(lines, size, arena, out);
    g_free(lines);
    return reason;
}

enum mail_reason mail_message_read(const void *bytes, size_t size, struct arena *arena, struct mail_message *out)
{
    if (size > 0 && memchr(bytes, '\r', size) && !memchr(bytes, '\n', size))
        return read_cr_lines(bytes, size, arena, out);
    bool has_header = false;
    *out = (struct mail_message){.subject = "", .message_id = "", .media_type = "", .text = ""};
    enum mail_reason limit = scan_limits(bytes, size, &has_header);
    if (limit == MAIL_HEADER_TOO_LARGE || !has_header)
        return has_header ? limit : MAIL_UNPARSABLE;

    /* With too many parts the headers alone still tell a delivery report. */
    enum mail_reason reason = MAIL_UNPARSABLE;
    GMimeMessage *source = parse(bytes, size);
    if (!source || !read_headers(source, arena, out))
        goto done;
    reason = limit;
    if (limit == MAIL_LEAD)
        reason = mail_parts_read(g_mime_message_get_mime_part(source), arena, out);
done:
    if (source)
        g_object_unref(source);
    return reason;
}

const char *mail_header_find(const struct mail_message *message, const char *name)
{
    for (size_t i = 0; i < message->header_count; i++) {
        if (strcasecmp(message->headers[i].name, name) == 0)
            return message->headers[i].value;
    }
    return NULL;
}

void mail_warn(struct mail_message *message, const char *text)
{
    for (size_t i = 0; i < message->warning_count; i++) {
        if (strcmp(message->warnings[i], text) == 0)
            return;
    }
    if (message->warning_count < MAIL_WARNINGS_MAX)
        message->warnings[message->warning_count++] = text;
}

/* Before the parser sees it: how large is the header, how many parts can there be? A part that nests
 * or counts has a Content-Type line or a boundary line of its own. *has_header: one "Name:" line before the body, beside the
 * Return-Path that the last server writes. */
static enum mail_reason scan_limits(const char *bytes, size_t size, bool *has_header)
{
    size_t at = 0, parts = 0;
    bool in_header = true;
    while (at < size) {
        const char *line = bytes + at, *end = memchr(line, '\n', size - at);
        size_t length = end ? (size_t)(end - line) : size - at;
        if (in_header) {
            const char *colon = memchr(line, ':', length);
            if (length == 0 || (length == 1 && line[0] == '\r'))
                in_header = false;
            else if (colon && colon > line && line[0] > ' ' && strncmp(line, "From ", length < 5 ? length : 5) != 0 &&
                     !(length > 12 && strncasecmp(line, "Return-Path:", 12) == 0))
                *has_header = true;
            if (at > MAIL_HEADER_SIZE_MAX)
                return MAIL_HEADER_TOO_LARGE;
        }
        if (length > 13 && strncasecmp(line, "content-type:", 13) == 0)
            parts++;
        at += length + (end ? 1 : 0);
    }
    if (in_header && size > MAIL_HEADER_SIZE_MAX)
        return MAIL_HEADER_TOO_LARGE;
    return parts > MAIL_PARTS_MAX ? MAIL_TOO_MANY_PARTS : MAIL_LEAD;
}

static GMimeParserOptions *new_options(void)
{
    /* What 8-bit headers without a declaration are tried as. */
    static const char *charsets[] = {"utf-8", "windows-1252", NULL};
    GMimeParserOptions *options = g_mime_parser_options_new();
    g_mime_parser_options_set_fallback_charsets(options, charsets);
    return options;
}

static GMimeMessage *parse(const char *bytes, size_t size)
{
    /* An mbox "From " line is not part of the message; "From :" is a header. */
    size_t name = 4;
    while (name < size && (bytes[name] == ' ' || bytes[name] == '\t'))
        name++;
    if (size > 5 && memcmp(bytes, "From ", 5) == 0 && name < size && bytes[name] != ':') {
        const char *end = memchr(bytes, '\n', size);
        size_t skipped = end ? (size_t)(end - bytes) + 1 : size;
        bytes += skipped;
        size -= skipped;
    }
    GByteArray *copy = g_byte_array_sized_new((guint)size);
    g_byte_array_append(copy, (const guint8 *)bytes, (guint)size);
    header_mend((char *)copy->data, size);
    defuse_groups((char *)copy->data, size);
    GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(copy);   /* takes the copy */
    g_mime_parser_init_with_stream(parser, stream);
    g_object_unref(stream);
    g_mime_parser_set_format(parser, GMIME_FORMAT_MESSAGE);
    g_mime_parser_set_persist_stream(parser, TRUE);
    return g_mime_parser_construct_message(parser, reading);
}

/* The length of "To:", "reply-to :"... at the start of a line; 0 if it is no header of addresses. */
static size_t address_header(const char *line, size_t size)
{
    static const char *const names[] = {"to", "cc", "bcc", "from", "reply-to", "sender"};
    if (!strchr("tcbfrsTCBFRS", *line))   /* most lines; NUL passes, and is none of them */
        return 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t at = strlen(names[i]);
        if (size <= at || strncasecmp(line, names[i], at) != 0)
            continue;
        while (at < size && (line[at] == ' ' || line[at] == '\t'))
            at++;
        if (at < size && line[at] == ':')
            return at + 1;
    }
    return 0;
}

/* gmime reads "a:b:c:..." as groups within groups, by recursion without end. No mail that somebody wrote has
 * many colons among its addresses; in attached messages neither. */
static void defuse_groups(char *bytes, size_t size)
{
    for (size_t at = 0; at < size;) {
        size_t name = address_header(bytes + at, size - at), colons = 0;
        if (name == 0) {
            const char *end = memchr(bytes + at, '\n', size - at);
            at = end ? (size_t)(end - bytes) + 1 : size;
            continue;
        }
        at += name;
        for (; at < size; at++) {
            const bool is_folded = at + 1 < size && (bytes[at + 1] == ' ' || bytes[at + 1] == '\t');
            if (bytes[at] == '\n' && !is_folded)
                break;
            if (bytes[at] == ':' && ++colons > ADDRESS_COLONS_MAX)
                bytes[at] = ' ';
        }
        at++;
    }
}

static bool read_headers(GMimeMessage *source, struct arena *arena, struct mail_message *out)
{
    GMimeHeaderList *list = g_mime_object_get_header_list(GMIME_OBJECT(source));
    int count = g_mime_header_list_get_count(list);
    if (count > MAIL_HEADERS_MAX)
        count = MAIL_HEADERS_MAX;
    struct mail_header *headers = arena_calloc(arena, count > 0 ? (size_t)count : 1, sizeof *headers);
    if (!headers)
        return false;
    out->headers = headers;
    for (int i = 0; i < count; i++) {
        GMimeHeader *header = g_mime_header_list_get_header_at(list, i);
        headers[i].name = clean(arena, g_mime_header_get_name(header));
        headers[i].value = decode(arena, g_mime_header_get_raw_value(header));
        out->header_count++;
    }
    const char *subject = mail_header_find(out, "Subject");
    out->subject = subject ? subject : "";
    out->message_id = clean(arena, g_mime_message_get_message_id(source));
    /* The content headers belong to the top part. */
    GMimeObject *top = g_mime_message_get_mime_part(source);
    GMimeContentType *type = top ? g_mime_object_get_content_type(top) : NULL;
    const char *language = top ? g_mime_object_get_header(top, "Content-Language") : NULL;
    if (language)
        out->language = clean(arena, language);
    if (type) {
        const char *major = g_mime_content_type_get_media_type(type);
        const char *minor = g_mime_content_type_get_media_subtype(type);
        char *text = arena_printf(arena, "%s/%s", major ? major : "text", minor ? minor : "plain");
        out->media_type = clean(arena, text);
    }
    GDateTime *date = g_mime_message_get_date(source);
    if (date)
        out->date_unix_ms = (int64_t)g_date_time_to_unix(date) * 1000;
    read_address(source, "From", arena, &out->from);
    read_address(source, "Reply-To", arena, &out->reply_to);
    read_address(source, "Sender", arena, &out->sender);
    return true;
}

/* A usable address: something on both sides of the last @, nothing that a mail program would not send to. */
static bool is_usable(const char *address)
{
    const char *at = address ? strrchr(address, '@') : NULL;
    if (!at || at == address || at[1] == '\0' || strlen(address) > 254)
        return false;
    return strpbrk(address, " \t\r\n<>()\"',;") == NULL;
}

static bool find_mailbox(InternetAddressList *list, struct arena *arena, int depth, struct mail_address *out)
{
    int count = list ? internet_address_list_length(list) : 0;
    for (int i = 0; i < count && i < 100; i++) {
        InternetAddress *entry = internet_address_list_get_address(list, i);
        if (INTERNET_ADDRESS_IS_GROUP(entry) && depth < 4) {
            if (find_mailbox(internet_address_group_get_members(INTERNET_ADDRESS_GROUP(entry)), arena, depth + 1, out))
                return true;
        } else if (INTERNET_ADDRESS_IS_MAILBOX(entry)) {
            const char *address = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(entry));
            if (!is_usable(address))
                continue;
            out->address = clean(arena, address);
            out->name = clean(arena, internet_address_get_name(entry));
            return true;
        }
    }
    return false;
}

/* gmime's own lists, then the header again by hand: "From: a@example.com b@example.com" is no list to gmime. */
static void read_address(GMimeMessage *source, const char *header, struct arena *arena, struct mail_address *out)
{
    GMimeHeader *found_header = g_mime_header_list_get_header(g_mime_object_get_header_list(GMIME_OBJECT(source)), header);
    const char *raw = found_header ? g_mime_header_get_raw_value(found_header) : NULL;
    const char *words = raw && strlen(raw) <= ADDRESS_HEADER_MAX ? encoded_words_to_q(arena, raw) : NULL;
    char *value = arena_strdup(arena, words);
    if (!value)
        return;
    header_mend_addresses(value);
    InternetAddressList *list = internet_address_list_parse(reading, value);
    bool found = find_mailbox(list, arena, 0, out);
    if (list)
        g_object_unref(list);
    if (found)
        return;
    const char *at = strchr(value, '@');
    if (!at)
        return;
    const char *start = at, *end = at;
    while (start > value && !strchr(" \t\r\n<,;:\"'()", start[-1]))
        start--;
    while (*end && !strchr(" \t\r\n>,;:\"'()", *end))
        end++;
    char *address = arena_copy(arena, start, (size_t)(end - start));
    if (address && is_usable(address)) {
        out->address = clean(arena, address);
        out->name = "";
    }
}

static bool is_ascii(const char *text)
{
    while (*text && (unsigned char)*text <= 0x7F)
        text++;
    return *text == '\0';
}

static const char *decode(struct arena *arena, const char *raw)
{
    const char *words = raw ? encoded_words_to_q(arena, raw) : NULL;
    if (words && !strstr(words, "=?") && is_ascii(words))
        return clean(arena, words);   /* gmime would take it apart and put the same together */
    char *text = words ? g_mime_utils_header_decode_text(reading, words) : NULL;
    const char *decoded = clean(arena, text);
    g_free(text);
    return decoded;
}

/* A copy that is UTF-8 on one line; "" for NULL. */
static const char *clean(struct arena *arena, const char *text)
{
    bool as_declared;
    if (!text)
        return "";
    char *copy = charset_to_utf8(arena, text, strlen(text), NULL, &as_declared);
    if (!copy)
        return "";
    size_t kept = 0;
    for (size_t i = 0; copy[i]; i++) {
        char c = copy[i] == '\n' || copy[i] == '\r' || copy[i] == '\t' ? ' ' : copy[i];
        if (c == ' ' && (kept == 0 || copy[kept - 1] == ' '))
            continue;
        copy[kept++] = c;
    }
    while (kept > 0 && copy[kept - 1] == ' ')
        kept--;
    copy[kept] = '\0';
    return copy;
}
