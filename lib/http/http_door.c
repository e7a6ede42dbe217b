/* SPDX-License-Identifier: Apache-2.0
 *
 * evhttp's own timeout is between two bytes, so a sender that drips could hold a
 * connection for ever; and it neither counts connections nor tells when one
 * ends. So each connection's bufferevent is made here and held by one more
 * reference in a slot. A slot's deadline runs while a request is awaited, and
 * stands still (0) while it is answered. A bufferevent that evhttp has freed has
 * lost its callbacks: the sweep sees that and lets the slot go. A connection can be ended
 * only through evhttp, which is a turn of the loop later; the spare slots are for those that come meanwhile.
 */
#include "http_door.h"

#include "http_call.h"
#include "http_slots.h"

#include <assert.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lw_log.h"
#include "wall_clock.h"

enum { WARN_EVERY_MS = 60000, HEADERS_SIZE_MAX = 16 * 1024, SILENCE_MAX_S = 30, SWEEP_EVERY_MS = 250, SWEEP_SOON_MS = 1, BACKLOG = 1024, SPARE_MAX = 256 };

struct http_door {
    struct event_base *base;
    struct evhttp *http;
    struct evconnlistener *listener;   /* belongs to http */
    struct evhttp_bound_socket *bound; /* NULL when draining */
    struct event *sweeper;
    struct event *adopter;             /* active from the turn of the loop that took a connection to its end: before anything can come */
    struct http_door_options options;
    struct http_calls calls;
    struct http_slots slots;
    uint64_t warned_ms;
    uint16_t port;
    bool paused, draining;
};

static lw_status listen_on(struct http_door *door, const char *address);
static struct bufferevent *on_connection(struct event_base *base, void *context);
static void adopt(struct http_door *door);
static void on_adopt(evutil_socket_t fd, short what, void *context);
static void on_request(struct evhttp_request *request, void *context);
static void on_reply_sent(struct evhttp_request *request, void *context);
static void on_sweep(evutil_socket_t fd, short what, void *context);
static void sweep(struct http_door *door);

lw_status http_door_open(struct event_base *base, const struct http_door_options *options, struct http_door **out)
{
    *out = NULL;
    struct http_door *door = calloc(1, sizeof *door);
    if (!door)
        return LW_NO_MEMORY;
    door->base = base;
    door->options = *options;
    door->http = evhttp_new(base);
    door->sweeper = event_new(base, -1, 0, on_sweep, door);
    door->adopter = event_new(base, -1, 0, on_adopt, door);
    lw_status status = http_slots_init(&door->slots, options->connections_max);
    if (status == LW_OK && (!door->http || !door->sweeper || !door->adopter))
        status = LW_NO_MEMORY;
    if (status != LW_OK)
        goto fail;

    evhttp_set_max_headers_size(door->http, HEADERS_SIZE_MAX);
    evhttp_set_max_body_size(door->http, options->body_size_max);
    evhttp_set_timeout(door->http, SILENCE_MAX_S);
    evhttp_set_flags(door->http, EVHTTP_SERVER_LINGERING_CLOSE);
    evhttp_set_default_content_type(door->http, NULL);
    evhttp_set_allowed_methods(door->http, 0xFFFF);   /* ours to refuse, with Allow */
    evhttp_set_bevcb(door->http, on_connection, door);
    evhttp_set_gencb(door->http, on_request, door);
    status = listen_on(door, options->listen);
    struct timeval every = {.tv_usec = SWEEP_EVERY_MS * 1000};
    if (status == LW_OK && event_add(door->sweeper, &every) != 0)
        status = LW_NO_MEMORY;
    if (status != LW_OK)
        goto fail;
    *out = door;
    return LW_OK;

fail:
    http_door_close(&door);
    return status;
}

void http_door_close(struct http_door **door_place)
{
    struct http_door *door = *door_place;
    *door_place = NULL;
    if (!door)
        return;
    http_calls_end(&door->calls);
    if (door->sweeper)
        event_free(door->sweeper);
    if (door->adopter)
        event_free(door->adopter);
    if (door->http)
        evhttp_free(door->http);
    http_slots_fini(&door->slots);
    free(door);
}

uint16_t http_door_port(const struct http_door *door)
{
    return door->port;
}

void http_door_drain(struct http_door *door)
{
    if (door->bound)
        evhttp_del_accept_socket(door->http, door->bound);
    door->bound = NULL;
    door->listener = NULL;
    door->draining = true;
    door->calls.closing = true;
}

/* Answers not given yet, and answers not sent yet. */
uint32_t http_door_in_flight(const struct http_door *door)
{
    uint32_t count = door->calls.count;
    for (uint32_t i = 0; i < door->slots.max; i++) {
        const struct http_slot *slot = &door->slots.items[i];
        if (slot->connection && slot->deadline_ms == 0 && evbuffer_get_length(bufferevent_get_output(slot->connection)) > 0)
            count++;
    }
    return count;
}

