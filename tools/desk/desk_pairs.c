/* SPDX-License-Identifier: Apache-2.0
 *
 * What policy best_pair reckons with: how often reps win, what leads are worth, how fast they fade.
 *
 *   anna: {rates: {solar: 12.5}}                  of a hundred leads of queue solar she wins so many
 *   - {name: solar, value: from attribute.budget}
 *   queues: {solar: {policy: best_pair, decay: 10m}}
 */
#include <stdio.h>
#include <string.h>

#include "desk_reader.h"
#include "policy.h"
#include "wire.h"

/* "12" or "12.5", above 0 and up to 100, in tenths; 0: it is not. */
static uint32_t tenths_of(const char *text)
{
    const size_t digits = strspn(text, "0123456789"), more = text[digits] == '.' ? 2 : 0;
    uint32_t tenths = 0;
    if (digits < 1 || digits > 3 || strlen(text) != digits + more || (more > 0 && strspn(text + digits + 1, "0123456789") != 1))
        return 0;
    for (size_t i = 0; i < digits; i++)
        tenths = tenths * 10 + (uint32_t)(text[i] - '0');
    tenths = tenths * 10 + (more > 0 ? (uint32_t)(text[digits + 1] - '0') : 0);
    return tenths <= DESK_RATE_MAX ? tenths : 0;
}

void desk_read_rates(struct desk_yaml *reader, Leadwire__V1__RepConfig *rep, const struct yaml_node *node, const char *what)
{
    if (node == NULL || yaml_node_is_null(node))
        return;
    const size_t count = yaml_node_count(node);
    if (yaml_node_kind(node) != YAML_KIND_MAP || count > DESK_RATES_MAX) {
        yaml_doc_problem(reader->doc, node, "%s: rates must be a map of at most %d queues, e.g. {solar: 12.5}", what, DESK_RATES_MAX);
        return;
    }
    Leadwire__V1__QueueRate *rates = desk_alloc(reader, count, sizeof *rates);
    rep->rates = desk_alloc(reader, count, sizeof *rep->rates);
    for (size_t i = 0; rates != NULL && rep->rates != NULL && i < count; i++) {
        const struct yaml_node *value = yaml_map_value_at(node, i);
        const char *text = yaml_read_text(reader->doc, value, what, 64, "");
        leadwire__v1__queue_rate__init(&rates[i]);
        rates[i].queue = desk_borrow(yaml_map_key_at(node, i));
        rates[i].rate = tenths_of(text);
        if (rates[i].rate == 0)
            yaml_doc_problem(reader->doc, value, "%s: rates: '%.64s' must be the leads won of a hundred, 0.1 to 100, not '%s'", what, rates[i].queue, text);
        rep->rates[rep->n_rates++] = &rates[i];
    }
}

void desk_read_value(struct desk_yaml *reader, Leadwire__V1__RuleConfig *rule, const struct yaml_node *node, const char *rule_what)
{
    static const char from[] = "from ";
    const Leadwire__V1__Lead nothing = LEADWIRE__V1__LEAD__INIT;
    char what[DESK_NAME_SIZE_MAX + 48];
    snprintf(what, sizeof what, "%s: value", rule_what);
    if (node == NULL || yaml_node_is_null(node))
        return;
    const char *text = yaml_node_kind(node) == YAML_KIND_SCALAR ? yaml_read_text(reader->doc, node, what, 300, "") : "";
    if (strncmp(text, from, sizeof from - 1) != 0) {
        rule->value = (uint32_t)yaml_read_number(reader->doc, node, what, 1, DESK_VALUE_MAX, 1);
        return;
    }
    const char *field = text + sizeof from - 1;
    bool known = false;
    (void)wire_lead_field(&nothing, field, &known);
    if (known)
        rule->value_from = desk_borrow(field);
    else
        yaml_doc_problem(reader->doc, node, "%s: leads have no field '%.64s'; write 'from attribute.%.64s' for what a form calls so", what, field, field);
}

void desk_read_decay(struct desk_yaml *reader, Leadwire__V1__QueueConfig *queue, const struct yaml_node *node, const char *what)
{
    queue->half_life_ms = (uint32_t)yaml_read_duration_ms(reader->doc, node, what, 1000, DAY_MS, 0);
}

/* ---- with the whole desk in view ------------------------------------------------------- */

