/* SPDX-License-Identifier: Apache-2.0 */
#include "rules_form.h"

#include <stdlib.h>
#include <string.h>

static const struct rule_field rep_fields[] = {
    {"label", RULE_TEXT, {"label"}, false, "label"},
    {"team", RULE_TEXT, {"team"}, false, "team"},
    {"capacity", RULE_NUMBER, {"capacity"}, false, "capacity"},
    {"skills", RULE_LEVELS, {"skills"}, false, "skill"},
    {"languages", RULE_LEVELS, {"languages"}, false, "languages"},
    {"territories", RULE_LIST, {"territories"}, false, "territories"},
    {"device", RULE_TEXT, {"device"}, false, "device"},
    {"tier", RULE_NUMBER, {"tier"}, true, "tier"},
    {"share", RULE_NUMBER, {"share"}, true, "share"},
    {"per_hour", RULE_NUMBER, {"caps", "per_hour"}, true, "caps: per_hour"},
    {"per_day", RULE_NUMBER, {"caps", "per_day"}, true, "caps"},
    {"per_source", RULE_LEVELS, {"caps", "source"}, true, "caps: source"},
    {NULL, RULE_TEXT, {NULL}, false, NULL},
};

static const struct rule_field team_fields[] = {
    {"label", RULE_TEXT, {"label"}, false, "label"},
    {"time_zone", RULE_TEXT, {"time_zone"}, false, "time_zone"},
    {"hours", RULE_HOURS, {"hours"}, false, "hours"},
    {"holidays", RULE_LIST, {"holidays"}, false, "holidays"},
    {"daily_cap", RULE_NUMBER, {"daily_cap"}, true, "daily_cap"},
    {"daily_share", RULE_NUMBER, {"daily_share"}, true, "daily_share"},
    {"per_hour", RULE_NUMBER, {"caps", "per_hour"}, true, "caps: per_hour"},
    {"per_day", RULE_NUMBER, {"caps", "per_day"}, true, "caps"},
    {"per_source", RULE_LEVELS, {"caps", "source"}, true, "caps: source"},
    {NULL, RULE_TEXT, {NULL}, false, NULL},
};

static const struct rule_field skill_fields[] = {{"label", RULE_TEXT, {NULL}, false, "label"}, {NULL, RULE_TEXT, {NULL}, false, NULL}};

static const struct { const char *section; const struct rule_field *fields; } kinds[RULE_OF_COUNT] = {
    [RULE_OF_REP] = {"reps", rep_fields}, [RULE_OF_TEAM] = {"teams", team_fields}, [RULE_OF_SKILL] = {"skills", skill_fields}};

static const char *const days[RULE_DAYS] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

const char *rule_section(enum rule_of of)
{
    return kinds[of].section;
}

const struct rule_field *rule_fields(enum rule_of of)
{
    return kinds[of].fields;
}

const struct rule_field *rule_field_find(enum rule_of of, const char *name)
{
    for (const struct rule_field *field = kinds[of].fields; field->name; field++)
        if (strcmp(field->name, name) == 0)
            return field;
    return NULL;
}

const char *rule_day(size_t number)
{
    return days[number];
}

static size_t day_number(const char *name, size_t size)
{
    size_t day = 0;
    while (day < RULE_DAYS && (strlen(days[day]) != size || strncmp(days[day], name, size) != 0))
        day++;
    return day;
}

bool rule_days_of(const char *key, size_t *first_out, size_t *last_out)
{
    const char *dash = strchr(key, '-');
    *first_out = day_number(key, dash ? (size_t)(dash - key) : strlen(key));
    *last_out = dash ? day_number(dash + 1, strlen(dash + 1)) : *first_out;
    return *first_out < RULE_DAYS && *last_out < RULE_DAYS && *first_out <= *last_out;
}

/* The text of a scalar; NULL of anything else, and of nothing. */
static const char *text_of(const struct yaml_node *node)
{
    bool is_text = node && yaml_node_kind(node) == YAML_KIND_SCALAR && !yaml_node_is_null(node);
    return is_text ? yaml_node_text(node) : NULL;
}

static json_t *text_json(const struct yaml_node *node)
{
    const char *text = text_of(node);
    return text ? json_string(text) : json_null();
}

/* What is no number is shown as it is written. */
static json_t *number_json(const struct yaml_node *node)
{
    const char *text = text_of(node);
    size_t digits = text ? strspn(text, "0123456789") : 0;
    return digits > 0 && digits < 10 && !text[digits] ? json_integer(strtol(text, NULL, 10)) : text_json(node);
}

/* Languages may be a list, which means the highest level. */
static json_t *levels_json(const struct yaml_node *node)
{
    enum { HIGHEST = 10 };
    json_t *levels = json_object();
    for (size_t i = 0; node && i < yaml_node_count(node); i++) {
        const char *item = yaml_node_kind(node) == YAML_KIND_LIST ? text_of(yaml_list_at(node, i)) : NULL;
        if (yaml_node_kind(node) == YAML_KIND_MAP)
            json_object_set_new(levels, yaml_map_key_at(node, i), number_json(yaml_map_value_at(node, i)));
        else if (item)
            json_object_set_new(levels, item, json_integer(HIGHEST));
    }
    return levels;
}

