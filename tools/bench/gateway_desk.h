/* SPDX-License-Identifier: Apache-2.0
 *
 * gateway_desk - the desk of the gateway's bench: a private Redis (fsync always), a broker with many reps, and leadwire-gateway, which
 * has one core to itself where there are two; all else shares the others.
 */
#ifndef GATEWAY_DESK_H
#define GATEWAY_DESK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { GATEWAY_REPS_MAX = 4000 };

struct gateway_desk {
    char dir[64], run_dir[80], redis_socket[96];
    pid_t redis, broker, gateway;
    uint16_t port;
    bool has_own_core;
};

/* Rep r, "rep0" and so on, has the skill "sN" of N = r % BENCH_SKILLS; a user of the same name works as it and is signed in by the
 * header X-Bench-User. */
void gateway_desk_start(struct gateway_desk *desk, uint32_t reps);
void gateway_desk_stop(struct gateway_desk *desk);
/* Resident memory of the gateway's process, bytes. */
uint64_t gateway_desk_rss(const struct gateway_desk *desk);

#endif
