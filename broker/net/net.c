/* SPDX-License-Identifier: Apache-2.0
 *
 * The edge as a whole. A turn's order: who is gone, the waiting refusals, then control, reps, publishers, each with its
 * own share, so that no role can starve another.
 */
#define _GNU_SOURCE   /* SCHED_BATCH */
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "connection_guard.h"
#include "lw_log.h"
#include "memory_use.h"
#include "net_internal.h"
#include "wall_clock.h"

enum {
    PUBLISHERS_HWM = 16384, REPS_HWM = 4096, CONTROLS_HWM = 4096, RECEIVE_HWM = 2048,
    PUBLISHED_HWM = 64,      /* bundles: what is not read soon is better held by who sends it */
    FRAME_SIZE_MAX = 4 * WIRE_FRAME_SIZE_MAX,     /* a little too large is answered; beyond, libzmq hangs up */
    CONTROL_FRAME_SIZE_MAX = WIRE_CONTROL_FRAME_SIZE_MAX + WIRE_FRAME_SIZE_MAX,
    CONTROL_ARENA_CAP = 64 * 1024 * 1024,
    IPC_PATH_MAX = 107,
    LINGER_MS = 1000,        /* as libzmq's (endpoint.c) */
};

static const struct door door_table[SESSION_ROLES] = {
    [SESSION_ROLE_PUBLISHER] = {.role = SESSION_ROLE_PUBLISHER, .wire_role = LEADWIRE__V1__ROLE__ROLE_PUBLISHER, .name = "publish",
                                .rights = ROLE_PUBLISHER, .entries = publisher_door_entries},
    [SESSION_ROLE_REP] = {.role = SESSION_ROLE_REP, .wire_role = LEADWIRE__V1__ROLE__ROLE_REP, .name = "reps",
                          .rights = ROLE_REP, .entries = rep_door_entries, .parks = true},
    [SESSION_ROLE_CONTROL] = {.role = SESSION_ROLE_CONTROL, .wire_role = LEADWIRE__V1__ROLE__ROLE_CONTROL, .name = "control",
                              .rights = ROLE_ADMIN, .entries = control_door_entries},
};

static const struct endpoint_limits door_limits[SESSION_ROLES] = {
    [SESSION_ROLE_PUBLISHER] = {FRAME_SIZE_MAX, PUBLISHERS_HWM, PUBLISHED_HWM},
    [SESSION_ROLE_REP] = {FRAME_SIZE_MAX, REPS_HWM, RECEIVE_HWM},
    [SESSION_ROLE_CONTROL] = {CONTROL_FRAME_SIZE_MAX, CONTROLS_HWM, RECEIVE_HWM},
};

static void doors_init(struct net *net);
static void let_io_wait(void *zmq_context);
static lw_status check_addresses(const struct net_options *options, char *why);
static bool may_listen(const struct net_options *options, const char *address, bool is_control);
static lw_status bind_door(struct net *net, struct door *door, const char *const *listen, char *why);
static lw_status bind_events(struct net *net, char *why);
static lw_status bind_one(struct net *net, struct door *door, const char *address, char *why);
static lw_status bind_event_address(struct net *net, const char *address, char *why);
static lw_status tell_bound(lw_status status, const char *name, const char *address, const char *bound, const struct endpoint_lock *lock,
                            char *why);
