/* SPDX-License-Identifier: Apache-2.0
 *
 * A broker that may open few files, and is given as many connections as fit: who comes next is refused, who is in loses nothing,
 * and once there is room others come in.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bounds_peer.h"
#include "broker_fixture.h"
#include "cmocka_all.h"
#include "wall_clock.h"

#define PUBLISHER LEADWIRE__V1__ROLE__ROLE_PUBLISHER
#define REP LEADWIRE__V1__ROLE__ROLE_REP
#define CONTROL LEADWIRE__V1__ROLE__ROLE_CONTROL
#define STATUS(name) LEADWIRE__V1__STATUS__STATUS_##name

/* Of small limits half is for connections, and of those an eighth for this machine's own. */
enum { FILES = 200, CONNECTIONS = FILES / 2, BY_TCP = CONNECTIONS - CONNECTIONS / 8, BURST = 120 };
enum { OFFER_MS = 60000, GRACE_MS = 60000, SMALL = 100, PING_MS = 100, KIB = 1024 };

static struct broker_fixture broker;
static struct raw_peer good, anna, tool;         /* who were there before */
static struct { void *context; struct raw_peer peers[CONNECTIONS]; uint32_t count; uint64_t pinged_ms; } fillers;
static uint32_t lives;

static int start(void **state)
{
    static const char *const args[] = {"--ephemeral", "--listen-publish", "tcp://127.0.0.1:0", NULL};
    static const struct rlimit limit = {FILES, FILES};

    (void)state;
    broker_fixture_open(&broker, args);
    broker.limit_files = &limit;
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

static void read_address(const char *endpoint, const char *begins, char address[256])
{
    assert_true(broker_fixture_address(&broker, endpoint, begins, address, 256));
}

static void open_by(struct raw_peer *peer, const char *begins)
{
    char address[256];

    read_address("publish", begins, address);
    raw_peer_open(peer, broker.run_dir, address);
}

static void the_good_come(void)
{
    open_by(&good, "tcp://");
    raw_peer_enter(&good, PUBLISHER, NULL);
    raw_peer_open(&anna, broker.run_dir, "reps");
    raw_peer_enter(&anna, REP, "anna");
    raw_peer_open(&tool, broker.run_dir, "control");
    raw_peer_enter(&tool, CONTROL, NULL);
}

/* ---- those who take all the room ---- */

/* A publisher; all of them in one context, whose threads and descriptors are few. */
static void fill_one(const char *begins)
{
    struct raw_peer *peer = &fillers.peers[fillers.count++];
    char address[256];

    *peer = (struct raw_peer){.context = fillers.context, .socket = zmq_socket(fillers.context, ZMQ_DEALER)};
    assert_non_null(peer->socket);
    arena_init(&peer->arena, 1024 * KIB);
    byte_buffer_init(&peer->buffer, 64 * KIB);
    zmq_setsockopt(peer->socket, ZMQ_LINGER, &(int){0}, sizeof(int));
    read_address("publish", begins, address);
    assert_int_equal(zmq_connect(peer->socket, address), 0);
    raw_peer_enter(peer, PUBLISHER, NULL);
}

/* They are heard, so that none of them is silent while others fill. */
static void fillers_ping(void)
{
    uint64_t now_ms = wall_clock_monotonic_ms();

    if (now_ms - fillers.pinged_ms < PING_MS)
        return;
    fillers.pinged_ms = now_ms;
    for (uint32_t i = 0; i < fillers.count; i++)
        raw_peer_ping(&fillers.peers[i]);
    raw_peer_ping(&anna);
    raw_peer_ping(&tool);
}

static void fillers_go(void)
{
    for (uint32_t i = 0; i < fillers.count; i++) {
        zmq_close(fillers.peers[i].socket);
        arena_fini(&fillers.peers[i].arena);
        byte_buffer_fini(&fillers.peers[i].buffer);
    }
    zmq_ctx_term(fillers.context);
}

/* ---- what goes on all the same ---- */

/* A lead from publish to completion. */
static void live(void)
{
    assert_int_equal(bounds_peer_publish(&good, "life", lives++, SMALL), STATUS(ACCEPTED));
    bounds_peer_work_off(&anna, 1);
    fillers_ping();
}

static struct bound_seen connections(void) { return bounds_peer_read(&tool, "connections"); }

/* Comes again and again, as libzmq does, and is let in never; if it hears anything, then when to come again. */
static void is_kept_out(const char *begins)
{
    struct raw_peer late;
    uint64_t before = connections().refused_total;

    open_by(&late, begins);
    raw_peer_hello(&late, PUBLISHER, NULL, NULL);
    while (connections().refused_total < before + 2) {
        live();
        while (raw_peer_receive(&late, 0)) {
            assert_int_equal(late.message.type, WIRE_REPLY);
            assert_int_equal(late.message.reply->status, STATUS(BUSY));
            assert_true(late.message.reply->retry_after_ms > 0);
        }
    }
    raw_peer_close(&late);
}

/* More than there are descriptors, for a moment. */
static void a_burst_harms_nobody(void)
{
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char address[256];
    int fds[BURST];

    read_address("publish", "tcp://", address);
    where.sin_port = htons((uint16_t)atoi(strrchr(address, ':') + 1));
    for (int i = 0; i < BURST; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        assert_true(fds[i] >= 0);
        (void)!connect(fds[i], (struct sockaddr *)&where, sizeof where);
        if (i % 20 == 0)
            live();
    }
    live();
    for (int i = 0; i < BURST; i++)
        close(fds[i]);
    live();
}

static void who_is_in_goes_on_when_no_descriptor_is_left_for_others(void **state)
{
    (void)state;
    the_good_come();
    assert_int_equal(connections().max, CONNECTIONS);
    fillers.context = zmq_ctx_new();
    while (fillers.count + 1 < BY_TCP) {
        fill_one("tcp://");
        live();
    }
    struct bound_seen full = connections();
    assert_true(full.is_shut);
    assert_int_equal(full.refused_total, 0);
    is_kept_out("tcp://");
    a_burst_harms_nobody();

    while (fillers.count + 3 < CONNECTIONS) {         /* this machine's own still come in */
        fill_one("ipc://");
        live();
    }
    is_kept_out("ipc://");
    for (uint32_t i = 0; i < fillers.count; i++) {    /* and have lost nothing by what came after them */
        raw_peer_sync(&fillers.peers[i]);
        assert_int_equal(bounds_peer_publish(&fillers.peers[i], "filler", i, SMALL), STATUS(ACCEPTED));
        bounds_peer_work_off(&anna, 1);
        lives++;
    }

    fillers_go();
    while (connections().used > 3)
        raw_peer_sync(&anna);
    struct raw_peer next;
    open_by(&next, "tcp://");
    raw_peer_enter(&next, PUBLISHER, NULL);
    raw_peer_close(&next);
    struct desk_seen desk = bounds_peer_ask_desk(broker.run_dir);
    assert_int_equal(desk.completed, lives);
    assert_int_equal(desk.open, 0);
    raw_peer_close(&tool);
    raw_peer_close(&anna);
    raw_peer_close(&good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_in_goes_on_when_no_descriptor_is_left_for_others),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
