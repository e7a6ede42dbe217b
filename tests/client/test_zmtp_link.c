/* SPDX-License-Identifier: Apache-2.0
 * A link beside libzmq's own ROUTER, and beside a peer that the test plays byte by byte. A link is only called when its descriptor
 * says so: a wake-up that is lost ends in the deadline. */
#define _GNU_SOURCE   /* accept4 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

#include "wall_clock.h"
#include "zmtp_link.h"

enum { WITHIN_MS = 8000, BODY_MAX = 70000, MESSAGES = 3000, FEW_MESSAGES = 16 };

struct fixture {
    char directory[32], endpoint[64];
    void *context, *router;
    uint8_t peer[8];
    size_t peer_size;
    struct zmtp_link link;
    uint64_t sent, received;           /* by the link; a message begins with its number */
    uint64_t told, heard;              /* by the ROUTER */
    uint64_t random;
};

static uint32_t pick(struct fixture *f, uint32_t below)
{
    f->random = f->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(f->random >> 33) % below;
}

static void bind_router(struct fixture *f)
{
    int few = FEW_MESSAGES, none = 0;
    f->router = zmq_socket(f->context, ZMQ_ROUTER);
    assert_int_equal(zmq_setsockopt(f->router, ZMQ_RCVHWM, &few, sizeof few), 0);   /* so that it stops to read */
    assert_int_equal(zmq_setsockopt(f->router, ZMQ_SNDHWM, &none, sizeof none), 0);
    assert_int_equal(zmq_setsockopt(f->router, ZMQ_LINGER, &none, sizeof none), 0);
    uint64_t by_ms = wall_clock_monotonic_ms() + WITHIN_MS;
    while (zmq_bind(f->router, f->endpoint) != 0) {   /* the one before it may not be gone for a moment */
        assert_true(wall_clock_monotonic_ms() < by_ms);
        poll(NULL, 0, 1);
    }
}

static int make(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    snprintf(f->directory, sizeof f->directory, "/tmp/zmtp.XXXXXX");
    assert_non_null(mkdtemp(f->directory));
    snprintf(f->endpoint, sizeof f->endpoint, "ipc://%s/peer", f->directory);
    f->context = zmq_ctx_new();
    *state = f;
    return 0;
}

static int drop(void **state)
{
    struct fixture *f = *state;
    zmtp_link_close(&f->link);
    if (f->router)
        zmq_close(f->router);
    zmq_ctx_term(f->context);
    unlink(f->endpoint + strlen("ipc://"));
    rmdir(f->directory);
    free(f);
    return 0;
}

/* ---- with a ROUTER ---- */

static void open_link(struct fixture *f)
{
    assert_true(zmtp_link_takes(f->endpoint));
    assert_int_equal(zmtp_link_open(&f->link, f->endpoint, BODY_MAX, wall_clock_monotonic_ms()), LW_OK);
}

static bool link_send(struct fixture *f, size_t size)
{
    uint8_t *at = zmtp_link_reserve(&f->link, size);
    if (!at)
        return false;
    memset(at, (uint8_t)f->sent, size);
    memcpy(at, &f->sent, sizeof f->sent);
    f->sent++;
    assert_true(zmtp_link_send(&f->link, size));
    return true;
}

static void check_body(const uint8_t *body, size_t size, uint64_t number)
{
    uint64_t found;
    assert_true(size >= sizeof found);
    memcpy(&found, body, sizeof found);
    assert_int_equal(found, number);
    for (size_t i = sizeof found; i < size; i++) {
        if (body[i] != (uint8_t)number)
            fail_msg("byte %zu of message %llu", i, (unsigned long long)number);
    }
}

static void link_read(struct fixture *f)
{
    struct zmtp_frame frame;
    zmtp_link_turn(&f->link, wall_clock_monotonic_ms());
    while (zmtp_link_receive(&f->link, &frame)) {
        assert_int_equal(frame.flags & ZMTP_MORE, 0);
        check_body(frame.body, frame.size, f->received++);
    }
}

static void router_send(struct fixture *f, size_t size)
{
    uint8_t *body = malloc(size);
    memset(body, (uint8_t)f->told, size);
    memcpy(body, &f->told, sizeof f->told);
    f->told++;
    assert_true(zmq_send(f->router, f->peer, f->peer_size, ZMQ_SNDMORE) >= 0);
    assert_int_equal(zmq_send(f->router, body, size, 0), (int)size);
    free(body);
}

