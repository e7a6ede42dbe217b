/* SPDX-License-Identifier: Apache-2.0 */
#include "floor.h"
#include "growth.h"

struct growth_curve growth_desk_curves[GROWTH_DESK_CURVES] = {
    {.name = "subscribers", .grows = "subscribers of events", .of = "a desk end to end, everysec", .p50_of = "us, p50 from publishing to the offer, 2,000/s",
     .at = {0, 1, 10, 30, 100}, .points = 5},
};

void growth_desks_measure(const struct growth_effort *effort)
{
    struct growth_curve *curve = &growth_desk_curves[0];
    for (uint32_t round = 0; growth_has(effort, curve) && round < effort->rounds; round++) {
        for (uint32_t i = 0; i < curve->points; i++) {
            uint32_t point = round % 2 == 0 ? i : curve->points - 1 - i;
            struct floor_result result = floor_ours_watched("everysec", (uint32_t)curve->at[point], effort->seconds);
            curve->rounds[point][round] = (struct growth_figures){.lives_per_s = result.lives_per_s, .p50_us = result.p50_us};
        }
    }
}
