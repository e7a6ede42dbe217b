/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE   /* accept4 */
#include "zmtp_router.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wall_clock.h"

enum {
    NO_PLACE = UINT32_MAX >> 1, PLACES_FIRST = 64, PLACES_MAX = 1 << 24,
    EVENTS_MAX = 64,             /* asked of epoll at a time */
    ACCEPTS_MAX = 64,            /* at a time */
    READS_MAX = 16,              /* that give no message, in a row: then others' turn comes */
    FLUSH_AT = 64 * 1024,        /* put for one: it goes at once */
};

static bool watch_listeners(struct zmtp_router *router, int operation);
static void accept_all(struct zmtp_router *router, const struct zmtp_listener *listener, uint64_t now_ms);
static void shake(struct zmtp_router *router, struct zmtp_peer *peer);
static void give_up(struct zmtp_router *router, struct zmtp_peer *peer);
static void end_peer(struct zmtp_router *router, struct zmtp_peer *peer);
static bool take_place(struct zmtp_router *router, struct zmtp_peer *peer);
static struct zmtp_peer *find(const struct zmtp_router *router, uint64_t route);
static struct zmtp_peer *next_ready(struct zmtp_router *router);
static bool ask(struct zmtp_router *router);
static void leave(struct zmtp_router *router);
static void flush_peer(struct zmtp_router *router, struct zmtp_peer *peer);
static bool watch(struct zmtp_router *router, struct zmtp_peer *peer);
static bool make_event_room(struct zmtp_router *router);
static void tell(struct zmtp_router *router, enum endpoint_event_kind kind, const struct zmtp_peer *peer);
static bool has_blocked(const struct zmtp_router *router);
static void unlink_ours(const struct zmtp_listener *listener);

/* ---- lists ---- */

static void list_init(struct zmtp_node *list) { list->next = list->previous = list; }
static bool list_is_empty(const struct zmtp_node *list) { return list->next == list; }

static void list_remove(struct zmtp_node *node)
{
    if (!node->next)
        return;
    node->next->previous = node->previous;
    node->previous->next = node->next;
    *node = (struct zmtp_node){0};
}

static void list_add(struct zmtp_node *list, struct zmtp_node *node)
{
    list_remove(node);
    *node = (struct zmtp_node){.next = list, .previous = list->previous};
    list->previous->next = node;
    list->previous = node;
}

static struct zmtp_peer *peer_of_turn(struct zmtp_node *node)
{
    return (struct zmtp_peer *)(void *)((char *)node - offsetof(struct zmtp_peer, turn));
}

static struct zmtp_peer *peer_of_dirty(struct zmtp_node *node)
{
    return (struct zmtp_peer *)(void *)((char *)node - offsetof(struct zmtp_peer, dirty));
}

/* ---- open and close ---- */

lw_status zmtp_router_open(struct zmtp_router *router, const struct zmtp_limits *limits)
{
    *router = (struct zmtp_router){.limits = *limits, .free_first = NO_PLACE};
    list_init(&router->ready);
    list_init(&router->shaking);
    list_init(&router->dirty);
    router->reads.fd = epoll_create1(EPOLL_CLOEXEC);
    router->always.fd = router->reads.fd >= 0 ? epoll_create1(EPOLL_CLOEXEC) : -1;
    router->is_open = router->always.fd >= 0;
    if (router->is_open)
        return LW_OK;
    if (router->reads.fd >= 0)
        close(router->reads.fd);
    return LW_IO;
}

lw_status zmtp_router_listen(struct zmtp_router *router, const char *path)
{
    struct zmtp_listener *listener = &router->listeners[router->listener_count];
    struct epoll_event readable = {.events = EPOLLIN, .data.u64 = router->listener_count};
    struct stat file;

    assert(router->is_open && router->listener_count < ZMTP_LISTENERS_MAX && strlen(path) < sizeof listener->address.sun_path);
    *listener = (struct zmtp_listener){.address.sun_family = AF_UNIX};
    memcpy(listener->address.sun_path, path, strlen(path) + 1);
    listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener->fd < 0)
        return LW_IO;
    (void)unlink(path);          /* of one that is no more */
    if (bind(listener->fd, (struct sockaddr *)&listener->address, sizeof listener->address) == 0) {
        if (stat(path, &file) == 0) {
            listener->device = file.st_dev;
            listener->inode = file.st_ino;
        }
        if (listen(listener->fd, ZMTP_BACKLOG) == 0 && epoll_ctl(router->always.fd, EPOLL_CTL_ADD, listener->fd, &readable) == 0) {
            router->listener_count++;
            return LW_OK;
        }
        unlink_ours(listener);
    }
    int why = errno;
    close(listener->fd);
    errno = why;
    return LW_IO;
}

