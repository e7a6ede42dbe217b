/* SPDX-License-Identifier: Apache-2.0
 *
 * peer_nats - the lead life of floor, done by NATS JetStream: a work-queue stream in a file, a consumer for each skill, whose
 * messages go to the reps of the skill in a queue group.
 *
 * A life is a publish, its acknowledgement by the stream, a delivery, an acknowledgement by the rep, which nobody confirms. JetStream answers
 * before its file is synced, which it does every two minutes.
 */
#ifndef PEER_NATS_H
#define PEER_NATS_H

#include "bench_machine.h"
#include "peer_work.h"

/* $LEADWIRE_NATS_SERVER, or nats-server from PATH; false: there is none. */
bool peer_nats_is_there(void);
void peer_nats_version(char version[BENCH_VERSION_MAX]);
struct peer_result peer_nats_run(uint32_t seconds);

#endif
