/* SPDX-License-Identifier: Apache-2.0
 *
 * Connections that come by the hundred, say nothing, stop halfway, never read: they are cut, and others lose nothing.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bounds_peer.h"
#include "broker_keys.h"
#include "cmocka_all.h"
#include "is_sanitized.h"
#include "wall_clock.h"

#define PUBLISHER LEADWIRE__V1__ROLE__ROLE_PUBLISHER
#define REP LEADWIRE__V1__ROLE__ROLE_REP
#define STATUS(name) LEADWIRE__V1__STATUS__STATUS_##name

enum { OFFER_MS = 60000, GRACE_MS = 60000, SMALL = 100, MIB = 1024 * 1024 };
enum { FLOOD = 200, DUMB = 5, RECONNECTS = 100, UNREAD = 30000, LIVES_MAX = 20000 };
enum { PER_KEY = 24, HEARD = 10 };     /* HEARD: more than who is cut may hear of in the meantime */
/* Events: that the broker keeps for one who does not read; that are in buffers on the way. */
enum { DEAF = 8, KEPT = 2048, ON_THE_WAY = 3072, MEMORY_LOOKS_MS = 500 };

static struct broker_fixture broker;
static struct broker_keys keys;
static struct raw_peer good, anna;      /* who behave */
static uint32_t lives;

static void open_with(struct raw_peer *peer, const struct key_file *key)
{
    char address[256];

    assert_true(broker_fixture_address(&broker, "publish", "tcp://", address, sizeof address));
    broker_keys_connect(peer, address, key);
}

static int start(void **state)
{
    static const char *const args[] = {"--ephemeral", "--keys", keys.path, "--listen-publish", "tcp://127.0.0.1:0", "--listen-events", "tcp://127.0.0.1:0",
                                       "--connections-max", "96", "--connections-per-key", "24", "--sessions-per-key", "2", NULL};

    (void)state;
    broker_fixture_open(&broker, args);
    broker_keys_open(&keys, &broker);
    broker_fixture_start(&broker);
    raw_peer_apply_rules(broker.run_dir, OFFER_MS, GRACE_MS);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    assert_int_equal(broker_fixture_stop(&broker), 0);
    broker_fixture_close(&broker);
    return 0;
}

static void the_good_come(const char *name)
{
    struct key_file key = broker_keys_issue(&keys, ROLE_PUBLISHER, name);

    open_with(&good, &key);
    raw_peer_hello(&good, PUBLISHER, NULL, NULL);
    raw_peer_expect(&good, WIRE_WELCOME);
    raw_peer_open(&anna, broker.run_dir, "reps");
    raw_peer_enter(&anna, REP, "anna");
}

/* A lead from publish to completion. */
static void live(void)
{
    assert_true(lives < LIVES_MAX);
    assert_int_equal(bounds_peer_publish(&good, "life", lives, SMALL), STATUS(ACCEPTED));
    bounds_peer_work_off(&anna, 1);
    lives++;
}

static void the_good_have_lost_nothing(void)
{
    struct desk_seen desk = bounds_peer_ask_desk(broker.run_dir);

    assert_int_equal(desk.published, lives);
    assert_int_equal(desk.completed, lives);
    assert_int_equal(desk.open, 0);
    raw_peer_close(&anna);
    raw_peer_close(&good);
}

struct watcher { void *context, *socket; struct arena arena; uint64_t seq, events, messages; bool has_gap; };

/* Not connected. */
static void make_watcher(struct watcher *watcher, const char *topic, int receive_hwm)
{
    *watcher = (struct watcher){.context = zmq_ctx_new()};
    arena_init(&watcher->arena, MIB);
    watcher->socket = zmq_socket(watcher->context, ZMQ_SUB);
    assert_non_null(watcher->socket);
    zmq_setsockopt(watcher->socket, ZMQ_RCVHWM, &receive_hwm, sizeof receive_hwm);
    if (topic)
        zmq_setsockopt(watcher->socket, ZMQ_SUBSCRIBE, topic, strlen(topic));
}

