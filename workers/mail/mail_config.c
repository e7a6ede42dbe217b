/* SPDX-License-Identifier: Apache-2.0 */
#include "mail_config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    LIST_MAX = 64,
    PATH_SIZE_MAX = 4000,
    SCAN_EVERY_DEFAULT_MS = 2000,
    IN_FLIGHT_DEFAULT = 32,
    MAIL_SIZE_DEFAULT_KIB = 25 * 1024,
    CONFIG_ARENA_CAP = 4 * 1024 * 1024,
    SPAM_SCORE_DEFAULT_MILLI = 5000,
};

struct reader {
    struct yaml_doc *doc;
    const char *path;
    struct mail_config *out;
};

static void read_root(struct reader *reader, const struct worker_overrides *overrides);
static void check_doors(struct reader *reader, const struct yaml_node *root, const struct yaml_node *sources);
static void read_source(struct reader *reader, const char *name, const struct yaml_node *node);
static void read_recipients(struct reader *reader, const struct yaml_node *node, struct mail_source_config *source);
static const char *read_path(struct reader *reader, const struct yaml_node *node, const char *what);
static const char *const *read_list(struct reader *reader, const struct yaml_node *node, const char *what, size_t *count);
static const struct form_label *read_labels(struct reader *reader, const struct yaml_node *node, size_t *count);
static int32_t read_spam_score(struct reader *reader, const struct yaml_node *node);

bool mail_config_open(const char *path, const struct worker_overrides *overrides, struct mail_config *out)
{
    memset(out, 0, sizeof *out);
    arena_init(&out->arena, CONFIG_ARENA_CAP);
    struct yaml_doc *doc = yaml_doc_open(path);
    if (!doc)
        return false;
    struct reader reader = {doc, path, out};
    read_root(&reader, overrides);
    bool good = worker_config_report(doc) == 0;
    yaml_doc_close(&doc);
    if (!good)
        mail_config_close(out);
    return good;
}

bool mail_config_without_file(const struct worker_overrides *overrides, const char *source, struct mail_config *out)
{
    memset(out, 0, sizeof *out);
    arena_init(&out->arena, CONFIG_ARENA_CAP);
    out->worker = (struct worker_config){.desk = overrides->desk ? overrides->desk : "sales",
                                         .broker = overrides->broker,
                                         .key_file = worker_config_key_file(overrides->broker, overrides->key_file),
                                         .answer_within_ms = 5000,
                                         .raw = {.directory = overrides->raw_directory}};
    out->in_flight_max = 1;
    out->mail_size_max = (size_t)MAIL_SIZE_DEFAULT_KIB * 1024;
    out->sources[0].source = (struct mail_source){.name = arena_strdup(&out->arena, source),
                                                  .rules = {.spam_score_milli = SPAM_SCORE_DEFAULT_MILLI}};
    out->sources[0].hook.service = INBOUND_SERVICES;
    out->source_count = 1;
    return out->sources[0].source.name != NULL;
}

void mail_config_close(struct mail_config *config)
{
    arena_fini(&config->arena);
    config->source_count = 0;
}

/* "@example.com" is the domain too. */
static const char *domain_or_address(const char *pattern)
{
    return pattern[0] == '@' ? pattern + 1 : pattern;
}

static int find_pattern(const struct mail_config *config, const char *wanted)
{
    for (size_t i = 0; i < config->source_count; i++) {
        const struct mail_source_config *source = &config->sources[i];
        for (size_t r = 0; r < source->recipient_count; r++) {
            if (strcasecmp(domain_or_address(source->recipients[r]), wanted) == 0)
                return (int)i;
        }
    }
    return -1;
}

int mail_config_find_recipient(const struct mail_config *config, const char *recipient)
{
    enum { ADDRESS_MAX = 320 };
    char plain[ADDRESS_MAX + 1];
    const char *at = strrchr(recipient, '@'), *plus = strchr(recipient, '+');
    if (!at || strlen(recipient) > ADDRESS_MAX)
        return -1;
    int found = find_pattern(config, recipient);
    if (found < 0 && plus && plus > recipient && plus < at) {
        memcpy(plain, recipient, (size_t)(plus - recipient));
        memcpy(plain + (plus - recipient), at, strlen(at) + 1);
        found = find_pattern(config, plain);
    }
    return found >= 0 ? found : find_pattern(config, at + 1);
}

const struct mail_source_config *mail_config_find(const struct mail_config *config, const char *source)
{
    for (size_t i = 0; i < config->source_count; i++) {
        if (strcmp(config->sources[i].source.name, source) == 0)
            return &config->sources[i];
    }
    return NULL;
}

