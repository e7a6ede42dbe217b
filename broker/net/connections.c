/* SPDX-License-Identifier: Apache-2.0 */
#include "connections.h"

#include <stdlib.h>

enum { NONE = -1, CAPACITY_FIRST = 256 * CONNECTIONS_DOORS_MAX, PLACES_MAX = 1 << 24 };
enum state { UNUSED, WAITING, GREETED, CROWDED, CUT };   /* CUT: shut, and not yet noticed; and who need not be greeted is GREETED */

static bool make_room(struct connections *connections, int fd);
static int32_t place_of(uint8_t door, int fd) { return fd * CONNECTIONS_DOORS_MAX + door; }
static struct connection *find(const struct connections *connections, uint8_t door, int fd);
static bool is_crowded(const struct connections *connections, bool is_tcp, bool watches);
static uint32_t count_key(const struct connections *connections, struct siphash_128 tag);
static void forget_key(struct connections *connections, int32_t place);
static bool is_key(struct siphash_128 tag) { return tag.lo != 0 || tag.hi != 0; }
static bool is_same(struct siphash_128 a, struct siphash_128 b) { return a.lo == b.lo && a.hi == b.hi; }
static void move(struct connections *connections, int32_t place, enum state state);
static struct connection_list *list_of(struct connections *connections, uint8_t state);
static void list_add(struct connections *connections, struct connection_list *list, int32_t place);
static void list_remove(struct connections *connections, struct connection_list *list, int32_t place);

lw_status connections_init(struct connections *connections, uint32_t max, uint32_t per_key_max)
{
    *connections = (struct connections){.max = max, .per_key_max = per_key_max, .waiting = {NONE, NONE}, .crowded = {NONE, NONE}};
    return index_table_init_small(&connections->by_key, PLACES_MAX);
}

void connections_fini(struct connections *connections)
{
    free(connections->places);
    index_table_fini(&connections->by_key);
    *connections = (struct connections){0};
}

lw_status connections_accept(struct connections *connections, uint8_t door, int fd, bool is_tcp, bool greets, uint64_t now_ms)
{
    if (fd < 0 || !make_room(connections, fd))
        return LW_NO_MEMORY;
    connections->accepted++;
    struct connection *connection = &connections->places[place_of(door, fd)];
    bool watches = is_tcp && !greets, is_one_too_many = is_crowded(connections, is_tcp, watches);
    *connection = (struct connection){.since_ms = now_ms, .serial = connections->accepted, .is_tcp = is_tcp, .watches = watches};
    connections->count++;
    connections->tcp_count += is_tcp;
    connections->watcher_count += watches;
    connections->cut_crowded += is_one_too_many;
    move(connections, place_of(door, fd), is_one_too_many ? CROWDED : greets || watches ? WAITING : GREETED);
    return LW_OK;
}

uint64_t connections_close(struct connections *connections, uint8_t door, int fd)
{
    struct connection *connection = find(connections, door, fd);

    if (!connection)
        return 0;
    connections->count--;
    connections->tcp_count -= connection->is_tcp;
    connections->watcher_count -= connection->watches;
    forget_key(connections, place_of(door, fd));
    move(connections, place_of(door, fd), UNUSED);
    return connection->session;
}

void connections_route(struct connections *connections, uint8_t door, int fd, uint64_t route)
{
    struct connection *connection = find(connections, door, fd);

    if (connection)
        connection->route = route;
}

void connections_forget(struct connections *connections, uint8_t door)
{
    for (uint32_t fd = 0; fd < connections->capacity / CONNECTIONS_DOORS_MAX; fd++)
        (void)connections_close(connections, door, (int)fd);
}

bool connections_identify(struct connections *connections, uint8_t door, int fd, struct siphash_128 key_tag)
{
    struct connection *connection = find(connections, door, fd);

    if (!connection)
        return true;
    if (connection->state != WAITING && connection->state != GREETED)
        return false;
    if (!is_key(key_tag) || is_same(key_tag, connection->key_tag))
        return true;
    forget_key(connections, place_of(door, fd));
    uint32_t count = count_key(connections, key_tag);
    if (connections->per_key_max > 0 && count >= connections->per_key_max) {
        connections->cut_of_key++;
        move(connections, place_of(door, fd), CROWDED);
        return false;
    }
    if (!index_table_make_room(&connections->by_key))
        return true;                   /* without memory it is not counted */
    connection->key_tag = key_tag;
    index_table_add(&connections->by_key, index_hash_u64(key_tag.lo), (uint32_t)place_of(door, fd));
    connections->key_peak = count + 1 > connections->key_peak ? count + 1 : connections->key_peak;
    return true;
}

void connections_greet(struct connections *connections, uint8_t door, int fd, uint64_t session)
{
    struct connection *connection = find(connections, door, fd);

    if (!connection || (connection->state != WAITING && connection->state != GREETED))
        return;
    connection->session = session;
    move(connections, place_of(door, fd), GREETED);
}

void connections_bear(struct connections *connections, uint8_t door, int fd, uint64_t now_ms)
{
    struct connection *connection = find(connections, door, fd);

    if (!connection || connection->state != WAITING)
        return;
    connection->since_ms = now_ms;
    move(connections, place_of(door, fd), WAITING);
}

void connections_leave(struct connections *connections, uint8_t door, int fd, uint64_t session, uint64_t now_ms)
{
    struct connection *connection = find(connections, door, fd);

    if (!connection || connection->state != GREETED || connection->session != session)
        return;
    connection->session = 0;
    connection->since_ms = now_ms;
    move(connections, place_of(door, fd), WAITING);
}