static void watch(struct watcher *watcher, const char *topic, int receive_hwm)
{
    char address[160];

    make_watcher(watcher, topic, receive_hwm);
    snprintf(address, sizeof address, "ipc://%s/events", broker.run_dir);
    assert_int_equal(zmq_connect(watcher->socket, address), 0);
}

/* By TCP. topic NULL: it subscribes to nothing. */
static void watch_locked(struct watcher *watcher, const char *topic, const struct key_file *key)
{
    char address[256];

    make_watcher(watcher, topic, 0);
    zmq_setsockopt(watcher->socket, ZMQ_RECONNECT_IVL, topic ? &(int){20} : &(int){-1}, sizeof(int));
    zmq_setsockopt(watcher->socket, ZMQ_CURVE_SERVERKEY, key->server_key, KEY_TEXT_SIZE - 1);
    zmq_setsockopt(watcher->socket, ZMQ_CURVE_PUBLICKEY, key->public_key, KEY_TEXT_SIZE - 1);
    zmq_setsockopt(watcher->socket, ZMQ_CURVE_SECRETKEY, key->secret_key, KEY_TEXT_SIZE - 1);
    assert_true(broker_fixture_address(&broker, "events", "tcp://", address, sizeof address));
    assert_int_equal(zmq_connect(watcher->socket, address), 0);
}

static void unwatch(struct watcher *watcher)
{
    zmq_close(watcher->socket);
    zmq_ctx_term(watcher->context);
    arena_fini(&watcher->arena);
}

/* Every other one says half a greeting, the rest nothing; every 20th something else, and is hung up on. */
static int connect_raw(int which)
{
    static const unsigned char greeting[] = {0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3};
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char address[256];

    assert_true(broker_fixture_address(&broker, "publish", "tcp://", address, sizeof address));
    where.sin_port = htons((uint16_t)atoi(strrchr(address, ':') + 1));
    assert_int_equal(connect(fd, (struct sockaddr *)&where, sizeof where), 0);
    if (which % 2 == 1)
        (void)!send(fd, greeting, sizeof greeting, MSG_NOSIGNAL);
    else if (which % 20 == 0)
        (void)!send(fd, "GET / HTTP/1.1\r\n\r\n", 18, MSG_NOSIGNAL);
    return fd;
}

/* By ipc, with a handshake, and it does not come again by itself. */
static void open_once(struct raw_peer *peer)
{
    const int never = -1, one = 1;
    char address[160];

    raw_peer_open_unconnected(peer, NULL, NULL, NULL);
    zmq_setsockopt(peer->socket, ZMQ_RECONNECT_IVL, &never, sizeof never);
    zmq_setsockopt(peer->socket, ZMQ_RCVHWM, &one, sizeof one);
    snprintf(address, sizeof address, "ipc://%s/publish", broker.run_dir);
    assert_int_equal(zmq_connect(peer->socket, address), 0);
}

/* Asks on and on, and reads no answer. */
static void ask_without_reading(struct raw_peer *peer)
{
    open_once(peer);
    raw_peer_hello(peer, PUBLISHER, NULL, NULL);
    for (uint32_t i = 0; i < UNREAD; i++) {
        Leadwire__V1__LeadQuery query = LEADWIRE__V1__LEAD_QUERY__INIT;
        query.request_id = i + 1;
        query.lead_id = (char *)(uintptr_t)"1-1";
        raw_peer_send(peer, WIRE_LEAD_QUERY, &query.base);
    }
}

