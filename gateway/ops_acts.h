/* SPDX-License-Identifier: Apache-2.0
 *
 * ops_acts - what managers do with leads and reps. Each is a line of the log with who did it, and the broker keeps it with the lead.
 *
 *   POST /api/v1/ops/lead  {"lead_id", "act": "release"|"take_back"|"assign"|"hold"|"prioritise"|"cancel", "reason", "rep", "until_unix_ms", "priority"}
 *   POST /api/v1/ops/rep   {"rep", "state": "available"|"break"|"offline", "reason"}
 *   POST /api/v1/ops/source {"source", "pause", "reason"}
 *
 * Who manages one team acts on its reps, and on the leads that these have now: takes them back, or gives them to another of the team.
 * Threads: one owner, that of the event base.
 */
#ifndef OPS_ACTS_H
#define OPS_ACTS_H

#include "ops_feed.h"
#include "request_guard.h"

/* Answer the call, now or later. */
void ops_act_on_lead(struct ops_feed *feed, const struct request *request);
void ops_act_on_rep(struct ops_feed *feed, const struct request *request);
void ops_act_on_source(struct ops_feed *feed, const struct request *request);   /* of no team: refused to who manages one */

#endif
