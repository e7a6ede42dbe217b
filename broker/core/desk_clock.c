/* SPDX-License-Identifier: Apache-2.0 */
#include "desk_clock.h"

void desk_clock_start(struct desk_clock *clock, uint64_t last_desk_ms, int64_t wall_ms, uint64_t mono_ms)
{
    uint64_t wall = wall_ms > 0 ? (uint64_t)wall_ms : 0;
    *clock = (struct desk_clock){.desk_ms = wall > last_desk_ms ? wall : last_desk_ms, .mono_ms = mono_ms};
}

uint64_t desk_clock_now(struct desk_clock *clock, int64_t wall_ms, uint64_t mono_ms)
{
    if (clock->stalled || mono_ms <= clock->mono_ms)
        return clock->desk_ms;

    uint64_t passed_ms = mono_ms - clock->mono_ms;
    uint64_t plain_ms = clock->desk_ms + passed_ms;
    uint64_t wall = wall_ms > 0 ? (uint64_t)wall_ms : 0;
    uint64_t gap_ms = wall > plain_ms ? wall - plain_ms : plain_ms - wall;

    clock->mono_ms = mono_ms;
    clock->slew_rest += passed_ms * DESK_CLOCK_SLEW_PPT;
    uint64_t slew_ms = clock->slew_rest / 1000;
    clock->slew_rest %= 1000;
    if (slew_ms > gap_ms)
        slew_ms = gap_ms;
    clock->desk_ms = wall > plain_ms ? plain_ms + slew_ms : plain_ms - slew_ms;   /* the slew is below what passed: forward still */
    return clock->desk_ms;
}

void desk_clock_stall(struct desk_clock *clock, int64_t wall_ms, uint64_t mono_ms)
{
    desk_clock_now(clock, wall_ms, mono_ms);
    clock->stalled = true;
}

void desk_clock_resume(struct desk_clock *clock, uint64_t mono_ms)
{
    clock->stalled = false;
    clock->mono_ms = mono_ms;
}