static void who_says_nothing_or_reads_nothing_is_cut_and_others_go_on(void **state)
{
    static struct raw_peer dumb[DUMB], deaf;
    struct watcher mute;
    int fds[FLOOD];

    (void)state;
    the_good_come("web");
    live();
    uint64_t before = bounds_peer_ask(broker.run_dir, "memory_bytes").used;
    for (int i = 0; i < DUMB; i++)
        open_once(&dumb[i]);
    struct key_file key = broker_keys_issue(&keys, ROLE_EVENTS, "mute");
    watch_locked(&mute, NULL, &key);
    ask_without_reading(&deaf);
    for (int i = 0; i < FLOOD; i++) {
        fds[i] = connect_raw(i);
        if (i % 10 == 0)
            live();
    }
    struct bound_seen bound = bounds_peer_ask(broker.run_dir, "connections");
    assert_int_equal(bound.max, 96);
    while (bound.refused_total < FLOOD / 4) {            /* at once, not at the end of a handshake's time */
        live();
        bound = bounds_peer_ask(broker.run_dir, "connections");
    }
    const uint32_t ours = 6;                                     /* the good, who asks, and who has just asked */
    while (bound.used > ours) {
        live();
        bound = bounds_peer_ask(broker.run_dir, "connections");
    }
    assert_true(bounds_peer_ask_desk(broker.run_dir).silent_cut >= DUMB + 2);
    assert_true(bounds_peer_ask_desk(broker.run_dir).handshakes_failed > 0);
    uint64_t after = bounds_peer_ask(broker.run_dir, "memory_bytes").used;
    assert_true(IS_SANITIZED || after < before + 64 * MIB);     /* the sanitizer keeps what was freed */
    for (int i = 0; i < FLOOD; i++)
        close(fds[i]);
    for (int i = 0; i < DUMB; i++)
        raw_peer_close(&dumb[i]);
    raw_peer_close(&deaf);
    unwatch(&mute);
    the_good_have_lost_nothing();
}

static void clients_that_come_and_go_harm_nobody(void **state)
{
    struct key_file key = broker_keys_issue(&keys, ROLE_PUBLISHER, "restless");

    (void)state;
    the_good_come("mail");
    for (uint32_t i = 0; i < RECONNECTS; i++) {
        struct raw_peer restless;
        open_with(&restless, &key);
        if (i % 4 == 0) {
            raw_peer_hello(&restless, PUBLISHER, NULL, NULL);
            const struct wire_message *answer = raw_peer_receive(&restless, RAW_PEER_WAIT_MS) ? &restless.message : NULL;
            assert_non_null(answer);             /* Welcome, or that its key has its sessions: those before have not been missed yet */
            assert_true(answer->type == WIRE_WELCOME || answer->reply->status == STATUS(BUSY));
        }
        raw_peer_close(&restless);
        live();
    }
    the_good_have_lost_nothing();
}

/* ---- who watches events ---- */

static void read_event(struct watcher *watcher, const unsigned char *bytes, size_t size)
{
    struct wire_message message;
    const char *reason;

    arena_reset(&watcher->arena, 64 * 1024);
    assert_int_equal(wire_decode(bytes, size, WIRE_FROM_BROKER, &watcher->arena, &message, &reason, NULL), LW_OK);
    watcher->has_gap = watcher->has_gap || (watcher->events > 0 && message.event->previous_seq != watcher->seq);
    watcher->seq = message.event->seq;
    watcher->events++;
}

/* All that has come. */
static void read_events(struct watcher *watcher)
{
    static unsigned char bytes[WIRE_FRAME_SIZE_MAX];

    while (zmq_recv(watcher->socket, bytes, sizeof bytes, ZMQ_DONTWAIT) >= 0) {         /* the topic */
        int size = zmq_recv(watcher->socket, bytes, sizeof bytes, 0);
        assert_in_range(size, 1, sizeof bytes);
        for (size_t at = 0, frame; at < (size_t)size; at += frame) {
            frame = wire_first_frame_size(bytes + at, (size_t)size - at);
            read_event(watcher, bytes + at, frame);
        }
        watcher->messages++;
    }
}

/* Lives until the reader has so many messages, and the broker has looked at its memory since. */
static uint64_t memory_after(struct watcher *reader, uint64_t messages)
{
    for (uint64_t end_ms = 0; reader->messages < messages || wall_clock_monotonic_ms() < end_ms;) {
        live();
        read_events(reader);
        if (reader->messages >= messages && end_ms == 0)
            end_ms = wall_clock_monotonic_ms() + MEMORY_LOOKS_MS;
    }
    return bounds_peer_ask(broker.run_dir, "memory_bytes").used;
}

