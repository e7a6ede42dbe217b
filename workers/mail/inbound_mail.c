/* SPDX-License-Identifier: Apache-2.0 */
#include "inbound_mail.h"

#include "byte_buffer.h"
#include "charset_text.h"
#include "contact_id.h"

#include <jansson.h>
#include <string.h>
#include <strings.h>

enum { GROWTH_ROOM = 64 * 1024 };

struct header {
    const char *name, *value;
};

struct attachment {
    const char *name, *media_type, *base64;   /* base64 NULL: the service says only how many bytes there are */
    size_t size;
};

/* What a service says of a mail, before it is one. Strings: in the arena or the request. */
struct draft {
    struct arena *arena;
    const char *raw;
    size_t raw_size;
    struct header headers[INBOUND_HEADERS_MAX];
    size_t header_count;
    const char *text, *html;
    struct attachment attachments[INBOUND_ATTACHMENTS_MAX];
    size_t attachment_count;
};

static bool read_postmark(struct draft *draft, const json_t *root);
static void read_sendgrid(struct draft *draft, const struct multipart_body *fields);
static void read_mailgun(struct draft *draft, const struct multipart_body *fields);
static void make_boundary(const struct draft *draft, char boundary[65]);
static void write_mail(const struct draft *draft, const char *boundary, struct byte_buffer *out);

enum inbound_service inbound_service_find(const char *name)
{
    static const char *const names[INBOUND_SERVICES] = {"postmark", "sendgrid", "mailgun"};
    int i = 0;
    while (i < INBOUND_SERVICES && strcmp(names[i], name) != 0)
        i++;
    return (enum inbound_service)i;
}

lw_status inbound_fields_read(struct arena *arena, const struct inbound_request *request, struct multipart_body *out)
{
    static const char form[] = "application/x-www-form-urlencoded";
    *out = (struct multipart_body){0};
    if (!request->content_type)
        return LW_INVALID;
    if (strncasecmp(request->content_type, form, sizeof form - 1) == 0)
        return form_fields_read(arena, request->body, request->size, &out->fields);
    return multipart_body_read(arena, request->content_type, request->body, request->size, out);
}

lw_status inbound_mail_read(struct arena *arena, enum inbound_service service, const struct inbound_request *request,
                            const struct multipart_body *fields, const char **bytes_out, size_t *size_out)
{
    struct draft *draft = arena_calloc(arena, 1, sizeof *draft);
    if (!draft)
        return LW_NO_MEMORY;
    draft->arena = arena;
    if (service == INBOUND_POSTMARK) {
        json_t *root = json_loadb(request->body, request->size, JSON_ALLOW_NUL, NULL);   /* a mail may hold it */
        bool good = root && read_postmark(draft, root);
        json_decref(root);
        if (!good)
            return LW_INVALID;
    } else if (service == INBOUND_SENDGRID) {
        read_sendgrid(draft, fields);
    } else {
        read_mailgun(draft, fields);
    }
    if (draft->raw) {
        *bytes_out = draft->raw;
        *size_out = draft->raw_size;
        return LW_OK;
    }
    if (draft->header_count == 0)
        return LW_INVALID;

    struct byte_buffer mail;
    char boundary[65];
    make_boundary(draft, boundary);
    byte_buffer_init(&mail, 2 * request->size + GROWTH_ROOM);
    write_mail(draft, boundary, &mail);
    *size_out = mail.size;
    *bytes_out = mail.failed ? NULL : arena_copy(arena, mail.data, mail.size);
    byte_buffer_fini(&mail);
    return *bytes_out ? LW_OK : LW_NO_MEMORY;
}

/* Of the bodies: the same for the same mail, and no body can hold its own hash. */
static void make_boundary(const struct draft *draft, char boundary[65])
{
    char of_text[65];
    const char *text = draft->text ? draft->text : "", *html = draft->html ? draft->html : "";
    contact_hash_hex("", text, strlen(text), of_text);
    contact_hash_hex(of_text, html, strlen(html), boundary);
}

static bool has_header(const struct draft *draft, const char *name)
{
    for (size_t i = 0; i < draft->header_count; i++) {
        if (strcasecmp(draft->headers[i].name, name) == 0)
            return true;
    }
    return false;
}

/* The parts are ours, so their headers are; a name that is none is left out. */
static void add_header(struct draft *draft, const char *name, const char *value)
{
    bool content = strncasecmp(name, "Content-", 8) == 0 || strcasecmp(name, "MIME-Version") == 0;
    for (const char *at = name; *at; at++) {
        if (*at <= ' ' || *at >= 0x7F || *at == ':')
            return;
    }
    if (content || name[0] == '\0' || !value || value[0] == '\0' || draft->header_count == INBOUND_HEADERS_MAX)
        return;
    draft->headers[draft->header_count++] = (struct header){name, value};
}

