/* SPDX-License-Identifier: Apache-2.0
 *
 * Several frames in one message, both ways: as if they had come one by one.
 */
#include <string.h>

#include "broker_fixture.h"
#include "cmocka_all.h"
#include "raw_peer.h"

#define PUBLISHER LEADWIRE__V1__ROLE__ROLE_PUBLISHER
#define REP LEADWIRE__V1__ROLE__ROLE_REP
#define STATUS(name) LEADWIRE__V1__STATUS__STATUS_##name

enum { OFFER_MS = 60000, GRACE_MS = 60000 };

static struct broker_fixture broker;
static struct byte_buffer bundle;

static int start(void **state)
{
    static const char *const args[] = {"--ephemeral", NULL};

    (void)state;
    byte_buffer_init(&bundle, 1024 * 1024);
    broker_fixture_open(&broker, args);
    broker_fixture_start(&broker);
    raw_peer_apply_rules(broker.run_dir, OFFER_MS, GRACE_MS);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    assert_int_equal(broker_fixture_stop(&broker), 0);
    broker_fixture_close(&broker);
    byte_buffer_fini(&bundle);
    return 0;
}

static void open_as(struct raw_peer *peer, const char *door, Leadwire__V1__Role role, const char *rep, bool takes_bundles)
{
    raw_peer_open(peer, broker.run_dir, door);
    peer->takes_bundles = takes_bundles;
    raw_peer_enter(peer, role, rep);
}

static void add(enum wire_type type, ProtobufCMessage *message)
{
    assert_int_equal(wire_encode(&(struct wire_message){.type = type, .base = message}, &bundle), LW_OK);
}

static void add_request(uint64_t request_id)
{
    Leadwire__V1__Cancel cancel = LEADWIRE__V1__CANCEL__INIT;

    cancel.request_id = request_id;
    cancel.lead_id = (char *)(uintptr_t)"zzz-1";
    add(WIRE_CANCEL, &cancel.base);
}

static void add_ping(void)
{
    Leadwire__V1__Ping ping = LEADWIRE__V1__PING__INIT;

    add(WIRE_PING, &ping.base);
}

static void send_bundle(struct raw_peer *peer)
{
    raw_peer_send_bytes(peer, bundle.data, bundle.size);
    byte_buffer_clear(&bundle);
}

static void frames_of_one_message_are_answered_in_order_each_by_a_message(void **state)
{
    struct raw_peer peer;

    (void)state;
    open_as(&peer, "publish", PUBLISHER, NULL, false);
    uint64_t messages = peer.messages;
    for (uint64_t id = 1; id <= 5; id++)
        add_request(id);
    send_bundle(&peer);
    for (uint64_t id = 1; id <= 5; id++)
        raw_peer_expect_reply(&peer, id, STATUS(NOT_FOUND));
    assert_int_equal(peer.messages - messages, 5);
    raw_peer_close(&peer);
}

static void who_reads_bundles_gets_the_answers_of_a_turn_in_one_message(void **state)
{
    struct raw_peer peer;

    (void)state;
    open_as(&peer, "publish", PUBLISHER, NULL, true);
    uint64_t messages = peer.messages;
    for (uint64_t id = 1; id <= 5; id++)
        add_request(id);
    send_bundle(&peer);
    for (uint64_t id = 1; id <= 5; id++)
        raw_peer_expect_reply(&peer, id, STATUS(NOT_FOUND));
    assert_int_equal(peer.messages - messages, 1);
    raw_peer_close(&peer);
}

static void hello_and_requests_may_come_together(void **state)
{
    struct raw_peer peer;
    Leadwire__V1__Hello hello = LEADWIRE__V1__HELLO__INIT;

    (void)state;
    raw_peer_open(&peer, broker.run_dir, "publish");
    hello.version_min = hello.version_max = 1;
    hello.role = PUBLISHER;
    hello.desk = (char *)(uintptr_t)"main";
    add(WIRE_HELLO, &hello.base);
    add_request(1);
    send_bundle(&peer);
    raw_peer_expect(&peer, WIRE_WELCOME);
    raw_peer_expect_reply(&peer, 1, STATUS(NOT_FOUND));
    raw_peer_close(&peer);
}

static void a_broken_frame_spoils_none_of_the_others(void **state)
{
    struct raw_peer peer;

    (void)state;
    open_as(&peer, "publish", PUBLISHER, NULL, false);
    add_request(1);
    byte_buffer_put(&bundle, "LW\1\6\2\0\0\0\377\377", 10);     /* a Bye that is no protobuf */
    add_request(2);
    byte_buffer_put(&bundle, "what is this?", 13);
    send_bundle(&peer);
    raw_peer_expect_reply(&peer, 0, STATUS(MALFORMED));        /* at once; the others wait for the journal */
    assert_string_equal(raw_peer_expect_reply(&peer, 0, STATUS(MALFORMED))->reason, "this is not a Leadwire frame");
    raw_peer_expect_reply(&peer, 1, STATUS(NOT_FOUND));
    raw_peer_expect_reply(&peer, 2, STATUS(NOT_FOUND));
    raw_peer_close(&peer);
}

