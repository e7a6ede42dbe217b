/* SPDX-License-Identifier: Apache-2.0 */
#include "event_socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client_key.h"
#include "context.h"
#include "key_file.h"

enum { EVENTS_HWM = 65536, RECONNECT_FIRST_MS = 50, RECONNECT_LAST_MS = 500 };

static lw_status set_up(struct event_socket *events, const struct lw_events_options *options);
static enum event_socket_took open_message(struct event_socket *events, uint64_t now_ms);
static bool is_topic(zmq_msg_t *part, const char *topic);
static void note_bundle(struct event_socket *events, uint64_t now_ms);
static bool subscribe(struct event_socket *events, int option, const char *topic);
static void close_message(struct event_socket *events);

lw_status event_socket_open(struct event_socket *events, const struct lw_events_options *options)
{
    size_t size = strlen(options->desk);

    *events = (struct event_socket){.fd = -1, .takes_singles = true, .desk = strdup(options->desk), .bundles = malloc(size + 2)};
    if (!events->desk || !events->bundles)
        return LW_NO_MEMORY;
    events->bundles[0] = WIRE_BUNDLES_TOPIC;
    memcpy(events->bundles + 1, options->desk, size + 1);

    void *context = context_acquire();
    if (!context)
        return LW_NO_MEMORY;
    events->socket = zmq_socket(context, ZMQ_SUB);
    if (!events->socket) {
        context_release();
        return LW_IO;
    }
    return set_up(events, options);
}

void event_socket_close(struct event_socket *events)
{
    if (events->socket) {
        close_message(events);
        zmq_close(events->socket);
        context_release();
    }
    free(events->desk);
    free(events->bundles);
    *events = (struct event_socket){.fd = -1};
}

enum event_socket_took event_socket_take(struct event_socket *events, uint64_t now_ms, struct session_frame *out)
{
    struct session_inbox *inbox = &events->inbox;

    if (!inbox->is_open || inbox->at >= zmq_msg_size(&inbox->message)) {
        close_message(events);
        enum event_socket_took took = open_message(events, now_ms);
        if (took != EVENT_SOCKET_FRAME)
            return took;
    }
    const unsigned char *bytes = zmq_msg_data(&inbox->message);
    *out = (struct session_frame){bytes + inbox->at, wire_first_frame_size(bytes + inbox->at, zmq_msg_size(&inbox->message) - inbox->at)};
    inbox->at += out->size;
    return EVENT_SOCKET_FRAME;
}

void event_socket_turn(struct event_socket *events, uint64_t now_ms)
{
    if (now_ms >= events->bundle_ms + EVENT_SOCKET_SINGLES_MS)
        event_socket_take_singles(events);
}

void event_socket_take_singles(struct event_socket *events)
{
    if (!events->takes_singles)
        events->takes_singles = subscribe(events, ZMQ_SUBSCRIBE, events->desk);
}

void event_socket_clear_edge(struct event_socket *events)
{
    int ready;
    size_t size = sizeof ready;

    zmq_getsockopt(events->socket, ZMQ_EVENTS, &ready, &size);
}

static bool set_option(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

static lw_status set_up(struct event_socket *events, const struct lw_events_options *options)
{
    int64_t size_max = WIRE_FRAME_SIZE_MAX;
    size_t fd_size = sizeof events->fd;
    bool set = set_option(events->socket, ZMQ_LINGER, 0)
        && set_option(events->socket, ZMQ_RCVHWM, EVENTS_HWM)
        && set_option(events->socket, ZMQ_RECONNECT_IVL, RECONNECT_FIRST_MS)
        && set_option(events->socket, ZMQ_RECONNECT_IVL_MAX, RECONNECT_LAST_MS)
        && zmq_setsockopt(events->socket, ZMQ_MAXMSGSIZE, &size_max, sizeof size_max) == 0
        && subscribe(events, ZMQ_SUBSCRIBE, events->desk)
        && subscribe(events, ZMQ_SUBSCRIBE, events->bundles)
        && zmq_getsockopt(events->socket, ZMQ_FD, &events->fd, &fd_size) == 0;
    if (!set)
        return LW_IO;
    char why[KEY_WHY_MAX];
    lw_status status = client_key_give(events->socket, options->events_endpoint, options->key_file, why);
    if (status != LW_OK)
        return status;
    return zmq_connect(events->socket, options->events_endpoint) == 0 ? LW_OK : LW_INVALID;
}

/* A message is two parts: a topic, which must be one of ours and not one that begins like it, and a frame or more. */
static enum event_socket_took open_message(struct event_socket *events, uint64_t now_ms)
{
    zmq_msg_t part;
    bool is_ours = false, is_bundle = false, more = true;

    for (int count = 0; more; count++) {
        zmq_msg_init(&part);
        if (zmq_msg_recv(&part, events->socket, ZMQ_DONTWAIT) < 0) {
            zmq_msg_close(&part);
            return count == 0 && errno != EINTR ? EVENT_SOCKET_NOTHING : EVENT_SOCKET_SKIPPED;
        }
        more = zmq_msg_more(&part) != 0;
        if (count == 0) {
            is_bundle = is_topic(&part, events->bundles);
            is_ours = is_bundle || is_topic(&part, events->desk);
        } else if (count == 1 && is_ours && !more && zmq_msg_size(&part) > 0) {
            events->inbox = (struct session_inbox){.is_open = true};
            zmq_msg_init(&events->inbox.message);
            zmq_msg_move(&events->inbox.message, &part);
            zmq_msg_close(&part);
            if (is_bundle)
                note_bundle(events, now_ms);
            return EVENT_SOCKET_FRAME;
        }
        zmq_msg_close(&part);
    }
    return EVENT_SOCKET_SKIPPED;
}

static bool is_topic(zmq_msg_t *part, const char *topic)
{
    return zmq_msg_size(part) == strlen(topic) && memcmp(zmq_msg_data(part), topic, zmq_msg_size(part)) == 0;
}

static void note_bundle(struct event_socket *events, uint64_t now_ms)
{
    events->bundle_ms = now_ms;
    if (events->takes_singles)
        events->takes_singles = !subscribe(events, ZMQ_UNSUBSCRIBE, events->desk);
}

static bool subscribe(struct event_socket *events, int option, const char *topic)
{
    return zmq_setsockopt(events->socket, option, topic, strlen(topic)) == 0;
}

static void close_message(struct event_socket *events)
{
    if (events->inbox.is_open)
        zmq_msg_close(&events->inbox.message);
    events->inbox.is_open = false;
}
