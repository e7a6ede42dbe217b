/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_broker.h"

#include "wall_clock.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

static void *bind_socket(struct fake_broker *fake, int type, const char *endpoint);

void fake_open(struct fake_broker *fake)
{
    *fake = (struct fake_broker){.answers_ping = true, .epoch = FAKE_EPOCH};
    snprintf(fake->directory, sizeof fake->directory, "/tmp/lw-fake-XXXXXX");
    assert_non_null(mkdtemp(fake->directory));
    snprintf(fake->endpoint, sizeof fake->endpoint, "ipc://%s/broker", fake->directory);
    snprintf(fake->events_endpoint, sizeof fake->events_endpoint, "ipc://%s/events", fake->directory);
    arena_init(&fake->arena, 16 * 1024 * 1024);
    byte_buffer_init(&fake->buffer, WIRE_CONTROL_FRAME_SIZE_MAX);
    fake->context = zmq_ctx_new();
    assert_non_null(fake->context);
    fake_start(fake);
}

void fake_close(struct fake_broker *fake)
{
    fake_stop(fake);
    zmq_ctx_term(fake->context);
    arena_fini(&fake->arena);
    byte_buffer_fini(&fake->buffer);
    unlink(fake->endpoint + strlen("ipc://"));
    unlink(fake->events_endpoint + strlen("ipc://"));
    rmdir(fake->directory);
}

void fake_stop(struct fake_broker *fake)
{
    if (fake->router)
        zmq_close(fake->router);
    if (fake->publisher)
        zmq_close(fake->publisher);
    fake->router = fake->publisher = NULL;
    fake->peer_size = 0;
    if (fake->inbox_at != 0)
        zmq_msg_close(&fake->inbox);
    fake->inbox_at = 0;
}

void fake_start(struct fake_broker *fake)
{
    fake->router = bind_socket(fake, ZMQ_ROUTER, fake->endpoint);
    fake->publisher = bind_socket(fake, ZMQ_XPUB, fake->events_endpoint);
}

static bool open_message(struct fake_broker *fake)
{
    zmq_msg_t peer;

    zmq_msg_init(&peer);
    if (zmq_msg_recv(&peer, fake->router, ZMQ_DONTWAIT) < 0) {
        zmq_msg_close(&peer);
        return false;
    }
    assert_true(zmq_msg_more(&peer));
    assert_true(zmq_msg_size(&peer) <= sizeof fake->peer);
    fake->peer_size = zmq_msg_size(&peer);
    memcpy(fake->peer, zmq_msg_data(&peer), fake->peer_size);
    zmq_msg_close(&peer);
    zmq_msg_init(&fake->inbox);
    assert_true(zmq_msg_recv(&fake->inbox, fake->router, 0) >= 0);
    assert_false(zmq_msg_more(&fake->inbox));
    fake->messages++;
    fake->inbox_at = 1;
    return true;
}

bool fake_turn(struct fake_broker *fake, struct wire_message *out)
{
    if (fake->turn)
        fake->turn(fake->client);
    if (!fake->router)
        return false;
    arena_reset(&fake->arena, 0);
    if (fake->inbox_at == 0 && !open_message(fake)) {
        poll(NULL, 0, 1);   /* the client's timers are due by the clock, so there is no descriptor to wait for */
        return false;
    }
    const char *reason;
    const unsigned char *frame = (const unsigned char *)zmq_msg_data(&fake->inbox) + fake->inbox_at - 1;
    size_t left = zmq_msg_size(&fake->inbox) - (fake->inbox_at - 1), size = wire_first_frame_size(frame, left);
    if (wire_decode(frame, size, WIRE_FROM_CLIENT, &fake->arena, out, &reason, NULL) != LW_OK)
        fail_msg("the client sent what breaks the protocol: %s", reason);
    fake->inbox_at = size < left ? fake->inbox_at + size : 0;
    if (fake->inbox_at == 0)
        zmq_msg_close(&fake->inbox);
    if (out->type != WIRE_PING)
        return true;
    fake->pings++;
    fake->confirmed = out->ping->received_count;
    if (fake->answers_ping) {
        Leadwire__V1__Pong pong = LEADWIRE__V1__PONG__INIT;
        pong.epoch = fake->epoch;
        fake_say(fake, WIRE_PONG, &pong);
    }
    return false;
}

struct wire_message fake_expect(struct fake_broker *fake, enum wire_type type)
{
    struct wire_message message = {0};
    uint64_t deadline_ms = wall_clock_monotonic_ms() + WAIT_MAX_MS;
    while (!fake_turn(fake, &message)) {
        if (wall_clock_monotonic_ms() > deadline_ms)
            fail_msg("the client did not say %s", wire_type_name(type));
    }
    if (message.type != type)
        fail_msg("the client said %s instead of %s", wire_type_name(message.type), wire_type_name(type));
    return message;
}

