/* SPDX-License-Identifier: Apache-2.0
 *
 * rep_day - how a rep's day goes, as that rep is told: their numbers, their place in the fair share, and why leads of the
 * last half hour, and those that wait now, were not theirs.
 *
 * Nothing in it says what a colleague had: not who got a lead, nor what they were ranked by. Work: as core_explain_rep.
 * Threads: none.
 */
#ifndef REP_DAY_H
#define REP_DAY_H

#include "arena.h"
#include "core.h"
#include "wire.h"

enum {
    REP_DAY_LOOKS_BACK_MS = 30 * 60 * 1000,
    REP_DAY_WHYS_MAX = 32,          /* of each list: what is beyond is left out */
};

/* Fills all but request_id, which borrows from rep and lives in the arena. False: no such rep is in the rules. */
bool rep_day_fill(struct core *core, const char *rep, uint64_t now_ms, struct arena *arena, Leadwire__V1__DayReply *reply);

#endif
