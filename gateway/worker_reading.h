/* SPDX-License-Identifier: Apache-2.0
 *
 * worker_reading - what a worker's /metrics say of its channels: how contacts ended, and what it keeps for the broker. docs/METRICS.md has the
 * names. Threads: any.
 */
#ifndef WORKER_READING_H
#define WORKER_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { READING_ERRORS_MAX = 24, READING_REASON_MAX = 31 };

struct worker_reading {
    struct { char reason[READING_REASON_MAX + 1]; uint64_t count; } errors[READING_ERRORS_MAX];   /* since its start, those that happened */
    uint32_t error_count;
    uint64_t errors_total, came_total;   /* came: contacts, however they ended */
    uint64_t held, aside;               /* contacts that wait for the broker; of them, or messages, set aside for a person to look at */
    uint64_t spool_bytes, spool_max_bytes;   /* max 0: it has no spool */
    int64_t oldest_ms;                  /* how long the first of held has waited; 0: not known */
    bool broker_away;
};

/* False, and nothing is known: it is no such text. */
bool worker_reading_parse(const char *text, size_t size, struct worker_reading *out);
/* "nearly_full", "aside", "waiting": the gravest that people should look at; "": nothing. */
const char *worker_reading_alarm(const struct worker_reading *reading);

#endif
