/* SPDX-License-Identifier: Apache-2.0
 * Both ends of a router's life, its paths and its last words, and the other ends of its connections: libzmq's own DEALERs, the client's
 * link, and an endpoint that has both. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "endpoint.h"
#include "router_rig.h"
#include "wall_clock.h"
#include "zmtp_link.h"

enum { DEALERS = 5, MESSAGES = 4000 };

/* ---- paths ---- */

static void a_path_that_was_left_is_taken_and_only_our_own_removed(void **state)
{
    struct router_rig *f = *state;
    char path[80];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct zmtp_router first = {0}, second = {0};
    struct stat file;

    snprintf(path, sizeof path, "%s/left", f->directory);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int left = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(left, (struct sockaddr *)&address, sizeof address), 0);
    close(left);
    assert_int_equal(zmtp_router_open(&first, &router_limits), LW_OK);
    assert_int_equal(zmtp_router_open(&second, &router_limits), LW_OK);
    assert_int_equal(zmtp_router_listen(&first, path), LW_OK);
    close(router_come_to(path));
    assert_int_equal(zmtp_router_listen(&second, path), LW_OK);
    zmtp_router_close(&first, 0);
    assert_int_equal(stat(path, &file), 0);
    assert_true(S_ISSOCK(file.st_mode));
    close(router_come_to(path));
    zmtp_router_close(&second, 0);
    assert_int_equal(stat(path, &file), -1);
    snprintf(path, sizeof path, "%s/none/there", f->directory);
    assert_int_equal(zmtp_router_open(&second, &router_limits), LW_OK);
    assert_int_equal(zmtp_router_listen(&second, path), LW_IO);
    assert_int_equal(errno, ENOENT);
    zmtp_router_close(&second, 0);
}

/* ---- the end ---- */

/* Reads to the end; its status is whether all came. Keeps `held` open until then, and reads nothing of it. */
static pid_t read_in_child(int fd, int held, uint64_t count, size_t size)
{
    pid_t child = fork();

    if (child != 0)
        return child;
    uint8_t expected[ZMTP_HEADER_MAX + 5000], told[sizeof expected];
    for (int other = router_count_files(); --other > STDERR_FILENO;)      /* the router's, too: its end has to be seen */
        if (other != fd && other != held)
            close(other);
    for (uint64_t i = 0; i < count; i++) {
        size_t total = router_write_message(expected, i, size);
        for (size_t at = 0; at < total;) {
            ssize_t got = read(fd, told + at, total - at);
            if (got <= 0)
                _exit(1);
            at += (size_t)got;
        }
        if (memcmp(told, expected, total) != 0)
            _exit(2);
    }
    close(held);
    _exit(read(fd, told, 1) == 0 ? 0 : 3);
}

static void what_waits_at_the_end_is_sent_to_who_reads(void **state)
{
    struct router_rig *f = *state;
    int reader = router_enter(f), deaf = router_enter(f), status;
    uint64_t reader_route = router_be_known(f, reader, 1), deaf_route = router_be_known(f, deaf, 2);
    uint64_t count = router_fill_up(f, reader_route, 0, 5000);

    (void)router_fill_up(f, deaf_route, 0, 5000);
    pid_t child = read_in_child(reader, -1, count, 5000);
    assert_true(child > 0);
    zmtp_router_close(&f->router, wall_clock_monotonic_ms() + 1000);
    assert_false(f->router.is_open);
    close(reader);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    close(deaf);
}

