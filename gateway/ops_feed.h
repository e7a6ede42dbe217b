/* SPDX-License-Identifier: Apache-2.0
 *
 * ops_feed - the desk, as the gateway follows it for all who watch it: one stream of events, one session for questions, one board.
 *
 * Each second the broker is asked how it is; its rules are asked for when their version is another; and why leads are parked, a few at a
 * time. Threads: one owner, that of the event base.
 */
#ifndef OPS_FEED_H
#define OPS_FEED_H

#include <jansson.h>

#include "control_link.h"
#include "ops_board.h"
#include "ops_workers.h"

enum { OPS_WHYS_ASKED_MAX = 8, OPS_PARKED_SHOWN_MAX = 100 };

struct ops_why_asked {
    struct ops_feed *feed;
    char lead_id[LW_LEAD_ID_TEXT_MAX];   /* "": free */
};

struct ops_feed {
    struct control_link *control;
    struct lw_events *events;
    struct event *readable[2], *pump, *second;
    struct ops_board board;
    struct ops_workers workers;
    json_t *health;                      /* what StatusReply says; NULL: the broker does not answer */
    bool asks_health, asks_rules;
    uint32_t health_count;               /* of the answers that health has come from */
    uint32_t rules_version;              /* of those that the board has; 0: none */
    int64_t rules_applied_ms;
    char *rules_by, *rules_text;         /* who applied them; desk.yaml as written. "" before there are any */
    struct ops_why_asked whys[OPS_WHYS_ASKED_MAX];
    void (*rules_came)(void *context);   /* other rules are in force; NULL: nobody asks */
    void *rules_context;
    void (*config_came)(void *context, const Leadwire__V1__DeskConfig *config);   /* the same, with what they say; before rules_came */
    void *config_context;
};

struct ops_feed_options {
    struct event_base *base;
    const char *control, *events, *desk, *key_file;   /* key_file: NULL: plain */
    const struct ops_worker_address *workers;
    uint32_t worker_count;
};

/* *feed must stay where it is. Errors: those of session_open and lw_events_open. */
LW_MUST_CHECK lw_status ops_feed_open(struct ops_feed *feed, const struct ops_feed_options *options);
void ops_feed_close(struct ops_feed *feed);   /* zeroed, or failed to open: accepted */
/* The broker serves us, and the board is complete. */
bool ops_feed_is_live(const struct ops_feed *feed);

#endif
