/* SPDX-License-Identifier: Apache-2.0
 *
 * desk_day - GET /api/v1/desk/day: a rep's own numbers of today, their place in the fair share, and why leads of late were not theirs.
 *
 *   {"since_unix_ms",
 *    "today": {"on_ms", "busy_ms", "offered", "accepted", "completed", "declined", "missed"},     null: the rules have no such rep
 *    "share": {"share", "present", "owed_hundredths", "place", "of"},                             null: nothing is dealt out by share
 *    "others": [{"at_unix_ms", "queue", "channel", "excluded_by", "detail", "decided_by"}],       decisions for somebody else, newest first
 *    "waiting": [{"excluded_by", "detail", "count"}]}                                             what keeps the rep from leads that wait now
 *
 * Nothing in it says what a colleague had: not who got a lead, not what they were ranked by. It comes from where /ops looks; a gateway whose
 * configuration has no `ops` asks by the rep's own session, which tells it without "on_ms" and "busy_ms", and of "others" without "at_unix_ms",
 * "queue" and "channel", but with a "count". Threads: one owner, that of the event base.
 */
#ifndef DESK_DAY_H
#define DESK_DAY_H

#include "ops_feed.h"
#include "rep_desk.h"
#include "request_guard.h"

enum { DESK_DAY_LOOKS_BACK_MS = 30 * 60 * 1000, DESK_DAY_OTHERS_MAX = 20 };

/* Answers the call, later. */
void desk_day_tell(struct ops_feed *feed, const struct request *request);
/* The same by the session of a desk that is here; NULL: it is not, which is answered so. */
void desk_day_tell_own(struct rep_desk *desk, const struct request *request);

#endif