static json_t *list_json(const struct yaml_node *node)
{
    json_t *list = json_array();
    for (size_t i = 0; node && yaml_node_kind(node) == YAML_KIND_LIST && i < yaml_node_count(node); i++)
        if (text_of(yaml_list_at(node, i)))
            json_array_append_new(list, text_json(yaml_list_at(node, i)));
    return list;
}

static json_t *hours_json(const struct yaml_node *node)
{
    json_t *hours = json_object();
    for (size_t i = 0; node && yaml_node_kind(node) == YAML_KIND_MAP && i < yaml_node_count(node); i++) {
        size_t first, last;
        bool are_days = rule_days_of(yaml_map_key_at(node, i), &first, &last);
        for (size_t day = first; are_days && day <= last; day++)
            json_object_set_new(hours, days[day], text_json(yaml_map_value_at(node, i)));
    }
    return hours;
}

static json_t *value_json(const struct rule_field *field, const struct yaml_node *node)
{
    for (const char *const *key = field->path; *key && node; key++)
        node = yaml_map_find(node, *key);
    switch (field->kind) {
    case RULE_TEXT: return text_json(node);
    case RULE_NUMBER: return number_json(node);
    case RULE_LEVELS: return levels_json(node);
    case RULE_LIST: return list_json(node);
    case RULE_HOURS: return hours_json(node);
    }
    return json_null();
}

static json_t *row_json(enum rule_of of, const char *name, const struct yaml_node *node)
{
    json_t *row = json_pack("{s:s}", "name", name);
    bool is_label = yaml_node_kind(node) == YAML_KIND_SCALAR && of == RULE_OF_TEAM;   /* inside: Inside sales */
    for (const struct rule_field *field = kinds[of].fields; row && field->name; field++)
        json_object_set_new(row, field->name, is_label && strcmp(field->name, "label") == 0 ? text_json(node) : value_json(field, node));
    return row;
}

json_t *rules_form_row(const struct yaml_node *root, enum rule_of of, const char *name)
{
    const struct yaml_node *section = yaml_map_find(root, kinds[of].section), *node = section ? yaml_map_find(section, name) : NULL;
    return node ? row_json(of, name, node) : NULL;
}

static bool is_of_team(enum rule_of of, const json_t *row, const char *team)
{
    const char *its = json_string_value(json_object_get(row, of == RULE_OF_TEAM ? "name" : "team"));
    return !team || of == RULE_OF_SKILL || (its && strcmp(its, team) == 0);
}

json_t *rules_form_rows(const struct yaml_node *root, enum rule_of of, const char *of_team)
{
    const struct yaml_node *section = yaml_map_find(root, kinds[of].section);
    json_t *rows = json_array();
    for (size_t i = 0; rows && section && yaml_node_kind(section) == YAML_KIND_MAP && i < yaml_node_count(section); i++) {
        json_t *row = row_json(of, yaml_map_key_at(section, i), yaml_map_value_at(section, i));
        if (row && is_of_team(of, row, of_team))
            json_array_append(rows, row);
        json_decref(row);
    }
    return rows;
}

static void add_change(json_t *changes, const char *field, const char *key, json_t *before, json_t *after)
{
    if (before != after && !json_equal(before, after))
        json_array_append_new(changes, json_pack("{s:s, s:s, s:O?, s:O?}", "field", field, "key", key, "before", before, "after", after));
}

static void compare_maps(json_t *changes, const char *field, json_t *before, json_t *after)
{
    const char *key;
    json_t *value;
    json_object_foreach(before, key, value)
        add_change(changes, field, key, value, json_object_get(after, key));
    json_object_foreach(after, key, value)
        if (!json_object_get(before, key))
            add_change(changes, field, key, NULL, value);
}

static bool has_text(const json_t *list, const json_t *text)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_equal(json_array_get(list, i), text))
            return true;
    return false;
}

static void compare_lists(json_t *changes, const char *field, json_t *before, json_t *after)
{
    for (size_t i = 0; i < json_array_size(before); i++)
        if (!has_text(after, json_array_get(before, i)))
            add_change(changes, field, "", json_array_get(before, i), NULL);
    for (size_t i = 0; i < json_array_size(after); i++)
        if (!has_text(before, json_array_get(after, i)))
            add_change(changes, field, "", NULL, json_array_get(after, i));
}

static json_t *or_nothing(json_t *value)
{
    return json_is_null(value) ? NULL : value;
}

json_t *rules_form_difference(enum rule_of of, const json_t *before, const json_t *after)
{
    json_t *changes = json_array();
    add_change(changes, "name", "", json_object_get(before, "name"), json_object_get(after, "name"));
    for (const struct rule_field *field = kinds[of].fields; field->name; field++) {
        json_t *from = json_object_get(before, field->name), *to = json_object_get(after, field->name);
        if (field->kind == RULE_LEVELS || field->kind == RULE_HOURS)
            compare_maps(changes, field->name, from, to);
        else if (field->kind == RULE_LIST)
            compare_lists(changes, field->name, from, to);
        else
            add_change(changes, field->name, "", or_nothing(from), or_nothing(to));
    }
    return changes;
}
