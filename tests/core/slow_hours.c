/* SPDX-License-Identifier: Apache-2.0
 *
 * Working hours of teams.
 */
#include "slow_desk_internal.h"

#include <string.h>

bool is_open_at(const struct config_team *team, uint64_t now_ms)
{
    for (uint32_t i = 0; i < team->open_count; i++) {
        if (now_ms < team->open[i].close_ms)
            return now_ms >= team->open[i].open_ms;
    }
    return true;
}

/* When it next opens or closes; behind all it is open for good. */
uint64_t team_deadline(const struct slow_desk *desk, uint32_t team)
{
    const struct config_team *rules = &desk->rules->teams[team];
    for (uint32_t i = 0; i < rules->open_count; i++) {
        if (rules->open[i].close_ms > desk->team_ms[team])
            return desk->open[team] ? rules->open[i].close_ms : rules->open[i].open_ms;
    }
    return UINT64_MAX;
}

bool at_work(const struct slow_desk *desk, const struct slow_rep *rep)
{
    for (uint32_t i = 0; i < desk->rules->team_count; i++) {
        if (strcmp(desk->rules->teams[i].name, rep->rules->team) == 0)
            return desk->open[i];
    }
    return true;
}