static void add_missing_header(struct draft *draft, const char *name, const char *value)
{
    if (!has_header(draft, name))
        add_header(draft, name, value);
}

static void add_attachment(struct draft *draft, const struct attachment *attachment)
{
    if (draft->attachment_count < INBOUND_ATTACHMENTS_MAX)
        draft->attachments[draft->attachment_count++] = *attachment;
}

/* A copy without NULs that outlives the document; NULL when it is no text or empty. */
static const char *json_text(struct draft *draft, const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    const size_t size = json_string_length(value);
    char *text = size > 0 ? arena_copy(draft->arena, json_string_value(value), size) : NULL;
    size_t kept = 0;
    for (size_t i = 0; text && i < size; i++)
        if (text[i] != '\0')
            text[kept++] = text[i];
    if (text)
        text[kept] = '\0';
    return kept > 0 ? text : NULL;
}

static bool read_postmark(struct draft *draft, const json_t *root)
{
    const json_t *raw = json_object_get(root, "RawEmail"), *item;
    size_t index;
    if (json_string_length(raw) > 0) {
        draft->raw_size = json_string_length(raw);
        draft->raw = arena_copy(draft->arena, json_string_value(raw), draft->raw_size);
        return draft->raw != NULL;
    }
    json_array_foreach(json_object_get(root, "Headers"), index, item) {
        const char *name = json_text(draft, item, "Name");
        if (name)
            add_header(draft, name, json_text(draft, item, "Value"));
    }
    const json_t *from = json_object_get(root, "FromFull");
    const char *address = json_text(draft, from, "Email"), *display = json_text(draft, from, "Name");
    const char *id = json_text(draft, root, "MessageID");
    if (address && display && !strpbrk(display, "\"\\"))
        address = arena_printf(draft->arena, "\"%s\" <%s>", display, address);
    add_missing_header(draft, "From", address ? address : json_text(draft, root, "From"));
    add_missing_header(draft, "To", json_text(draft, root, "To"));
    add_missing_header(draft, "Reply-To", json_text(draft, root, "ReplyTo"));
    add_missing_header(draft, "Subject", json_text(draft, root, "Subject"));
    add_missing_header(draft, "Date", json_text(draft, root, "Date"));
    add_missing_header(draft, "Message-ID", id ? arena_printf(draft->arena, "<%s@postmark>", id) : NULL);
    draft->text = json_text(draft, root, "TextBody");
    draft->html = json_text(draft, root, "HtmlBody");
    json_array_foreach(json_object_get(root, "Attachments"), index, item) {
        const char *data = json_text(draft, item, "Data");
        const json_int_t size = json_integer_value(json_object_get(item, "ContentLength"));
        add_attachment(draft, &(struct attachment){json_text(draft, item, "Name"), json_text(draft, item, "ContentType"),
                                                   data ? data : json_text(draft, item, "Content"), size > 0 ? (size_t)size : 0});
    }
    return has_header(draft, "From");
}

/* As UTF-8, whatever charset the service says the field has. */
static const char *field_text(struct draft *draft, const struct multipart_body *fields, const char *name, const char *charset)
{
    const struct form_field *field = form_fields_find(&fields->fields, name);
    bool as_declared;
    if (!field || field->value_size == 0)
        return NULL;
    return charset_to_utf8(draft->arena, field->value, field->value_size, charset, &as_declared);
}

static bool take_raw(struct draft *draft, const struct multipart_body *fields, const char *name)
{
    const struct form_field *field = form_fields_find(&fields->fields, name);
    if (!field || field->value_size == 0)
        return false;
    draft->raw = field->value;
    draft->raw_size = field->value_size;
    return true;
}

static void take_files(struct draft *draft, const struct multipart_body *fields)
{
    for (size_t i = 0; i < fields->file_count; i++)
        add_attachment(draft, &(struct attachment){fields->files[i].file_name, fields->files[i].media_type, NULL, fields->files[i].size});
}

/* "Name: value" lines, folded as in a mail. text is cut up. */
static void take_header_text(struct draft *draft, char *text)
{
    while (text && *text) {
        char *end = strchr(text, '\n');
        while (end && (end[1] == ' ' || end[1] == '\t'))
            end = strchr(end + 1, '\n');
        char *next = end ? end + 1 : NULL, *colon = strchr(text, ':');
        if (end)
            *end = '\0';
        if (colon && (!end || colon < end)) {
            *colon = '\0';
            add_header(draft, text, colon + 1 + strspn(colon + 1, " \t"));
        }
        text = next;
    }
}

