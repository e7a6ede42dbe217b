/* SPDX-License-Identifier: Apache-2.0
 *
 * health_loop - a process's health (health.h) on its libevent loop: a timer that shows that the loop turns, and tells.
 * Threads: one owner, that of the event base.
 */
#ifndef HEALTH_LOOP_H
#define HEALTH_LOOP_H

#include <event2/event.h>

#include "health.h"

/* Writes the metrics. Returns why the process is not ready, NULL when it is; borrowed until the next call. */
typedef const char *health_writer(void *context, struct byte_buffer *out);

struct health_loop {
    struct health *health;
    struct event *tick;
    health_writer *write;
    void *context;
};

/* listen NULL: nothing is watched. Errors, logged; close it all the same: LW_INVALID, LW_IO, LW_NO_MEMORY. */
LW_MUST_CHECK lw_status health_loop_open(struct health_loop *loop, struct event_base *base, const char *listen, health_writer *write, void *context);
void health_loop_close(struct health_loop *loop);   /* zeroed: accepted */

#endif
