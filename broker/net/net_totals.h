/* SPDX-License-Identifier: Apache-2.0
 *
 * net_totals - what the ZeroMQ edge has counted since it was opened. Threads: the owner of the net.
 */
#ifndef NET_TOTALS_H
#define NET_TOTALS_H

#include <stdbool.h>
#include <stdint.h>

#include "net.h"

enum { NET_STATUSES = 15 };   /* of leadwire.v1.Status, by number; one that is new counts as the last */

struct net_totals {
    uint64_t publisher_answers[NET_STATUSES], rep_answers[NET_STATUSES];
    uint64_t refused_frames;
    uint64_t held_bytes;       /* frames that wait for the store */
    uint32_t publishers, reps, controls;   /* sessions */
};

void net_totals_read(const struct net *net, struct net_totals *out);
/* How near a bound is; docs/OPERATIONS.md has the table of them. max 0: there is none. */
struct net_bound {
    const char *name;
    uint64_t used, max, refused_total;
    /* refused_total: of the window of ids those that were forgotten before their time */
    bool is_shut;              /* who comes next is told busy, or cut */
};
enum { NET_BOUNDS_MAX = 16 };
/* Returns how many there are. */
uint32_t net_bounds_read(const struct net *net, struct net_bound bounds[NET_BOUNDS_MAX]);

/* "busy", "not_yours"; never NULL. */
const char *net_status_word(unsigned status);

#endif
