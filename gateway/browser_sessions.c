/* SPDX-License-Identifier: Apache-2.0
 *
 * A fingerprint of 256 bits is compared in every row: some thousand comparisons for a request, less than its HTTP costs.
 */
#include "browser_sessions.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wall_clock.h"

enum { NOTES_OF_IDLE = 8, REWRITE_AGAIN_MS = 60 * 1000, LINES_BESIDES = 1024 };

static struct browser_session *place_for(struct browser_sessions *sessions, const char *user, uint64_t now_ms);
static void note(struct browser_sessions *sessions, struct browser_session *session, uint64_t now_ms);
static bool next_row(void *context, uint32_t *at, struct session_row *out);
static void read_row(void *context, const struct session_row *row, bool has_ended);

lw_status browser_sessions_init(struct browser_sessions *sessions, uint32_t max, uint64_t idle_ms, uint64_t absolute_ms)
{
    assert(max > 0);
    *sessions = (struct browser_sessions){.max = max, .idle_ms = idle_ms, .absolute_ms = absolute_ms, .read_only_ms = absolute_ms};
    sessions->items = calloc(max, sizeof *sessions->items);
    return sessions->items ? LW_OK : LW_NO_MEMORY;
}

lw_status browser_sessions_keep(struct browser_sessions *sessions, const char *path, uint64_t now_ms, char *why)
{
    sessions->now_ms = now_ms;
    lw_status status = session_file_open(&sessions->file, path, read_row, sessions, why);
    if (status == LW_OK && session_file_rewrite(&sessions->file, next_row, sessions) != LW_OK) {
        snprintf(why, SESSION_FILE_WHY_MAX, "%s: its folder cannot be written to", path);
        status = LW_IO;
    }
    return status;
}

void browser_sessions_fini(struct browser_sessions *sessions, uint64_t now_ms)
{
    for (uint32_t i = 0; sessions->items && i < sessions->max; i++)
        if (sessions->items[i].id != 0 && sessions->items[i].noted_ms != sessions->items[i].used_ms)
            note(sessions, &sessions->items[i], now_ms);
    session_file_close(&sessions->file);
    free(sessions->items);
    *sessions = (struct browser_sessions){0};
}

void browser_sessions_tick(struct browser_sessions *sessions, uint64_t now_ms)
{
    if (!sessions->file.path)
        return;
    for (uint32_t i = 0; i < sessions->max; i++) {
        struct browser_session *session = &sessions->items[i];
        if (session->id != 0 && session->used_ms - session->noted_ms > sessions->idle_ms / NOTES_OF_IDLE)
            note(sessions, session, now_ms);
    }
    session_file_sync(&sessions->file);
    bool is_due = sessions->file.fd < 0 ? now_ms >= sessions->rewrite_at_ms : sessions->file.lines / 2 > sessions->max + LINES_BESIDES;
    sessions->now_ms = now_ms;
    if (is_due && session_file_rewrite(&sessions->file, next_row, sessions) != LW_OK)
        sessions->rewrite_at_ms = now_ms + REWRITE_AGAIN_MS;
}

static void print_of(const char *text, unsigned char *out, size_t size)
{
    crypto_generichash(out, size, (const unsigned char *)text, strlen(text), NULL, 0);
}

static void password_of(const struct user *user, unsigned char out[PASSWORD_PRINT_SIZE])
{
    print_of(user->hash, out, PASSWORD_PRINT_SIZE);
}

/* Of the token, so that a page which was open before a restart may go on: to know one is no help to find the other. */
static void make_csrf(struct browser_session *session, const char *token)
{
    static const char purpose[] = "leadwire csrf";
    unsigned char print[CSRF_TOKEN_SIZE / 2];
    crypto_generichash(print, sizeof print, (const unsigned char *)purpose, sizeof purpose, (const unsigned char *)token, SESSION_TOKEN_SIZE);
    sodium_bin2hex(session->csrf, sizeof session->csrf, print, sizeof print);
}

struct browser_session *browser_sessions_begin(struct browser_sessions *sessions, const struct user *user, uint64_t now_ms, char token[SESSION_TOKEN_SIZE + 1])
{
    unsigned char bytes[SESSION_TOKEN_SIZE / 2];
    struct browser_session *session = place_for(sessions, user->name, now_ms);
    browser_sessions_end(sessions, session);
    random_bytes(bytes, sizeof bytes);
    sodium_bin2hex(token, SESSION_TOKEN_SIZE + 1, bytes, sizeof bytes);
    sodium_memzero(bytes, sizeof bytes);
    *session = (struct browser_session){.id = ++sessions->last_id, .began_ms = now_ms, .used_ms = now_ms};
    print_of(token, session->token, sizeof session->token);
    password_of(user, session->password);
    make_csrf(session, token);
    snprintf(session->user, sizeof session->user, "%s", user->name);
    note(sessions, session, now_ms);
    return session;
}

/* As far as it can be said without its user: what they may do is of the rules, and can be another at any time. */
static bool alive(const struct browser_sessions *sessions, const struct browser_session *session, uint64_t now_ms)
{
    uint64_t longest_ms = sessions->read_only_ms > sessions->absolute_ms ? sessions->read_only_ms : sessions->absolute_ms;
    return session->id != 0 && now_ms - session->used_ms < sessions->idle_ms && now_ms - session->began_ms < longest_ms;
}

struct browser_session *browser_sessions_find(struct browser_sessions *sessions, const char *token, uint64_t now_ms)
{
    struct browser_session *found = NULL;
    if (strlen(token) != SESSION_TOKEN_SIZE)
        return NULL;
    unsigned char print[TOKEN_PRINT_SIZE];
    print_of(token, print, sizeof print);
    for (uint32_t i = 0; i < sessions->max; i++) {
        struct browser_session *session = &sessions->items[i];
        if (memcmp(session->token, print, sizeof print) == 0 && alive(sessions, session, now_ms))
            found = session;
    }
    if (found)
        make_csrf(found, token);
    return found;
}

