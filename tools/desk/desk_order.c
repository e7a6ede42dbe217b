/* SPDX-License-Identifier: Apache-2.0
 *
 * Which lead first: what makes one urgent. The same words for the desk and for a queue, which takes from the desk what
 * it does not say itself.
 *
 *   service_level: 30m
 *   urgency: {priority: 1, slack: 100, value: 5, age: 10}
 *   age_cap: 8h
 *   hours_of: inside
 *   queues: {hot: {service_level: 2m}}
 *   rules: [{name: solar, value: from attribute.budget}]
 */
#include <stdio.h>
#include <string.h>

#include "desk_reader.h"
#include "policy.h"

enum { WEIGHT_MAX = 1000, PRIORITY_USUAL = 1, SLACK_USUAL = 100, AGE_USUAL = 10, WHAT_MAX = DESK_NAME_SIZE_MAX + 64 };
#define SERVICE_LEVEL_MAX_MS ((uint64_t)30 * DAY_MS)
static const char *const urgency_keys[] = {"priority", "slack", "value", "age", NULL};

/* "queue 'hot': urgency: slack"; of the desk without the first. */
static const char *name_of(const char *what, const char *key, const char *part, char text[WHAT_MAX])
{
    snprintf(text, WHAT_MAX, "%s%s%s%s%s", what, what[0] != '\0' ? ": " : "", key, part[0] != '\0' ? ": " : "", part);
    return text;
}

static uint32_t read_weight(struct desk_yaml *reader, const struct yaml_node *map, const char *what, const char *key, uint32_t absent)
{
    char name[WHAT_MAX];
    return (uint32_t)yaml_read_number(reader->doc, yaml_map_find(map, key), name_of(what, "urgency", key, name), 0, WEIGHT_MAX, absent);
}

static void read_urgency(struct desk_yaml *reader, Leadwire__V1__OrderConfig *order, const struct yaml_node *map, const char *what)
{
    char name[WHAT_MAX];
    name_of(what, "urgency", "", name);
    if (yaml_node_kind(map) != YAML_KIND_MAP) {
        yaml_doc_problem(reader->doc, map, "%s must be a map of points, e.g. {priority: 1, slack: 100, value: 0, age: 10}", name);
        return;
    }
    yaml_check_keys(reader->doc, map, name, urgency_keys);
    order->priority = read_weight(reader, map, what, "priority", order->priority);
    order->slack = read_weight(reader, map, what, "slack", order->slack);
    order->value = read_weight(reader, map, what, "value", order->value);
    order->age = read_weight(reader, map, what, "age", order->age);
    if (order->priority + order->slack + order->value + order->age == 0)
        yaml_doc_problem(reader->doc, map, "%s: all points are 0, so nothing would be urgent; give age some, e.g. 10", name);
    if (order->service_level_ms == 0 && yaml_map_find(map, "slack") != NULL && order->slack > 0)
        yaml_doc_problem(reader->doc, yaml_map_find(map, "slack"), "%s: slack counts against a service level, and there is none; add e.g. service_level: 5m",
                         name);
}

static uint32_t read_time(struct desk_yaml *reader, const struct yaml_node *node, const char *what, const char *key, const char *word, uint32_t absent_ms)
{
    char name[WHAT_MAX];
    const struct yaml_node *value = yaml_map_find(node, key);
    if (value != NULL && yaml_node_kind(value) == YAML_KIND_SCALAR && strcmp(yaml_read_text(reader->doc, value, key, 64, ""), word) == 0)
        return 0;
    return (uint32_t)yaml_read_duration_ms(reader->doc, value, name_of(what, key, "", name), 1000, SERVICE_LEVEL_MAX_MS, absent_ms);
}

static const Leadwire__V1__TeamConfig *team_named(const struct desk_yaml *reader, const char *name)
{
    for (size_t i = 0; i < reader->config.n_teams; i++) {
        if (strcmp(reader->config.teams[i]->name, name) == 0)
            return reader->config.teams[i];
    }
    return NULL;
}

static void read_hours_of(struct desk_yaml *reader, Leadwire__V1__OrderConfig *order, const struct yaml_node *node, const char *what)
{
    char name[WHAT_MAX];
    name_of(what, "hours_of", "", name);
    const char *team = yaml_read_text(reader->doc, node, name, DESK_NAME_SIZE_MAX, "");
    const Leadwire__V1__TeamConfig *found = team_named(reader, team);
    order->hours_of = desk_borrow(strcmp(team, "always") == 0 && found == NULL ? "" : team);
    if (found == NULL && order->hours_of[0] != '\0')
        desk_report_unknown(reader, node, name, "team", team, "teams", reader->team_names);
    else if (found != NULL && found->n_hours == 0)
        yaml_doc_problem(reader->doc, node, "%s: team '%s' has no hours; give it some, or leave hours_of out to count all time", name, team);
}

static bool says_order(const struct yaml_node *node)
{
    return yaml_map_find(node, "service_level") != NULL || yaml_map_find(node, "urgency") != NULL || yaml_map_find(node, "age_cap") != NULL ||
           yaml_map_find(node, "hours_of") != NULL;
}

