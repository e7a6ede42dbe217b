/* SPDX-License-Identifier: Apache-2.0
 *
 * team_limits - how many leads of a day a whole team gets at most: a number, and a part of all that the desk takes in.
 * Inside broker/core only.
 *
 * Of a team with daily_cap C and daily_share P, in the day of its time zone: counted is how many leads were assigned to its
 * reps, each time one is; open is how many are offered to them or ring now; taken_in is how many leads the desk took in. Its reps
 * may be offered another one while counted + open < C, and while (counted + open + 1) * 100 <= P * taken_in.
 *
 * What is full is so as the last change of the counts, or the day's beginning, left it. A team that becomes full, or ceases to
 * be, costs a look at each of its reps: they cease, or begin, to be ready.
 */
#ifndef TEAM_LIMITS_H
#define TEAM_LIMITS_H

#include "core.h"
#include "record.h"
#include "timer_wheel.h"

struct core;
struct lead;
struct rep;

/* Bits of team_limit.full; beside those of cap_kind in history_entry.full. */
enum team_limit_kind { TEAM_AT_CAP = 4, TEAM_AT_SHARE = 8 };

struct team_limit {
    const struct config_team *rules;       /* NULL while restoring */
    uint32_t team;                         /* names */
    uint32_t index;                        /* in core->team_limits */
    uint32_t counted, taken_in, open;
    uint64_t counted_ms;                   /* counted and taken_in are of the day of this moment */
    uint64_t revision;
    uint8_t full;                          /* bits of team_limit_kind */
    struct rep **reps;                     /* of the rules; owned */
    uint32_t rep_count;
    struct timer_node timer;               /* when the next day begins */
};

/* Takes the limits over from the rules; what counted under the same goes on. Before reps are linked, while none is ready. */
void team_limits_link(struct core *core);
/* Whose rep is whose, and what is full. After each rep has its team, while none is ready. */
void team_limits_link_reps(struct core *core);
void team_limits_fini(struct core *core);

/* The desk took in a lead. */
void team_limits_note_taken_in(struct core *core);
/* A rep of such a team is offered this lead, or no longer: +1, -1. The rep may be ready. */
void team_limits_note_offered(struct core *core, struct team_limit *limit, const struct lead *lead, int change);
/* A lead that was not assigned to a rep of the team is with them: was_offered: as it was before, in another state. */
void team_limits_note_move(struct core *core, struct team_limit *limit, const struct lead *lead, bool was_offered);
/* Its day is over. */
void team_limits_due(struct core *core, struct team_limit *limit);

/* Bits of team_limit_kind; 0 for reps of other teams. */
uint8_t team_limit_full(const struct rep *rep);
/* "40 a day for team agency": the limit (one bit, or none) that kept the rep, who was so, from every lead; false: none. */
bool team_limit_explain(const struct rep *rep, uint32_t full, char *detail, size_t detail_size);

/* For records, and nothing else: the index-th; false: there is none, or nothing counted. */
bool team_limit_image_fill(const struct core *core, uint32_t index, struct team_image *image);
LW_MUST_CHECK lw_status team_limit_restore(struct core *core, const struct team_image *image);

#endif