bool connections_peek_cut(const struct connections *connections, bool silent_too, uint64_t now_ms, struct connection_name *name_out)
{
    int32_t place = connections->crowded.first;

    if (place == NONE && silent_too && connections_wait_ms(connections, now_ms) == 0)
        place = connections->waiting.first;
    if (place == NONE)
        return false;
    *name_out = (struct connection_name){place / CONNECTIONS_DOORS_MAX, (uint8_t)(place % CONNECTIONS_DOORS_MAX), connections->places[place].serial,
                                         connections->places[place].route};
    return true;
}

bool connections_cut(struct connections *connections, const struct connection_name *name)
{
    struct connection *connection = find(connections, name->door, name->fd);

    if (!connection || connection->serial != name->serial || (connection->state != WAITING && connection->state != CROWDED))
        return false;
    connections->cut_silent += connection->state == WAITING;
    move(connections, place_of(name->door, name->fd), CUT);
    return true;
}

uint64_t connections_wait_ms(const struct connections *connections, uint64_t now_ms)
{
    if (connections->crowded.first != NONE)
        return 0;
    if (connections->waiting.first == NONE)
        return UINT64_MAX;
    uint64_t waited_ms = now_ms - connections->places[connections->waiting.first].since_ms;
    return waited_ms < CONNECTIONS_HELLO_MS ? CONNECTIONS_HELLO_MS - waited_ms : 0;
}

uint32_t connections_tcp_max(const struct connections *connections)
{
    uint32_t kept = connections->max / 8;

    return connections->max - (kept < CONNECTIONS_KEPT_MAX ? kept : CONNECTIONS_KEPT_MAX);
}

uint32_t connections_watchers_max(const struct connections *connections)
{
    uint32_t half = (connections_tcp_max(connections) + 1) / 2;

    return half < CONNECTIONS_WATCHERS_MAX ? half : CONNECTIONS_WATCHERS_MAX;
}

static bool make_room(struct connections *connections, int fd)
{
    uint32_t capacity = connections->capacity > 0 ? connections->capacity : CAPACITY_FIRST;

    if (place_of(0, fd) < (int32_t)connections->capacity)
        return true;
    while (capacity <= (uint32_t)place_of(0, fd))
        capacity *= 2;
    struct connection *places = realloc(connections->places, capacity * sizeof *places);
    if (!places)
        return false;
    for (uint32_t i = connections->capacity; i < capacity; i++)
        places[i] = (struct connection){0};
    connections->places = places;
    connections->capacity = capacity;
    return true;
}

static struct connection *find(const struct connections *connections, uint8_t door, int fd)
{
    if (fd < 0 || place_of(0, fd) >= (int32_t)connections->capacity || connections->places[place_of(door, fd)].state == UNUSED)
        return NULL;
    return &connections->places[place_of(door, fd)];
}

static uint32_t count_key(const struct connections *connections, struct siphash_128 tag)
{
    uint32_t hash = index_hash_u64(tag.lo), place, count = 0;

    for (uint32_t at = index_table_first(&connections->by_key, hash); index_table_at(&connections->by_key, hash, &at, &place);)
        count += is_same(connections->places[place].key_tag, tag);
    return count;
}

static void forget_key(struct connections *connections, int32_t place)
{
    struct siphash_128 *tag = &connections->places[place].key_tag;

    if (is_key(*tag))
        index_table_remove(&connections->by_key, index_hash_u64(tag->lo), (uint32_t)place);
    *tag = (struct siphash_128){0};
}

/* Those by TCP that are too many, and are being cut, take no room from ipc. */
static bool is_crowded(const struct connections *connections, bool is_tcp, bool watches)
{
    uint32_t tcp_max = connections_tcp_max(connections), by_ipc = connections->count - connections->tcp_count;

    if (connections->max == 0)
        return false;
    if (is_tcp && connections->tcp_count >= tcp_max)
        return true;
    if (watches && connections->watcher_count >= connections_watchers_max(connections))
        return true;
    return by_ipc + (connections->tcp_count < tcp_max ? connections->tcp_count : tcp_max) >= connections->max;
}

/* To the end of the state's list, also of the one that it is in. */
static void move(struct connections *connections, int32_t place, enum state state)
{
    struct connection *connection = &connections->places[place];
    struct connection_list *from = list_of(connections, connection->state), *to = list_of(connections, (uint8_t)state);

    if (from)
        list_remove(connections, from, place);
    connection->state = (uint8_t)state;
    if (to)
        list_add(connections, to, place);
}

static struct connection_list *list_of(struct connections *connections, uint8_t state)
{
    return state == WAITING ? &connections->waiting : state == CROWDED ? &connections->crowded : NULL;
}

static void list_add(struct connections *connections, struct connection_list *list, int32_t place)
{
    struct connection *connection = &connections->places[place];

    connection->next = NONE;
    connection->previous = list->last;
    if (list->last != NONE)
        connections->places[list->last].next = place;
    else
        list->first = place;
    list->last = place;
}

static void list_remove(struct connections *connections, struct connection_list *list, int32_t place)
{
    struct connection *connection = &connections->places[place];

    if (connection->previous != NONE)
        connections->places[connection->previous].next = connection->next;
    else
        list->first = connection->next;
    if (connection->next != NONE)
        connections->places[connection->next].previous = connection->previous;
    else
        list->last = connection->previous;
}
