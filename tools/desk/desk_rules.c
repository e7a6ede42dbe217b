/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules of desk.yaml: from lead to requirements.
 *
 *   - name: italian-solar
 *     when: {language: it, subject: {contains: [solar, fotovoltaico]}, attribute.budget: {at_least: 10000}}
 *     require: {italian: 5, solar: 3}
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk_reader.h"
#include "pattern.h"
#include "wire.h"

static const char *const rule_keys[] = {"name", "when", "queue", "require", "prefer", "language", "territory", "teams", "relax", "priority", "value", "first_touch", "owner", "owner_for", NULL};
enum { OWNER_FOR_MS = 45000 };
enum { FIELD_NAME_MAX = 255, VALUE_SIZE_MAX = 127, WHAT_SIZE = 2 * DESK_NAME_SIZE_MAX + 64 };

enum operand { OPERAND_TEXTS, OPERAND_NUMBER, OPERAND_YES_NO };
static const struct { const char *name; Leadwire__V1__PredicateKind kind; enum operand operand; } operator_table[] = {
    {"equals", LEADWIRE__V1__PREDICATE_KIND__PREDICATE_EQUALS, OPERAND_TEXTS},
    {"prefix", LEADWIRE__V1__PREDICATE_KIND__PREDICATE_PREFIX, OPERAND_TEXTS},
    {"contains", LEADWIRE__V1__PREDICATE_KIND__PREDICATE_CONTAINS, OPERAND_TEXTS},
    {"regex", LEADWIRE__V1__PREDICATE_KIND__PREDICATE_REGEX, OPERAND_TEXTS},
    {"exists", LEADWIRE__V1__PREDICATE_KIND__PREDICATE_EXISTS, OPERAND_YES_NO},
    {"missing", LEADWIRE__V1__PREDICATE_KIND__PREDICATE_MISSING, OPERAND_YES_NO},
    {"at_least", LEADWIRE__V1__PREDICATE_KIND__PREDICATE_AT_LEAST, OPERAND_NUMBER},
    {"at_most", LEADWIRE__V1__PREDICATE_KIND__PREDICATE_AT_MOST, OPERAND_NUMBER},
};
enum { OPERATOR_TABLE_SIZE = sizeof operator_table / sizeof operator_table[0] };
static const char *const operator_names[] = {"equals", "prefix", "contains", "regex", "exists", "missing", "at_least", "at_most", NULL};

bool desk_is_field(const char *field)
{
    const Leadwire__V1__Lead nothing = LEADWIRE__V1__LEAD__INIT;
    bool known = false;
    (void)wire_lead_field(&nothing, field, &known);
    return known && strlen(field) <= FIELD_NAME_MAX;
}

/* Optional minus, 1-18 digits: what the broker compares with. */
static bool is_whole_number(const char *text)
{
    if (*text == '-')
        text++;
    const size_t digits = strspn(text, "0123456789");
    return digits > 0 && digits <= 18 && text[digits] == '\0';
}

/* Values that could never match are worth a word: 'italian' is not a language code. */
static void check_code(struct desk_yaml *reader, const struct yaml_node *node, const char *what, const char *field, const char *value)
{
    const bool is_language = strcmp(field, "language") == 0;
    const bool is_country = strcmp(field, "country") == 0 || strcmp(field, "phone.region") == 0;
    const size_t letters = strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    if (is_language && (letters < 2 || letters > 3 || value[letters] != '\0'))
        yaml_doc_problem(reader->doc, node, "%s must be a language code such as it, de or en, not '%s'", what, value);
    if (is_country && (letters != 2 || value[letters] != '\0'))
        yaml_doc_problem(reader->doc, node, "%s must be a two-letter country code such as IT, DE or GB, not '%s'", what, value);
    if (strcmp(field, "channel") == 0) {
        static const char *const channels[] = {"phone", "web", "email", "chat", "import", NULL};
        for (size_t i = 0; channels[i] != NULL; i++) {
            if (strcmp(channels[i], value) == 0)
                return;
        }
        yaml_doc_problem(reader->doc, node, "%s must be phone, web, email, chat or import, not '%s'", what, value);
    }
}

