/* SPDX-License-Identifier: Apache-2.0
 *
 * ops_workers - how the desk's workers are, asked each few seconds at their health addresses: the broker sees what they published, and
 * neither what they refused nor what they keep on disk while it is away, when it could be told nothing.
 * Threads: one owner, that of the event base.
 */
#ifndef OPS_WORKERS_H
#define OPS_WORKERS_H

#include <event2/event.h>
#include <jansson.h>
#include <leadwire/status.h>
#include <stdint.h>

enum { OPS_WORKERS_MAX = 16, OPS_WORKER_EVERY_S = 5 };

struct ops_worker_address {
    const char *name, *host;       /* host: an IP address */
    uint16_t port;
};

struct ops_worker;   /* opaque */

struct ops_workers {
    struct ops_worker *first[OPS_WORKERS_MAX];
    uint32_t count;
    struct event *timer;
};

/* Copies the addresses. *workers must stay where it is. Errors; close it all the same: LW_NO_MEMORY. */
LW_MUST_CHECK lw_status ops_workers_open(struct ops_workers *workers, struct event_base *base, const struct ops_worker_address *addresses, uint32_t count);
void ops_workers_close(struct ops_workers *workers);   /* zeroed: accepted */
/* [{worker, state, since_unix_ms, came_hour, errors_hour, errors, held, oldest_ms, aside, spool_percent, alarm}], as docs/GATEWAY.md has it. A new reference. */
json_t *ops_workers_json(const struct ops_workers *workers, int64_t now_ms);

#endif
