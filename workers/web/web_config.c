/* SPDX-License-Identifier: Apache-2.0 */
#include "web_config.h"

#include <string.h>

#include "form_charset.h"
#include "json_path.h"
#include "web_push.h"

enum { TEXT_SIZE_MAX = 2048, URL_SIZE_MAX = 2048 };

static void read_source(struct yaml_doc *doc, const char *config_path, const struct yaml_node *node, struct arena *arena,
                        struct web_source *source);
static const char *read_json_path(struct yaml_doc *doc, const struct yaml_node *map, const char *key, struct arena *arena);
static void check_behind_proxy(struct yaml_doc *doc, const struct yaml_node *node, const struct web_config *config,
                               const struct worker_config *common, const struct web_source *source);
static void read_mapping(struct yaml_doc *doc, const struct yaml_node *node, struct arena *arena, struct web_mapping *out);
static const char *const *read_list(struct yaml_doc *doc, const struct yaml_node *list, const char *what, size_t count_max,
                                    struct arena *arena, size_t *count_out);
static const char *read_path(struct yaml_doc *doc, const struct yaml_node *node, const char *what, struct arena *arena);

void *web_config_read(struct yaml_doc *doc, const char *config_path, const struct worker_config *common, struct arena *arena)
{
    static const char *const known[] = {WORKER_CONFIG_KEYS, WORKER_CONFIG_HTTP_KEYS, "public_base", "spool", "sources", NULL};
    const struct yaml_node *root = yaml_doc_root(doc);
    const struct yaml_node *sources = yaml_map_find(root, "sources");
    yaml_check_keys(doc, root, "the file", known);
    struct web_config *config = arena_calloc(arena, 1, sizeof *config);
    if (!config)
        return NULL;
    config->public_base = worker_config_public_base(doc, arena, yaml_map_find(root, "public_base"));
    config->spool = contact_spool_options_read(doc, config_path, yaml_map_find(root, "spool"), arena);
    if (!sources || yaml_node_kind(sources) != YAML_KIND_MAP || yaml_node_count(sources) == 0) {
        yaml_doc_problem(doc, sources ? sources : root, "sources is missing: a map of source names");
        return config;
    }
    size_t count = yaml_node_count(sources);
    if (count > WORKER_SOURCES_MAX)
        yaml_doc_problem(doc, sources, "more than %d sources", WORKER_SOURCES_MAX);
    struct web_source *items = arena_calloc(arena, count, sizeof *items);
    if (!items)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        const struct yaml_node *node = yaml_map_value_at(sources, i);
        items[i].name = arena_strdup(arena, yaml_map_key_at(sources, i));
        if (items[i].name && worker_config_source_name(doc, node, items[i].name))
            read_source(doc, config_path, node, arena, &items[i]);
        check_behind_proxy(doc, node, config, common, &items[i]);
        if (items[i].cannot_retry && items[i].fetch.url)
            yaml_doc_problem(doc, node, "cannot_retry and fetch: who is fetched from must come again");
        if (items[i].cannot_retry && !config->spool.directory)
            yaml_doc_problem(doc, node, "cannot_retry needs a spool: spool: {directory: spool}");
    }
    config->sources = items;
    config->source_count = count;
    return config;
}

const struct web_source *web_config_find(const struct web_config *config, const char *name)
{
    for (size_t i = 0; i < config->source_count; i++)
        if (strcmp(config->sources[i].name, name) == 0)
            return &config->sources[i];
    return NULL;
}

static void check_thank_you(struct yaml_doc *doc, const struct yaml_node *node, const char *url)
{
    bool good = !url || strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0 || (url[0] == '/' && url[1] != '/');
    for (const char *at = url; good && at && *at; at++)
        good = *at > 0x20 && *at < 0x7F;
    if (!good)
        yaml_doc_problem(doc, node, "thank_you must be an http or https URL, or a path that starts with '/'");
}

/* secret_file alone is the plainest scheme: a key in a header. */
static void read_signature(struct yaml_doc *doc, const char *config_path, const struct yaml_node *map, struct arena *arena,
                           struct web_source *source)
{
    const struct yaml_node *file = yaml_map_find(map, "secret_file"), *node = yaml_map_find(map, "signature");
    const char *header = worker_config_text(doc, arena, yaml_map_find(map, "secret_header"), "secret_header", LW_NAME_MAX, "X-Leadwire-Key");
    const char *secret = worker_config_secret(doc, arena, config_path, file);
    if (file && node)
        yaml_doc_problem(doc, node, "secret_file and signature: a source has one of them");
    source->signature = secret ? signature_config_key(arena, header, secret) : signature_config_read(doc, arena, config_path, node);
}

