/* SPDX-License-Identifier: Apache-2.0 */
#include "http_origin.h"

#include <string.h>
#include <strings.h>

struct span {
    const char *at;
    size_t size;
};

/* One element of Forwarded. */
struct hop {
    struct span from, proto, host;
};

static void read_x_forwarded(const struct http_proxies *proxies, const struct http_origin_headers *headers, struct arena *arena,
                             struct http_origin *out);
static void read_forwarded(const struct http_proxies *proxies, const char *header, struct arena *arena, struct http_origin *out);
static bool is_trusted(const struct http_proxies *proxies, const struct address *address);
static bool take_last(struct span *list, char divider, struct span *out);
static struct hop read_hop(struct span element);
static const char *base_of(struct arena *arena, struct span proto, struct span host);
static struct span trim(struct span text);

struct http_origin http_origin_read(const struct http_proxies *proxies, const char *peer, const struct http_origin_headers *headers,
                                    struct arena *arena)
{
    struct http_origin origin = {0};
    origin.known = peer && address_parse(peer, strlen(peer), &origin.client);
    if (!origin.known || !is_trusted(proxies, &origin.client))
        return origin;
    if (proxies->forwarded && headers->forwarded)
        read_forwarded(proxies, headers->forwarded, arena, &origin);
    else if (!proxies->forwarded)
        read_x_forwarded(proxies, headers, arena, &origin);
    return origin;
}

static struct span span_of(const char *text)
{
    return (struct span){text ? text : "", text ? strlen(text) : 0};
}

/* The nearest proxy's word on protocol and host is the last one; it may pass on what an outer one said. */
static void read_x_forwarded(const struct http_proxies *proxies, const struct http_origin_headers *headers, struct arena *arena,
                             struct http_origin *out)
{
    struct span list = span_of(headers->x_for), one, protos = span_of(headers->x_proto), hosts = span_of(headers->x_host), proto, host;
    while (is_trusted(proxies, &out->client) && take_last(&list, ',', &one)) {
        struct address address;
        if (!address_parse(one.at, one.size, &address))
            break;   /* "unknown", or nonsense: the proxy that wrote it is all we know */
        out->client = address;
    }
    if (take_last(&protos, ',', &proto) && take_last(&hosts, ',', &host))
        out->base = base_of(arena, proto, host);
}

/* Protocol and host of the outermost trusted proxy: it is the one that the client called. */
static void read_forwarded(const struct http_proxies *proxies, const char *header, struct arena *arena, struct http_origin *out)
{
    struct span list = span_of(header), element;
    while (is_trusted(proxies, &out->client) && take_last(&list, ',', &element)) {
        const struct hop hop = read_hop(element);
        struct address address;
        out->base = base_of(arena, hop.proto, hop.host);
        if (!address_parse(hop.from.at, hop.from.size, &address))
            break;
        out->client = address;
    }
}

static bool is_trusted(const struct http_proxies *proxies, const struct address *address)
{
    for (size_t i = 0; i < proxies->count; i++)
        if (address_in_range(address, &proxies->ranges[i]))
            return true;
    return false;
}

/* Cuts the last piece off the list, not at dividers within quotes. False: there is none left. */
static bool take_last(struct span *list, char divider, struct span *out)
{
    bool quoted = false;
    size_t from = list->size;
    if (list->size == 0)
        return false;
    while (from > 0 && (quoted || list->at[from - 1] != divider)) {
        from--;
        quoted = quoted != (list->at[from] == '"');
    }
    *out = trim((struct span){list->at + from, list->size - from});
    list->size = from > 0 ? from - 1 : 0;
    return true;
}

static struct hop read_hop(struct span element)
{
    struct hop hop = {{"", 0}, {"", 0}, {"", 0}};
    for (struct span pair; take_last(&element, ';', &pair);) {
        const char *equals = memchr(pair.at, '=', pair.size);
        if (!equals)
            continue;
        const struct span name = {pair.at, (size_t)(equals - pair.at)};
        struct span value = trim((struct span){equals + 1, pair.size - name.size - 1});
        if (value.size >= 2 && value.at[0] == '"' && value.at[value.size - 1] == '"')
            value = (struct span){value.at + 1, value.size - 2};
        if (name.size == 3 && strncasecmp(name.at, "for", 3) == 0)
            hop.from = value;
        else if (name.size == 5 && strncasecmp(name.at, "proto", 5) == 0)
            hop.proto = value;
        else if (name.size == 4 && strncasecmp(name.at, "host", 4) == 0)
            hop.host = value;
    }
    return hop;
}

static const char *base_of(struct arena *arena, struct span proto, struct span host)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]_";
    bool https = proto.size == 5 && strncasecmp(proto.at, "https", 5) == 0;
    if (!https && !(proto.size == 4 && strncasecmp(proto.at, "http", 4) == 0))
        return NULL;
    for (size_t i = 0; i < host.size; i++)
        if (!host.at[i] || !strchr(allowed, host.at[i]))
            return NULL;
    if (host.size == 0 || host.size > HTTP_HOST_MAX)
        return NULL;
    return arena_printf(arena, "%s://%.*s", https ? "https" : "http", (int)host.size, host.at);
}

static struct span trim(struct span text)
{
    while (text.size > 0 && (*text.at == ' ' || *text.at == '\t')) {
        text.at++;
        text.size--;
    }
    while (text.size > 0 && (text.at[text.size - 1] == ' ' || text.at[text.size - 1] == '\t'))
        text.size--;
    return text;
}
