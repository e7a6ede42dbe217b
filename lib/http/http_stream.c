/* SPDX-License-Identifier: Apache-2.0
 *
 * evhttp goes on reading while it writes, to see the connection end: so its read timeout must not fall upon a silent listener, and
 * what a listener sends all the same must not pile up. When a connection breaks evhttp leaves the request to us.
 */
#include "http_stream.h"

#include "http_call.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <stdlib.h>

enum { TAKE_WITHIN_S = 30, UNREAD_MAX = 4096 };

struct http_stream {
    struct http_stream *next, **link;   /* link: what points to us */
    struct evhttp_request *request;
    http_stream_gone *gone;
    void *context;
};

static void on_closed(struct evhttp_connection *connection, void *context);
static void listen_patiently(struct evhttp_connection *connection);
static void unlink_stream(struct http_stream *stream);

struct http_stream *http_stream_begin(struct http_call *call, const char *content_type, http_stream_gone *gone, void *context)
{
    struct http_stream *stream = calloc(1, sizeof *stream);
    http_call_add_header(call, "Content-Type", content_type);
    http_call_add_header(call, "Connection", "close");
    struct http_calls *calls = http_call_calls(call);
    struct evhttp_request *request = http_call_take_request(call);
    struct evhttp_connection *connection = evhttp_request_get_connection(request);
    if (!stream || !connection) {
        evhttp_send_reply(request, HTTP_SERVUNAVAIL, NULL, NULL);
        free(stream);
        return NULL;
    }
    *stream = (struct http_stream){.next = calls->streams, .link = &calls->streams, .request = request, .gone = gone, .context = context};
    if (stream->next)
        stream->next->link = &stream->next;
    calls->streams = stream;
    evhttp_send_reply_start(request, HTTP_OK, NULL);
    listen_patiently(connection);
    evhttp_connection_set_closecb(connection, on_closed, stream);
    return stream;
}

size_t http_stream_queued(const struct http_stream *stream)
{
    struct evhttp_connection *connection = evhttp_request_get_connection(stream->request);
    return connection ? evbuffer_get_length(bufferevent_get_output(evhttp_connection_get_bufferevent(connection))) : 0;
}

void http_stream_send(struct http_stream *stream, const void *bytes, size_t size)
{
    struct evbuffer *buffer = evbuffer_new();
    if (!buffer)
        return;
    if (evbuffer_add(buffer, bytes, size) == 0)
        evhttp_send_reply_chunk(stream->request, buffer);
    evbuffer_free(buffer);
}

void http_stream_end(struct http_stream **stream_place)
{
    struct http_stream *stream = *stream_place;
    *stream_place = NULL;
    if (!stream)
        return;
    struct evhttp_connection *connection = evhttp_request_get_connection(stream->request);
    if (connection)
        evhttp_connection_set_closecb(connection, http_connection_on_closed, NULL);
    evhttp_send_reply_end(stream->request);
    unlink_stream(stream);
    free(stream);
}

static void listen_patiently(struct evhttp_connection *connection)
{
    struct bufferevent *peer = evhttp_connection_get_bufferevent(connection);
    const struct timeval take_within = {.tv_sec = TAKE_WITHIN_S};
    bufferevent_set_timeouts(peer, NULL, &take_within);
    bufferevent_setwatermark(peer, EV_READ, 0, UNREAD_MAX);
}

static void on_closed(struct evhttp_connection *connection, void *context)
{
    http_connection_on_closed(connection, NULL);
    struct http_stream *stream = context;
    unlink_stream(stream);
    if (!evhttp_request_get_connection(stream->request))
        evhttp_send_reply_end(stream->request);   /* ours to free; with a connection it goes with that */
    stream->gone(stream->context);
    free(stream);
}

static void unlink_stream(struct http_stream *stream)
{
    *stream->link = stream->next;
    if (stream->next)
        stream->next->link = stream->link;
}