/* libevent reads "address:port" but not port 0, so the port is put in afterwards. */
static bool parse_address(const char *address, struct sockaddr_storage *where, int *size)
{
    enum { ADDRESS_MAX = 64, PORT_DIGITS_MAX = 5, PORT_MAX = 65535 };
    char with_port_1[ADDRESS_MAX + 3];
    const char *colon = strrchr(address, ':');
    size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;
    if (digits == 0 || digits > PORT_DIGITS_MAX || colon[1 + digits] || colon - address > ADDRESS_MAX)
        return false;
    snprintf(with_port_1, sizeof with_port_1, "%.*s:1", (int)(colon - address), address);
    unsigned long port = strtoul(colon + 1, NULL, 10);
    if (port > PORT_MAX || evutil_parse_sockaddr_port(with_port_1, (struct sockaddr *)where, size) != 0)
        return false;
    if (where->ss_family == AF_INET6)
        ((struct sockaddr_in6 *)where)->sin6_port = htons((uint16_t)port);
    else
        ((struct sockaddr_in *)where)->sin_port = htons((uint16_t)port);
    return true;
}

/* A socket that was left behind: whoever made it listens no more. */
static void remove_abandoned(const struct sockaddr_un *path)
{
    struct stat there;
    if (lstat(path->sun_path, &there) != 0 || !S_ISSOCK(there.st_mode))
        return;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)path, sizeof *path) != 0 && errno == ECONNREFUSED)
        unlink(path->sun_path);
    if (fd >= 0)
        close(fd);
}

/* "unix:PATH". */
static bool parse_path(const char *address, struct sockaddr_storage *where, int *size)
{
    struct sockaddr_un *path = (struct sockaddr_un *)where;
    if (strncmp(address, "unix:", 5) != 0 || !address[5] || strlen(address + 5) >= sizeof path->sun_path)
        return false;
    path->sun_family = AF_UNIX;
    strcpy(path->sun_path, address + 5);
    *size = sizeof *path;
    remove_abandoned(path);
    return true;
}

static lw_status listen_on(struct http_door *door, const char *address)
{
    struct sockaddr_storage where = {0};
    int size = sizeof where;
    if (!parse_path(address, &where, &size) && !parse_address(address, &where, &size))
        return LW_INVALID;
    door->listener = evconnlistener_new_bind(door->base, NULL, NULL,
                                             LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE, BACKLOG,
                                             (struct sockaddr *)&where, size);
    if (!door->listener)
        return LW_IO;
    door->bound = evhttp_bind_listener(door->http, door->listener);
    if (!door->bound) {
        evconnlistener_free(door->listener);
        return LW_NO_MEMORY;
    }
    if (where.ss_family == AF_UNIX)
        return LW_OK;
    socklen_t bound_size = sizeof where;
    if (getsockname(evconnlistener_get_fd(door->listener), (struct sockaddr *)&where, &bound_size) != 0)
        return LW_IO;
    door->port = ntohs(where.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&where)->sin6_port
                                                   : ((struct sockaddr_in *)&where)->sin_port);
    return LW_OK;
}

static struct http_slot *slot_of(struct http_door *door, struct evhttp_request *request)
{
    struct evhttp_connection *connection = evhttp_request_get_connection(request);
    struct bufferevent *wanted = connection ? evhttp_connection_get_bufferevent(connection) : NULL;
    return wanted ? http_slots_find(&door->slots, wanted) : NULL;
}

/* 408 past evhttp, which is still reading, then the end of the stream: evhttp sees it and frees the connection. */
static void end_connection(struct http_slot *slot)
{
    static const char answer[] = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    evutil_socket_t fd = bufferevent_getfd(slot->connection);
    http_slots_end(slot);
    if (fd < 0)
        return;
    (void)!send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    shutdown(fd, SHUT_RDWR);
}

static bool freed_by_evhttp(struct bufferevent *connection)
{
    bufferevent_event_cb on_event = NULL;
    bufferevent_getcb(connection, NULL, NULL, &on_event, NULL);
    return !on_event;
}

static uint32_t spare_wanted(const struct http_door *door)
{
    return door->slots.max / 4 < SPARE_MAX ? door->slots.max / 4 : SPARE_MAX;
}

/* No call was made of the request on the connection whose output this is. */
static bool is_evhttps_own(const struct http_door *door, const struct evbuffer *output)
{
    for (uint32_t i = 0; i < door->slots.max; i++) {
        const struct http_slot *slot = &door->slots.items[i];
        if (slot->connection && bufferevent_get_output(slot->connection) == output)
            return slot->deadline_ms != 0;
    }
    return false;
}

/* evhttp tells nobody what it refuses by itself, so its status line is looked at. What waits behind another reply is passed over: it comes of
 * who sends without waiting. */
static void on_output(struct evbuffer *output, const struct evbuffer_cb_info *info, void *context)
{
    enum { STATUS_AT = 9, STATUS_END = 12 };
    const struct http_door *door = context;
    char line[STATUS_END + 1] = "";
    if (info->orig_size != 0 || info->n_added < STATUS_END || evbuffer_copyout(output, line, STATUS_END) != STATUS_END ||
        strncmp(line, "HTTP/1.", 7) != 0)
        return;
    const int status = strcmp(line + STATUS_AT, "400") == 0 ? 400 : strcmp(line + STATUS_AT, "413") == 0 ? 413 : 0;
    if (status != 0 && is_evhttps_own(door, output))
        door->options.refused(door->options.context, status);
}

