/* SPDX-License-Identifier: Apache-2.0 */
#include "desk_yaml.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk_reader.h"
#include "policy.h"
#include "wire.h"

static const char *const root_keys[] = {
    "desk", "skills", "channels", "teams", "reps", "rules", "rules_that_count", "queues", "fair_share", "people", "users", "dispositions", "timeouts",
    "offers_max", "misses_to_away", "decline_reasons", "break_reasons", "call_backs", "nobody_there", "opening", "when_rep_gone", "policy", "service_level", "urgency", "age_cap", "hours_of", NULL,
};
static const char *const timeout_keys[] = {"grace", "park_limit", "park_nudge", "work_limit", "retry_same_rep", "transfer_for", "reopen_for", NULL};

static void read_desk_name(struct desk_yaml *reader)
{
    const struct yaml_node *node = yaml_map_find(reader->root, "desk");
    if (node == NULL) {
        yaml_doc_problem(reader->doc, reader->root, "'desk' is missing: give the desk a name, e.g. 'desk: main'");
        return;
    }
    const char *name = yaml_read_text(reader->doc, node, "desk", 1024, NULL);
    if (name != NULL && desk_check_name(reader, node, "desk", name))
        reader->config.desk = desk_borrow(name);
}

static uint32_t read_timeout(struct desk_yaml *reader, const struct yaml_node *map, const char *key, uint64_t min_ms, uint64_t max_ms,
                             uint64_t absent_ms)
{
    char what[64];
    snprintf(what, sizeof what, "timeouts: %s", key);
    const uint64_t ms = yaml_read_duration_ms(reader->doc, yaml_map_find(map, key), what, min_ms, max_ms, absent_ms);
    return ms > 0 ? (uint32_t)ms : 1;   /* on the wire 0 means absent, which is the default */
}

/* On the wire 0 means absent (half of park_limit, at most a day), and never is the highest number. */
static void read_park_nudge(struct desk_yaml *reader, const struct yaml_node *map)
{
    Leadwire__V1__DeskConfig *config = &reader->config;
    const struct yaml_node *node = yaml_map_find(map, "park_nudge");
    const uint64_t ms = yaml_read_duration_ms(reader->doc, node, "timeouts: park_nudge", 0, (uint64_t)30 * DAY_MS, 0);

    if (ms >= config->park_limit_ms)
        yaml_doc_problem(reader->doc, node, "timeouts: park_nudge must be shorter than park_limit, when the lead expires; make it shorter, or 0: managers are told only once");
    config->park_nudge_ms = ms > 0 ? (uint32_t)ms : node != NULL ? UINT32_MAX : 0;
}

static void read_timeouts(struct desk_yaml *reader)
{
    const struct yaml_node *map = desk_section(reader, "timeouts", YAML_KIND_MAP, 16);
    Leadwire__V1__DeskConfig *config = &reader->config;
    yaml_check_keys(reader->doc, map, "timeouts", timeout_keys);
    config->grace_ms = read_timeout(reader, map, "grace", 0, HOUR_MS, 15 * 1000);
    config->park_limit_ms = read_timeout(reader, map, "park_limit", 100, (uint64_t)30 * DAY_MS, 2 * DAY_MS);
    read_park_nudge(reader, map);
    config->work_limit_ms = read_timeout(reader, map, "work_limit", 100, (uint64_t)30 * DAY_MS, DAY_MS);
    desk_read_retry(reader, map);
    config->reopen_for_ms = yaml_read_duration_ms(reader->doc, yaml_map_find(map, "reopen_for"), "timeouts: reopen_for", 0, 30 * (uint64_t)DAY_MS, 0);
    config->transfer_for_ms = read_timeout(reader, map, "transfer_for", 0, 7 * DAY_MS, 10 * MINUTE_MS);
}

