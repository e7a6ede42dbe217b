/* SPDX-License-Identifier: Apache-2.0
 *
 * floor_judge - says whether what the clients were told (a client_log) and what Redis has (a redis_desk) keep the
 * promises. It asks no broker and knows nothing of the load.
 *
 *   judge_read_log       as the log grows:   one rep at a time, never over capacity, a lead's id for ever the same,
 *                                            one completion, held offers go on under their numbers after a restart
 *   judge_read_redis     while no broker     all that was told is there: leads, ends, who has which; and what was there
 *                        runs:               before is not undone
 *                                            and at the end: a receiver of webhooks was told how each lead ended that it was told
 *                                            of, or that came in calm
 *
 * Violations are printed with the lead and counted; they do not end the test at once.
 */
#ifndef FLOOR_JUDGE_H
#define FLOOR_JUDGE_H

#include "redis_desk.h"

enum { JUDGE_CAPACITY = 4, JUDGE_OFFER_MS = 2000 };   /* of the floor's rules */
/* Contacts whose ids begin so are those that the receiver of webhooks wants. */
#define JUDGE_TOLD_PREFIX "web-"

/* What a violation breaks. */
enum judge_promise { JUDGE_LOST, JUDGE_DOUBLE_OWNED, JUDGE_OVER_CAPACITY, JUDGE_STUCK, JUDGE_OTHER, JUDGE_PROMISES };

struct judge_totals {
    unsigned violations;
    unsigned broken[JUDGE_PROMISES];     /* the same by what they break */
    unsigned leads, ended;               /* leads acknowledged; of these ended, as far as Redis was read */
    unsigned readings;                   /* of Redis */
    unsigned resumed, resumed_late;      /* offers and holdings that went on; whose rep was back too late to say */
    unsigned told;                       /* messages that the receiver of webhooks took */
    unsigned told_in_calm;               /* leads that it had to be told of whatever happened before and after */
    unsigned held_back;                  /* publishes asked while Redis was away, and answered when it was back, or busy */
};

struct judge;

struct judge *judge_new(const char *log_path);
void judge_free(struct judge *judge);
/* What the log has beyond what was read. */
void judge_read_log(struct judge *judge);
/* How many leads' ends the receiver of webhooks has still to be told, if nothing more befalls anybody. Reads the log first. */
unsigned judge_untold(struct judge *judge);
/* No broker may run. Reads the log first. is_last: every acknowledged lead must have ended. */
void judge_read_redis(struct judge *judge, const struct redis_desk *desk, bool is_last);
void judge_totals_read(const struct judge *judge, struct judge_totals *out);

#endif
