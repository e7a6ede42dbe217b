/* SPDX-License-Identifier: Apache-2.0 */
#include "webhooks_config.h"

#include <leadwire/lead.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lead_event_json.h"
#include "web_url.h"
#include "yaml_doc.h"

enum { ARENA_CAP = 1024 * 1024, URL_MAX = 2000, NAME_MAX_SIZE = 64, SECOND_MS = 1000, HOUR_MS = 3600 * 1000, OUTBOX_MIB = 256 };

static const char *const states_of_the_end[] = {"completed", "cancelled", "expired", "merged", LEAD_EVENT_GONE, NULL};

static const char *read_needed(struct yaml_doc *doc, struct arena *arena, const struct yaml_node *map, const char *key, const char *what)
{
    const char *text = yaml_read_text(doc, yaml_map_find(map, key), key, WEBHOOK_PATH_MAX, NULL);
    if (!text || !*text)
        yaml_doc_problem(doc, map, "%s is missing: %s", key, what);
    return arena_strdup(arena, text);
}

/* Relative to the folder of the file that names it. NULL: NULL. */
static const char *beside(struct arena *arena, const char *config_path, const char *path)
{
    const char *slash = strrchr(config_path, '/');
    return !path || path[0] == '/' || !slash ? arena_strdup(arena, path) : arena_printf(arena, "%.*s/%s", (int)(slash - config_path), config_path, path);
}

static bool is_state(const char *word)
{
    bool found = strcmp(word, LEAD_EVENT_GONE) == 0;
    for (int state = LW_LEAD_WAITING; state <= LW_LEAD_MERGED && !found; state++)
        found = strcmp(lw_lead_state_name((lw_lead_state)state), word) == 0;
    return found;
}

static void read_words(struct yaml_doc *doc, struct arena *arena, const struct yaml_node *node, const char *what, const char **out)
{
    size_t count = node && yaml_node_kind(node) == YAML_KIND_LIST ? yaml_node_count(node) : 0;
    if (node && (count == 0 || count > WEBHOOK_WORDS_MAX)) {
        yaml_doc_problem(doc, node, "%s must be a list of 1 to %d names", what, WEBHOOK_WORDS_MAX);
        count = 0;
    }
    for (size_t i = 0; i < count; i++) {
        const char *word = yaml_read_text(doc, yaml_list_at(node, i), what, LW_NAME_MAX, "");
        if (strcmp(what, "states") == 0 && !is_state(word))
            yaml_doc_problem(doc, yaml_list_at(node, i), "states: there is no state '%.64s'", word);
        out[i] = arena_strdup(arena, word);
    }
}

static void read_retry(struct yaml_doc *doc, const struct yaml_node *node, struct webhook_config *out)
{
    static const char *const known[] = {"first", "most", "give_up", NULL};
    if (node)
        yaml_check_keys(doc, node, "retry", known);
    out->first_ms = (uint32_t)yaml_read_duration_ms(doc, yaml_map_find(node, "first"), "retry.first", 10, HOUR_MS, 5 * SECOND_MS);
    out->most_ms = (uint32_t)yaml_read_duration_ms(doc, yaml_map_find(node, "most"), "retry.most", 10, 24 * HOUR_MS, HOUR_MS);
    out->give_up_ms = yaml_read_duration_ms(doc, yaml_map_find(node, "give_up"), "retry.give_up", 10, 30 * (uint64_t)24 * HOUR_MS, 24 * HOUR_MS);
    if (out->most_ms < out->first_ms)
        yaml_doc_problem(doc, node, "retry: most must not be shorter than first");
}

static bool is_hook_name(const char *name)
{
    size_t size = strlen(name);
    return size > 0 && size <= NAME_MAX_SIZE && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") == size;
}

static void read_hook(struct yaml_doc *doc, struct arena *arena, const char *path, const struct yaml_node *node, struct webhook_config *out)
{
    static const char *const known[] = {"url", "secret_file", "states", "sources", "queues", "ca_file", "allow_private", "retry", "outbox_max_mib", "accept_link", "accept_key_file", NULL};
    yaml_check_keys(doc, node, out->name, known);
    out->url = read_needed(doc, arena, node, "url", "where the hook's messages go");
    if (out->url && (strncmp(out->url, "https://", 8) != 0 || !web_url_is_valid(out->url) || strlen(out->url) > URL_MAX))
        yaml_doc_problem(doc, yaml_map_find(node, "url"), "url must begin with https:// and a host, and be printable ASCII");
    out->secret_path = beside(arena, path, read_needed(doc, arena, node, "secret_file", "the file of the hook's secret"));
    out->ca_file = beside(arena, path, yaml_read_text(doc, yaml_map_find(node, "ca_file"), "ca_file", WEBHOOK_PATH_MAX, NULL));
    out->allow_private = yaml_read_bool(doc, yaml_map_find(node, "allow_private"), "allow_private", false);
    out->accept_link = arena_strdup(arena, yaml_read_text(doc, yaml_map_find(node, "accept_link"), "accept_link", URL_MAX, NULL));
    out->accept_key_path = beside(arena, path, yaml_read_text(doc, yaml_map_find(node, "accept_key_file"), "accept_key_file", WEBHOOK_PATH_MAX, NULL));
    if (!out->accept_link != !out->accept_key_path || (out->accept_link && !web_url_is_valid(out->accept_link)))
        yaml_doc_problem(doc, node, "accept_link is the gateway's address, https://HOST, and needs accept_key_file beside it, the key of the gateway's away");
    out->outbox_bytes_max = yaml_read_number(doc, yaml_map_find(node, "outbox_max_mib"), "outbox_max_mib", 1, 65536, OUTBOX_MIB) * 1024 * 1024;
    if (yaml_map_find(node, "states"))
        read_words(doc, arena, yaml_map_find(node, "states"), "states", out->states);
    else
        memcpy((void *)out->states, (const void *)states_of_the_end, sizeof states_of_the_end);
    read_words(doc, arena, yaml_map_find(node, "sources"), "sources", out->sources);
    read_words(doc, arena, yaml_map_find(node, "queues"), "queues", out->queues);
    read_retry(doc, yaml_map_find(node, "retry"), out);
}

