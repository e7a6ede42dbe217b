/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE   /* strcasestr */
#include "sip_request.h"

#include <osipparser2/osip_parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sip_frame.h"

enum { PORT_DEFAULT = 5060, PORT_MAX = 65535, METHOD_SIZE_MAX = 64, VIAS_MAX = 64, CSEQ_DIGITS_MAX = 10 };

static const char cookie[] = "z9hG4bK";   /* RFC 3261, 8.1.1.7: the branch alone names the transaction */

static bool read_start(struct arena *arena, const char *start, struct sip_request *out);
static bool read_uri(struct arena *arena, struct sip_request *out);
static bool read_vias(struct arena *arena, const char *source, uint16_t port, const struct sip_frame *frame, struct sip_request *out);
static bool read_ends(struct arena *arena, const struct sip_frame *frame, struct sip_request *out);
static bool good_cseq(const struct sip_frame *frame, const char *method);
static void read_identities(struct arena *arena, const struct sip_frame *frame, struct sip_request *out);
static const char *joined_lines(struct arena *arena, const struct sip_frame *frame, const char *name, const char *as);
static bool read_party(struct arena *arena, const char *value, struct sip_party *out, const char **tag_out, const char **line_out);

void sip_request_library_init(void)
{
    parser_init();
}

/* What is wrong beyond the headers that an answer needs is a refusal; what lacks one of those is garbage. */
enum sip_verdict sip_request_read(struct arena *arena, const char *source, uint16_t port, const char *bytes, size_t size,
                                  struct sip_request *out)
{
    struct sip_frame *frame = arena_calloc(arena, 1, sizeof *frame);
    *out = (struct sip_request){0};
    if (!frame || sip_frame_read(arena, bytes, size, frame) != SIP_FRAME_WHOLE)
        return SIP_IS_GARBAGE;
    if (strncmp(frame->start, "SIP/", 4) == 0)
        return SIP_IS_RESPONSE;
    const char *method = arena_copy(arena, frame->start, strcspn(frame->start, " "));
    if (!method || !read_start(arena, frame->start, out))
        out->refusal = 400;
    if (!read_vias(arena, source, port, frame, out) || !read_ends(arena, frame, out))
        return SIP_IS_GARBAGE;
    if (out->refusal == 0 && !read_uri(arena, out))
        out->refusal = 400;
    bool whole = !frame->has_length || frame->body_size <= size - frame->head_size;
    if (!method || !good_cseq(frame, method) || frame->doubled || frame->bad_length || !whole)
        out->refusal = 400;
    out->require = sip_frame_find(frame, "require", 0);
    out->timestamp = sip_frame_find(frame, "timestamp", 0);
    out->record_routes = joined_lines(arena, frame, "record-route", "Record-Route");
    read_identities(arena, frame, out);
    return out->cseq && out->record_routes ? SIP_IS_REQUEST : SIP_IS_GARBAGE;
}

/* "METHOD URI SIP/2.0", one blank each. */
static bool read_start(struct arena *arena, const char *start, struct sip_request *out)
{
    static const struct { const char *name; enum sip_method method; } methods[] = {
        {"INVITE", SIP_INVITE}, {"ACK", SIP_ACK}, {"CANCEL", SIP_CANCEL}, {"OPTIONS", SIP_OPTIONS}, {"BYE", SIP_BYE},
    };
    size_t method_size = strcspn(start, " ");
    const char *uri = start + method_size + 1;
    size_t uri_size = start[method_size] ? strcspn(uri, " ") : 0;
    out->method = SIP_OTHER_METHOD;
    if (method_size == 0 || method_size > METHOD_SIZE_MAX || uri_size == 0 || uri[uri_size] != ' ')
        return false;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strlen(methods[i].name) == method_size && memcmp(methods[i].name, start, method_size) == 0)
            out->method = methods[i].method;
    const char *version = uri + uri_size + 1;
    out->uri_text = arena_copy(arena, uri, uri_size);
    if (strcasecmp(version, "SIP/2.0") == 0)
        return out->uri_text != NULL;
    bool other = strncasecmp(version, "SIP/", 4) == 0 && strcspn(version, " ") == strlen(version);
    out->refusal = other ? 505 : 400;
    return other;
}

