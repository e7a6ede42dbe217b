/* SPDX-License-Identifier: Apache-2.0
 *
 * sign_in - names and passwords to sessions, throttled.
 *
 * Tries are limited per client address, per user from one address, and per user from anywhere; passwords are checked one after
 * another beside the loop (password_process.h), and who comes when PASSWORD_CHECKS_MAX wait is told to come again. Whether a name is
 * known can be told neither from the answer nor from its time. While the rules are not known that users of the file need, all are told
 * to come again.
 * Threads: one owner, that of the event base.
 */
#ifndef SIGN_IN_H
#define SIGN_IN_H

#include "browser_sessions.h"
#include "password_process.h"
#include "rate_limit.h"
#include "request_guard.h"
#include "user_rules.h"

enum { TRIES_OF_ADDRESS = 30, TRIES_OF_USER_THERE = 6, TRIES_OF_USER = 60 };   /* a minute */

struct sign_in_try {
    uint64_t check;             /* 0: free */
    struct http_call *call;
    bool is_secure;
    uint64_t old_session;       /* that the new one takes the place of */
    char user[USER_NAME_MAX + 1];
};

struct sign_in {
    struct browser_sessions *sessions;
    struct users **users;       /* those in force */
    struct users **file;        /* those of the file */
    const struct user_rules *rules;
    struct password_process *passwords;
    struct rate_limit limit;
    struct sign_in_try tries[PASSWORD_CHECKS_MAX];
};

/* The rest of *sign_in is set by the caller. Errors: LW_NO_MEMORY. */
LW_MUST_CHECK lw_status sign_in_open(struct sign_in *sign_in);
/* Calls that wait are left to the door. */
void sign_in_close(struct sign_in *sign_in);
/* POST {"user": ..., "password": ...}: answers, now or when the password was checked. */
void sign_in_handle(struct sign_in *sign_in, const struct request *request, uint64_t now_ms);
/* What password_process calls. */
void sign_in_verdict(struct sign_in *sign_in, uint64_t check, bool good, uint64_t now_ms);

#endif
