/* SPDX-License-Identifier: Apache-2.0
 *
 * http_fetch - GET and POST over HTTPS from a libevent loop, by libcurl.
 *
 * Only https, and no address of this machine or of a private network unless allowed; the peer's certificate and name are checked, always; redirects are not
 * followed; an answer has a size cap and a time limit. Each request calls its
 * callback exactly once, from the loop, unless the fetcher is closed first.
 * Threads: one owner, that of the event base.
 */
#ifndef HTTP_FETCH_H
#define HTTP_FETCH_H

#include <event2/event.h>
#include <leadwire/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_fetcher;   /* opaque */

struct http_fetch_request {
    const char *url;
    const char *bearer;      /* Authorization: Bearer; NULL: none */
    const char *ca_file;     /* whom to trust in place of the system's list; NULL: the list */
    bool allow_private;      /* addresses of this machine and of private networks too */
    uint32_t within_ms;
    size_t size_max;
    const char *post_body;   /* NULL: a GET */
    size_t post_size;
    const char *const *headers;   /* more of them, "Name: value"; NULL-ended, or NULL */
};

struct http_fetch_answer {
    int status;              /* of HTTP; 0: there was no whole answer, problem says why */
    const char *body;        /* until the callback returns */
    size_t size;
    const char *problem;     /* never NULL; holds nothing of the request */
};

typedef void http_fetch_done(void *context, const struct http_fetch_answer *answer);

LW_MUST_CHECK lw_status http_fetcher_open(struct event_base *base, struct http_fetcher **out);   /* LW_NO_MEMORY */
void http_fetcher_close(struct http_fetcher **fetcher);   /* NULL accepted; no callback is called */
/* Everything in request is copied. Errors, the callback is then not called: LW_NO_MEMORY. */
LW_MUST_CHECK lw_status http_fetch_send(struct http_fetcher *fetcher, const struct http_fetch_request *request,
                                       http_fetch_done *done, void *context);

#endif