/* That of the first router ends when the reader at the second has had all: were one waited for after the other, that would be never. */
static void who_does_not_read_at_one_router_keeps_nobody_at_another_waiting(void **state)
{
    struct router_rig *f = *state, other = {.random = 11};
    struct zmtp_router *const both[] = {&f->router, &other.router};
    int deaf = router_enter(f), status;

    snprintf(other.path, sizeof other.path, "%s/other", f->directory);
    assert_int_equal(zmtp_router_open(&other.router, &router_limits), LW_OK);
    assert_int_equal(zmtp_router_listen(&other.router, other.path), LW_OK);
    int reader = router_enter(&other);
    (void)router_fill_up(f, router_be_known(f, deaf, 2), 0, 5000);
    uint64_t count = router_fill_up(&other, router_be_known(&other, reader, 1), 0, 5000), until_ms = router_deadline();
    pid_t child = read_in_child(reader, deaf, count, 5000);
    assert_true(child > 0);
    close(deaf);
    close(reader);
    zmtp_router_stop(both[0]);
    zmtp_router_stop(both[1]);
    zmtp_routers_finish(both, 2, until_ms);
    assert_true(wall_clock_monotonic_ms() < until_ms);
    zmtp_router_close(&other.router, 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* ---- libzmq's own, and the client's ---- */

struct dealer { void *socket; uint64_t said, heard; };

static void dealers_go_on(struct dealer *dealers, int count)
{
    static uint8_t body[FRAME_MAX];

    for (int i = 0; i < count; i++) {
        int size;
        while ((size = zmq_recv(dealers[i].socket, body, sizeof body, ZMQ_DONTWAIT)) >= 0) {
            uint64_t number;
            memcpy(&number, body, sizeof number);
            assert_int_equal(number, dealers[i].heard++);
            for (int at = sizeof number; at < size; at++)
                assert_true(body[at] == (uint8_t)number);
        }
    }
}

static void *open_dealer(struct router_rig *f, void *context, const char *address)
{
    void *socket = zmq_socket(context, ZMQ_DEALER);

    (void)f;
    assert_int_equal(zmq_setsockopt(socket, ZMQ_LINGER, &(int){0}, sizeof(int)), 0);
    assert_int_equal(zmq_setsockopt(socket, ZMQ_HEARTBEAT_IVL, &(int){20}, sizeof(int)), 0);      /* so that it pings */
    assert_int_equal(zmq_setsockopt(socket, ZMQ_HEARTBEAT_TIMEOUT, &(int){WITHIN_MS}, sizeof(int)), 0);
    assert_int_equal(zmq_connect(socket, address), 0);
    return socket;
}

static void all_comes_back_in_order_from_libzmqs_dealers(void **state)
{
    static uint8_t body[FRAME_MAX];
    struct router_rig *f = *state;
    struct dealer dealers[DEALERS] = {0};
    void *context = zmq_ctx_new();
    uint64_t by_ms;

    f->echoes = true;
    for (int i = 0; i < DEALERS; i++)
        dealers[i].socket = open_dealer(f, context, f->endpoint);
    for (int i = 0; i < MESSAGES; i++) {
        struct dealer *dealer = &dealers[router_pick(f, DEALERS)];
        size_t size = 8 + (router_pick(f, 50) == 0 ? router_pick(f, FRAME_MAX - 8) : router_pick(f, 600));
        if (dealer->said - dealer->heard < WAITING_MAX / 2) {
            memset(body, (int)(uint8_t)dealer->said, size);
            memcpy(body, &dealer->said, sizeof dealer->said);
            assert_int_equal(zmq_send(dealer->socket, body, size, 0), (int)size);
            dealer->said++;
        }
        if (router_pick(f, 3) == 0)
            router_step_with(f, -1, true, (int)router_pick(f, 40));
        if (router_pick(f, 7) == 0)
            dealers_go_on(dealers, DEALERS);
    }
    for (int i = 0; i < DEALERS; i++) {
        for (by_ms = router_deadline(); dealers[i].heard < dealers[i].said; dealers_go_on(dealers, DEALERS)) {
            assert_true(wall_clock_monotonic_ms() < by_ms);
            router_step(f, -1);
        }
        zmq_close(dealers[i].socket);
    }
    router_until_ended(f, DEALERS);
    assert_int_equal(f->failed_handshakes, 0);
    zmq_ctx_term(context);
}

static void the_clients_link_is_served(void **state)
{
    struct router_rig *f = *state;
    struct zmtp_link link;
    struct zmtp_frame frame;
    uint64_t said = 0, heard = 0, by_ms = router_deadline();

    f->echoes = true;
    assert_int_equal(zmtp_link_open(&link, f->endpoint, FRAME_MAX, router_now(f)), LW_OK);
    while (heard < MESSAGES) {
        assert_true(wall_clock_monotonic_ms() < by_ms);
        zmtp_link_turn(&link, router_now(f));
        for (uint32_t count = router_pick(f, 20); count > 0 && said < MESSAGES && said - heard < WAITING_MAX; count--) {
            size_t size = 8 + router_pick(f, 2000);
            uint8_t *at = zmtp_link_reserve(&link, size);
            if (!at)
                break;
            memset(at, 0, size);
            memcpy(at, &said, sizeof said);
            assert_true(zmtp_link_send(&link, size));
            said++;
        }
        router_step_with(f, link.fd, true, (int)router_pick(f, 30));
        while (zmtp_link_receive(&link, &frame)) {
            assert_memory_equal(frame.body, &heard, sizeof heard);
            heard++;
        }
    }
    zmtp_link_close(&link);
    router_until_ended(f, 1);
}

/* One endpoint with both kinds of addresses: each peer is answered by the way it came, and neither kind keeps the other waiting. */
static void an_endpoint_serves_paths_and_libzmqs_addresses(void **state)
{
    static const struct endpoint_limits both = {FRAME_MAX, WAITING_MAX, WAITING_MAX};
    struct router_rig *f = *state;
    struct endpoint endpoint;
    char path[80], bound[2][ENDPOINT_ADDRESS_MAX];
    void *context = zmq_ctx_new(), *dealers[2];
    uint32_t heard[2] = {0};

    snprintf(path, sizeof path, "ipc://%s/both", f->directory);
    assert_int_equal(endpoint_open(&endpoint, context, ZMQ_ROUTER, &both), LW_OK);
    assert_int_equal(endpoint_bind(&endpoint, path, NULL, bound[0]), LW_OK);
    assert_string_equal(bound[0], path);
    assert_int_equal(endpoint_bind(&endpoint, "tcp://127.0.0.1:0", NULL, bound[1]), LW_OK);
    for (int i = 0; i < 2; i++)
        dealers[i] = open_dealer(f, context, bound[i]);
    for (uint32_t i = 0; i < 100; i++) {
        assert_int_equal(zmq_send(dealers[0], "0", 1, 0), 1);
        assert_int_equal(zmq_send(dealers[1], "1", 1, 0), 1);
    }
    for (uint64_t by_ms = router_deadline(); heard[0] + heard[1] < 200;) {
        struct endpoint_frame frame;
        zmq_pollitem_t items[] = {{.socket = endpoint.socket, .events = ZMQ_POLLIN}, {.fd = endpoint.router.reads.fd, .events = ZMQ_POLLIN},
                                  {.fd = endpoint.router.always.fd, .events = ZMQ_POLLIN}};
        assert_true(wall_clock_monotonic_ms() < by_ms && zmq_poll(items, 3, STEP_MS) >= 0);
        endpoint.edge.may_have |= items[0].revents != 0;
        endpoint.router.reads.may_have |= items[1].revents != 0;
        endpoint.router.always.may_have |= items[2].revents != 0;
        endpoint_turn(&endpoint, wall_clock_monotonic_ms());
        while (endpoint_may_have(&endpoint) && endpoint_receive(&endpoint, &frame)) {
            assert_int_equal(frame.size, 1);
            uint32_t which = (uint32_t)(*(const char *)frame.data - '0');
            assert_true(frame.is_route_ours && which < 2);
            assert_true(zmtp_router_has(frame.route_number) == (which == 0));
            assert_true(endpoint_descriptor(&frame) >= 0);
            assert_null(endpoint_user_id(&frame));
            heard[which]++;
            if (which == 0)
                assert_int_equal(endpoint_send(&endpoint, frame.route_number, &which, sizeof which), ENDPOINT_SENT);
            else
                assert_int_equal(endpoint_answer(&endpoint, &frame, &which, sizeof which), ENDPOINT_SENT);
            endpoint_release(&frame);
        }
        endpoint_flush(&endpoint);
    }
    for (uint32_t i = 0; i < 2; i++) {
        for (uint32_t k = 0; k < 100; k++) {
            uint32_t which;
            assert_int_equal(zmq_recv(dealers[i], &which, sizeof which, 0), (int)sizeof which);
            assert_int_equal(which, i);
        }
        zmq_close(dealers[i]);
    }
    endpoint_close(&endpoint, wall_clock_monotonic_ms());
    zmq_ctx_term(context);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, router_make, router_drop)
    const struct CMUnitTest tests[] = {
        TEST(a_path_that_was_left_is_taken_and_only_our_own_removed),
        TEST(what_waits_at_the_end_is_sent_to_who_reads),
        TEST(who_does_not_read_at_one_router_keeps_nobody_at_another_waiting),
        TEST(all_comes_back_in_order_from_libzmqs_dealers),
        TEST(the_clients_link_is_served),
        TEST(an_endpoint_serves_paths_and_libzmqs_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
