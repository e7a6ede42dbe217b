/* SPDX-License-Identifier: Apache-2.0
 *
 * request_guard - who asks, and whether they may: session, role, and that it was our own page that asked.
 *
 * A POST must be JSON, come from our own origin as far as the browser tells (Origin, Sec-Fetch-Site), and, of who has signed in,
 * carry the session's token in X-CSRF-Token; a script with a token of its own needs the first only. Every answer gets the security headers.
 * Threads: one owner.
 */
#ifndef REQUEST_GUARD_H
#define REQUEST_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "browser_sessions.h"
#include "http_door.h"
#include "http_origin.h"
#include "users.h"

/* Whom a route serves: a set of roles, or everybody. */
enum { ACCESS_PUBLIC = 1u << USER_ROLE_COUNT, ACCESS_SIGNED_IN = (1u << USER_ROLE_COUNT) - 1 };

struct request {
    struct http_call *call;
    struct http_origin origin;
    struct browser_session *session;   /* NULL: not signed in */
    const struct user *user;           /* of the session, or of the token */
    bool by_token;                     /* a script asks (api_tokens.h): there is no session, and no other site that could misuse it */
    uint64_t holder;                   /* of what goes on after the answer: the session's id, or the token's; never used twice */
    bool is_undecided;                 /* there is a session, and it is not known yet whether its user still is one */
    bool is_secure;                    /* a trusted proxy says that it came by TLS */
};

struct guard {
    struct browser_sessions *sessions;
    const struct users *users;
    const struct http_proxies *proxies;
    bool awaits_rules;                 /* the rules of the desk have not been read yet: there may be more users */
    uint64_t now_ms;
};

#define SESSION_COOKIE "leadwire_session"

/* Who asks. Adds the security headers. A session whose user is no more, or has another password, ends. */
void request_read(const struct guard *guard, struct http_call *call, struct request *out);
/* The HTTP status with which to refuse, with *why in words; 0: it may go on. */
int request_judge(const struct request *request, unsigned access, const char **why);
/* The user is signed in: the answer to the call tells the browser. Never NULL. */
struct browser_session *session_begin(struct browser_sessions *sessions, const struct user *user, uint64_t now_ms, struct http_call *call, bool is_secure);
/* The value of a cookie, copied to value[capacity]; false if absent or longer. */
bool cookie_read(const char *header, const char *name, char *value, size_t capacity);

#endif
