/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway_config.h"

#include <arpa/inet.h>
#include <leadwire/lead.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "key_file.h"
#include "key_need.h"
#include "leadwire/v1/session.pb-c.h"
#include "roles.h"

enum { ARENA_CAP = 4 * 1024 * 1024, TEXT_MAX = 1024, PATH_SIZE_MAX = 4096, LABELS_MAX = 500, MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

static void read_all(struct yaml_doc *doc, const char *path, const struct gateway_overrides *overrides, struct gateway_config *out);
static void read_rep_doors(struct yaml_doc *doc, const char *path, const struct yaml_node *root, struct gateway_config *out);
static void read_ops(struct yaml_doc *doc, const char *path, const struct yaml_node *node, const struct gateway_overrides *overrides,
                     struct gateway_config *out);
static void read_workers(struct yaml_doc *doc, const struct yaml_node *map, struct gateway_config *out);
static void read_sessions(struct yaml_doc *doc, const char *path, const struct yaml_node *node, struct gateway_config *out);
static void read_page(struct yaml_doc *doc, const struct yaml_node *node, struct gateway_config *out);
static void read_away(struct yaml_doc *doc, const char *path, const struct yaml_node *node, struct gateway_config *out);

struct gateway_config *gateway_config_read(const char *path, const struct gateway_overrides *overrides)
{
    struct gateway_config *config = calloc(1, sizeof *config);
    struct yaml_doc *doc = yaml_doc_open(path);
    if (config && doc) {
        arena_init(&config->arena, ARENA_CAP);
        config->page = json_object();
        read_all(doc, path, overrides, config);
    }
    size_t problems = doc ? yaml_doc_problem_count(doc) : 1;
    for (size_t i = 0; doc && i < problems; i++)
        fprintf(stderr, "%s\n", yaml_doc_problem_at(doc, i));
    yaml_doc_close(&doc);
    if (problems > 0)
        gateway_config_free(&config);
    return config;
}

void gateway_config_free(struct gateway_config **config_place)
{
    struct gateway_config *config = *config_place;
    *config_place = NULL;
    if (!config)
        return;
    json_decref(config->page);
    arena_fini(&config->arena);
    free(config);
}

static const char *read_needed(struct yaml_doc *doc, struct arena *arena, const char *key, const char *override, const char *what)
{
    const struct yaml_node *root = yaml_doc_root(doc);
    const char *text = override ? override : yaml_read_text(doc, yaml_map_find(root, key), key, PATH_SIZE_MAX, NULL);
    if (!text || !*text)
        yaml_doc_problem(doc, root, "%s is missing: %s", key, what);
    return text == override ? text : arena_strdup(arena, text);
}

/* Relative to the folder of the file that names it. NULL: NULL. */
static const char *beside(struct arena *arena, const char *config_path, const char *path)
{
    const char *slash = strrchr(config_path, '/');
    return !path || path[0] == '/' || !slash ? arena_strdup(arena, path) : arena_printf(arena, "%.*s/%s", (int)(slash - config_path), config_path, path);
}

static const char *read_path(struct yaml_doc *doc, struct arena *arena, const char *config_path, const char *key, const char *what)
{
    return beside(arena, config_path, read_needed(doc, arena, key, NULL, what));
}

static void read_all(struct yaml_doc *doc, const char *path, const struct gateway_overrides *overrides, struct gateway_config *out)
{
    static const char *const known[] = {"desk", "broker", "users", "rep_secrets", "rep_keys", "tokens", "ops", "listen", "http", "identity", "away", "sessions", "page", NULL};
    const struct yaml_node *root = yaml_doc_root(doc);
    if (!root || yaml_node_kind(root) != YAML_KIND_MAP) {
        if (yaml_doc_problem_count(doc) == 0)
            yaml_doc_problem(doc, root, "expected a map of settings");
        return;
    }
    yaml_check_keys(doc, root, "the file", known);
    out->desk = read_needed(doc, &out->arena, "desk", overrides->desk, "the desk's name");
    out->broker = read_needed(doc, &out->arena, "broker", overrides->broker, "the broker's reps endpoint");
    out->users_path = read_path(doc, &out->arena, path, "users", "the file of those who may sign in");
    read_rep_doors(doc, path, root, out);
    out->tokens_path = beside(&out->arena, path, yaml_read_text(doc, yaml_map_find(root, "tokens"), "tokens", PATH_SIZE_MAX, NULL));
    read_ops(doc, path, yaml_map_find(root, "ops"), overrides, out);
    http_config_read(doc, overrides->listen, &out->arena, &out->http);
    proxy_identity_read(doc, yaml_map_find(root, "identity"), &out->arena, &out->identity);
    read_sessions(doc, path, yaml_map_find(root, "sessions"), out);
    read_away(doc, path, yaml_map_find(root, "away"), out);
    read_page(doc, yaml_map_find(root, "page"), out);
}

static bool is_tcp(const char *endpoint)
{
    return strncmp(endpoint, "tcp://", 6) == 0;
}

/* How reps are let in: by secrets, or by keys. */
static void read_rep_doors(struct yaml_doc *doc, const char *path, const struct yaml_node *root, struct gateway_config *out)
{
    const struct yaml_node *keys = yaml_map_find(root, "rep_keys");
    if (!keys) {
        out->rep_secrets_path = read_path(doc, &out->arena, path, "rep_secrets", "the broker's file of rep secrets, or a folder of files");
        if (out->broker && key_is_needed(out->broker))
            yaml_doc_problem(doc, root, "broker: %s is not on this machine: it needs rep_keys", out->broker);
        return;
    }
    out->rep_keys_path = beside(&out->arena, path, yaml_read_text(doc, keys, "rep_keys", PATH_SIZE_MAX, NULL));
    if (yaml_map_find(root, "rep_secrets"))
        yaml_doc_problem(doc, keys, "rep_keys and rep_secrets: a rep is let in by one of them");
    if (out->broker && !is_tcp(out->broker))
        yaml_doc_problem(doc, keys, "rep_keys is for a broker with keys by tcp; %s needs rep_secrets", out->broker);
}

/* It must be there and open the control endpoint: better told now than tried for ever. */
static void check_ops_key(struct yaml_doc *doc, const struct yaml_node *node, const struct gateway_config *out)
{
    struct key_file key;
    char why[KEY_WHY_MAX];
    if (key_file_read(out->ops_key_path, &key, why) != LW_OK)
        yaml_doc_problem(doc, node, "ops.key_file: %s", why);
    else if (!roles_may_log_on(roles_find(key.role), LEADWIRE__V1__ROLE__ROLE_CONTROL))
        yaml_doc_problem(doc, node, "ops.key_file: %s is the key of a %s; ops needs an admin's, or a manager's or one of events, which may less",
                         out->ops_key_path, key.role);
    if (!is_tcp(out->ops_control) || !is_tcp(out->ops_events))
        yaml_doc_problem(doc, node, "ops.key_file is for a broker with keys by tcp: control and events must be such addresses");
    key_file_wipe(&key);
}

static void read_ops(struct yaml_doc *doc, const char *path, const struct yaml_node *node, const struct gateway_overrides *overrides,
                     struct gateway_config *out)
{
    static const char *const known[] = {"control", "events", "key_file", "versions", "workers", NULL};
    if (!node)
        return;
    yaml_check_keys(doc, node, "ops", known);
    out->ops_control = arena_strdup(&out->arena, yaml_read_text(doc, yaml_map_find(node, "control"), "ops.control", PATH_SIZE_MAX, NULL));
    out->ops_events = arena_strdup(&out->arena, yaml_read_text(doc, yaml_map_find(node, "events"), "ops.events", PATH_SIZE_MAX, NULL));
    out->ops_versions = beside(&out->arena, path, yaml_read_text(doc, yaml_map_find(node, "versions"), "ops.versions", PATH_SIZE_MAX, NULL));
    read_workers(doc, yaml_map_find(node, "workers"), out);
    if (!out->ops_control || !out->ops_events)
        yaml_doc_problem(doc, node, "ops needs control and events: the broker's endpoints of these names");
    const char *key = yaml_read_text(doc, yaml_map_find(node, "key_file"), "ops.key_file", PATH_SIZE_MAX, NULL);
    out->ops_key_path = overrides->key_file ? overrides->key_file : beside(&out->arena, path, key);
    if (out->ops_key_path && out->ops_control && out->ops_events)
        check_ops_key(doc, node, out);
    else if ((out->ops_control && key_is_needed(out->ops_control)) || (out->ops_events && key_is_needed(out->ops_events)))
        yaml_doc_problem(doc, node, "ops: control and events are not on this machine: they need key_file");
}

/* 127.0.0.1:9471, [::1]:9471: no names, which would have to be looked up. */
static bool read_address(const char *text, struct arena *arena, struct ops_worker_address *out)
{
    struct in6_addr address;
    const char *colon = strrchr(text, ':');
    size_t size = colon ? (size_t)(colon - text) : 0, port_size = colon ? strlen(colon + 1) : 0;
    bool in_brackets = size > 2 && text[0] == '[' && text[size - 1] == ']';
    if (port_size == 0 || port_size > 5 || strspn(colon + 1, "0123456789") != port_size || atoi(colon + 1) < 1 || atoi(colon + 1) > UINT16_MAX)
        return false;
    out->port = (uint16_t)atoi(colon + 1);
    out->host = in_brackets ? arena_printf(arena, "%.*s", (int)size - 2, text + 1) : arena_printf(arena, "%.*s", (int)size, text);
    return out->host && inet_pton(in_brackets ? AF_INET6 : AF_INET, out->host, &address) == 1;
}

static void read_workers(struct yaml_doc *doc, const struct yaml_node *map, struct gateway_config *out)
{
    size_t count = map && yaml_node_kind(map) == YAML_KIND_MAP ? yaml_node_count(map) : 0;
    if (map && (count == 0 || count > OPS_WORKERS_MAX))
        yaml_doc_problem(doc, map, "ops.workers must be a map of 1 to %d names with their health addresses", OPS_WORKERS_MAX);
    for (size_t i = 0; i < count && i < OPS_WORKERS_MAX; i++) {
        const struct yaml_node *value = yaml_map_value_at(map, i);
        const char *name = yaml_map_key_at(map, i), *address = yaml_read_text(doc, value, "ops.workers", TEXT_MAX, "");
        struct ops_worker_address *worker = &out->workers[out->worker_count++];
        worker->name = arena_strdup(&out->arena, name);
        if (!*name || strlen(name) > LW_NAME_MAX)
            yaml_doc_problem(doc, value, "a name has 1 to %d bytes", LW_NAME_MAX);
        if (!address || !read_address(address, &out->arena, worker))
            yaml_doc_problem(doc, value, "ops.workers: '%.40s' needs an IP address and a port, e.g. 127.0.0.1:9471: what its --health has", name);
    }
}

static void read_away(struct yaml_doc *doc, const char *path, const struct yaml_node *node, struct gateway_config *out)
{
    static const char *const known[] = {"key_file", "for", NULL};
    if (!node)
        return;
    yaml_check_keys(doc, node, "away", known);
    const char *file = beside(&out->arena, path, yaml_read_text(doc, yaml_map_find(node, "key_file"), "away.key_file", PATH_SIZE_MAX, NULL));
    const char *problem = file ? offer_key_read(file, &out->away_key) : "it is missing";
    out->away_ms = yaml_read_duration_ms(doc, yaml_map_find(node, "for"), "away.for", 60 * 1000, 24u * HOUR_MS, 8u * HOUR_MS);
    out->has_away = problem == NULL;
    if (problem)
        yaml_doc_problem(doc, node, "away.key_file: %s", problem);
}

static void read_sessions(struct yaml_doc *doc, const char *path, const struct yaml_node *node, struct gateway_config *out)
{
    static const char *const known[] = {"idle", "absolute", "read_only", "page_grace", "max", "file", NULL};
    if (node)
        yaml_check_keys(doc, node, "sessions", known);
    out->idle_ms = yaml_read_duration_ms(doc, yaml_map_find(node, "idle"), "sessions.idle", 1000, 24u * HOUR_MS, 30 * MINUTE_MS);
    out->absolute_ms = yaml_read_duration_ms(doc, yaml_map_find(node, "absolute"), "sessions.absolute", 1000, 168u * HOUR_MS, 12 * HOUR_MS);
    out->read_only_ms = yaml_read_duration_ms(doc, yaml_map_find(node, "read_only"), "sessions.read_only", 1000, (uint64_t)90 * 24 * HOUR_MS,
                                              (uint64_t)7 * 24 * HOUR_MS);
    out->page_grace_ms = yaml_read_duration_ms(doc, yaml_map_find(node, "page_grace"), "sessions.page_grace", 0, 10 * MINUTE_MS, 30000);
    out->sessions_max = (uint32_t)yaml_read_number(doc, yaml_map_find(node, "max"), "sessions.max", 1, 65536, 4096);
    out->sessions_path = beside(&out->arena, path, yaml_read_text(doc, yaml_map_find(node, "file"), "sessions.file", PATH_SIZE_MAX, NULL));
}

/* NAME: LABEL, or NAME: {label: LABEL, time: true} where times makes sense. Given to the page as a list, in the file's order. */
static json_t *read_labels(struct yaml_doc *doc, const struct yaml_node *map, const char *what, bool times)
{
    static const char *const known[] = {"label", "time", NULL};
    json_t *rows = json_array();
    size_t count = map && yaml_node_kind(map) == YAML_KIND_MAP ? yaml_node_count(map) : 0;
    if (map && (count == 0 || count > LABELS_MAX))
        yaml_doc_problem(doc, map, "%s must be a map of 1 to %d names with their labels", what, LABELS_MAX);
    for (size_t i = 0; i < count && i < LABELS_MAX; i++) {
        const struct yaml_node *value = yaml_map_value_at(map, i);
        bool is_map = times && yaml_node_kind(value) == YAML_KIND_MAP;
        if (is_map)
            yaml_check_keys(doc, value, what, known);
        const char *name = yaml_map_key_at(map, i);
        const char *label = yaml_read_text(doc, is_map ? yaml_map_find(value, "label") : value, what, TEXT_MAX, name);
        if (!*name || strlen(name) > LW_NAME_MAX)
            yaml_doc_problem(doc, value, "a name has 1 to %d bytes", LW_NAME_MAX);
        json_t *row = json_pack("{s:s, s:s}", "name", name, "label", label && *label ? label : name);
        if (is_map && yaml_read_bool(doc, yaml_map_find(value, "time"), what, false))
            json_object_set_new(row, "time", json_true());
        json_array_append_new(rows, row);
    }
    return rows;
}

static void read_transfer(struct yaml_doc *doc, const struct yaml_node *node, json_t *page)
{
    static const char *const known[] = {"skills", "teams", "reps", NULL};
    if (node)
        yaml_check_keys(doc, node, "page.transfer", known);
    json_t *transfer = json_object();
    for (size_t i = 0; known[i]; i++)
        json_object_set_new(transfer, known[i], read_labels(doc, yaml_map_find(node, known[i]), "page.transfer", false));
    json_object_set_new(page, "transfer", transfer);
}

static void read_page(struct yaml_doc *doc, const struct yaml_node *node, struct gateway_config *out)
{
    static const char *const known[] = {"language", "crm_link", "dispositions", "decline_reasons", "break_reasons", "transfer", NULL};
    if (node)
        yaml_check_keys(doc, node, "page", known);
    const struct yaml_node *language = yaml_map_find(node, "language"), *link = yaml_map_find(node, "crm_link");
    const char *code = yaml_read_text(doc, language, "page.language", LW_NAME_MAX, "en");
    if (code && strcmp(code, "en") != 0 && strcmp(code, "it") != 0)
        yaml_doc_problem(doc, language, "page.language is en or it");
    const char *address = yaml_read_text(doc, link, "page.crm_link", TEXT_MAX, "");
    if (address && *address && strncmp(address, "https://", 8) != 0 && strncmp(address, "http://", 7) != 0)
        yaml_doc_problem(doc, link, "page.crm_link begins with https:// or http://");
    json_object_set_new(out->page, "language", json_string(code ? code : "en"));
    json_object_set_new(out->page, "crm_link", json_string(address ? address : ""));
    const char *const lists[] = {"dispositions", "decline_reasons", "break_reasons"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        json_object_set_new(out->page, lists[i], read_labels(doc, yaml_map_find(node, lists[i]), lists[i], i == 0));
    read_transfer(doc, yaml_map_find(node, "transfer"), out->page);
    json_object_set_new(out->page, "away", json_boolean(out->has_away));
}