void zmtp_router_stop(struct zmtp_router *router)
{
    for (uint32_t i = 0; i < router->listener_count; i++) {
        unlink_ours(&router->listeners[i]);
        close(router->listeners[i].fd);
    }
    router->listener_count = 0;
    router->accept_again_ms = 0;
    while (router->is_open && !list_is_empty(&router->shaking))
        end_peer(router, peer_of_turn(router->shaking.next));
}

void zmtp_router_close(struct zmtp_router *router, uint64_t until_ms)
{
    if (!router->is_open)
        return;
    zmtp_router_stop(router);
    zmtp_routers_finish(&router, 1, until_ms);
    for (uint32_t i = 0; i < router->place_count; i++)
        if (router->places[i].peer)
            zmtp_peer_free(router->places[i].peer);
    close(router->reads.fd);
    close(router->always.fd);
    zmtp_bytes_clear(&router->spare, 0);
    free(router->places);
    free(router->events);
    *router = (struct zmtp_router){0};
}

/* Who does not read keeps nobody waiting who does, at whichever router. */
void zmtp_routers_finish(struct zmtp_router *const *routers, size_t count, uint64_t until_ms)
{
    struct pollfd waits[ZMTP_ROUTERS_MAX];
    uint64_t now_ms;

    assert(count <= ZMTP_ROUTERS_MAX);
    do {
        nfds_t waiting = 0;
        for (size_t i = 0; i < count; i++) {
            if (!routers[i]->is_open)
                continue;
            zmtp_router_flush(routers[i]);
            zmtp_router_send_on(routers[i]);
            if (has_blocked(routers[i]))
                waits[waiting++] = (struct pollfd){.fd = routers[i]->always.fd, .events = POLLIN};
        }
        now_ms = wall_clock_monotonic_ms();
        if (waiting == 0 || (now_ms < until_ms && poll(waits, waiting, (int)(until_ms - now_ms)) < 0 && errno != EINTR))
            return;
    } while (now_ms < until_ms);
}

static bool has_blocked(const struct zmtp_router *router)
{
    for (uint32_t i = 0; i < router->place_count; i++) {
        if (router->places[i].peer && router->places[i].peer->is_blocked)
            return true;
    }
    return false;
}

static void unlink_ours(const struct zmtp_listener *listener)
{
    struct stat file;

    if (stat(listener->address.sun_path, &file) == 0 && file.st_dev == listener->device && file.st_ino == listener->inode)
        (void)unlink(listener->address.sun_path);
}

/* ---- connections come and go ---- */

void zmtp_router_turn(struct zmtp_router *router, uint64_t now_ms)
{
    struct epoll_event events[EVENTS_MAX];

    if (!router->is_open)
        return;
    router->has_asked = false;           /* of who has come since the last turn nothing is known */
    if (router->always.may_have) {
        int count = epoll_wait(router->always.fd, events, EVENTS_MAX, 0);
        for (int i = 0; i < count; i++) {
            struct zmtp_peer *peer = find(router, events[i].data.u64);
            if (!zmtp_router_has(events[i].data.u64))
                accept_all(router, &router->listeners[events[i].data.u64], now_ms);
            if (peer && peer->is_blocked)
                flush_peer(router, peer);
            if (peer && peer->state != ZMTP_PEER_UP)
                shake(router, peer);
        }
        router->always.may_have = count == EVENTS_MAX;
    }
    while (!list_is_empty(&router->shaking) && now_ms >= peer_of_turn(router->shaking.next)->shake_by_ms)
        give_up(router, peer_of_turn(router->shaking.next));
    if (router->accept_again_ms != 0 && now_ms >= router->accept_again_ms)
        router->accept_again_ms = watch_listeners(router, EPOLL_CTL_ADD) ? 0 : now_ms + ZMTP_ACCEPT_AGAIN_MS;
}

