/* SPDX-License-Identifier: Apache-2.0 */
#include "sessions.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t NONE = UINT32_MAX;

static const uint32_t role_max[SESSION_ROLES] = {
    [SESSION_ROLE_PUBLISHER] = SESSIONS_PUBLISHERS_MAX,
    [SESSION_ROLE_REP] = SESSIONS_REPS_MAX,
    [SESSION_ROLE_CONTROL] = SESSIONS_CONTROLS_MAX,
};

/* A publisher may ask again before its confirmation of the last answers arrives, so its window holds several credits. */
static const uint32_t role_window[SESSION_ROLES] = {
    [SESSION_ROLE_PUBLISHER] = 8 * SESSION_CREDIT,
    [SESSION_ROLE_REP] = SESSION_CREDIT,
    [SESSION_ROLE_CONTROL] = SESSION_CREDIT,
};

static bool has_key(const struct peer *peer) { return peer->key_tag.lo != 0 || peer->key_tag.hi != 0; }
static uint32_t route_hash(enum session_role role, uint64_t route);
static void list_add(struct sessions *sessions, struct peer_list *list, struct peer *peer);
static void list_remove(struct sessions *sessions, struct peer_list *list, struct peer *peer);

lw_status sessions_init(struct sessions *sessions)
{
    *sessions = (struct sessions){.ended = {NONE, NONE}};
    for (int role = 0; role < SESSION_ROLES; role++)
        sessions->heard[role] = (struct peer_list){NONE, NONE};
    memcpy(sessions->max, role_max, sizeof role_max);
    sessions->peers = calloc(SESSIONS_MAX, sizeof *sessions->peers);
    if (!sessions->peers || index_table_init(&sessions->by_route, SESSIONS_MAX) != LW_OK
        || index_table_init(&sessions->by_number, SESSIONS_MAX) != LW_OK || index_table_init(&sessions->by_key, SESSIONS_MAX) != LW_OK) {
        sessions_fini(sessions);
        return LW_NO_MEMORY;
    }
    for (uint32_t i = 0; i < SESSIONS_MAX; i++)
        sessions->peers[i].next = i + 1 < SESSIONS_MAX ? i + 1 : NONE;
    return LW_OK;
}

void sessions_fini(struct sessions *sessions)
{
    free(sessions->peers);
    index_table_fini(&sessions->by_route);
    index_table_fini(&sessions->by_number);
    index_table_fini(&sessions->by_key);
    *sessions = (struct sessions){0};
}

struct peer *sessions_new(struct sessions *sessions, enum session_role role, uint64_t route)
{
    uint32_t slot = sessions->free_first;

    if (slot == NONE || sessions->counts[role] >= sessions->max[role])
        return NULL;
    struct peer *peer = &sessions->peers[slot];
    sessions->free_first = peer->next;
    *peer = (struct peer){.number = ++sessions->last_number, .slot = slot, .route = route, .role = role,
                          .state = PEER_LOGGING_ON, .heard_ms = sessions->listening_ms[role], .descriptor = -1};
    sessions->counts[role]++;
    index_table_add(&sessions->by_route, route_hash(role, route), slot);
    index_table_add(&sessions->by_number, index_hash_u64(peer->number), slot);
    list_add(sessions, &sessions->heard[role], peer);
    return peer;
}

void sessions_set_key(struct sessions *sessions, struct peer *peer, struct siphash_128 tag)
{
    assert(!has_key(peer));

    peer->key_tag = tag;
    if (!has_key(peer))
        return;
    index_table_add(&sessions->by_key, index_hash_u64(tag.lo), peer->slot);
    uint32_t count = sessions_count_key(sessions, tag);
    sessions->key_peak = count > sessions->key_peak ? count : sessions->key_peak;
}

uint32_t sessions_count_key(const struct sessions *sessions, struct siphash_128 tag)
{
    uint32_t hash = index_hash_u64(tag.lo), slot, count = 0;

    for (uint32_t at = index_table_first(&sessions->by_key, hash); index_table_at(&sessions->by_key, hash, &at, &slot);)
        count += sessions->peers[slot].key_tag.lo == tag.lo && sessions->peers[slot].key_tag.hi == tag.hi;
    return count;
}

void sessions_bound(struct sessions *sessions, enum session_role role, uint32_t max)
{
    sessions->max[role] = max > 0 && max < role_max[role] ? max : role_max[role];
}

struct peer *sessions_find_route(const struct sessions *sessions, enum session_role role, uint64_t route)
{
    uint32_t hash = route_hash(role, route), slot;

    for (uint32_t at = index_table_first(&sessions->by_route, hash); index_table_at(&sessions->by_route, hash, &at, &slot);) {
        struct peer *peer = &sessions->peers[slot];
        if (peer->route == route && peer->role == role)
            return peer;
    }
    return NULL;
}

