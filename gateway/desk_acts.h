/* SPDX-License-Identifier: Apache-2.0
 *
 * desk_acts - what a rep does on the page, as JSON, to their session at the broker.
 *
 *   POST /api/v1/desk/ACT  {"page": ..., "key": ..., ...}  ->  {"outcome": "accepted"|"not_yours"|..., "reason": ...}
 *
 * 409 when another page has the desk, 504 with outcome "unknown" when the broker did not answer in time: ask again with the same
 * key. docs/GATEWAY.md has the members of each act.
 * Threads: one owner, that of the event base.
 */
#ifndef DESK_ACTS_H
#define DESK_ACTS_H

#include "rep_desks.h"
#include "request_guard.h"

/* Answers the call, now or later. */
void desk_act_handle(struct rep_desks *desks, const struct request *request, enum desk_act_kind kind);

#endif