uint64_t zmtp_router_due_ms(const struct zmtp_router *router)
{
    uint64_t due_ms = router->accept_again_ms != 0 ? router->accept_again_ms : UINT64_MAX;

    if (router->is_open && !list_is_empty(&router->shaking)) {
        uint64_t shake_by_ms = peer_of_turn(router->shaking.next)->shake_by_ms;
        due_ms = shake_by_ms < due_ms ? shake_by_ms : due_ms;
    }
    return due_ms;
}

bool zmtp_router_take_event(struct zmtp_router *router, struct endpoint_event *out)
{
    *out = (struct endpoint_event){.fd = -1};
    if (router->failed_accepts > 0) {
        router->failed_accepts--;
        out->kind = ENDPOINT_ACCEPT_FAILED;
        return true;
    }
    if (router->failed_handshakes > 0) {
        router->failed_handshakes--;
        out->kind = ENDPOINT_HANDSHAKE_FAILED;
        return true;
    }
    if (router->events_taken == router->event_count) {
        router->events_taken = router->event_count = 0;
        return false;
    }
    *out = router->events[router->events_taken++];
    return true;
}

lw_status zmtp_router_admit(struct zmtp_router *router, int fd, uint64_t now_ms)
{
    struct zmtp_peer *peer = make_event_room(router) ? zmtp_peer_new(fd) : NULL;

    if (!peer || !take_place(router, peer)) {
        if (peer)
            zmtp_peer_free(peer);
        else
            close(fd);
        return LW_NO_MEMORY;
    }
    peer->shake_by_ms = now_ms + ZMTP_HANDSHAKE_MS;
    list_add(&router->shaking, &peer->turn);
    tell(router, ENDPOINT_ACCEPTED, peer);
    if (!watch(router, peer)) {
        give_up(router, peer);
        return LW_IO;
    }
    flush_peer(router, peer);
    return LW_OK;
}

/* When no descriptor is left they wait in the listener's queue. It would say so without end: for a moment it is not heard. */
static void accept_all(struct zmtp_router *router, const struct zmtp_listener *listener, uint64_t now_ms)
{
    for (int i = 0; i < ACCEPTS_MAX && router->accept_again_ms == 0; i++) {
        int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED))
            return;
        if (fd >= 0 && zmtp_router_admit(router, fd, now_ms) == LW_OK)
            continue;
        router->failed_accepts++;
        (void)watch_listeners(router, EPOLL_CTL_DEL);
        router->accept_again_ms = now_ms + ZMTP_ACCEPT_AGAIN_MS;
    }
}

static bool watch_listeners(struct zmtp_router *router, int operation)
{
    bool is_done = true;

    for (uint32_t i = 0; i < router->listener_count; i++) {
        struct epoll_event readable = {.events = EPOLLIN, .data.u64 = i};
        if (epoll_ctl(router->always.fd, operation, router->listeners[i].fd, &readable) != 0 && errno != EEXIST && errno != ENOENT)
            is_done = false;
    }
    if (!is_done && operation == EPOLL_CTL_ADD)      /* all or none: one that is watched and not heard would wake us without end */
        (void)watch_listeners(router, EPOLL_CTL_DEL);
    return is_done;
}

static void shake(struct zmtp_router *router, struct zmtp_peer *peer)
{
    bool is_there = zmtp_peer_fill(peer, &router->spare);
    enum zmtp_found found = zmtp_peer_shake(peer);

    zmtp_peer_settle(peer, &router->spare);
    if (found == ZMTP_WRONG || (found == ZMTP_PART && !is_there)) {
        give_up(router, peer);
        return;
    }
    if (found == ZMTP_PART)
        return;
    list_remove(&peer->turn);
    if (!watch(router, peer)) {
        end_peer(router, peer);
        return;
    }
    if (zmtp_bytes_count(&peer->in) > 0) {
        list_add(&router->ready, &peer->turn);
        router->reads.may_have = true;
    }
}

/* Its handshake has failed. */
static void give_up(struct zmtp_router *router, struct zmtp_peer *peer)
{
    router->failed_handshakes++;
    end_peer(router, peer);
}

