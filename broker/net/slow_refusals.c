/* SPDX-License-Identifier: Apache-2.0 */
#include "slow_refusals.h"

bool slow_refusals_put(struct slow_refusals *refusals, uint64_t route, uint64_t now_ms)
{
    if (refusals->count == SLOW_REFUSALS_MAX)
        return false;
    uint32_t at = (refusals->first + refusals->count++) % SLOW_REFUSALS_MAX;
    refusals->items[at].route = route;
    refusals->items[at].due_ms = now_ms + SLOW_REFUSAL_MS;
    return true;
}

bool slow_refusals_has(const struct slow_refusals *refusals, uint64_t route)
{
    for (uint32_t i = 0; i < refusals->count; i++)
        if (refusals->items[(refusals->first + i) % SLOW_REFUSALS_MAX].route == route)
            return true;
    return false;
}

bool slow_refusals_take(struct slow_refusals *refusals, uint64_t now_ms, uint64_t *route_out)
{
    if (slow_refusals_wait_ms(refusals, now_ms) != 0)
        return false;
    *route_out = refusals->items[refusals->first].route;
    refusals->first = (refusals->first + 1) % SLOW_REFUSALS_MAX;
    refusals->count--;
    return true;
}

uint64_t slow_refusals_wait_ms(const struct slow_refusals *refusals, uint64_t now_ms)
{
    if (refusals->count == 0)
        return UINT64_MAX;
    uint64_t due_ms = refusals->items[refusals->first].due_ms;
    return due_ms > now_ms ? due_ms - now_ms : 0;
}