static void read_hooks(struct yaml_doc *doc, const char *path, const struct yaml_node *map, struct webhooks_config *out)
{
    size_t count = map && yaml_node_kind(map) == YAML_KIND_MAP ? yaml_node_count(map) : 0;
    if (count == 0 || count > WEBHOOKS_MAX) {
        yaml_doc_problem(doc, map, "hooks must be a map of 1 to %d names", WEBHOOKS_MAX);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct webhook_config *hook = &out->hooks[out->hook_count++];
        hook->name = arena_strdup(&out->arena, yaml_map_key_at(map, i));
        if (!is_hook_name(yaml_map_key_at(map, i)))
            yaml_doc_problem(doc, yaml_map_value_at(map, i), "a hook's name has 1 to %d small letters, digits, '-' and '_'", NAME_MAX_SIZE);
        else if (yaml_node_kind(yaml_map_value_at(map, i)) != YAML_KIND_MAP)
            yaml_doc_problem(doc, yaml_map_value_at(map, i), "hook '%s' must be a map with url and secret_file", hook->name);
        else
            read_hook(doc, &out->arena, path, yaml_map_value_at(map, i), hook);
    }
}

static void read_all(struct yaml_doc *doc, const char *path, struct webhooks_config *out)
{
    static const char *const known[] = {"desk", "events", "control", "key_file", "state", "hooks", NULL};
    const struct yaml_node *root = yaml_doc_root(doc);
    if (!root || yaml_node_kind(root) != YAML_KIND_MAP) {
        if (yaml_doc_problem_count(doc) == 0)
            yaml_doc_problem(doc, root, "expected a map of settings");
        return;
    }
    yaml_check_keys(doc, root, "the file", known);
    out->desk = read_needed(doc, &out->arena, root, "desk", "the desk's name");
    out->events = read_needed(doc, &out->arena, root, "events", "the broker's events endpoint");
    out->control = read_needed(doc, &out->arena, root, "control", "the broker's control endpoint");
    out->key_file = beside(&out->arena, path, yaml_read_text(doc, yaml_map_find(root, "key_file"), "key_file", WEBHOOK_PATH_MAX, NULL));
    out->state = beside(&out->arena, path, read_needed(doc, &out->arena, root, "state", "the folder for what waits"));
    read_hooks(doc, path, yaml_map_find(root, "hooks"), out);
}

struct webhooks_config *webhooks_config_read(const char *path)
{
    struct webhooks_config *config = calloc(1, sizeof *config);
    struct yaml_doc *doc = yaml_doc_open(path);
    if (config && doc) {
        arena_init(&config->arena, ARENA_CAP);
        read_all(doc, path, config);
    }
    size_t problems = doc ? yaml_doc_problem_count(doc) : 1;
    for (size_t i = 0; doc && i < problems; i++)
        fprintf(stderr, "%s\n", yaml_doc_problem_at(doc, i));
    yaml_doc_close(&doc);
    if (problems > 0)
        webhooks_config_free(&config);
    return config;
}

void webhooks_config_free(struct webhooks_config **config_place)
{
    struct webhooks_config *config = *config_place;
    *config_place = NULL;
    if (!config)
        return;
    arena_fini(&config->arena);
    free(config);
}

const struct webhook_config *webhooks_config_find(const struct webhooks_config *config, const char *name)
{
    for (uint32_t i = 0; i < config->hook_count; i++)
        if (strcmp(config->hooks[i].name, name) == 0)
            return &config->hooks[i];
    return NULL;
}

static bool is_among(const char *const *words, const char *word)
{
    for (; *words; words++)
        if (strcmp(*words, word) == 0)
            return true;
    return false;
}

bool webhook_config_wants(const struct webhook_config *hook, const char *state, const char *source, const char *queue)
{
    return is_among(hook->states, state) && (!hook->sources[0] || is_among(hook->sources, source)) && (!hook->queues[0] || is_among(hook->queues, queue));
}