static void whoever_has_no_session_is_answered_once_for_all_frames(void **state)
{
    struct raw_peer peer;

    (void)state;
    raw_peer_open(&peer, broker.run_dir, "publish");
    for (uint64_t id = 1; id <= 5; id++)
        add_request(id);
    send_bundle(&peer);
    raw_peer_expect_reply(&peer, 1, STATUS(NO_SESSION));
    raw_peer_send_bytes(&peer, "bad", 3);
    raw_peer_expect_reply(&peer, 0, STATUS(MALFORMED));
    raw_peer_close(&peer);
}

static void more_frames_than_a_bundle_may_have_are_refused(void **state)
{
    struct raw_peer peer;

    (void)state;
    open_as(&peer, "publish", PUBLISHER, NULL, false);
    for (int i = 0; i <= WIRE_BUNDLE_FRAMES_MAX; i++)
        add_ping();
    send_bundle(&peer);
    for (int i = 0; i < WIRE_BUNDLE_FRAMES_MAX; i++)
        raw_peer_expect(&peer, WIRE_PONG);
    assert_string_equal(raw_peer_expect_reply(&peer, 0, STATUS(TOO_LARGE))->reason, "too many frames in one message");
    raw_peer_close(&peer);
}

static void what_follows_a_bye_is_not_read(void **state)
{
    struct raw_peer peer;
    Leadwire__V1__Bye bye = LEADWIRE__V1__BYE__INIT;

    (void)state;
    open_as(&peer, "publish", PUBLISHER, NULL, false);
    add_ping();
    add(WIRE_BYE, &bye.base);
    add_ping();
    send_bundle(&peer);
    raw_peer_expect(&peer, WIRE_PONG);
    raw_peer_ping(&peer);
    raw_peer_expect_reply(&peer, 0, STATUS(NO_SESSION));
    raw_peer_close(&peer);
}

/* Capacity 2: accepting one lead and completing the other of one message; offers and holdings in the order of their causes. */
static void a_rep_works_in_bundles(void **state)
{
    struct raw_peer rep, publisher;
    char lead[2][64];

    (void)state;
    open_as(&rep, "reps", REP, "anna", true);
    open_as(&publisher, "publish", PUBLISHER, NULL, false);
    for (int i = 0; i < 2; i++) {
        raw_peer_publish(&publisher, i == 0 ? "first" : "second", "it");
        snprintf(lead[i], sizeof lead[i], "%s", raw_peer_expect(&rep, WIRE_OFFER)->offer->lead_id);
    }
    Leadwire__V1__OfferAnswer answer = LEADWIRE__V1__OFFER_ANSWER__INIT;
    answer.accept = true;
    answer.offer_number = 1;
    for (int i = 0; i < 2; i++) {
        answer.request_id = (uint64_t)i + 1;
        answer.lead_id = lead[i];
        add(WIRE_OFFER_ANSWER, &answer.base);
    }
    uint64_t messages = rep.messages;
    send_bundle(&rep);
    for (int i = 0; i < 2; i++) {
        assert_string_equal(raw_peer_expect(&rep, WIRE_HOLDING)->holding->lead_id, lead[i]);
        raw_peer_expect_reply(&rep, (uint64_t)i + 1, STATUS(ACCEPTED));
    }
    assert_int_equal(rep.messages - messages, 1);
    raw_peer_close(&rep);
    raw_peer_close(&publisher);
}

/* ---- who watches events ---- */

enum { TOGETHER = 40 };

struct watcher { void *context, *socket; const char *topic; struct arena arena; uint64_t seq, events, messages; size_t most; };

static void watch(struct watcher *watcher, const char *topic)
{
    char address[160];

    *watcher = (struct watcher){.context = zmq_ctx_new(), .topic = topic};
    arena_init(&watcher->arena, WIRE_ARENA_CAP);
    watcher->socket = zmq_socket(watcher->context, ZMQ_SUB);
    assert_non_null(watcher->socket);
    assert_int_equal(zmq_setsockopt(watcher->socket, ZMQ_SUBSCRIBE, topic, strlen(topic)), 0);
    snprintf(address, sizeof address, "ipc://%s/events", broker.run_dir);
    assert_int_equal(zmq_connect(watcher->socket, address), 0);
}

static void unwatch(struct watcher *watcher)
{
    zmq_close(watcher->socket);
    zmq_ctx_term(watcher->context);
    arena_fini(&watcher->arena);
}

