/* SPDX-License-Identifier: Apache-2.0 */
#include "sip_config.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call_refuse.h"

enum { LISTEN_TEXT_MAX = 80, DOMAIN_MAX = 255, NUMBER_MAX = 64, MINUTE_MS = 60 * 1000 };

static void read_listen(struct yaml_doc *doc, const struct yaml_node *node, struct arena *arena, struct sip_config *config);
static const struct address_range *read_ranges(struct yaml_doc *doc, const struct yaml_node *list, const char *what,
                                               struct arena *arena, size_t *count_out);
static void read_limits(struct yaml_doc *doc, const struct yaml_node *node, struct sip_config *config);
static void read_sources(struct yaml_doc *doc, const struct yaml_node *node, struct arena *arena, struct sip_config *config);
static void check_called(struct yaml_doc *doc, const struct yaml_node *node, const struct sip_config *config);
static bool is_loopback(const struct sip_listen *listen);

struct sip_config *sip_config_read(struct yaml_doc *doc, const struct yaml_node *node, struct arena *arena)
{
    static const char *const known[] = {"listen", "peers", "trusted", "message_size_max_kib", "calls_max", "connections_max",
                                        "message_within", "idle_within", "per_peer", "t1", "sources", NULL};
    struct sip_config *config = node ? arena_calloc(arena, 1, sizeof *config) : NULL;
    if (!config)
        return NULL;
    if (yaml_node_kind(node) != YAML_KIND_MAP) {
        yaml_doc_problem(doc, node, "sip must be a map");
        return config;
    }
    yaml_check_keys(doc, node, "sip", known);
    read_listen(doc, node, arena, config);
    config->peers = read_ranges(doc, yaml_map_find(node, "peers"), "sip.peers", arena, &config->peer_count);
    config->trusted = read_ranges(doc, yaml_map_find(node, "trusted"), "sip.trusted", arena, &config->trusted_count);
    for (size_t i = 0; i < config->listen_count; i++)
        if (!is_loopback(&config->listen[i]) && config->peer_count == 0)
            yaml_doc_problem(doc, node, "sip.peers is missing: the addresses that may call, as '%s' is not loopback",
                             config->listen[i].text);
    read_limits(doc, node, config);
    read_sources(doc, node, arena, config);
    return config;
}

/* As people write numbers: what stands between the digits does not matter. */
static bool same_number(const char *a, const char *b)
{
    static const char separators[] = "().- ";
    for (;; a++, b++) {
        a += strspn(a, separators);
        b += strspn(b, separators);
        if (*a != *b || !*a)
            return *a == *b;
    }
}

const struct sip_source *sip_config_find(const struct sip_config *config, const char *called)
{
    const struct sip_source *others = NULL;
    for (size_t i = 0; i < config->source_count; i++) {
        const struct sip_source *source = &config->sources[i];
        if (source->called_count == 0)
            others = source;
        for (size_t n = 0; n < source->called_count; n++)
            if (same_number(source->called[n], called))
                return source;
    }
    return others;
}

static bool in_ranges(const struct address *address, const struct address_range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (address_in_range(address, &ranges[i]))
            return true;
    return false;
}

bool sip_config_is_peer(const struct sip_config *config, const struct address *address)
{
    static const struct address_range loopback[] = {
        {.first = {{[10] = 0xFF, [11] = 0xFF, [12] = 127}}, .prefix_bits = 104},   /* 127.0.0.0/8 */
        {.first = {{[15] = 1}}, .prefix_bits = 128},                               /* ::1 */
    };
    return in_ranges(address, loopback, sizeof loopback / sizeof *loopback) || in_ranges(address, config->peers, config->peer_count);
}

bool sip_config_is_trusted(const struct sip_config *config, const struct address *address)
{
    return in_ranges(address, config->trusted, config->trusted_count);
}

/* "udp:127.0.0.1:5060". libevent reads "address:port" but not port 0, so the port is put in afterwards. */
static bool read_address(const char *text, struct sip_listen *out)
{
    char with_port_1[LISTEN_TEXT_MAX + 3];
    int size = sizeof out->where;
    const char *address = text + 4, *colon = strrchr(text, ':');
    out->is_tcp = strncmp(text, "tcp:", 4) == 0;
    if ((!out->is_tcp && strncmp(text, "udp:", 4) != 0) || colon < address)
        return false;
    size_t digits = strspn(colon + 1, "0123456789");
    unsigned long port = strtoul(colon + 1, NULL, 10);
    snprintf(with_port_1, sizeof with_port_1, "%.*s:1", (int)(colon - address), address);
    if (digits == 0 || digits > 5 || colon[1 + digits] || port > UINT16_MAX ||
        evutil_parse_sockaddr_port(with_port_1, (struct sockaddr *)&out->where, &size) != 0)
        return false;
    out->where_size = (socklen_t)size;
    if (out->where.ss_family == AF_INET6)
        ((struct sockaddr_in6 *)&out->where)->sin6_port = htons((uint16_t)port);
    else
        ((struct sockaddr_in *)&out->where)->sin_port = htons((uint16_t)port);
    return true;
}

