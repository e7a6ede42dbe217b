/* SPDX-License-Identifier: Apache-2.0
 *
 * The reps of desk.yaml, and skills with levels wherever they stand.
 */
#include <stdio.h>
#include <string.h>

#include "desk_reader.h"

static const char *const rep_keys[] = {"label", "team", "capacity", "skills", "languages", "territories", "device", "tier", "share", "rates", "caps",
                                       "reserve", NULL};
enum { CAPACITY_DEFAULT = 3, DEVICE_SIZE_MAX = 127 };

void desk_read_levels(struct desk_yaml *reader, const struct yaml_node *node, const char *what, size_t count_max,
                      size_t *count_out, Leadwire__V1__SkillLevel ***out)
{
    if (node == NULL || yaml_node_is_null(node))
        return;
    if (yaml_node_kind(node) != YAML_KIND_MAP) {
        yaml_doc_problem(reader->doc, node, "%s: skills must be a map of levels, e.g. {italian: 5}", what);
        return;
    }
    const size_t count = yaml_node_count(node);
    if (count > count_max) {
        yaml_doc_problem(reader->doc, node, "%s: has %zu skills; at most %zu are allowed", what, count, count_max);
        return;
    }
    Leadwire__V1__SkillLevel *levels = desk_alloc(reader, count, sizeof *levels);
    Leadwire__V1__SkillLevel **pointers = desk_alloc(reader, count, sizeof *pointers);
    if (levels == NULL || pointers == NULL)
        return;
    const struct yaml_node *skills = yaml_map_find(reader->root, "skills");
    for (size_t i = 0; i < count; i++) {
        const char *skill = yaml_map_key_at(node, i);
        const struct yaml_node *value = yaml_map_value_at(node, i);
        if (yaml_map_find(skills, skill) == NULL)
            desk_report_unknown(reader, value, what, "skill", skill, "skills", reader->skill_names);
        char level_of[DESK_NAME_SIZE_MAX + 160];
        snprintf(level_of, sizeof level_of, "%s: level of '%.64s'", what, skill);
        leadwire__v1__skill_level__init(&levels[i]);
        levels[i].skill = desk_borrow(skill);
        levels[i].level = (uint32_t)yaml_read_number(reader->doc, value, level_of, 1, DESK_LEVEL_MAX, 1);
        pointers[i] = &levels[i];
    }
    *count_out = count;
    *out = pointers;
}

/* "+" and 7-15 digits, or a sip: address. */
static bool is_device(const char *text)
{
    if (strncmp(text, "sip:", 4) == 0 || strncmp(text, "sips:", 5) == 0) {
        const char *address = strchr(text, ':') + 1;
        return address[0] != '\0' && strpbrk(address, " \t\r\n\"<>") == NULL;
    }
    const size_t digits = text[0] == '+' ? strspn(text + 1, "0123456789") : 0;
    return digits >= 7 && digits <= 15 && text[digits + 1] == '\0';
}

static void read_device(struct desk_yaml *reader, Leadwire__V1__RepConfig *rep, const struct yaml_node *node, const char *what)
{
    char device_of[DESK_NAME_SIZE_MAX + 32];
    snprintf(device_of, sizeof device_of, "%s: device", what);
    const char *device = yaml_read_text(reader->doc, node, device_of, DEVICE_SIZE_MAX, "");
    if (device[0] != '\0' && !is_device(device))
        yaml_doc_problem(reader->doc, node, "%s must be a number such as \"+390212345678\" or an address such as sip:anna@pbx.example", device_of);
    rep->device = desk_borrow(device);
}

static void fill_rep(struct desk_yaml *reader, Leadwire__V1__RepConfig *rep, const char *name, const struct yaml_node *node)
{
    leadwire__v1__rep_config__init(rep);
    rep->name = desk_borrow(name);
    rep->label = desk_borrow(name);
    rep->capacity = CAPACITY_DEFAULT;
    rep->share = DESK_SHARE_DEFAULT;
    if (!desk_check_name(reader, node, "rep", name) || yaml_node_is_null(node))
        return;
    if (yaml_node_kind(node) != YAML_KIND_MAP) {
        yaml_doc_problem(reader->doc, node, "rep '%s' must be a map, e.g. {label: Anna, skills: {italian: 8}}", name);
        return;
    }
    char what[DESK_NAME_SIZE_MAX + 16], part[DESK_NAME_SIZE_MAX + 32];
    snprintf(what, sizeof what, "rep '%s'", name);
    yaml_check_keys(reader->doc, node, what, rep_keys);
    snprintf(part, sizeof part, "%s: label", what);
    rep->label = desk_borrow(yaml_read_text(reader->doc, yaml_map_find(node, "label"), part, DESK_LABEL_SIZE_MAX, name));
    snprintf(part, sizeof part, "%s: capacity", what);
    rep->capacity = (uint32_t)yaml_read_number(reader->doc, yaml_map_find(node, "capacity"), part, 1, DESK_CAPACITY_MAX, CAPACITY_DEFAULT);
    snprintf(part, sizeof part, "%s: team", what);
    const struct yaml_node *team = yaml_map_find(node, "team");
    rep->team = desk_borrow(yaml_read_text(reader->doc, team, part, DESK_NAME_SIZE_MAX, ""));
    if (rep->team[0] != '\0' && yaml_map_find(yaml_map_find(reader->root, "teams"), rep->team) == NULL)
        desk_report_unknown(reader, team, what, "team", rep->team, "teams", reader->team_names);
    desk_read_levels(reader, yaml_map_find(node, "skills"), what, DESK_REP_SKILLS_MAX, &rep->n_skills, &rep->skills);
    desk_read_rep_abilities(reader, rep, node, what);
    read_device(reader, rep, yaml_map_find(node, "device"), what);
    snprintf(part, sizeof part, "%s: tier", what);
    rep->tier = (uint32_t)yaml_read_number(reader->doc, yaml_map_find(node, "tier"), part, 0, DESK_TIER_MAX, 0);
    snprintf(part, sizeof part, "%s: share", what);
    rep->share = (uint32_t)yaml_read_number(reader->doc, yaml_map_find(node, "share"), part, 1, DESK_SHARE_MAX, DESK_SHARE_DEFAULT);
    desk_read_rates(reader, rep, yaml_map_find(node, "rates"), what);
}

void desk_read_reps(struct desk_yaml *reader)
{
    const struct yaml_node *map = desk_section(reader, "reps", YAML_KIND_MAP, DESK_REPS_MAX);
    const struct yaml_node *section = yaml_map_find(reader->root, "reps");
    if (section == NULL || yaml_node_is_null(section) || (map != NULL && yaml_node_count(map) == 0)) {
        yaml_doc_problem(reader->doc, section != NULL ? section : reader->root,
                         "the desk has no reps: add them under 'reps:', e.g. 'anna: {label: Anna}'");
        return;
    }
    const size_t count = map != NULL ? yaml_node_count(map) : 0;
    Leadwire__V1__RepConfig *reps = desk_alloc(reader, count, sizeof *reps);
    reader->config.reps = desk_alloc(reader, count, sizeof *reader->config.reps);
    reader->rep_nodes = desk_alloc(reader, count, sizeof *reader->rep_nodes);
    if (reps == NULL || reader->config.reps == NULL || reader->rep_nodes == NULL)
        return;
    for (size_t i = 0; i < count; i++) {
        reader->rep_nodes[i] = yaml_map_value_at(map, i);
        fill_rep(reader, &reps[i], yaml_map_key_at(map, i), reader->rep_nodes[i]);
        reader->config.reps[i] = &reps[i];
    }
    reader->config.n_reps = count;
}
