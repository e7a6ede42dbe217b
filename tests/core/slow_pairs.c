/* SPDX-License-Identifier: Apache-2.0
 *
 * Policy best_pair: what each lead is worth with each rep.
 */
#include "slow_desk_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct config_queue *queue_of(const struct slow_desk *desk, const struct slow_lead *lead)
{
    for (uint32_t i = 0; i < desk->rules->queue_count; i++) {
        if (strcmp(desk->rules->queues[i].name, lead->queue) == 0)
            return &desk->rules->queues[i];
    }
    return NULL;
}

bool ranks_pairs(const struct slow_desk *desk, const struct slow_lead *lead)
{
    return strcmp(policy_of(desk, lead), "best_pair") == 0;
}

/* In 2^-27, rounded down. */
static int64_t log_of(uint32_t number)
{
    return (int64_t)floorl(log2l(number) * (1 << 27));
}

uint32_t rate_of(const struct slow_desk *desk, int rep, const struct slow_lead *lead)
{
    const struct config_rep *rules = desk->reps[rep].rules;
    for (uint32_t i = 0; i < rules->rate_count; i++) {
        if (strcmp(rules->rates[i].queue, lead->queue) == 0)
            return rules->rates[i].rate;
    }
    uint32_t rate = lead->require_count == 0 ? 50 : levels_of(desk, rep, lead) * 10 / lead->require_count;
    return rate == 0 ? 1 : rate;
}

/* When a lead of value 1 would have to come to be worth as much; without decay the logarithm of the value. */
static int64_t standing_of(const struct slow_desk *desk, const struct slow_lead *lead)
{
    const struct config_queue *queue = queue_of(desk, lead);
    int64_t log = log_of(lead->value), half_life_ms = queue ? queue->half_life_ms : 0;
    return half_life_ms == 0 ? log : (int64_t)lead->received_ms + half_life_ms * log / (1 << 27);
}

bool waits_before(const struct slow_desk *desk, const struct slow_lead *a, const struct slow_lead *b)
{
    if (a->priority != b->priority || !ranks_pairs(desk, a) || standing_of(desk, a) == standing_of(desk, b))
        return lead_before(desk, a, b);
    return standing_of(desk, a) > standing_of(desk, b);
}

int64_t worth_of(const struct slow_desk *desk, const struct slow_lead *lead, int rep)
{
    const struct config_queue *queue = queue_of(desk, lead);
    int64_t worth = standing_of(desk, lead);
    if (queue && queue->half_life_ms > 0) {
        int64_t scaled = (worth - (int64_t)desk->now_ms) * (1 << 27), half_life_ms = queue->half_life_ms;
        worth = scaled / half_life_ms - (scaled % half_life_ms < 0);
    }
    return worth + log_of(rate_of(desk, rep, lead));
}

uint32_t value_by(const struct config_rule *rule, const struct core_command *command)
{
    if (!rule->value_from)
        return rule->value == 0 ? 1 : rule->value;
    const char *text = command->publish.read_field(command->publish.fields, rule->value_from);
    char *end;
    long number = text ? strtol(text, &end, 10) : 0;
    if (!text || *text == '\0' || *end != '\0' || number < 1)
        return 1;
    return number > CONFIG_VALUE_MAX ? CONFIG_VALUE_MAX : (uint32_t)number;
}
