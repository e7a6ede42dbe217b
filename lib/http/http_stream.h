/* SPDX-License-Identifier: Apache-2.0
 *
 * http_stream - an answer that goes on until one side ends it: server-sent events.
 *
 * What is queued for a peer is bounded by whoever sends: ask http_stream_queued first. A peer that takes nothing of what is
 * queued for 30 s is gone. The connection serves no further request.
 * Threads: one owner, that of the event base.
 */
#ifndef HTTP_STREAM_H
#define HTTP_STREAM_H

#include <stddef.h>

#include "http_door.h"

struct http_stream;   /* opaque */

/* The connection has ended; the stream is no more once this returns. Never called from within a function of this header. */
typedef void http_stream_gone(void *context);

/* Ends the call: headers that were added to it go out with status 200. NULL, and nothing happens any more, when the peer has gone
 * meanwhile or there is no memory. */
struct http_stream *http_stream_begin(struct http_call *call, const char *content_type, http_stream_gone *gone, void *context);
/* Bytes not taken by the peer's kernel yet. */
size_t http_stream_queued(const struct http_stream *stream);
void http_stream_send(struct http_stream *stream, const void *bytes, size_t size);
/* Sends what is queued, then closes; `gone` is not called. Nulls *stream; NULL accepted. */
void http_stream_end(struct http_stream **stream);

#endif
