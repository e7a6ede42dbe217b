/* SPDX-License-Identifier: Apache-2.0
 *
 * browser_sessions - who has signed in, in bounded memory.
 *
 * A session is found by its token, 256 random bits that only the browser has: here is a keyed fingerprint of it. It ends when it
 * was not used for idle_ms, absolute_ms after it began, at sign-out, and when its user is no more. At the maximum the one that was
 * not used for longest makes room; so does that of a user who has BROWSER_SESSIONS_OF_USER. Sessions do not outlive the process.
 * Times are monotonic. Threads: one owner.
 */
#ifndef BROWSER_SESSIONS_H
#define BROWSER_SESSIONS_H

#include <leadwire/status.h>
#include <stdbool.h>
#include <stdint.h>

#include "siphash.h"
#include "users.h"

enum { SESSION_TOKEN_SIZE = 64, CSRF_TOKEN_SIZE = 32, BROWSER_SESSIONS_OF_USER = 8 };

struct browser_session {
    uint64_t id;                        /* never used twice; 0: free */
    struct siphash_128 print;
    uint64_t began_ms, used_ms;
    char csrf[CSRF_TOKEN_SIZE + 1];     /* what each POST must say, and no other site knows */
    char user[USER_NAME_MAX + 1];
};

struct browser_sessions {
    struct browser_session *items;
    uint32_t max;
    uint64_t idle_ms, absolute_ms, last_id;
    struct siphash_key key;
};

/* Errors: LW_NO_MEMORY. Requires max > 0. */
LW_MUST_CHECK lw_status browser_sessions_init(struct browser_sessions *sessions, uint32_t max, uint64_t idle_ms, uint64_t absolute_ms);
void browser_sessions_fini(struct browser_sessions *sessions);   /* zeroed: accepted */
/* token gets what the browser is told. Never NULL. */
struct browser_session *browser_sessions_begin(struct browser_sessions *sessions, const char *user, uint64_t now_ms, char token[SESSION_TOKEN_SIZE + 1]);
/* NULL if there is none or its time is over. Does not count as use. */
struct browser_session *browser_sessions_find(struct browser_sessions *sessions, const char *token, uint64_t now_ms);
/* As above, by its id. */
struct browser_session *browser_sessions_get(struct browser_sessions *sessions, uint64_t id, uint64_t now_ms);
void browser_sessions_end(struct browser_session *session);   /* NULL accepted */
/* Those alive now. */
uint32_t browser_sessions_count(const struct browser_sessions *sessions, uint64_t now_ms);

#endif
