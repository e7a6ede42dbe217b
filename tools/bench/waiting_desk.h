/* SPDX-License-Identifier: Apache-2.0
 *
 * waiting_desk - a desk with very many leads that wait, for benches: a private Redis, a broker, leads that nobody takes.
 */
#ifndef WAITING_DESK_H
#define WAITING_DESK_H

#include <leadwire/publisher.h>
#include <stdint.h>
#include <sys/types.h>

enum { WAITING_IN_FLIGHT = 1024 };

struct waiting_desk {
    char dir[64], run_dir[96], secrets[96], redis[128], log[96], program[512], endpoint[128], leads_max[16];
    const char *durability;
};

/* Errors end the bench. With room for 1,000 leads more: those that show that it serves. */
void waiting_desk_make(struct waiting_desk *desk, const char *durability, uint32_t leads);
pid_t waiting_desk_start_broker(const struct waiting_desk *desk, uint32_t checkpoint_ms);   /* 0: its default */
struct lw_publisher *waiting_desk_open_publisher(const struct waiting_desk *desk);
void waiting_desk_wait(const struct lw_publisher *publisher);
/* On standard error, each 100,000. */
void waiting_desk_progress(const char *what, uint64_t before, uint64_t done);
/* Publishes leads 0 to leads - 1. */
void waiting_desk_load(const struct waiting_desk *desk, uint32_t leads);

#endif
