/* SPDX-License-Identifier: Apache-2.0
 *
 * http_call - the inside of a request in progress, between the sources of this folder only.
 */
#ifndef HTTP_CALL_H
#define HTTP_CALL_H

#include "http_door.h"

struct evhttp_connection;
struct evhttp_request;
struct http_stream;

/* All calls not answered yet, and all answers that go on. */
struct http_calls {
    struct http_call *first;
    struct http_stream *streams;
    struct http_call *spare;   /* ended ones, whose memory waits for the next */
    uint32_t count, spare_count;
    bool closing;   /* replies say Connection: close */
};

/* NULL without memory. */
struct http_call *http_call_new(struct http_calls *calls, struct evhttp_request *request, size_t body_size_max);
struct http_calls *http_call_calls(struct http_call *call);
/* Frees the call and hands over its request, for an answer of another form. */
struct evhttp_request *http_call_take_request(struct http_call *call);
/* For evhttp_connection_set_closecb: the connection hears nothing more, whoever else holds its bufferevent. context: not used. */
void http_connection_on_closed(struct evhttp_connection *connection, void *context);
/* Answers what is left with 503, ends the streams, and frees what is spare; nobody is told. */
void http_calls_end(struct http_calls *calls);

#endif