static void read_sendgrid(struct draft *draft, const struct multipart_body *fields)
{
    if (take_raw(draft, fields, "email"))
        return;
    const struct form_field *given = form_fields_find(&fields->fields, "charsets");
    json_t *charsets = given ? json_loadb(given->value, given->value_size, 0, NULL) : NULL;
    take_header_text(draft, arena_strdup(draft->arena, field_text(draft, fields, "headers", NULL)));
    static const char *const names[][2] = {{"From", "from"}, {"To", "to"}, {"Subject", "subject"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        add_missing_header(draft, names[i][0],
                           field_text(draft, fields, names[i][1], json_string_value(json_object_get(charsets, names[i][1]))));
    draft->text = field_text(draft, fields, "text", json_string_value(json_object_get(charsets, "text")));
    draft->html = field_text(draft, fields, "html", json_string_value(json_object_get(charsets, "html")));
    take_files(draft, fields);
    json_decref(charsets);
}

static void read_mailgun(struct draft *draft, const struct multipart_body *fields)
{
    if (take_raw(draft, fields, "body-mime"))
        return;
    const struct form_field *given = form_fields_find(&fields->fields, "message-headers");
    json_t *headers = given ? json_loadb(given->value, given->value_size, 0, NULL) : NULL;
    const json_t *pair;
    size_t index;
    json_array_foreach(headers, index, pair) {
        const char *name = json_string_value(json_array_get(pair, 0)), *value = json_string_value(json_array_get(pair, 1));
        if (name && value) {
            const char *kept = arena_strdup(draft->arena, name);
            add_header(draft, kept ? kept : "", arena_strdup(draft->arena, value));
        }
    }
    json_decref(headers);
    static const char *const names[][2] = {{"From", "from"}, {"From", "sender"}, {"To", "recipient"}, {"Subject", "subject"},
                                           {"Message-ID", "Message-Id"}, {"In-Reply-To", "In-Reply-To"}, {"References", "References"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        add_missing_header(draft, names[i][0], field_text(draft, fields, names[i][1], NULL));
    draft->text = field_text(draft, fields, "body-plain", NULL);
    draft->html = field_text(draft, fields, "body-html", NULL);
    take_files(draft, fields);
}

/* A value of several lines stays one header: its line ends are spaces. */
static void write_header(struct byte_buffer *out, const char *name, const char *value)
{
    byte_buffer_printf(out, "%s: ", name);
    for (const char *at = value; *at; at++)
        byte_buffer_put_u8(out, *at == '\r' || *at == '\n' ? ' ' : (uint8_t)*at);
    byte_buffer_put(out, "\r\n", 2);
}

static void write_text(struct byte_buffer *out, const char *boundary, const char *kind, const char *text)
{
    byte_buffer_printf(out, "--%s\r\nContent-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n", boundary, kind);
    byte_buffer_put(out, text, strlen(text));
    byte_buffer_put(out, "\r\n", 2);
}

static bool is_media_type(const char *type)
{
    for (const char *at = type; *at; at++) {
        if (*at <= ' ' || *at >= 0x7F || strchr("\"\\;,()<>@:[]?=", *at))
            return false;
    }
    return strchr(type, '/') != NULL;
}

static void write_attachment(const struct draft *draft, struct byte_buffer *out, const char *boundary,
                             const struct attachment *attachment)
{
    const char *type = attachment->media_type ? attachment->media_type : "";
    const char *name = form_encode(draft->arena, attachment->name ? attachment->name : "");
    byte_buffer_printf(out, "--%s\r\nContent-Type: %s\r\nContent-Transfer-Encoding: base64\r\n", boundary,
                       is_media_type(type) ? type : "application/octet-stream");
    byte_buffer_printf(out, "Content-Disposition: attachment; filename*=utf-8''%s", name ? name : "");
    if (!attachment->base64)
        byte_buffer_printf(out, "; size=%zu", attachment->size);
    byte_buffer_put(out, "\r\n\r\n", 4);
    if (attachment->base64)
        byte_buffer_put(out, attachment->base64, strlen(attachment->base64));
    byte_buffer_put(out, "\r\n", 2);
}

/* multipart/mixed of all: the reader takes the first plain text that says something, else the HTML. */
static void write_mail(const struct draft *draft, const char *boundary, struct byte_buffer *out)
{
    for (size_t i = 0; i < draft->header_count; i++)
        write_header(out, draft->headers[i].name, draft->headers[i].value);
    byte_buffer_printf(out, "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"%s\"\r\n\r\n", boundary);
    if (draft->text)
        write_text(out, boundary, "plain", draft->text);
    if (draft->html)
        write_text(out, boundary, "html", draft->html);
    for (size_t i = 0; i < draft->attachment_count; i++)
        write_attachment(draft, out, boundary, &draft->attachments[i]);
    byte_buffer_printf(out, "--%s--\r\n", boundary);
}
