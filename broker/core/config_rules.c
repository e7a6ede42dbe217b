/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: what they ask for and when they hold, as they come into a configuration.
 */
#include <stdlib.h>
#include <string.h>

#include "config_parts.h"
#include "pattern.h"

lw_status core_config_add_rule(struct core_config *config, const char *name, const char *queue, uint32_t priority,
                               struct config_rule **out)
{
    if (config->rule_count == CONFIG_RULES_MAX)
        return LW_FULL;
    struct config_rule *rules = config_grown(config->rules, config->rule_count, CONFIG_RULES_MAX, sizeof *rules);
    if (!rules)
        return LW_NO_MEMORY;
    config->rules = rules;
    struct config_rule *rule = &rules[config->rule_count];
    *rule = (struct config_rule){.name = config_copy_text(name), .queue = config_copy_text(queue), .priority = priority};
    if (!rule->name || !rule->queue) {
        config_rule_fini(rule);
        return LW_NO_MEMORY;
    }
    config->rule_count++;
    *out = rule;
    return LW_OK;
}

lw_status core_config_rule_require(struct core_config *config, struct config_rule *rule, const char *skill, uint32_t level)
{
    return config_add_level(config, rule->require, &rule->require_count, CONFIG_REQUIRE_MAX, skill, level);
}

lw_status core_config_rule_prefer(struct core_config *config, struct config_rule *rule, const char *skill, uint32_t level)
{
    return config_add_level(config, rule->prefer, &rule->prefer_count, CONFIG_PREFER_MAX, skill, level);
}

lw_status core_config_rule_when(struct config_rule *rule, const char *field, enum config_predicate_kind kind,
                                const char *const *values, uint32_t value_count)
{
    if (rule->predicate_count == CONFIG_PREDICATES_MAX || value_count > CONFIG_VALUES_MAX)
        return LW_FULL;
    struct config_predicate *predicates = config_grown(rule->predicates, rule->predicate_count, CONFIG_PREDICATES_MAX, sizeof *predicates);
    if (!predicates)
        return LW_NO_MEMORY;
    rule->predicates = predicates;
    struct config_predicate *predicate = &predicates[rule->predicate_count];
    *predicate = (struct config_predicate){.field = config_copy_text(field), .kind = kind, .values = calloc(value_count + 1, sizeof(char *)),
                                            .patterns = kind == CONFIG_REGEX ? calloc(value_count + 1, sizeof(struct pattern *)) : NULL};
    if (!predicate->field || !predicate->values || (kind == CONFIG_REGEX && !predicate->patterns)) {
        free(predicate->field);
        free(predicate->values);
        free(predicate->patterns);
        return LW_NO_MEMORY;
    }
    char reason[PATTERN_REASON_MAX];   /* told by who read the desk's file */
    rule->predicate_count++;
    for (uint32_t i = 0; i < value_count; i++) {
        predicate->values[i] = config_copy_text(values[i]);
        if (!predicate->values[i])
            return LW_NO_MEMORY;
        predicate->value_count++;
        if (kind == CONFIG_REGEX && !(predicate->patterns[i] = pattern_new(values[i], reason)))
            return LW_INVALID;
    }
    return LW_OK;
}

static bool asks_for(const struct core_config *config, const struct config_rule *rule, enum ability_kind kind)
{
    for (uint32_t i = 0; i < rule->require_count; i++) {
        if (ability_kind_of(config->skills[rule->require[i].skill]) == kind)
            return true;
    }
    return kind == ABILITY_LANGUAGE ? rule->own_language.field != NULL : rule->own_territory.field != NULL;
}

lw_status core_config_rule_ability(struct core_config *config, struct config_rule *rule, enum ability_kind kind, const char *value,
                                   uint32_t level)
{
    char name[ABILITY_NAME_MAX + 1];
    if (kind == ABILITY_SKILL || !ability_name_write(kind, value, name))
        return LW_INVALID;
    if (asks_for(config, rule, kind))
        return LW_DUPLICATE;
    lw_status status = config_know_skill(config, name);
    return status == LW_OK ? core_config_rule_require(config, rule, name, level) : status;
}