static void read_behaviour(struct desk_yaml *reader)
{
    struct yaml_doc *doc = reader->doc;
    Leadwire__V1__DeskConfig *config = &reader->config;
    config->offers_max = (uint32_t)yaml_read_number(doc, yaml_map_find(reader->root, "offers_max"), "offers_max", 1, 32, 12);
    config->misses_to_away =
        (uint32_t)yaml_read_number(doc, yaml_map_find(reader->root, "misses_to_away"), "misses_to_away", 0, 1000, 3);

    const struct yaml_node *gone = yaml_map_find(reader->root, "when_rep_gone");
    const char *word = yaml_read_text(doc, gone, "when_rep_gone", 64, "keep");
    config->return_assigned_when_gone = strcmp(word, "return") == 0;
    if (strcmp(word, "keep") != 0 && strcmp(word, "return") != 0)
        yaml_doc_problem(doc, gone, "when_rep_gone must be keep (leads stay with the rep) or return (they go to others), not '%s'", word);

    config->policy = desk_borrow(desk_read_policy(reader, yaml_map_find(reader->root, "policy"), "policy", policy_at(0)->name));
}

/* The wire has limits of its own; whatever the checks above let through must pass those too. */
static void check_wire_accepts(struct desk_yaml *reader)
{
    if (yaml_doc_problem_count(reader->doc) > 0)
        return;
    Leadwire__V1__ApplyConfig apply = LEADWIRE__V1__APPLY_CONFIG__INIT;
    apply.config = &reader->config;
    const struct wire_message message = {.type = WIRE_APPLY_CONFIG, .apply_config = &apply};
    const char *reason = "";
    if (wire_check(&message, &reason) != LW_OK)
        yaml_doc_problem(reader->doc, NULL, "cannot be sent to a broker: %s", reason);
    else if (leadwire__v1__apply_config__get_packed_size(&apply) > WIRE_CONTROL_FRAME_SIZE_MAX - 4096)
        yaml_doc_problem(reader->doc, NULL, "cannot be sent to a broker: it is larger than 4 MiB with all that it means");
}

static void read_file(struct desk_yaml *reader)
{
    size_t size = 0;
    reader->root = yaml_doc_root(reader->doc);
    reader->config.source_text = desk_borrow(yaml_doc_text(reader->doc, &size));
    if (reader->root == NULL) {
        if (yaml_doc_problem_count(reader->doc) == 0)
            yaml_doc_problem(reader->doc, NULL, "is empty; start from deploy/small-business/desk.yaml");
        return;
    }
    if (size > DESK_TEXT_SIZE_MAX)
        yaml_doc_problem(reader->doc, NULL, "is larger than 1 MiB");
    if (yaml_node_kind(reader->root) != YAML_KIND_MAP) {
        yaml_doc_problem(reader->doc, reader->root, "must be a map that starts with 'desk: NAME'");
        return;
    }
    yaml_check_keys(reader->doc, reader->root, "desk file", root_keys);
    read_desk_name(reader);
    desk_read_skills(reader);
    desk_read_teams(reader);
    desk_read_channels(reader);
    desk_read_reps(reader);
    desk_read_caps(reader);
    desk_read_interrupts(reader);
    desk_read_rules(reader);
    desk_read_order(reader);
    desk_read_queues(reader);
    desk_read_fair_share(reader);
    desk_read_people(reader);
    desk_read_dispositions(reader);
    desk_read_break_reasons(reader);
    desk_read_call_backs(reader);
    desk_read_nobody(reader);
    desk_read_opening(reader);
    desk_read_users(reader);
    read_timeouts(reader);
    read_behaviour(reader);
    desk_judge(reader);
    if (reader->out_of_memory)
        yaml_doc_problem(reader->doc, NULL, "cannot be read: out of memory");
    check_wire_accepts(reader);
}

/* Takes doc. */
static struct desk_yaml *desk_from_doc(struct yaml_doc *doc)
{
    if (doc == NULL)
        return NULL;
    struct desk_yaml *desk = calloc(1, sizeof *desk);
    if (desk == NULL) {
        yaml_doc_close(&doc);
        return NULL;
    }
    desk->doc = doc;
    arena_init(&desk->arena, DESK_MEMORY_MAX);
    leadwire__v1__desk_config__init(&desk->config);
    read_file(desk);
    return desk;
}

struct desk_yaml *desk_yaml_open(const char *path)
{
    return desk_from_doc(yaml_doc_open(path));
}

