/* SPDX-License-Identifier: Apache-2.0
 *
 * ops_story - one lead: how it is now, what was decided about it and why, what managers did, and its events as far as they are kept here.
 *
 *   GET /api/v1/ops/lead?id=LEAD
 *
 * Who sees one team gets it while the team has the lead, or had it lately; of others it then says nothing. Nothing in it is personal but
 * the words of declines and acts. Threads: one owner, that of the event base.
 */
#ifndef OPS_STORY_H
#define OPS_STORY_H

#include "ops_feed.h"
#include "request_guard.h"

/* Answers the call, now or later. */
void ops_story_tell(struct ops_feed *feed, const struct request *request);

#endif
