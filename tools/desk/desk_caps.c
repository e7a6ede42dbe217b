/* SPDX-License-Identifier: Apache-2.0
 *
 * How many leads reps get at most, written on a rep or on a team for each of its reps; how many a whole team gets; and the
 * days of the teams by which they count.
 *
 *   caps: {per_hour: 6, per_day: 30, source: {portal: 10}}
 *   daily_cap: 40
 *   daily_share: 20
 */
#include <stdio.h>
#include <string.h>

#include "desk_hours.h"
#include "desk_reader.h"
#include "wall_clock.h"

static const char *const caps_keys[] = {"per_hour", "per_day", "source", NULL};
enum { WHAT_MAX = 2 * DESK_NAME_SIZE_MAX + 48 };

static void read_sources(struct desk_yaml *reader, Leadwire__V1__Caps *caps, const struct yaml_node *node, const char *what)
{
    if (node == NULL || yaml_node_is_null(node))
        return;
    const size_t count = yaml_node_count(node);
    if (yaml_node_kind(node) != YAML_KIND_MAP || count > DESK_CAP_SOURCES_MAX) {
        yaml_doc_problem(reader->doc, node, "%s: source must be a map of at most %d sources, e.g. {portal: 10}", what, DESK_CAP_SOURCES_MAX);
        return;
    }
    Leadwire__V1__SourceCap *sources = desk_alloc(reader, count, sizeof *sources);
    caps->sources = desk_alloc(reader, count, sizeof *caps->sources);
    for (size_t i = 0; sources != NULL && caps->sources != NULL && i < count; i++) {
        char most_of[WHAT_MAX + 80];
        snprintf(most_of, sizeof most_of, "%s: source '%.64s'", what, yaml_map_key_at(node, i));
        if (!desk_check_name(reader, yaml_map_value_at(node, i), "source", yaml_map_key_at(node, i)))
            continue;
        leadwire__v1__source_cap__init(&sources[i]);
        sources[i].source = desk_borrow(yaml_map_key_at(node, i));
        sources[i].most = (uint32_t)yaml_read_number(reader->doc, yaml_map_value_at(node, i), most_of, 1, DESK_CAP_MAX, 1);
        caps->sources[caps->n_sources++] = &sources[i];
    }
}

/* NULL: none, or a problem. */
static Leadwire__V1__Caps *read_caps(struct desk_yaml *reader, const struct yaml_node *node, const char *what)
{
    if (node == NULL || yaml_node_is_null(node))
        return NULL;
    if (yaml_node_kind(node) != YAML_KIND_MAP || yaml_node_count(node) == 0) {
        yaml_doc_problem(reader->doc, node, "%s must be a map, e.g. {per_hour: 6, per_day: 30, source: {portal: 10}}", what);
        return NULL;
    }
    Leadwire__V1__Caps *caps = desk_alloc(reader, 1, sizeof *caps);
    if (caps == NULL)
        return NULL;
    char part[WHAT_MAX + 16];
    leadwire__v1__caps__init(caps);
    yaml_check_keys(reader->doc, node, what, caps_keys);
    snprintf(part, sizeof part, "%s: per_hour", what);
    caps->per_hour = (uint32_t)yaml_read_number(reader->doc, yaml_map_find(node, "per_hour"), part, 1, DESK_CAP_MAX, 0);
    snprintf(part, sizeof part, "%s: per_day", what);
    caps->per_day = (uint32_t)yaml_read_number(reader->doc, yaml_map_find(node, "per_day"), part, 1, DESK_CAP_MAX, 0);
    read_sources(reader, caps, yaml_map_find(node, "source"), what);
    return caps;
}

/* desk->team_count if there is none. */
static size_t team_number(const Leadwire__V1__DeskConfig *config, const char *name)
{
    size_t at = 0;
    while (at < config->n_teams && strcmp(config->teams[at]->name, name) != 0)
        at++;
    return at;
}