static struct bufferevent *on_connection(struct event_base *base, void *context)
{
    struct http_door *door = context;
    struct bufferevent *connection = bufferevent_socket_new(base, -1, 0);
    if (connection && door->options.refused)
        evbuffer_add_cb(bufferevent_get_output(connection), on_output, door);
    if (connection)
        http_slots_take(&door->slots, connection, wall_clock_monotonic_ms() + door->options.request_within_ms);
    if (door->slots.free_count < spare_wanted(door))
        event_active(door->sweeper, EV_TIMEOUT, 0);   /* as soon as what waits in the kernel is taken */
    if (door->slots.free_count == 0 && door->listener) {
        evconnlistener_disable(door->listener);   /* the sweep opens it again */
        door->paused = true;
    }
    event_active(door->adopter, EV_TIMEOUT, 0);
    return connection;
}

/* evhttp shows its connection only with a request, and the end of one may come before that; but it is what the callbacks of the
 * bufferevent are called with. */
static void adopt(struct http_door *door)
{
    for (struct http_slot *slot; (slot = http_slots_next_new(&door->slots)) != NULL;) {
        void *evhttp_side = NULL;
        bufferevent_getcb(slot->connection, NULL, NULL, NULL, &evhttp_side);
        if (!freed_by_evhttp(slot->connection))
            evhttp_connection_set_closecb(evhttp_side, http_connection_on_closed, NULL);
    }
}

static void on_adopt(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    adopt(context);
}

static void on_request(struct evhttp_request *request, void *context)
{
    struct http_door *door = context;
    struct http_slot *slot = slot_of(door, request);
    if (slot)
        http_slots_answer(slot);
    evhttp_request_set_on_complete_cb(request, on_reply_sent, door);

    struct http_call *call = http_call_new(&door->calls, request, door->options.body_size_max);
    if (!call)
        evhttp_send_error(request, HTTP_SERVUNAVAIL, NULL);
    else if (door->draining)
        http_call_reply_error(call, 503, "stopping", 1);
    else
        door->options.handler(door->options.context, call);
}

static void on_reply_sent(struct evhttp_request *request, void *context)
{
    struct http_door *door = context;
    struct http_slot *slot = slot_of(door, request);
    if (slot)
        http_slots_wait(&door->slots, slot, wall_clock_monotonic_ms() + door->options.request_within_ms);
}

static void on_sweep(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    sweep(context);
}

/* Its request came, or a part of it, and is not read yet. */
static bool has_bytes(const struct http_slot *slot)
{
    char byte;
    evutil_socket_t fd = bufferevent_getfd(slot->connection);
    return fd >= 0 && recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

/* Who says nothing gives way to who may. coming: slots that will be free in a moment. Gives how many more will be. */
static uint32_t make_room(struct http_door *door, uint32_t coming)
{
    uint32_t wanted = spare_wanted(door), ended = 0;
    uint64_t now_ms = wall_clock_monotonic_ms();
    if (door->slots.free_count + coming >= wanted)
        return 0;
    if (door->warned_ms == 0 || now_ms - door->warned_ms > WARN_EVERY_MS) {
        log_warning("connections near their limit of %u: those that send nothing make room", door->slots.max);
        door->warned_ms = now_ms;
    }
    struct http_slot *oldest;
    for (uint32_t looked = 0; looked < door->slots.max && door->slots.free_count + coming + ended < wanted; looked++) {
        oldest = http_slots_oldest(&door->slots);
        if (!oldest)
            break;
        if (has_bytes(oldest)) {
            http_slots_wait(&door->slots, oldest, oldest->deadline_ms);
        } else {
            end_connection(oldest);
            ended++;
        }
    }
    return ended;
}

/* evhttp lets go of what was ended once the loop has come round: then there is room, for which others wait. */
static void sweep_again(struct http_door *door, uint32_t ending)
{
    uint32_t wait_ms = ending == 0 ? SWEEP_EVERY_MS : door->paused ? SWEEP_SOON_MS : SWEEP_EVERY_MS / 10;
    struct timeval wait = {.tv_usec = (suseconds_t)wait_ms * 1000};
    event_add(door->sweeper, &wait);
}

static void sweep(struct http_door *door)
{
    uint64_t now_ms = wall_clock_monotonic_ms();
    uint32_t ending = 0;
    adopt(door);
    for (uint32_t i = 0; i < door->slots.max; i++) {
        struct http_slot *slot = &door->slots.items[i];
        if (slot->connection && freed_by_evhttp(slot->connection))
            http_slots_free(&door->slots, slot);
        else if (slot->connection && slot->deadline_ms != 0 && slot->deadline_ms <= now_ms)
            end_connection(slot);
        ending += slot->ending;
    }
    ending += make_room(door, ending);
    if (door->paused && door->slots.free_count > 0 && door->listener) {
        evconnlistener_enable(door->listener);
        door->paused = false;
    }
    sweep_again(door, ending);
}