/* What needs to know how the sender sees us, or who it is. */
static void check_behind_proxy(struct yaml_doc *doc, const struct yaml_node *node, const struct web_config *config,
                               const struct worker_config *common, const struct web_source *source)
{
    bool told = common->http.proxies.count > 0;
    if (source->signature && signature_needs_url(source->signature) && !config->public_base && !told)
        yaml_doc_problem(doc, node, "public_base is missing: this scheme signs the URL that the sender called");
    if (source->per_minute_client > 0 && worker_config_is_loopback(common->http.listen) && !told)
        yaml_doc_problem(doc, node, "limits.per_client needs http.trusted_proxies: on a loopback address every client looks like the proxy");
}

static void read_handshake(struct yaml_doc *doc, const char *config_path, const struct yaml_node *map, struct arena *arena, struct web_source *source)
{
    static const char *const known[] = {"secret_file", NULL};
    if (!map)
        return;
    yaml_check_keys(doc, map, "handshake", known);
    const struct yaml_node *file = yaml_map_find(map, "secret_file");
    source->verify_token = worker_config_secret(doc, arena, config_path, file);
    if (!file)
        yaml_doc_problem(doc, map, "handshake: secret_file is missing: the file with the token to verify");
}

static void check_fetch_url(struct yaml_doc *doc, const struct yaml_node *node, const char *url)
{
    bool https = url && strncmp(url, "https://", 8) == 0;
    const char *path = https ? strchr(url + 8, '/') : NULL, *place = path ? strstr(path, "{id}") : NULL;
    bool good = place && !strstr(place + 1, "{id}") && strstr(url, "{id}") == place;
    for (const char *at = url; good && *at; at++)
        good = *at > 0x20 && *at < 0x7F;
    if (!good)
        yaml_doc_problem(doc, node, "fetch.url must be an https URL with {id} once, in its path or query");
}

static void read_fetch(struct yaml_doc *doc, const char *config_path, const struct yaml_node *map, struct arena *arena, struct web_source *source)
{
    static const char *const known[] = {"each", "id", "created", "url", "token_file", "ca_file", "allow_private", NULL};
    if (!map)
        return;
    yaml_check_keys(doc, map, "fetch", known);
    const struct yaml_node *each = yaml_map_find(map, "each"), *url = yaml_map_find(map, "url"), *ca_file = yaml_map_find(map, "ca_file");
    source->fetch = (struct web_fetch){
        .each = worker_config_text(doc, arena, each, "fetch.each", JSON_PATH_MAX, NULL),
        .id = read_json_path(doc, map, "id", arena),
        .created = yaml_map_find(map, "created") ? read_json_path(doc, map, "created", arena) : NULL,
        .url = worker_config_text(doc, arena, url, "fetch.url", WEB_FETCH_URL_MAX, NULL),
        .token = worker_config_secret(doc, arena, config_path, yaml_map_find(map, "token_file")),
        .ca_file = worker_config_path(arena, config_path, worker_config_text(doc, arena, ca_file, "fetch.ca_file", URL_SIZE_MAX, NULL)),
        .allow_private = yaml_read_bool(doc, yaml_map_find(map, "allow_private"), "fetch.allow_private", false),
    };
    const char *problem = source->fetch.each ? web_push_each_problem(source->fetch.each) : "it is missing";
    if (problem)
        yaml_doc_problem(doc, each ? each : map, "fetch.each: %s", problem);
    check_fetch_url(doc, url ? url : map, source->fetch.url);
}

static void read_limits(struct yaml_doc *doc, const struct yaml_node *map, struct web_source *source)
{
    enum { PER_MINUTE_MAX = 1000000 };
    static const char *const known[] = {"per_minute", "per_client", NULL};
    if (!map)
        return;
    yaml_check_keys(doc, map, "limits", known);
    source->per_minute = (uint32_t)yaml_read_number(doc, yaml_map_find(map, "per_minute"), "limits.per_minute", 1, PER_MINUTE_MAX, 0);
    source->per_minute_client = (uint32_t)yaml_read_number(doc, yaml_map_find(map, "per_client"), "limits.per_client", 1, PER_MINUTE_MAX, 0);
}

static const char *read_charset(struct yaml_doc *doc, const struct yaml_node *node, struct arena *arena)
{
    const char *name = worker_config_text(doc, arena, node, "charset", FORM_CHARSET_NAME_MAX, NULL);
    if (name == NULL || form_charset_is_known(name))
        return name;
    yaml_doc_problem(doc, node, "charset: '%s' is none that is known here", name);
    return NULL;
}

