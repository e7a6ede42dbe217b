/* SPDX-License-Identifier: Apache-2.0 */
#include "core_config.h"

#include <stdlib.h>
#include <string.h>

#include "config_nobody.h"
#include "config_opening.h"
#include "config_order.h"
#include "config_parts.h"
#include "config_refusals.h"

struct core_config *core_config_new(const char *desk)
{
    struct core_config *config = calloc(1, sizeof *config);
    if (!config)
        return NULL;
    *config = (struct core_config){
        .desk = config_copy_text(desk),
        .policy = config_copy_text("least_loaded"),
        .channels = {
            [LW_CHANNEL_PHONE] = {true, 3, 50, 15000, 600000, 10000, 25000, false, 0, 0, 0},
            [LW_CHANNEL_WEB] = {true, 1, 0, 45000, 4 * 3600000, 0, 25000, false, 0, 0, 0},
            [LW_CHANNEL_EMAIL] = {true, 1, 0, 60000, 8 * 3600000, 0, 25000, false, 0, 0, 0},
        },
        .grace_ms = 15000, .park_limit_ms = 48 * 3600000, .park_nudge_ms = 24 * 3600000, .work_limit_ms = 24 * 3600000,
        .retry_same_rep_ms = 120000, .offers_max = 12, .misses_to_away = 3, .transfer_for_ms = 600000,
        .refusals = {.retry_factor = 2, .retry_max_ms = 3600000}, .call_backs = {.most = 10},
    };
    if (!config->desk || !config->policy) {
        core_config_free(config);
        return NULL;
    }
    return config;
}

void core_config_free(struct core_config *config)
{
    if (!config)
        return;
    for (uint32_t i = 0; i < config->skill_count; i++)
        free(config->skills[i]);
    for (uint32_t i = 0; i < config->rep_count; i++) {
        free(config->reps[i].name);
        free(config->reps[i].team);
        free(config->reps[i].device);
        for (uint32_t k = 0; k < config->reps[i].rate_count; k++)
            free(config->reps[i].rates[k].queue);
        free(config->reps[i].rates);
        config_caps_free(config->reps[i].caps);
    }
    for (uint32_t i = 0; i < config->rule_count; i++)
        config_rule_fini(&config->rules[i]);
    for (uint32_t i = 0; i < config->disposition_count; i++)
        free(config->dispositions[i].code);
    for (uint32_t i = 0; i < config->queue_count; i++) {
        free(config->queues[i].name);
        free(config->queues[i].policy);
        config_order_free(config->queues[i].order);
    }
    free(config->queues);
    config_order_free(config->order);
    for (uint32_t i = 0; i < config->team_count; i++) {
        free(config->teams[i].name);
        free(config->teams[i].open);
        free(config->teams[i].days);
    }
    free(config->teams);
    free(config->skills);
    free(config->reps);
    free(config->rules);
    free(config->dispositions);
    free(config->desk);
    free(config->people.owner_from);
    free(config->policy);
    config_refusals_fini(&config->refusals);
    config_nobody_fini(&config->nobody_there);
    config_opening_fini(&config->opening);
    free(config);
}

lw_status core_config_set_owner_from(struct core_config *config, const char *field)
{
    char *copy = NULL;
    if (strlen(field) > CONFIG_TEXT_MAX)
        return LW_INVALID;
    if (field[0] != '\0' && !(copy = config_copy_text(field)))
        return LW_NO_MEMORY;
    free(config->people.owner_from);
    config->people.owner_from = copy;
    return LW_OK;
}

lw_status core_config_set_policy(struct core_config *config, const char *policy)
{
    char *copy = config_copy_text(policy);
    if (!copy)
        return LW_NO_MEMORY;
    free(config->policy);
    config->policy = copy;
    return LW_OK;
}

