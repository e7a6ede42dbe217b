/* SPDX-License-Identifier: Apache-2.0
 *
 * health - how a process is, over HTTP, for whoever watches it:
 *
 *   /livez     200 while the process's loop turns, 503 when it has not for stall_ms: start it again
 *   /readyz    200 while it can do its work, else 503 and why: it will be well again by itself, or its log says what to do
 *   /metrics   Prometheus' text: what the process told last, and what the kernel tells about it
 *
 * The listener has a thread and an event loop of its own and answers from what the process's loop told it last: a scrape never
 * delays the loop, and a loop that stands still is seen. No more is shared than that text, behind a lock that the loop only tries.
 *
 * A process without a listener has NULL for a health: every function takes it and does nothing.
 * Threads: one owner, that of the loop.
 */
#ifndef HEALTH_H
#define HEALTH_H

#include <leadwire/status.h>
#include <stdbool.h>
#include <stdint.h>

#include "byte_buffer.h"

struct health;   /* opaque */

enum { HEALTH_WHY_MAX = 200, HEALTH_TEXT_MAX = 4 * 1024 * 1024, HEALTH_EVERY_MS = 1000, HEALTH_STALL_MS = 10 * 1000 };

struct health_options {
    const char *listen;     /* "127.0.0.1:9470", "[::1]:0", "unix:PATH"; borrowed */
    uint32_t stall_ms;      /* the loop calls health_turn more often than this; 0: HEALTH_STALL_MS */
};

/* Until the first health_tell the process is not ready: "starting". Errors with *why (HEALTH_WHY_MAX) in words: LW_INVALID, LW_IO,
 * LW_NO_MEMORY. */
LW_MUST_CHECK lw_status health_open(const struct health_options *options, struct health **out, char *why);
void health_close(struct health **health);   /* NULL accepted */
/* 0: a unix socket, or no listener. */
uint16_t health_port(const struct health *health);

/* The loop turns. True once in HEALTH_EVERY_MS: then write the metrics to health_text and tell. */
bool health_turn(struct health *health, uint64_t monotonic_ms);
/* When the loop must turn again at the latest; UINT64_MAX without a listener. */
uint64_t health_next_ms(const struct health *health);
/* An empty buffer to write metrics to, until health_tell. */
struct byte_buffer *health_text(struct health *health);
/* not_ready: why, or NULL when ready. No personal data. What did not fit the buffer is not told, the reason is. */
void health_tell(struct health *health, const char *not_ready);

#endif
