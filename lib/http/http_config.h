/* SPDX-License-Identifier: Apache-2.0
 *
 * http_config - what the configuration file of every program that listens on HTTP says about that:
 *
 *   listen: 127.0.0.1:8080     # port 0: any free one
 *   http:
 *     body_size_max_kib: 256     # up to 65536; above 4096 only if connections_max times this is at most 1 GiB
 *     connections_max: 256
 *     request_within: 15s
 *     trusted_proxies: [127.0.0.1, 10.0.0.0/8]   # whose word on the client's address, protocol and host is believed
 *     proxy_headers: x-forwarded                 # or forwarded; see http_origin.h
 *
 * Threads: one owner.
 */
#ifndef HTTP_CONFIG_H
#define HTTP_CONFIG_H

#include <stdint.h>

#include "arena.h"
#include "http_origin.h"
#include "yaml_doc.h"

struct http_config {
    const char *listen;
    uint32_t body_size_max;
    uint32_t connections_max;
    uint32_t request_within_ms;   /* from the first wait for a request to its last byte */
    struct http_proxies proxies;
};

/* listen: in place of the file's; NULL: that. Requires a map as the document's root. Strings live in the arena; problems go to the
 * document. */
void http_config_read(struct yaml_doc *doc, const char *listen, struct arena *arena, struct http_config *out);

#endif