static void read_root(struct reader *reader, const struct worker_overrides *overrides)
{
    static const char *const keys[] = {WORKER_CONFIG_KEYS, WORKER_CONFIG_HTTP_KEYS, "scan_every", "in_flight_max", "mail_size_max_kib",
                                       "decisions_log", "lmtp", "sources", NULL};
    struct mail_config *out = reader->out;
    struct yaml_doc *doc = reader->doc;
    const struct yaml_node *root = yaml_doc_root(doc);
    if (!root)
        return;
    yaml_check_keys(doc, root, "the configuration", keys);
    bool with_http = overrides->listen || yaml_map_find(root, "listen") || yaml_map_find(root, "http");
    worker_config_read(doc, reader->path, overrides, with_http, &out->arena, &out->worker);
    out->scan_every_ms = (uint32_t)yaml_read_duration_ms(doc, yaml_map_find(root, "scan_every"), "scan_every", 100,
                                                         3600 * 1000, SCAN_EVERY_DEFAULT_MS);
    out->in_flight_max = (uint32_t)yaml_read_number(doc, yaml_map_find(root, "in_flight_max"), "in_flight_max", 1,
                                                    MAIL_IN_FLIGHT_MAX, IN_FLIGHT_DEFAULT);
    out->mail_size_max = (size_t)yaml_read_number(doc, yaml_map_find(root, "mail_size_max_kib"), "mail_size_max_kib",
                                                  1, 100 * 1024, MAIL_SIZE_DEFAULT_KIB) * 1024;
    out->decisions_log = read_path(reader, yaml_map_find(root, "decisions_log"), "decisions_log");
    lmtp_config_read(doc, yaml_map_find(root, "lmtp"), &out->arena, &out->lmtp);
    const struct yaml_node *sources = yaml_map_find(root, "sources");
    if (!sources || yaml_node_kind(sources) != YAML_KIND_MAP || yaml_node_count(sources) == 0) {
        yaml_doc_problem(doc, sources ? sources : root, "sources must name at least one mailbox");
        return;
    }
    for (size_t i = 0; i < yaml_node_count(sources); i++) {
        const struct yaml_node *node = yaml_map_value_at(sources, i);
        if (out->source_count == MAIL_SOURCES_MAX) {
            yaml_doc_problem(doc, node, "more than %d sources", (int)MAIL_SOURCES_MAX);
            return;
        }
        read_source(reader, yaml_map_key_at(sources, i), node);
    }
    check_doors(reader, root, sources);
}

/* A door without sources takes nothing, and what a source expects from a door that is not there never comes. */
static void check_doors(struct reader *reader, const struct yaml_node *root, const struct yaml_node *sources)
{
    const struct mail_config *config = reader->out;
    bool recipients = false, webhooks = false;
    for (size_t i = 0; i < config->source_count; i++) {
        recipients = recipients || config->sources[i].recipient_count > 0;
        webhooks = webhooks || config->sources[i].hook.service != INBOUND_SERVICES;
    }
    if (recipients && !config->lmtp.listen)
        yaml_doc_problem(reader->doc, sources, "recipients are for LMTP: lmtp.listen is missing");
    if (!recipients && config->lmtp.listen)
        yaml_doc_problem(reader->doc, yaml_map_find(root, "lmtp"), "lmtp: no source has recipients, so no mail would be taken");
    if (webhooks && !config->worker.http.listen)
        yaml_doc_problem(reader->doc, sources, "webhook is for HTTP: listen is missing");
    if (!webhooks && config->worker.http.listen)
        yaml_doc_problem(reader->doc, root, "listen: no source has a webhook, so no mail would be taken");
}

static void read_source(struct reader *reader, const char *name, const struct yaml_node *node)
{
    static const char *const keys[] = {"maildir", "quarantine", "region", "language", "own",
                                       "robots", "spam_score", "labels", "recipients", "webhook", "acknowledge", NULL};
    struct mail_config *out = reader->out;
    struct yaml_doc *doc = reader->doc;
    if (!worker_config_source_name(doc, node, name))
        return;
    if (yaml_node_kind(node) != YAML_KIND_MAP) {
        yaml_doc_problem(doc, node, "source '%s' must be a map", name);
        return;
    }
    yaml_check_keys(doc, node, "a mail source", keys);
    struct mail_source_config *source = &out->sources[out->source_count++];
    struct mail_rules *rules = &source->source.rules;
    source->source.name = arena_strdup(&out->arena, name);
    source->source.region = worker_config_region(doc, &out->arena, yaml_map_find(node, "region"));
    source->source.language = worker_config_language(doc, &out->arena, yaml_map_find(node, "language"));
    rules->own = read_list(reader, yaml_map_find(node, "own"), "own", &rules->own_count);
    rules->robots = read_list(reader, yaml_map_find(node, "robots"), "robots", &rules->robot_count);
    rules->labels = read_labels(reader, yaml_map_find(node, "labels"), &rules->label_count);
    rules->spam_score_milli = read_spam_score(reader, yaml_map_find(node, "spam_score"));
    read_recipients(reader, yaml_map_find(node, "recipients"), source);
    source->source.acknowledge = ack_config_read(doc, reader->path, yaml_map_find(node, "acknowledge"), &out->arena);
    hook_config_read(doc, reader->path, yaml_map_find(node, "webhook"), &out->arena, &source->hook);
    source->maildir = read_path(reader, yaml_map_find(node, "maildir"), "maildir");
    source->quarantine = read_path(reader, yaml_map_find(node, "quarantine"), "quarantine");
    if (source->maildir && !source->quarantine)
        source->quarantine = arena_printf(&out->arena, "%s/.Quarantine", source->maildir);
    for (size_t i = 0; source->maildir && i + 1 < out->source_count; i++) {
        if (out->sources[i].maildir && strcmp(out->sources[i].maildir, source->maildir) == 0)
            yaml_doc_problem(doc, node, "source '%s': source '%s' reads this maildir already", name,
                             out->sources[i].source.name);
    }
}

