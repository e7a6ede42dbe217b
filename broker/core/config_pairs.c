/* SPDX-License-Identifier: Apache-2.0
 *
 * What policy best_pair reckons with, as the rules say it: rates of reps, values of leads, half-lives of queues.
 */
#include <stdlib.h>
#include <string.h>

#include "config_check.h"
#include "config_parts.h"
#include "policy.h"

lw_status core_config_rep_rate(struct config_rep *rep, const char *queue, uint32_t rate)
{
    if (rate < 1 || rate > CONFIG_RATE_MAX || *queue == '\0' || strlen(queue) > LW_NAME_MAX)
        return LW_INVALID;
    for (uint32_t i = 0; i < rep->rate_count; i++) {
        if (strcmp(rep->rates[i].queue, queue) == 0)
            return LW_DUPLICATE;
    }
    if (rep->rate_count == CONFIG_RATES_MAX)
        return LW_FULL;
    struct config_rate *rates = realloc(rep->rates, (rep->rate_count + 1) * sizeof *rates);
    char *copy = config_copy_text(queue);
    if (rates)
        rep->rates = rates;
    if (!rates || !copy) {
        free(copy);
        return LW_NO_MEMORY;
    }
    rates[rep->rate_count++] = (struct config_rate){copy, rate};
    return LW_OK;
}

lw_status core_config_rule_value_from(struct config_rule *rule, const char *field)
{
    if (*field == '\0' || strlen(field) > CONFIG_TEXT_MAX)
        return LW_INVALID;
    if (rule->value_from)
        return LW_DUPLICATE;
    rule->value_from = config_copy_text(field);
    return rule->value_from ? LW_OK : LW_NO_MEMORY;
}

lw_status config_check_pairs(const struct core_config *config, char *reason, size_t reason_size)
{
    for (uint32_t i = 0; i < config->rule_count; i++) {
        if (config->rules[i].value <= CONFIG_VALUE_MAX)
            continue;
        return config_wrong(reason, reason_size, "rule '%s': value must be 1 to %d", config->rules[i].name, CONFIG_VALUE_MAX);
    }
    for (uint32_t i = 0; i < config->queue_count; i++) {
        const struct config_queue *queue = &config->queues[i];
        if (queue->offer_to == 1 || queue->offer_to > CONFIG_OFFER_TO_MAX)
            return config_wrong(reason, reason_size, "queue '%s': offer_to must be 2 to %d", queue->name, CONFIG_OFFER_TO_MAX);
        if (queue->half_life_ms == 0 || (queue->half_life_ms >= 1000 && queue->half_life_ms <= CONFIG_HALF_LIFE_MAX_MS))
            continue;
        return config_wrong(reason, reason_size, "queue '%s': decay must be 1 s to 24 h", queue->name);
    }
    return LW_OK;
}

static const struct config_queue *find_queue(const struct core_config *config, const char *name)
{
    for (uint32_t i = 0; i < config->queue_count; i++) {
        if (strcmp(config->queues[i].name, name) == 0)
            return &config->queues[i];
    }
    return NULL;
}

uint32_t config_offer_to(const struct core_config *config, const char *name)
{
    const struct config_queue *queue = find_queue(config, name);
    const struct policy *policy = policy_find(queue && queue->policy[0] != '\0' ? queue->policy : config->policy);
    if (!policy || !policy->offers_to_several)
        return 1;
    return queue && queue->offer_to != 0 ? queue->offer_to : CONFIG_OFFER_TO_DEFAULT;
}