static void router_read(struct fixture *f, int count_max)
{
    static uint8_t body[BODY_MAX];
    for (int i = 0; i < count_max; i++) {
        int size = zmq_recv(f->router, f->peer, sizeof f->peer, ZMQ_DONTWAIT);
        if (size < 0)
            return;
        f->peer_size = (size_t)size;
        size = zmq_recv(f->router, body, sizeof body, 0);
        assert_true(size >= 0);
        check_body(body, (size_t)size, f->heard++);
    }
}

/* Sleeps until somebody has something to do, and does it. The link: only if its descriptor says so, or its clock. */
static void wait_once(struct fixture *f, uint64_t by_ms)
{
    uint64_t now_ms = wall_clock_monotonic_ms(), due_ms = zmtp_link_due_ms(&f->link);
    assert_true(now_ms < by_ms);
    uint64_t until_ms = due_ms < by_ms ? due_ms : by_ms;
    zmq_pollitem_t items[] = {{.fd = f->link.fd, .events = ZMQ_POLLIN}, {.socket = f->router, .events = ZMQ_POLLIN}};
    assert_true(zmq_poll(items, f->router ? 2 : 1, until_ms > now_ms ? (long)(until_ms - now_ms) : 0) >= 0);
    if (items[0].revents != 0 || wall_clock_monotonic_ms() >= due_ms)
        link_read(f);
    if (f->router && items[1].revents != 0)
        router_read(f, 1);
}

static void await_state(struct fixture *f, enum zmtp_state state)
{
    uint64_t by_ms = wall_clock_monotonic_ms() + WITHIN_MS;
    while (f->link.state != state)
        wait_once(f, by_ms);
}

static void await_all(struct fixture *f)
{
    uint64_t by_ms = wall_clock_monotonic_ms() + WITHIN_MS;
    while (f->heard < f->sent || f->received < f->told)
        wait_once(f, by_ms);
}

static void assert_idle(const struct fixture *f)
{
    assert_int_equal(poll(&(struct pollfd){.fd = f->link.fd, .events = POLLIN}, 1, 0), 0);
}

/* Every step by chance; then both sides sleep until all has arrived. */
static void all_arrives_in_order_however_both_sides_take_turns(void **state)
{
    struct fixture *f = *state;
    bind_router(f);
    open_link(f);
    await_state(f, ZMTP_UP);
    for (uint64_t seed = 1; seed <= 4; seed++) {
        f->random = seed;
        for (int i = 0; i < MESSAGES; i++) {
            size_t size = 8 + (pick(f, 50) == 0 ? pick(f, BODY_MAX - 8) : pick(f, 600));
            switch (pick(f, 4)) {
            case 0: link_send(f, size); break;
            case 1: if (f->peer_size > 0) router_send(f, size); break;
            case 2: link_read(f); break;
            default: router_read(f, (int)pick(f, 8)); break;
            }
        }
        await_all(f);
        assert_idle(f);
    }
}

static void what_waits_for_room_goes_when_there_is_room(void **state)
{
    struct fixture *f = *state;
    bind_router(f);
    open_link(f);
    await_state(f, ZMTP_UP);
    while (zmtp_link_has_room(&f->link)) {
        assert_true(link_send(f, 5000));
        if (!zmtp_link_has_room(&f->link))
            poll(&(struct pollfd){.fd = f->link.fd, .events = POLLIN}, 1, 20), link_read(f);   /* libzmq takes a few more */
    }
    assert_null(zmtp_link_reserve(&f->link, 1));
    await_all(f);
    uint64_t by_ms = wall_clock_monotonic_ms() + WITHIN_MS;
    while (f->link.awaits_room)
        wait_once(f, by_ms);
    assert_idle(f);
}

static void it_comes_back_by_itself_with_the_same_descriptor(void **state)
{
    struct fixture *f = *state;
    open_link(f);
    int fd = f->link.fd;
    assert_int_equal(f->link.state, ZMTP_DOWN);   /* nobody is there yet */
    bind_router(f);
    await_state(f, ZMTP_UP);
    for (int i = 0; i < 3; i++) {
        assert_true(link_send(f, 100));
        await_all(f);
        router_send(f, 300);
        await_all(f);
        zmq_close(f->router);
        f->router = NULL;
        await_state(f, ZMTP_DOWN);
        assert_null(zmtp_link_reserve(&f->link, 1));
        bind_router(f);
        await_state(f, ZMTP_UP);
        assert_int_equal(f->link.fd, fd);
    }
}

static void a_message_of_any_size_has_the_right_header(void **state)
{
    struct fixture *f = *state;
    static const size_t sizes[] = {8, 254, 255, 256, 257, 65535, 65536, BODY_MAX};
    bind_router(f);
    open_link(f);
    await_state(f, ZMTP_UP);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        assert_true(link_send(f, sizes[i]));
        await_all(f);
        router_send(f, sizes[i]);
        await_all(f);
    }
}

