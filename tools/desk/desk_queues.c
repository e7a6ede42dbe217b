/* SPDX-License-Identifier: Apache-2.0
 *
 * The queues of desk.yaml: what differs from the desk's in one queue; and policies wherever they stand.
 *
 *   queues:
 *     italian: {label: Italian, policy: most_skilled}
 *   fair_share: {refused_counts: yes, absent_leads: 2}
 */
#include <stdio.h>
#include <string.h>

#include "desk_reader.h"
#include "policy.h"

static const char *const fair_share_keys[] = {"refused_counts", "bad_counts", "absent_leads", NULL};
static const char *const queue_keys[] = {"label", "policy", "decay", "offer_to", "pull", "service_level", "urgency", "age_cap", "hours_of", NULL};

const char *desk_read_policy(struct desk_yaml *reader, const struct yaml_node *node, const char *what, const char *absent)
{
    const char *names[POLICIES_MAX + 1] = {NULL};
    char known[512] = "";
    const char *word = yaml_read_text(reader->doc, node, what, 64, absent);

    for (uint32_t i = 0; policy_at(i) != NULL; i++) {
        names[i] = policy_at(i)->name;
        const size_t size = strlen(known);
        snprintf(known + size, sizeof known - size, "%s%s", i == 0 ? "" : policy_at(i + 1) != NULL ? ", " : " and ", names[i]);
    }
    if (word == NULL || word[0] == '\0' || policy_find(word) != NULL)
        return word;
    const char *nearest = yaml_nearest(word, names);
    if (nearest != NULL)
        yaml_doc_problem(reader->doc, node, "%s '%s' is not known; did you mean '%s'?", what, word, nearest);
    else
        yaml_doc_problem(reader->doc, node, "%s '%s' is not known; there are %s", what, word, known);
    return absent;
}

static void fill_queue(struct desk_yaml *reader, Leadwire__V1__QueueConfig *queue, const char *name, const struct yaml_node *node)
{
    leadwire__v1__queue_config__init(queue);
    queue->name = desk_borrow(name);
    queue->label = desk_borrow(name);
    if (!desk_check_name(reader, node, "queue", name) || yaml_node_is_null(node))
        return;
    if (yaml_node_kind(node) != YAML_KIND_MAP) {
        yaml_doc_problem(reader->doc, node, "queue '%s' must be a map, e.g. {label: Italian, policy: most_skilled}", name);
        return;
    }
    char what[DESK_NAME_SIZE_MAX + 16], part[DESK_NAME_SIZE_MAX + 32];
    snprintf(what, sizeof what, "queue '%s'", name);
    yaml_check_keys(reader->doc, node, what, queue_keys);
    snprintf(part, sizeof part, "%s: label", what);
    queue->label = desk_borrow(yaml_read_text(reader->doc, yaml_map_find(node, "label"), part, DESK_LABEL_SIZE_MAX, name));
    snprintf(part, sizeof part, "%s: policy", what);
    queue->policy = desk_borrow(desk_read_policy(reader, yaml_map_find(node, "policy"), part, ""));
    snprintf(part, sizeof part, "%s: decay", what);
    desk_read_decay(reader, queue, yaml_map_find(node, "decay"), part);
    desk_read_queue_order(reader, queue, node, what);
    desk_read_offer_to(reader, yaml_map_find(node, "offer_to"), what, &queue->offer_to);
    snprintf(part, sizeof part, "%s: pull", what);
    queue->pull = yaml_read_bool(reader->doc, yaml_map_find(node, "pull"), part, false);
}

/* A queue that no rule sends to would say something about nothing: mostly a misspelling. */
static void check_used(struct desk_yaml *reader, const struct yaml_node *map)
{
    const size_t count = reader->config.n_rules;
    const char **used = desk_alloc(reader, count + 1, sizeof *used);
    if (used == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        used[i] = reader->config.rules[i]->queue;
    for (size_t i = 0; map != NULL && i < yaml_node_count(map); i++) {
        const char *name = yaml_map_key_at(map, i);
        size_t at = 0;
        while (at < count && strcmp(used[at], name) != 0)
            at++;
        if (at < count)
            continue;
        const char *nearest = yaml_nearest(name, used);
        if (nearest != NULL)
            yaml_doc_problem(reader->doc, yaml_map_value_at(map, i), "queue '%.64s': no rule sends leads there; did you mean '%.64s'?", name, nearest);
        else
            yaml_doc_problem(reader->doc, yaml_map_value_at(map, i), "queue '%.64s': no rule sends leads there; name it in a rule or remove it", name);
    }
}

void desk_read_queues(struct desk_yaml *reader)
{
    const struct yaml_node *map = desk_section(reader, "queues", YAML_KIND_MAP, DESK_QUEUES_MAX);
    const size_t count = map != NULL ? yaml_node_count(map) : 0;
    Leadwire__V1__QueueConfig *queues = desk_alloc(reader, count, sizeof *queues);
    reader->config.queues = desk_alloc(reader, count, sizeof *reader->config.queues);
    if (queues == NULL || reader->config.queues == NULL)
        return;
    for (size_t i = 0; i < count; i++) {
        fill_queue(reader, &queues[i], yaml_map_key_at(map, i), yaml_map_value_at(map, i));
        reader->config.queues[i] = &queues[i];
    }
    reader->config.n_queues = count;
    check_used(reader, map);
}

void desk_read_fair_share(struct desk_yaml *reader)
{
    const struct yaml_node *map = desk_section(reader, "fair_share", YAML_KIND_MAP, 16);
    Leadwire__V1__FairShareConfig *fair_share = desk_alloc(reader, 1, sizeof *fair_share);
    if (map == NULL || fair_share == NULL)
        return;
    leadwire__v1__fair_share_config__init(fair_share);
    yaml_check_keys(reader->doc, map, "fair_share", fair_share_keys);
    fair_share->refused_counts = yaml_read_bool(reader->doc, yaml_map_find(map, "refused_counts"), "fair_share: refused_counts", false);
    fair_share->bad_counts = yaml_read_bool(reader->doc, yaml_map_find(map, "bad_counts"), "fair_share: bad_counts", false);
    fair_share->absent_leads_max = (uint32_t)yaml_read_number(reader->doc, yaml_map_find(map, "absent_leads"), "fair_share: absent_leads", 0,
                                                              DESK_ABSENT_LEADS_MAX, 0);
    reader->config.fair_share = fair_share;
}