static void end_peer(struct zmtp_router *router, struct zmtp_peer *peer)
{
    uint32_t place = (uint32_t)peer->route;

    list_remove(&peer->turn);
    list_remove(&peer->dirty);
    if (router->current == peer)
        router->current = NULL;
    router->places[place] = (struct zmtp_place){.next_free = router->free_first};
    router->free_first = place;
    router->count--;
    tell(router, ENDPOINT_DISCONNECTED, peer);
    peer->in.begin = peer->in.end;
    zmtp_peer_settle(peer, &router->spare);
    zmtp_peer_free(peer);              /* epoll forgets a descriptor that is closed */
}

static bool take_place(struct zmtp_router *router, struct zmtp_peer *peer)
{
    if (router->free_first == NO_PLACE) {
        uint32_t more = router->place_count > 0 ? router->place_count : PLACES_FIRST;
        if (router->place_count + more > PLACES_MAX)
            return false;
        struct zmtp_place *places = realloc(router->places, (router->place_count + more) * sizeof *places);
        if (!places)
            return false;
        for (uint32_t i = router->place_count; i < router->place_count + more; i++)
            places[i] = (struct zmtp_place){.next_free = i + 1 < router->place_count + more ? i + 1 : NO_PLACE};
        router->places = places;
        router->free_first = router->place_count;
        router->place_count += more;
    }
    uint32_t place = router->free_first;
    router->free_first = router->places[place].next_free;
    router->places[place].peer = peer;
    router->count++;
    router->last_generation += router->last_generation == UINT32_MAX ? 2 : 1;
    peer->route = (uint64_t)router->last_generation << 32 | place;
    return true;
}

static struct zmtp_peer *find(const struct zmtp_router *router, uint64_t route)
{
    uint32_t place = (uint32_t)route;
    struct zmtp_peer *peer = zmtp_router_has(route) && place < router->place_count ? router->places[place].peer : NULL;

    return peer && peer->route == route ? peer : NULL;
}

/* ---- reading ---- */

/* Whoever has something is read once and heard to the end of what came; then it is the next one's turn. */
bool zmtp_router_receive(struct zmtp_router *router, struct zmtp_arrival *out)
{
    struct zmtp_frame frame;

    for (int reads = 0; router->is_open && reads < READS_MAX;) {
        struct zmtp_peer *peer = router->current ? router->current : next_ready(router);
        if (!peer)
            return false;
        enum zmtp_peer_found found = zmtp_peer_next(peer, &router->limits, &frame);
        if (!peer->dirty.next && !peer->is_blocked && zmtp_bytes_count(&peer->out) > 0)      /* it has pinged */
            list_add(&router->dirty, &peer->dirty);
        if (found == ZMTP_PEER_MESSAGE) {
            *out = (struct zmtp_arrival){.route = peer->route, .data = frame.body, .size = frame.size, .user_id = peer->user_id,
                                         .fd = peer->fd, .has_identity = peer->has_identity};
            return true;
        }
        if (found == ZMTP_PEER_OVER) {
            end_peer(router, peer);
        } else if (peer->is_visited) {
            leave(router);
        } else {
            reads++;
            if (!zmtp_peer_fill(peer, &router->spare))
                end_peer(router, peer);
        }
    }
    return false;
}

static struct zmtp_peer *next_ready(struct zmtp_router *router)
{
    if (list_is_empty(&router->ready) && !ask(router))
        return NULL;
    struct zmtp_peer *peer = peer_of_turn(router->ready.next);
    list_remove(&peer->turn);
    peer->is_visited = false;
    router->current = peer;
    return peer;
}

/* Who is ready by now. False: nobody is, or who came since then is the next turn's. */
static bool ask(struct zmtp_router *router)
{
    struct epoll_event events[EVENTS_MAX];
    int count = router->has_asked ? 0 : epoll_wait(router->reads.fd, events, EVENTS_MAX, 0);

    for (int i = 0; i < count; i++) {
        struct zmtp_peer *peer = find(router, events[i].data.u64);
        if (peer)
            list_add(&router->ready, &peer->turn);
    }
    router->has_asked = count > 0 && count < EVENTS_MAX;
    router->reads.may_have = count > 0;
    return !list_is_empty(&router->ready);
}

