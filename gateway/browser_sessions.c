/* SPDX-License-Identifier: Apache-2.0
 *
 * A fingerprint of 128 bits is compared in every row: some thousand comparisons for a request, less than its HTTP costs.
 */
#include "browser_sessions.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wall_clock.h"

static struct browser_session *place_for(struct browser_sessions *sessions, const char *user, uint64_t now_ms);
static void random_hex(char *text, size_t size);

lw_status browser_sessions_init(struct browser_sessions *sessions, uint32_t max, uint64_t idle_ms, uint64_t absolute_ms)
{
    assert(max > 0);
    *sessions = (struct browser_sessions){.max = max, .idle_ms = idle_ms, .absolute_ms = absolute_ms};
    sessions->items = calloc(max, sizeof *sessions->items);
    random_bytes(&sessions->key, sizeof sessions->key);
    return sessions->items ? LW_OK : LW_NO_MEMORY;
}

void browser_sessions_fini(struct browser_sessions *sessions)
{
    free(sessions->items);
    *sessions = (struct browser_sessions){0};
}

struct browser_session *browser_sessions_begin(struct browser_sessions *sessions, const char *user, uint64_t now_ms, char token[SESSION_TOKEN_SIZE + 1])
{
    struct browser_session *session = place_for(sessions, user, now_ms);
    random_hex(token, SESSION_TOKEN_SIZE);
    *session = (struct browser_session){
        .id = ++sessions->last_id, .print = siphash_128(sessions->key, token, SESSION_TOKEN_SIZE), .began_ms = now_ms, .used_ms = now_ms};
    random_hex(session->csrf, CSRF_TOKEN_SIZE);
    snprintf(session->user, sizeof session->user, "%s", user);
    return session;
}

static bool alive(const struct browser_sessions *sessions, const struct browser_session *session, uint64_t now_ms)
{
    return session->id != 0 && now_ms - session->used_ms < sessions->idle_ms && now_ms - session->began_ms < sessions->absolute_ms;
}

struct browser_session *browser_sessions_find(struct browser_sessions *sessions, const char *token, uint64_t now_ms)
{
    struct browser_session *found = NULL;
    if (strlen(token) != SESSION_TOKEN_SIZE)
        return NULL;
    struct siphash_128 print = siphash_128(sessions->key, token, SESSION_TOKEN_SIZE);
    for (uint32_t i = 0; i < sessions->max; i++) {
        struct browser_session *session = &sessions->items[i];
        if (session->print.lo == print.lo && session->print.hi == print.hi && alive(sessions, session, now_ms))
            found = session;
    }
    return found;
}

struct browser_session *browser_sessions_get(struct browser_sessions *sessions, uint64_t id, uint64_t now_ms)
{
    for (uint32_t i = 0; id != 0 && i < sessions->max; i++)
        if (sessions->items[i].id == id)
            return alive(sessions, &sessions->items[i], now_ms) ? &sessions->items[i] : NULL;
    return NULL;
}

void browser_sessions_end(struct browser_session *session)
{
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

/* One that is over, else the least recently used: of this user when they have their number, else of all. */
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
        if (session->used_ms < oldest->used_ms)
            oldest = session;
        if (strcmp(session->user, user) != 0)
            continue;
        of_user++;
        if (!oldest_of_user || session->used_ms < oldest_of_user->used_ms)
            oldest_of_user = session;
    }
    return of_user >= BROWSER_SESSIONS_OF_USER ? oldest_of_user : unused ? unused : oldest;
}

static void random_hex(char *text, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[SESSION_TOKEN_SIZE / 2];
    assert(size / 2 <= sizeof bytes);
    random_bytes(bytes, size / 2);
    for (size_t i = 0; i < size; i++)
        text[i] = digits[i % 2 == 0 ? bytes[i / 2] >> 4 : bytes[i / 2] & 15];
    text[size] = '\0';
}