/* what "": the desk. `order` has what holds where nothing is said. */
static void read_order(struct desk_yaml *reader, Leadwire__V1__OrderConfig *order, const struct yaml_node *node, const char *what)
{
    char name[WHAT_MAX];
    order->service_level_ms = read_time(reader, node, what, "service_level", "none", order->service_level_ms);
    order->age_cap_ms = read_time(reader, node, what, "age_cap", "none", order->age_cap_ms);
    if (order->age_cap_ms != 0 && order->age_cap_ms <= order->service_level_ms)
        yaml_doc_problem(reader->doc, node, "%s is not longer than the service level: leads would go before all others while they are in time; "
                         "give more, or none", name_of(what, "age_cap", "", name));
    if (yaml_map_find(node, "urgency") != NULL)
        read_urgency(reader, order, yaml_map_find(node, "urgency"), what);
    if (yaml_map_find(node, "hours_of") != NULL)
        read_hours_of(reader, order, yaml_map_find(node, "hours_of"), what);
}

static Leadwire__V1__OrderConfig *new_order(struct desk_yaml *reader, const Leadwire__V1__OrderConfig *like)
{
    Leadwire__V1__OrderConfig *order = desk_alloc(reader, 1, sizeof *order);
    if (order == NULL)
        return NULL;
    leadwire__v1__order_config__init(order);
    order->priority = PRIORITY_USUAL;
    order->slack = SLACK_USUAL;
    order->age = AGE_USUAL;
    if (like != NULL)
        *order = *like;
    return order;
}

void desk_read_order(struct desk_yaml *reader)
{
    if (!says_order(reader->root))
        return;
    reader->config.order = new_order(reader, NULL);
    if (reader->config.order != NULL)
        read_order(reader, reader->config.order, reader->root, "");
}

/* One queue that weighs makes the desk weigh: its leads are compared with the others'. */
void desk_read_queue_order(struct desk_yaml *reader, Leadwire__V1__QueueConfig *queue, const struct yaml_node *node, const char *what)
{
    if (!says_order(node))
        return;
    queue->order = new_order(reader, reader->config.order);
    if (reader->config.order == NULL)
        reader->config.order = new_order(reader, NULL);
    if (queue->order != NULL)
        read_order(reader, queue->order, node, what);
}

static const Leadwire__V1__OrderConfig *order_of(const Leadwire__V1__DeskConfig *config, const char *queue)
{
    for (size_t i = 0; i < config->n_queues; i++) {
        if (strcmp(config->queues[i]->name, queue) == 0 && config->queues[i]->order != NULL)
            return config->queues[i]->order;
    }
    return config->order;
}

static bool ranks_pairs(const char *name)
{
    const struct policy *policy = policy_find(name);
    return policy != NULL && policy->ranks_pairs;
}

/* Both say which lead goes first. */
static void judge_pairs(struct desk_yaml *reader)
{
    const struct yaml_node *queues = yaml_map_find(reader->root, "queues");
    if (ranks_pairs(reader->config.policy))
        yaml_doc_problem(reader->doc, yaml_map_find(reader->root, "policy"), "policy best_pair goes by what pairs are worth, and cannot go with service_level, "
                         "urgency, age_cap or hours_of; choose another, or remove those");
    for (size_t i = 0; i < reader->config.n_queues; i++) {
        const Leadwire__V1__QueueConfig *queue = reader->config.queues[i];
        if (ranks_pairs(queue->policy))
            yaml_doc_problem(reader->doc, yaml_map_find(queues, queue->name), "queue '%s': policy best_pair goes by what pairs are worth, and cannot go with "
                             "service_level, urgency, age_cap or hours_of on the desk; choose another, or remove those", queue->name);
    }
}

/* Rules' values, which best_pair looks at too. */
static void judge_values(struct desk_yaml *reader)
{
    const Leadwire__V1__DeskConfig *config = &reader->config;
    bool any_value = false;
    for (size_t i = 0; i < config->n_rules; i++) {
        const Leadwire__V1__RuleConfig *rule = config->rules[i];
        const bool has_value = rule->value > 1 || rule->value_from[0] != '\0';
        any_value = any_value || has_value;
        if (has_value && order_of(config, rule->queue)->value == 0)
            yaml_doc_problem(reader->doc, reader->rule_nodes[i], "rule '%s': its value counts for nothing in queue '%.64s'; add e.g. urgency: {value: 5}, or remove it",
                             rule->name, rule->queue);
    }
    if (!any_value && config->order->value > 0)
        yaml_doc_problem(reader->doc, yaml_map_find(reader->root, "urgency"), "urgency: value has points, but no rule gives its leads a value; "
                         "add e.g. 'value: from attribute.budget' to a rule, or remove it");
}

void desk_judge_order(struct desk_yaml *reader)
{
    if (reader->config.order == NULL)
        return;
    judge_pairs(reader);
    judge_values(reader);
}