static lw_status read_secrets(struct net *net, char *why);
static lw_status explain(char *why, lw_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void look_at_memory(struct net *net);
static void bound_sessions(struct net *net);
static bool may_read(const struct net *net, enum session_role role);
static bool poll_socket(struct net *net, void *socket, struct socket_edge *edge, zmq_pollitem_t *items);

lw_status net_open(const struct net_options *options, const struct net_callbacks *callbacks, struct core *core,
                   struct net **out, char *why)
{
    *out = NULL;
    lw_status status = check_addresses(options, why);
    if (status != LW_OK)
        return status;
    struct net *net = calloc(1, sizeof *net);
    if (!net)
        return explain(why, LW_NO_MEMORY, "out of memory");
    net->options = *options;
    net->callbacks = *callbacks;
    net->core = core;
    net->admission.memory_max = options->memory_max;
    status = connections_init(&net->connections, options->connections_max, options->connections_per_key_max);
    net->null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    net->cut_fd = net->null_fd >= 0 ? fcntl(net->null_fd, F_DUPFD_CLOEXEC, 0) : -1;
    outbox_init(&net->outbox, OUTBOX_BYTES_MAX);
    byte_buffer_init(&net->frame, WIRE_CONTROL_FRAME_SIZE_MAX);
    byte_buffer_init(&net->lead, WIRE_FRAME_SIZE_MAX);
    doors_init(net);
    net->zmq_context = zmq_ctx_new();
    if (net->zmq_context)
        let_io_wait(net->zmq_context);
    if (status != LW_OK || !net->zmq_context || sessions_init(&net->sessions) != LW_OK)
        status = explain(why, LW_NO_MEMORY, "out of memory");
    else
        bound_sessions(net);
    if (status == LW_OK && net->cut_fd < 0)
        status = explain(why, LW_IO, "no descriptor is left");
    if (status == LW_OK)
        status = key_guard_open(&net->guard, options->keys_dir, why);
    if (status == LW_OK && options->rep_secrets_file)
        status = read_secrets(net, why);
    if (status != LW_OK)
        net_close(&net);
    *out = net;
    return status;
}

static void close_descriptor(int fd)
{
    if (fd >= 0)
        close(fd);
}

void net_close(struct net **net_pointer)
{
    struct net *net = *net_pointer;

    if (!net)
        return;
    for (int role = 0; role < SESSION_ROLES; role++) {
        endpoint_watch_close(&net->doors[role].watch, net->doors[role].endpoint.socket);
        endpoint_stop(&net->doors[role].endpoint);
    }
    const uint64_t until_ms = wall_clock_monotonic_ms() + LINGER_MS;
    struct zmtp_router *routers[SESSION_ROLES];
    for (int role = 0; role < SESSION_ROLES; role++)
        routers[role] = &net->doors[role].endpoint.router;
    zmtp_routers_finish(routers, SESSION_ROLES, until_ms);
    for (int role = 0; role < SESSION_ROLES; role++) {
        endpoint_close(&net->doors[role].endpoint, until_ms);
        arena_fini(&net->doors[role].arena);
    }
    events_feed_close(&net->events);
    key_guard_close(&net->guard);
    if (net->zmq_context)
        zmq_ctx_term(net->zmq_context);
    sessions_fini(&net->sessions);
    connections_fini(&net->connections);
    close_descriptor(net->null_fd);
    close_descriptor(net->cut_fd);
    outbox_fini(&net->outbox);
    parked_frames_fini(&net->parked);
    rep_secrets_close(&net->secrets);
    byte_buffer_fini(&net->frame);
    byte_buffer_fini(&net->lead);
    free(net);
    *net_pointer = NULL;
}

lw_status net_bind(struct net *net, uint64_t epoch, char *why)
{
    net->epoch = epoch;
    net->events.epoch = epoch;
    net->started_ms = net->collected_ms = net->turn.monotonic_ms;
    lw_status status = key_guard_serve(&net->guard, net->zmq_context, why);
    if (status == LW_OK)
        status = bind_door(net, &net->doors[SESSION_ROLE_CONTROL], net->options.listen_control, why);
    if (status == LW_OK)
        status = bind_events(net, why);
    if (status == LW_OK)
        status = bind_door(net, &net->doors[SESSION_ROLE_REP], net->options.listen_reps, why);
    if (status == LW_OK)
        status = bind_door(net, &net->doors[SESSION_ROLE_PUBLISHER], net->options.listen_publish, why);
    net->is_bound = status == LW_OK;
    return status;
}

/* Each file by itself: what is wrong with one keeps nobody out whom the other lets in. */
void net_reload_secrets(struct net *net)
{
    char why[NET_WHY_MAX];

    if (key_guard_reload(&net->guard, why) != LW_OK)
        log_error("the list of keys stays as it was: %s", why);
    if (net->options.rep_secrets_file && read_secrets(net, why) != LW_OK)
        log_error("the rep secrets stay as they were: %s", why);
}

void net_write_addresses(const struct net *net, char *out, size_t size)
{
    size_t at = 0;

    out[0] = '\0';
    for (int role = 0; role < SESSION_ROLES; role++) {
        const struct door *door = &net->doors[role];
        for (uint32_t i = 0; i < door->address_count && at < size; i++)
            at += (size_t)snprintf(out + at, size - at, "%s %s\n", door->name, door->addresses[i]);
    }
    for (uint32_t i = 0; i < net->events.address_count && at < size; i++)
        at += (size_t)snprintf(out + at, size - at, "events %s\n", net->events.addresses[i].text);
}

void net_begin(struct net *net, const struct net_turn *turn)
{
    net->turn = *turn;
    admission_see_journal(&net->admission, turn->unconfirmed_bytes, turn->monotonic_ms);
    admission_see_outbox(&net->admission, net->outbox.used_bytes);
    if ((net->admission.journal_is_shut && turn->reads_reps) || net->admission.outbox_is_shut)
        net->turn.reads_publishers = true;       /* to be told busy */
    admission_refill(&net->admission, net_busy_publishes(net), turn->monotonic_ms);
    if (!admission_may_refuse(&net->admission, net_busy_publishes(net)))
        net->turn.reads_publishers = false;
    look_at_memory(net);
}

uint32_t net_collect(struct net *net)
{
    static const enum session_role order[] = {SESSION_ROLE_CONTROL, SESSION_ROLE_REP, SESSION_ROLE_PUBLISHER};
    uint64_t elapsed_ms = net->turn.monotonic_ms - net->collected_ms;
    uint32_t most = 0;

    net->collected_ms = net->turn.monotonic_ms;
    for (int role = 0; role < SESSION_ROLES; role++)
        endpoint_turn(&net->doors[role].endpoint, net->turn.monotonic_ms);
    connection_guard_turn(net);
    key_guard_turn(&net->guard, net->turn.monotonic_ms);
    if (net->guard.has_changed)
        door_turn_out(net);
    connection_guard_meet_watchers(net);
    if (!net->turn.is_away && net->turn.reads_reps)
        door_bury_ended(net);
    for (int i = 0; i < SESSION_ROLES; i++) {
        struct door *door = &net->doors[order[i]];
        if (!may_read(net, door->role))
            continue;
        uint32_t count = door_collect(net, door, NET_TURN_MESSAGES_MAX);
        sessions_listen(&net->sessions, door->role, elapsed_ms);
        if (count < NET_TURN_MESSAGES_MAX)
            door_end_silent(net, door);
        most = count > most ? count : most;
    }
    door_send_due_refusals(net);
    if (most < NET_TURN_MESSAGES_MAX && net->turn.reads_publishers)
        net->drained_ms = net->turn.monotonic_ms;
    net_flush(net);          /* who is cut may hear why */
    connection_guard_cut(net);
    return most;
}

void net_handle_parked(struct net *net)
{
    struct parked_frame frame;

    while (parked_frames_take(&net->parked, &frame)) {
        door_handle_parked(net, &frame);
        parked_frame_release(&frame);
    }
}

void net_seal(struct net *net, uint64_t ticket)
{
    outbox_seal(&net->outbox, ticket);
}

bool net_is_full(const struct net *net)
{
    return net->outbox.used_bytes > ADMISSION_OUTBOX_BYTES;
}

int net_poll_items(struct net *net, zmq_pollitem_t *items, bool *has_out)
{
    *has_out = false;
    net->polled_count = 0;
    if (!net->is_bound)
        return 0;
    net_flush(net);
    for (int role = 0; role < SESSION_ROLES; role++) {
        struct door *door = &net->doors[role];
        struct zmtp_router *router = &door->endpoint.router;
        bool is_read = may_read(net, door->role);
        if (!is_read) {
            socket_edge_touch(&door->endpoint.edge);     /* not asked: read it as soon as that is allowed */
            if (router->is_open)
                socket_edge_touch(&router->reads);
        }
        if (is_read && door->endpoint.is_libzmqs)
            *has_out |= poll_socket(net, door->endpoint.socket, &door->endpoint.edge, items);
        if (is_read && router->is_open)
            *has_out |= poll_socket(net, NULL, &router->reads, items);
        if (router->is_open)
            *has_out |= poll_socket(net, NULL, &router->always, items);
        if (door->endpoint.is_libzmqs)
            *has_out |= poll_socket(net, door->watch.socket, &door->watch.edge, items);
    }
    for (int i = 0; i < FEED_SOCKETS; i++) {
        struct feed_socket *feed = &net->events.sockets[i];
        if (feed->endpoint.socket)
            *has_out |= poll_socket(net, feed->endpoint.socket, &feed->endpoint.edge, items);
        if (feed->watch.socket)
            *has_out |= poll_socket(net, feed->watch.socket, &feed->watch.edge, items);
    }
    if (net->guard.zap.socket) {
        items[net->polled_count] = (zmq_pollitem_t){.socket = net->guard.zap.socket, .events = ZMQ_POLLIN};
        net->polled[net->polled_count++] = NULL;
    }
    return net->polled_count;
}

void net_polled(struct net *net, const zmq_pollitem_t *items)
{
    for (int i = 0; i < net->polled_count; i++)
        if (net->polled[i])
            socket_edge_polled(net->polled[i], &items[i]);
}

uint64_t net_wait_ms(const struct net *net)
{
    if (!net->is_bound)
        return UINT64_MAX;
    if (sessions_peek_ended(&net->sessions) && !net->turn.is_away && net->turn.reads_reps)
        return 0;
    uint64_t silent_ms = UINT64_MAX;
    for (int role = 0; role < SESSION_ROLES; role++) {
        uint64_t left_ms = may_read(net, (enum session_role)role) ? sessions_silent_in_ms(&net->sessions, (enum session_role)role) : UINT64_MAX;
        silent_ms = left_ms < silent_ms ? left_ms : silent_ms;   /* who is not read is not silent */
    }
    uint64_t refusal_ms = slow_refusals_wait_ms(&net->refusals, net->turn.monotonic_ms);
    uint64_t wait_ms = silent_ms < refusal_ms ? silent_ms : refusal_ms;
    uint64_t keys_ms = events_feed_is_rebinding(&net->events) ? FEED_REBIND_MS : net->guard.ring ? GUARD_LOOK_MS : UINT64_MAX;

    if (!admission_may_refuse(&net->admission, net_busy_publishes(net)))
        return 1;                            /* then more may be refused */
    uint64_t cut_ms = connection_guard_hears_all(net) ? connections_wait_ms(&net->connections, net->turn.monotonic_ms) : UINT64_MAX;

    for (int role = 0; role < SESSION_ROLES; role++) {
        uint64_t due_ms = endpoint_due_ms(&net->doors[role].endpoint);
        uint64_t left_ms = due_ms == UINT64_MAX ? UINT64_MAX : due_ms > net->turn.monotonic_ms ? due_ms - net->turn.monotonic_ms : 0;
        wait_ms = left_ms < wait_ms ? left_ms : wait_ms;
    }
    wait_ms = keys_ms < wait_ms ? keys_ms : wait_ms;
    wait_ms = cut_ms < wait_ms ? cut_ms : wait_ms;
    /* The listening clocks go on in steps of at most this. */
    return wait_ms > SESSION_LISTEN_STEP_MAX_MS && wait_ms != UINT64_MAX ? SESSION_LISTEN_STEP_MAX_MS : wait_ms;
}

void net_send_on(struct net *net)
{
    for (int role = 0; role < SESSION_ROLES; role++)
        zmtp_router_send_on(&net->doors[role].endpoint.router);
}

void net_say_bye(struct net *net, const char *reason)
{
    for (uint32_t i = 0; i < SESSIONS_MAX; i++) {
        struct peer *peer = &net->sessions.peers[i];
        if (peer->state == PEER_OPEN || peer->state == PEER_LOGGING_ON)
            net_drop(net, peer, reason);
    }
    net_flush(net);
}

/* ---- opening ---- */

static void doors_init(struct net *net)
{
    const size_t counts[SESSION_ROLES] = {
        [SESSION_ROLE_PUBLISHER] = publisher_door_entry_count,
        [SESSION_ROLE_REP] = rep_door_entry_count,
        [SESSION_ROLE_CONTROL] = control_door_entry_count,
    };
    for (int role = 0; role < SESSION_ROLES; role++) {
        net->doors[role] = door_table[role];
        net->doors[role].entry_count = counts[role];
        arena_init(&net->doors[role].arena, role == SESSION_ROLE_CONTROL ? CONTROL_ARENA_CAP : WIRE_ARENA_CAP);
    }
}

static void bound_sessions(struct net *net)
{
    const struct net_options *options = &net->options;

    sessions_bound(&net->sessions, SESSION_ROLE_PUBLISHER, options->publishers_max);
    sessions_bound(&net->sessions, SESSION_ROLE_REP, options->reps_max);
    sessions_bound(&net->sessions, SESSION_ROLE_CONTROL, options->tools_max);
}

/* libzmq's thread is woken by the first of a turn's messages. It need not push ours aside for that: when it runs a little
 * later, on the other core or in our pause, it finds them all. */
static void let_io_wait(void *zmq_context)
{
    (void)zmq_ctx_set(zmq_context, ZMQ_THREAD_SCHED_POLICY, SCHED_BATCH);
}

/* Before anything is opened, so that a wrong address is told at once and not when the desk is claimed. */
static lw_status check_addresses(const struct net_options *options, char *why)
{
    const char *const *lists[] = {options->listen_publish, options->listen_reps, options->listen_events, options->listen_control};

    if (strlen("ipc://") + strlen(options->run_dir) + strlen("/publish") > IPC_PATH_MAX)
        return explain(why, LW_INVALID, "the run directory's path is too long for a unix socket (98 bytes at most)");
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        for (int k = 0; k < NET_LISTEN_MAX && lists[i][k]; k++)
            if (!may_listen(options, lists[i][k], lists[i] == options->listen_control))
                return explain(why, LW_REFUSED, "%.100s is refused: without --keys DIR only ipc:// and, but for control, tcp:// on a loopback "
                               "address in numbers (127.0.0.1, [::1]) are served; with it every tcp:// address, encrypted", lists[i][k]);
    return LW_OK;
}

static bool may_listen(const struct net_options *options, const char *address, bool is_control)
{
    if (endpoint_is_tcp(address))
        return options->keys_dir || (endpoint_is_private(address) && !is_control);
    return endpoint_is_private(address);
}

static lw_status bind_door(struct net *net, struct door *door, const char *const *listen, char *why)
{
    char address[ENDPOINT_ADDRESS_MAX];

    if (endpoint_open(&door->endpoint, net->zmq_context, ZMQ_ROUTER, &door_limits[door->role]) != LW_OK
        || endpoint_watch_open(&door->watch, net->zmq_context, door->endpoint.socket) != LW_OK)
        return explain(why, LW_IO, "no socket for %s: %s", door->name, zmq_strerror(zmq_errno()));
    snprintf(address, sizeof address, "ipc://%s/%s", net->options.run_dir, door->name);
    lw_status status = bind_one(net, door, address, why);
    for (int is_tcp = 0; is_tcp <= 1; is_tcp++)       /* which may be encrypted: last */
        for (int i = 0; i < NET_LISTEN_MAX && listen[i] && status == LW_OK; i++)
            if (endpoint_is_tcp(listen[i]) == is_tcp)
                status = bind_one(net, door, listen[i], why);
    return status;
}

static lw_status bind_one(struct net *net, struct door *door, const char *address, char *why)
{
    struct endpoint_lock room;
    const struct endpoint_lock *lock = key_guard_lock(&net->guard, door->name, address, &room);
    char *bound = door->addresses[door->address_count++];

    return tell_bound(endpoint_bind(&door->endpoint, address, lock, bound), door->name, address, bound, lock, why);
}

static lw_status bind_events(struct net *net, char *why)
{
    struct events_feed *events = &net->events;
    const char *const *listen = net->options.listen_events;
    char address[ENDPOINT_ADDRESS_MAX];

    if (events_feed_open(events, net->zmq_context, net->options.desk) != LW_OK)
        return explain(why, LW_IO, "no socket for events: %s", zmq_strerror(zmq_errno()));
    snprintf(address, sizeof address, "ipc://%s/events", net->options.run_dir);
    lw_status status = bind_event_address(net, address, why);
    for (int i = 0; i < NET_LISTEN_MAX && listen[i] && status == LW_OK; i++)
        status = bind_event_address(net, listen[i], why);
    return status;
}

static lw_status bind_event_address(struct net *net, const char *address, char *why)
{
    struct events_feed *events = &net->events;
    struct endpoint_lock room;
    const struct endpoint_lock *lock = key_guard_lock(&net->guard, ZAP_DOMAIN_EVENTS, address, &room);
    lw_status status = events_feed_bind(events, address, lock);

    return tell_bound(status, "events", address, status == LW_OK ? events->addresses[events->address_count - 1].text : "", lock, why);
}

static lw_status tell_bound(lw_status status, const char *name, const char *address, const char *bound, const struct endpoint_lock *lock,
                            char *why)
{
    if (status != LW_OK)
        return explain(why, status, "cannot bind %s to %.180s: %s", name, address, zmq_strerror(zmq_errno()));
    log_info("listening %s=%s%s", name, bound, lock ? " encrypted" : "");
    return LW_OK;
}

static lw_status read_secrets(struct net *net, char *why)
{
    struct rep_secrets *secrets;
    lw_status status = rep_secrets_open(net->options.rep_secrets_file, &secrets, why);

    if (status != LW_OK)
        return status;
    rep_secrets_close(&net->secrets);
    net->secrets = secrets;
    log_info("rep secrets are read reps=%u", rep_secrets_count(secrets));
    return LW_OK;
}

static lw_status explain(char *why, lw_status status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(why, NET_WHY_MAX, format, args);
    va_end(args);
    return status;
}

/* ---- a turn ---- */

static void look_at_memory(struct net *net)
{
    struct core_bounds bounds;

    if (!net->is_bound || net->turn.monotonic_ms - net->looked_ms < ADMISSION_LOOK_MS)
        return;
    net->looked_ms = net->turn.monotonic_ms;
    core_bounds_read(net->core, &bounds);
    bool was_shut = net->admission.memory_is_shut;
    admission_see_memory(&net->admission, memory_use_resident(), bounds.in_use_bytes);
    if (net->admission.memory_is_shut && !was_shut)
        log_warning("the bound on memory is reached: no new lead is taken until some have ended leads=%u", bounds.leads);
    else if (!net->admission.memory_is_shut && was_shut)
        log_info("new leads are taken again leads=%u", bounds.leads);
}

static bool may_read(const struct net *net, enum session_role role)
{
    if (role == SESSION_ROLE_PUBLISHER)
        return net->turn.reads_publishers;
    return net->turn.reads_reps;
}

static bool poll_socket(struct net *net, void *socket, struct socket_edge *edge, zmq_pollitem_t *items)
{
    net->polled[net->polled_count] = edge;
    return socket_edge_ask(edge, socket, &items[net->polled_count++]);
}
