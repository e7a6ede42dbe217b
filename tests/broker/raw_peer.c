/* SPDX-License-Identifier: Apache-2.0 */
#include "raw_peer.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "cmocka_all.h"
#include "wall_clock.h"

static char *text(const char *value) { return (char *)(uintptr_t)value; }

void raw_peer_open(struct raw_peer *peer, const char *run_dir, const char *endpoint)
{
    raw_peer_open_as(peer, run_dir, endpoint, NULL);
}

static void make_socket(struct raw_peer *peer)
{
    *peer = (struct raw_peer){.context = zmq_ctx_new()};
    arena_init(&peer->arena, 64 * 1024 * 1024);
    byte_buffer_init(&peer->buffer, 8 * 1024 * 1024);
    peer->socket = zmq_socket(peer->context, ZMQ_DEALER);
    assert_non_null(peer->socket);
    zmq_setsockopt(peer->socket, ZMQ_LINGER, &(int){0}, sizeof(int));
    zmq_setsockopt(peer->socket, ZMQ_SNDHWM, &(int){0}, sizeof(int));
}

void raw_peer_open_as(struct raw_peer *peer, const char *run_dir, const char *endpoint, const char *routing_id)
{
    char address[256];

    make_socket(peer);
    if (routing_id)
        zmq_setsockopt(peer->socket, ZMQ_ROUTING_ID, routing_id, strlen(routing_id));
    if (strstr(endpoint, "://"))
        snprintf(address, sizeof address, "%s", endpoint);
    else
        snprintf(address, sizeof address, "ipc://%s/%s", run_dir, endpoint);
    assert_int_equal(zmq_connect(peer->socket, address), 0);
}

void raw_peer_open_unconnected(struct raw_peer *peer, const char *server, const char *public_key, const char *secret_key)
{
    make_socket(peer);
    if (!server)
        return;
    assert_int_equal(zmq_setsockopt(peer->socket, ZMQ_CURVE_SERVERKEY, server, strlen(server)), 0);
    assert_int_equal(zmq_setsockopt(peer->socket, ZMQ_CURVE_PUBLICKEY, public_key, strlen(public_key)), 0);
    assert_int_equal(zmq_setsockopt(peer->socket, ZMQ_CURVE_SECRETKEY, secret_key, strlen(secret_key)), 0);
}

void raw_peer_open_locked(struct raw_peer *peer, const char *address, const char *server, const char *public_key, const char *secret_key)
{
    raw_peer_open_unconnected(peer, server, public_key, secret_key);
    assert_int_equal(zmq_connect(peer->socket, address), 0);
}

void raw_peer_close(struct raw_peer *peer)
{
    if (peer->inbox_at != 0)
        zmq_msg_close(&peer->inbox);
    zmq_close(peer->socket);
    zmq_ctx_term(peer->context);
    arena_fini(&peer->arena);
    byte_buffer_fini(&peer->buffer);
}

void raw_peer_send_bytes(struct raw_peer *peer, const void *bytes, size_t size)
{
    assert_int_equal(zmq_send(peer->socket, bytes, size, 0), (int)size);
}

void raw_peer_send(struct raw_peer *peer, enum wire_type type, ProtobufCMessage *message)
{
    byte_buffer_clear(&peer->buffer);
    assert_int_equal(wire_encode(&(struct wire_message){.type = type, .base = message}, &peer->buffer), LW_OK);
    raw_peer_send_bytes(peer, peer->buffer.data, peer->buffer.size);
}

static bool open_message(struct raw_peer *peer, int timeout_ms)
{
    zmq_pollitem_t item = {.socket = peer->socket, .events = ZMQ_POLLIN};

    if (zmq_poll(&item, 1, timeout_ms) <= 0)
        return false;
    zmq_msg_init(&peer->inbox);
    assert_true(zmq_msg_recv(&peer->inbox, peer->socket, 0) >= 0);
    assert_false(zmq_msg_more(&peer->inbox));
    peer->messages++;
    peer->inbox_at = 1;
    return true;
}

