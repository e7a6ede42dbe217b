/* SPDX-License-Identifier: Apache-2.0 */
#include "queue_calendar.h"

#include <assert.h>
#include <stdlib.h>

static bool before(const struct queue_event *a, const struct queue_event *b)
{
    return a->at_s != b->at_s ? a->at_s < b->at_s : a->order < b->order;
}

void queue_calendar_init(struct queue_calendar *calendar)
{
    *calendar = (struct queue_calendar){0};
}

void queue_calendar_fini(struct queue_calendar *calendar)
{
    free(calendar->heap);
    *calendar = (struct queue_calendar){0};
}

void queue_calendar_add(struct queue_calendar *calendar, const struct queue_event *event)
{
    struct queue_event added = *event;
    added.order = calendar->next_order++;
    if (calendar->count == calendar->capacity) {
        calendar->capacity = calendar->capacity > 0 ? calendar->capacity * 2 : 64;
        calendar->heap = realloc(calendar->heap, calendar->capacity * sizeof *calendar->heap);
        assert(calendar->heap);
    }
    uint32_t at = calendar->count++;
    for (; at > 0 && before(&added, &calendar->heap[(at - 1) / 2]); at = (at - 1) / 2)
        calendar->heap[at] = calendar->heap[(at - 1) / 2];
    calendar->heap[at] = added;
}

bool queue_calendar_take(struct queue_calendar *calendar, struct queue_event *out)
{
    if (calendar->count == 0)
        return false;
    *out = calendar->heap[0];
    struct queue_event last = calendar->heap[--calendar->count];
    uint32_t at = 0;
    for (uint32_t child = 1; child < calendar->count; child = 2 * at + 1) {
        if (child + 1 < calendar->count && before(&calendar->heap[child + 1], &calendar->heap[child]))
            child++;
        if (before(&last, &calendar->heap[child]))
            break;
        calendar->heap[at] = calendar->heap[child];
        at = child;
    }
    calendar->heap[at] = last;
    return true;
}
