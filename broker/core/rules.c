/* SPDX-License-Identifier: Apache-2.0
 *
 * From lead to requirements: the first rule whose predicates all hold.
 * Letter case is ignored for ASCII; other letters compare as they are.
 */

#include <stdlib.h>

#include "core_internal.h"

static bool predicate_holds(const struct config_predicate *predicate, const char *value);
static bool value_matches(enum config_predicate_kind kind, const char *value, const char *wanted);
static bool starts_with(const char *value, const char *prefix, const char **rest_out);
static bool contains(const char *value, const char *wanted);
static bool parse_number(const char *text, int64_t *out);

void rules_link(struct core *core)
{
    for (uint32_t i = 0; i < core->config->rule_count; i++) {
        const struct config_rule *rule = &core->config->rules[i];
        for (uint32_t p = 0; p < rule->predicate_count; p++)
            rule->predicates[p].field_number = names_add(&core->names, rule->predicates[p].field, strlen(rule->predicates[p].field));
    }
    free(core->rule_demand);
    core->rule_demand = calloc((size_t)core->config->rule_count * LW_CHANNEL_COUNT + 1, sizeof(struct demand_class *));
    if (!core->rule_demand)
        abort();   /* a pointer per rule and channel: part of having rules */
}

const struct config_rule *rules_find(const struct core_config *config, const struct core_command *publish)
{
    uint32_t field = NAME_NONE;   /* rules mostly ask for the same field again */
    const char *value = NULL;
    for (uint32_t i = 0; i < config->rule_count; i++) {
        const struct config_rule *rule = &config->rules[i];
        bool holds = true;
        for (uint32_t p = 0; p < rule->predicate_count && holds; p++) {
            const struct config_predicate *predicate = &rule->predicates[p];
            if (field != predicate->field_number) {
                field = predicate->field_number;
                value = publish->publish.read_field ? publish->publish.read_field(publish->publish.fields, predicate->field) : NULL;
            }
            holds = predicate_holds(predicate, value);
        }
        if (holds)
            return rule;
    }
    return NULL;
}

static bool predicate_holds(const struct config_predicate *predicate, const char *value)
{
    bool exists = value && value[0] != '\0';
    if (predicate->kind == CONFIG_EXISTS)
        return exists;
    if (predicate->kind == CONFIG_MISSING)
        return !exists;
    for (uint32_t i = 0; exists && i < predicate->value_count; i++) {
        if (value_matches(predicate->kind, value, predicate->values[i]))
            return true;
    }
    return false;
}

static bool value_matches(enum config_predicate_kind kind, const char *value, const char *wanted)
{
    int64_t have, limit;

    switch (kind) {
    case CONFIG_EQUALS:
        return starts_with(value, wanted, &value) && *value == '\0';
    case CONFIG_PREFIX:
        return starts_with(value, wanted, &value);
    case CONFIG_CONTAINS:
        return contains(value, wanted);
    case CONFIG_AT_LEAST:
        return parse_number(value, &have) && parse_number(wanted, &limit) && have >= limit;
    case CONFIG_AT_MOST:
        return parse_number(value, &have) && parse_number(wanted, &limit) && have <= limit;
    case CONFIG_EXISTS:
    case CONFIG_MISSING:
        break;
    }
    return false;
}

static char lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? (char)(letter + 32) : letter;
}

/* *rest_out: what of value stands behind the prefix. */
static bool starts_with(const char *value, const char *prefix, const char **rest_out)
{
    for (; *prefix != '\0'; value++, prefix++) {
        if (lower(*value) != lower(*prefix))
            return false;
    }
    *rest_out = value;
    return true;
}

static bool contains(const char *value, const char *wanted)
{
    const char *rest;
    for (; *value != '\0'; value++) {
        if (starts_with(value, wanted, &rest))
            return true;
    }
    return *wanted == '\0';
}

/* Digits with an optional sign, and at most 18 of them; a fraction is cut off. */
static bool parse_number(const char *text, int64_t *out)
{
    bool negative = *text == '-';
    int64_t number = 0;
    int digits = 0;

    text += negative;
    for (; *text >= '0' && *text <= '9' && digits < 18; text++, digits++)
        number = number * 10 + (*text - '0');
    if (*text == '.')
        for (text++; *text >= '0' && *text <= '9'; text++)
            continue;
    if (digits == 0 || *text != '\0')
        return false;
    *out = negative ? -number : number;
    return true;
}
