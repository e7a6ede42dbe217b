/* SPDX-License-Identifier: Apache-2.0
 *
 * soak_rig - a broker, a private Redis that rewrites its append-only file as Redis does by itself, and 50 reps, for benches that
 * let them work for long. Errors end the bench.
 */
#ifndef SOAK_RIG_H
#define SOAK_RIG_H

#include <stddef.h>

#include "soak_clients.h"
#include "soak_watch.h"

struct control_client;

struct soak_rig {
    char dir[64], run_dir[96], redis_socket[96];
    struct soak_board *board;
    struct soak_watch *watch;
    struct control_client *control;
    pid_t redis, broker, reps, publisher;   /* publisher: 0 when it has ended */
    uint64_t published, completed, open;    /* as the broker last told */
};

/* Zeroed memory that processes forked from now on share. It takes memory only where it is written. */
void *soak_map_shared(size_t size);

/* Starts all of them; the publisher goes flat out. durability: of broker and Redis. is_calm: of the reps, who then note what they complete (soak_clients.h). broker_options: more of them, NULL-ended. */
void soak_rig_open(struct soak_rig *rig, const char *durability, bool is_calm, const char *const *broker_options);
void soak_rig_close(struct soak_rig *rig);
/* Asks the broker ten times a second meanwhile. */
void soak_rig_run_for(struct soak_rig *rig, uint64_t ms);
/* Lives a second, over so long after a time to get warm; the publisher is to go flat out. */
double soak_rig_find_maximum(struct soak_rig *rig, uint64_t warm_ms, uint64_t ms);
void soak_rig_stop_publisher(struct soak_rig *rig);
/* After it was stopped: it goes on where it was. */
void soak_rig_start_publisher(struct soak_rig *rig);
/* Waits until no lead is open. False: some did not end; up to 20 of them are named on standard error. */
bool soak_rig_drain(struct soak_rig *rig);

#endif
