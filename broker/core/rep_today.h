/* SPDX-License-Identifier: Apache-2.0
 *
 * rep_today - how a rep's day went, in numbers. They decide nothing and are in no record: what another process counted is
 * not in them. Inside broker/core only.
 */
#ifndef REP_TODAY_H
#define REP_TODAY_H

#include "core.h"

struct core;

struct rep_today {
    uint64_t day_ms;                       /* core.day_ms of what is counted; another by now: nothing is */
    uint32_t offered, accepted, declined, missed, completed;
};

/* A lead of the rep (by number; 0: nobody) was offered, accepted, declined, completed, or its offer expired. Any other cause counts
 * as nothing. */
void rep_today_count(struct core *core, uint32_t rep, enum core_cause what);

#endif