struct browser_session *browser_sessions_get(struct browser_sessions *sessions, uint64_t id, uint64_t now_ms)
{
    for (uint32_t i = 0; id != 0 && i < sessions->max; i++)
        if (sessions->items[i].id == id)
            return alive(sessions, &sessions->items[i], now_ms) ? &sessions->items[i] : NULL;
    return NULL;
}

const struct user *browser_sessions_user(const struct browser_sessions *sessions, const struct browser_session *session, const struct users *users,
                                         uint64_t now_ms)
{
    unsigned char print[PASSWORD_PRINT_SIZE];
    const struct user *user = users_find(users, session->user);
    if (user && now_ms - session->began_ms >= (user->role == USER_READ_ONLY ? sessions->read_only_ms : sessions->absolute_ms))
        return NULL;
    if (user)
        password_of(user, print);
    return user && memcmp(print, session->password, sizeof print) == 0 ? user : NULL;
}

void browser_sessions_end(struct browser_sessions *sessions, struct browser_session *session)
{
    if (session && session->id != 0)
        session_file_drop(&sessions->file, session->token);
    if (session)
        *session = (struct browser_session){0};
}

uint32_t browser_sessions_count(const struct browser_sessions *sessions, uint64_t now_ms)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < sessions->max; i++)
        count += alive(sessions, &sessions->items[i], now_ms);
    return count;
}

/* Free, or one that is over, else the least recently used: of this user when they have their number, else of all. */
static struct browser_session *place_for(struct browser_sessions *sessions, const char *user, uint64_t now_ms)
{
    struct browser_session *unused = NULL, *oldest = &sessions->items[0], *oldest_of_user = NULL;
    uint32_t of_user = 0;
    for (uint32_t i = 0; i < sessions->max; i++) {
        struct browser_session *session = &sessions->items[i];
        if (!alive(sessions, session, now_ms)) {
            unused = session;
            continue;
        }
        if (now_ms - session->used_ms > now_ms - oldest->used_ms)   /* as ages: what is older than the machine's own clock is before 0 */
            oldest = session;
        if (strcmp(session->user, user) != 0)
            continue;
        of_user++;
        if (!oldest_of_user || now_ms - session->used_ms > now_ms - oldest_of_user->used_ms)
            oldest_of_user = session;
    }
    return of_user >= BROWSER_SESSIONS_OF_USER ? oldest_of_user : unused ? unused : oldest;
}

/* As the file has it: its times are those of the calendar, for the monotonic clock is another after the machine's next start. */
static void row_of(const struct browser_session *session, uint64_t now_ms, struct session_row *out)
{
    int64_t now_unix_ms = wall_clock_unix_ms();
    *out = (struct session_row){.began_unix_ms = now_unix_ms - (int64_t)(now_ms - session->began_ms),
                                .used_unix_ms = now_unix_ms - (int64_t)(now_ms - session->used_ms)};
    memcpy(out->token, session->token, sizeof out->token);
    memcpy(out->password, session->password, sizeof out->password);
    memcpy(out->user, session->user, sizeof out->user);
}

static void note(struct browser_sessions *sessions, struct browser_session *session, uint64_t now_ms)
{
    struct session_row row;
    row_of(session, now_ms, &row);
    session_file_put(&sessions->file, &row);
    session->noted_ms = session->used_ms;
}

static bool next_row(void *context, uint32_t *at, struct session_row *out)
{
    struct browser_sessions *sessions = context;
    while (*at < sessions->max && !alive(sessions, &sessions->items[*at], sessions->now_ms))
        ++*at;
    if (*at == sessions->max)
        return false;
    row_of(&sessions->items[*at], sessions->now_ms, out);
    sessions->items[*at].noted_ms = sessions->items[*at].used_ms;
    ++*at;
    return true;
}

static struct browser_session *find_print(struct browser_sessions *sessions, const unsigned char print[TOKEN_PRINT_SIZE])
{
    for (uint32_t i = 0; i < sessions->max; i++)
        if (sessions->items[i].id != 0 && memcmp(sessions->items[i].token, print, TOKEN_PRINT_SIZE) == 0)
            return &sessions->items[i];
    return NULL;
}

/* A clock that was set back makes nothing longer than it would be from now on. */
static uint64_t monotonic_of(const struct browser_sessions *sessions, int64_t unix_ms)
{
    int64_t ago_ms = wall_clock_unix_ms() - unix_ms;
    return sessions->now_ms - (ago_ms > 0 ? (uint64_t)ago_ms : 0);
}

static void read_row(void *context, const struct session_row *row, bool has_ended)
{
    struct browser_sessions *sessions = context;
    struct browser_session *session = row ? find_print(sessions, row->token) : NULL;
    if (!row)
        memset(sessions->items, 0, sessions->max * sizeof *sessions->items);
    if (!row || has_ended) {
        if (session)
            *session = (struct browser_session){0};
        return;
    }
    struct browser_session read = {.is_kept = true, .id = session ? session->id : ++sessions->last_id, .began_ms = monotonic_of(sessions, row->began_unix_ms),
                                   .used_ms = monotonic_of(sessions, row->used_unix_ms)};
    memcpy(read.token, row->token, sizeof read.token);
    memcpy(read.password, row->password, sizeof read.password);
    memcpy(read.user, row->user, sizeof read.user);
    if (alive(sessions, &read, sessions->now_ms))
        *(session ? session : place_for(sessions, read.user, sessions->now_ms)) = read;
    else if (session)
        *session = (struct browser_session){0};
}