static void read_events_of(struct watcher *watcher, const unsigned char *bytes, size_t size)
{
    size_t before = watcher->events;

    for (size_t at = 0, frame_size; at < size; at += frame_size) {
        struct wire_message message;
        const char *reason;
        frame_size = wire_first_frame_size(bytes + at, size - at);
        arena_reset(&watcher->arena, WIRE_ARENA_CAP);
        assert_int_equal(wire_decode(bytes + at, frame_size, WIRE_FROM_BROKER, &watcher->arena, &message, &reason, NULL), LW_OK);
        assert_int_equal(message.type, WIRE_EVENT);
        assert_true(watcher->seq == 0 || (message.event->previous_seq == watcher->seq && message.event->seq == watcher->seq + 1));
        watcher->seq = message.event->seq;
        watcher->events++;
    }
    if (watcher->events - before > watcher->most)
        watcher->most = watcher->events - before;
}

/* All that has come. Every message is of the topic, and no event is missing. */
static void read_events(struct watcher *watcher)
{
    static unsigned char bytes[WIRE_FRAME_SIZE_MAX];
    int size;

    while ((size = zmq_recv(watcher->socket, bytes, sizeof bytes, ZMQ_DONTWAIT)) >= 0) {
        assert_int_equal(size, strlen(watcher->topic));
        assert_memory_equal(bytes, watcher->topic, (size_t)size);
        size = zmq_recv(watcher->socket, bytes, sizeof bytes, 0);
        assert_in_range(size, 1, 4 * 1024);
        read_events_of(watcher, bytes, (size_t)size);
        watcher->messages++;
    }
}

static void read_events_until(struct watcher *watcher, uint64_t seq)
{
    while (watcher->seq < seq) {
        zmq_pollitem_t item = {.socket = watcher->socket, .events = ZMQ_POLLIN};
        assert_int_equal(zmq_poll(&item, 1, RAW_PEER_WAIT_MS), 1);
        read_events(watcher);
    }
}

static void add_publish(int number)
{
    Leadwire__V1__Publish publish = LEADWIRE__V1__PUBLISH__INIT;
    Leadwire__V1__Lead lead = LEADWIRE__V1__LEAD__INIT;
    char id[32];

    snprintf(id, sizeof id, "together-%d", number);
    publish.request_id = (uint64_t)number + 1000;
    publish.idempotency_id = id;
    publish.lead = &lead;
    lead.channel = LEADWIRE__V1__CHANNEL__CHANNEL_WEB;
    lead.source = (char *)(uintptr_t)"form";
    lead.language = (char *)(uintptr_t)"it";
    add(WIRE_PUBLISH, &publish.base);
}

/* Forty leads of one message are decided in one turn: more events than one bundle holds. */
static void events_of_a_turn_come_together_to_who_subscribes_to_bundles_and_singly_to_others(void **state)
{
    static struct watcher singles, bundles;
    struct raw_peer publisher;
    char id[32];

    (void)state;
    open_as(&publisher, "publish", PUBLISHER, NULL, false);
    watch(&singles, "main");
    watch(&bundles, "+main");
    for (int i = 0; singles.events == 0 || bundles.events == 0; i++) {
        snprintf(id, sizeof id, "watched-%d", i);
        raw_peer_expect_reply(&publisher, raw_peer_publish(&publisher, id, "it"), STATUS(ACCEPTED));
        read_events(&singles);
        read_events(&bundles);
    }
    for (int i = 0; i < TOGETHER; i++)
        add_publish(i);
    send_bundle(&publisher);
    for (int i = 0; i < TOGETHER; i++)
        raw_peer_expect_reply(&publisher, (uint64_t)i + 1000, STATUS(ACCEPTED));
    raw_peer_expect_reply(&publisher, raw_peer_publish(&publisher, "last", "it"), STATUS(ACCEPTED));
    uint64_t seq = singles.seq + TOGETHER;
    read_events_until(&singles, seq);
    read_events_until(&bundles, singles.seq);
    read_events_until(&singles, bundles.seq);
    assert_int_equal(singles.messages, singles.events);
    assert_int_equal(singles.most, 1);
    assert_int_equal(bundles.most, 32);
    unwatch(&singles);
    unwatch(&bundles);
    raw_peer_close(&publisher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_of_one_message_are_answered_in_order_each_by_a_message),
        cmocka_unit_test(who_reads_bundles_gets_the_answers_of_a_turn_in_one_message),
        cmocka_unit_test(hello_and_requests_may_come_together),
        cmocka_unit_test(a_broken_frame_spoils_none_of_the_others),
        cmocka_unit_test(whoever_has_no_session_is_answered_once_for_all_frames),
        cmocka_unit_test(more_frames_than_a_bundle_may_have_are_refused),
        cmocka_unit_test(what_follows_a_bye_is_not_read),
        cmocka_unit_test(a_rep_works_in_bundles),
        cmocka_unit_test(events_of_a_turn_come_together_to_who_subscribes_to_bundles_and_singly_to_others),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
