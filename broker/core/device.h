/* SPDX-License-Identifier: Apache-2.0
 *
 * device - what the telephony system says of the devices on which reps' calls ring. Inside broker/core only.
 *
 * A device is free unless it was said to be busy with other calls, or unreachable, for a time: who says no more is believed no
 * longer, so nothing that gets lost keeps a rep from calls for ever. Where it is not free its reps get no calls, and everything
 * else; what they are offered, or what rings, stays with them. Several reps may share one device.
 */
#ifndef DEVICE_H
#define DEVICE_H

#include "core_internal.h"

/* What is said without a time holds so long; what is said for longer, at most so long. */
enum { DEVICE_STATE_MS = 3600000, DEVICE_STATE_MAX_MS = 24 * 3600000 };
/* Bits of history_entry.full, beside those of caps, team limits and openings. */
enum { DEVICE_IS_BUSY = 32, DEVICE_IS_UNREACHABLE = 64 };

static inline bool device_is_taken(const struct rep *rep) { return rep->device_state != DEVICE_FREE; }
/* A call can ring there now. */
static inline bool device_can_ring(const struct rep *rep) { return rep->device != NAME_NONE && !device_is_taken(rep); }
/* The bits above; 0: it is free. */
uint8_t device_full(const struct rep *rep);
/* "busy", "unreachable": by those bits; NULL when none is set. */
const char *device_explain(uint8_t full);

/* New rules: what was said of a rep's former device is forgotten. After each rep has its device, while none is ready. */
void device_link(struct core *core);
/* What was said held until now. */
void device_lapse(struct core *core, struct rep *rep);

#endif
