/* SPDX-License-Identifier: Apache-2.0 */
#include "http_call.h"

#include "http_stream.h"

#include <assert.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "is_sanitized.h"

/* The copy of the body, its decoded fields with their table, and the answer. */
enum { ARENA_PER_BODY_BYTE = 6, ARENA_BASE = 256 * 1024 };
enum { SPARE_MAX = 64, SPARE_KEEP = 48 * 1024 };

struct http_call {
    struct http_call *next, *previous;
    struct http_calls *calls;
    struct evhttp_request *request;
    struct arena arena;
    const char *uri, *body;
    size_t body_size;
    const char *parts[HTTP_PATH_PARTS_MAX];
    struct form_fields query;
};

static bool read_request(struct http_call *call);
static bool read_path(struct http_call *call, const char *path);
static void unlink_call(struct http_call *call);

/* With an empty arena. */
static struct http_call *take_spare(struct http_calls *calls, size_t body_size_max)
{
    struct http_call *call = calls->spare;
    if (call) {
        const struct arena arena = call->arena;
        calls->spare = call->next;
        calls->spare_count--;
        *call = (struct http_call){.arena = arena};
        return call;
    }
    call = calloc(1, sizeof *call);
    if (call)
        arena_init(&call->arena, body_size_max * ARENA_PER_BODY_BYTE + ARENA_BASE);
    return call;
}

static void keep_spare(struct http_calls *calls, struct http_call *call)
{
    if (IS_SANITIZED || calls->spare_count == SPARE_MAX) {   /* a sanitizer shall see what is used after its end */
        arena_fini(&call->arena);
        free(call);
        return;
    }
    arena_reset(&call->arena, SPARE_KEEP);
    call->next = calls->spare;
    calls->spare = call;
    calls->spare_count++;
}

struct http_call *http_call_new(struct http_calls *calls, struct evhttp_request *request, size_t body_size_max)
{
    struct http_call *call = take_spare(calls, body_size_max);
    if (!call)
        return NULL;
    call->request = request;
    call->calls = calls;
    if (!read_request(call)) {
        keep_spare(calls, call);
        return NULL;
    }
    call->next = calls->first;
    if (call->next)
        call->next->previous = call;
    calls->first = call;
    calls->count++;
    return call;
}

void http_calls_end(struct http_calls *calls)
{
    while (calls->first)
        http_call_reply_error(calls->first, 503, "stopping", 1);
    while (calls->streams) {
        struct http_stream *stream = calls->streams;   /* ending it moves the first */
        http_stream_end(&stream);
    }
    while (calls->spare) {
        struct http_call *call = calls->spare;
        calls->spare = call->next;
        arena_fini(&call->arena);
        free(call);
    }
}

struct http_calls *http_call_calls(struct http_call *call)
{
    return call->calls;
}

struct evhttp_request *http_call_take_request(struct http_call *call)
{
    struct evhttp_request *request = call->request;
    unlink_call(call);
    keep_spare(call->calls, call);
    return request;
}

enum http_method http_call_method(const struct http_call *call)
{
    switch (evhttp_request_get_command(call->request)) {
    case EVHTTP_REQ_GET: return HTTP_GET;
    case EVHTTP_REQ_HEAD: return HTTP_HEAD;
    case EVHTTP_REQ_POST: return HTTP_POST;
    case EVHTTP_REQ_OPTIONS: return HTTP_OPTIONS;
    case EVHTTP_REQ_PUT:
    case EVHTTP_REQ_DELETE:
    case EVHTTP_REQ_TRACE:
    case EVHTTP_REQ_CONNECT:
    case EVHTTP_REQ_PATCH: break;
    }
    return HTTP_OTHER;
}

const char *http_call_uri(const struct http_call *call)
{
    return call->uri;
}

const char *http_call_path_part(const struct http_call *call, size_t index)
{
    return index < HTTP_PATH_PARTS_MAX ? call->parts[index] : NULL;
}

const struct form_fields *http_call_query(const struct http_call *call)
{
    return &call->query;
}

const char *http_call_header(const struct http_call *call, const char *name)
{
    return evhttp_find_header(evhttp_request_get_input_headers(call->request), name);
}

const char *http_call_header_joined(struct http_call *call, const char *name)
{
    const char *joined = NULL;
    for (const struct evkeyval *header = evhttp_request_get_input_headers(call->request)->tqh_first; header; header = header->next.tqe_next)
        if (strcasecmp(header->key, name) == 0)
            joined = joined ? arena_printf(&call->arena, "%s, %s", joined, header->value) : header->value;
    return joined;
}

const char *http_call_peer(const struct http_call *call)
{
    struct evhttp_connection *connection = evhttp_request_get_connection(call->request);
    char *address = NULL;
    ev_uint16_t port;
    if (connection)
        evhttp_connection_get_peer(connection, &address, &port);
    return address;
}

