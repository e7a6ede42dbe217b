/* SPDX-License-Identifier: Apache-2.0
 *
 * slow_proxy - a process between a client and a Redis that holds each piece of Redis' answers back for a while.
 */
#ifndef SLOW_PROXY_H
#define SLOW_PROXY_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

struct slow_proxy {
    char socket[128];                /* where clients connect: one at a time */
    _Atomic uint32_t *delay_ms;      /* may be set at any time; for what comes from then on */
    pid_t pid;
};

/* In front of the Redis of that socket; directory: for its own. Aborts on failure. */
void slow_proxy_open(struct slow_proxy *proxy, const char *directory, const char *redis_socket);
void slow_proxy_close(struct slow_proxy *proxy);

#endif
