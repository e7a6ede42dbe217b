/* SPDX-License-Identifier: Apache-2.0
 *
 * overload_publisher - a process of publishers that do not wait: they send what is due whatever was answered, keep no credit,
 * come again with nothing, and lose what their connections have no room for. They note what the broker said to each lead.
 */
#ifndef OVERLOAD_PUBLISHER_H
#define OVERLOAD_PUBLISHER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "log_histogram.h"

enum { OVERLOAD_CONNECTIONS = 8 };

/* Shared between the processes; the bench steers, the publishers count. */
struct overload_board {
    char publish[160];              /* address */
    uint64_t first;                 /* the number of the first lead */
    _Atomic uint32_t rate;          /* leads/s of all connections together */
    _Atomic uint32_t stop;
    uint8_t *accepted;              /* by lead number: how often "accepted" was said of it, up to 255 */
    _Atomic uint64_t offered;       /* leads that were due */
    _Atomic uint64_t unsent;        /* of these, what found no room in its connection */
    _Atomic uint64_t accepted_count, busy, unhinted;   /* unhinted: busy without the time after which to come again */
    _Atomic uint64_t wrong;         /* any other answer, or a session that ended */
    struct log_histogram answered_us;   /* from publishing a lead to "accepted" */
};

/* For bench_fork: argument is the board. Once stopped it listens until all is answered, or nothing came for 5 s. */
int overload_publisher(void *board);

#endif
