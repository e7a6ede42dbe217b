/* SPDX-License-Identifier: Apache-2.0
 *
 * net_totals - what the ZeroMQ edge has counted since it was opened. Threads: the owner of the net.
 */
#ifndef NET_TOTALS_H
#define NET_TOTALS_H

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
/* "busy", "not_yours"; never NULL. */
const char *net_status_word(unsigned status);

#endif