struct http_origin http_call_origin(struct http_call *call, const struct http_proxies *proxies)
{
    struct http_origin_headers headers = {0};
    if (proxies->count > 0)   /* else they count for nothing */
        headers = (struct http_origin_headers){
            .forwarded = http_call_header_joined(call, "Forwarded"),
            .x_for = http_call_header_joined(call, "X-Forwarded-For"),
            .x_proto = http_call_header_joined(call, "X-Forwarded-Proto"),
            .x_host = http_call_header_joined(call, "X-Forwarded-Host"),
        };
    return http_origin_read(proxies, http_call_peer(call), &headers, &call->arena);
}

bool http_call_has_type(const struct http_call *call, const char *media_type)
{
    const char *given = http_call_header(call, "Content-Type");
    size_t size = strlen(media_type);
    return given && strncasecmp(given, media_type, size) == 0 && strchr(" \t;", given[size]);
}

const char *http_call_body(const struct http_call *call, size_t *size_out)
{
    *size_out = call->body_size;
    return call->body;
}

struct arena *http_call_arena(struct http_call *call)
{
    return &call->arena;
}

void http_call_add_header(struct http_call *call, const char *name, const char *value)
{
    evhttp_add_header(evhttp_request_get_output_headers(call->request), name, value);
}

/* Of those that libevent has no words for; NULL: it has. */
static const char *status_words(int status)
{
    return status == 422 ? "Unprocessable Content" : status == 429 ? "Too Many Requests" : status == 507 ? "Insufficient Storage" : NULL;
}

void http_call_reply(struct http_call *call, int status, const char *content_type, const char *body, size_t body_size)
{
    struct evbuffer *buffer = NULL;
    if (content_type) {
        http_call_add_header(call, "Content-Type", content_type);
        buffer = evbuffer_new();
        if (buffer)
            evbuffer_add(buffer, body, body_size);
    }
    if (!evhttp_find_header(evhttp_request_get_output_headers(call->request), "Cache-Control"))
        http_call_add_header(call, "Cache-Control", "no-store");
    http_call_add_header(call, "X-Content-Type-Options", "nosniff");
    if (call->calls->closing)
        http_call_add_header(call, "Connection", "close");

    struct evhttp_request *request = http_call_take_request(call);
    evhttp_send_reply(request, status, status_words(status), buffer);   /* copes with a connection that is gone */
    if (buffer)
        evbuffer_free(buffer);
}

/* evhttp closes the descriptor and frees the bufferevent, whose events would stay where it is held: they would take what comes for the
 * next connection of that number. */
void http_connection_on_closed(struct evhttp_connection *connection, void *context)
{
    (void)context;
    bufferevent_disable(evhttp_connection_get_bufferevent(connection), EV_READ | EV_WRITE);
}

void http_call_reply_error(struct http_call *call, int status, const char *reason, uint32_t retry_after_s)
{
    char body[256], seconds[16];
    int size = snprintf(body, sizeof body, "{\"error\": \"%.200s\"}\n", reason);
    if (retry_after_s > 0) {
        snprintf(seconds, sizeof seconds, "%u", retry_after_s);
        http_call_add_header(call, "Retry-After", seconds);
    }
    http_call_reply(call, status, "application/json", body, (size_t)size);
}

static bool read_request(struct http_call *call)
{
    const struct evhttp_uri *parsed = evhttp_request_get_evhttp_uri(call->request);
    const char *path = evhttp_uri_get_path(parsed), *query = evhttp_uri_get_query(parsed);
    if (!path)
        path = "";
    call->uri = query ? arena_printf(&call->arena, "%s?%s", path, query) : arena_strdup(&call->arena, path);

    struct evbuffer *input = evhttp_request_get_input_buffer(call->request);
    call->body_size = evbuffer_get_length(input);
    char *body = arena_alloc(&call->arena, call->body_size + 1);
    if (!body || !call->uri || !read_path(call, path))
        return false;
    evbuffer_copyout(input, body, call->body_size);
    body[call->body_size] = '\0';
    call->body = body;
    if (query && form_fields_read(&call->arena, query, strlen(query), &call->query) != LW_OK)
        call->query = (struct form_fields){0};
    return true;
}

static bool read_path(struct http_call *call, const char *path)
{
    size_t count = 0;
    while (*path == '/') {
        size_t size = strcspn(++path, "/");
        size_t plain_size = 0;
        if (count == HTTP_PATH_PARTS_MAX) {   /* no route of ours is that deep */
            memset(call->parts, 0, sizeof call->parts);
            return true;
        }
        char *raw = arena_copy(&call->arena, path, size);
        char *plain = raw ? evhttp_uridecode(raw, 0, &plain_size) : NULL;
        if (!plain)
            return false;
        /* An encoded NUL would cut the name short: such a part matches nothing. */
        call->parts[count] = strlen(plain) == plain_size ? arena_copy(&call->arena, plain, plain_size) : "";
        free(plain);
        if (!call->parts[count++])
            return false;
        path += size;
    }
    return true;
}

static void unlink_call(struct http_call *call)
{
    assert(call->calls->count > 0);
    if (call->previous)
        call->previous->next = call->next;
    else
        call->calls->first = call->next;
    if (call->next)
        call->next->previous = call->previous;
    call->calls->count--;
}