static const char *kept(struct arena *arena, const char *text)
{
    return text && *text ? arena_strdup(arena, text) : NULL;
}

/* Quotes off, what they escaped as it was meant. */
static const char *display_of(struct arena *arena, const char *text)
{
    char *copy = text && *text ? arena_strdup(arena, text) : NULL;
    if (!copy || copy[0] != '"')
        return copy;
    char *to = copy;
    for (const char *from = copy + 1; *from && *from != '"'; from++) {
        if (*from == '\\' && from[1])
            from++;
        *to++ = *from;
    }
    *to = '\0';
    return *copy ? copy : NULL;
}

/* The part before ';' of a user or a tel: number. */
static const char *user_of(struct arena *arena, const char *text)
{
    size_t size = text ? strcspn(text, ";") : 0;
    return size ? arena_copy(arena, text, size) : NULL;
}

static void party_of_uri(struct arena *arena, const osip_uri_t *uri, struct sip_party *out)
{
    out->present = true;
    out->scheme = kept(arena, uri->scheme);
    out->host = kept(arena, uri->host);
    out->user = user_of(arena, uri->username ? uri->username : uri->scheme && strcasecmp(uri->scheme, "tel") == 0 ? uri->string : NULL);
}

/* True also for a scheme that we do not know: that is refused with 416, and not read further. */
static bool read_uri(struct arena *arena, struct sip_request *out)
{
    const char *text = out->uri_text;
    size_t scheme = strcspn(text, ":");
    bool is_sip = strncasecmp(text, "sip:", 4) == 0 || strncasecmp(text, "sips:", 5) == 0;
    if (strpbrk(text, "<>\"") || scheme == 0 || text[scheme] != ':')
        return false;
    if (!is_sip && strncasecmp(text, "tel:", 4) != 0) {
        out->refusal = 416;
        return true;
    }
    osip_uri_t *uri = NULL;
    bool good = osip_uri_init(&uri) == OSIP_SUCCESS && osip_uri_parse(uri, text) == OSIP_SUCCESS;
    if (good) {
        party_of_uri(arena, uri, &out->uri);
        good = !is_sip || (out->uri.host && osip_list_size(&uri->url_headers) == 0);   /* RFC 3261, 19.1.1: no headers here */
    }
    osip_uri_free(uri);
    return good;
}

static uint16_t port_of(const char *text)
{
    unsigned long port = text ? strtoul(text, NULL, 10) : 0;
    return port > 0 && port <= PORT_MAX ? (uint16_t)port : PORT_DEFAULT;
}

static const char *param(osip_list_t *list, const char *name, bool *present_out)
{
    osip_generic_param_t *found = NULL;
    char copy[16];
    snprintf(copy, sizeof copy, "%s", name);
    *present_out = osip_generic_param_get_byname(list, copy, &found) == OSIP_SUCCESS && found;
    return *present_out ? found->gvalue : NULL;
}

/* The transaction's key of a branch that carries the cookie; else it is made of what the request has (RFC 2543). */
static const char *branch_key(struct arena *arena, const char *branch, const osip_via_t *via)
{
    if (!branch || strncmp(branch, cookie, sizeof cookie - 1) != 0 || !branch[sizeof cookie - 1])
        return "";
    return arena_printf(arena, "%s\n%s\n%s", branch, via->host, via->port ? via->port : "");
}