lw_status core_config_add_skill(struct core_config *config, const char *name)
{
    uint32_t index;
    if (config_find_skill(config, name, &index))
        return LW_DUPLICATE;
    if (config->skill_count == CONFIG_SKILLS_MAX)
        return LW_FULL;
    char **skills = config_grown(config->skills, config->skill_count, CONFIG_SKILLS_MAX, sizeof *skills);
    char *copy = config_copy_text(name);
    if (skills)
        config->skills = skills;
    if (!skills || !copy) {
        free(copy);
        return LW_NO_MEMORY;
    }
    config->skills[config->skill_count++] = copy;
    return LW_OK;
}

lw_status core_config_add_disposition(struct core_config *config, const char *code, uint8_t class_number)
{
    for (uint32_t i = 0; i < config->disposition_count; i++) {
        if (strcmp(config->dispositions[i].code, code) == 0)
            return LW_DUPLICATE;
    }
    if (config->disposition_count == CONFIG_DISPOSITIONS_MAX)
        return LW_FULL;
    struct config_disposition *items = config_grown(config->dispositions, config->disposition_count, CONFIG_DISPOSITIONS_MAX, sizeof *items);
    char *copy = config_copy_text(code);
    if (items)
        config->dispositions = items;
    if (!items || !copy) {
        free(copy);
        return LW_NO_MEMORY;
    }
    items[config->disposition_count++] = (struct config_disposition){.code = copy, .class_number = class_number, .follow_up = FOLLOW_UP_END};
    return LW_OK;
}

lw_status core_config_add_queue(struct core_config *config, const char *name, const char *policy, struct config_queue **out)
{
    for (uint32_t i = 0; i < config->queue_count; i++) {
        if (strcmp(config->queues[i].name, name) == 0)
            return LW_DUPLICATE;
    }
    if (config->queue_count == CONFIG_QUEUES_MAX)
        return LW_FULL;
    struct config_queue *queues = config_grown(config->queues, config->queue_count, CONFIG_QUEUES_MAX, sizeof *queues);
    if (!queues)
        return LW_NO_MEMORY;
    config->queues = queues;
    struct config_queue *queue = &queues[config->queue_count];
    *queue = (struct config_queue){.name = config_copy_text(name), .policy = config_copy_text(policy)};
    if (!queue->name || !queue->policy) {
        free(queue->name);
        free(queue->policy);
        return LW_NO_MEMORY;
    }
    config->queue_count++;
    *out = queue;
    return LW_OK;
}

lw_status config_know_skill(struct core_config *config, const char *name)
{
    uint32_t index;
    return config_find_skill(config, name, &index) ? LW_OK : core_config_add_skill(config, name);
}

lw_status config_add_level(const struct core_config *config, struct config_skill_level *levels, uint32_t *count, uint32_t max,
                    const char *skill, uint32_t level)
{
    uint32_t index;
    if (level < 1 || level > CONFIG_LEVEL_MAX || !config_find_skill(config, skill, &index))
        return LW_INVALID;
    for (uint32_t i = 0; i < *count; i++) {
        if (levels[i].skill == index)
            return LW_DUPLICATE;
    }
    if (*count == max)
        return LW_FULL;
    levels[(*count)++] = (struct config_skill_level){index, (uint8_t)level};
    return LW_OK;
}

bool config_find_skill(const struct core_config *config, const char *name, uint32_t *index_out)
{
    for (uint32_t i = 0; i < config->skill_count; i++) {
        if (strcmp(config->skills[i], name) == 0) {
            *index_out = i;
            return true;
        }
    }
    return false;
}

/* Room for one more item, doubling at powers of two. NULL without memory; items is then still good. */
void *config_grown(void *items, uint32_t count, uint32_t max, size_t item_size)
{
    if (count > 0 && (count < 8 || (count & (count - 1)) != 0))
        return items;
    uint32_t capacity = count == 0 ? 8 : count * 2;
    return realloc(items, (capacity > max && max >= 8 ? max : capacity) * item_size);
}

char *config_copy_text(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    if (copy)
        memcpy(copy, text, size);
    return copy;
}