static void check_pattern(struct desk_yaml *reader, const struct yaml_node *node, const char *what, const char *value)
{
    char reason[PATTERN_REASON_MAX];
    struct pattern *pattern = pattern_new(value, reason);
    if (pattern == NULL)
        yaml_doc_problem(reader->doc, node, "%s: '%.127s' is no pattern: %s", what, value, reason);
    pattern_free(&pattern);
}

/* One value, or a list of values any of which will do. */
static void read_values(struct desk_yaml *reader, const struct yaml_node *node, const char *what, Leadwire__V1__Predicate *predicate)
{
    const bool is_list = yaml_node_kind(node) == YAML_KIND_LIST, is_regex = predicate->kind == LEADWIRE__V1__PREDICATE_KIND__PREDICATE_REGEX;
    const size_t count = is_list ? yaml_node_count(node) : 1;
    if (count == 0 || count > DESK_VALUES_MAX) {
        yaml_doc_problem(reader->doc, node, "%s needs 1 to %d values, not %zu", what, DESK_VALUES_MAX, count);
        return;
    }
    predicate->values = desk_alloc(reader, count, sizeof *predicate->values);
    if (predicate->values == NULL)
        return;
    for (size_t i = 0; i < count; i++) {
        const struct yaml_node *item = is_list ? yaml_list_at(node, i) : node;
        const size_t before = yaml_doc_problem_count(reader->doc);
        const char *value = yaml_read_text(reader->doc, item, what, is_regex ? PATTERN_SIZE_MAX : VALUE_SIZE_MAX, "");
        if (yaml_doc_problem_count(reader->doc) == before) {
            if (value[0] == '\0')
                yaml_doc_problem(reader->doc, item, "%s: an empty value; use {missing: true} for fields that are not there", what);
            else if (predicate->kind == LEADWIRE__V1__PREDICATE_KIND__PREDICATE_EQUALS)
                check_code(reader, item, what, predicate->field, value);
            else if (is_regex)
                check_pattern(reader, item, what, value);
        }
        predicate->values[i] = desk_borrow(value);
    }
    predicate->n_values = count;
}

static void read_operand(struct desk_yaml *reader, const struct yaml_node *node, const char *what, enum operand operand,
                         Leadwire__V1__Predicate *predicate)
{
    if (operand == OPERAND_TEXTS) {
        read_values(reader, node, what, predicate);
    } else if (operand == OPERAND_YES_NO) {
        if (yaml_read_bool(reader->doc, node, what, true))
            return;   /* as said */
        predicate->kind = predicate->kind == LEADWIRE__V1__PREDICATE_KIND__PREDICATE_EXISTS
                              ? LEADWIRE__V1__PREDICATE_KIND__PREDICATE_MISSING
                              : LEADWIRE__V1__PREDICATE_KIND__PREDICATE_EXISTS;
    } else {
        const char *text = yaml_read_text(reader->doc, node, what, 64, "0");
        if (!is_whole_number(text))
            yaml_doc_problem(reader->doc, node, "%s must be a whole number, not '%s'", what, text);
        predicate->values = desk_alloc(reader, 1, sizeof *predicate->values);
        if (predicate->values == NULL)
            return;
        predicate->values[0] = desk_borrow(text);
        predicate->n_values = 1;
    }
}

struct predicate_list { Leadwire__V1__Predicate **items; size_t count; };

/* NULL when the rule has too many already. */
static Leadwire__V1__Predicate *add_predicate(struct desk_yaml *reader, struct predicate_list *list, const char *field)
{
    if (list->count == DESK_PREDICATES_MAX)
        return NULL;
    Leadwire__V1__Predicate *predicate = desk_alloc(reader, 1, sizeof *predicate);
    if (predicate == NULL)
        return NULL;
    leadwire__v1__predicate__init(predicate);
    predicate->field = desk_borrow(field);
    list->items[list->count++] = predicate;
    return predicate;
}

