/* SPDX-License-Identifier: Apache-2.0
 *
 * floor_broker - a leadwire-broker at work for a bench, and where it listens. What goes wrong ends the bench.
 */
#ifndef FLOOR_BROKER_H
#define FLOOR_BROKER_H

#include <stdint.h>
#include <sys/types.h>

enum { FLOOR_ADDRESS_SIZE = 160 };
/* TCP on loopback, plain or with a CURVE key for each client. */
enum floor_way { FLOOR_BY_IPC, FLOOR_BY_TCP, FLOOR_BY_CURVE };

struct floor_broker {
    const char *dir;           /* of Redis, which listens there already; for the log and the keys */
    const char *run_dir, *desk;
    const char *durability;    /* "memory": without Redis */
    enum floor_way way;
    uint32_t reps, leads_max;  /* who has a secret or a key, 0: BENCH_REPS; 0: the broker's own bound */
};

/* Once its control address is there. */
pid_t floor_broker_start(const struct floor_broker *place);
/* name: "publish" or "reps". From the broker's status file, once it is there: "reps tcp://127.0.0.1:4711". */
void floor_broker_address(const struct floor_broker *place, const char *name, char out[FLOOR_ADDRESS_SIZE]);

#endif
