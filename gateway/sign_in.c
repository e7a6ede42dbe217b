/* SPDX-License-Identifier: Apache-2.0 */
#include "sign_in.h"

#include <assert.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "lw_log.h"

enum { BUCKETS = 65536 };

static uint32_t throttled_ms(struct sign_in *sign_in, const struct request *request, const char *user, uint64_t now_ms);
static struct sign_in_try *free_try(struct sign_in *sign_in);
static void begin_check(struct sign_in *sign_in, const struct request *request, const char *user, const char *password);

lw_status sign_in_open(struct sign_in *sign_in)
{
    return rate_limit_init(&sign_in->limit, BUCKETS) ? LW_OK : LW_NO_MEMORY;
}

void sign_in_close(struct sign_in *sign_in)
{
    rate_limit_fini(&sign_in->limit);
}

void sign_in_handle(struct sign_in *sign_in, const struct request *request, uint64_t now_ms)
{
    size_t size;
    const char *body = http_call_body(request->call, &size);
    json_t *root = json_loadb(body, size, JSON_REJECT_DUPLICATES, NULL);
    const char *user = json_string_value(json_object_get(root, "user")), *password = json_string_value(json_object_get(root, "password"));
    uint32_t wait_ms = user ? throttled_ms(sign_in, request, user, now_ms) : 0;
    if (!user || !password || !*user || strlen(user) > USER_NAME_MAX || strlen(password) > PASSWORD_SIZE_MAX)
        http_call_reply_error(request->call, 400, "expected a user and a password", 0);
    else if (wait_ms > 0)
        http_call_reply_error(request->call, 429, "too many tries", wait_ms / 1000 + 1);
    else
        begin_check(sign_in, request, user, password);
    json_decref(root);
}

static void answer(const struct sign_in *sign_in, const struct user *user, struct sign_in_try *try, uint64_t now_ms)
{
    browser_sessions_end(sign_in->sessions, browser_sessions_get(sign_in->sessions, try->old_session, now_ms));
    session_begin(sign_in->sessions, user, now_ms, try->call, try->is_secure);
    log_info("signed in: user=%s", try->user);
    static const char body[] = "{\"ok\": true}\n";
    http_call_reply(try->call, 200, "application/json", body, sizeof body - 1);
}

void sign_in_verdict(struct sign_in *sign_in, uint64_t check, bool good, uint64_t now_ms)
{
    for (size_t i = 0; i < PASSWORD_CHECKS_MAX; i++) {
        struct sign_in_try *try = &sign_in->tries[i];
        if (try->check != check)
            continue;
        const struct user *user = users_find(*sign_in->users, try->user);
        if (good && user) {
            answer(sign_in, user, try, now_ms);
        } else if (!sign_in->rules->known && users_need_rules(*sign_in->file)) {
            http_call_reply_error(try->call, 503, "the desk does not answer, and its rules say who may sign in", 5);
        } else {
            log_warning("sign-in refused: wrong name or password");
            http_call_reply_error(try->call, 401, "wrong name or password", 0);
        }
        *try = (struct sign_in_try){0};
        return;
    }
}

/* The first limit that is reached; what was taken before it stays taken. */
static uint32_t throttled_ms(struct sign_in *sign_in, const struct request *request, const char *user, uint64_t now_ms)
{
    struct { struct address client; char user[USER_NAME_MAX + 1]; } there = {.client = address_of_client(&request->origin.client)};
    uint32_t wait_ms = rate_limit_take(&sign_in->limit, &there.client, sizeof there.client, TRIES_OF_ADDRESS, now_ms);
    if (wait_ms > 0 || strlen(user) > USER_NAME_MAX)
        return wait_ms;
    memcpy(there.user, user, strlen(user));
    wait_ms = rate_limit_take(&sign_in->limit, &there, sizeof there, TRIES_OF_USER_THERE, now_ms);
    return wait_ms > 0 ? wait_ms : rate_limit_take(&sign_in->limit, there.user, sizeof there.user, TRIES_OF_USER, now_ms);
}

static struct sign_in_try *free_try(struct sign_in *sign_in)
{
    for (size_t i = 0; i < PASSWORD_CHECKS_MAX; i++)
        if (sign_in->tries[i].check == 0)
            return &sign_in->tries[i];
    return NULL;
}

static void begin_check(struct sign_in *sign_in, const struct request *request, const char *user, const char *password)
{
    struct sign_in_try *try = free_try(sign_in);
    const struct user *known = users_find(*sign_in->users, user);
    uint64_t check = 0;
    lw_status status = try ? password_process_check(sign_in->passwords, known && known->hash[0] ? known->hash : NULL, password, &check) : LW_FULL;
    if (status != LW_OK) {
        log_warning("a password cannot be checked now: %s", lw_status_text(status));
        http_call_reply_error(request->call, 503, "too many sign-ins at once", 2);
        return;
    }
    *try = (struct sign_in_try){.check = check, .call = request->call, .is_secure = request->is_secure,
                                .old_session = request->session ? request->session->id : 0};
    snprintf(try->user, sizeof try->user, "%s", user);
}
