/* SPDX-License-Identifier: Apache-2.0
 *
 * From lead to requirements: the first rule whose predicates all hold.
 * Letter case is ignored for ASCII; other letters compare as they are.
 *
 * Most rules begin by asking whether a field equals a value. Such a rule has a
 * gate: the hash of that value. Going past it costs one comparison.
 */

#include <stdlib.h>

#include "core_internal.h"
#include "rules.h"

static bool predicate_holds(const struct config_predicate *predicate, const char *value);
static bool value_matches(enum config_predicate_kind kind, const char *value, const char *wanted);
static bool starts_with(const char *value, const char *prefix, const char **rest_out);
static bool contains(const char *value, const char *wanted);
static uint32_t hash_value(const char *value);
static char lower(char letter);
static bool parse_number(const char *text, int64_t *out);

void rules_link(struct core *core)
{
    for (uint32_t i = 0; i < core->config->rule_count; i++) {
        const struct config_rule *rule = &core->config->rules[i];
        for (uint32_t p = 0; p < rule->predicate_count; p++)
            rule->predicates[p].field_number = names_add(&core->names, rule->predicates[p].field, strlen(rule->predicates[p].field));
    }
    free(core->rule_demand);
    free(core->rule_gates);
    core->rule_demand = calloc((size_t)core->config->rule_count * LW_CHANNEL_COUNT + 1, sizeof(struct demand_class *));
    core->rule_gates = calloc(core->config->rule_count + 1u, sizeof *core->rule_gates);
    if (!core->rule_demand || !core->rule_gates)
        abort();   /* a few words per rule: part of having rules */
    for (uint32_t i = 0; i < core->config->rule_count; i++) {
        const struct config_rule *rule = &core->config->rules[i];
        const struct config_predicate *first = rule->predicate_count > 0 ? &rule->predicates[0] : NULL;
        bool has_gate = first && first->kind == CONFIG_EQUALS && first->value_count == 1;
        core->rule_gates[i] = (struct rule_gate){has_gate ? first->field_number : NAME_NONE, has_gate ? hash_value(first->values[0]) : 0,
                                                  names_add(&core->names, rule->name, strlen(rule->name))};
    }
}

const struct config_rule *rules_by_name(const struct core *core, uint32_t name)
{
    for (uint32_t i = 0; i < core->config->rule_count; i++) {
        if (core->rule_gates[i].name == name)
            return &core->config->rules[i];
    }
    return NULL;
}

/* The field asked for last: rules mostly ask for the same again. */
struct asked { uint32_t field, hash; const char *value; };

static const char *ask(struct asked *asked, const struct core_command *publish, uint32_t number, const char *field)
{
    if (asked->field != number) {
        asked->field = number;
        asked->value = publish->publish.read_field ? publish->publish.read_field(publish->publish.fields, field) : NULL;
        asked->hash = asked->value ? hash_value(asked->value) : 0;
    }
    return asked->value;
}

const struct config_rule *rules_find(const struct core *core, const struct core_command *publish)
{
    struct asked asked = {.field = NAME_NONE};
    for (uint32_t i = 0; i < core->config->rule_count; i++) {
        const struct rule_gate *gate = &core->rule_gates[i];
        if (gate->field != NAME_NONE && gate->field == asked.field && gate->hash != asked.hash)
            continue;
        const struct config_rule *rule = &core->config->rules[i];
        bool holds = true;
        for (uint32_t p = 0; p < rule->predicate_count && holds; p++) {
            const struct config_predicate *predicate = &rule->predicates[p];
            holds = predicate_holds(predicate, ask(&asked, publish, predicate->field_number, predicate->field));
        }
        if (holds)
            return rule;
    }
    return NULL;
}

/* FNV-1a over the letters without case: only ever compared with itself. */
static uint32_t hash_value(const char *value)
{
    uint32_t hash = 2166136261u;
    for (; *value != '\0'; value++)
        hash = (hash ^ (uint8_t)lower(*value)) * 16777619u;
    return hash;
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

uint32_t rules_value(const struct config_rule *rule, const struct core_command *publish)
{
    if (!rule->value_from)
        return rule->value > 0 ? rule->value : 1;
    const char *text = publish->publish.read_field ? publish->publish.read_field(publish->publish.fields, rule->value_from) : NULL;
    int64_t value;
    if (!text || !parse_number(text, &value) || value < 1)
        return 1;
    return value < CONFIG_VALUE_MAX ? (uint32_t)value : CONFIG_VALUE_MAX;
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
