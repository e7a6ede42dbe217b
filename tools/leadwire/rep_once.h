/* SPDX-License-Identifier: Apache-2.0
 *
 * rep_once - what a rep has before them now, as one JSON object: for scripts. Threads: one owner.
 *
 *   {"rep": ..., "state": ..., "capacity": N, "offers": [...], "leads": [...], "pullable": [...], "choices": {...}, "day": {...}}
 */
#ifndef REP_ONCE_H
#define REP_ONCE_H

#include <jansson.h>

#include "rep_desk.h"

struct rep_once { json_t *offers, *leads, *pullable, *choices, *day; bool is_done; };

/* False without memory. */
bool rep_once_init(struct rep_once *once);
void rep_once_fini(struct rep_once *once);
/* Notes what an event told; asks for the shared list once all else was told. is_done: there is all of it. */
void rep_once_take(struct rep_once *once, struct rep_desk *desk, const struct lw_rep_event *event);
/* False when standard output does not take it. */
bool rep_once_print(const struct rep_once *once, const struct rep_desk *desk);

#endif