/* Where the first Via came from, written into it as RFC 3261 (18.2.1) and RFC 3581 (4) say. */
static bool read_top_via(struct arena *arena, const char *source, uint16_t port, osip_via_t *via, struct sip_request *out)
{
    bool has_rport, has_branch;
    char *text = NULL;
    osip_generic_param_t *rport = NULL;
    if (!via->host || !*via->host || !via->version || strcmp(via->version, "2.0") != 0)
        return false;
    const char *asked = param(&via->via_params, "rport", &has_rport);
    const char *branch = param(&via->via_params, "branch", &has_branch);
    out->key = branch_key(arena, branch, via);
    out->via_port = port_of(via->port);
    out->reply_to_source = has_rport && !asked;
    if (out->reply_to_source && osip_generic_param_get_byname(&via->via_params, "rport", &rport) == OSIP_SUCCESS) {
        rport->gvalue = osip_malloc(8);
        if (rport->gvalue)
            snprintf(rport->gvalue, 8, "%u", port);
    }
    if (osip_via_to_str(via, &text) == OSIP_SUCCESS && text) {
        bool add = out->reply_to_source || strcmp(via->host, source) != 0;
        out->vias = add ? arena_printf(arena, "Via: %s;received=%s\r\n", text, source) : arena_printf(arena, "Via: %s\r\n", text);
    }
    osip_free(text);
    return out->key && out->vias;
}

/* All of them are repeated in answers; only the first is understood. */
static bool read_vias(struct arena *arena, const char *source, uint16_t port, const struct sip_frame *frame, struct sip_request *out)
{
    const char *value, *item, *rest = sip_frame_find(frame, "via", 0);
    const char *first = rest ? sip_list_next(arena, &rest) : NULL;
    osip_via_t *via = NULL;
    bool good = first && osip_via_init(&via) == OSIP_SUCCESS && osip_via_parse(via, first) == OSIP_SUCCESS &&
                read_top_via(arena, source, port, via, out);
    osip_via_free(via);
    size_t count = 1;
    for (size_t n = 0; good && (value = n == 0 ? rest : sip_frame_find(frame, "via", n)); n++) {
        for (; good && (item = sip_list_next(arena, &value)); count++) {
            out->vias = arena_printf(arena, "%sVia: %s\r\n", out->vias, item);
            good = out->vias && count < VIAS_MAX;
        }
    }
    return good;
}

/* From, To, Call-ID. */
static bool read_ends(struct arena *arena, const struct sip_frame *frame, struct sip_request *out)
{
    const char *from = sip_frame_find(frame, "from", 0), *to = sip_frame_find(frame, "to", 0);
    out->call_id = sip_frame_find(frame, "call-id", 0);
    out->cseq = sip_frame_find(frame, "cseq", 0);
    if (!from || !to || !out->call_id || !*out->call_id || strpbrk(out->call_id, " \t") || !out->cseq)
        return false;
    /* What cannot be read is repeated as it came, and refused. */
    if (!read_party(arena, from, &out->from, &out->from_tag, &out->from_line) ||
        !read_party(arena, to, &out->to, &out->to_tag, &out->to_line)) {
        out->refusal = 400;
        out->from_line = from;
        out->to_line = to;
    }
    if (out->key && !*out->key)
        out->key = arena_printf(arena, "%s\n%s\n%.*s\n%s", out->call_id, out->from_tag ? out->from_tag : "",
                                (int)strspn(out->cseq, "0123456789"), out->cseq, out->vias);
    return out->key && out->from_line && out->to_line;
}

/* "NUMBER METHOD", the number below 2^31 (RFC 3261, 8.1.1.5), the method that of the request. */
static bool good_cseq(const struct sip_frame *frame, const char *method)
{
    const char *text = sip_frame_find(frame, "cseq", 0);
    size_t digits = text ? strspn(text, "0123456789") : 0, gap = digits ? strspn(text + digits, " \t") : 0;
    return digits > 0 && digits <= CSEQ_DIGITS_MAX && strtoull(text, NULL, 10) < UINT64_C(1) << 31 && gap > 0 &&
           strcmp(text + digits + gap, method) == 0;
}