static void read_source(struct yaml_doc *doc, const char *config_path, const struct yaml_node *node, struct arena *arena,
                        struct web_source *source)
{
    static const char *const known[] = {"region", "language", "charset", "document", "idempotency", "thank_you", "thank_you_text", "retry_text",
                                        "missing_text", "honeypot", "origins", "secret_file", "secret_header", "signature", "map", "ignore", "expect", "pairs",
                                        "limits", "cannot_retry", "handshake", "fetch", NULL};
    const struct yaml_node *map = node && yaml_node_kind(node) == YAML_KIND_MAP ? node : NULL;
    if (map)
        yaml_check_keys(doc, map, "a source", known);
    else if (node && yaml_node_kind(node) == YAML_KIND_LIST)
        yaml_doc_problem(doc, node, "expected a map of settings");

    source->defaults = (struct lead_defaults){
        .channel = LW_CHANNEL_WEB,
        .source = source->name,
        .region = worker_config_region(doc, arena, yaml_map_find(map, "region")),
        .language = worker_config_language(doc, arena, yaml_map_find(map, "language")),
    };
    source->charset = read_charset(doc, yaml_map_find(map, "charset"), arena);
    source->idempotency = read_path(doc, yaml_map_find(map, "idempotency"), "idempotency", arena);
    source->thank_you = worker_config_text(doc, arena, yaml_map_find(map, "thank_you"), "thank_you", URL_SIZE_MAX, NULL);
    check_thank_you(doc, yaml_map_find(map, "thank_you"), source->thank_you);
    source->thank_you_text = worker_config_text(doc, arena, yaml_map_find(map, "thank_you_text"), "thank_you_text", TEXT_SIZE_MAX,
                                                "Thank you. We will be in touch soon.");
    source->retry_text = worker_config_text(doc, arena, yaml_map_find(map, "retry_text"), "retry_text", TEXT_SIZE_MAX,
                                            "Sorry, your message could not be taken just now. Please send it again in a minute.");
    source->missing_text = worker_config_text(doc, arena, yaml_map_find(map, "missing_text"), "missing_text", TEXT_SIZE_MAX,
                                              "Please give a phone number or an email address, so that we can answer.");
    source->honeypot = worker_config_text(doc, arena, yaml_map_find(map, "honeypot"), "honeypot", JSON_PATH_MAX, NULL);
    read_signature(doc, config_path, map, arena, source);
    if (yaml_map_find(map, "document") && source->signature && signature_needs_fields(source->signature))
        yaml_doc_problem(doc, yaml_map_find(map, "document"), "document does not go with a signature that stands in the body");
    source->origins = read_list(doc, yaml_map_find(map, "origins"), "origins", WEB_ORIGINS_MAX, arena, &source->origin_count);
    read_handshake(doc, config_path, yaml_map_find(map, "handshake"), arena, source);
    read_fetch(doc, config_path, yaml_map_find(map, "fetch"), arena, source);
    source->cannot_retry = yaml_read_bool(doc, yaml_map_find(map, "cannot_retry"), "cannot_retry", false);
    read_limits(doc, yaml_map_find(map, "limits"), source);
    read_mapping(doc, map, arena, &source->mapping);
}

static size_t map_entry_count(const struct yaml_node *map)
{
    size_t count = 0;
    for (size_t i = 0; i < yaml_node_count(map); i++) {
        const struct yaml_node *value = yaml_map_value_at(map, i);
        count += yaml_node_kind(value) == YAML_KIND_LIST ? yaml_node_count(value) : 1;
    }
    return count;
}

static const char *read_json_path(struct yaml_doc *doc, const struct yaml_node *map, const char *key, struct arena *arena)
{
    const struct yaml_node *node = yaml_map_find(map, key);
    const char *path = read_path(doc, node, key, arena), *problem = path ? json_path_problem(path) : NULL;
    if (!node)
        yaml_doc_problem(doc, map, "%s is missing", key);
    if (problem)
        yaml_doc_problem(doc, node, "%s: %s", key, problem);
    return path;
}

static void read_pair_values(struct yaml_doc *doc, const struct yaml_node *pairs, struct arena *arena, struct input_pairs *out)
{
    const struct yaml_node *value = yaml_map_find(pairs, "value");
    bool list = value && yaml_node_kind(value) == YAML_KIND_LIST;
    size_t count = list ? yaml_node_count(value) : 1;
    if (!value || count == 0 || count > INPUT_PAIR_VALUES_MAX) {
        yaml_doc_problem(doc, value ? value : pairs, "value must be 1 to %d paths", INPUT_PAIR_VALUES_MAX);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const struct yaml_node *node = list ? yaml_list_at(value, i) : value;
        const char *path = read_path(doc, node, "value", arena), *problem = path ? json_path_problem(path) : NULL;
        if (problem)
            yaml_doc_problem(doc, node, "value: %s", problem);
        if (path)
            out->values[out->value_count++] = path;
    }
}

