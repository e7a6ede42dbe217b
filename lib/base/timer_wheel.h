/* SPDX-License-Identifier: Apache-2.0
 *
 * timer_wheel - many deadlines, exact to the millisecond, in a fixed order.
 *
 * Hierarchical wheel (Varghese & Lauck 1987): 64 slots a level, occupancy
 * bits, set and cancel O(1). Timers fire ordered by (deadline, order), whatever
 * order they were set in: a wheel rebuilt from records fires as the one before.
 * Times are uint64 milliseconds on the caller's clock, which never goes back.
 * A deadline at or before the wheel's current time fires at current time + 1
 * (ordered by the deadline given), so a handler that sets a timer cannot starve
 * the loop.
 * Nothing is allocated. The wheel holds pointers into itself: it must not be
 * moved or copied. Threads: one owner.
 */
#ifndef TIMER_WHEEL_H
#define TIMER_WHEEL_H

#include <stdbool.h>
#include <stdint.h>

enum { TIMER_WHEEL_LEVELS = 11, TIMER_WHEEL_SLOTS = 64 };   /* 66 bits: any uint64 deadline */

struct timer_node {
    struct timer_node *next, *prev;   /* NULL: not set */
    uint64_t deadline_ms;
    uint64_t order;                   /* breaks ties between equal deadlines; unique among live timers */
};

struct timer_wheel {
    uint64_t now_ms;
    uint64_t count;
    uint64_t occupied[TIMER_WHEEL_LEVELS];
    struct timer_node slots[TIMER_WHEEL_LEVELS][TIMER_WHEEL_SLOTS];  /* list heads */
    struct timer_node due;            /* sorted, ready to be taken */
};

void timer_wheel_init(struct timer_wheel *wheel, uint64_t now_ms);
/* node zeroed or not set. order must be unique among set timers of equal deadline (assert).
 * The wheel's time must be below UINT64_MAX. */
void timer_wheel_set(struct timer_wheel *wheel, struct timer_node *node, uint64_t deadline_ms, uint64_t order);
/* Cancels if set; a node that is not set is accepted. */
void timer_wheel_cancel(struct timer_wheel *wheel, struct timer_node *node);
bool timer_wheel_is_set(const struct timer_node *node);
/* Moves time to now_ms at most and takes the earliest due timer (deadline <= now_ms), ordered by
 * (deadline, order); NULL if none is due: only then has the wheel's time reached now_ms.
 * Call until NULL, or stop early and go on later with the same or a later now_ms. */
struct timer_node *timer_wheel_take(struct timer_wheel *wheel, uint64_t now_ms);
/* A time at which to take next, no later than the next timer fires; UINT64_MAX when none is set.
 * Exact when both lie in the same aligned 64 ms; else it may be early, and a take then, which may
 * give NULL, brings the next answer closer: at most TIMER_WHEEL_LEVELS early ones per timer. */
uint64_t timer_wheel_next_ms(const struct timer_wheel *wheel);

#endif
