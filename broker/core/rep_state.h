/* SPDX-License-Identifier: Apache-2.0
 *
 * rep_state - every change of a rep. Inside broker/core only.
 */
#ifndef REP_STATE_H
#define REP_STATE_H

#include "rep_table.h"

struct core;

/* Call before any field that decides is changed: keeps the old values for explanations. */
void rep_before_change(struct core *core, struct rep *rep);
/* After changing state, connection, load, capacity or idle time: keeps the ready set true. */
void rep_relink(struct core *core, struct rep *rep);
void rep_set_state(struct core *core, struct rep *rep, enum rep_state state, enum core_cause cause, uint64_t until_ms);
/* Of the supply class that it is now. Out of the trees. */
void rep_join_class(struct core *core, struct rep *rep);
void rep_record(struct core *core, struct rep *rep);
void rep_set_timer(struct core *core, struct rep *rep);
void rep_add_held(struct core *core, struct rep *rep, struct lead *lead);
/* The list alone; the rep's load is the caller's. */
void rep_held_add(struct rep *rep, struct lead *lead);
void rep_held_remove(struct rep *rep, struct lead *lead);
/* goes_idle: the rep's idle time starts now. */
void rep_remove_held(struct core *core, struct rep *rep, struct lead *lead, bool goes_idle);
/* What the rep holds, by lead number (the list's own order depends on the past), NULL-ended; the caller frees it. */
struct lead **rep_held_sorted(const struct rep *rep);
/* Offers and connecting calls go back at once; assigned leads too if return_assigned. */
void rep_return_leads(struct core *core, struct rep *rep, enum core_cause cause, bool return_assigned);
void rep_log_off(struct core *core, struct rep *rep, enum core_cause cause);
void rep_missed(struct core *core, struct rep *rep);
void rep_not_missed(struct core *core, struct rep *rep);
/* In all that is asked of a ready rep but room. */
bool rep_is_at_work(const struct rep *rep);
bool rep_is_ready(const struct rep *rep);
/* Worth a look for matching: has room, or may be interrupted. */
static inline bool rep_may_get(const struct rep *rep)
{
    return rep->is_ready || rep->reserve > 0;
}
void rep_image_fill(const struct core *core, const struct rep *rep, struct rep_image *image);

#endif
