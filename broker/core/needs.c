/* SPDX-License-Identifier: Apache-2.0
 *
 * What leads ask of reps: abilities with least levels, and teams.
 */
#include "config_apply.h"
#include "core_internal.h"
#include "needs.h"

static bool add_own(struct core *core, const struct config_own_need *own, enum ability_kind kind, const struct core_command *publish,
                    struct needs *needs);

static const char *ability_text(const struct core *core, struct requirement require)
{
    return names_text(&core->names, core->skill_names[require.skill]);
}

static void sort_by_name(const struct core *core, struct requirement *list, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        struct requirement moved = list[i];
        uint32_t at = i;
        for (; at > 0 && strcmp(ability_text(core, moved), ability_text(core, list[at - 1])) < 0; at--)
            list[at] = list[at - 1];
        list[at] = moved;
    }
}

void needs_sort(const struct core *core, struct needs *needs)
{
    sort_by_name(core, needs->require, needs->require_count);
    sort_by_name(core, needs->prefer, needs->prefer_count);
    for (uint32_t i = 1; i < needs->team_count; i++) {
        uint32_t moved = needs->teams[i], at = i;
        for (; at > 0 && strcmp(names_text(&core->names, moved), names_text(&core->names, needs->teams[at - 1])) < 0; at--)
            needs->teams[at] = needs->teams[at - 1];
        needs->teams[at] = moved;
    }
}

bool needs_allow_team(const struct needs *needs, uint32_t team, bool is_outsourced)
{
    for (uint32_t i = 0; i < needs->team_count; i++) {
        if (needs->teams[i] == team)
            return true;
    }
    return (needs->team_count == 0 || needs->with_own_teams) && !is_outsourced;
}

static bool take_levels(struct core *core, const struct config_skill_level *levels, uint32_t count, struct requirement *out)
{
    for (uint32_t i = 0; i < count; i++) {
        const char *skill = core->config->skills[levels[i].skill];
        uint32_t number = core_skill_number(core, skill, strlen(skill));
        if (number == NAME_NONE)
            return false;
        out[i] = (struct requirement){(uint16_t)number, levels[i].level};
    }
    return true;
}

bool needs_of_rule(struct core *core, const struct config_rule *rule, const struct core_command *publish, struct needs *out)
{
    *out = (struct needs){0};
    if (!take_levels(core, rule->require, rule->require_count, out->require) ||
        !take_levels(core, rule->prefer, rule->prefer_count, out->prefer))
        return false;
    out->require_count = (uint8_t)rule->require_count;
    out->prefer_count = (uint8_t)rule->prefer_count;
    for (uint32_t i = 0; i < rule->team_count; i++) {
        out->teams[i] = names_add(&core->names, rule->teams[i], strlen(rule->teams[i]));
        if (out->teams[i] == NAME_NONE)
            return false;
    }
    out->team_count = (uint8_t)rule->team_count;
    if (!add_own(core, &rule->own_language, ABILITY_LANGUAGE, publish, out) ||
        !add_own(core, &rule->own_territory, ABILITY_TERRITORY, publish, out))
        return false;
    needs_sort(core, out);
    return true;
}

/* NAME_NONE: the rules in force do not name it. */
static uint32_t known_skill(const struct core *core, const char *name)
{
    uint32_t known = names_find(&core->names, name, strlen(name));
    for (uint32_t i = 0; known != NAME_NONE && i < core->skill_count; i++) {
        if (core->skill_names[i] == known)
            return core->skill_is_known[i] ? i : NAME_NONE;
    }
    return NAME_NONE;
}

/* A lead that does not say asks for none. What nobody knows is one thing, so that publishers cannot make up abilities without end. */
static bool add_own(struct core *core, const struct config_own_need *own, enum ability_kind kind, const struct core_command *publish,
                    struct needs *needs)
{
    char name[ABILITY_NAME_MAX + 1];
    const char *value = own->field && publish->publish.read_field ? publish->publish.read_field(publish->publish.fields, own->field) : NULL;
    if (!value || !ability_name_write(kind, value, name))
        return true;
    uint32_t number = known_skill(core, name);
    if (number == NAME_NONE && ability_name_write(kind, "other", name))
        number = known_skill(core, name);
    if (number == NAME_NONE)
        return false;
    needs->require[needs->require_count++] = (struct requirement){(uint16_t)number, own->level};
    return true;
}

static bool drops(const struct core *core, const struct config_relax_step *step, struct requirement require)
{
    switch (ability_kind_of(ability_text(core, require))) {
    case ABILITY_LANGUAGE: return step->drop_language;
    case ABILITY_TERRITORY: return step->drop_territory;
    case ABILITY_SKILL: break;
    }
    return false;
}

/* The level that remains: 0 is none. */
static uint8_t level_after(const struct core *core, const struct config_relax_step *step, struct requirement require)
{
    const char *name = ability_text(core, require);
    if (drops(core, step, require))
        return 0;
    for (uint32_t i = 0; i < step->lower_count; i++) {
        if (strcmp(core->config->skills[step->lower[i].skill], name) == 0 && step->lower[i].level < require.level)
            return step->lower[i].level;
    }
    return require.level;
}

static void add_team(struct needs *needs, uint32_t team, bool is_outsourced)
{
    if (team == NAME_NONE || needs_allow_team(needs, team, is_outsourced) || needs->team_count == CONFIG_TEAMS_OF_RULE_MAX)
        return;
    needs->with_own_teams |= needs->team_count == 0;
    needs->teams[needs->team_count++] = team;
}

/* Teams that are dropped make room for all of one's own: who is outsourced and was named may still. */
static void relax_teams(struct core *core, const struct needs *needs, const struct config_relax_step *step, struct needs *less)
{
    for (uint32_t i = 0; i < needs->team_count; i++) {
        if (!step->drop_teams)
            less->teams[less->team_count++] = needs->teams[i];
        else
            add_team(less, needs->teams[i], config_team_is_outsourced(core->config, names_text(&core->names, needs->teams[i])));
    }
    less->with_own_teams |= needs->with_own_teams && less->team_count > 0;
    for (uint32_t i = 0; i < step->team_count; i++)
        add_team(less, names_add(&core->names, step->teams[i], strlen(step->teams[i])), config_team_is_outsourced(core->config, step->teams[i]));
}

void needs_relax(struct core *core, struct needs *needs, const struct config_relax_step *step)
{
    struct needs less = {.rings = needs->rings, .capped_source = needs->capped_source, .opening = needs->opening, .prefer_count = needs->prefer_count};
    memcpy(less.prefer, needs->prefer, sizeof less.prefer);
    for (uint32_t i = 0; i < needs->require_count; i++) {
        uint8_t level = level_after(core, step, needs->require[i]);
        if (level > 0)
            less.require[less.require_count++] = (struct requirement){needs->require[i].skill, level};
    }
    relax_teams(core, needs, step, &less);
    needs_sort(core, &less);
    *needs = less;
}
