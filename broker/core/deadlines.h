/* SPDX-License-Identifier: Apache-2.0
 *
 * deadlines - what falls due. Inside broker/core only.
 */
#ifndef DEADLINES_H
#define DEADLINES_H

struct core;

/* Bits of timer orders: timers of one moment fire reps first, then the desk's, then limits of teams, then their hours, then leads. */
enum { ORDER_IS_DESK = 60, ORDER_IS_LIMIT = 61, ORDER_IS_TEAM = 62, ORDER_IS_LEAD = 63 };

/* False: more are due than a step handles. */
bool deadlines_run(struct core *core);

#endif
