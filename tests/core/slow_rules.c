/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules in force: by name, and which one a new lead meets.
 */
#include "slow_desk_internal.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct config_rule *rule_named(const struct slow_desk *desk, const char *name)
{
    for (uint32_t i = 0; i < desk->rules->rule_count; i++) {
        if (strcmp(desk->rules->rules[i].name, name) == 0)
            return &desk->rules->rules[i];
    }
    return NULL;
}

static bool same_letter(char a, char b)
{
    if (a >= 'A' && a <= 'Z')
        a = (char)(a - 'A' + 'a');
    if (b >= 'A' && b <= 'Z')
        b = (char)(b - 'A' + 'a');
    return a == b;
}

/* By another hand: libc's, whose patterns are the same where they are plain. */
static bool matches(const char *pattern, const char *value)
{
    regex_t compiled;
    if (regcomp(&compiled, pattern, REG_EXTENDED | REG_ICASE | REG_NOSUB) != 0)
        abort();
    bool found = regexec(&compiled, value, 0, NULL, 0) == 0;
    regfree(&compiled);
    return found;
}

static bool predicate_holds(const struct config_predicate *predicate, const char *value)
{
    bool exists = value && *value;
    if (predicate->kind == CONFIG_EXISTS || predicate->kind == CONFIG_MISSING)
        return exists == (predicate->kind == CONFIG_EXISTS);
    for (uint32_t i = 0; exists && i < predicate->value_count; i++) {
        const char *wanted = predicate->values[i];
        size_t same = 0;
        while (wanted[same] && value[same] && same_letter(wanted[same], value[same]))
            same++;
        if (predicate->kind == CONFIG_REGEX && matches(wanted, value))
            return true;
        bool starts = wanted[same] == '\0';
        if ((predicate->kind == CONFIG_EQUALS && starts && value[same] == '\0') || (predicate->kind == CONFIG_PREFIX && starts) ||
            (predicate->kind == CONFIG_AT_LEAST && atoll(value) >= atoll(wanted)) ||
            (predicate->kind == CONFIG_AT_MOST && atoll(value) <= atoll(wanted)))
            return true;
    }
    return false;
}

static const char *ask(const struct slow_desk *desk, const struct core_command *command, const char *field)
{
    if (strcmp(field, "customer") == 0)
        return desk->customer ? "yes" : "no";
    if (strcmp(field, "bought") == 0)
        return desk->customer ? desk->customer->bought : "";
    if (strcmp(field, "bought_days") == 0) {
        static char days[24];
        snprintf(days, sizeof days, "%llu", desk->customer ? (unsigned long long)(desk->now_ms - desk->customer->at_ms) / 86400000 : 0);
        return desk->customer ? days : "";
    }
    if (desk->is_stopped && strcmp(field, "attribute.do_not_call") == 0)
        return "yes";
    return command->publish.read_field(command->publish.fields, field);
}

static bool holds(const struct slow_desk *desk, const struct core_command *command, const struct config_rule *rule)
{
    bool all = true;
    for (uint32_t p = 0; p < rule->predicate_count; p++)
        all &= predicate_holds(&rule->predicates[p], ask(desk, command, rule->predicates[p].field));
    return all;
}

static bool is_of(const struct slow_desk *desk, struct config_skill_level level, const char *prefix)
{
    return strncmp(desk->rules->skills[level.skill], prefix, strlen(prefix)) == 0;
}

static bool asks(const struct slow_desk *desk, const struct config_rule *rule, const char *prefix)
{
    bool does = *prefix == 'l' ? rule->own_language.field != NULL : rule->own_territory.field != NULL;
    for (uint32_t i = 0; i < rule->require_count; i++)
        does |= is_of(desk, rule->require[i], prefix);
    return does;
}

/* Adds the level, or raises the one that is there. */
static void put_level(struct config_skill_level *list, uint32_t *count, struct config_skill_level level)
{
    uint32_t at = 0;
    while (at < *count && list[at].skill != level.skill)
        at++;
    if (at == *count)
        list[(*count)++] = level;
    else if (level.level > list[at].level)
        list[at].level = level.level;
}

/* Each thing by itself: of all rules that hold, the last that says it. */
static const struct config_rule *all_that_hold(const struct slow_desk *desk, const struct core_command *command)
{
    static struct config_rule all;
    const struct config_rule *last_language = NULL, *last_territory = NULL, *last_relaxed = NULL, *rule;
    memset(&all, 0, sizeof all);
    for (uint32_t i = 0; i < desk->rules->rule_count; i++) {
        rule = &desk->rules->rules[i];
        if (!holds(desk, command, rule))
            continue;
        all.name = rule->name;
        all.queue = all.queue && rule->keeps_queue ? all.queue : rule->queue;
        all.priority = rule->priority ? rule->priority : all.priority;
        last_language = asks(desk, rule, "language:") ? rule : last_language;
        last_territory = asks(desk, rule, "territory:") ? rule : last_territory;
        last_relaxed = rule->relax_count ? rule : last_relaxed;
        if (rule->value_from || rule->value) {
            all.value_from = rule->value_from;
            all.value = rule->value;
        }
        all.first_touch_ms = rule->first_touch_ms ? rule->first_touch_ms : all.first_touch_ms;
        all.owner_for_ms = rule->owner ? rule->owner_for_ms : all.owner_for_ms;
        all.owner = rule->owner ? rule->owner : all.owner;
        for (uint32_t t = 0; t < rule->team_count; t++)
            all.teams[t] = rule->teams[t];
        all.team_count = rule->team_count ? rule->team_count : all.team_count;
        for (uint32_t k = 0; k < rule->prefer_count; k++)
            put_level(all.prefer, &all.prefer_count, rule->prefer[k]);
    }
    for (uint32_t i = 0; i < desk->rules->rule_count; i++) {
        rule = &desk->rules->rules[i];
        for (uint32_t k = 0; holds(desk, command, rule) && k < rule->require_count; k++) {
            if ((is_of(desk, rule->require[k], "language:") && rule != last_language) || (is_of(desk, rule->require[k], "territory:") && rule != last_territory))
                continue;
            put_level(all.require, &all.require_count, rule->require[k]);
        }
    }
    if (last_language)
        all.own_language = last_language->own_language;
    if (last_territory)
        all.own_territory = last_territory->own_territory;
    if (last_relaxed) {
        all.name = last_relaxed->name;
        all.relax = last_relaxed->relax;
        all.relax_count = last_relaxed->relax_count;
    }
    return all.name ? &all : NULL;
}

const struct config_rule *find_rule(const struct slow_desk *desk, const struct core_command *command)
{
    if (desk->rules->all_rules)
        return all_that_hold(desk, command);
    for (uint32_t i = 0; i < desk->rules->rule_count; i++) {
        if (holds(desk, command, &desk->rules->rules[i]))
            return &desk->rules->rules[i];
    }
    return NULL;
}
