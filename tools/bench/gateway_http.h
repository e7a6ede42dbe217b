/* SPDX-License-Identifier: Apache-2.0
 *
 * gateway_http - the little of HTTP that the gateway bench's browsers need: an answer with its body, and events of a chunked stream.
 */
#ifndef GATEWAY_HTTP_H
#define GATEWAY_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HTTP_IN_MAX = 256 * 1024 };   /* the answer of a desk of 2,000 reps names them all; what is not used of it costs no memory */

/* A connection, and what came on it and was not used yet. */
struct http_link {
    int fd;
    size_t size;                /* of raw */
    char raw[HTTP_IN_MAX + 1];
    bool has_headers;           /* of a stream: read already */
    size_t text_size;           /* of a stream: its bytes without the chunks' frames */
    char text[HTTP_IN_MAX + 1];
};

void http_link_open(struct http_link *link, uint16_t port);
void http_link_close(struct http_link *link);
/* Gives up if not all can be sent. */
void http_link_send(struct http_link *link, const char *bytes, size_t size);
/* Reads what is there. False: the server has closed it. */
bool http_link_fill(struct http_link *link);
/* Waits for an answer; its status, and its headers and body as one text until the next call. */
int http_link_wait(struct http_link *link, const char **answer);
/* The status of an answer that is whole, 0 if none is yet; what it had is in *answer until the next call, and is used up. */
int http_link_answer(struct http_link *link, const char **answer);
/* The data of the stream's next event if its name is this one, "" if it has another, NULL if none is whole yet. Changed and kept until the next call. */
char *http_link_event(struct http_link *link, const char *name);

#endif