/* ---- with a peer that the test plays ---- */

static int listen_at(const struct fixture *f)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", f->endpoint + strlen("ipc://"));
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 4), 0);
    return listener;
}

static void read_exactly(int peer, uint8_t *bytes, size_t size)
{
    for (size_t at = 0; at < size;) {
        assert_int_equal(poll(&(struct pollfd){.fd = peer, .events = POLLIN}, 1, WITHIN_MS), 1);
        ssize_t count = read(peer, bytes + at, size - at);
        assert_true(count > 0);
        at += (size_t)count;
    }
}

/* A peer speaks as a ROUTER does, who is greeted as we greet. */
static int play_peer(struct fixture *f, int listener)
{
    uint8_t hello[ZMTP_HELLO_SIZE], ours[ZMTP_HELLO_SIZE];
    if (!f->link.is_open)
        open_link(f);
    uint64_t by_ms = wall_clock_monotonic_ms() + WITHIN_MS;
    while (poll(&(struct pollfd){.fd = listener, .events = POLLIN}, 1, 0) == 0)
        wait_once(f, by_ms);
    int peer = accept(listener, NULL, NULL);
    read_exactly(peer, hello, sizeof hello);
    zmtp_write_hello(ours, ZMTP_DEALER);
    assert_memory_equal(hello, ours, sizeof hello);
    return peer;
}

static void say(int peer, const void *bytes, size_t size)
{
    assert_int_equal(write(peer, bytes, size), (ssize_t)size);
}

static void greet(struct fixture *f, int peer)
{
    uint8_t hello[ZMTP_HELLO_SIZE];
    zmtp_write_hello(hello, ZMTP_DEALER);
    say(peer, hello, sizeof hello);
    await_state(f, ZMTP_UP);
}

enum { GREETED_MAX = ZMTP_HELLO_SIZE + 2 * ZMTP_HEADER_MAX + 600 };

/* All that a peer says until its second message, a short one and a long one. Gives its size. */
static size_t write_greeted(uint8_t all[GREETED_MAX])
{
    size_t size = ZMTP_HELLO_SIZE;
    zmtp_write_hello(all, ZMTP_DEALER);
    for (uint64_t number = 0; number < 2; number++) {
        size_t body = number == 0 ? 20 : 500;
        size += zmtp_write_header(all + size, body);
        memset(all + size, (int)number, body);
        memcpy(all + size, &number, sizeof number);
        size += body;
    }
    return size;
}

static void bytes_may_come_one_by_one(void **state)
{
    struct fixture *f = *state;
    uint8_t all[GREETED_MAX];
    size_t size = write_greeted(all);
    int listener = listen_at(f), peer = play_peer(f, listener);
    for (size_t i = 0; i < size; i++) {
        say(peer, all + i, 1);
        uint64_t by_ms = wall_clock_monotonic_ms() + WITHIN_MS;
        while (poll(&(struct pollfd){.fd = f->link.fd, .events = POLLIN}, 1, 0) > 0) {
            assert_true(wall_clock_monotonic_ms() < by_ms);
            link_read(f);
        }
    }
    assert_int_equal(f->received, 2);
    close(peer);
    close(listener);
}

static void bytes_may_come_all_at_once(void **state)
{
    struct fixture *f = *state;
    uint8_t all[GREETED_MAX];
    size_t size = write_greeted(all);
    int listener = listen_at(f), peer = play_peer(f, listener);
    say(peer, all, size);
    f->told = 2;
    await_all(f);
    close(peer);
    close(listener);
}

static void a_ping_is_answered(void **state)
{
    struct fixture *f = *state;
    uint8_t answer[10];
    int listener = listen_at(f), peer = play_peer(f, listener);
    greet(f, peer);
    say(peer, "\x04\x0a\x04PING\x00\x10""abc", 12);
    uint64_t by_ms = wall_clock_monotonic_ms() + WITHIN_MS;
    while (poll(&(struct pollfd){.fd = peer, .events = POLLIN}, 1, 0) == 0)
        wait_once(f, by_ms);
    read_exactly(peer, answer, sizeof answer);
    assert_memory_equal(answer, "\x04\x08\x04PONGabc", sizeof answer);
    close(peer);
    close(listener);
}

