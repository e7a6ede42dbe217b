/* SPDX-License-Identifier: Apache-2.0
 *
 * queue_calendar - what happens next: a heap by time, at equal times in the
 * order of noting. Grows with the events that are noted; without memory the
 * program ends. Threads: one owner.
 */
#ifndef QUEUE_CALENDAR_H
#define QUEUE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

enum queue_event_kind { QUEUE_ARRIVAL, QUEUE_HANDLED, QUEUE_PATIENCE_OVER };

struct queue_event {
    double at_s;
    uint64_t order;          /* the calendar's own */
    enum queue_event_kind kind;
    uint32_t slot;           /* of the lead; a later lead may have it by then: */
    uint64_t lead;           /* its number */
};

struct queue_calendar { struct queue_event *heap; uint32_t count, capacity; uint64_t next_order; };

void queue_calendar_init(struct queue_calendar *calendar);
void queue_calendar_fini(struct queue_calendar *calendar);
void queue_calendar_add(struct queue_calendar *calendar, const struct queue_event *event);
/* The next one; false: nothing is noted. */
bool queue_calendar_take(struct queue_calendar *calendar, struct queue_event *out);

#endif
