/* SPDX-License-Identifier: Apache-2.0
 *
 * rep_desks - which page has which rep's desk: one rep, one session at the broker, one page.
 *
 * A page gets the desk when it asks to take it, or when nobody has it; the page that had it is told, and may not act any more. The
 * desk outlives a page by the grace, so that a reload is no log-off; then the rep logs off. A page is told the whole state whenever
 * it is another, at most each FRAME_EVERY_MS (the newest then stands for those between), and at least a beat each BEAT_EVERY_MS. What a
 * slow page has not taken is not piled up: the newest state counts.
 *
 *   event: state      id: the revision; data: rep_desk_state.h
 *   event: beat
 *   event: elsewhere  data: {"by": "page"|"device"}: the desk is another's now; the stream ends
 *   event: refused    data: {"reason": ...}: the broker does not know this rep, or the secret is another; the stream ends
 *   event: signed_out the session is over; the stream ends
 *
 * Threads: one owner, that of the event base.
 */
#ifndef REP_DESKS_H
#define REP_DESKS_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway_config.h"
#include "http_door.h"
#include "page_rules.h"
#include "rep_desk.h"

enum { PAGE_ID_MAX = 32, FRAME_EVERY_MS = 50, BEAT_EVERY_MS = 5000, QUEUED_MAX = 256 * 1024 };

struct rep_seat;

struct rep_desks {
    struct event_base *base;
    struct gateway_config *const *config;   /* the one in force */
    const struct page_rules *page_rules;    /* the same */
    void (*chooses)(void *context, const struct lw_choices *choices);   /* told what there is to choose from; NULL: nobody asks */
    void *chooses_context;
    struct rep_seat *first;
    uint32_t count;
};

struct page_of_rep {
    const char *rep, *page;
    uint64_t session_id;
    bool take;              /* from whoever has it */
};

/* Answers the call with the stream of the desk's state. */
void rep_desks_listen(struct rep_desks *desks, const struct page_of_rep *page, struct http_call *call);
/* The desk, if this page has it; NULL if not. */
struct rep_desk *rep_desks_of_page(const struct rep_desks *desks, const char *rep, const char *page, uint64_t session_id);
/* The desk stays for so long without its page, whose session then counts as used; 0: it does not. False: this page does not have it. */
bool rep_desks_stay(struct rep_desks *desks, const struct page_of_rep *page, uint64_t for_ms);
/* The desk of a rep, whoever has it; NULL: there is none here. */
struct rep_desk *rep_desks_find(const struct rep_desks *desks, const char *rep);
/* The session is over: its pages are told, and its reps log off. */
void rep_desks_end_session(struct rep_desks *desks, uint64_t session_id);
/* The session of every seat, with or without a page: false ends it. */
typedef bool rep_desks_judge(void *context, uint64_t session_id, const char *rep, bool has_page);
/* What is due. Several times a second. */
void rep_desks_tick(struct rep_desks *desks, uint64_t now_ms, rep_desks_judge *judge, void *context);
/* What every page has of the rules is another: each is told so at its next turn. */
void rep_desks_renew(struct rep_desks *desks);
/* How many desks have a session at the broker. */
uint32_t rep_desks_connected(const struct rep_desks *desks);
/* Reps do not log off: the broker keeps their leads for its own grace. */
void rep_desks_close(struct rep_desks *desks);

#endif
