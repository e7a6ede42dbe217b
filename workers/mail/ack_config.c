/* SPDX-License-Identifier: Apache-2.0 */
#include "ack_config.h"

#include "email_address.h"
#include "locale_code.h"
#include "worker_config.h"

#include <string.h>

enum { FROM_SIZE_MAX = 320, PATH_SIZE_MAX = 4000, WAITING_DEFAULT = 1000, WAITING_LIMIT = 100000 };

/* Only {name}, {subject} and other text. */
static void check_places(struct yaml_doc *doc, const struct yaml_node *node, const char *text)
{
    for (const char *at = text ? strchr(text, '{') : NULL; at; at = strchr(at + 1, '{')) {
        if (strncmp(at, "{name}", 6) != 0 && strncmp(at, "{subject}", 9) != 0)
            yaml_doc_problem(doc, node, "acknowledge.texts: '{' stands only in {name} and {subject}");
    }
}

static const char *read_text(struct yaml_doc *doc, struct arena *arena, const struct yaml_node *entry, const char *key, size_t size_max)
{
    const struct yaml_node *node = yaml_map_find(entry, key);
    const char *text = worker_config_text(doc, arena, node, key, size_max, NULL);
    if (!text || text[0] == '\0')
        yaml_doc_problem(doc, node ? node : entry, "acknowledge.texts: %s is missing", key);
    check_places(doc, node, text);
    return text ? text : "";
}

static void read_texts(struct yaml_doc *doc, const struct yaml_node *parent, struct arena *arena, struct ack_config *out)
{
    static const char *const keys[] = {"subject", "text", NULL};
    const struct yaml_node *map = yaml_map_find(parent, "texts");
    size_t count = map && yaml_node_kind(map) == YAML_KIND_MAP ? yaml_node_count(map) : 0;
    struct ack_text *texts = arena_calloc(arena, count + 1, sizeof *texts);
    if (!texts || count == 0 || count > ACK_TEXTS_MAX) {
        yaml_doc_problem(doc, map ? map : parent, "acknowledge.texts must be a map of 1 to %d languages", (int)ACK_TEXTS_MAX);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const struct yaml_node *entry = yaml_map_value_at(map, i);
        struct language_code language;
        if (!language_code_read(yaml_map_key_at(map, i), &language))
            yaml_doc_problem(doc, entry, "acknowledge.texts: '%s' is no language", yaml_map_key_at(map, i));
        yaml_check_keys(doc, entry, "a text", keys);
        texts[i] = (struct ack_text){.language = arena_strdup(arena, language.text),
                                     .subject = read_text(doc, arena, entry, "subject", ACK_SUBJECT_MAX),
                                     .text = read_text(doc, arena, entry, "text", ACK_TEXT_MAX)};
    }
    out->texts = texts;
    out->text_count = count;
}

const struct ack_config *ack_config_read(struct yaml_doc *doc, const char *config_path, const struct yaml_node *node, struct arena *arena)
{
    static const char *const keys[] = {"outbox", "from", "waiting_max", "bodies", "texts", NULL};
    struct ack_config *out = node ? arena_calloc(arena, 1, sizeof *out) : NULL;
    if (!out)
        return NULL;
    if (yaml_node_kind(node) != YAML_KIND_MAP) {
        yaml_doc_problem(doc, node, "acknowledge must be a map");
        return NULL;
    }
    yaml_check_keys(doc, node, "acknowledge", keys);
    struct email_address address;
    const struct yaml_node *from = yaml_map_find(node, "from");
    out->from = worker_config_text(doc, arena, from, "acknowledge.from", FROM_SIZE_MAX, NULL);
    out->outbox = worker_config_path(arena, config_path, worker_config_text(doc, arena, yaml_map_find(node, "outbox"), "acknowledge.outbox",
                                                                            PATH_SIZE_MAX, NULL));
    out->waiting_max = (uint32_t)yaml_read_number(doc, yaml_map_find(node, "waiting_max"), "acknowledge.waiting_max", 1, WAITING_LIMIT,
                                                  WAITING_DEFAULT);
    out->bodies = yaml_read_bool(doc, yaml_map_find(node, "bodies"), "acknowledge.bodies", false);
    if (!out->outbox)
        yaml_doc_problem(doc, node, "acknowledge.outbox is missing: the Maildir into which acknowledgements are written");
    if (!out->from || !email_address_read(out->from, strlen(out->from), &address))
        yaml_doc_problem(doc, from ? from : node, "acknowledge.from must be the address that acknowledgements come from");
    read_texts(doc, node, arena, out);
    return out;
}
