/* SPDX-License-Identifier: Apache-2.0 */
#include "events_feed.h"

#include <stdio.h>
#include <string.h>

#include "key_ring.h"
#include "lw_log.h"

/* Of one who does not read: 2 MiB, and the events themselves, which all who stand at the same place share. */
enum { EVENTS_HWM = 2048, RECEIVE_HWM = 2048 };

static const struct endpoint_limits limits = {WIRE_FRAME_SIZE_MAX, EVENTS_HWM, RECEIVE_HWM};

static lw_status open_socket(struct events_feed *feed, int which);
static void close_socket(struct feed_socket *socket);
static void bind_again(struct events_feed *feed);
static bool take_from(struct events_feed *feed, int which, struct feed_subscriber *out);
static void note_message(const struct events_feed *feed, struct feed_socket *socket, const unsigned char *message, size_t size);
static void note_subscription(struct feed_socket *socket, int topic, size_t prefix_size, bool listens);
static void send(struct events_feed *feed, int topic, const void *bytes, size_t size);

lw_status events_feed_open(struct events_feed *feed, void *zmq_context, const char *desk)
{
    feed->zmq_context = zmq_context;
    snprintf(feed->topics[FEED_SINGLES], sizeof feed->topics[FEED_SINGLES], "%s", desk);
    snprintf(feed->topics[FEED_BUNDLES], sizeof feed->topics[FEED_BUNDLES], "%c%s", WIRE_BUNDLES_TOPIC, desk);
    byte_buffer_init(&feed->bundle, FEED_BUNDLE_BYTES + WIRE_FRAME_SIZE_MAX);
    return open_socket(feed, FEED_PLAIN);
}

void events_feed_close(struct events_feed *feed)
{
    for (int i = 0; i < FEED_SOCKETS; i++)
        close_socket(&feed->sockets[i]);
    byte_buffer_fini(&feed->bundle);
}

lw_status events_feed_bind(struct events_feed *feed, const char *address, const struct endpoint_lock *lock)
{
    struct feed_socket *socket = &feed->sockets[lock ? FEED_LOCKED : FEED_PLAIN];
    lw_status status = LW_OK;

    if (!socket->endpoint.socket)
        status = open_socket(feed, lock ? FEED_LOCKED : FEED_PLAIN);
    if (status == LW_OK)
        status = endpoint_bind(&socket->endpoint, address, lock, feed->addresses[feed->address_count].text);
    if (status != LW_OK)
        return status;
    if (lock)
        feed->lock = *lock;
    feed->addresses[feed->address_count].is_locked = lock != NULL;
    feed->addresses[feed->address_count++].is_bound = true;
    return LW_OK;
}

void events_feed_turn_out(struct events_feed *feed)
{
    struct feed_socket *socket = &feed->sockets[FEED_LOCKED];
    int no_linger = 0;

    if (!socket->endpoint.socket)
        return;
    (void)zmq_setsockopt(socket->endpoint.socket, ZMQ_LINGER, &no_linger, sizeof no_linger);
    close_socket(socket);
    log_info("watchers are turned out: a key that may subscribe was revoked; who still may comes back by itself");
    for (uint32_t i = 0; i < feed->address_count; i++)
        feed->addresses[i].is_bound = !feed->addresses[i].is_locked;
    if (open_socket(feed, FEED_LOCKED) != LW_OK)
        log_error("the encrypted events cannot be opened again: %s", zmq_strerror(zmq_errno()));
    bind_again(feed);
}

bool events_feed_is_rebinding(const struct events_feed *feed)
{
    for (uint32_t i = 0; i < feed->address_count; i++)
        if (!feed->addresses[i].is_bound)
            return true;
    return false;
}

void events_feed_collect(struct events_feed *feed)
{
    if (events_feed_is_rebinding(feed))
        bind_again(feed);
    feed->taken = 0;
}

bool events_feed_take_subscriber(struct events_feed *feed, struct feed_subscriber *out)
{
    for (int i = 0; i < FEED_SOCKETS; i++)
        while (feed->taken < FEED_TURN_MAX && feed->sockets[i].endpoint.socket && feed->sockets[i].endpoint.edge.may_have) {
            feed->taken++;
            if (take_from(feed, i, out))
                return true;
        }
    return false;
}

void events_feed_number(struct events_feed *feed, Leadwire__V1__Event *event, int64_t at_unix_ms)
{
    event->epoch = feed->epoch;
    event->previous_seq = feed->seq;
    event->seq = ++feed->seq;
    event->at_unix_ms = at_unix_ms;
}

void events_feed_send(struct events_feed *feed, const void *bytes, size_t size)
{
    send(feed, FEED_SINGLES, bytes, size);
    if (feed->sockets[FEED_PLAIN].listening_count[FEED_BUNDLES] + feed->sockets[FEED_LOCKED].listening_count[FEED_BUNDLES] == 0)
        return;
    if (feed->bundle.size + size > FEED_BUNDLE_BYTES || feed->bundle_events == FEED_BUNDLE_EVENTS)
        events_feed_flush(feed);
    byte_buffer_put(&feed->bundle, bytes, size);
    feed->bundle_events++;
}

