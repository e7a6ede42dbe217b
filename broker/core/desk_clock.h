/* SPDX-License-Identifier: Apache-2.0
 *
 * desk_clock - desk time: unix milliseconds that only move forward.
 *
 * Starts at max(last journaled desk time, wall clock), follows the monotonic
 * clock and slews towards the wall clock by at most DESK_CLOCK_SLEW_PPT parts
 * per thousand; never a jump, whatever the wall clock does. It stands still
 * while stalled (commits do not get through): an outage is nobody's miss.
 * Pure: the caller reads the clocks. Threads: one owner.
 */
#ifndef DESK_CLOCK_H
#define DESK_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

enum { DESK_CLOCK_SLEW_PPT = 50 };   /* 5 %: an hour of error is gone in 20 hours */

struct desk_clock {
    uint64_t desk_ms, mono_ms;
    uint64_t slew_rest;       /* thousandths of a millisecond not yet used */
    bool stalled;
};

void desk_clock_start(struct desk_clock *clock, uint64_t last_desk_ms, int64_t wall_ms, uint64_t mono_ms);
uint64_t desk_clock_now(struct desk_clock *clock, int64_t wall_ms, uint64_t mono_ms);
void desk_clock_stall(struct desk_clock *clock, int64_t wall_ms, uint64_t mono_ms);
/* Goes on from where it stood; the gap to the wall clock is slewed away. */
void desk_clock_resume(struct desk_clock *clock, uint64_t mono_ms);

#endif
