/* SPDX-License-Identifier: Apache-2.0 */
#include "connections.h"

#include <stdlib.h>

enum { NONE = -1, CAPACITY_FIRST = 256 };
enum state { UNUSED, WAITING, GREETED, CROWDED, CUT };   /* CUT: shut, and not yet noticed; and who need not be greeted is GREETED */

static bool make_room(struct connections *connections, int fd);
static struct connection *find(const struct connections *connections, int fd);
static bool is_crowded(const struct connections *connections, bool is_tcp);
static void move(struct connections *connections, int fd, enum state state);
static struct connection_list *list_of(struct connections *connections, uint8_t state);
static void list_add(struct connections *connections, struct connection_list *list, int fd);
static void list_remove(struct connections *connections, struct connection_list *list, int fd);

void connections_init(struct connections *connections, uint32_t max)
{
    *connections = (struct connections){.max = max, .waiting = {NONE, NONE}, .crowded = {NONE, NONE}};
}

void connections_fini(struct connections *connections)
{
    free(connections->by_fd);
    *connections = (struct connections){0};
}

lw_status connections_accept(struct connections *connections, uint8_t door, int fd, bool is_tcp, bool greets, uint64_t now_ms)
{
    if (fd < 0 || !make_room(connections, fd))
        return LW_NO_MEMORY;
    connections->accepted++;
    struct connection *connection = &connections->by_fd[fd];
    if (connection->state != UNUSED)          /* its end has not been told yet, by another socket */
        (void)connections_close(connections, connection->door, fd);
    bool is_one_too_many = is_crowded(connections, is_tcp);
    *connection = (struct connection){.since_ms = now_ms, .serial = connections->accepted, .door = door, .is_tcp = is_tcp};
    connections->count++;
    connections->tcp_count += is_tcp;
    connections->cut_crowded += is_one_too_many;
    move(connections, fd, is_one_too_many ? CROWDED : greets ? WAITING : GREETED);
    return LW_OK;
}

uint64_t connections_close(struct connections *connections, uint8_t door, int fd)
{
    struct connection *connection = find(connections, fd);

    if (!connection || connection->door != door)
        return 0;
    connections->count--;
    connections->tcp_count -= connection->is_tcp;
    move(connections, fd, UNUSED);
    return connection->session;
}

void connections_forget(struct connections *connections, uint8_t door)
{
    for (uint32_t fd = 0; fd < connections->capacity; fd++)
        (void)connections_close(connections, door, (int)fd);
}

void connections_greet(struct connections *connections, int fd, uint64_t session)
{
    struct connection *connection = find(connections, fd);

    if (!connection || (connection->state != WAITING && connection->state != GREETED))
        return;
    connection->session = session;
    move(connections, fd, GREETED);
}

void connections_bear(struct connections *connections, int fd, uint64_t now_ms)
{
    struct connection *connection = find(connections, fd);

    if (!connection || connection->state != WAITING)
        return;
    connection->since_ms = now_ms;
    move(connections, fd, WAITING);
}

void connections_leave(struct connections *connections, int fd, uint64_t session, uint64_t now_ms)
{
    struct connection *connection = find(connections, fd);

    if (!connection || connection->state != GREETED || connection->session != session)
        return;
    connection->session = 0;
    connection->since_ms = now_ms;
    move(connections, fd, WAITING);
}

int connections_peek_cut(const struct connections *connections, bool silent_too, uint64_t now_ms, uint64_t *serial)
{
    int fd = connections->crowded.first;

    if (fd == NONE && silent_too && connections_wait_ms(connections, now_ms) == 0)
        fd = connections->waiting.first;
    if (fd != NONE)
        *serial = connections->by_fd[fd].serial;
    return fd;
}

bool connections_cut(struct connections *connections, int fd, uint64_t serial)
{
    struct connection *connection = find(connections, fd);

    if (!connection || connection->serial != serial || (connection->state != WAITING && connection->state != CROWDED))
        return false;
    connections->cut_silent += connection->state == WAITING;
    move(connections, fd, CUT);
    return true;
}

uint64_t connections_wait_ms(const struct connections *connections, uint64_t now_ms)
{
    if (connections->crowded.first != NONE)
        return 0;
    if (connections->waiting.first == NONE)
        return UINT64_MAX;
    uint64_t waited_ms = now_ms - connections->by_fd[connections->waiting.first].since_ms;
    return waited_ms < CONNECTIONS_HELLO_MS ? CONNECTIONS_HELLO_MS - waited_ms : 0;
}

uint32_t connections_tcp_max(const struct connections *connections)
{
    uint32_t kept = connections->max / 8;

    return connections->max - (kept < CONNECTIONS_KEPT_MAX ? kept : CONNECTIONS_KEPT_MAX);
}

static bool make_room(struct connections *connections, int fd)
{
    uint32_t capacity = connections->capacity > 0 ? connections->capacity : CAPACITY_FIRST;

    if ((uint32_t)fd < connections->capacity)
        return true;
    while (capacity <= (uint32_t)fd)
        capacity *= 2;
    struct connection *by_fd = realloc(connections->by_fd, capacity * sizeof *by_fd);
    if (!by_fd)
        return false;
    for (uint32_t i = connections->capacity; i < capacity; i++)
        by_fd[i] = (struct connection){0};
    connections->by_fd = by_fd;
    connections->capacity = capacity;
    return true;
}

static struct connection *find(const struct connections *connections, int fd)
{
    if (fd < 0 || (uint32_t)fd >= connections->capacity || connections->by_fd[fd].state == UNUSED)
        return NULL;
    return &connections->by_fd[fd];
}

/* Those by TCP that are too many, and are being cut, take no room from ipc. */
static bool is_crowded(const struct connections *connections, bool is_tcp)
{
    uint32_t tcp_max = connections_tcp_max(connections), by_ipc = connections->count - connections->tcp_count;

    if (connections->max == 0)
        return false;
    if (is_tcp && connections->tcp_count >= tcp_max)
        return true;
    return by_ipc + (connections->tcp_count < tcp_max ? connections->tcp_count : tcp_max) >= connections->max;
}

/* To the end of the state's list, also of the one that it is in. */
static void move(struct connections *connections, int fd, enum state state)
{
    struct connection *connection = &connections->by_fd[fd];
    struct connection_list *from = list_of(connections, connection->state), *to = list_of(connections, (uint8_t)state);

    if (from)
        list_remove(connections, from, fd);
    connection->state = (uint8_t)state;
    if (to)
        list_add(connections, to, fd);
}

static struct connection_list *list_of(struct connections *connections, uint8_t state)
{
    return state == WAITING ? &connections->waiting : state == CROWDED ? &connections->crowded : NULL;
}

static void list_add(struct connections *connections, struct connection_list *list, int fd)
{
    struct connection *connection = &connections->by_fd[fd];

    connection->next = NONE;
    connection->previous = list->last;
    if (list->last != NONE)
        connections->by_fd[list->last].next = fd;
    else
        list->first = fd;
    list->last = fd;
}

static void list_remove(struct connections *connections, struct connection_list *list, int fd)
{
    struct connection *connection = &connections->by_fd[fd];

    if (connection->previous != NONE)
        connections->by_fd[connection->previous].next = connection->next;
    else
        list->first = connection->next;
    if (connection->next != NONE)
        connections->by_fd[connection->next].previous = connection->previous;
    else
        list->last = connection->previous;
}
