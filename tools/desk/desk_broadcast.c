/* SPDX-License-Identifier: Apache-2.0
 *
 * To how many reps at once a lead is offered: in a queue, and when it has waited.
 *
 *   queues: {urgent: {policy: broadcast, offer_to: 5}}
 *   relax: [{after: 2m, offer_to: 5}]
 */
#include <stdio.h>
#include <string.h>

#include "desk_reader.h"
#include "policy.h"

void desk_read_offer_to(struct desk_yaml *reader, const struct yaml_node *node, const char *what, uint32_t *out)
{
    char part[DESK_NAME_SIZE_MAX + 64];
    snprintf(part, sizeof part, "%s: offer_to", what);
    *out = (uint32_t)yaml_read_number(reader->doc, node, part, 2, DESK_OFFER_TO_MAX, 0);
}

static void judge_queues(struct desk_yaml *reader)
{
    const struct yaml_node *section = yaml_map_find(reader->root, "queues");
    for (size_t i = 0; i < reader->config.n_queues; i++) {
        const Leadwire__V1__QueueConfig *queue = reader->config.queues[i];
        const struct policy *policy = desk_policy_of(reader, queue->name);
        if (queue->offer_to != 0 && policy != NULL && !policy->offers_to_several)
            yaml_doc_problem(reader->doc, yaml_map_find(yaml_map_find(section, queue->name), "offer_to"),
                             "queue '%s': only policy broadcast looks at offer_to; add 'policy: broadcast', or remove it", queue->name);
    }
}

static uint32_t offer_to_of(const struct desk_yaml *reader, const char *queue, const struct policy *policy)
{
    for (size_t i = 0; policy->offers_to_several && i < reader->config.n_queues; i++) {
        if (strcmp(reader->config.queues[i]->name, queue) == 0 && reader->config.queues[i]->offer_to != 0)
            return reader->config.queues[i]->offer_to;
    }
    return policy->offers_to_several ? DESK_OFFER_TO_DEFAULT : 1;
}

static void judge_steps(struct desk_yaml *reader, const Leadwire__V1__RuleConfig *rule, const struct yaml_node *node)
{
    const struct policy *policy = desk_policy_of(reader, rule->queue);
    uint32_t offer_to = policy != NULL ? offer_to_of(reader, rule->queue, policy) : 0;
    for (size_t i = 0; policy != NULL && i < rule->n_relax; i++) {
        const uint32_t more = rule->relax[i]->offer_to;
        const struct yaml_node *place = yaml_map_find(yaml_list_at(yaml_map_find(node, "relax"), i), "offer_to");
        if (more == 0)
            continue;
        if (policy->uses_shares)
            yaml_doc_problem(reader->doc, place, "rule '%s': relax step %zu: queue '%s' has policy %s, which gives a lead to one rep; remove offer_to",
                             rule->name, i + 1, rule->queue, policy->name);
        else if (more <= offer_to)
            yaml_doc_problem(reader->doc, place, "rule '%s': relax step %zu: offer_to %u is not more than the %u before; give more, or remove it",
                             rule->name, i + 1, (unsigned)more, (unsigned)offer_to);
        offer_to = more;
    }
}

void desk_judge_broadcast(struct desk_yaml *reader)
{
    judge_queues(reader);
    for (size_t i = 0; i < reader->config.n_rules; i++)
        judge_steps(reader, reader->config.rules[i], reader->rule_nodes[i]);
}
