/* SPDX-License-Identifier: Apache-2.0
 *
 * http_origin - where a request really comes from, behind proxies.
 *
 * The peer of the connection is believed only when it is one of the configured
 * proxies; then the headers that proxies write are read from the right, as far as those
 * who wrote them are trusted too. A client may write what it likes to the left of that.
 * Only one family of headers is looked at, because a proxy that writes one lets the other through:
 *
 *   x-forwarded   X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host
 *   forwarded     Forwarded (RFC 7239)
 *
 * Threads: none.
 */
#ifndef HTTP_ORIGIN_H
#define HTTP_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>

#include "address_range.h"
#include "arena.h"

enum { HTTP_PROXIES_MAX = 32, HTTP_HOST_MAX = 255 };

struct http_proxies {
    const struct address_range *ranges;
    size_t count;              /* 0: nobody is believed */
    bool forwarded;            /* Forwarded in place of X-Forwarded-* */
};

/* What headers of a request say; each all lines of it joined by commas, or NULL. */
struct http_origin_headers {
    const char *forwarded, *x_for, *x_proto, *x_host;
};

struct http_origin {
    bool known;                /* client is an address */
    struct address client;
    const char *base;          /* "https://leads.example.com" as the client called it; NULL: not told by a trusted proxy */
};

/* peer: the connection's other end, as text. base is in the arena. */
struct http_origin http_origin_read(const struct http_proxies *proxies, const char *peer, const struct http_origin_headers *headers,
                                    struct arena *arena);

#endif
