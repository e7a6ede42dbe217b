/* SPDX-License-Identifier: Apache-2.0
 *
 * What a lead asks for less when it waits: each step later than the one before, and each leading somewhere.
 *
 *   relax:
 *     - {after: 30s, drop: [language]}
 *     - {after: 60s, add_team: outsourced}
 *     - {after: 2m, lower: {solar: 4}, offer_to: 5}
 */
#include <stdio.h>
#include <string.h>

#include "desk_reader.h"

static const char *const step_keys[] = {"after", "drop", "lower", "add_team", "offer_to", NULL};

/* What the rule still asks for after the steps read so far. */
struct asked {
    const Leadwire__V1__RuleConfig *rule;
    uint32_t levels[DESK_REQUIRE_MAX];   /* of rule->require; 0: dropped */
    bool language, territory;
    const char *teams[DESK_TEAMS_OF_RULE_MAX];
    size_t team_count;
    bool own_teams;                      /* and any that is not outsourced, */
    bool dropped_teams;                  /* since the step that is read */
    uint64_t after_ms;
};

static struct asked asked_by(const Leadwire__V1__RuleConfig *rule)
{
    struct asked asked = {.rule = rule, .language = rule->language != NULL, .territory = rule->territory != NULL, .team_count = rule->n_teams,
                          .own_teams = rule->n_teams == 0};
    for (size_t i = 0; i < rule->n_require; i++)
        asked.levels[i] = rule->require[i]->level;
    for (size_t i = 0; i < rule->n_teams; i++)
        asked.teams[i] = rule->teams[i];
    return asked;
}

/* n_require if it is not asked for any more. */
static size_t find_asked(const struct asked *asked, const char *skill)
{
    for (size_t i = 0; i < asked->rule->n_require; i++) {
        if (asked->levels[i] > 0 && strcmp(asked->rule->require[i]->skill, skill) == 0)
            return i;
    }
    return asked->rule->n_require;
}

/* Who is outsourced and was named may still take it. False: the teams are not asked for. */
static bool drop_teams(const struct desk_yaml *reader, struct asked *asked)
{
    const bool was_asked = !asked->own_teams;
    size_t kept = 0;
    for (size_t i = 0; i < asked->team_count; i++) {
        if (desk_team_is_outsourced(&reader->config, asked->teams[i]))
            asked->teams[kept++] = asked->teams[i];
    }
    asked->team_count = kept;
    asked->own_teams = asked->dropped_teams = true;
    return was_asked;
}

/* False: it is not asked for. */
static bool drop_one(const struct desk_yaml *reader, struct asked *asked, const char *word)
{
    bool *wish = strcmp(word, "language") == 0 ? &asked->language : strcmp(word, "territory") == 0 ? &asked->territory : NULL;
    if (wish != NULL) {
        const bool was_asked = *wish;
        *wish = false;
        return was_asked;
    }
    if (strcmp(word, "team") == 0)
        return drop_teams(reader, asked);
    const size_t at = find_asked(asked, word);
    if (at == asked->rule->n_require)
        return false;
    asked->levels[at] = 0;
    return true;
}

static void read_drop(struct desk_yaml *reader, Leadwire__V1__RelaxStep *step, const struct yaml_node *node, const char *what, struct asked *asked)
{
    if (node == NULL)
        return;
    const bool is_list = yaml_node_kind(node) == YAML_KIND_LIST;
    const size_t count = is_list ? yaml_node_count(node) : 1;
    step->drop = desk_alloc(reader, count, sizeof *step->drop);
    if (yaml_node_kind(node) == YAML_KIND_MAP || count > DESK_REQUIRE_MAX + 3) {
        yaml_doc_problem(reader->doc, node, "%s: drop must be a list of language, territory, team and skills, e.g. [language]", what);
        return;
    }
    for (size_t i = 0; step->drop != NULL && i < count; i++) {
        const struct yaml_node *item = is_list ? yaml_list_at(node, i) : node;
        const char *word = yaml_read_text(reader->doc, item, what, DESK_NAME_SIZE_MAX, "");
        if (!drop_one(reader, asked, word))
            yaml_doc_problem(reader->doc, item, "%s: drops '%.64s', which the rule does not ask for then; remove it, or ask for it in the rule",
                             what, word);
        step->drop[step->n_drop++] = desk_borrow(word);
    }
}

static void read_lower(struct desk_yaml *reader, Leadwire__V1__RelaxStep *step, const struct yaml_node *node, const char *what, struct asked *asked)
{
    desk_read_levels(reader, node, what, DESK_REQUIRE_MAX, &step->n_lower, &step->lower);
    for (size_t i = 0; i < step->n_lower; i++) {
        const Leadwire__V1__SkillLevel *level = step->lower[i];
        const struct yaml_node *place = yaml_map_find(node, level->skill);
        const size_t at = find_asked(asked, level->skill);
        if (at == asked->rule->n_require) {
            yaml_doc_problem(reader->doc, place, "%s: lowers '%.64s', which the rule does not ask for then; remove it, or ask for it in the rule",
                             what, level->skill);
            continue;
        }
        if (level->level >= asked->levels[at])
            yaml_doc_problem(reader->doc, place, "%s: '%.64s' %u is not lower than the %u asked for then; give a lower level", what, level->skill,
                             (unsigned)level->level, (unsigned)asked->levels[at]);
        asked->levels[at] = level->level;
    }
}

