/* SPDX-License-Identifier: Apache-2.0
 *
 * http_call - the inside of a request in progress, between http_door.c and http_call.c only.
 */
#ifndef HTTP_CALL_H
#define HTTP_CALL_H

#include "http_door.h"

struct evhttp_request;

/* All calls not answered yet. */
struct http_calls {
    struct http_call *first;
    uint32_t count;
    bool closing;   /* replies say Connection: close */
};

/* NULL without memory. */
struct http_call *http_call_new(struct http_calls *calls, struct evhttp_request *request, size_t body_size_max);
/* Answers what is left with 503. */
void http_calls_end(struct http_calls *calls);

#endif
