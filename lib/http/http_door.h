/* SPDX-License-Identifier: Apache-2.0
 *
 * http_door - the HTTP server of workers and gateway: evhttp with every bound set.
 *
 *   connections    when but a few of connections_max are left, each new one ends the one that has waited longest for a
 *                  request; at connections_max the listener pauses, and the kernel's backlog holds the rest
 *   slow senders   a request not complete within request_within_ms: 408 and the connection ends,
 *                  however steadily the bytes drip
 *   slow readers   a reply not taken within 30 s: the connection ends
 *   size           headers 16 KiB; a body above body_size_max: 413
 *   malformed      400, by evhttp
 *
 * One handler gets every complete request as a http_call and answers it exactly
 * once, at once or later, with http_call_reply or http_stream_begin. A call outlives its connection: if the peer
 * goes away the reply goes nowhere. What the handler allocates in the call's arena lives until the reply.
 * Stopping: http_door_drain, run the loop until http_door_in_flight is 0 or
 * patience ends, http_door_close (what is left is answered 503).
 * Threads: one owner, that of the event base.
 */
#ifndef HTTP_DOOR_H
#define HTTP_DOOR_H

#include <event2/event.h>
#include <leadwire/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "form_fields.h"
#include "http_origin.h"

enum { HTTP_PATH_PARTS_MAX = 4 };

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_OPTIONS, HTTP_OTHER };

struct http_door;   /* opaque */
struct http_call;   /* opaque */

typedef void http_handler(void *context, struct http_call *call);
/* A request was answered 400 or 413 before it was whole: no call came of it. For counting; the reply is on its way already. */
typedef void http_refusal_watcher(void *context, int status);

struct http_door_options {
    const char *listen;            /* "127.0.0.1:8080", "[::1]:0"; port 0: any free one. "unix:PATH": an abandoned socket is replaced */
    uint32_t body_size_max;
    uint32_t connections_max;
    uint32_t request_within_ms;
    http_handler *handler;
    void *context;
    http_refusal_watcher *refused;   /* NULL: nobody wants to know */
};

/* Errors: LW_INVALID (the address), LW_IO (errno tells why), LW_NO_MEMORY. */
LW_MUST_CHECK lw_status http_door_open(struct event_base *base, const struct http_door_options *options,
                                       struct http_door **out);
void http_door_close(struct http_door **door);   /* NULL accepted */
uint16_t http_door_port(const struct http_door *door);   /* 0: a unix socket */
/* Accepts no more connections, and no more requests on those there are: each ends with its next reply. */
void http_door_drain(struct http_door *door);
uint32_t http_door_in_flight(const struct http_door *door);

enum http_method http_call_method(const struct http_call *call);
/* Path and query as sent: what a signature is made over. */
const char *http_call_uri(const struct http_call *call);
/* The path's parts, percent-decoded: "/in/my-form" is {"in", "my-form"}; part index from 0; NULL beyond the last, and
 * everywhere when the path has more than HTTP_PATH_PARTS_MAX parts. */
const char *http_call_path_part(const struct http_call *call, size_t index);
/* The query's fields; none when there are too many. */
const struct form_fields *http_call_query(const struct http_call *call);
/* NULL if absent. Borrowed until the reply. */
const char *http_call_header(const struct http_call *call, const char *name);
/* All of that name, joined by ", "; NULL if absent, and at the arena's cap. */
const char *http_call_header_joined(struct http_call *call, const char *name);
/* The address of the connection's other end: of a proxy, when there is one. NULL when the connection is gone. */
const char *http_call_peer(const struct http_call *call);
/* Where the call comes from, as far as the trusted proxies tell. */
struct http_origin http_call_origin(struct http_call *call, const struct http_proxies *proxies);
/* True when the header Content-Type is this media type, whatever its parameters. */
bool http_call_has_type(const struct http_call *call, const char *media_type);
/* NUL-terminated for convenience. */
const char *http_call_body(const struct http_call *call, size_t *size_out);
struct arena *http_call_arena(struct http_call *call);

/* Adds a header to the reply; line ends in value are refused silently. */
void http_call_add_header(struct http_call *call, const char *name, const char *value);
/* Answers and ends the call. content_type NULL: no body. Not to be kept by caches, unless a header Cache-Control was added. */
void http_call_reply(struct http_call *call, int status, const char *content_type, const char *body, size_t body_size);
/* As above: {"error": reason}; reason is plain ASCII without quotes. retry_after_s > 0 adds the header. */
void http_call_reply_error(struct http_call *call, int status, const char *reason, uint32_t retry_after_s);

#endif