/* {contains: solar, at_least: 3}: each entry is a condition of its own. */
static bool read_operators(struct desk_yaml *reader, const struct yaml_node *map, const char *what, const char *field,
                           struct predicate_list *list)
{
    if (yaml_node_count(map) == 0)
        yaml_doc_problem(reader->doc, map, "%s: says nothing; remove it or give a value", what);
    yaml_check_keys(reader->doc, map, what, operator_names);
    for (size_t i = 0; i < yaml_node_count(map); i++) {
        for (size_t k = 0; k < OPERATOR_TABLE_SIZE; k++) {
            if (strcmp(operator_table[k].name, yaml_map_key_at(map, i)) != 0)
                continue;
            Leadwire__V1__Predicate *predicate = add_predicate(reader, list, field);
            if (predicate == NULL)
                return false;
            char operand_of[WHAT_SIZE + 16];
            snprintf(operand_of, sizeof operand_of, "%s: %s", what, operator_table[k].name);
            predicate->kind = operator_table[k].kind;
            read_operand(reader, yaml_map_value_at(map, i), operand_of, operator_table[k].operand, predicate);
        }
    }
    return true;
}

static bool read_condition(struct desk_yaml *reader, const struct yaml_node *node, const char *rule_what, const char *field,
                           struct predicate_list *list)
{
    if (strcmp(field, "customer") != 0 && strcmp(field, "bought") != 0 && strcmp(field, "bought_days") != 0 && !desk_is_field(field)) {
        const char *nearest = yaml_nearest(field, wire_lead_field_names);
        if (nearest != NULL)
            yaml_doc_problem(reader->doc, node, "%s: leads have no field '%.64s'; did you mean '%s'?", rule_what, field, nearest);
        else
            yaml_doc_problem(reader->doc, node, "%s: leads have no field '%.64s'; what a form calls so is 'attribute.%.64s'", rule_what, field, field);
        return true;
    }
    char what[WHAT_SIZE];
    snprintf(what, sizeof what, "%.150s: %.128s", rule_what, field);
    if (yaml_node_kind(node) == YAML_KIND_MAP)
        return read_operators(reader, node, what, field, list);
    Leadwire__V1__Predicate *predicate = add_predicate(reader, list, field);
    if (predicate == NULL)
        return false;
    predicate->kind = LEADWIRE__V1__PREDICATE_KIND__PREDICATE_EQUALS;
    read_values(reader, node, what, predicate);
    return true;
}

static void read_when(struct desk_yaml *reader, Leadwire__V1__RuleConfig *rule, const struct yaml_node *node, const char *what)
{
    if (node == NULL || yaml_node_is_null(node))
        return;
    if (yaml_node_kind(node) != YAML_KIND_MAP) {
        yaml_doc_problem(reader->doc, node, "%s: 'when' must be a map of fields, e.g. {language: it}", what);
        return;
    }
    struct predicate_list list = {.items = desk_alloc(reader, DESK_PREDICATES_MAX, sizeof *list.items)};
    if (list.items == NULL)
        return;
    for (size_t i = 0; i < yaml_node_count(node); i++) {
        if (!read_condition(reader, yaml_map_value_at(node, i), what, yaml_map_key_at(node, i), &list)) {
            yaml_doc_problem(reader->doc, yaml_map_value_at(node, i), "%s: has more than %d conditions", what, DESK_PREDICATES_MAX);
            break;
        }
    }
    rule->when = list.items;
    rule->n_when = list.count;
}

static bool has_rep(const Leadwire__V1__DeskConfig *config, const char *name)
{
    for (size_t i = 0; i < config->n_reps; i++) {
        if (strcmp(config->reps[i]->name, name) == 0)
            return true;
    }
    return false;
}

/* What a rule promises: how soon its leads are touched, and who gets them first. */
static void read_promises(struct desk_yaml *reader, Leadwire__V1__RuleConfig *rule, const struct yaml_node *node, const char *what)
{
    char part[DESK_NAME_SIZE_MAX + 32];
    const struct yaml_node *owner = yaml_map_find(node, "owner"), *owner_for = yaml_map_find(node, "owner_for");
    snprintf(part, sizeof part, "%s: first_touch", what);
    rule->first_touch_ms = (uint32_t)yaml_read_duration_ms(reader->doc, yaml_map_find(node, "first_touch"), part, 1000, (uint64_t)7 * DAY_MS, 0);
    snprintf(part, sizeof part, "%s: owner", what);
    rule->owner = desk_borrow(yaml_read_text(reader->doc, owner, part, 1024, ""));
    if (rule->owner[0] != '\0' && !has_rep(&reader->config, rule->owner))
        yaml_doc_problem(reader->doc, owner, "%s: owner '%.127s' is no rep of the desk", what, rule->owner);
    snprintf(part, sizeof part, "%s: owner_for", what);
    const uint64_t for_ms = yaml_read_duration_ms(reader->doc, owner_for, part, 1000, DAY_MS, OWNER_FOR_MS);
    rule->owner_for_ms = rule->owner[0] != '\0' ? (uint32_t)for_ms : 0;
    if (owner_for != NULL && rule->owner[0] == '\0')
        yaml_doc_problem(reader->doc, owner_for, "%s: owner_for says how long, but not who: add 'owner: NAME'", what);
}

