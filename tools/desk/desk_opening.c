/* SPDX-License-Identifier: Apache-2.0
 *
 * How the backlog of closing time is dealt out when the desk opens.
 *
 *   opening: {reps: 3, for: 15m, teams: [inside]}
 */
#include <stdio.h>
#include <string.h>

#include "desk_reader.h"

enum { REPS_MAX = 10000 };

static bool is_for(const Leadwire__V1__OpeningConfig *opening, const Leadwire__V1__TeamConfig *team)
{
    bool is_named = opening->n_teams == 0;
    for (size_t i = 0; i < opening->n_teams; i++)
        is_named = is_named || strcmp(opening->teams[i], team->name) == 0;
    return is_named && team->n_hours > 0;
}

static int64_t longest_ms(const Leadwire__V1__DeskConfig *config)
{
    int64_t longest = 0;
    for (size_t i = 0; i < config->n_teams; i++) {
        const Leadwire__V1__TeamConfig *team = config->teams[i];
        for (size_t k = 0; is_for(config->opening, team) && k < team->n_hours; k++) {
            const int64_t ms = team->hours[k]->close_unix_ms - team->hours[k]->open_unix_ms;
            longest = ms > longest ? ms : longest;
        }
    }
    return longest;
}

static unsigned count_reps(const Leadwire__V1__DeskConfig *config)
{
    unsigned count = 0;
    for (size_t i = 0; i < config->n_reps; i++) {
        for (size_t k = 0; k < config->n_teams; k++)
            count += is_for(config->opening, config->teams[k]) && strcmp(config->teams[k]->name, config->reps[i]->team) == 0;
    }
    return count;
}

/* Says whether all have. */
static bool judge_teams(struct desk_yaml *reader, const struct yaml_node *node)
{
    const Leadwire__V1__DeskConfig *config = &reader->config;
    bool all_open = true;
    for (size_t i = 0; i < config->n_teams; i++) {
        const Leadwire__V1__TeamConfig *team = config->teams[i];
        for (size_t k = 0; k < config->opening->n_teams; k++) {
            if (team->n_hours > 0 || strcmp(config->opening->teams[k], team->name) != 0)
                continue;
            yaml_doc_problem(reader->doc, node, "opening: team '%.64s' has no hours, so it never opens; give it some, or leave it out", team->name);
            all_open = false;
        }
    }
    return all_open;
}

static void judge_opening(struct desk_yaml *reader, const struct yaml_node *node)
{
    const Leadwire__V1__DeskConfig *config = &reader->config;
    if (!judge_teams(reader, yaml_map_find(node, "teams")))
        return;
    const int64_t longest = longest_ms(config);
    const unsigned reps = count_reps(config);
    if (longest == 0)
        yaml_doc_problem(reader->doc, node, "opening: no team has hours, so the desk never opens; give the reps' team some, or remove this");
    else if (config->opening->for_ms > longest)
        yaml_doc_problem(reader->doc, yaml_map_find(node, "for"), "opening: for is longer than any working time of its teams, of which the longest has "
                         "%lld minutes; make it shorter", (long long)(longest / MINUTE_MS));
    else if (config->opening->reps > reps)
        yaml_doc_problem(reader->doc, yaml_map_find(node, "reps"), "opening: waits for %u reps, but its teams have %u; write as many, or less",
                         (unsigned)config->opening->reps, reps);
}

void desk_read_opening(struct desk_yaml *reader)
{
    static const char *const keys[] = {"reps", "for", "teams", NULL};
    const struct yaml_node *node = yaml_map_find(reader->root, "opening");
    if (node == NULL)
        return;
    Leadwire__V1__OpeningConfig *opening = desk_alloc(reader, 1, sizeof *opening);
    if (opening == NULL)
        return;
    leadwire__v1__opening_config__init(opening);
    if (yaml_node_kind(node) != YAML_KIND_MAP || yaml_map_find(node, "reps") == NULL) {
        yaml_doc_problem(reader->doc, node, "opening must be a map that says how many reps are enough, e.g. {reps: 3, for: 15m}");
        return;
    }
    const size_t before = yaml_doc_problem_count(reader->doc);
    yaml_check_keys(reader->doc, node, "opening", keys);
    opening->reps = (uint32_t)yaml_read_number(reader->doc, yaml_map_find(node, "reps"), "opening: reps", 1, REPS_MAX, 1);
    opening->for_ms = (uint32_t)yaml_read_duration_ms(reader->doc, yaml_map_find(node, "for"), "opening: for", 1000, DAY_MS, 15 * MINUTE_MS);
    desk_read_team_list(reader, yaml_map_find(node, "teams"), "opening: teams", &opening->n_teams, &opening->teams);
    reader->config.opening = opening;
    if (yaml_doc_problem_count(reader->doc) == before)
        judge_opening(reader, node);
}
