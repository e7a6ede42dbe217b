/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules in force: by name, and which one a new lead meets.
 */
#include "slow_desk_internal.h"

#include <regex.h>
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
    return command->publish.read_field(command->publish.fields, field);
}

const struct config_rule *find_rule(const struct slow_desk *desk, const struct core_command *command)
{
    for (uint32_t i = 0; i < desk->rules->rule_count; i++) {
        const struct config_rule *rule = &desk->rules->rules[i];
        bool holds = true;
        for (uint32_t p = 0; p < rule->predicate_count; p++)
            holds &= predicate_holds(&rule->predicates[p], ask(desk, command, rule->predicates[p].field));
        if (holds)
            return rule;
    }
    return NULL;
}
