/* SPDX-License-Identifier: Apache-2.0
 *
 * turn_times - how long turns of the broker's loop took while it served: who comes meanwhile waits so long.
 * Threads: one owner.
 */
#ifndef TURN_TIMES_H
#define TURN_TIMES_H

#include "log_histogram.h"

enum { TURN_LONG_US = 5000, TURN_RECENT_US = 60 * 1000 * 1000 };

/* All zero: no turn yet. */
struct turn_times {
    struct log_histogram now, before;      /* of this minute and of the one before */
    uint64_t minute_began_us, count, long_count, max_us, long_cpu_count, max_cpu_us;
};

struct turn_figures {
    uint64_t count, long_count, max_us;    /* since the broker serves; long: more than TURN_LONG_US */
    uint64_t long_cpu_count, max_cpu_us;   /* the same by CPU time: what is long and not here the machine kept waiting */
    uint64_t recent_p99_us, recent_max_us; /* of the last one to two minutes */
};

void turn_times_add(struct turn_times *times, uint64_t now_us, uint64_t took_us, uint64_t cpu_us);
struct turn_figures turn_times_read(const struct turn_times *times);

#endif
