/* SPDX-License-Identifier: Apache-2.0 */
#include "http_config.h"

#include <string.h>

enum { ADDRESS_MAX = 1024, WORD_MAX = 128 };

static void read_proxies(struct yaml_doc *doc, const struct yaml_node *http, struct arena *arena, struct http_proxies *out)
{
    const struct yaml_node *list = yaml_map_find(http, "trusted_proxies"), *headers = yaml_map_find(http, "proxy_headers");
    const char *family = yaml_read_text(doc, headers, "http.proxy_headers", WORD_MAX, "x-forwarded");
    out->forwarded = family && strcmp(family, "forwarded") == 0;
    if (family && !out->forwarded && strcmp(family, "x-forwarded") != 0)
        yaml_doc_problem(doc, headers, "http.proxy_headers is x-forwarded or forwarded");
    if (!list)
        return;
    size_t count = yaml_node_kind(list) == YAML_KIND_LIST ? yaml_node_count(list) : 0;
    if (count == 0 || count > HTTP_PROXIES_MAX) {
        yaml_doc_problem(doc, list, "http.trusted_proxies must be a list of 1 to %d addresses", HTTP_PROXIES_MAX);
        return;
    }
    struct address_range *ranges = arena_calloc(arena, count, sizeof *ranges);
    for (size_t i = 0; ranges && i < count; i++) {
        const char *text = yaml_read_text(doc, yaml_list_at(list, i), "http.trusted_proxies", ADDRESS_TEXT_MAX, NULL);
        if (text && !address_range_parse(text, &ranges[i]))
            yaml_doc_problem(doc, yaml_list_at(list, i), "'%s' is not an address or a range such as 10.0.0.0/8", text);
    }
    out->ranges = ranges;
    out->count = ranges ? count : 0;
}

/* Whoever may connect can make each connection hold a body: large ones are for few connections. */
enum { BODY_KIB_MAX = 64 * 1024, LARGE_BODY_KIB = 4096, LARGE_BODIES_KIB_MAX = 1024 * 1024 };

void http_config_read(struct yaml_doc *doc, const char *listen, struct arena *arena, struct http_config *out)
{
    static const char *const known[] = {"body_size_max_kib", "connections_max", "request_within", "trusted_proxies", "proxy_headers", NULL};
    const struct yaml_node *root = yaml_doc_root(doc);
    const struct yaml_node *http = yaml_map_find(root, "http");
    if (http)
        yaml_check_keys(doc, http, "http", known);
    const struct yaml_node *body = http ? yaml_map_find(http, "body_size_max_kib") : NULL;
    const struct yaml_node *connections = http ? yaml_map_find(http, "connections_max") : NULL;
    const struct yaml_node *within = http ? yaml_map_find(http, "request_within") : NULL;
    const char *written = listen ? NULL : yaml_read_text(doc, yaml_map_find(root, "listen"), "listen", ADDRESS_MAX, NULL);
    *out = (struct http_config){.listen = listen ? listen : arena_strdup(arena, written)};
    if (!out->listen)
        yaml_doc_problem(doc, root, "listen is missing: the address to listen on, such as 127.0.0.1:8080");
    const uint32_t body_kib = (uint32_t)yaml_read_number(doc, body, "http.body_size_max_kib", 1, BODY_KIB_MAX, 256);
    out->body_size_max = body_kib * 1024;
    out->connections_max = (uint32_t)yaml_read_number(doc, connections, "http.connections_max", 1, 16384, 256);
    if (body_kib > LARGE_BODY_KIB && out->connections_max > LARGE_BODIES_KIB_MAX / body_kib)
        yaml_doc_problem(doc, body, "http.body_size_max_kib: %u connections with bodies of %u KiB would take more than 1 GiB of memory: set "
                         "http.connections_max to %u or less", out->connections_max, body_kib, LARGE_BODIES_KIB_MAX / body_kib);
    out->request_within_ms = (uint32_t)yaml_read_duration_ms(doc, within, "http.request_within", 100, 120000, 15000);
    read_proxies(doc, http, arena, &out->proxies);
}