struct desk_yaml *desk_yaml_from_text(const char *name_for_messages, const char *text, size_t size)
{
    return desk_from_doc(yaml_doc_from_text(name_for_messages, text, size));
}

void desk_yaml_close(struct desk_yaml **desk)
{
    if (desk == NULL || *desk == NULL)
        return;
    arena_fini(&(*desk)->arena);
    yaml_doc_close(&(*desk)->doc);
    free(*desk);
    *desk = NULL;
}

const Leadwire__V1__DeskConfig *desk_yaml_config(const struct desk_yaml *desk)
{
    return yaml_doc_problem_count(desk->doc) == 0 ? &desk->config : NULL;
}

size_t desk_yaml_problem_count(const struct desk_yaml *desk)
{
    return yaml_doc_problem_count(desk->doc);
}

const char *desk_yaml_problem_at(const struct desk_yaml *desk, size_t index)
{
    return yaml_doc_problem_at(desk->doc, index);
}

size_t desk_yaml_warning_count(const struct desk_yaml *desk)
{
    return desk->warning_count;
}

const char *desk_yaml_warning_at(const struct desk_yaml *desk, size_t index)
{
    assert(index < desk->warning_count);
    return desk->warnings[index];
}

void desk_warn(struct desk_yaml *reader, const struct yaml_node *node, const char *format, ...)
{
    if (reader->warning_count == DESK_WARNINGS_MAX)
        return;
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const char *name = yaml_doc_name(reader->doc);
    char *line = node != NULL ? arena_printf(&reader->arena, "%s:%u: %s", name, (unsigned)yaml_node_line(node), text)
                              : arena_printf(&reader->arena, "%s: %s", name, text);
    if (line == NULL)
        reader->out_of_memory = true;
    else
        reader->warnings[reader->warning_count++] = line;
}

void *desk_alloc(struct desk_yaml *reader, size_t count, size_t size)
{
    void *memory = arena_calloc(&reader->arena, count > 0 ? count : 1, size);
    if (memory == NULL)
        reader->out_of_memory = true;
    return memory;
}

const struct yaml_node *desk_section(struct desk_yaml *reader, const char *key, enum yaml_kind kind, size_t count_max)
{
    const struct yaml_node *node = yaml_map_find(reader->root, key);
    if (node == NULL || yaml_node_is_null(node))
        return NULL;
    if (yaml_node_kind(node) != kind) {
        yaml_doc_problem(reader->doc, node, "'%s' must be a %s", key, kind == YAML_KIND_MAP ? "map of names" : "list (each item starts with '- ')");
        return NULL;
    }
    if (yaml_node_count(node) > count_max) {
        yaml_doc_problem(reader->doc, node, "'%s' has %zu entries; at most %zu are allowed", key, yaml_node_count(node), count_max);
        return NULL;
    }
    return node;
}

bool desk_check_name(struct desk_yaml *reader, const struct yaml_node *node, const char *what, const char *name)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyz0123456789", later[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
    const size_t size = strlen(name);
    if (size > DESK_NAME_SIZE_MAX) {
        yaml_doc_problem(reader->doc, node, "%s name '%.32s...' is longer than %d bytes", what, name, DESK_NAME_SIZE_MAX);
        return false;
    }
    if (size == 0 || strspn(name, first) == 0 || strspn(name, later) != size) {
        yaml_doc_problem(reader->doc, node,
                         "%s name '%s' must be of small letters, digits, '.', '_' and '-', and start with a letter or digit; use a label for more",
                         what, name);
        return false;
    }
    return true;
}

void desk_report_unknown(struct desk_yaml *reader, const struct yaml_node *node, const char *what, const char *noun,
                         const char *word, const char *section, const char *const *known)
{
    const char *nearest = known != NULL ? yaml_nearest(word, known) : NULL;
    if (nearest != NULL)
        yaml_doc_problem(reader->doc, node, "%s: %s '%.64s' is not in %s; did you mean '%s'?", what, noun, word, section, nearest);
    else
        yaml_doc_problem(reader->doc, node, "%s: %s '%.64s' is not in %s; add it there first", what, noun, word, section);
}
