/* SPDX-License-Identifier: Apache-2.0
 *
 * What the three doors have in common: frame -> session -> message -> handler; Hello, Ping, Bye; refusals.
 */
#include <stdarg.h>
#include <stdio.h>

#include "connection_guard.h"
#include "lw_log.h"
#include "net_internal.h"
#include "wall_clock.h"
#include "wire_text.h"

static const char OUTBOX_IS_FULL[] = "too much waits to be told";

enum { ARENA_KEEP = 256 * 1024, HELD_MAX = 1024, READ_US_MAX = 2000, LOOK_EVERY = 32 };   /* of a door, in one turn: 5 ms for all of it */

/* One frame on its way in. peer is NULL for who has no session. */
struct arrival {
    struct door *door;
    struct peer *peer;
    struct endpoint_frame *frame;    /* NULL: it was parked */
    struct visitor visitor;          /* of frame */
    uint64_t route;
};

static uint32_t handle_arrival(struct net *net, struct endpoint_frame *frame, struct door *door);
static uint32_t handle_frames(struct net *net, struct arrival *arrival, const unsigned char *bytes, size_t size);
static void handle_bytes(struct net *net, struct arrival *arrival, const void *bytes, size_t size);
static void handle_request(struct net *net, struct arrival *arrival, const struct wire_message *message, uint64_t request_id,
                           const void *bytes, size_t size);