static bool is_loopback(const struct sip_listen *listen)
{
    if (listen->where.ss_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)&listen->where)->sin6_addr);
    return ntohl(((const struct sockaddr_in *)&listen->where)->sin_addr.s_addr) >> 24 == 127;
}

static void read_listen(struct yaml_doc *doc, const struct yaml_node *node, struct arena *arena, struct sip_config *config)
{
    const struct yaml_node *list = yaml_map_find(node, "listen");
    size_t count = list && yaml_node_kind(list) == YAML_KIND_LIST ? yaml_node_count(list) : 0;
    if (count == 0 || count > SIP_LISTEN_MAX) {
        yaml_doc_problem(doc, list ? list : node, "sip.listen must be a list of 1 to %d addresses such as udp:127.0.0.1:5060",
                         SIP_LISTEN_MAX);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct sip_listen *listen = &config->listen[config->listen_count];
        listen->text = worker_config_text(doc, arena, yaml_list_at(list, i), "sip.listen", LISTEN_TEXT_MAX, NULL);
        if (listen->text && read_address(listen->text, listen))
            config->listen_count++;
        else if (listen->text)
            yaml_doc_problem(doc, yaml_list_at(list, i), "'%s' is not udp:ADDRESS:PORT or tcp:ADDRESS:PORT", listen->text);
    }
}

static const struct address_range *read_ranges(struct yaml_doc *doc, const struct yaml_node *list, const char *what,
                                               struct arena *arena, size_t *count_out)
{
    *count_out = 0;
    if (!list)
        return NULL;
    size_t count = yaml_node_kind(list) == YAML_KIND_LIST ? yaml_node_count(list) : 0;
    struct address_range *ranges = arena_calloc(arena, count + 1, sizeof *ranges);
    if (!ranges || count == 0 || count > SIP_PEERS_MAX) {
        yaml_doc_problem(doc, list, "%s must be a list of 1 to %d addresses", what, SIP_PEERS_MAX);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        const char *text = yaml_read_text(doc, yaml_list_at(list, i), what, ADDRESS_TEXT_MAX, NULL);
        if (text && !address_range_parse(text, &ranges[i]))
            yaml_doc_problem(doc, yaml_list_at(list, i), "'%s' is not an address or a range such as 10.0.0.0/8", text);
    }
    *count_out = count;
    return ranges;
}

static uint32_t number(struct yaml_doc *doc, const struct yaml_node *node, const char *name, uint64_t min, uint64_t max, uint64_t absent)
{
    return (uint32_t)yaml_read_number(doc, yaml_map_find(node, name), name, min, max, absent);
}

static uint32_t duration(struct yaml_doc *doc, const struct yaml_node *node, const char *name, uint64_t min, uint64_t max, uint64_t absent)
{
    return (uint32_t)yaml_read_duration_ms(doc, yaml_map_find(node, name), name, min, max, absent);
}

static void read_limits(struct yaml_doc *doc, const struct yaml_node *node, struct sip_config *config)
{
    config->message_size_max = number(doc, node, "message_size_max_kib", 2, 64, 16) * 1024;
    config->calls_max = number(doc, node, "calls_max", 1, SIP_CALLS_LIMIT, 1000);
    config->connections_max = number(doc, node, "connections_max", 1, 1024, 64);
    config->message_within_ms = duration(doc, node, "message_within", 100, 2 * MINUTE_MS, 10 * 1000);
    config->idle_within_ms = duration(doc, node, "idle_within", 100, 24 * 60 * MINUTE_MS, 10 * MINUTE_MS);
    config->per_peer = number(doc, node, "per_peer", 1, 1000000, 6000);
    config->t1_ms = duration(doc, node, "t1", 10, 2000, 500);
}

