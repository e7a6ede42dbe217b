/* SPDX-License-Identifier: Apache-2.0
 *
 * Which of the waiting leads comes first, and among which it is counted.
 */
#include "slow_desk_internal.h"

#include <string.h>

bool lead_before(const struct slow_lead *a, const struct slow_lead *b)
{
    if (a->priority != b->priority)
        return a->priority > b->priority;
    if (a->received_ms != b->received_ms)
        return a->received_ms < b->received_ms;
    return a->id.number < b->id.number;
}

bool same_requirements(const struct slow_lead *a, const struct slow_lead *b)
{
    if (prefers(a) || prefers(b))
        return prefers(a) && prefers(b) && a->preferred == b->preferred;
    if (a->channel != b->channel || is_call(a) != is_call(b) || strcmp(a->queue, b->queue) != 0 || a->require_count != b->require_count ||
        a->team_count != b->team_count || a->prefer_count != b->prefer_count)
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
