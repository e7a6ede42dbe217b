/* SPDX-License-Identifier: Apache-2.0
 *
 * From lead to requirements: the first rule whose predicates all hold, or all such rules.
 * Letter case is ignored for ASCII; other letters compare as they are.
 *
 * Most rules begin by asking whether a field equals a value. Such a rule has a
 * gate: that field and the hash of the value. Rules with one gate form a chain, in
 * their order, and so do those without any: the first rule that holds is found by
 * walking the chains that the lead's own values lead to, side by side.
 */

#include <stdlib.h>

#include "core_internal.h"
#include "rules_all.h"

#define RULE_NONE UINT32_MAX   /* more than an enumerator may be */
#define GATE_NONE UINT32_MAX

static bool predicate_holds(const struct config_predicate *predicate, const char *value);
static bool value_matches(enum config_predicate_kind kind, const char *value, const char *wanted);
static bool starts_with(const char *value, const char *prefix, const char **rest_out);
static bool contains(const char *value, const char *wanted);
static uint32_t hash_value(const char *value);
static void make_gate(struct core *core, uint32_t i);
static void chain(struct rules_index *index, uint32_t rule);
static char lower(char letter);
static bool parse_number(const char *text, int64_t *out);

static bool has_patterns(const struct core_config *config)
{
    for (uint32_t i = 0; i < config->rule_count; i++) {
        for (uint32_t p = 0; p < config->rules[i].predicate_count; p++) {
            if (config->rules[i].predicates[p].kind == CONFIG_REGEX)
                return true;
        }
    }
    return false;
}

void rules_link(struct core *core)
{
    struct rules_index *index = &core->rules_index;
    uint32_t count = core->config->rule_count;
    free(core->rule_demand);
    core->rule_demand = calloc((size_t)count * LW_CHANNEL_COUNT + 1, sizeof(struct demand_class *));
    rules_index_fini(index);
    index->gates = calloc(count + 1u, sizeof *index->gates);
    index->held = calloc(count + 1u, sizeof *index->held);
    if (!core->rule_demand || !index->gates || !index->held || index_table_init(&index->first, count + 1u) != LW_OK)
        abort();   /* a few words per rule: part of having rules */
    index->open_first = RULE_NONE;
    index->work = has_patterns(core->config) ? pattern_work_new() : NULL;
    if (has_patterns(core->config) && !index->work)
        abort();   /* the same */
    for (uint32_t i = 0; i < count; i++)
        make_gate(core, i);
    for (uint32_t i = count; i-- > 0;)
        chain(index, i);
}

void rules_index_fini(struct rules_index *index)
{
    free(index->gates);
    free(index->held);
    index_table_fini(&index->first);
    pattern_work_free(&index->work);
    *index = (struct rules_index){0};
}

/* Its place among the fields that gates ask for; GATE_NONE when there are too many. */
static uint32_t field_place(struct rules_index *index, const char *name)
{
    uint32_t place = 0;
    while (place < index->field_count && strcmp(index->fields[place], name) != 0)
        place++;
    if (place == GATE_FIELDS_MAX)
        return GATE_NONE;
    if (place == index->field_count)
        index->fields[index->field_count++] = name;
    return place;
}

static void make_gate(struct core *core, uint32_t i)
{
    const struct config_rule *rule = &core->config->rules[i];
    const struct config_predicate *first = rule->predicate_count > 0 ? &rule->predicates[0] : NULL;
    bool has_gate = first && first->kind == CONFIG_EQUALS && first->value_count == 1;
    uint32_t field = has_gate ? field_place(&core->rules_index, first->field) : GATE_NONE;
    core->rules_index.gates[i] = (struct rule_gate){.field = field, .hash = field != GATE_NONE ? hash_value(first->values[0]) : 0, .next = RULE_NONE,
                                                    .name = names_add(&core->names, rule->name, strlen(rule->name))};
}

static uint32_t gate_hash(uint32_t field, uint32_t value_hash)
{
    return index_hash_u64((uint64_t)field << 32 | value_hash);
}

/* The first rule with this gate; RULE_NONE. */
static uint32_t find_chain(const struct rules_index *index, uint32_t field, uint32_t value_hash)
{
    uint32_t hash = gate_hash(field, value_hash), rule;
    for (uint32_t at = index_table_first(&index->first, hash); index_table_at(&index->first, hash, &at, &rule);) {
        if (index->gates[rule].field == field && index->gates[rule].hash == value_hash)
            return rule;
    }
    return RULE_NONE;
}

