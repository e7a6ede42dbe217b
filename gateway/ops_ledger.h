/* SPDX-License-Identifier: Apache-2.0
 *
 * ops_ledger - GET /api/v1/ops/ledger: who had how much of what policy `weighted` deals out.
 *
 *   {"in_use", "given_units", "rows": [{"rep", "share", "present", "owed_hundredths", "place"}]}
 *
 * The rows are as in the broker's LedgerReply; who manages one team sees those of its reps, with the place that they have among all.
 * Threads: one owner, that of the event base.
 */
#ifndef OPS_LEDGER_H
#define OPS_LEDGER_H

#include "ops_feed.h"
#include "request_guard.h"

/* Answers the call, later. */
void ops_ledger_tell(struct ops_feed *feed, const struct request *request);

#endif
