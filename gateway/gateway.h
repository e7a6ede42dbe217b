/* SPDX-License-Identifier: Apache-2.0
 *
 * gateway - the process: what there is of each thing, and the loop. Threads: one.
 */
#ifndef GATEWAY_H
#define GATEWAY_H

#include "api_tokens.h"
#include "away_offers.h"
#include "browser_sessions.h"
#include "gateway_arguments.h"
#include "gateway_config.h"
#include "health_loop.h"
#include "loop_signals.h"
#include "ops_feed.h"
#include "ops_pages.h"
#include "ops_rules.h"
#include "page_rules.h"
#include "rep_desks.h"
#include "sign_in.h"
#include "user_rules.h"
#include "users.h"

struct gateway {
    const struct gateway_arguments *arguments;
    struct gateway_config *config;   /* in force; SIGHUP brings another */
    struct users *users_file;        /* the same */
    struct user_rules user_rules;    /* users of the desk's rules */
    struct users *users;             /* who may sign in: both */
    struct page_rules page_rules;    /* what the rep's page has of the desk's rules */
    struct event_base *base;
    struct http_door *door;
    struct browser_sessions sessions;
    struct password_process *passwords;
    struct sign_in sign_in;
    struct api_tokens tokens;
    struct rep_desks desks;
    struct away_offers away;
    struct ops_feed ops;                   /* zeroed: the configuration has none */
    struct ops_pages ops_pages;
    struct ops_rules ops_rules;
    struct loop_signals signals;
    struct event *housekeeping;
    struct health_loop health;
    uint64_t stop_at_ms;                   /* 0: not stopping */
    bool failed;
};

/* Everything, until SIGTERM. Returns the process's exit code. */
int gateway_main(const struct gateway_arguments *arguments);

#endif