static void only_so_many_are_kept_of(const char *topic)
{
    static struct watcher reader, deaf[DEAF];

    the_good_come(topic[0] == '+' ? "page" : "form");
    watch(&reader, topic, 0);
    for (int i = 0; i < DEAF; i++)
        watch(&deaf[i], topic, 1);
    for (int i = 0; i < DEAF; i++) {
        for (; deaf[i].events == 0; read_events(&reader)) {
            live();
            read_events(&deaf[i]);
        }
    }
    uint64_t before = memory_after(&reader, reader.messages);
    uint64_t full = memory_after(&reader, reader.messages + KEPT + ON_THE_WAY);
    uint64_t later = IS_SANITIZED ? full : memory_after(&reader, reader.messages + KEPT);     /* the sanitizer keeps what was freed */
    printf("%d who do not read %s: %llu KiB, and %lld KiB after as many messages again; %u lives\n", DEAF, topic, (unsigned long long)(full - before) / 1024,
           (long long)(later - full) / 1024, lives);
    assert_true(IS_SANITIZED || full < before + 16 * MIB);
    assert_true(IS_SANITIZED || later < full + 4 * MIB);
    assert_false(reader.has_gap);
    while (!deaf[0].has_gap) {                                  /* when it has read what there was, it can tell that it has missed some */
        zmq_pollitem_t item = {.socket = deaf[0].socket, .events = ZMQ_POLLIN};
        if (zmq_poll(&item, 1, 20) == 0)
            live();
        read_events(&reader);
        read_events(&deaf[0]);
    }
    assert_false(reader.has_gap);
    unwatch(&reader);
    for (int i = 0; i < DEAF; i++)
        unwatch(&deaf[i]);
    the_good_have_lost_nothing();
}

static void for_who_reads_no_events_only_so_many_are_kept(void **state)
{
    (void)state;
    only_so_many_are_kept_of("main");
    only_so_many_are_kept_of("+main");
}

/* The descriptor of the one that went is, most often, that of the one that comes. */
static void who_follows_on_a_descriptor_keeps_the_session(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < RECONNECTS; i++) {
        struct raw_peer next;
        raw_peer_open(&next, broker.run_dir, "publish");
        raw_peer_enter(&next, PUBLISHER, NULL);
        raw_peer_sync(&next);                   /* NO_SESSION is no Pong */
        raw_peer_sync(&next);
        raw_peer_close(&next);
    }
}

static void a_key_has_only_so_many_sessions(void **state)
{
    struct key_file key = broker_keys_issue(&keys, ROLE_PUBLISHER, "many");
    struct raw_peer first, second, third;
    Leadwire__V1__Bye bye = LEADWIRE__V1__BYE__INIT;

    (void)state;
    open_with(&first, &key);
    raw_peer_hello(&first, PUBLISHER, NULL, NULL);
    raw_peer_expect(&first, WIRE_WELCOME);
    open_with(&second, &key);
    raw_peer_hello(&second, PUBLISHER, NULL, NULL);
    raw_peer_expect(&second, WIRE_WELCOME);
    open_with(&third, &key);
    raw_peer_hello(&third, PUBLISHER, NULL, NULL);
    const Leadwire__V1__Reply *reply = raw_peer_expect_reply(&third, 0, STATUS(BUSY));
    assert_string_equal(reply->reason, "this key has as many sessions as it may");
    assert_true(reply->retry_after_ms > 0);
    struct bound_seen of_keys = bounds_peer_ask(broker.run_dir, "sessions_per_key");
    assert_int_equal(of_keys.used, of_keys.max);
    assert_true(of_keys.refused_total >= 1);
    raw_peer_send(&first, WIRE_BYE, &bye.base);
    raw_peer_ping(&first);
    raw_peer_expect_reply(&first, 0, STATUS(NO_SESSION));
    raw_peer_hello(&third, PUBLISHER, NULL, NULL);
    raw_peer_expect(&third, WIRE_WELCOME);
    raw_peer_close(&third);
    raw_peer_close(&second);
    raw_peer_close(&first);
}

