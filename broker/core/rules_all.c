/* SPDX-License-Identifier: Apache-2.0 */
#include "rules_all.h"

#include <string.h>

static uint32_t asked_count(const struct config_rule *rule)
{
    return rule->require_count + (rule->own_language.field != NULL) + (rule->own_territory.field != NULL);
}

static bool asks_for(const struct core_config *config, const struct config_rule *rule, enum ability_kind kind)
{
    for (uint32_t i = 0; i < rule->require_count; i++) {
        if (ability_kind_of(config->skills[rule->require[i].skill]) == kind)
            return true;
    }
    return kind == ABILITY_LANGUAGE ? rule->own_language.field != NULL : rule->own_territory.field != NULL;
}

static void drop_kind(const struct core_config *config, struct config_rule *together, enum ability_kind kind)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < together->require_count; i++) {
        if (ability_kind_of(config->skills[together->require[i].skill]) != kind)
            together->require[kept++] = together->require[i];
    }
    together->require_count = kept;
    *(kind == ABILITY_LANGUAGE ? &together->own_language : &together->own_territory) = (struct config_own_need){0};
}

static void add_level(struct config_skill_level *list, uint32_t *count, bool has_room, struct config_skill_level level)
{
    for (uint32_t i = 0; i < *count; i++) {
        if (list[i].skill != level.skill)
            continue;
        list[i].level = level.level > list[i].level ? level.level : list[i].level;
        return;
    }
    if (has_room)
        list[(*count)++] = level;
}

static void add_abilities(const struct core_config *config, struct config_rule *together, const struct config_rule *rule)
{
    for (enum ability_kind kind = ABILITY_LANGUAGE; kind <= ABILITY_TERRITORY; kind++) {
        if (asks_for(config, rule, kind))
            drop_kind(config, together, kind);
    }
    for (uint32_t i = 0; i < rule->require_count; i++)
        add_level(together->require, &together->require_count, asked_count(together) < CONFIG_REQUIRE_MAX, rule->require[i]);
    if (rule->own_language.field && asked_count(together) < CONFIG_REQUIRE_MAX)
        together->own_language = rule->own_language;
    if (rule->own_territory.field && asked_count(together) < CONFIG_REQUIRE_MAX)
        together->own_territory = rule->own_territory;
    for (uint32_t i = 0; i < rule->prefer_count; i++)
        add_level(together->prefer, &together->prefer_count, together->prefer_count < CONFIG_PREFER_MAX, rule->prefer[i]);
}

void rules_add(const struct core_config *config, struct config_rule *together, const struct config_rule *rule)
{
    if (!rule->keeps_queue)
        together->queue = rule->queue;
    if (rule->priority > 0)
        together->priority = rule->priority;
    if (rule->value > 0 || rule->value_from) {
        together->value = rule->value;
        together->value_from = rule->value_from;
    }
    if (rule->team_count > 0) {
        memcpy(together->teams, rule->teams, sizeof together->teams);
        together->team_count = rule->team_count;
    }
    if (rule->relax_count > 0 || together->relax_count == 0)
        together->name = rule->name;
    if (rule->relax_count > 0) {
        together->relax = rule->relax;
        together->relax_count = rule->relax_count;
    }
    if (rule->first_touch_ms > 0)
        together->first_touch_ms = rule->first_touch_ms;
    if (rule->owner) {
        together->owner = rule->owner;
        together->owner_for_ms = rule->owner_for_ms;
    }
    add_abilities(config, together, rule);
}
