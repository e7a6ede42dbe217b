/* SPDX-License-Identifier: Apache-2.0 */
#include "turn_times.h"

#include <stdbool.h>

void turn_times_add(struct turn_times *times, uint64_t now_us, uint64_t took_us, uint64_t cpu_us)
{
    if (now_us - times->minute_began_us >= TURN_RECENT_US) {
        bool is_next = now_us - times->minute_began_us < 2 * (uint64_t)TURN_RECENT_US;
        times->before = is_next ? times->now : (struct log_histogram){0};
        times->now = (struct log_histogram){0};
        times->minute_began_us = now_us;
    }
    log_histogram_add(&times->now, took_us);
    times->count++;
    times->long_count += took_us > TURN_LONG_US;
    times->max_us = took_us > times->max_us ? took_us : times->max_us;
    times->long_cpu_count += cpu_us > TURN_LONG_US;
    times->max_cpu_us = cpu_us > times->max_cpu_us ? cpu_us : times->max_cpu_us;
}

struct turn_figures turn_times_read(const struct turn_times *times)
{
    struct log_histogram both = times->now;

    both.count += times->before.count;
    both.max = times->before.max > both.max ? times->before.max : both.max;
    for (uint32_t cell = 0; cell < LOG_HISTOGRAM_CELLS; cell++)
        both.cells[cell] += times->before.cells[cell];
    return (struct turn_figures){.count = times->count, .long_count = times->long_count, .max_us = times->max_us, .long_cpu_count = times->long_cpu_count,
                                 .max_cpu_us = times->max_cpu_us,
                                 .recent_p99_us = log_histogram_at(&both, 0.99), .recent_max_us = both.max};
}