struct peer *sessions_find(const struct sessions *sessions, uint64_t number)
{
    uint32_t hash = index_hash_u64(number), slot;

    for (uint32_t at = index_table_first(&sessions->by_number, hash); index_table_at(&sessions->by_number, hash, &at, &slot);) {
        if (sessions->peers[slot].number == number)
            return sessions_at(sessions, slot, number);
    }
    return NULL;
}

struct peer *sessions_at(const struct sessions *sessions, uint32_t slot, uint64_t number)
{
    struct peer *peer = &sessions->peers[slot];

    return peer->number == number && (peer->state == PEER_OPEN || peer->state == PEER_LOGGING_ON) ? peer : NULL;
}

void sessions_heard(struct sessions *sessions, struct peer *peer)
{
    struct peer_list *list = &sessions->heard[peer->role];

    peer->heard_ms = sessions->listening_ms[peer->role];
    if (list->last == peer->slot)
        return;
    list_remove(sessions, list, peer);
    list_add(sessions, list, peer);
}

/* To the front of the list, which is in the order of heard_ms. */
void sessions_lost(struct sessions *sessions, struct peer *peer)
{
    struct peer_list *list = &sessions->heard[peer->role];

    list_remove(sessions, list, peer);
    peer->heard_ms = sessions->listening_ms[peer->role] - SESSION_SILENT_MS;
    peer->previous = NONE;
    peer->next = list->first;
    if (list->first != NONE)
        sessions->peers[list->first].previous = peer->slot;
    else
        list->last = peer->slot;
    list->first = peer->slot;
}

void sessions_listen(struct sessions *sessions, enum session_role role, uint64_t elapsed_ms)
{
    sessions->listening_ms[role] += elapsed_ms < SESSION_LISTEN_STEP_MAX_MS ? elapsed_ms : SESSION_LISTEN_STEP_MAX_MS;
}

struct peer *sessions_peek_silent(const struct sessions *sessions, enum session_role role)
{
    uint32_t first = sessions->heard[role].first;

    if (first == NONE)
        return NULL;
    struct peer *peer = &sessions->peers[first];
    return sessions->listening_ms[role] - peer->heard_ms >= SESSION_SILENT_MS ? peer : NULL;
}

uint64_t sessions_silent_in_ms(const struct sessions *sessions, enum session_role role)
{
    uint32_t first = sessions->heard[role].first;

    if (first == NONE)
        return UINT64_MAX;
    uint64_t silent_ms = sessions->listening_ms[role] - sessions->peers[first].heard_ms;
    return silent_ms < SESSION_SILENT_MS ? SESSION_SILENT_MS - silent_ms : 0;
}

void sessions_end(struct sessions *sessions, struct peer *peer, bool logs_off)
{
    assert(peer->state == PEER_OPEN || peer->state == PEER_LOGGING_ON);

    index_table_remove(&sessions->by_route, route_hash(peer->role, peer->route), peer->slot);
    if (has_key(peer))
        index_table_remove(&sessions->by_key, index_hash_u64(peer->key_tag.lo), peer->slot);
    list_remove(sessions, &sessions->heard[peer->role], peer);
    list_add(sessions, &sessions->ended, peer);
    sessions->counts[peer->role]--;
    peer->state = PEER_ENDED;
    peer->logs_off = logs_off;
}

struct peer *sessions_peek_ended(const struct sessions *sessions)
{
    return sessions->ended.first == NONE ? NULL : &sessions->peers[sessions->ended.first];
}

void sessions_free(struct sessions *sessions, struct peer *peer)
{
    assert(peer->state == PEER_ENDED);

    list_remove(sessions, &sessions->ended, peer);
    index_table_remove(&sessions->by_number, index_hash_u64(peer->number), peer->slot);
    uint32_t slot = peer->slot;
    *peer = (struct peer){.slot = slot, .next = sessions->free_first};
    sessions->free_first = slot;
}

uint32_t sessions_window(enum session_role role)
{
    return role_window[role];
}

static uint32_t route_hash(enum session_role role, uint64_t route)
{
    return index_hash_u64(route * SESSION_ROLES + role);
}

static void list_add(struct sessions *sessions, struct peer_list *list, struct peer *peer)
{
    peer->next = NONE;
    peer->previous = list->last;
    if (list->last != NONE)
        sessions->peers[list->last].next = peer->slot;
    else
        list->first = peer->slot;
    list->last = peer->slot;
}

static void list_remove(struct sessions *sessions, struct peer_list *list, struct peer *peer)
{
    if (peer->previous != NONE)
        sessions->peers[peer->previous].next = peer->next;
    else
        list->first = peer->next;
    if (peer->next != NONE)
        sessions->peers[peer->next].previous = peer->previous;
    else
        list->last = peer->previous;
}
