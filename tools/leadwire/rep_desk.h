/* SPDX-License-Identifier: Apache-2.0
 *
 * rep_desk - what a rep has before them: offers, leads, unanswered requests; and the log of it.
 *
 * Who acts (a person at the terminal, or the robot) sees each event through rep_desk_take and acts
 * through rep_desk_accept and the like. The log holds ids, numbers, states and times only.
 *
 *   OFFERED --accept--> ACCEPTING --answer---> HELD --complete--> COMPLETING --answer--> gone
 *      |                                        '-- ENDING, while it can be undone --^
 *      '--decline-----> DECLINING --answer--> gone         withdrawn, or untold on resume: gone
 *
 * Threads: one owner.
 */
#ifndef REP_DESK_H
#define REP_DESK_H

#include <leadwire/rep.h>
#include <stdbool.h>
#include <stdio.h>

enum { REP_ITEMS_MAX = 1024, REP_TICKETS_MAX = 2048, REP_DISPOSITION_SIZE = 128, REP_NOTE_SIZE = 2000, REP_KEPT_NOTE_MAX = 500, REP_REASON_SIZE = 256 };


enum item_state { ITEM_OFFERED, ITEM_ACCEPTING, ITEM_DECLINING, ITEM_HELD, ITEM_ENDING, ITEM_COMPLETING, ITEM_GONE };

struct rep_item {
    char lead_id[LW_LEAD_ID_TEXT_MAX];
    uint32_t offer_number;
    enum item_state state;
    lw_lead_state lead_state;   /* HELD, ENDING: connecting or assigned */
    lw_channel channel;
    uint32_t weight;            /* units of capacity that it uses */
    bool is_told;               /* since the last welcome */
    unsigned number;            /* for people: small, unique among the items */
    int64_t touch_by_unix_ms;   /* HELD: the first touch is awaited until then; 0: it is not */
    uint64_t answer_until_ms;   /* OFFERED: by our monotonic clock */
    uint64_t due_ms;            /* the robot's next act; 0: none */
    bool is_hurried;            /* its last seconds were said */
    char note[REP_NOTE_SIZE];   /* to go with the completion or the hand-on, if it is no longer than REP_KEPT_NOTE_MAX */
};

enum request_kind { REQUEST_ACCEPT, REQUEST_DECLINE, REQUEST_COMPLETE, REQUEST_TRANSFER, REQUEST_TOUCH, REQUEST_PULL, REQUEST_STATE };

struct rep_ticket {
    uint64_t ticket;            /* 0: free */
    enum request_kind kind;
    char lead_id[LW_LEAD_ID_TEXT_MAX];
    uint32_t offer_number;
    char disposition[REP_DISPOSITION_SIZE];
};

struct rep_desk {
    struct lw_rep *rep;
    const char *name;
    const char *crm_link;       /* a template as in rep_crm.h; NULL: none */
    FILE *log;                  /* NULL: none */
    struct rep_item items[REP_ITEMS_MAX];
    size_t item_count;
    struct rep_ticket tickets[REP_TICKETS_MAX];
    lw_rep_state state;
    uint32_t capacity;
    bool is_connected, was_connected;
    bool break_after_lead;      /* a break once nothing is in hand any more, for that reason */
    char break_reason[REP_REASON_SIZE];
    unsigned long offers, accepted, declined, completed, refused, withdrawn;
};

/* Takes the next event into the desk. LW_OK: *event and, if it is about a lead that we know, *item (NULL else). */
lw_status rep_desk_take(struct rep_desk *desk, uint64_t now_ms, struct lw_rep_event *event, struct rep_item **item);
/* What offers and leads use of the capacity. */
uint32_t rep_desk_load(const struct rep_desk *desk);
/* Leads in hand, those whose end can be undone too. */
unsigned rep_desk_held_count(const struct rep_desk *desk);
/* Requests that the broker has not answered yet. */
bool rep_desk_is_asking(const struct rep_desk *desk);
/* Removes what is gone; item pointers are void after it. */
void rep_desk_sweep(struct rep_desk *desk);

lw_status rep_desk_accept(struct rep_desk *desk, struct rep_item *item);
lw_status rep_desk_decline(struct rep_desk *desk, struct rep_item *item, const char *reason);
lw_status rep_desk_complete(struct rep_desk *desk, struct rep_item *item, const struct lw_completion *completion);
lw_status rep_desk_transfer(struct rep_desk *desk, struct rep_item *item, const struct lw_transfer *target);
LW_MUST_CHECK lw_status rep_desk_touch(struct rep_desk *desk, const struct rep_item *item);
LW_MUST_CHECK lw_status rep_desk_pull(struct rep_desk *desk, const char *lead_id);
LW_MUST_CHECK lw_status rep_desk_pull_list(struct rep_desk *desk);
LW_MUST_CHECK lw_status rep_desk_ask_choices(struct rep_desk *desk);
/* LW_UNSUPPORTED: this broker does not tell it. */
LW_MUST_CHECK lw_status rep_desk_ask_day(struct rep_desk *desk);
lw_status rep_desk_set_state(struct rep_desk *desk, lw_rep_state state, const char *reason);

#endif