static void who_breaks_the_protocol_is_left_and_asked_again(void **state)
{
    struct fixture *f = *state;
    static const struct { const char *bytes; size_t size; bool greets; } wrongs[] = {
        {"GET / HTTP/1.1\r\nHost: here is no ROUTER but a web server, as it seems\r\n\r\n", 74, false},
        {"\x00\x01x\x00", 4, true},                                     /* fine: for the next to be different */
        {"\x08\x01x", 3, true},                                         /* unknown flag */
        {"\x02\x00\x00\x00\x00\xff\xff\xff\xff", 9, true},              /* too large */
        {"\x02\xff\xff\xff\xff\xff\xff\xff\xff", 9, true},
        {"\x06\x00\x00\x00\x00\x00\x00\x10\x01", 9, true},              /* a command that is too large */
        {"\x04\x0c\x05""ERROR\x05right", 14, true},
    };
    int listener = listen_at(f);
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        int peer = play_peer(f, listener);
        struct zmtp_frame frame;
        if (wrongs[i].greets)
            greet(f, peer);
        say(peer, wrongs[i].bytes, wrongs[i].size);
        uint64_t by_ms = wall_clock_monotonic_ms() + WITHIN_MS;
        if (i == 1) {
            while (!zmtp_link_receive(&f->link, &frame))
                assert_true(wall_clock_monotonic_ms() < by_ms);
            assert_int_equal(frame.size, 1);
            zmtp_link_hang_up(&f->link);
        }
        await_state(f, ZMTP_DOWN);
        close(peer);
    }
    close(listener);
}

/* What came before the other end went is not lost, though what we say is. */
static void what_was_said_before_the_end_is_heard(void **state)
{
    struct fixture *f = *state;
    struct zmtp_frame frame;
    int listener = listen_at(f), peer = play_peer(f, listener);
    greet(f, peer);
    say(peer, "\x00\x04last", 6);
    close(peer);
    assert_non_null(zmtp_link_reserve(&f->link, 8));
    assert_false(zmtp_link_send(&f->link, 8));
    while (!zmtp_link_receive(&f->link, &frame))
        assert_int_not_equal(f->link.state, ZMTP_DOWN);
    assert_memory_equal(frame.body, "last", 4);
    await_state(f, ZMTP_DOWN);
    close(listener);
}

static void only_paths_that_fit_are_taken(void **state)
{
    (void)state;
    char path[200] = "ipc://";
    memset(path + 6, 'p', 107);
    assert_true(zmtp_link_takes(path));
    path[113] = 'p';
    assert_false(zmtp_link_takes(path));
    static const char *const others[] = {"", "ipc", "ipc://", "ipc://@name", "ipc://*", "tcp://127.0.0.1:1", "inproc://x"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(zmtp_link_takes(others[i]));
}

/* Any bytes are a frame, a part of one, or none; a whole one is inside them. */
static void no_bytes_lead_outside(void **state)
{
    struct fixture f = {.random = 7};
    (void)state;
    for (int i = 0; i < 200000; i++) {
        size_t size = 1 + pick(&f, 40), total = 0;
        uint8_t *bytes = malloc(size);
        struct zmtp_frame frame;
        for (size_t at = 0; at < size; at++)
            bytes[at] = pick(&f, 3) == 0 ? (uint8_t)pick(&f, 256) : (uint8_t)pick(&f, 8);
        enum zmtp_found found = zmtp_find_frame(bytes, size, 64, &frame, &total);
        if (found == ZMTP_WHOLE) {
            assert_true(total <= size && frame.body >= bytes && frame.body + frame.size == bytes + total);
            (void)zmtp_command_of(&frame);
        } else if (found == ZMTP_PART) {
            assert_true(total > size);
        }
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_arrives_in_order_however_both_sides_take_turns, make, drop),
        cmocka_unit_test_setup_teardown(what_waits_for_room_goes_when_there_is_room, make, drop),
        cmocka_unit_test_setup_teardown(it_comes_back_by_itself_with_the_same_descriptor, make, drop),
        cmocka_unit_test_setup_teardown(a_message_of_any_size_has_the_right_header, make, drop),
        cmocka_unit_test_setup_teardown(bytes_may_come_one_by_one, make, drop),
        cmocka_unit_test_setup_teardown(bytes_may_come_all_at_once, make, drop),
        cmocka_unit_test_setup_teardown(a_ping_is_answered, make, drop),
        cmocka_unit_test_setup_teardown(who_breaks_the_protocol_is_left_and_asked_again, make, drop),
        cmocka_unit_test_setup_teardown(what_was_said_before_the_end_is_heard, make, drop),
        cmocka_unit_test(only_paths_that_fit_are_taken),
        cmocka_unit_test(no_bytes_lead_outside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