static void fill_rule(struct desk_yaml *reader, Leadwire__V1__RuleConfig *rule, const struct yaml_node *node, size_t number)
{
    leadwire__v1__rule_config__init(rule);
    if (yaml_node_kind(node) != YAML_KIND_MAP) {
        yaml_doc_problem(reader->doc, node, "rule %zu must be a map that starts with 'name: ...'", number);
        return;
    }
    char what[DESK_NAME_SIZE_MAX + 16], part[DESK_NAME_SIZE_MAX + 32];
    snprintf(what, sizeof what, "rule %zu", number);
    snprintf(part, sizeof part, "%s: name", what);
    const struct yaml_node *name_node = yaml_map_find(node, "name");
    const char *name = yaml_read_text(reader->doc, name_node, part, 1024, NULL);
    if (name_node == NULL)
        yaml_doc_problem(reader->doc, node, "rule %zu has no name; explanations of decisions name the rule", number);
    if (name == NULL || !desk_check_name(reader, name_node, "rule", name))
        return;
    snprintf(what, sizeof what, "rule '%s'", name);
    yaml_check_keys(reader->doc, node, what, rule_keys);
    rule->name = desk_borrow(name);
    snprintf(part, sizeof part, "%s: queue", what);
    const struct yaml_node *queue = yaml_map_find(node, "queue");
    rule->queue = desk_borrow(yaml_read_text(reader->doc, queue, part, 1024, name));
    rule->keeps_queue = reader->config.all_rules && queue == NULL;
    desk_check_name(reader, queue != NULL ? queue : node, "queue", rule->queue);
    snprintf(part, sizeof part, "%s: priority", what);
    rule->priority = (uint32_t)yaml_read_number(reader->doc, yaml_map_find(node, "priority"), part, 0, DESK_PRIORITY_MAX, 0);
    desk_read_levels(reader, yaml_map_find(node, "require"), what, DESK_REQUIRE_MAX, &rule->n_require, &rule->require);
    desk_read_prefer(reader, rule, yaml_map_find(node, "prefer"), what);
    desk_read_value(reader, rule, yaml_map_find(node, "value"), what);
    desk_read_rule_needs(reader, rule, node, what);
    read_promises(reader, rule, node, what);
    desk_read_relax(reader, rule, yaml_map_find(node, "relax"), what);
    read_when(reader, rule, yaml_map_find(node, "when"), what);
}

struct rule_place { const char *name; const struct yaml_node *node; };

static int compare_places(const void *left, const void *right)
{
    const struct rule_place *a = left, *b = right;
    const int order = strcmp(a->name, b->name);
    const uint32_t a_line = yaml_node_line(a->node), b_line = yaml_node_line(b->node);
    return order != 0 ? order : (a_line > b_line) - (a_line < b_line);
}

