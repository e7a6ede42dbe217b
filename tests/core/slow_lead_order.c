/* SPDX-License-Identifier: Apache-2.0
 *
 * Which of the waiting leads comes first, and among which it is counted.
 */
#include "slow_desk_internal.h"

#include <string.h>

#include "judge_urgency.h"

static struct waiting_lead waiting(const struct slow_desk *desk, const struct slow_lead *lead)
{
    uint64_t from_ms = lead->woken_ms > lead->received_ms ? lead->woken_ms : lead->received_ms;
    return (struct waiting_lead){lead->queue, lead->priority, lead->value, lead->received_ms, from_ms, lead->id.number,
                                 slow_ahead(desk, lead)};
}

bool lead_before(const struct slow_desk *desk, const struct slow_lead *a, const struct slow_lead *b)
{
    struct waiting_lead first = waiting(desk, a), second = waiting(desk, b);
    return judge_goes_before(desk->rules, desk->now_ms, &first, &second);
}

/* Some rep may have only so many of it. */
static bool is_capped(const struct slow_desk *desk, const char *source)
{
    for (uint32_t i = 0; i < desk->rules->rep_count; i++) {
        const struct config_caps *caps = desk->rules->reps[i].caps;
        for (uint32_t k = 0; caps && k < caps->source_count; k++) {
            if (strcmp(caps->sources[k].source, source) == 0)
                return true;
        }
    }
    return false;
}

bool same_requirements(const struct slow_desk *desk, const struct slow_lead *a, const struct slow_lead *b)
{
    if (prefers(a) || prefers(b))
        return prefers(a) && prefers(b) && a->preferred == b->preferred;
    if (slow_place(desk, a) != slow_place(desk, b))
        return false;
    if (strcmp(a->source, b->source) != 0 && (is_capped(desk, a->source) || is_capped(desk, b->source)))
        return false;
    if (a->channel != b->channel || is_call(a) != is_call(b) || strcmp(a->queue, b->queue) != 0 || a->require_count != b->require_count ||
        a->team_count != b->team_count || a->own_teams != b->own_teams || a->prefer_count != b->prefer_count)
        return false;
    for (uint32_t i = 0; i < a->prefer_count; i++) {
        bool found = false;
        for (uint32_t k = 0; k < b->prefer_count; k++)
            found |= strcmp(a->prefer[i], b->prefer[k]) == 0 && a->prefer_level[i] == b->prefer_level[k];
        if (!found)
            return false;
    }
    for (uint32_t i = 0; i < a->team_count; i++) {
        bool found = false;
        for (uint32_t k = 0; k < b->team_count; k++)
            found |= strcmp(a->teams[i], b->teams[k]) == 0;
        if (!found)
            return false;
    }
    for (uint32_t i = 0; i < a->require_count; i++) {
        bool found = false;
        for (uint32_t k = 0; k < b->require_count; k++)
            found |= strcmp(a->require[i], b->require[k]) == 0 && a->require_level[i] == b->require_level[k];
        if (!found)
            return false;
    }
    return true;
}