bool raw_peer_receive(struct raw_peer *peer, int timeout_ms)
{
    const char *reason;

    if (peer->inbox_at == 0 && !open_message(peer, timeout_ms))
        return false;
    const unsigned char *frame = (const unsigned char *)zmq_msg_data(&peer->inbox) + peer->inbox_at - 1;
    size_t left = zmq_msg_size(&peer->inbox) - (peer->inbox_at - 1), size = wire_first_frame_size(frame, left);
    arena_reset(&peer->arena, 64 * 1024);
    lw_status status = wire_decode(frame, size, WIRE_FROM_BROKER, &peer->arena, &peer->message, &reason, NULL);
    peer->inbox_at = size < left ? peer->inbox_at + size : 0;
    if (peer->inbox_at == 0)
        zmq_msg_close(&peer->inbox);
    if (status != LW_OK)
        fail_msg("the broker sent what cannot be read: %s", reason);
    peer->received++;
    if (peer->message.type == WIRE_WELCOME) {
        peer->epoch = peer->message.welcome->epoch;
        peer->session = peer->message.welcome->session;
        peer->received = 0;
    }
    return true;
}

const struct wire_message *raw_peer_expect(struct raw_peer *peer, enum wire_type type)
{
    uint64_t end_ms = wall_clock_monotonic_ms() + RAW_PEER_WAIT_MS;

    do {
        if (!raw_peer_receive(peer, RAW_PEER_WAIT_MS))
            fail_msg("no %s came", wire_type_name(type));
        if (peer->message.type == WIRE_REPLY && type != WIRE_REPLY && peer->message.reply->request_id == 0)
            fail_msg("instead of %s: status %d, %s", wire_type_name(type), (int)peer->message.reply->status, peer->message.reply->reason);
        if (peer->message.type == WIRE_BYE && type != WIRE_BYE)
            fail_msg("instead of %s: Bye, %s", wire_type_name(type), peer->message.bye->reason);
    } while (peer->message.type != type && wall_clock_monotonic_ms() < end_ms);
    return &peer->message;
}

const Leadwire__V1__Reply *raw_peer_expect_reply(struct raw_peer *peer, uint64_t request_id, Leadwire__V1__Status status)
{
    const Leadwire__V1__Reply *reply = raw_peer_expect(peer, WIRE_REPLY)->reply;

    if (reply->request_id != request_id || reply->status != status)
        fail_msg("reply to %llu: status %d (%s); expected one to %llu with status %d", (unsigned long long)reply->request_id,
                 (int)reply->status, reply->reason, (unsigned long long)request_id, (int)status);
    return reply;
}

void raw_peer_ping(struct raw_peer *peer)
{
    Leadwire__V1__Ping ping = LEADWIRE__V1__PING__INIT;

    ping.received_count = peer->received;
    raw_peer_send(peer, WIRE_PING, &ping.base);
}

void raw_peer_sync(struct raw_peer *peer)
{
    raw_peer_ping(peer);
    raw_peer_expect(peer, WIRE_PONG);
}

void raw_peer_hello(struct raw_peer *peer, Leadwire__V1__Role role, const char *rep, const char *secret)
{
    Leadwire__V1__Hello hello = LEADWIRE__V1__HELLO__INIT;

    hello.version_min = WIRE_VERSION_MIN;
    hello.version_max = WIRE_VERSION_MAX;
    hello.role = role;
    hello.desk = text("main");
    hello.client = text("raw_peer");
    hello.bundles = peer->takes_bundles;
    hello.rep = text(rep ? rep : "");
    hello.secret = text(secret ? secret : "");
    raw_peer_send(peer, WIRE_HELLO, &hello.base);
}

void raw_peer_enter(struct raw_peer *peer, Leadwire__V1__Role role, const char *rep)
{
    char secret[64];

    snprintf(secret, sizeof secret, "secret-of-%s", rep ? rep : "");
    raw_peer_hello(peer, role, rep, secret);
    raw_peer_expect(peer, WIRE_WELCOME);
}

