/* SPDX-License-Identifier: Apache-2.0
 *
 * broker_options - what leadwire-broker is told on its command line. leadwire-broker(8) describes it.
 * Secrets come from files only. Threads: one owner.
 */
#ifndef BROKER_OPTIONS_H
#define BROKER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "core.h"
#include "net.h"
#include "store.h"

enum broker_action { BROKER_SERVE, BROKER_CHECK, BROKER_HELP, BROKER_VERSION, BROKER_MISUSED };

struct broker_options {
    enum broker_action action;
    bool is_ephemeral, is_standby;
    int ready_fd;                 /* -1: none */
    const char *run_dir;
    const char *health;           /* where /livez, /readyz, /metrics are served; NULL: nowhere */
    struct store_options store;   /* owner and endpoint are the texts below */
    struct net_options net;
    struct core_limits limits;
    char owner[320], endpoint[320], redis_hosts[STORE_ADDRESSES_MAX][256];
    char why[256];                /* misused: what is wrong */
};

/* Borrows argv. Never fails: what is wrong is the action BROKER_MISUSED. */
void broker_options_read(struct broker_options *options, int argc, char **argv);
/* No more connections than this many descriptors (0: not known) can hold. */
void broker_options_fit_descriptors(struct broker_options *options, uint64_t descriptors);
extern const char broker_usage[];

#endif