static void read_called(struct yaml_doc *doc, const struct yaml_node *list, struct arena *arena, struct sip_source *source)
{
    if (!list)
        return;
    size_t count = yaml_node_kind(list) == YAML_KIND_LIST ? yaml_node_count(list) : 0;
    source->called = arena_calloc(arena, count + 1, sizeof *source->called);
    if (!source->called || count == 0 || count > SIP_CALLED_MAX) {
        yaml_doc_problem(doc, list, "called must be a list of 1 to %d numbers", SIP_CALLED_MAX);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const char *text = worker_config_text(doc, arena, yaml_list_at(list, i), "called", NUMBER_MAX, NULL);
        source->called[i] = text ? text : "";
    }
    source->called_count = count;
}

static void read_domain(struct yaml_doc *doc, const struct yaml_node *node, struct arena *arena, struct sip_source *source)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]";
    const char *domain = worker_config_text(doc, arena, node, "contact_domain", DOMAIN_MAX, NULL);
    source->contact_domain = domain;
    if (domain && strspn(domain, allowed) != strlen(domain))
        yaml_doc_problem(doc, node, "contact_domain is a host such as pbx.example.com, or host:port");
}

static void read_source(struct yaml_doc *doc, const struct yaml_node *node, struct arena *arena, struct sip_source *source)
{
    static const char *const known[] = {"called", "region", "language", "wait", "poll", "refuse", "retry_after", "contact_domain",
                                        "answered_after", NULL};
    if (node && !yaml_node_is_null(node) && yaml_node_kind(node) != YAML_KIND_MAP)
        yaml_doc_problem(doc, node, "expected a map of settings");
    else if (node && yaml_node_kind(node) == YAML_KIND_MAP)
        yaml_check_keys(doc, node, "a source of sip", known);
    source->defaults = (struct lead_defaults){
        .channel = LW_CHANNEL_PHONE,
        .source = source->name,
        .region = worker_config_region(doc, arena, yaml_map_find(node, "region")),
        .language = worker_config_language(doc, arena, yaml_map_find(node, "language")),
    };
    read_called(doc, yaml_map_find(node, "called"), arena, source);
    source->refuse = call_refuse_read(doc, yaml_map_find(node, "refuse"), CALL_REFUSE_CLOSED | CALL_REFUSE_NO_REP);
    source->wait_ms = duration(doc, node, "wait", 1000, 60 * MINUTE_MS, 2 * MINUTE_MS);
    source->poll_ms = duration(doc, node, "poll", 50, MINUTE_MS, 1000);
    source->answered_after_ms = duration(doc, node, "answered_after", 0, 10 * MINUTE_MS, 0);
    source->retry_after_s = duration(doc, node, "retry_after", 1000, 24 * 60 * MINUTE_MS, MINUTE_MS) / 1000;
    read_domain(doc, yaml_map_find(node, "contact_domain"), arena, source);
}

static void read_sources(struct yaml_doc *doc, const struct yaml_node *node, struct arena *arena, struct sip_config *config)
{
    const struct yaml_node *map = yaml_map_find(node, "sources");
    size_t count = map && yaml_node_kind(map) == YAML_KIND_MAP ? yaml_node_count(map) : 0;
    struct sip_source *sources = arena_calloc(arena, count + 1, sizeof *sources);
    if (!sources || count == 0 || count > WORKER_SOURCES_MAX) {
        yaml_doc_problem(doc, map ? map : node, "sip.sources must be a map of 1 to %d source names", WORKER_SOURCES_MAX);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const struct yaml_node *entry = yaml_map_value_at(map, i);
        sources[i].name = arena_strdup(arena, yaml_map_key_at(map, i));
        if (sources[i].name && worker_config_source_name(doc, entry, sources[i].name))
            read_source(doc, entry, arena, &sources[i]);
    }
    config->sources = sources;
    config->source_count = count;
    check_called(doc, map, config);
}

/* Every number is one source's, and at most one source has all others. */
static void check_called(struct yaml_doc *doc, const struct yaml_node *node, const struct sip_config *config)
{
    const char *others = NULL;
    for (size_t i = 0; i < config->source_count; i++) {
        const struct sip_source *source = &config->sources[i];
        if (source->called_count == 0 && others)
            yaml_doc_problem(doc, node, "sources '%s' and '%s' both have no called: only one can have all other numbers", others,
                             source->name);
        if (source->called_count == 0)
            others = source->name;
        for (size_t n = 0; n < source->called_count; n++)
            if (sip_config_find(config, source->called[n]) != source)
                yaml_doc_problem(doc, node, "called: two sources have '%s'", source->called[n]);
    }
}
