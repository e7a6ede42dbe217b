/* SPDX-License-Identifier: Apache-2.0
 *
 * rep_act - one act of a rep, for scripts: done once all that the rep has is known, and told as one JSON object.
 *
 *   accept LEAD             complete LEAD CODE [WHEN [PLACE]]     break [REASON]
 *   decline LEAD [REASON]   transfer LEAD rep NAME | ...          ready
 *   touch LEAD              pull LEAD                             log-off
 *
 *   {"rep": ..., "act": ..., "lead_id": ..., "outcome": ..., "reason": ...}
 *
 * Threads: one owner.
 */
#ifndef REP_ACT_H
#define REP_ACT_H

#include "rep_desk.h"

enum { REP_ACT_WORDS_SIZE = 1024 };

struct rep_act {
    const char *name, *lead_id;   /* lead_id: "" if the act is on none */
    const char *note;             /* complete, transfer: goes with it */
    int kind;
    char words[REP_ACT_WORDS_SIZE];   /* behind the lead */
    lw_outcome outcome;
    char reason[REP_REASON_SIZE];
    bool is_asked, is_done;
};

/* What count words from given[0] on say. Why they are no act, in words for people; NULL: they are one. given outlives the act. */
const char *rep_act_read(struct rep_act *act, const char *const *given, size_t count, const char *note);
/* What an event means for it; asks the broker when all that the rep has was told. */
void rep_act_take(struct rep_act *act, struct rep_desk *desk, const struct lw_rep_event *event);
/* False when standard output does not take it. */
bool rep_act_print(const struct rep_act *act, const struct rep_desk *desk);
/* Whether the rep logs off with it. */
bool rep_act_logs_off(const struct rep_act *act);

#endif