static void handle_ping(struct net *net, struct peer *peer, const Leadwire__V1__Ping *ping);
static void handle_hello(struct net *net, struct arrival *arrival, const Leadwire__V1__Hello *hello);
static void welcome_at_once(struct net *net, struct peer *peer);
static bool refuse_crowded(struct net *net, struct arrival *arrival);
static bool refuse_hello(struct net *net, struct arrival *arrival, const Leadwire__V1__Hello *hello);
static void log_on(struct net *net, struct arrival *arrival, const Leadwire__V1__Hello *hello);
static void refuse_bytes(struct net *net, struct arrival *arrival, lw_status status, uint64_t request_id, const char *reason);
static const struct door_entry *find_entry(const struct door *door, enum wire_type type);
static uint32_t config_version(const struct net *net);
static bool refuse_visitor(struct net *net, struct arrival *arrival, const Leadwire__V1__Hello *hello);
static void refuse_key(struct net *net, struct arrival *arrival, Leadwire__V1__Status status, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static const char *away_reason(const struct net *net, const struct door *door);
static bool is_shut_out(const struct net *net, const struct door *door) { return net->turn.is_away && door->role != SESSION_ROLE_CONTROL; }
static bool is_same_key(const struct visitor *visitor, const struct peer *peer)
{
    return visitor->tag.lo == peer->key_tag.lo && visitor->tag.hi == peer->key_tag.hi;
}
/* As connections.h knows it; of a frame. */
static uint8_t door_number(const struct arrival *arrival) { return net_door_number(arrival->door->role, arrival->route); }
static bool has_ended(const struct peer *peer) { return peer->state == PEER_ENDED || peer->state == PEER_FREE; }
static void send_reply(struct net *net, struct arrival *arrival, uint64_t request_id, Leadwire__V1__Status status,
                       const char *reason, uint32_t retry_after_ms);
static bool encode_reply(struct net *net, uint64_t request_id, Leadwire__V1__Status status, const char *reason,
                         uint32_t retry_after_ms);

/* ---- the doors' turn ---- */

uint32_t door_collect(struct net *net, struct door *door, uint32_t max)
{
    struct endpoint_frame frame;
    uint32_t count = 0, look_at = LOOK_EVERY;
    uint64_t end_us = wall_clock_monotonic_us() + READ_US_MAX;

    while (count < max && endpoint_may_have(&door->endpoint) && endpoint_receive(&door->endpoint, &frame)) {
        count += handle_arrival(net, &frame, door);
        endpoint_release(&frame);
        if (door->role == SESSION_ROLE_PUBLISHER && !admission_may_refuse(&net->admission, net_busy_publishes(net)))
            return max;      /* who else knocks waits in its connection */
        if (count < look_at && door->role != SESSION_ROLE_CONTROL)   /* what is asked there takes long */
            continue;
        if (wall_clock_monotonic_us() >= end_us)
            return max;      /* the others' turn: whatever is left is read in the next */
        look_at = count + LOOK_EVERY;
    }
    return endpoint_may_have(&door->endpoint) ? max : count;
}

void door_handle_parked(struct net *net, const struct parked_frame *parked)
{
    struct peer *peer = &net->sessions.peers[parked->slot];

    if (peer->number != parked->session)
        return;
    struct door *door = &net->doors[peer->role];
    struct arrival arrival = {.door = door, .peer = peer, .route = peer->route};
    handle_bytes(net, &arrival, parked->bytes, parked->size);
    arena_reset(&door->arena, ARENA_KEEP);
}

void door_end_silent(struct net *net, struct door *door)
{
    struct peer *peer;

    while ((peer = sessions_peek_silent(&net->sessions, door->role)) != NULL)
        sessions_end(&net->sessions, peer, false);
}

void door_bury_ended(struct net *net)
{
    struct peer *peer;

    while ((peer = sessions_peek_ended(&net->sessions)) != NULL) {
        if (peer->core_knows) {
            struct core_command command = {.kind = peer->logs_off ? COMMAND_LOG_OFF : COMMAND_CONNECTION_LOST,
                                           .session = peer->number};
            net_step(net, &command);
        }
        connections_leave(&net->connections, net_door_number(peer->role, peer->route), peer->descriptor, peer->number, net->turn.monotonic_ms);
        sessions_free(&net->sessions, peer);
    }
}

void door_turn_out(struct net *net)
{
    for (uint32_t i = 0; i < SESSIONS_MAX; i++) {
        struct peer *peer = &net->sessions.peers[i];
        if ((peer->state == PEER_OPEN || peer->state == PEER_LOGGING_ON) && !key_guard_holds(&net->guard, peer->key_tag, peer->rights))
            net_drop(net, peer, "key revoked");
    }
    if (net->guard.watcher_lost) {       /* which of those that have not subscribed yet had the key only libzmq knows */
        events_feed_turn_out(&net->events);
        connections_forget(&net->connections, NET_FEED_DOOR(FEED_LOCKED));
    }
    net->guard.has_changed = net->guard.watcher_lost = false;
}

void door_send_due_refusals(struct net *net)
{
    uint64_t route;

    while (slow_refusals_take(&net->refusals, net->turn.monotonic_ms, &route)) {
        if (encode_reply(net, 0, LEADWIRE__V1__STATUS__STATUS_UNAUTHENTICATED, "unknown rep or wrong secret", 0))
            (void)endpoint_send(&net->doors[SESSION_ROLE_REP].endpoint, route, net->frame.data, net->frame.size);
    }
}

/* ---- what all use ---- */

void net_hold(struct net *net, struct peer *peer, const struct wire_message *message, uint32_t flags)
{
    byte_buffer_clear(&net->frame);
    if (wire_encode(message, &net->frame) != LW_OK) {
        log_error("a %s does not fit its frame: not sent", wire_type_name(message->type));
        return;
    }
    net_hold_bytes(net, peer, net->frame.data, net->frame.size, flags);
}

void net_hold_bytes(struct net *net, struct peer *peer, const void *bytes, size_t size, uint32_t flags)
{
    struct outbox_frame frame = {.session = peer->number, .slot = peer->slot, .size = (uint32_t)size, .flags = flags, .bytes = bytes};

    if (has_ended(peer) || outbox_put(&net->outbox, &frame))
        return;
    log_warning("too much is held back: session=%llu is dropped", (unsigned long long)peer->number);
    net_drop(net, peer, "slow");
}

void net_hold_reply(struct net *net, struct peer *peer, uint64_t request_id, Leadwire__V1__Status status, const char *reason)
{
    net_count_answer(net, peer, status);
    if (encode_reply(net, request_id, status, reason, 0))
        net_hold_bytes(net, peer, net->frame.data, net->frame.size, OUTBOX_ANSWERS);
}

void net_send(struct net *net, struct peer *peer, const void *bytes, size_t size)
{
    if (has_ended(peer))
        return;
    enum endpoint_sent sent = endpoint_send(&net->doors[peer->role].endpoint, peer->route, bytes, size);
    peer->sent++;
    if (sent == ENDPOINT_SENT && peer->sent - peer->confirmed <= sessions_window(peer->role))
        return;
    if (sent == ENDPOINT_UNREACHABLE)
        sessions_end(&net->sessions, peer, false);
    else
        net_drop(net, peer, "slow");
}

void net_reply_at_once(struct net *net, struct peer *peer, uint64_t request_id, Leadwire__V1__Status status,
                       const char *reason, uint32_t retry_after_ms)
{
    net_count_answer(net, peer, status);
    if (encode_reply(net, request_id, status, reason, retry_after_ms))
        net_send(net, peer, net->frame.data, net->frame.size);
}

void net_drop(struct net *net, struct peer *peer, const char *reason)
{
    Leadwire__V1__Bye bye = LEADWIRE__V1__BYE__INIT;

    if (has_ended(peer))
        return;
    bye.reason = (char *)reason;
    byte_buffer_clear(&net->frame);
    if (wire_encode(&(struct wire_message){.type = WIRE_BYE, .bye = &bye}, &net->frame) == LW_OK)
        (void)endpoint_send(&net->doors[peer->role].endpoint, peer->route, net->frame.data, net->frame.size);
    sessions_end(&net->sessions, peer, false);
}

static void fill_welcome(const struct net *net, const struct peer *peer, Leadwire__V1__Welcome *welcome)
{
    leadwire__v1__welcome__init(welcome);
    welcome->version = WIRE_VERSION_MAX;
    welcome->epoch = net->epoch;
    welcome->session = peer->number;
    welcome->credit = SESSION_CREDIT;
    welcome->heartbeat_ms = SESSION_HEARTBEAT_MS;
    welcome->frame_size_max = WIRE_FRAME_SIZE_MAX;
    welcome->now_unix_ms = (int64_t)net->turn.desk_ms;
    welcome->desk = (char *)net->options.desk;
    welcome->durability = (char *)net->options.durability;
    welcome->bundles = welcome->days = true;
}

void net_hold_welcome(struct net *net, struct peer *peer, uint32_t flags)
{
    Leadwire__V1__Welcome welcome;

    fill_welcome(net, peer, &welcome);
    welcome.config_version = config_version(net);
    net_hold(net, peer, &(struct wire_message){.type = WIRE_WELCOME, .welcome = &welcome}, flags);
}

/* Who asks why the store is away cannot wait until it is back. So nothing is said of the desk: its rules may not be durable yet. */
static void welcome_at_once(struct net *net, struct peer *peer)
{
    Leadwire__V1__Welcome welcome;

    fill_welcome(net, peer, &welcome);
    (void)net_send_at_once(net, peer, &(struct wire_message){.type = WIRE_WELCOME, .welcome = &welcome});
}

bool net_send_at_once(struct net *net, struct peer *peer, const struct wire_message *message)
{
    byte_buffer_clear(&net->frame);
    if (wire_encode(message, &net->frame) != LW_OK)
        return false;
    net_send(net, peer, net->frame.data, net->frame.size);
    return true;
}

bool net_read_lead_id(const char *text, struct desk_id *out)
{
    *out = (struct desk_id){0};
    return !*text || desk_id_parse(text, out);
}

static uint32_t config_version(const struct net *net)
{
    uint32_t version = 0, source_size;
    const void *source;
    uint64_t applied_ms;
    struct core_text by;

    (void)core_config_read(net->core, &version, &source, &source_size, &applied_ms, &by);
    return version;
}

/* ---- one frame ---- */

/* How many frames it held. */
static uint32_t handle_arrival(struct net *net, struct endpoint_frame *frame, struct door *door)
{
    struct arrival arrival = {.door = door, .frame = frame, .route = frame->route_number};

    if (!frame->is_route_ours) {
        net->refused_frames++;
        send_reply(net, &arrival, 0, LEADWIRE__V1__STATUS__STATUS_REJECTED, "the broker gives the routing ids; choose none", 0);
        return 1;
    }
    arrival.visitor = key_guard_identify(&net->guard, frame);
    arrival.peer = sessions_find_route(&net->sessions, door->role, frame->route_number);
    if (arrival.peer && !is_same_key(&arrival.visitor, arrival.peer)) {
        net->refused_frames++;
        return 1;      /* who took over the routing id of a connection that broke hears nothing */
    }
    if (arrival.peer)
        sessions_heard(&net->sessions, arrival.peer);
    if (door->role == SESSION_ROLE_REP && net->refusals.count > 0 && slow_refusals_has(&net->refusals, arrival.route))
        return 1;
    if (frame->data)
        return handle_frames(net, &arrival, frame->data, frame->size);
    refuse_bytes(net, &arrival, LW_INVALID, 0, "one message is one ZeroMQ part");
    return 1;
}

/* One frame after the other. Whoever has no session (any more) is answered once, not once for each. */
static uint32_t handle_frames(struct net *net, struct arrival *arrival, const unsigned char *bytes, size_t size)
{
    size_t at = 0;
    uint32_t count = 0;

    do {
        size_t frame_size = wire_first_frame_size(bytes + at, size - at);
        if (count == WIRE_BUNDLE_FRAMES_MAX) {
            refuse_bytes(net, arrival, LW_TOO_LARGE, 0, "too many frames in one message");
            break;
        }
        handle_bytes(net, arrival, bytes + at, frame_size);
        arena_reset(&arrival->door->arena, ARENA_KEEP);
        at += frame_size;
        count++;
    } while (at < size && arrival->peer && !has_ended(arrival->peer));
    return count;
}

static void handle_bytes(struct net *net, struct arrival *arrival, const void *bytes, size_t size)
{
    struct peer *peer = arrival->peer;
    struct wire_message message;
    const char *reason;
    uint64_t request_id;

    lw_status status = wire_decode(bytes, size, WIRE_FROM_CLIENT, &arrival->door->arena, &message, &reason, &request_id);
    if (status != LW_OK) {
        refuse_bytes(net, arrival, status, request_id, reason);
        return;
    }
    if (message.type == WIRE_HELLO) {
        handle_hello(net, arrival, message.hello);
        return;
    }
    if (!peer) {
        send_reply(net, arrival, request_id, LEADWIRE__V1__STATUS__STATUS_NO_SESSION, "say Hello first", 0);
        return;
    }
    peer->bad_frames = 0;
    if (message.type == WIRE_PING)
        handle_ping(net, peer, message.ping);
    else if (message.type == WIRE_BYE && !has_ended(peer))
        sessions_end(&net->sessions, peer, true);
    else if (message.type != WIRE_BYE)
        handle_request(net, arrival, &message, request_id, bytes, size);
}

static void handle_request(struct net *net, struct arrival *arrival, const struct wire_message *message, uint64_t request_id,
                           const void *bytes, size_t size)
{
    const struct door_entry *entry = find_entry(arrival->door, message->type);
    struct peer *peer = arrival->peer;

    if (!entry || request_id == 0 || request_id == LOG_ON_REQUEST) {
        net->refused_frames++;
        net_reply_at_once(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_REJECTED,
                          entry ? "request_id is missing or out of range" : "this endpoint does not take this message", 0);
        return;
    }
    if (!roles_may(peer->rights, message->type)) {
        char reason[96];
        net->refused_frames++;
        snprintf(reason, sizeof reason, "the role %s may not send this message", roles_name(peer->rights));
        net_reply_at_once(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_FORBIDDEN, reason, 0);
        return;
    }
    if (arrival->frame && peer->unanswered >= SESSION_CREDIT) {
        net_reply_at_once(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_BUSY, "more requests are unanswered than the credit allows", BUSY_RETRY_MS);
        return;
    }
    if (peer->state == PEER_LOGGING_ON) {
        net_reply_at_once(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_NO_SESSION, "wait for Welcome", 0);
        return;
    }
    if (arrival->door->role == SESSION_ROLE_PUBLISHER && net->admission.outbox_is_shut) {
        net->admission.outbox_told++;
        net_reply_at_once(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_BUSY, OUTBOX_IS_FULL, SHUT_RETRY_MS);
        return;
    }
    if (net->turn.is_away && message->type == WIRE_STATUS_REQUEST) {
        control_door_status_away(net, peer, request_id);
        return;
    }
    if (net->turn.is_away) {
        bool waits = arrival->door->parks && parked_frames_put(&net->parked, peer->number, peer->slot, bytes, size);
        if (waits)
            peer->unanswered++;
        else
            net_reply_at_once(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_BUSY, away_reason(net, arrival->door), BUSY_RETRY_MS);
        return;
    }
    if (arrival->frame)
        peer->unanswered++;
    entry->handle(net, peer, message, request_id);
}

/* Whoever runs the desk is told why, and the durability, also by what cannot be done now. */
static const char *away_reason(const struct net *net, const struct door *door)
{
    static char text[512];      /* what the wire allows */
    struct net_store_view store;

    if (door->role != SESSION_ROLE_CONTROL)
        return "the store is away";
    net->callbacks.read_store(net->callbacks.context, &store);
    snprintf(text, sizeof text, "the store is away (durability %s)%s%s", net->options.durability, store.reason[0] != '\0' ? ": " : "", store.reason);
    /* Redis' own words are in it: nobody could read the reply. */
    return wire_text_is_utf8(text, strlen(text)) ? text : "the store is away: the broker's log says why";
}

/* Confirms what the peer has taken; a peer that claims more than was sent has taken all. */
static void handle_ping(struct net *net, struct peer *peer, const Leadwire__V1__Ping *ping)
{
    Leadwire__V1__Pong pong = LEADWIRE__V1__PONG__INIT;

    if (ping->received_count > peer->confirmed)
        peer->confirmed = ping->received_count < peer->sent ? ping->received_count : peer->sent;
    pong.epoch = net->epoch;
    pong.now_unix_ms = (int64_t)net->turn.desk_ms;
    (void)net_send_at_once(net, peer, &(struct wire_message){.type = WIRE_PONG, .pong = &pong});
}

/* ---- Hello ---- */

static void handle_hello(struct net *net, struct arrival *arrival, const Leadwire__V1__Hello *hello)
{
    struct peer *peer = arrival->peer;

    if (refuse_crowded(net, arrival) || refuse_hello(net, arrival, hello))
        return;
    if (peer) {               /* a repeated Hello: its Welcome was slower than the client's patience */
        if (peer->state == PEER_OPEN && net->turn.is_away)
            welcome_at_once(net, peer);
        else if (peer->state == PEER_OPEN)
            net_hold_welcome(net, peer, 0);
        return;
    }
    if (refuse_visitor(net, arrival, hello))
        return;
    if (arrival->door->role == SESSION_ROLE_REP && !arrival->visitor.holder && !rep_secrets_check(net->secrets, hello->rep, hello->secret)) {
        net->refused_frames++;
        (void)slow_refusals_put(&net->refusals, arrival->route, net->turn.monotonic_ms);
        return;
    }
    if (net->options.sessions_per_key_max > 0 && arrival->visitor.holder &&
        sessions_count_key(&net->sessions, arrival->visitor.tag) >= net->options.sessions_per_key_max) {
        net->crowded_keys++;
        send_reply(net, arrival, 0, LEADWIRE__V1__STATUS__STATUS_BUSY, "this key has as many sessions as it may", CROWDED_RETRY_MS);
        connection_guard_bear(net, door_number(arrival), endpoint_descriptor(arrival->frame));
        return;
    }
    peer = sessions_new(&net->sessions, arrival->door->role, arrival->route);
    if (!peer) {
        net->crowded[arrival->door->role]++;
        send_reply(net, arrival, 0, LEADWIRE__V1__STATUS__STATUS_BUSY, "too many sessions", CROWDED_RETRY_MS);
        connection_guard_bear(net, door_number(arrival), endpoint_descriptor(arrival->frame));
        return;
    }
    arrival->peer = peer;
    peer->rights = arrival->visitor.holder ? arrival->visitor.holder->role : arrival->door->rights;
    sessions_set_key(&net->sessions, peer, arrival->visitor.tag);
    peer->takes_bundles = hello->bundles;
    peer->descriptor = endpoint_descriptor(arrival->frame);
    connection_guard_greet(net, door_number(arrival), peer->descriptor, peer->number);
    if (arrival->door->role == SESSION_ROLE_REP) {
        log_on(net, arrival, hello);
        return;
    }
    peer->state = PEER_OPEN;
    if (net->turn.is_away)
        welcome_at_once(net, peer);
    else
        net_hold_welcome(net, peer, OUTBOX_WELCOMES);
}

/* It is cut at once, and may hear why. What is parked came from who was let in. */
static bool refuse_crowded(struct net *net, struct arrival *arrival)
{
    if (!arrival->frame || connection_guard_admits(net, door_number(arrival), endpoint_descriptor(arrival->frame), arrival->visitor.tag))
        return false;
    net->turned_away++;
    send_reply(net, arrival, 0, LEADWIRE__V1__STATUS__STATUS_BUSY, "there are as many connections as there may be", CROWDED_RETRY_MS);
    return true;
}

static bool refuse_hello(struct net *net, struct arrival *arrival, const Leadwire__V1__Hello *hello)
{
    Leadwire__V1__Status status = LEADWIRE__V1__STATUS__STATUS_NONE;
    const char *reason = "";
    uint32_t retry_after_ms = 0;

    if (hello->version_min > WIRE_VERSION_MAX || hello->version_max < WIRE_VERSION_MIN || hello->version_min > hello->version_max) {
        status = LEADWIRE__V1__STATUS__STATUS_VERSION;
        reason = "this broker speaks protocol version 1";
    } else if (hello->role != arrival->door->wire_role) {
        status = LEADWIRE__V1__STATUS__STATUS_REJECTED;
        reason = "this endpoint serves another role";
    } else if (strcmp(hello->desk, net->options.desk) != 0) {
        status = LEADWIRE__V1__STATUS__STATUS_NOT_OWNER;
        reason = "this broker does not serve that desk";
    } else if (is_shut_out(net, arrival->door)) {
        status = LEADWIRE__V1__STATUS__STATUS_BUSY;
        reason = away_reason(net, arrival->door);
        retry_after_ms = BUSY_RETRY_MS;
    } else if (net->admission.outbox_is_shut) {     /* its Welcome would have to wait there, too */
        status = LEADWIRE__V1__STATUS__STATUS_BUSY;
        reason = OUTBOX_IS_FULL;
        retry_after_ms = SHUT_RETRY_MS;
        net->admission.outbox_told++;
    }
    if (status == LEADWIRE__V1__STATUS__STATUS_BUSY) {
        net->turned_away++;
        connection_guard_bear(net, door_number(arrival), endpoint_descriptor(arrival->frame));
    }
    if (status == LEADWIRE__V1__STATUS__STATUS_NONE)
        return false;
    send_reply(net, arrival, 0, status, reason, retry_after_ms);
    return true;
}

/* What the key of a connection does not allow. The plain are judged by their endpoint alone. */
static bool refuse_visitor(struct net *net, struct arrival *arrival, const Leadwire__V1__Hello *hello)
{
    const struct visitor *visitor = &arrival->visitor;

    if (visitor->kind == VISITOR_UNKNOWN)
        refuse_key(net, arrival, LEADWIRE__V1__STATUS__STATUS_UNAUTHENTICATED, "this key is revoked or not known");
    else if (visitor->kind == VISITOR_KNOWN && !roles_may_log_on(visitor->holder->role, hello->role))
        refuse_key(net, arrival, LEADWIRE__V1__STATUS__STATUS_FORBIDDEN, "a key of the role %s cannot log on here", roles_name(visitor->holder->role));
    else if (visitor->kind == VISITOR_KNOWN && visitor->holder->role == ROLE_REP && strcmp(visitor->holder->name, hello->rep) != 0)
        refuse_key(net, arrival, LEADWIRE__V1__STATUS__STATUS_FORBIDDEN, "this is the key of another rep");
    else
        return false;
    return true;
}

static void refuse_key(struct net *net, struct arrival *arrival, Leadwire__V1__Status status, const char *format, ...)
{
    char reason[96];
    va_list args;

    net->refused_frames++;
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    send_reply(net, arrival, 0, status, reason, 0);
}

/* The core says Welcome (EFFECT_LOGGED_ON) or why not (a reply to LOG_ON_REQUEST). */
static void log_on(struct net *net, struct arrival *arrival, const Leadwire__V1__Hello *hello)
{
    struct core_held *held = arena_calloc(&arrival->door->arena, hello->n_held, sizeof *held);
    uint32_t held_count = 0;

    for (size_t i = 0; held && i < hello->n_held && i < HELD_MAX; i++) {
        if (!desk_id_parse(hello->held[i]->lead_id, &held[held_count].lead))
            continue;
        held[held_count++].offer_number = hello->held[i]->offer_number;
    }
    struct core_command command = {.kind = COMMAND_LOG_ON, .session = arrival->peer->number, .request = LOG_ON_REQUEST};
    command.log_on.rep = text_of(hello->rep);
    command.log_on.held = held;
    command.log_on.held_count = held_count;
    arrival->peer->core_knows = true;
    net_step(net, &command);
}

/* ---- refusals ---- */

static void refuse_bytes(struct net *net, struct arrival *arrival, lw_status status, uint64_t request_id, const char *reason)
{
    Leadwire__V1__Status answer = LEADWIRE__V1__STATUS__STATUS_MALFORMED;
    struct peer *peer = arrival->peer;

    net->refused_frames++;
    if (status == LW_TOO_LARGE || status == LW_NO_MEMORY)
        answer = LEADWIRE__V1__STATUS__STATUS_TOO_LARGE;
    else if (status == LW_UNSUPPORTED)
        answer = LEADWIRE__V1__STATUS__STATUS_VERSION;
    if (peer && ++peer->bad_frames >= SESSION_BAD_FRAMES_MAX) {
        log_warning("session=%llu (%s) is dropped: %d bad frames in a row, the last because %s",
                    (unsigned long long)peer->number, arrival->door->name, SESSION_BAD_FRAMES_MAX, reason);
        net_drop(net, peer, "too many bad frames");
        return;
    }
    send_reply(net, arrival, request_id, answer, reason, 0);
}

static const struct door_entry *find_entry(const struct door *door, enum wire_type type)
{
    for (size_t i = 0; i < door->entry_count; i++)
        if (door->entries[i].type == type)
            return &door->entries[i];
    return NULL;
}

/* At once, also to who has no session. */
static void send_reply(struct net *net, struct arrival *arrival, uint64_t request_id, Leadwire__V1__Status status,
                       const char *reason, uint32_t retry_after_ms)
{
    if (arrival->peer) {
        net_reply_at_once(net, arrival->peer, request_id, status, reason, retry_after_ms);
        return;
    }
    if (!encode_reply(net, request_id, status, reason, retry_after_ms))
        return;
    if (arrival->frame)
        (void)endpoint_answer(&arrival->door->endpoint, arrival->frame, net->frame.data, net->frame.size);
}

static bool encode_reply(struct net *net, uint64_t request_id, Leadwire__V1__Status status, const char *reason,
                         uint32_t retry_after_ms)
{
    Leadwire__V1__Reply reply = LEADWIRE__V1__REPLY__INIT;

    reply.request_id = request_id;
    reply.status = status;
    reply.reason = (char *)reason;
    reply.retry_after_ms = retry_after_ms;
    /* Epochs are a desk's: ours says nothing of the desk that was asked for. */
    reply.epoch = status == LEADWIRE__V1__STATUS__STATUS_NOT_OWNER ? 0 : net->epoch;
    byte_buffer_clear(&net->frame);
    return wire_encode(&(struct wire_message){.type = WIRE_REPLY, .reply = &reply}, &net->frame) == LW_OK;
}
