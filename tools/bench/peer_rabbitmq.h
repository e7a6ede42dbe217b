/* SPDX-License-Identifier: Apache-2.0
 *
 * peer_rabbitmq - the lead life of floor, done by RabbitMQ: a quorum queue (of one member) for each skill, which all its reps consume.
 *
 * A life is basic.publish of a persistent message, its confirm, a delivery within the rep's prefetch, an acknowledgement, which nobody
 * confirms. Nobody chooses a rep. The Raft log of quorum queues is synced before a confirm.
 */
#ifndef PEER_RABBITMQ_H
#define PEER_RABBITMQ_H

#include "bench_machine.h"
#include "peer_work.h"

/* Debian's package unpacked, with Erlang, in $LEADWIRE_RABBITMQ, or installed; false: there is none. */
bool peer_rabbitmq_is_there(void);
void peer_rabbitmq_version(char version[BENCH_VERSION_MAX]);
/* merged: what came to a rep together is acknowledged by one frame, else each lead by its own. */
struct peer_result peer_rabbitmq_run(bool merged, uint32_t seconds);

#endif
