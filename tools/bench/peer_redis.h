/* SPDX-License-Identifier: Apache-2.0
 *
 * peer_redis - the lead life of floor, done by Redis alone: publish, confirmed, delivered to a rep with the skill, acknowledged.
 *
 *   streams   a stream for each skill, all reps of the skill in its consumer group. Nobody chooses: whoever asks first
 *             gets it
 *   lua       a script that gives each lead to the least loaded rep of its skill with room, and one that completes
 *             it and hands on what waits
 *
 * The drivers do what ours do: one publisher with a window, 50 reps with a connection each, replies and requests in batches; a command for each
 * lead that is completed, as a rep completes one after the other.
 */
#ifndef PEER_REDIS_H
#define PEER_REDIS_H

#include "bench_machine.h"
#include "peer_work.h"

/* MERGED: what a rep read at once is acknowledged by one command. */
enum peer_redis { PEER_STREAMS, PEER_STREAMS_MERGED, PEER_LUA };

void peer_redis_version(char version[BENCH_VERSION_MAX]);
struct peer_result peer_redis_run(enum peer_redis peer, const char *fsync, uint32_t seconds);

#endif
