/* SPDX-License-Identifier: Apache-2.0
 *
 * growth - how figures change as one thing grows and all else stays: the curves of bench growth. Points of a curve take turns.
 */
#ifndef GROWTH_H
#define GROWTH_H

#include <stdbool.h>
#include <stdint.h>

#include "plot_page.h"

enum { GROWTH_POINTS_MAX = 6, GROWTH_ROUNDS_MAX = 8 };

/* Figures that a curve does not have are 0. */
struct growth_figures { double lives_per_s, p50_us, memory_bytes; };

struct growth_curve {
    const char *name, *grows, *of;        /* of: what is measured */
    const char *p50_of;                   /* NULL: no p50 */
    const char *memory_of;                /* NULL: no memory */
    double at[GROWTH_POINTS_MAX];
    uint32_t points;
    struct growth_figures rounds[GROWTH_POINTS_MAX][GROWTH_ROUNDS_MAX];
};

struct growth_effort {
    const char *only;          /* the curve of this name alone; NULL: all */
    uint32_t rounds, seconds;  /* seconds: a point and round end to end */
    uint64_t lives;            /* a point and round of the core */
};

/* Whether the effort is for this curve. */
bool growth_has(const struct growth_effort *effort, const struct growth_curve *curve);

enum { GROWTH_CORE_CURVES = 5, GROWTH_DESK_CURVES = 3 };
/* The core alone, lives a second of CPU: reps, skill sets, waiting leads, payload; all but the last at once. */
extern struct growth_curve growth_core_curves[GROWTH_CORE_CURVES];
void growth_core_measure(const struct growth_effort *effort);
/* End to end, with brokers and a Redis at everysec: subscribers of events; desks; reps, skill sets and waiting leads at once. */
extern struct growth_curve growth_desk_curves[GROWTH_DESK_CURVES];
void growth_desks_measure(const struct growth_effort *effort);

#endif
