/* SPDX-License-Identifier: Apache-2.0
 *
 * rep_undo - completions and hand-ons that wait a while before they are sent, so that the rep can take them back.
 *
 * While one waits its lead is ITEM_ENDING. Another end of the same lead takes its place. One whose lead
 * went to somebody else meanwhile is dropped. Threads: one owner.
 */
#ifndef REP_UNDO_H
#define REP_UNDO_H

#include "rep_desk.h"

enum { REP_UNDO_MAX = 16, REP_UNDO_WORDS_SIZE = 512 };

struct rep_waiting {
    uint64_t due_ms;                     /* 0: free */
    uint64_t order;                      /* the highest is the newest */
    char lead_id[LW_LEAD_ID_TEXT_MAX];
    uint32_t offer_number;
    bool is_transfer;
    struct lw_completion completion;     /* point into words */
    struct lw_transfer transfer;
    char words[REP_UNDO_WORDS_SIZE];
};

struct rep_undo {
    uint64_t wait_ms;                    /* 0: nothing waits */
    uint64_t order;
    struct rep_waiting rows[REP_UNDO_MAX];
};

/* Ends a lead that is the rep's after words as in rep_words.h, now or when the time is over. Why not, in words for people;
 * NULL: done, *status says how. With all places taken the oldest is sent first. */
const char *rep_undo_end(struct rep_undo *undo, struct rep_desk *desk, struct rep_item *item, bool is_transfer, const char *words, uint64_t now_ms,
                         lw_status *status);
/* Takes back the end of that lead, or the last one if item is NULL; gives its item, NULL: none waits. */
struct rep_item *rep_undo_back(struct rep_undo *undo, struct rep_desk *desk, const struct rep_item *item);
/* Sends what is due by now_ms (UINT64_MAX: all). */
lw_status rep_undo_send(struct rep_undo *undo, struct rep_desk *desk, uint64_t now_ms);
/* Sends the end of that lead, or of all if item is NULL. False: none waits. */
bool rep_undo_now(struct rep_undo *undo, struct rep_desk *desk, const struct rep_item *item, lw_status *status);
/* How long until that lead's end is sent; 0: none waits. */
uint64_t rep_undo_left_ms(struct rep_undo *undo, const struct rep_item *item, uint64_t now_ms);

#endif
