/* SPDX-License-Identifier: Apache-2.0 */
#include "api_tokens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lw_log.h"
#include "wall_clock.h"

enum { BUCKETS = 4096 };
#define HOLDER_IS_TOKEN ((uint64_t)1 << 63)   /* sessions count from 1 */

static enum user_role role_of(enum token_role role)
{
    switch (role) {
    case TOKEN_READ_ONLY: return USER_READ_ONLY;
    case TOKEN_MANAGER: return USER_MANAGER;
    case TOKEN_ADMIN: return USER_ADMIN;
    case TOKEN_ROLE_COUNT: break;
    }
    return USER_ROLE_COUNT;
}

static void forget(struct api_tokens *tokens)
{
    token_list_free(&tokens->list);
    free(tokens->users);
    tokens->users = NULL;
}

static void read_file(struct api_tokens *tokens)
{
    char why[TOKEN_WHY_MAX];
    forget(tokens);
    lw_status status = token_list_read(tokens->path, &tokens->list, why);
    tokens->users = calloc(tokens->list.count + 1, sizeof *tokens->users);
    if (status != LW_OK || !tokens->users) {
        log_error("no token is good: %s", status != LW_OK ? why : "out of memory");
        forget(tokens);
        return;
    }
    for (uint32_t i = 0; i < tokens->list.count; i++) {
        const struct token_entry *entry = &tokens->list.entries[i];
        struct user *user = &tokens->users[i];
        snprintf(user->name, sizeof user->name, "token:%s", entry->name);
        memcpy(user->team, entry->team, sizeof user->team);
        user->role = role_of(entry->role);
    }
    log_info("tokens read, %u tokens", tokens->list.count);
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_size == b->st_size && a->st_mode == b->st_mode && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec && a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

lw_status api_tokens_open(struct api_tokens *tokens, const char *path)
{
    *tokens = (struct api_tokens){0};
    if (!rate_limit_init(&tokens->limit, BUCKETS))
        return LW_NO_MEMORY;
    api_tokens_look(tokens, path);
    return LW_OK;
}

void api_tokens_close(struct api_tokens *tokens)
{
    forget(tokens);
    rate_limit_fini(&tokens->limit);
    *tokens = (struct api_tokens){0};
}

/* What the file is is looked at before it is read: what comes between is seen the next time. */
void api_tokens_look(struct api_tokens *tokens, const char *path)
{
    struct stat now = {0};
    if (path && stat(path, &now) != 0)
        now = (struct stat){0};
    bool had_one = tokens->path != NULL;
    tokens->path = path;
    if (path && had_one && is_same_file(&now, &tokens->seen))
        return;
    tokens->seen = now;
    if (path)
        read_file(tokens);
    else
        forget(tokens);
}

static uint64_t holder_of(const struct token_entry *entry)
{
    uint64_t holder;
    memcpy(&holder, entry->hash, sizeof holder);
    return holder | HOLDER_IS_TOKEN;
}

static const char *token_of(const struct http_call *call)
{
    static const char scheme[] = "Bearer ";
    const char *value = http_call_header(call, "Authorization");
    if (!value || strncasecmp(value, scheme, sizeof scheme - 1) != 0)
        return NULL;
    value += sizeof scheme - 1;
    value += strspn(value, " ");
    return strncmp(value, TOKEN_PREFIX, sizeof TOKEN_PREFIX - 1) == 0 ? value : NULL;
}

static bool refuse(struct api_tokens *tokens, struct request *request, uint64_t now_ms)
{
    struct address client = address_of_client(&request->origin.client);
    uint32_t wait_ms = rate_limit_take(&tokens->limit, &client, sizeof client, WRONG_TOKENS_OF_ADDRESS, now_ms);
    if (wait_ms > 0) {
        http_call_reply_error(request->call, 429, "too many tries", wait_ms / 1000 + 1);
        return false;
    }
    log_warning("a token was refused: it is not known, expired, or revoked");
    http_call_add_header(request->call, "WWW-Authenticate", "Bearer");
    http_call_reply_error(request->call, 401, "the token is not good, or not any more", 0);
    return false;
}

bool api_tokens_take(struct api_tokens *tokens, struct request *request, uint64_t now_ms)
{
    const char *token = token_of(request->call);
    if (!token)
        return true;
    const struct token_entry *entry = token_list_find(&tokens->list, token, wall_clock_unix_ms() / 1000);
    if (!entry)
        return refuse(tokens, request, now_ms);
    uint32_t wait_ms = rate_limit_take(&tokens->limit, entry->hash, sizeof entry->hash, TOKEN_CALLS, now_ms);
    if (wait_ms > 0) {
        http_call_reply_error(request->call, 429, "this token asks too often", wait_ms / 1000 + 1);
        return false;
    }
    request->session = NULL;
    request->by_token = true;
    request->user = &tokens->users[entry - tokens->list.entries];
    request->holder = holder_of(entry);
    return true;
}

const struct user *api_tokens_user(const struct api_tokens *tokens, uint64_t holder)
{
    int64_t now_unix_s = wall_clock_unix_ms() / 1000;
    for (uint32_t i = 0; (holder & HOLDER_IS_TOKEN) && i < tokens->list.count; i++) {
        const struct token_entry *entry = &tokens->list.entries[i];
        if (holder_of(entry) == holder && token_is_in_force(entry, now_unix_s))
            return &tokens->users[i];
    }
    return NULL;
}
