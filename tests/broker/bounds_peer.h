/* SPDX-License-Identifier: Apache-2.0
 *
 * bounds_peer - what tests of the broker's bounds do again and again: large leads, working leads off, asking how near a
 * bound is. Assertions are cmocka's.
 */
#ifndef BOUNDS_PEER_H
#define BOUNDS_PEER_H

#include "raw_peer.h"

struct bound_seen { uint64_t used, max, refused_total; bool is_shut; };
struct desk_seen { uint64_t open, published, completed, busy_total, handshakes_failed, silent_cut; };

/* A lead "ID-NUMBER" of about this many bytes; gives the status of its reply, whose retry hint must be there if it is busy. */
Leadwire__V1__Status bounds_peer_publish(struct raw_peer *publisher, const char *id, uint32_t number, size_t size);
/* The rep accepts and completes so many leads. */
void bounds_peer_work_off(struct raw_peer *rep, uint32_t count);
/* Asks the broker of this run directory. */
struct bound_seen bounds_peer_ask(const char *run_dir, const char *bound);
struct desk_seen bounds_peer_ask_desk(const char *run_dir);
/* The same in a session of a tool that there is, where there may be no other. */
struct bound_seen bounds_peer_read(struct raw_peer *control, const char *bound);

#endif
