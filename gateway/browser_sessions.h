/* SPDX-License-Identifier: Apache-2.0
 *
 * browser_sessions - who has signed in, in bounded memory, and over a restart.
 *
 * A session is found by its token, 256 random bits that only the browser has: here is a fingerprint of it. It ends when it
 * was not used for idle_ms, absolute_ms after it began (read_only_ms if its user may only read now: screens on walls), at sign-out, when its
 * user is no more, and when they have another password. At the
 * maximum the one that was not used for longest makes room; so does that of a user who has BROWSER_SESSIONS_OF_USER. With a file
 * (session_file.h) they outlive the process; of the last use the file may know late by an eighth of idle_ms.
 * Times are monotonic. Threads: one owner.
 */
#ifndef BROWSER_SESSIONS_H
#define BROWSER_SESSIONS_H

#include <leadwire/status.h>
#include <stdbool.h>
#include <stdint.h>

#include "session_file.h"
#include "users.h"

enum { SESSION_TOKEN_SIZE = 64, CSRF_TOKEN_SIZE = 32, BROWSER_SESSIONS_OF_USER = 8 };

struct browser_session {
    uint64_t id;                        /* never used twice by a process; 0: free */
    unsigned char token[TOKEN_PRINT_SIZE], password[PASSWORD_PRINT_SIZE];   /* prints; of the password's hash */
    uint64_t began_ms, used_ms;
    bool is_kept;                       /* from before this process: its user may be one of rules that are not known yet */
    uint64_t noted_ms;                  /* used_ms as the file has it */
    char csrf[CSRF_TOKEN_SIZE + 1];     /* what each POST must say, and no other site knows; made of the token when that is found */
    char user[USER_NAME_MAX + 1];
};

struct browser_sessions {
    struct browser_session *items;
    uint32_t max;
    uint64_t idle_ms, absolute_ms, read_only_ms, last_id;
    uint64_t now_ms;                    /* while the file is read or written anew */
    uint64_t rewrite_at_ms;             /* after it could not be */
    struct session_file file;
};

/* read_only_ms is absolute_ms, until it is set to something else. Errors: LW_NO_MEMORY. Requires max > 0. */
LW_MUST_CHECK lw_status browser_sessions_init(struct browser_sessions *sessions, uint32_t max, uint64_t idle_ms, uint64_t absolute_ms);
/* Those of the file go on, and what becomes of sessions is kept there. Once, before any begins. Errors: session_file_open's, with why. */
LW_MUST_CHECK lw_status browser_sessions_keep(struct browser_sessions *sessions, const char *path, uint64_t now_ms, char *why);
/* Last uses are kept as they are now. Zeroed: accepted. */
void browser_sessions_fini(struct browser_sessions *sessions, uint64_t now_ms);
/* Some times a second: what is owed to the file. */
void browser_sessions_tick(struct browser_sessions *sessions, uint64_t now_ms);
/* token gets what the browser is told. Never NULL. */
struct browser_session *browser_sessions_begin(struct browser_sessions *sessions, const struct user *user, uint64_t now_ms, char token[SESSION_TOKEN_SIZE + 1]);
/* NULL if there is none or its time is surely over: browser_sessions_user says the rest. Does not count as use. */
struct browser_session *browser_sessions_find(struct browser_sessions *sessions, const char *token, uint64_t now_ms);
/* As above, by its id. */
struct browser_session *browser_sessions_get(struct browser_sessions *sessions, uint64_t id, uint64_t now_ms);
/* Whose it is; NULL: they are no user, have another password than when they signed in, or their time is over. */
const struct user *browser_sessions_user(const struct browser_sessions *sessions, const struct browser_session *session, const struct users *users,
                                         uint64_t now_ms);
/* On the disk too when it returns. */
void browser_sessions_end(struct browser_sessions *sessions, struct browser_session *session);   /* NULL accepted */
/* Those alive now. */
uint32_t browser_sessions_count(const struct browser_sessions *sessions, uint64_t now_ms);

#endif
