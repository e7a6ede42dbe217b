/* SPDX-License-Identifier: Apache-2.0
 *
 * peer_beanstalkd - the lead life of floor, done by beanstalkd: a tube for each skill, which all its reps watch.
 *
 * A life is put, INSERTED, RESERVED by a rep, deleted, DELETED. Nobody chooses a rep. A rep holds one lead at a time: a reserve
 * that waits holds up every command behind it on its connection.
 */
#ifndef PEER_BEANSTALKD_H
#define PEER_BEANSTALKD_H

#include "bench_machine.h"
#include "peer_work.h"

/* $LEADWIRE_BEANSTALKD, or beanstalkd from PATH; false: there is none. */
bool peer_beanstalkd_is_there(void);
void peer_beanstalkd_version(char version[BENCH_VERSION_MAX]);
/* fsync_every_ms: 0 is before each answer. */
struct peer_result peer_beanstalkd_run(unsigned fsync_every_ms, uint32_t seconds);

#endif