void fake_expect_silence(struct fake_broker *fake, int ms)
{
    struct wire_message message;
    uint64_t until_ms = wall_clock_monotonic_ms() + (uint64_t)ms;
    while (wall_clock_monotonic_ms() < until_ms) {
        if (fake_turn(fake, &message))
            fail_msg("the client said %s, unasked", wire_type_name(message.type));
    }
}

void fake_run_until(struct fake_broker *fake, bool (*done)(void *client))
{
    struct wire_message message;
    uint64_t deadline_ms = wall_clock_monotonic_ms() + WAIT_MAX_MS;
    while (!done(fake->client)) {
        if (fake_turn(fake, &message) && message.type != WIRE_HELLO)
            fail_msg("the client said %s, unasked", wire_type_name(message.type));
        if (wall_clock_monotonic_ms() > deadline_ms)
            fail_msg("what was waited for did not happen");
    }
}

void fake_say(struct fake_broker *fake, enum wire_type type, void *message)
{
    byte_buffer_clear(&fake->buffer);
    struct wire_message said = {.type = type, .base = message};
    assert_int_equal(wire_encode(&said, &fake->buffer), LW_OK);
    fake_say_bytes(fake, fake->buffer.data, fake->buffer.size);
}

void fake_say_bytes(struct fake_broker *fake, const void *bytes, size_t size)
{
    assert_true(fake->peer_size > 0);
    assert_true(zmq_send(fake->router, fake->peer, fake->peer_size, ZMQ_DONTWAIT | ZMQ_SNDMORE) >= 0);
    assert_true(zmq_send(fake->router, bytes, size, ZMQ_DONTWAIT) >= 0);
}

void fake_welcome(struct fake_broker *fake, uint32_t credit, uint32_t heartbeat_ms)
{
    Leadwire__V1__Welcome welcome = LEADWIRE__V1__WELCOME__INIT;
    welcome.version = 1;
    welcome.bundles = fake->bundles;
    welcome.days = fake->days;
    welcome.epoch = fake->epoch;
    welcome.session = ++fake->sessions;
    welcome.credit = credit;
    welcome.heartbeat_ms = heartbeat_ms;
    welcome.frame_size_max = WIRE_FRAME_SIZE_MAX;
    welcome.desk = "sales";
    welcome.durability = "memory";
    fake_say(fake, WIRE_WELCOME, &welcome);
}

void fake_reply(struct fake_broker *fake, uint64_t request_id, Leadwire__V1__Status status, const char *lead_id,
                const char *reason, uint32_t retry_after_ms)
{
    Leadwire__V1__Reply reply = LEADWIRE__V1__REPLY__INIT;
    reply.request_id = request_id;
    reply.status = status;
    reply.lead_id = (char *)lead_id;
    reply.reason = (char *)reason;
    reply.retry_after_ms = retry_after_ms;
    reply.epoch = fake->epoch;
    fake_say(fake, WIRE_REPLY, &reply);
}

void fake_publish_bytes(struct fake_broker *fake, const char *topic, const void *bytes, size_t size)
{
    assert_true(zmq_send(fake->publisher, topic, strlen(topic), ZMQ_DONTWAIT | ZMQ_SNDMORE) >= 0);
    assert_true(zmq_send(fake->publisher, bytes, size, ZMQ_DONTWAIT) >= 0);
}

/* The endpoint of a broker that has just gone may be in use for a moment. */
static void *bind_socket(struct fake_broker *fake, int type, const char *endpoint)
{
    void *socket = zmq_socket(fake->context, type);
    int linger_ms = 0, mandatory = 1;
    assert_non_null(socket);
    assert_int_equal(zmq_setsockopt(socket, ZMQ_LINGER, &linger_ms, sizeof linger_ms), 0);
    if (type == ZMQ_ROUTER)
        assert_int_equal(zmq_setsockopt(socket, ZMQ_ROUTER_MANDATORY, &mandatory, sizeof mandatory), 0);
    uint64_t deadline_ms = wall_clock_monotonic_ms() + WAIT_MAX_MS;
    while (zmq_bind(socket, endpoint) != 0) {
        if (wall_clock_monotonic_ms() > deadline_ms)
            fail_msg("cannot bind: %s", zmq_strerror(zmq_errno()));
        poll(NULL, 0, 1);
    }
    return socket;
}