static void read_identities(struct arena *arena, const struct sip_frame *frame, struct sip_request *out)
{
    const char *tag, *line, *value, *item, *privacy = sip_frame_find(frame, "privacy", 0);
    for (size_t n = 0; !out->asserted.user && (value = sip_frame_find(frame, "p-asserted-identity", n)); n++)
        while (!out->asserted.user && (item = sip_list_next(arena, &value)))
            if (!read_party(arena, item, &out->asserted, &tag, &line))
                out->asserted = (struct sip_party){0};
    for (size_t n = 0; !out->remote.present && (value = sip_frame_find(frame, "remote-party-id", n)); n++) {
        const char *party = strcasestr(value, ";party=");
        if ((!party || strncasecmp(party + 7, "calling", 7) == 0) && !read_party(arena, value, &out->remote, &tag, &line))
            out->remote = (struct sip_party){0};
        const char *hidden = out->remote.present ? strcasestr(value, ";privacy=") : NULL;
        out->is_private = out->is_private || (hidden && strncasecmp(hidden + 9, "off", 3) != 0);
    }
    value = sip_frame_find(frame, "diversion", 0);
    item = value ? sip_list_next(arena, &value) : NULL;
    if (item && !read_party(arena, item, &out->diversion, &tag, &line))
        out->diversion = (struct sip_party){0};
    for (; privacy && (item = sip_list_next(arena, &privacy)); )
        out->is_private = out->is_private || strcasestr(item, "id") || strcasestr(item, "user");
}

/* Every item of every header of that name, as a line each; "" if there is none. */
static const char *joined_lines(struct arena *arena, const struct sip_frame *frame, const char *name, const char *as)
{
    const char *value, *item, *lines = "";
    for (size_t n = 0; lines && (value = sip_frame_find(frame, name, n)); n++)
        while (lines && (item = sip_list_next(arena, &value)))
            lines = arena_printf(arena, "%s%s: %s\r\n", lines, as, item);
    return lines;
}

/* "Name" <address>;tag=... *line_out is what an answer repeats: the value as it came, in which there is no line end. */
static bool read_party(struct arena *arena, const char *value, struct sip_party *out, const char **tag_out, const char **line_out)
{
    osip_from_t *party = NULL;
    bool has_tag;
    *tag_out = NULL;
    *line_out = value;
    bool good = osip_from_init(&party) == OSIP_SUCCESS && osip_from_parse(party, value) == OSIP_SUCCESS && party->url;
    if (good) {
        party_of_uri(arena, party->url, out);
        out->display = display_of(arena, party->displayname);
        *tag_out = kept(arena, param(&party->gen_params, "tag", &has_tag));
    }
    osip_from_free(party);
    return good;
}

const char *sip_reason(int status)
{
    static const struct { int status; const char *text; } table[] = {
        {100, "Trying"}, {180, "Ringing"}, {200, "OK"}, {302, "Moved Temporarily"}, {400, "Bad Request"}, {403, "Forbidden"},
        {404, "Not Found"}, {405, "Method Not Allowed"}, {416, "Unsupported URI Scheme"}, {420, "Bad Extension"},
        {480, "Temporarily Unavailable"}, {481, "Call/Transaction Does Not Exist"}, {482, "Loop Detected"}, {486, "Busy Here"},
        {487, "Request Terminated"}, {503, "Service Unavailable"}, {505, "Version Not Supported"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].status == status)
            return table[i].text;
    return "";
}

void sip_reply_write(struct byte_buffer *out, const struct sip_request *request, int status, const char *to_tag, const char *extra)
{
    byte_buffer_printf(out, "SIP/2.0 %d %s\r\n%sFrom: %s\r\nTo: %s", status, sip_reason(status), request->vias, request->from_line,
                       request->to_line);
    if (*to_tag && !request->to_tag)
        byte_buffer_printf(out, ";tag=%s", to_tag);
    byte_buffer_printf(out, "\r\nCall-ID: %s\r\nCSeq: %s\r\n", request->call_id, request->cseq);
    if (status == 100 && request->timestamp)
        byte_buffer_printf(out, "Timestamp: %s\r\n", request->timestamp);
    if (status > 100 && status < 200)
        byte_buffer_printf(out, "%s", request->record_routes);
    byte_buffer_printf(out, "%sServer: leadwire-phone\r\nContent-Length: 0\r\n\r\n", extra ? extra : "");
}