/* In front of the rules that come later. */
static void chain(struct rules_index *index, uint32_t rule)
{
    struct rule_gate *gate = &index->gates[rule];
    if (gate->field == GATE_NONE) {
        gate->next = index->open_first;
        index->open_first = rule;
        return;
    }
    gate->next = find_chain(index, gate->field, gate->hash);
    if (gate->next != RULE_NONE)
        index_table_remove(&index->first, gate_hash(gate->field, gate->hash), gate->next);
    index_table_add(&index->first, gate_hash(gate->field, gate->hash), rule);
}

const struct config_rule *rules_by_name(const struct core *core, uint32_t name)
{
    for (uint32_t i = 0; i < core->config->rule_count; i++) {
        if (core->rules_index.gates[i].name == name)
            return &core->config->rules[i];
    }
    return NULL;
}

/* What a lead says of itself; and `customer`, `bought` and `bought_days`, which the desk knows. That the person wants no calls is known of
 * both: who said so once need not say so again. */
static const char *ask(const struct core *core, const struct core_command *publish, const char *field)
{
    if (field[0] == 'c' && strcmp(field, "customer") == 0)
        return core->customer;
    if (field[0] == 'b' && strcmp(field, "bought") == 0)
        return core->bought;
    if (field[0] == 'b' && strcmp(field, "bought_days") == 0)
        return core->bought_days;
    if (core->is_stopped && strcmp(field, "attribute.do_not_call") == 0)
        return "yes";
    return publish->publish.read_field ? publish->publish.read_field(publish->publish.fields, field) : NULL;
}

/* Nothing that a stranger wrote may hold the desk up: a pattern with too much to do has not matched, and is counted. */
static bool pattern_holds(struct core *core, uint32_t rule, const struct config_predicate *predicate, const char *value)
{
    for (uint32_t i = 0; value && value[0] != '\0' && i < predicate->value_count; i++) {
        enum pattern_answer answer = pattern_match(predicate->patterns[i], core->rules_index.work, value);
        if (answer == PATTERN_MATCHES)
            return true;
        if (answer == PATTERN_GAVE_UP) {
            core->patterns.given_up++;
            core->patterns.rule = core->rules_index.gates[rule].name;
        }
    }
    return false;
}

static bool rule_holds(struct core *core, uint32_t number, const struct core_command *publish)
{
    const struct config_rule *rule = &core->config->rules[number];
    for (uint32_t p = 0; p < rule->predicate_count; p++) {
        const struct config_predicate *predicate = &rule->predicates[p];
        const char *value = ask(core, publish, predicate->field);
        if (!(predicate->kind == CONFIG_REGEX ? pattern_holds(core, number, predicate, value) : predicate_holds(predicate, value)))
            return false;
    }
    return true;
}

static const struct config_rule *together(struct core *core)
{
    struct rules_index *index = &core->rules_index;
    if (index->held_count == 0)
        return NULL;
    index->together = core->config->rules[index->held[0]];
    for (uint32_t i = 1; i < index->held_count; i++)
        rules_add(core->config, &index->together, &core->config->rules[index->held[i]]);
    return &index->together;
}

const struct config_rule *rules_find(struct core *core, const struct core_command *publish)
{
    struct rules_index *index = &core->rules_index;
    uint32_t next[GATE_FIELDS_MAX + 1], count = 0;   /* of each chain, the rule to look at */
    index->held_count = 0;
    if (index->work)
        pattern_work_begin(index->work);
    next[count++] = index->open_first;
    for (uint32_t field = 0; field < index->field_count; field++) {
        const char *value = ask(core, publish, index->fields[field]);
        next[count++] = value ? find_chain(index, field, hash_value(value)) : RULE_NONE;
    }
    for (;;) {
        uint32_t *first = &next[0];
        for (uint32_t i = 1; i < count; i++)
            first = next[i] < *first ? &next[i] : first;
        if (*first == RULE_NONE)
            return together(core);
        if (rule_holds(core, *first, publish)) {
            index->held[index->held_count++] = *first;
            if (!core->config->all_rules)
                return &core->config->rules[*first];
        }
        *first = index->gates[*first].next;
    }
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
    case CONFIG_REGEX:
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