static void compile_days(struct desk_yaml *reader, Leadwire__V1__TeamConfig *team, const struct yaml_node *node, const char *what)
{
    struct desk_interval *days = desk_alloc(reader, DESK_HOURS_DAYS, sizeof *days);
    Leadwire__V1__Interval *wire = desk_alloc(reader, DESK_HOURS_DAYS, sizeof *wire);
    size_t count = 0;
    team->days = desk_alloc(reader, DESK_HOURS_DAYS, sizeof *team->days);
    if (days == NULL || wire == NULL || team->days == NULL)
        return;
    if (desk_days_compile(team->time_zone, wall_clock_unix_ms(), days, DESK_HOURS_DAYS, &count) != LW_OK) {
        yaml_doc_problem(reader->doc, node, "%s: the days of time zone '%.64s' cannot be computed; write a zone such as Europe/Rome", what,
                         team->time_zone);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        leadwire__v1__interval__init(&wire[i]);
        wire[i].open_unix_ms = days[i].open_ms;
        wire[i].close_unix_ms = days[i].close_ms;
        team->days[team->n_days++] = &wire[i];
    }
}

static void need_days_of(struct desk_yaml *reader, Leadwire__V1__TeamConfig *team, const struct yaml_node *node, const char *what)
{
    if (team->time_zone[0] == '\0')
        yaml_doc_problem(reader->doc, node, "%s count by the day: give team '%s' a time_zone such as Europe/Rome", what, team->name);
    else if (team->n_days == 0 && yaml_doc_problem_count(reader->doc) == 0)
        compile_days(reader, team, node, what);
}

/* Of the whole team: `caps` are of each of its reps. */
static void read_team_limits(struct desk_yaml *reader, Leadwire__V1__TeamConfig *team, const struct yaml_node *node)
{
    const struct yaml_node *cap = yaml_map_find(node, "daily_cap"), *share = yaml_map_find(node, "daily_share");
    char what[WHAT_MAX];
    snprintf(what, sizeof what, "team '%.127s': daily_cap", team->name);
    team->daily_cap = (uint32_t)yaml_read_number(reader->doc, cap, what, 1, DESK_TEAM_CAP_MAX, 0);
    snprintf(what, sizeof what, "team '%.127s': daily_share", team->name);
    team->daily_share = (uint32_t)yaml_read_number(reader->doc, share, what, 1, DESK_TEAM_SHARE_MAX, 0);
    snprintf(what, sizeof what, "team '%.127s': daily_cap and daily_share", team->name);
    if (cap != NULL || share != NULL)
        need_days_of(reader, team, cap != NULL ? cap : share, what);
}

/* Caps of a day need to know which day it is. */
static void need_days(struct desk_yaml *reader, const Leadwire__V1__RepConfig *rep, const struct yaml_node *node, const char *what)
{
    const size_t number = team_number(&reader->config, rep->team);
    if (rep->caps->per_day == 0 && rep->caps->n_sources == 0)
        return;
    if (rep->team[0] == '\0') {
        yaml_doc_problem(reader->doc, node, "%s count by the day, which a team's time_zone says: give rep '%s' a team that has one", what, rep->name);
        return;
    }
    if (number == reader->config.n_teams)
        return;   /* a misspelt team is reported where it stands */
    need_days_of(reader, reader->config.teams[number], node, what);
}

void desk_read_caps(struct desk_yaml *reader)
{
    const Leadwire__V1__DeskConfig *config = &reader->config;
    const struct yaml_node *teams = yaml_map_find(reader->root, "teams");
    Leadwire__V1__Caps **of_teams = desk_alloc(reader, config->n_teams, sizeof *of_teams);
    char what[WHAT_MAX];
    for (size_t i = 0; of_teams != NULL && i < config->n_teams; i++) {
        snprintf(what, sizeof what, "team '%.127s': caps", config->teams[i]->name);
        of_teams[i] = read_caps(reader, yaml_map_find(yaml_map_find(teams, config->teams[i]->name), "caps"), what);
        read_team_limits(reader, config->teams[i], yaml_map_find(teams, config->teams[i]->name));
    }
    for (size_t i = 0; of_teams != NULL && i < config->n_reps; i++) {
        Leadwire__V1__RepConfig *rep = config->reps[i];
        const struct yaml_node *own = yaml_map_find(reader->rep_nodes[i], "caps");
        const size_t team = team_number(config, rep->team);
        snprintf(what, sizeof what, "rep '%.127s': caps", rep->name);
        rep->caps = own != NULL ? read_caps(reader, own, what) : team < config->n_teams ? of_teams[team] : NULL;
        if (rep->caps != NULL)
            need_days(reader, rep, own != NULL ? own : yaml_map_find(yaml_map_find(teams, rep->team), "caps"), what);
    }
}