void events_feed_flush(struct events_feed *feed)
{
    if (feed->bundle_events > 0 && !feed->bundle.failed)        /* without memory they are missed: their numbers say so */
        send(feed, FEED_BUNDLES, feed->bundle.data, feed->bundle.size);
    byte_buffer_clear(&feed->bundle);
    feed->bundle_events = 0;
}

/* To whoever listens to the topic. */
static void send(struct events_feed *feed, int topic, const void *bytes, size_t size)
{
    const char *name = feed->topics[topic];

    for (int i = 0; i < FEED_SOCKETS; i++) {
        struct feed_socket *socket = &feed->sockets[i];
        if (socket->listening_count[topic] == 0)
            continue;
        socket_edge_touch(&socket->endpoint.edge);
        if (zmq_send(socket->endpoint.socket, name, strlen(name), ZMQ_DONTWAIT | ZMQ_SNDMORE) >= 0)
            (void)zmq_send(socket->endpoint.socket, bytes, size, ZMQ_DONTWAIT);
    }
}

static lw_status open_socket(struct events_feed *feed, int which)
{
    struct feed_socket *socket = &feed->sockets[which];
    lw_status status = endpoint_open(&socket->endpoint, feed->zmq_context, ZMQ_XPUB, &limits);

    if (status == LW_OK && zmq_setsockopt(socket->endpoint.socket, ZMQ_XPUB_VERBOSE, &(int){1}, sizeof(int)) != 0)
        status = LW_IO;              /* each subscription: of whom not is the first of its topic, too, it has to be known whose it is */
    if (status == LW_OK)
        status = endpoint_watch_open(&socket->watch, feed->zmq_context, socket->endpoint.socket);
    if (status != LW_OK)
        close_socket(socket);
    return status;
}

static void close_socket(struct feed_socket *socket)
{
    endpoint_watch_close(&socket->watch, socket->endpoint.socket);
    endpoint_close(&socket->endpoint, 0);
    *socket = (struct feed_socket){0};
}

/* libzmq's thread lets go of a port a little after zmq_close: until then it is in use. */
static void bind_again(struct events_feed *feed)
{
    struct feed_socket *socket = &feed->sockets[FEED_LOCKED];

    if (!socket->endpoint.socket && open_socket(feed, FEED_LOCKED) != LW_OK)
        return;
    for (uint32_t i = 0; i < feed->address_count; i++) {
        char bound[ENDPOINT_ADDRESS_MAX];
        if (!feed->addresses[i].is_bound)
            feed->addresses[i].is_bound = endpoint_bind(&socket->endpoint, feed->addresses[i].text, &feed->lock, bound) == LW_OK;
    }
}

/* False: there was nothing, or no subscription. */
static bool take_from(struct events_feed *feed, int which, struct feed_subscriber *out)
{
    struct feed_socket *socket = &feed->sockets[which];
    zmq_msg_t message;

    zmq_msg_init(&message);
    if (zmq_msg_recv(&message, socket->endpoint.socket, ZMQ_DONTWAIT) < 0) {
        zmq_msg_close(&message);
        socket_edge_note_failure(&socket->endpoint.edge);
        return false;
    }
    const unsigned char *bytes = zmq_msg_data(&message);
    size_t size = zmq_msg_size(&message);
    bool subscribes = size >= 1 && bytes[0] == 1;
    *out = (struct feed_subscriber){.socket = which, .fd = zmq_msg_get(&message, ZMQ_SRCFD)};
    if (!key_tag_parse(zmq_msg_gets(&message, "User-Id"), &out->key_tag))
        out->key_tag = (struct siphash_128){0};
    if (size >= 1 && size <= 1 + LW_NAME_MAX + 1 && bytes[0] <= 1)
        note_message(feed, socket, bytes, size);
    zmq_msg_close(&message);
    return subscribes;
}

static void note_message(const struct events_feed *feed, struct feed_socket *socket, const unsigned char *message, size_t size)
{
    size_t prefix_size = size - 1;

    for (int topic = 0; topic < FEED_TOPICS; topic++) {
        bool is_prefix = prefix_size <= strlen(feed->topics[topic]) && memcmp(message + 1, feed->topics[topic], prefix_size) == 0;
        if (is_prefix && (topic == FEED_SINGLES || prefix_size > 0))    /* who listens to all is not told all twice */
            note_subscription(socket, topic, prefix_size, message[0] == 1);
    }
}

/* XPUB tells each subscription, and the last end of those of a prefix. */
static void note_subscription(struct feed_socket *socket, int topic, size_t prefix_size, bool listens)
{
    if (socket->listening[topic][prefix_size] != listens)
        socket->listening_count[topic] += listens ? 1u : UINT32_MAX;
    socket->listening[topic][prefix_size] = listens;
}