/* No recipient may belong to two sources. */
static void read_recipients(struct reader *reader, const struct yaml_node *node, struct mail_source_config *source)
{
    const struct mail_config *config = reader->out;
    source->recipients = read_list(reader, node, "recipients", &source->recipient_count);
    for (size_t r = 0; r < source->recipient_count; r++) {
        for (size_t s = 0; &config->sources[s] < source; s++) {
            const struct mail_source_config *other = &config->sources[s];
            for (size_t o = 0; o < other->recipient_count; o++) {
                if (strcasecmp(domain_or_address(other->recipients[o]), domain_or_address(source->recipients[r])) == 0)
                    yaml_doc_problem(reader->doc, node, "recipient '%s' belongs to source '%s' already",
                                     source->recipients[r], other->source.name);
            }
        }
    }
}

static const char *read_path(struct reader *reader, const struct yaml_node *node, const char *what)
{
    struct arena *arena = &reader->out->arena;
    return worker_config_path(arena, reader->path, worker_config_text(reader->doc, arena, node, what, PATH_SIZE_MAX, NULL));
}

static const char *const *read_list(struct reader *reader, const struct yaml_node *node, const char *what, size_t *count)
{
    *count = 0;
    if (!node)
        return NULL;
    size_t size = yaml_node_count(node);
    if (yaml_node_kind(node) != YAML_KIND_LIST || size > LIST_MAX) {
        yaml_doc_problem(reader->doc, node, "%s must be a list of at most %d addresses or domains", what, (int)LIST_MAX);
        return NULL;
    }
    const char **list = arena_calloc(&reader->out->arena, size + 1, sizeof *list);
    for (size_t i = 0; list && i < size; i++) {
        const struct yaml_node *item = yaml_list_at(node, i);
        const char *text = worker_config_text(reader->doc, &reader->out->arena, item, what, 254, NULL);
        if (!text)
            continue;
        if (!strchr(text, '.') && !strchr(text, '@'))
            yaml_doc_problem(reader->doc, item, "%s: '%s' is neither an address nor a domain", what, text);
        list[(*count)++] = text;
    }
    return list;
}

static const struct form_label *read_labels(struct reader *reader, const struct yaml_node *node, size_t *count)
{
    *count = 0;
    if (!node)
        return NULL;
    size_t size = yaml_node_count(node);
    if (yaml_node_kind(node) != YAML_KIND_MAP || size > LIST_MAX) {
        yaml_doc_problem(reader->doc, node, "labels must be a map of at most %d entries", (int)LIST_MAX);
        return NULL;
    }
    struct form_label *labels = arena_calloc(&reader->out->arena, size + 1, sizeof *labels);
    for (size_t i = 0; labels && i < size; i++) {
        const struct yaml_node *value = yaml_map_value_at(node, i);
        const char *field = yaml_read_text(reader->doc, value, "a label's field", 64, "");
        int what = form_what_find(field);
        if (what < 0) {
            yaml_doc_problem(reader->doc, value, "'%s' is no field: phone, email, sender, message or a lead field", field);
            continue;
        }
        labels[(*count)++] = (struct form_label){arena_strdup(&reader->out->arena, yaml_map_key_at(node, i)), what};
    }
    return labels;
}

/* "5", "4.5"; "off" is 0. */
static int32_t read_spam_score(struct reader *reader, const struct yaml_node *node)
{
    const char *text = yaml_read_text(reader->doc, node, "spam_score", 16, NULL);
    if (!text)
        return SPAM_SCORE_DEFAULT_MILLI;
    if (strcmp(text, "off") == 0)
        return 0;
    char *end = NULL;
    double score = strtod(text, &end);
    if (end == text || *end != '\0' || !(score > 0.0 && score <= 1000.0)) {
        yaml_doc_problem(reader->doc, node, "spam_score must be above 0 and at most 1000, or off");
        return 0;
    }
    return (int32_t)(score * 1000.0);
}
