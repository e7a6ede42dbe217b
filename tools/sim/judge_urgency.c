/* SPDX-License-Identifier: Apache-2.0 */
#include "judge_urgency.h"

#include <stdlib.h>
#include <string.h>

enum { PARTS_BITS = 20 };   /* of a point */

/* NULL: the desk does not weigh. */
static const struct config_order *order_of(const struct core_config *rules, const char *queue)
{
    for (uint32_t i = 0; i < rules->queue_count; i++) {
        if (strcmp(rules->queues[i].name, queue) == 0 && rules->queues[i].order)
            return rules->queues[i].order;
    }
    return rules->order;
}

/* Working time before then: all intervals up to it, and everything behind the last. */
static uint64_t worked_ms(const struct core_config *rules, const struct config_order *order, uint64_t at_ms)
{
    for (uint32_t t = 0; t < rules->team_count; t++) {
        const struct config_team *team = &rules->teams[t];
        uint64_t sum_ms = 0;
        if (strcmp(team->name, order->hours_of) != 0)
            continue;
        for (uint32_t i = 0; i < team->open_count; i++) {
            uint64_t until_ms = at_ms < team->open[i].close_ms ? at_ms : team->open[i].close_ms;
            sum_ms += until_ms > team->open[i].open_ms ? until_ms - team->open[i].open_ms : 0;
        }
        uint64_t last_ms = team->open[team->open_count - 1].close_ms;
        return sum_ms + (at_ms > last_ms ? at_ms - last_ms : 0);
    }
    return at_ms;
}

/* time * points / per, in parts of a point, rounded down: bit by bit, as the product does not fit into 64. */
static int64_t earned(uint64_t time_ms, uint32_t points, uint64_t per_ms)
{
    uint64_t result = time_ms / per_ms * points, rest = time_ms % per_ms * points;
    result += rest / per_ms;
    rest %= per_ms;
    for (int bit = 0; bit < PARTS_BITS; bit++) {
        rest *= 2;
        result = result * 2 + rest / per_ms;
        rest %= per_ms;
    }
    return (int64_t)result;
}

static int64_t by_waiting(const struct core_config *rules, const struct config_order *order, uint64_t at_ms)
{
    uint64_t worked = worked_ms(rules, order, at_ms);
    int64_t slack = order->service_level_ms != 0 ? earned(worked, order->slack, order->service_level_ms) : 0;
    return slack + earned(worked, order->age, 3600000);
}

static bool is_over_cap(const struct core_config *rules, const struct config_order *order, uint64_t now_ms, const struct waiting_lead *lead)
{
    return order->age_cap_ms != 0 && worked_ms(rules, order, now_ms) - worked_ms(rules, order, lead->from_ms) >= order->age_cap_ms;
}

static int64_t urgency_of(const struct core_config *rules, const struct config_order *order, uint64_t now_ms, const struct waiting_lead *lead)
{
    int64_t parts = (int64_t)order->priority * lead->priority << PARTS_BITS;
    parts += ((int64_t)order->value * lead->value << PARTS_BITS) / 1000;
    return parts + by_waiting(rules, order, now_ms) - by_waiting(rules, order, lead->from_ms);
}

bool judge_goes_before(const struct core_config *rules, uint64_t now_ms, const struct waiting_lead *a, const struct waiting_lead *b)
{
    const struct config_order *order_a = order_of(rules, a->queue), *order_b = order_of(rules, b->queue);
    int64_t urgency_a = a->priority, urgency_b = b->priority;
    if (order_a) {
        bool over_a = is_over_cap(rules, order_a, now_ms, a), over_b = is_over_cap(rules, order_b, now_ms, b);
        if (over_a != over_b)
            return over_a;
        if (over_a)
            return a->from_ms != b->from_ms ? a->from_ms < b->from_ms : a->number < b->number;
        urgency_a = urgency_of(rules, order_a, now_ms, a);
        urgency_b = urgency_of(rules, order_b, now_ms, b);
    }
    if (a->ahead != b->ahead)
        return a->ahead > b->ahead;
    if (urgency_a != urgency_b)
        return urgency_a > urgency_b;
    return a->received_ms != b->received_ms ? a->received_ms < b->received_ms : a->number < b->number;
}

uint32_t judge_value(const struct config_rule *rule, const char *text)
{
    long long value = rule->value_from ? (text ? atoll(text) : 1) : rule->value;
    return value < 1 ? 1 : value > CONFIG_VALUE_MAX ? CONFIG_VALUE_MAX : (uint32_t)value;
}