/* It is another's turn. Of what was left in the kernel epoll tells again, and of all others who have something by then: were it put
 * behind them without asking, somebody who never pauses would be the only one that is ever heard. */
static void leave(struct zmtp_router *router)
{
    struct zmtp_peer *peer = router->current;

    router->current = NULL;
    zmtp_peer_settle(peer, &router->spare);
    if (!peer->is_drained)
        router->has_asked = false;
}

/* ---- sending ---- */

enum zmtp_sent zmtp_router_reserve(struct zmtp_router *router, uint64_t route, size_t size, uint8_t **room)
{
    struct zmtp_peer *peer = find(router, route);

    if (!peer || peer->is_deaf)
        return ZMTP_UNREACHABLE;
    *room = zmtp_peer_has_room(peer, &router->limits) ? zmtp_bytes_reserve(&peer->out, size) : NULL;
    return *room ? ZMTP_SENT : ZMTP_NO_ROOM;
}

void zmtp_router_put(struct zmtp_router *router, uint64_t route, size_t size)
{
    struct zmtp_peer *peer = find(router, route);

    assert(peer);
    zmtp_peer_add(peer, size);
    if (peer->is_blocked)
        return;
    if (zmtp_bytes_count(&peer->out) >= FLUSH_AT)
        flush_peer(router, peer);
    else if (!peer->dirty.next)
        list_add(&router->dirty, &peer->dirty);
}

void zmtp_router_flush(struct zmtp_router *router)
{
    while (router->is_open && !list_is_empty(&router->dirty))
        flush_peer(router, peer_of_dirty(router->dirty.next));
}

void zmtp_router_send_on(struct zmtp_router *router)
{
    struct epoll_event events[EVENTS_MAX];
    int count = router->is_open ? epoll_wait(router->always.fd, events, EVENTS_MAX, 0) : 0;

    for (int i = 0; i < count; i++) {
        struct zmtp_peer *peer = find(router, events[i].data.u64);
        if (peer && peer->is_blocked)
            flush_peer(router, peer);
    }
}

void zmtp_router_cut(struct zmtp_router *router, uint64_t route)
{
    struct zmtp_peer *peer = find(router, route);

    if (peer)
        end_peer(router, peer);
}

static void flush_peer(struct zmtp_router *router, struct zmtp_peer *peer)
{
    list_remove(&peer->dirty);
    zmtp_peer_flush(peer);
    if (!watch(router, peer))
        (void)shutdown(peer->fd, SHUT_RDWR);   /* it is found by reading, as any that has ended */
}

/* Waits for what it needs now: its hello, room for what waits, and, once it is up, to be read. */
static bool watch(struct zmtp_router *router, struct zmtp_peer *peer)
{
    uint32_t wanted = (peer->state != ZMTP_PEER_UP ? EPOLLIN : 0u) | (peer->is_blocked ? EPOLLOUT : 0u);
    struct epoll_event event = {.events = wanted, .data.u64 = peer->route}, readable = {.events = EPOLLIN, .data.u64 = peer->route};

    if (wanted != peer->watched) {
        int operation = peer->watched == 0 ? EPOLL_CTL_ADD : wanted == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
        if (epoll_ctl(router->always.fd, operation, peer->fd, &event) != 0)
            return false;
        peer->watched = wanted;
    }
    if (peer->state != ZMTP_PEER_UP || peer->is_read)
        return true;
    peer->is_read = true;
    return epoll_ctl(router->reads.fd, EPOLL_CTL_ADD, peer->fd, &readable) == 0;
}

/* ---- what is told of connections ---- */

/* For one more that comes, and the end of each. */
static bool make_event_room(struct zmtp_router *router)
{
    size_t wanted = router->event_count + router->count + 2;

    if (wanted <= router->event_capacity)
        return true;
    struct endpoint_event *events = realloc(router->events, 2 * wanted * sizeof *events);
    if (!events)
        return false;
    router->events = events;
    router->event_capacity = 2 * wanted;
    return true;
}

static void tell(struct zmtp_router *router, enum endpoint_event_kind kind, const struct zmtp_peer *peer)
{
    assert(router->event_count < router->event_capacity);
    router->events[router->event_count++] = (struct endpoint_event){.kind = kind, .fd = peer->fd, .route = peer->route};
}
