/* SPDX-License-Identifier: Apache-2.0
 *
 * broker_watch - what a broker tells of itself over HTTP (health.h): its metrics, and whether it serves. Without --health nothing of this
 * runs. docs/OPERATIONS.md lists the metrics. Threads: the broker's.
 */
#ifndef BROKER_WATCH_H
#define BROKER_WATCH_H

#include <leadwire/lead.h>

#include "broker.h"
#include "health.h"
#include "metrics.h"

enum { BROKER_WATCH_CAUSES = 256 };

struct broker_watch {
    struct health *health;             /* NULL: nobody asked for it */
    const struct broker *broker;       /* whose claim is being served */
    struct metric_histogram turns, offers[LW_CHANNEL_COUNT], touches[LW_CHANNEL_COUNT];
    uint64_t events[BROKER_WATCH_CAUSES];   /* by core_cause */
    uint64_t turn_began_us;
    struct byte_buffer queues;         /* their samples as read last: with many waiting leads that takes a while */
    uint64_t queues_due_us;
};

/* listen NULL: nothing is watched. Errors with why (HEALTH_WHY_MAX) in words, as health_open. */
LW_MUST_CHECK lw_status broker_watch_open(struct broker_watch *watch, const char *listen, char *why);
void broker_watch_close(struct broker_watch *watch);
/* After broker_open, each time. */
void broker_watch_attach(struct broker_watch *watch, struct broker *broker);
/* Before and after each turn. */
void broker_watch_begin(struct broker_watch *watch);
void broker_watch_end(struct broker_watch *watch, struct broker *broker);

#endif
