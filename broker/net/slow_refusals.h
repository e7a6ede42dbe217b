/* SPDX-License-Identifier: Apache-2.0
 *
 * slow_refusals - answers to wrong secrets, told a little later.
 *
 * Until a connection has its refusal, whatever else it says is ignored, and only so many wait at a
 * time: that bounds how fast secrets can be tried, whoever tries, without locking out anybody's name.
 * Threads: one owner.
 */
#ifndef SLOW_REFUSALS_H
#define SLOW_REFUSALS_H

#include <stdbool.h>
#include <stdint.h>

enum { SLOW_REFUSALS_MAX = 256, SLOW_REFUSAL_MS = 250 };

struct slow_refusals {
    struct { uint64_t route; uint64_t due_ms; } items[SLOW_REFUSALS_MAX];
    uint32_t first, count;
};

/* False when too many wait: then there is no answer. */
bool slow_refusals_put(struct slow_refusals *refusals, uint64_t route, uint64_t now_ms);
bool slow_refusals_has(const struct slow_refusals *refusals, uint64_t route);
/* Takes the next that is due. */
bool slow_refusals_take(struct slow_refusals *refusals, uint64_t now_ms, uint64_t *route_out);
/* UINT64_MAX: none waits. */
uint64_t slow_refusals_wait_ms(const struct slow_refusals *refusals, uint64_t now_ms);

#endif