static void check_names_differ(struct desk_yaml *reader)
{
    const size_t count = reader->config.n_rules;
    struct rule_place *places = desk_alloc(reader, count, sizeof *places);
    if (places == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        places[i] = (struct rule_place){reader->config.rules[i]->name, reader->rule_nodes[i]};
    qsort(places, count, sizeof *places, compare_places);
    for (size_t i = 1; i < count; i++) {
        if (places[i].name[0] != '\0' && strcmp(places[i - 1].name, places[i].name) == 0)
            yaml_doc_problem(reader->doc, places[i].node, "rule '%s' is written twice; first on line %u", places[i].name,
                             (unsigned)yaml_node_line(places[i - 1].node));
    }
}

/* `rules_that_count`: whether one rule decides, or all that hold do. */
static void read_which_count(struct desk_yaml *reader)
{
    const struct yaml_node *node = yaml_map_find(reader->root, "rules_that_count");
    const char *word = yaml_read_text(reader->doc, node, "rules_that_count", 64, "first");
    reader->config.all_rules = strcmp(word, "all") == 0;
    if (strcmp(word, "first") != 0 && strcmp(word, "all") != 0)
        yaml_doc_problem(reader->doc, node, "rules_that_count must be first (the first that holds decides) or all (every rule that holds counts), not '%s'", word);
}

/* When all count, a rule without conditions is what the others add to: its queue is theirs who name none. */
static void settle_queues(struct desk_yaml *reader)
{
    Leadwire__V1__DeskConfig *config = &reader->config;
    const Leadwire__V1__RuleConfig *base = NULL;
    for (size_t i = 0; config->all_rules && i < config->n_rules; i++) {
        Leadwire__V1__RuleConfig *rule = config->rules[i];
        if (rule->n_when > 0)
            continue;
        rule->keeps_queue = false;
        base = base != NULL ? base : rule;
        if (i > 0)
            desk_warn(reader, reader->rule_nodes[i], "rule '%s' takes every lead and stands behind '%s': what it says goes before that; let it be the first", rule->name,
                      config->rules[i - 1]->name);
    }
    for (size_t i = 0; base != NULL && i < config->n_rules; i++) {
        if (config->rules[i]->keeps_queue)
            config->rules[i]->queue = base->queue;
    }
}

/* A lead that no rule takes would have no queue: the last rule always takes, or the first, where all count. */
static void add_catch_all(struct desk_yaml *reader, Leadwire__V1__RuleConfig *rule)
{
    for (size_t i = 0; i < reader->config.n_rules; i++) {
        if (strcmp(reader->config.rules[i]->name, "general") == 0) {
            yaml_doc_problem(reader->doc, reader->rule_nodes[i],
                             "rule 'general' has conditions, and no rule takes the leads that meet none: add a last rule without 'when'");
            return;
        }
    }
    leadwire__v1__rule_config__init(rule);
    rule->name = desk_borrow("general");
    rule->queue = desk_borrow("general");
    if (reader->config.all_rules) {
        memmove(reader->config.rules + 1, reader->config.rules, reader->config.n_rules * sizeof *reader->config.rules);
        memmove(reader->rule_nodes + 1, reader->rule_nodes, reader->config.n_rules * sizeof *reader->rule_nodes);
        reader->config.n_rules++;
        reader->config.rules[0] = rule;
        reader->rule_nodes[0] = NULL;
        desk_warn(reader, yaml_map_find(reader->root, "rules"),
                  "no rule takes every lead; added rule 'general' at the beginning (queue 'general', nothing required)");
        return;
    }
    reader->config.rules[reader->config.n_rules++] = rule;
    desk_warn(reader, yaml_map_find(reader->root, "rules"),
              "no rule takes every lead; added rule 'general' at the end (queue 'general', nothing required)");
}

void desk_read_rules(struct desk_yaml *reader)
{
    const struct yaml_node *list = desk_section(reader, "rules", YAML_KIND_LIST, DESK_RULES_MAX);
    const size_t count = list != NULL ? yaml_node_count(list) : 0;
    Leadwire__V1__RuleConfig *rules = desk_alloc(reader, count + 1, sizeof *rules);
    reader->config.rules = desk_alloc(reader, count + 1, sizeof *reader->config.rules);
    reader->rule_nodes = desk_alloc(reader, count + 1, sizeof *reader->rule_nodes);
    if (rules == NULL || reader->config.rules == NULL || reader->rule_nodes == NULL)
        return;
    bool has_catch_all = false;
    read_which_count(reader);
    for (size_t i = 0; i < count; i++) {
        reader->rule_nodes[i] = yaml_list_at(list, i);
        fill_rule(reader, &rules[i], reader->rule_nodes[i], i + 1);
        reader->config.rules[i] = &rules[i];
        has_catch_all = has_catch_all || rules[i].n_when == 0;
    }
    reader->config.n_rules = count;
    check_names_differ(reader);
    if (!has_catch_all && count < DESK_RULES_MAX)
        add_catch_all(reader, &rules[count]);
    else if (!has_catch_all)
        yaml_doc_problem(reader->doc, list, "no rule takes every lead: let the last rule have no 'when'");
    settle_queues(reader);
}