static bool is_named(const struct asked *asked, const char *team)
{
    for (size_t i = 0; i < asked->team_count; i++) {
        if (strcmp(asked->teams[i], team) == 0)
            return true;
    }
    return false;
}

static void add_team(struct desk_yaml *reader, const struct yaml_node *node, const char *what, struct asked *asked, const char *team)
{
    if (is_named(asked, team))
        yaml_doc_problem(reader->doc, node, "%s: team '%.64s' may take it already; remove it", what, team);
    else if (asked->dropped_teams && !desk_team_is_outsourced(&reader->config, team))
        yaml_doc_problem(reader->doc, node, "%s: drops the teams and adds one; do one of the two", what);
    else if (asked->own_teams && !desk_team_is_outsourced(&reader->config, team))
        yaml_doc_problem(reader->doc, node, "%s: team '%.64s' may take it already, as any that is not outsourced; give the rule 'teams', or remove add_team",
                         what, team);
    else if (asked->team_count == DESK_TEAMS_OF_RULE_MAX)
        yaml_doc_problem(reader->doc, node, "%s: more than %d teams in all; drop [team] instead", what, DESK_TEAMS_OF_RULE_MAX);
    else
        asked->teams[asked->team_count++] = team;
}

static void read_add_team(struct desk_yaml *reader, Leadwire__V1__RelaxStep *step, const struct yaml_node *node, const char *what,
                          struct asked *asked)
{
    char teams_of[DESK_NAME_SIZE_MAX + 64];
    snprintf(teams_of, sizeof teams_of, "%s: add_team", what);
    desk_read_team_list(reader, node, teams_of, &step->n_add_teams, &step->add_teams);
    for (size_t i = 0; i < step->n_add_teams; i++)
        add_team(reader, node, what, asked, step->add_teams[i]);
}

static void read_step(struct desk_yaml *reader, Leadwire__V1__RelaxStep *step, const struct yaml_node *node, const char *what, struct asked *asked)
{
    leadwire__v1__relax_step__init(step);
    if (yaml_node_kind(node) != YAML_KIND_MAP || yaml_map_find(node, "after") == NULL) {
        yaml_doc_problem(reader->doc, node, "%s must be a map with 'after', e.g. {after: 30s, drop: [language]}", what);
        return;
    }
    yaml_check_keys(reader->doc, node, what, step_keys);
    const struct yaml_node *after = yaml_map_find(node, "after");
    step->after_ms = (uint32_t)yaml_read_duration_ms(reader->doc, after, what, 1000, (uint64_t)30 * DAY_MS, 1000);
    if (step->after_ms <= asked->after_ms)
        yaml_doc_problem(reader->doc, after, "%s: does not come after the step before it; 'after' counts from when the lead began to wait", what);
    asked->after_ms = step->after_ms;
    asked->dropped_teams = false;
    read_drop(reader, step, yaml_map_find(node, "drop"), what, asked);
    read_lower(reader, step, yaml_map_find(node, "lower"), what, asked);
    read_add_team(reader, step, yaml_map_find(node, "add_team"), what, asked);
    desk_read_offer_to(reader, yaml_map_find(node, "offer_to"), what, &step->offer_to);
    if (step->n_drop == 0 && step->n_lower == 0 && step->n_add_teams == 0 && step->offer_to == 0)
        yaml_doc_problem(reader->doc, node, "%s: changes nothing; give drop, lower, add_team or offer_to", what);
}

/* The longest that a lead of any channel waits. */
static uint32_t longest_wait_ms(const struct desk_yaml *reader)
{
    uint32_t longest_ms = 0;
    for (size_t i = 0; i < reader->config.n_channels; i++) {
        const uint32_t limit_ms = reader->config.channels[i]->wait_limit_ms;
        longest_ms = limit_ms > longest_ms ? limit_ms : longest_ms;
    }
    return longest_ms;
}

void desk_read_relax(struct desk_yaml *reader, Leadwire__V1__RuleConfig *rule, const struct yaml_node *node, const char *rule_what)
{
    if (node == NULL || yaml_node_is_null(node))
        return;
    const size_t count = yaml_node_count(node);
    if (yaml_node_kind(node) != YAML_KIND_LIST || count > DESK_RELAX_MAX) {
        yaml_doc_problem(reader->doc, node, "%s: relax must be a list of at most %d steps, e.g. - {after: 30s, drop: [language]}", rule_what,
                         DESK_RELAX_MAX);
        return;
    }
    struct asked asked = asked_by(rule);
    Leadwire__V1__RelaxStep *steps = desk_alloc(reader, count, sizeof *steps);
    rule->relax = desk_alloc(reader, count, sizeof *rule->relax);
    for (size_t i = 0; steps != NULL && rule->relax != NULL && i < count; i++) {
        char what[DESK_NAME_SIZE_MAX + 48];
        snprintf(what, sizeof what, "%s: relax step %zu", rule_what, i + 1);
        read_step(reader, &steps[i], yaml_list_at(node, i), what, &asked);
        if (reader->config.n_channels > 0 && steps[i].after_ms >= longest_wait_ms(reader))
            yaml_doc_problem(reader->doc, yaml_list_at(node, i), "%s: never happens, as no lead waits longer than %u s; see wait_limit of the channels",
                             what, (unsigned)(longest_wait_ms(reader) / 1000));
        rule->relax[rule->n_relax++] = &steps[i];
    }
}