static void hear(struct watcher *watcher, uint64_t messages)
{
    while (watcher->messages < messages) {
        live();
        read_events(watcher);
    }
}

static void a_key_has_only_so_many_connections(void **state)
{
    static struct watcher screens[PER_KEY], late, others;
    struct key_file key = broker_keys_issue(&keys, ROLE_EVENTS, "screens"), other = broker_keys_issue(&keys, ROLE_EVENTS, "others");

    (void)state;
    the_good_come("shop");
    uint64_t before = bounds_peer_ask(broker.run_dir, "connections_per_key").refused_total;
    for (int i = 0; i < PER_KEY; i++) {
        watch_locked(&screens[i], "main", &key);
        hear(&screens[i], 1);
    }
    struct bound_seen bound = bounds_peer_ask(broker.run_dir, "connections_per_key");
    assert_int_equal(bound.used, PER_KEY);
    assert_int_equal(bound.max, PER_KEY);
    assert_int_equal(bound.refused_total, before);
    watch_locked(&late, "main", &key);
    for (; bound.refused_total < before + 2; bound = bounds_peer_ask(broker.run_dir, "connections_per_key")) {
        live();
        read_events(&late);                             /* it comes again and again, and subscribes only while it is read */
    }
    watch_locked(&others, "main", &other);
    hear(&others, HEARD);
    for (int i = 0; i < PER_KEY; i++) {
        read_events(&screens[i]);
        assert_false(screens[i].has_gap);
    }
    unwatch(&screens[0]);
    do {
        bound = bounds_peer_ask(broker.run_dir, "connections_per_key");
        hear(&late, late.messages + HEARD);
    } while (bounds_peer_ask(broker.run_dir, "connections_per_key").refused_total > bound.refused_total);
    unwatch(&others);
    unwatch(&late);
    for (int i = 1; i < PER_KEY; i++)
        unwatch(&screens[i]);
    the_good_have_lost_nothing();
}

/* Hello again and again, as who was told busy says it. */
static void knock(struct raw_peer *peer)
{
    raw_peer_hello(peer, PUBLISHER, NULL, NULL);
    while (raw_peer_receive(peer, 0))
        assert_true(peer->message.type == WIRE_WELCOME || peer->message.reply->status == STATUS(BUSY));
}

static void who_is_told_busy_again_and_again_counts_too(void **state)
{
    static struct raw_peer crowd[PER_KEY], late;
    struct key_file key = broker_keys_issue(&keys, ROLE_PUBLISHER, "crowd");
    struct bound_seen bound;

    (void)state;
    the_good_come("counter");
    uint64_t before = bounds_peer_ask(broker.run_dir, "connections_per_key").refused_total;
    for (int i = 0; i < PER_KEY; i++) {
        open_with(&crowd[i], &key);
        raw_peer_hello(&crowd[i], PUBLISHER, NULL, NULL);
        assert_true(raw_peer_receive(&crowd[i], RAW_PEER_WAIT_MS));      /* Welcome for two of them */
    }
    open_with(&late, &key);
    do {
        for (int i = 0; i < PER_KEY; i++)
            knock(&crowd[i]);
        knock(&late);
        live();
        bound = bounds_peer_ask(broker.run_dir, "connections_per_key");
    } while (bound.refused_total < before + 2);
    assert_int_equal(bound.used, PER_KEY);
    raw_peer_close(&late);
    for (int i = 0; i < PER_KEY; i++)
        raw_peer_close(&crowd[i]);
    the_good_have_lost_nothing();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_says_nothing_or_reads_nothing_is_cut_and_others_go_on),
        cmocka_unit_test(clients_that_come_and_go_harm_nobody),
        cmocka_unit_test(for_who_reads_no_events_only_so_many_are_kept),
        cmocka_unit_test(who_follows_on_a_descriptor_keeps_the_session),
        cmocka_unit_test(a_key_has_only_so_many_sessions),
        cmocka_unit_test(a_key_has_only_so_many_connections),
        cmocka_unit_test(who_is_told_busy_again_and_again_counts_too),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
