/* SPDX-License-Identifier: Apache-2.0 */
#include "request_guard.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "secret_file.h"

enum { ORIGIN_MAX = 300, COOKIE_MAX = 256 };

static void add_security_headers(struct http_call *call, bool is_secure)
{
    static const struct { const char *name, *value; } headers[] = {
        {"Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
                                    "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
                                    "require-trusted-types-for 'script'"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"},
        {"Referrer-Policy", "no-referrer"},
        {"X-Frame-Options", "DENY"},
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        http_call_add_header(call, headers[i].name, headers[i].value);
    if (is_secure)
        http_call_add_header(call, "Strict-Transport-Security", "max-age=31536000");
}

void request_read(const struct guard *guard, struct http_call *call, struct request *out)
{
    char token[SESSION_TOKEN_SIZE + 1];
    *out = (struct request){.call = call, .origin = http_call_origin(call, guard->proxies)};
    out->is_secure = out->origin.base && strncmp(out->origin.base, "https://", 8) == 0;
    add_security_headers(call, out->is_secure);
    if (!cookie_read(http_call_header(call, "Cookie"), SESSION_COOKIE, token, sizeof token))
        return;
    out->session = browser_sessions_find(guard->sessions, token, guard->now_ms);
    out->user = out->session ? browser_sessions_user(guard->sessions, out->session, guard->users, guard->now_ms) : NULL;
    if (out->session && !out->user) {
        out->is_undecided = out->session->is_kept && guard->awaits_rules && !users_find(guard->users, out->session->user);
        if (!out->is_undecided)
            browser_sessions_end(guard->sessions, out->session);
        out->session = NULL;
    }
    if (out->session) {
        out->session->used_ms = guard->now_ms;
        out->holder = out->session->id;
    }
}

struct browser_session *session_begin(struct browser_sessions *sessions, const struct user *user, uint64_t now_ms, struct http_call *call, bool is_secure)
{
    char token[SESSION_TOKEN_SIZE + 1], cookie[COOKIE_MAX];
    struct browser_session *session = browser_sessions_begin(sessions, user, now_ms, token);
    snprintf(cookie, sizeof cookie, SESSION_COOKIE "=%s; Path=/; HttpOnly; SameSite=Strict%s", token, is_secure ? "; Secure" : "");
    http_call_add_header(call, "Set-Cookie", cookie);
    sodium_memzero(token, sizeof token);
    sodium_memzero(cookie, sizeof cookie);
    return session;
}

bool cookie_read(const char *header, const char *name, char *value, size_t capacity)
{
    size_t name_size = strlen(name);
    for (const char *at = header; at && *at;) {
        at += strspn(at, "; \t");
        size_t size = strcspn(at, ";");
        if (size > name_size && strncmp(at, name, name_size) == 0 && at[name_size] == '=') {
            size_t value_size = size - name_size - 1;
            if (value_size >= capacity)
                return false;
            memcpy(value, at + name_size + 1, value_size);
            value[value_size] = '\0';
            return true;
        }
        at += size;
    }
    return false;
}

/* Browsers tell both; what tells neither is no browser, and has no cookie to be misused. */
static bool is_own_origin(const struct request *request)
{
    char own[ORIGIN_MAX];
    const char *site = http_call_header(request->call, "Sec-Fetch-Site"), *origin = http_call_header(request->call, "Origin");
    const char *host = http_call_header(request->call, "Host");
    if (site && strcmp(site, "same-origin") != 0)
        return false;
    if (!origin)
        return true;
    if (request->origin.base)
        return strcmp(origin, request->origin.base) == 0;
    return host && snprintf(own, sizeof own, "http://%s", host) < (int)sizeof own && strcmp(origin, own) == 0;
}

int request_judge(const struct request *request, unsigned access, const char **why)
{
    bool is_post = http_call_method(request->call) == HTTP_POST;
    *why = "";
    if (is_post && !http_call_has_type(request->call, "application/json")) {
        *why = "expected application/json";
        return 415;
    }
    if (is_post && !request->by_token && !is_own_origin(request)) {
        *why = "asked by another site";
        return 403;
    }
    if (access & ACCESS_PUBLIC)
        return 0;
    if (request->is_undecided && !request->session && !request->by_token) {
        *why = "the desk does not answer, and its rules say who this is";
        return 503;
    }
    if (!request->session && !request->by_token) {
        *why = "not signed in";
        return 401;
    }
    const char *token = http_call_header(request->call, "X-CSRF-Token");
    if (is_post && !request->by_token && (!token || !secret_equal(request->session->csrf, token))) {
        *why = "the token is missing or wrong";
        return 403;
    }
    if (!(access & 1u << request->user->role)) {
        *why = "not for your role";
        return 403;
    }
    return 0;
}