const struct policy *desk_policy_of(const struct desk_yaml *reader, const char *queue)
{
    for (size_t i = 0; i < reader->config.n_queues; i++) {
        if (strcmp(reader->config.queues[i]->name, queue) == 0 && reader->config.queues[i]->policy[0] != '\0')
            return policy_find(reader->config.queues[i]->policy);
    }
    return policy_find(reader->config.policy);
}

static bool ranks_pairs(const struct desk_yaml *reader, const char *queue)
{
    const struct policy *policy = desk_policy_of(reader, queue);
    return policy != NULL && policy->ranks_pairs;
}

static void judge_queues(struct desk_yaml *reader)
{
    const struct yaml_node *section = yaml_map_find(reader->root, "queues");
    for (size_t i = 0; i < reader->config.n_queues; i++) {
        const Leadwire__V1__QueueConfig *queue = reader->config.queues[i];
        if (queue->half_life_ms != 0 && !ranks_pairs(reader, queue->name))
            yaml_doc_problem(reader->doc, yaml_map_find(yaml_map_find(section, queue->name), "decay"),
                             "queue '%s': only policy best_pair looks at decay; add 'policy: best_pair', or remove it", queue->name);
    }
}

static void judge_rules(struct desk_yaml *reader)
{
    for (size_t i = 0; i < reader->config.n_rules; i++) {
        const Leadwire__V1__RuleConfig *rule = reader->config.rules[i];
        if (rule->n_prefer > 0 && ranks_pairs(reader, rule->queue))
            yaml_doc_problem(reader->doc, yaml_map_find(reader->rule_nodes[i], "prefer"),
                             "rule '%s': queue '%s' has policy best_pair, which goes by rates and not by what a rule prefers; remove it", rule->name,
                             rule->queue);
    }
}

static const Leadwire__V1__QueueRate *rate_of(const Leadwire__V1__RepConfig *rep, const char *queue)
{
    for (size_t i = 0; i < rep->n_rates; i++) {
        if (strcmp(rep->rates[i]->queue, queue) == 0)
            return rep->rates[i];
    }
    return NULL;
}

static bool is_sent_to(const struct desk_yaml *reader, const char *queue)
{
    for (size_t i = 0; i < reader->config.n_rules; i++) {
        if (strcmp(reader->config.rules[i]->queue, queue) == 0)
            return true;
    }
    return false;
}

/* A measured rate beside a guessed one says nothing. */
static void judge_missing(struct desk_yaml *reader, const char *queue)
{
    size_t with = 0, missing = reader->config.n_reps;
    for (size_t i = reader->config.n_reps; i-- > 0;) {
        bool has = rate_of(reader->config.reps[i], queue) != NULL;
        with += has;
        missing = has ? missing : i;
    }
    if (with > 0 && missing < reader->config.n_reps && ranks_pairs(reader, queue))
        desk_warn(reader, reader->rep_nodes[missing], "rep '%s' has no rate for queue '%s', while %zu of the reps have one: theirs is guessed from levels, 1 of a hundred a level",
                  reader->config.reps[missing]->name, queue, with);
}

static void judge_rates(struct desk_yaml *reader)
{
    for (size_t r = 0; r < reader->config.n_reps; r++) {
        const Leadwire__V1__RepConfig *rep = reader->config.reps[r];
        for (size_t i = 0; i < rep->n_rates; i++) {
            const char *queue = rep->rates[i]->queue;
            const struct yaml_node *place = yaml_map_find(yaml_map_find(reader->rep_nodes[r], "rates"), queue);
            if (!is_sent_to(reader, queue))
                yaml_doc_problem(reader->doc, place, "rep '%s': rates: no rule sends leads to queue '%.64s'; name it in a rule or remove it", rep->name, queue);
            else if (!ranks_pairs(reader, queue))
                desk_warn(reader, place, "rep '%s': rates: queue '%.64s' has policy %s, which does not look at them", rep->name, queue,
                          desk_policy_of(reader, queue)->name);
        }
    }
    for (size_t i = 0; i < reader->config.n_rules; i++) {
        bool is_first = true;
        for (size_t k = 0; k < i; k++)
            is_first = is_first && strcmp(reader->config.rules[k]->queue, reader->config.rules[i]->queue) != 0;
        if (is_first)
            judge_missing(reader, reader->config.rules[i]->queue);
    }
}

void desk_judge_pairs(struct desk_yaml *reader)
{
    judge_queues(reader);
    judge_rules(reader);
    judge_rates(reader);
}