lw_status core_config_rule_own(struct core_config *config, struct config_rule *rule, enum ability_kind kind, const char *field,
                               uint32_t level)
{
    char name[ABILITY_NAME_MAX + 1];
    struct config_own_need *own = kind == ABILITY_LANGUAGE ? &rule->own_language : &rule->own_territory;
    if (kind == ABILITY_SKILL || *field == '\0' || level < 1 || level > CONFIG_LEVEL_MAX)
        return LW_INVALID;
    if (asks_for(config, rule, kind))
        return LW_DUPLICATE;
    (void)ability_name_write(kind, "other", name);
    lw_status status = config_know_skill(config, name);
    char *copy = status == LW_OK ? config_copy_text(field) : NULL;
    if (!copy)
        return status == LW_OK ? LW_NO_MEMORY : status;
    *own = (struct config_own_need){copy, (uint8_t)level};
    return LW_OK;
}

static lw_status add_team(char **teams, uint32_t *count, const char *team)
{
    for (uint32_t i = 0; i < *count; i++) {
        if (strcmp(teams[i], team) == 0)
            return LW_DUPLICATE;
    }
    if (*count == CONFIG_TEAMS_OF_RULE_MAX)
        return LW_FULL;
    char *copy = config_copy_text(team);
    if (!copy)
        return LW_NO_MEMORY;
    teams[(*count)++] = copy;
    return LW_OK;
}

lw_status core_config_rule_team(struct config_rule *rule, const char *team)
{
    return add_team(rule->teams, &rule->team_count, team);
}

lw_status core_config_rule_relax(struct config_rule *rule, uint32_t after_ms, struct config_relax_step **out)
{
    if (rule->relax_count == CONFIG_RELAX_MAX)
        return LW_FULL;
    struct config_relax_step *steps = config_grown(rule->relax, rule->relax_count, CONFIG_RELAX_MAX, sizeof *steps);
    if (!steps)
        return LW_NO_MEMORY;
    rule->relax = steps;
    *out = &steps[rule->relax_count++];
    **out = (struct config_relax_step){.after_ms = after_ms};
    return LW_OK;
}

lw_status core_config_relax_skill(const struct core_config *config, struct config_relax_step *step, const char *skill, uint32_t level)
{
    uint32_t index;
    if (level > CONFIG_LEVEL_MAX || ability_kind_of(skill) != ABILITY_SKILL || !config_find_skill(config, skill, &index))
        return LW_INVALID;
    for (uint32_t i = 0; i < step->lower_count; i++) {
        if (step->lower[i].skill == index)
            return LW_DUPLICATE;
    }
    if (step->lower_count == CONFIG_REQUIRE_MAX)
        return LW_FULL;
    step->lower[step->lower_count++] = (struct config_skill_level){index, (uint8_t)level};
    return LW_OK;
}

lw_status core_config_relax_team(struct config_relax_step *step, const char *team)
{
    return add_team(step->teams, &step->team_count, team);
}

lw_status core_config_rule_owner(struct config_rule *rule, const char *rep, uint32_t for_ms)
{
    char *copy = config_copy_text(rep);
    if (!copy)
        return LW_NO_MEMORY;
    free(rule->owner);
    rule->owner = copy;
    rule->owner_for_ms = for_ms;
    return LW_OK;
}

void config_rule_fini(struct config_rule *rule)
{
    for (uint32_t i = 0; i < rule->predicate_count; i++) {
        for (uint32_t v = 0; v < rule->predicates[i].value_count; v++) {
            if (rule->predicates[i].patterns)
                pattern_free(&rule->predicates[i].patterns[v]);
            free(rule->predicates[i].values[v]);
        }
        free(rule->predicates[i].patterns);
        free(rule->predicates[i].values);
        free(rule->predicates[i].field);
    }
    for (uint32_t i = 0; i < rule->team_count; i++)
        free(rule->teams[i]);
    for (uint32_t i = 0; i < rule->relax_count; i++) {
        for (uint32_t t = 0; t < rule->relax[i].team_count; t++)
            free(rule->relax[i].teams[t]);
    }
    free(rule->relax);
    free(rule->own_language.field);
    free(rule->own_territory.field);
    free(rule->value_from);
    free(rule->owner);
    free(rule->predicates);
    free(rule->name);
    free(rule->queue);
}