uint64_t raw_peer_publish(struct raw_peer *peer, const char *idempotency_id, const char *language)
{
    Leadwire__V1__Publish publish = LEADWIRE__V1__PUBLISH__INIT;
    Leadwire__V1__Lead lead = LEADWIRE__V1__LEAD__INIT;

    lead.channel = LEADWIRE__V1__CHANNEL__CHANNEL_WEB;
    lead.source = text("form");
    lead.full_name = text("Test Person");
    lead.language = text(language);
    publish.request_id = ++peer->request_id;
    publish.idempotency_id = text(idempotency_id);
    publish.received_unix_ms = wall_clock_unix_ms();
    publish.lead = &lead;
    raw_peer_send(peer, WIRE_PUBLISH, &publish.base);
    return publish.request_id;
}

uint64_t raw_peer_answer(struct raw_peer *peer, const char *lead_id, uint32_t offer_number, bool accept)
{
    Leadwire__V1__OfferAnswer answer = LEADWIRE__V1__OFFER_ANSWER__INIT;

    answer.request_id = ++peer->request_id;
    answer.lead_id = text(lead_id);
    answer.offer_number = offer_number;
    answer.accept = accept;
    raw_peer_send(peer, WIRE_OFFER_ANSWER, &answer.base);
    return answer.request_id;
}

uint64_t raw_peer_complete(struct raw_peer *peer, const char *lead_id, const char *idempotency_id)
{
    Leadwire__V1__Complete complete = LEADWIRE__V1__COMPLETE__INIT;

    complete.request_id = ++peer->request_id;
    complete.lead_id = text(lead_id);
    complete.idempotency_id = text(idempotency_id);
    complete.disposition = text("won");
    raw_peer_send(peer, WIRE_COMPLETE, &complete.base);
    return complete.request_id;
}

void raw_peer_apply_rules(const char *run_dir, uint32_t offer_ms, uint32_t grace_ms)
{
    raw_peer_apply_policy(run_dir, "", offer_ms, grace_ms);
}

void raw_peer_apply_policy(const char *run_dir, const char *policy, uint32_t offer_ms, uint32_t grace_ms)
{
    static const char *const names[] = {"anna", "bruno", "carla"};
    Leadwire__V1__ApplyConfig apply = LEADWIRE__V1__APPLY_CONFIG__INIT;
    Leadwire__V1__DeskConfig config = LEADWIRE__V1__DESK_CONFIG__INIT;
    Leadwire__V1__ChannelConfig web = LEADWIRE__V1__CHANNEL_CONFIG__INIT, *channels[1] = {&web};
    Leadwire__V1__RepConfig rep_rows[3], *reps[3];
    Leadwire__V1__RuleConfig rule = LEADWIRE__V1__RULE_CONFIG__INIT, *rules[1] = {&rule};
    Leadwire__V1__DispositionConfig won = LEADWIRE__V1__DISPOSITION_CONFIG__INIT, *dispositions[1] = {&won};
    struct raw_peer control;

    web.channel = LEADWIRE__V1__CHANNEL__CHANNEL_WEB;
    web.weight = 1;
    web.offer_timeout_ms = offer_ms;
    web.wait_limit_ms = 3600 * 1000;
    for (int i = 0; i < 3; i++) {
        leadwire__v1__rep_config__init(&rep_rows[i]);
        rep_rows[i].name = text(names[i]);
        rep_rows[i].capacity = 2;
        reps[i] = &rep_rows[i];
    }
    rule.name = rule.queue = text("all");
    won.code = text("won");
    won.class_ = LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_WON;
    config.n_channels = config.n_rules = config.n_dispositions = 1;
    config.n_reps = 3;
    config.channels = channels;
    config.reps = reps;
    config.rules = rules;
    config.dispositions = dispositions;
    config.grace_ms = grace_ms;
    config.policy = text(policy);
    apply.request_id = 1;
    apply.config = &config;
    apply.applied_by = text("test");
    raw_peer_open(&control, run_dir, "control");
    raw_peer_enter(&control, LEADWIRE__V1__ROLE__ROLE_CONTROL, NULL);
    raw_peer_send(&control, WIRE_APPLY_CONFIG, &apply.base);
    raw_peer_expect_reply(&control, 1, LEADWIRE__V1__STATUS__STATUS_ACCEPTED);
    raw_peer_close(&control);
}
