/* SPDX-License-Identifier: Apache-2.0
 *
 * core_curves - how lives per second and the time of a deciding step change as reps, classes and backlog grow: what grows
 * tenfold must not cost tenfold. The points of a curve take turns in one process, so that what happens to the machine
 * meanwhile happens to all of them.
 */
#ifndef CORE_CURVES_H
#define CORE_CURVES_H

#include <stdint.h>

enum { CORE_CURVES = 4, CORE_CURVE_POINTS_MAX = 4 };

/* By point of the curve. */
struct core_curve_figure { double lives_per_s[CORE_CURVE_POINTS_MAX], p99_us[CORE_CURVE_POINTS_MAX]; };

/* So many lives at each point, in turns, after as many that fill the floor. Aborts without memory. */
void core_curves_measure(struct core_curve_figure out[CORE_CURVES], uint64_t lives);
void core_curves_print(const struct core_curve_figure figures[CORE_CURVES]);
/* , "curves": {...} */
void core_curves_print_json(const struct core_curve_figure figures[CORE_CURVES]);

#endif
