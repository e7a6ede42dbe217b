/* SPDX-License-Identifier: Apache-2.0 */
#include "voicemail_config.h"

#include <string.h>

#include "worker_config.h"

enum { KEYS_MAX = 12 };

static uint32_t seconds(struct yaml_doc *doc, const struct yaml_node *map, const char *name, uint32_t least, uint32_t most, uint32_t absent)
{
    return (uint32_t)(yaml_read_duration_ms(doc, yaml_map_find(map, name), name, least * 1000u, most * 1000u, absent * 1000u) / 1000);
}

const struct voicemail_config *voicemail_config_read(struct yaml_doc *doc, const struct yaml_node *node, struct arena *arena)
{
    static const char *const known[] = {"length_max", "silence", "finish_key", NULL};
    if (!node)
        return NULL;
    const struct yaml_node *map = yaml_node_kind(node) == YAML_KIND_MAP ? node : NULL;
    struct voicemail_config *voicemail = arena_calloc(arena, 1, sizeof *voicemail);
    if (map)
        yaml_check_keys(doc, map, "voicemail", known);
    else
        yaml_doc_problem(doc, node, "voicemail must be a map of settings; {} for the usual ones");
    if (!voicemail)
        return NULL;
    voicemail->length_max_s = seconds(doc, map, "length_max", 5, 3600, 120);
    voicemail->silence_s = seconds(doc, map, "silence", 1, 60, 5);
    const struct yaml_node *key = yaml_map_find(map, "finish_key");
    voicemail->finish_key = worker_config_text(doc, arena, key, "finish_key", KEYS_MAX, "#");
    if (voicemail->finish_key && (!*voicemail->finish_key || strspn(voicemail->finish_key, "0123456789*#") != strlen(voicemail->finish_key)))
        yaml_doc_problem(doc, key, "finish_key is one or more of 0 to 9, * and #");
    return voicemail;
}
