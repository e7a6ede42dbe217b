/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON documents under maps of all kinds: lines of a map, an empty line, the document.
 *
 *   map TARGET PATH | ignore PATH | pairs LIST NAME VALUE... | label LIST KEY TEXT
 *
 * What a configuration would refuse is left out of the map, but looked for in the document all the same.
 */
#include <stdlib.h>
#include <string.h>

#include "door_promises.h"
#include "json_path.h"
#include "web_body.h"

enum { ARENA_CAP = 8 << 20, WORDS_MAX = 2 + INPUT_PAIR_VALUES_MAX };

struct map {
    struct web_map_entry entries[WEB_MAP_MAX];
    const char *ignored[WEB_IGNORE_MAX];
    const char *paths[WEB_MAP_MAX];
    size_t path_count;
    struct web_source source;
};

static size_t split(char *line, char *words[WORDS_MAX])
{
    size_t count = 0;
    char *rest = NULL;
    for (char *word = strtok_r(line, " ", &rest); word && count < WORDS_MAX; word = strtok_r(NULL, " ", &rest))
        words[count++] = word;
    return count;
}

static bool is_path(struct map *map, const char *path)
{
    if (map->path_count < WEB_MAP_MAX)
        map->paths[map->path_count++] = path;
    return !json_path_problem(path);
}

static bool are_paths(struct map *map, char **words, size_t count)
{
    bool all = true;
    for (size_t i = 0; i < count; i++)
        all = is_path(map, words[i]) && all;
    return all;
}

static void read_line(struct map *map, char *line)
{
    char *words[WORDS_MAX] = {0};
    const size_t count = split(line, words);
    struct web_mapping *mapping = &map->source.mapping;
    struct input_pairs *pairs = &mapping->pairs;
    if (count == 3 && strcmp(words[0], "map") == 0) {
        struct web_map_entry entry = {.path = words[2]};
        if (is_path(map, words[2]) && web_target_parse(words[1], &entry.target) && mapping->entry_count < WEB_MAP_MAX)
            map->entries[mapping->entry_count++] = entry;
    } else if (count == 2 && strcmp(words[0], "ignore") == 0 && mapping->ignored_count < WEB_IGNORE_MAX) {
        map->ignored[mapping->ignored_count++] = words[1];
    } else if (count >= 4 && strcmp(words[0], "pairs") == 0 && are_paths(map, words + 1, count - 1)) {
        pairs->list = words[1];
        pairs->name = words[2];
        pairs->value_count = count - 3;
        for (size_t i = 3; i < count; i++)
            pairs->values[i - 3] = words[i];
    } else if (count == 4 && strcmp(words[0], "label") == 0 && are_paths(map, words + 1, 3)) {
        pairs->label_list = words[1];
        pairs->label_key = words[2];
        pairs->label_text = words[3];
    }
}

static void look_for_paths(const struct map *map, const struct input_fields *fields)
{
    for (size_t i = 0; i < map->path_count; i++) {
        char place[JSON_PLACE_MAX], again[JSON_PLACE_MAX];
        const struct json_value *value = json_path_find(fields->document, map->paths[i], place);
        if (value && json_path_find(fields->document, place, again) != value)
            door_broken("a value's place leads to it");
        (void)json_tree_text(value);
    }
}

static void make_lead(const struct map *map, const struct web_body *body, struct arena *arena)
{
    static struct lead_builder builder;
    struct input_fields fields;
    const struct lw_lead *lead;
    const char *reason;
    if (web_body_read(&map->source, body, arena, &fields) != LW_OK)
        return;
    look_for_paths(map, &fields);
    if (web_body_lead(&map->source, &fields, "web/0001", &builder, &lead, &reason) == LW_OK)
        (void)door_lead_hold(lead);
    lead_builder_fini(&builder);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct map map;
    struct fuzz_input input = {(const char *)bytes, size};
    struct arena arena;
    arena_init(&arena, ARENA_CAP);
    map = (struct map){.source = {.name = "hook", .defaults = {.channel = LW_CHANNEL_WEB, .source = "hook", .region = "IT"}}};
    map.source.mapping.entries = map.entries;
    map.source.mapping.ignored = map.ignored;
    for (char *line; (line = fuzz_take_line(&input, &arena)) != NULL && *line;)
        read_line(&map, line);
    struct web_body body = {.kind = WEB_BODY_JSON, .content_type = "application/json"};
    char *rest = fuzz_take_rest(&input, &body.size);
    body.bytes = rest;
    make_lead(&map, &body, &arena);
    free(rest);
    arena_fini(&arena);
    return 0;
}