static void read_pairs(struct yaml_doc *doc, const struct yaml_node *node, struct arena *arena, struct input_pairs *out)
{
    static const char *const known[] = {"list", "name", "value", "label", NULL}, *const label_known[] = {"list", "key", "text", NULL};
    if (!node)
        return;
    if (yaml_node_kind(node) != YAML_KIND_MAP) {
        yaml_doc_problem(doc, node, "pairs: expected a map of list, name and value");
        return;
    }
    yaml_check_keys(doc, node, "pairs", known);
    const struct yaml_node *label = yaml_map_find(node, "label");
    out->list = read_json_path(doc, node, "list", arena);
    out->name = read_json_path(doc, node, "name", arena);
    read_pair_values(doc, node, arena, out);
    if (!label)
        return;
    yaml_check_keys(doc, label, "label", label_known);
    out->label_list = read_json_path(doc, label, "list", arena);
    out->label_key = read_json_path(doc, label, "key", arena);
    out->label_text = read_json_path(doc, label, "text", arena);
}

static void read_mapping(struct yaml_doc *doc, const struct yaml_node *source, struct arena *arena, struct web_mapping *out)
{
    read_pairs(doc, yaml_map_find(source, "pairs"), arena, &out->pairs);
    out->document = read_path(doc, yaml_map_find(source, "document"), "document", arena);
    const struct yaml_node *map = yaml_map_find(source, "map");
    out->ignored = read_list(doc, yaml_map_find(source, "ignore"), "ignore", WEB_IGNORE_MAX, arena, &out->ignored_count);
    out->expected = read_list(doc, yaml_map_find(source, "expect"), "expect", WEB_EXPECT_MAX, arena, &out->expected_count);
    if (!map)
        return;
    size_t count = yaml_node_kind(map) == YAML_KIND_MAP ? map_entry_count(map) : 0;
    if (yaml_node_kind(map) != YAML_KIND_MAP || count > WEB_MAP_MAX) {
        yaml_doc_problem(doc, map, "map must be a map of at most %d lead fields", WEB_MAP_MAX);
        return;
    }
    struct web_map_entry *entries = arena_calloc(arena, count + 1, sizeof *entries);
    if (!entries)
        return;
    for (size_t i = 0; i < yaml_node_count(map); i++) {
        const struct yaml_node *value = yaml_map_value_at(map, i);
        bool list = yaml_node_kind(value) == YAML_KIND_LIST;
        struct web_target target;
        if (!web_target_parse(yaml_map_key_at(map, i), &target)) {
            yaml_doc_problem(doc, value, "'%s' is not a field of a lead, nor phone, email, is_test, attribute.NAME, consent.PURPOSE, "
                             "consent_text.PURPOSE or consent_time.PURPOSE", yaml_map_key_at(map, i));
            continue;
        }
        if (target.name)
            target.name = arena_strdup(arena, target.name);
        for (size_t j = 0; j < (list ? yaml_node_count(value) : 1); j++) {
            const char *path = read_path(doc, list ? yaml_list_at(value, j) : value, "a field's name", arena);
            if (path)
                entries[out->entry_count++] = (struct web_map_entry){target, path};
        }
    }
    out->entries = entries;
}

static const char *const *read_list(struct yaml_doc *doc, const struct yaml_node *list, const char *what, size_t count_max,
                                    struct arena *arena, size_t *count_out)
{
    *count_out = 0;
    if (!list)
        return NULL;
    if (yaml_node_kind(list) != YAML_KIND_LIST || yaml_node_count(list) > count_max) {
        yaml_doc_problem(doc, list, "%s must be a list of at most %zu", what, count_max);
        return NULL;
    }
    const char **items = arena_calloc(arena, yaml_node_count(list) + 1, sizeof *items);
    for (size_t i = 0; items && i < yaml_node_count(list); i++) {
        items[*count_out] = worker_config_text(doc, arena, yaml_list_at(list, i), what, JSON_PATH_MAX, NULL);
        *count_out += items[*count_out] != NULL;
    }
    return items;
}

/* A form field's name or a JSON path: which it is depends on the request, so both must be possible to say. */
static const char *read_path(struct yaml_doc *doc, const struct yaml_node *node, const char *what, struct arena *arena)
{
    const char *path = worker_config_text(doc, arena, node, what, JSON_PATH_MAX, NULL);
    if (path && !*path)
        yaml_doc_problem(doc, node, "%s is empty", what);
    return path && *path ? path : NULL;
}
