/* SPDX-License-Identifier: Apache-2.0
 *
 * http_slots - the connections of an HTTP door: a bounded number, found by their bufferevent, and in order of how long each has
 * waited for a request.
 *
 * Each holds one reference to its bufferevent, so that one that evhttp has freed is still there to be seen.
 * Threads: one owner.
 */
#ifndef HTTP_SLOTS_H
#define HTTP_SLOTS_H

#include <event2/bufferevent.h>
#include <leadwire/status.h>
#include <stdbool.h>
#include <stdint.h>

#include "index_table.h"

struct http_slot {
    struct bufferevent *connection;   /* NULL: free */
    uint64_t deadline_ms;             /* 0: a request is being answered, or it is ending */
    bool ending;                      /* it was told to go, and its bufferevent is not freed yet */
    struct http_slot *older, *newer;  /* among those that wait; in a free one `newer` is the next free one */
    struct http_slot *next_new;       /* among those taken in this turn of the loop */
};

struct http_slots {
    struct http_slot *items;
    uint32_t max, free_count;
    struct http_slot *free;
    struct http_slot waiting;         /* its newer is the oldest, its older the newest */
    struct http_slot *first_new;
    struct index_table by_connection;
};

/* Errors: LW_NO_MEMORY; finish it all the same. Requires max > 0. Stays where it is until the end. */
LW_MUST_CHECK lw_status http_slots_init(struct http_slots *slots, uint32_t max);
void http_slots_fini(struct http_slots *slots);   /* zeroed: accepted */

/* Waits for a request from now on. NULL when none is free. */
struct http_slot *http_slots_take(struct http_slots *slots, struct bufferevent *connection, uint64_t deadline_ms);
/* One that was taken since it was last asked, each once; NULL: no more. All must have been given before any is freed. */
struct http_slot *http_slots_next_new(struct http_slots *slots);
void http_slots_free(struct http_slots *slots, struct http_slot *slot);
/* NULL if there is none. */
struct http_slot *http_slots_find(const struct http_slots *slots, const struct bufferevent *connection);
/* A request is being answered; no deadline. */
void http_slots_answer(struct http_slot *slot);
/* The next request is awaited, or the end: the newest of those that wait. */
void http_slots_wait(struct http_slots *slots, struct http_slot *slot, uint64_t deadline_ms);
/* The one that waits longest; NULL if none waits. */
struct http_slot *http_slots_oldest(struct http_slots *slots);
/* Waits no longer, and keeps its slot until it is freed. */
void http_slots_end(struct http_slot *slot);

#endif
