/* SPDX-License-Identifier: Apache-2.0
 *
 * Which of the reps who may take a lead comes first.
 */
#include "slow_desk_internal.h"

#include <string.h>

const char *policy_of(const struct slow_desk *desk, const struct slow_lead *lead)
{
    for (uint32_t i = 0; i < desk->rules->queue_count; i++) {
        if (strcmp(desk->rules->queues[i].name, lead->queue) == 0 && desk->rules->queues[i].policy[0] != '\0')
            return desk->rules->queues[i].policy;
    }
    return desk->rules->policy;
}

uint32_t levels_of(const struct slow_desk *desk, int rep, const struct slow_lead *lead)
{
    uint32_t levels = 0;
    for (uint32_t i = 0; i < lead->require_count; i++) {
        for (uint32_t k = 0; k < desk->reps[rep].rules->skill_count; k++) {
            const struct config_skill_level *has = &desk->reps[rep].rules->skills[k];
            levels += strcmp(desk->rules->skills[has->skill], lead->require[i]) == 0 ? has->level : 0;
        }
    }
    return levels;
}

static uint32_t preferences_met(const struct slow_desk *desk, int rep, const struct slow_lead *lead)
{
    uint32_t met = 0;
    if (ranks_pairs(desk, lead))
        return 0;   /* what a rep is good for stands in the rates */
    for (uint32_t i = 0; i < lead->prefer_count; i++) {
        for (uint32_t k = 0; k < desk->reps[rep].rules->skill_count; k++) {
            const struct config_skill_level *has = &desk->reps[rep].rules->skills[k];
            met += strcmp(desk->rules->skills[has->skill], lead->prefer[i]) == 0 && has->level >= lead->prefer_level[i];
        }
    }
    return met;
}

/* The rep whom the queue's round robin served last; -1. */
static int turn_of(const struct slow_desk *desk, const struct slow_lead *lead)
{
    for (int i = 0; i < desk->turn_count; i++) {
        if (strcmp(desk->turns[i].queue, lead->queue) == 0)
            return desk->turns[i].rep;
    }
    return -1;
}

static bool is_due(const struct slow_desk *desk, int rep)
{
    return desk->reps[rep].account * sum_shares(desk) < (desk->total + 65536) * desk->reps[rep].share;
}

bool rep_before(const struct slow_desk *desk, const struct slow_lead *lead, int a, int b)
{
    const char *policy = policy_of(desk, lead);
    int turn = turn_of(desk, lead);
    if (slow_has_room(desk, a, lead) != slow_has_room(desk, b, lead))
        return slow_has_room(desk, a, lead);
    if (preferences_met(desk, a, lead) != preferences_met(desk, b, lead))
        return preferences_met(desk, a, lead) > preferences_met(desk, b, lead);
    if (strcmp(policy, "round_robin") == 0)
        return (a > turn) != (b > turn) ? a > turn : a < b;
    if (strcmp(policy, "weighted") == 0) {
        int64_t end_a = (desk->reps[a].account + 65536) * desk->reps[b].share, end_b = (desk->reps[b].account + 65536) * desk->reps[a].share;
        if (is_due(desk, a) != is_due(desk, b))
            return is_due(desk, a);
        if (end_a != end_b)
            return end_a < end_b;
    }
    uint64_t share_a = (uint64_t)load_of(desk, a) * desk->reps[b].rules->capacity;
    uint64_t share_b = (uint64_t)load_of(desk, b) * desk->reps[a].rules->capacity;
    if ((strcmp(policy, "least_loaded") == 0 || strcmp(policy, "broadcast") == 0) && share_a != share_b)
        return share_a < share_b;
    if (strcmp(policy, "most_skilled") == 0 && levels_of(desk, a, lead) != levels_of(desk, b, lead))
        return levels_of(desk, a, lead) > levels_of(desk, b, lead);
    if (strcmp(policy, "top_down") == 0 && desk->reps[a].rules->tier != desk->reps[b].rules->tier)
        return desk->reps[a].rules->tier < desk->reps[b].rules->tier;
    if (strcmp(policy, "best_pair") == 0 && rate_of(desk, a, lead) != rate_of(desk, b, lead))
        return rate_of(desk, a, lead) > rate_of(desk, b, lead);
    if (desk->reps[a].idle_since_ms != desk->reps[b].idle_since_ms)
        return desk->reps[a].idle_since_ms < desk->reps[b].idle_since_ms;
    return a < b;
}

void charge(struct slow_desk *desk, struct slow_lead *lead)
{
    if (strcmp(policy_of(desk, lead), "weighted") != 0)
        return;
    lead->charged = lead->weight;
    desk->given += lead->charged;
    desk->reps[lead->rep].account += (int64_t)lead->charged * 65536;
    if (sum_shares(desk) > 0)
        desk->total += (int64_t)lead->charged * 65536;
}

void note_offer(struct slow_desk *desk, struct slow_lead *lead, int rep)
{
    int at = 0;
    charge(desk, lead);
    if (strcmp(policy_of(desk, lead), "round_robin") != 0)
        return;
    while (at < desk->turn_count && strcmp(desk->turns[at].queue, lead->queue) != 0)
        at++;
    desk->turn_count += at == desk->turn_count;
    strcpy(desk->turns[at].queue, lead->queue);
    desk->turns[at].rep = rep;
}
