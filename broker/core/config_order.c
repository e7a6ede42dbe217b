/* SPDX-License-Identifier: Apache-2.0 */
#include "config_order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_parts.h"
#include "policy.h"

lw_status core_config_set_order(struct core_config *config, struct config_queue *queue, const struct config_order *order)
{
    struct config_order **place = queue ? &queue->order : &config->order;
    struct config_order *copy = malloc(sizeof *copy);
    char *hours_of = config_copy_text(order->hours_of ? order->hours_of : "");
    if (!copy || !hours_of) {
        free(copy);
        free(hours_of);
        return LW_NO_MEMORY;
    }
    config_order_free(*place);
    *copy = *order;
    copy->hours_of = hours_of;
    *place = copy;
    return LW_OK;
}

void config_order_free(struct config_order *order)
{
    if (!order)
        return;
    free(order->hours_of);
    free(order);
}

/* ---- what is wrong ------------------------------------------------------------------- */

static bool team_has_hours(const struct core_config *config, const char *name)
{
    for (uint32_t i = 0; i < config->team_count; i++) {
        if (strcmp(config->teams[i].name, name) == 0)
            return config->teams[i].open_count > 0;
    }
    return false;
}

/* queue "": the desk. */
static bool order_problem(const struct core_config *config, const struct config_order *order, const char *queue, char *reason, size_t size)
{
    char who[LW_NAME_MAX + 16] = "the desk";
    if (queue[0] != '\0')
        snprintf(who, sizeof who, "queue '%s'", queue);
    if (order->priority > CONFIG_WEIGH_MAX || order->slack > CONFIG_WEIGH_MAX || order->value > CONFIG_WEIGH_MAX || order->age > CONFIG_WEIGH_MAX)
        snprintf(reason, size, "%s: a term of urgency must be at most %d points", who, CONFIG_WEIGH_MAX);
    else if (order->service_level_ms != 0 && (order->service_level_ms < 1000 || order->service_level_ms > CONFIG_SERVICE_LEVEL_MAX_MS))
        snprintf(reason, size, "%s: a service level must be 1 second to 30 days", who);
    else if (order->age_cap_ms != 0 && (order->age_cap_ms < 1000 || order->age_cap_ms > CONFIG_SERVICE_LEVEL_MAX_MS))
        snprintf(reason, size, "%s: an age cap must be 1 second to 30 days", who);
    else if (order->hours_of[0] != '\0' && !team_has_hours(config, order->hours_of))
        snprintf(reason, size, "%s: waiting counts in the hours of team '%.*s', which has none", who, LW_NAME_MAX, order->hours_of);
    else
        return false;
    return true;
}

static bool ranks_pairs(const char *policy)
{
    const struct policy *found = policy_find(policy);
    return found && found->ranks_pairs;
}

/* Both say which lead goes first. */
static bool pairs_problem(const struct core_config *config, char *reason, size_t size)
{
    bool ranks = ranks_pairs(config->policy);
    for (uint32_t i = 0; i < config->queue_count; i++)
        ranks |= ranks_pairs(config->queues[i].policy);
    if (ranks)
        snprintf(reason, size, "policy best_pair and urgency both say which lead goes first: a desk may have one of them");
    return ranks;
}

bool config_order_problem(const struct core_config *config, char *reason, size_t size)
{
    if (config->order && order_problem(config, config->order, "", reason, size))
        return true;
    for (uint32_t i = 0; i < config->queue_count; i++) {
        const struct config_queue *queue = &config->queues[i];
        if (queue->order && !config->order) {
            snprintf(reason, size, "queue '%s' says what makes leads urgent, and the desk does not for the others", queue->name);
            return true;
        }
        if (queue->order && order_problem(config, queue->order, queue->name, reason, size))
            return true;
    }
    return config->order && pairs_problem(config, reason, size);
}

/* ---- bytes --------------------------------------------------------------------------- */

static void put_order(struct byte_buffer *out, const struct config_order *order)
{
    byte_buffer_put_u8(out, order != NULL);
    if (!order)
        return;
    const uint32_t numbers[] = {order->priority, order->slack, order->value, order->age, order->service_level_ms, order->age_cap_ms};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        byte_buffer_put_varint(out, numbers[i]);
    byte_buffer_put_text(out, order->hours_of);
}

static bool read_order(struct byte_reader *in, struct core_config *config, struct config_queue *queue)
{
    char hours_of[CONFIG_TEXT_MAX + 1];
    struct config_order order = {.hours_of = hours_of};
    uint32_t *const numbers[] = {&order.priority, &order.slack, &order.value, &order.age, &order.service_level_ms, &order.age_cap_ms};
    if (byte_reader_u8(in) == 0)
        return !in->failed;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        *numbers[i] = (uint32_t)byte_reader_varint_max(in, UINT32_MAX);
    byte_reader_text(in, hours_of, sizeof hours_of);
    return !in->failed && core_config_set_order(config, queue, &order) == LW_OK;
}

void config_order_put(struct byte_buffer *out, const struct core_config *config)
{
    put_order(out, config->order);
    for (uint32_t i = 0; i < config->queue_count; i++)
        put_order(out, config->queues[i].order);
}

bool config_order_read(struct byte_reader *in, struct core_config *config)
{
    bool good = read_order(in, config, NULL);
    for (uint32_t i = 0; good && i < config->queue_count; i++)
        good = read_order(in, config, &config->queues[i]);
    return good;
}
