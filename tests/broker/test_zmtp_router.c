/* SPDX-License-Identifier: Apache-2.0
 * A router beside peers that the test plays byte by byte: what they may say, how long they are heard, what waits for them. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "router_rig.h"
#include "wall_clock.h"

enum { CROWD = 1000, CROWD_FILES = 2 * CROWD + 200, REUSES = 300, LOUD = 800 };

static void bytes_may_come_one_by_one_or_all_at_once(void **state)
{
    struct router_rig *f = *state;
    uint8_t all[ZMTP_HELLO_SIZE + 1000];
    size_t size = ZMTP_HELLO_SIZE;

    zmtp_write_hello(all, ZMTP_DEALER);
    size += router_write_message(all + size, 1, 20);
    size += router_write_message(all + size, 2, 500);
    for (int is_whole = 0; is_whole <= 1; is_whole++) {
        int fd = router_come_to(f->path);
        for (size_t at = 0; at < size; at += is_whole ? size : 1) {
            router_say(fd, all + at, is_whole ? size : 1);
            router_step(f, -1);
        }
        router_until_heard(f, 2 + 2 * (uint64_t)is_whole);
        assert_int_equal(router_last_heard(f)->number, 2);
        assert_int_equal(router_last_heard(f)->size, 500);
        router_expect_hello(f, fd);
        close(fd);
        router_until_ended(f, 1 + (uint32_t)is_whole);
    }
    assert_int_equal(f->failed_handshakes, 0);
    router_assert_idle(f);
}

static void who_breaks_the_protocol_is_left(void **state)
{
    static const struct { const char *bytes; size_t size; bool is_greeted, is_up; } wrongs[] = {
        {"GET / HTTP/1.1\r\n", 16, false, false},
        {"\xff\0\0\0\0\0\0\0\1\x7f\1", 11, false, false},                       /* ZMTP 2 */
        {"\xff\0\0\0\0\0\0\0\1\x7e\3", 11, false, false},
        {"\xff\0\0\0\0\0\0\0\1\x7f\3\1PLAIN\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32, false, false},
        {"\0\1x", 3, true, false},                                              /* a message before READY */
        {"\4\7\4PINGxx", 9, true, false},
        {"\4\x19\5READY\x0bSocket-Type\0\0\0\3SUB", 27, true, false},
        {"\4\x18\5READY\x0bSocket-Type\0\0\0\3RE", 26, true, false},            /* a property that is not whole */
        {"\4\x1a\5READY\x0bSocket-Type\0\0\0\3REQ\5", 28, true, false},         /* the beginning of another */
        {"\6\0\0\0\0\0\0\x10\1", 9, true, false},                               /* a command that is too large */
        {"\4\x0c\5ERROR\5right", 14, true, false},
        {"\x08\1x", 3, true, true},                                             /* an unknown flag */
        {"\2\0\0\0\0\0\1\x11\x71", 9, true, true},                              /* one byte too large */
        {"\2\xff\xff\xff\xff\xff\xff\xff\xff", 9, true, true},
        {"\6\0\0\0\0\0\0\x10\1", 9, true, true},
        {"\4\x0c\5ERROR\5right", 14, true, true},
    };
    struct router_rig *f = *state;
    uint8_t hello[ZMTP_HELLO_SIZE];
    uint32_t failed = 0;
    int good = router_enter(f);

    zmtp_write_hello(hello, ZMTP_DEALER);
    for (uint32_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        int fd = router_come_to(f->path);
        if (wrongs[i].is_greeted)
            router_say(fd, hello, wrongs[i].is_up ? sizeof hello : ZMTP_GREETING_SIZE);
        router_expect_hello(f, fd);
        router_say(fd, wrongs[i].bytes, wrongs[i].size);
        router_expect_end(f, fd);
        close(fd);
        router_until_ended(f, i + 1);
        failed += !wrongs[i].is_up;
        assert_int_equal(f->failed_handshakes, failed);
        assert_int_equal(router_be_known(f, good, i), router_be_known(f, good, i));
    }
    close(good);
}

static void who_never_ends_the_handshake_is_left_in_time(void **state)
{
    struct router_rig *f = *state;
    int mute = router_come_to(f->path), good = router_enter(f);

    while (f->accepted < 2)
        router_step(f, -1);
    assert_true(zmtp_router_due_ms(&f->router) <= router_now(f) + ZMTP_HANDSHAKE_MS);
    f->later_ms = ZMTP_HANDSHAKE_MS - WITHIN_MS / 4;
    router_step(f, -1);
    assert_int_equal(f->ended, 0);
    f->later_ms = ZMTP_HANDSHAKE_MS;
    router_until_ended(f, 1);
    assert_int_equal(f->failed_handshakes, 1);
    assert_true(zmtp_router_due_ms(&f->router) == UINT64_MAX);
    router_expect_hello(f, mute);
    router_expect_end(f, mute);
    (void)router_be_known(f, good, 1);
    close(mute);
    close(good);
}

static void a_ping_is_answered(void **state)
{
    struct router_rig *f = *state;
    uint8_t answer[10];
    int fd = router_enter(f);

    router_say(fd, "\4\x0a\4PING\0\x10""abc", 12);
    router_listen_to(f, fd, answer, sizeof answer);
    assert_memory_equal(answer, "\4\x08\4PONGabc", sizeof answer);
    router_assert_idle(f);
    close(fd);
}

static void a_message_of_many_frames_is_told_as_one_that_is_none(void **state)
{
    struct router_rig *f = *state;
    int fd = router_enter(f);

    router_say(fd, "\1\0\1\1a\0\1b", 8);
    router_say_number(fd, 7, 9);
    router_until_heard(f, 2);
    assert_false(f->heard[0].is_whole);
    assert_int_equal(f->heard[0].size, 0);
    assert_true(f->heard[1].is_whole);
    assert_int_equal(f->heard[1].number, 7);
    close(fd);
}

static void say_ready(int fd, const char *name, const char *value)
{
    uint8_t bytes[200] = {ZMTP_COMMAND, 0};
    size_t at = 2 + (size_t)sprintf((char *)bytes + 2, "\5READY%c%s", (int)strlen(name), name);

    at += 3;
    bytes[at++] = (uint8_t)strlen(value);
    memcpy(bytes + at, value, strlen(value));
    at += strlen(value);
    bytes[1] = (uint8_t)(at - 2);
    router_say(fd, bytes, at);
}

static void what_a_peer_claims_is_told(void **state)
{
    static const struct { const char *name, *value; bool has_identity; const char *user_id; } claims[] = {
        {"Identity", "", false, "-"}, {"Identity", "mine", true, "-"}, {"User-Id", "root", false, "root"}, {"User-Id", "", false, ""},
        {"X-Other", "root", false, "-"}, {"Socket-Type", "REQ", false, "-"},
    };
    struct router_rig *f = *state;
    uint8_t hello[ZMTP_HELLO_SIZE];

    zmtp_write_hello(hello, ZMTP_DEALER);
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        int fd = router_come_to(f->path);
        router_say(fd, hello, ZMTP_GREETING_SIZE);
        say_ready(fd, claims[i].name, claims[i].value);
        uint64_t route = router_be_known(f, fd, i);
        assert_int_equal(router_last_heard(f)->has_identity, claims[i].has_identity);
        assert_string_equal(router_last_heard(f)->user_id, claims[i].user_id);
        router_expect_hello(f, fd);
        assert_int_equal(router_tell(f, route, "01234567", 8), ZMTP_SENT);
        uint8_t told[10];
        router_listen_to(f, fd, told, sizeof told);
        assert_memory_equal(told, "\0\x08""01234567", 10);
        close(fd);
    }
}

/* What came before the other end went is not lost, and what we say to it is known to be. */
static void what_was_said_before_the_end_is_heard(void **state)
{
    struct router_rig *f = *state;

    for (uint32_t i = 0; i < 20; i++) {
        int fd = router_enter(f);
        uint64_t route = router_be_known(f, fd, 1);
        for (uint64_t n = 0; n < 50; n++)
            router_say_number(fd, n, 8 + n * i);
        close(fd);
        if (i % 2 == 0) {
            assert_int_equal(router_tell(f, route, "12345678", 8), ZMTP_SENT);
            zmtp_router_flush(&f->router);
            assert_int_equal(router_tell(f, route, "12345678", 8), ZMTP_UNREACHABLE);
        }
        router_until_ended(f, i + 1);
        assert_int_equal(f->heard_count, 51 * (i + 1));
        assert_int_equal(router_last_heard(f)->number, 49);
        assert_int_equal(router_tell(f, route, "12345678", 8), ZMTP_UNREACHABLE);
    }
    router_assert_idle(f);
}

/* So many messages wait for it as there may, and no other waits for it. Once it reads, all arrives, also while nothing is read from peers. */
static void for_who_does_not_read_so_many_wait_and_no_more(void **state)
{
    struct router_rig *f = *state;
    int deaf = router_enter(f), good = router_enter(f);
    uint64_t route = router_be_known(f, deaf, 1);
    uint8_t expected[ZMTP_HEADER_MAX + 5000], told[sizeof expected];
    uint64_t read_count = 0, count = 0;

    for (int round = 0; round < 6; round++) {
        size_t size = round % 2 == 0 ? 5000 : 100;
        uint64_t taken = router_fill_up(f, route, count, size);
        if (round == 0)
            assert_true(taken > WAITING_MAX);
        assert_true(round != 0 || taken < WAITING_MAX + 400);           /* and what its socket holds */
        router_step(f, -1);
        router_assert_idle(f);
        f->echoes = true;
        router_say_number(good, count, 600);
        router_expect_message(f, good, count, 600);
        f->echoes = false;
        uint64_t until = count + taken;
        for (uint64_t i = count; i < until; i++, read_count++) {
            size_t total = router_write_message(expected, i, size);
            router_listen_with(f, deaf, told, total, false);
            assert_memory_equal(told, expected, total);
        }
        count = until;
        router_step(f, -1);
        router_assert_idle(f);
    }
    assert_int_equal(read_count, count);
    close(deaf);
    close(good);
}

/* Room that there is again is for exactly as many as have gone. */
static void who_reads_a_little_gets_a_little(void **state)
{
    struct router_rig *f = *state;
    int slow = router_enter(f);
    uint64_t route = router_be_known(f, slow, 1), count = router_fill_up(f, route, 0, 4000);
    uint8_t expected[ZMTP_HEADER_MAX + 4000], told[sizeof expected];

    for (uint64_t i = 0; i < 600; i++) {
        size_t total = router_write_message(expected, i, 4000);
        router_listen_to(f, slow, told, total);
        assert_memory_equal(told, expected, total);
        if (i % 50 == 0) {
            router_step(f, -1);
            count += router_fill_up(f, route, count, 4000);
        }
    }
    assert_true(count >= 550 + WAITING_MAX && count <= 600 + WAITING_MAX + 200);
    close(slow);
}

/* Who says much is heard no longer than a read's worth, then who says little. */
static void who_says_much_keeps_nobody_waiting(void **state)
{
    struct router_rig *f = *state;
    int loud = router_enter(f), quiet = router_enter(f);
    uint64_t quiet_route = router_be_known(f, quiet, 1);
    uint8_t bytes[LOUD * (2 + 100)];

    for (size_t i = 0; i < LOUD; i++)
        assert_int_equal(router_write_message(bytes + i * 102, i, 100), 102);
    for (int round = 0; round < 20; round++) {
        uint64_t before = f->heard_count;
        router_say(loud, bytes, sizeof bytes);
        router_say_number(quiet, 5, 8);
        do {
            router_step_with(f, -1, true, 1);
            assert_true(f->heard_count - before <= LOUD / 2);
        } while (f->heard_count == before || router_last_heard(f)->route != quiet_route);
        router_until_heard(f, before + LOUD + 1);
    }
    close(loud);
    close(quiet);
}

/* As much as its socket takes, of whole messages and one that goes on with the next call. */
static void say_on(int fd, const uint8_t *bytes, size_t size, size_t *at)
{
    ssize_t count;

    while ((count = send(fd, bytes + *at, size - *at, MSG_DONTWAIT | MSG_NOSIGNAL)) > 0)
        *at = (*at + (size_t)count) % size;
    assert_int_equal(errno, EAGAIN);
}

/* There is always more to be read of it than one read takes. */
static void who_never_pauses_keeps_nobody_waiting(void **state)
{
    struct router_rig *f = *state;
    int loud = router_enter(f), quiet = router_enter(f);
    uint64_t quiet_route = router_be_known(f, quiet, 1);
    uint8_t bytes[LOUD * (2 + 100)];
    size_t at = 0;

    for (size_t i = 0; i < LOUD; i++)
        assert_int_equal(router_write_message(bytes + i * 102, i, 100), 102);
    for (int round = 0; round < 20; round++) {
        say_on(loud, bytes, sizeof bytes, &at);
        router_step_with(f, -1, true, 1);                     /* it is being read */
        router_say_number(quiet, 5, 8);
        for (uint64_t before = f->heard_count; router_last_heard(f)->route != quiet_route;) {
            say_on(loud, bytes, sizeof bytes, &at);
            router_step_with(f, -1, true, 1);
            assert_true(f->heard_count - before <= LOUD);
        }
    }
    close(loud);
    close(quiet);
}

/* While nothing is read from anybody: a bound on connections would not hold. */
static void who_is_cut_ends_at_once(void **state)
{
    struct router_rig *f = *state;
    int fd = router_enter(f);
    uint64_t route = router_be_known(f, fd, 1);

    router_say_number(fd, 2, 8);
    zmtp_router_cut(&f->router, route);
    router_take_events(f);
    assert_true(f->ended == 1 && f->router.count == 0);
    uint8_t byte;
    assert_true(recv(fd, &byte, 1, MSG_DONTWAIT) == 0 || errno == ECONNRESET);
    zmtp_router_cut(&f->router, route);
    router_step(f, -1);
    assert_true(f->ended == 1 && f->heard_count == 1);
    close(fd);
}

static void set_files(rlim_t count, struct rlimit *before)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, before), 0);
    limit = *before;
    limit.rlim_cur = count;
    assert_true(limit.rlim_max == RLIM_INFINITY || limit.rlim_max >= count);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void a_thousand_are_heard_and_told_each_its_own(void **state)
{
    struct router_rig *f = *state;
    static int fds[CROWD];
    static uint64_t routes[CROWD];
    struct rlimit before;

    set_files(CROWD_FILES, &before);
    for (int i = 0; i < CROWD; i++)
        fds[i] = router_enter(f);
    for (int round = 0; round < 3; round++) {
        uint64_t begin = f->heard_count;
        for (int i = 0; i < CROWD; i++)
            router_say_number(fds[i], (uint64_t)i, 8 + (size_t)i);
        router_until_heard(f, begin + CROWD);
        for (uint64_t k = begin; k < begin + CROWD; k++)
            routes[f->heard[k % HEARD_MAX].number] = f->heard[k % HEARD_MAX].route;
        for (uint64_t i = 0; i < CROWD; i++)
            assert_int_equal(router_tell(f, routes[i], &i, sizeof i), ZMTP_SENT);
        for (uint64_t i = 0; i < CROWD; i++)
            router_expect_message(f, fds[i], i, sizeof i);
    }
    assert_int_equal(f->router.count, CROWD);
    for (int i = 0; i < CROWD; i++)
        close(fds[i]);
    router_until_ended(f, CROWD);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

/* A place is used again at once; a route never. */
static void who_takes_a_place_hears_nothing_that_was_for_another(void **state)
{
    struct router_rig *f = *state;
    uint64_t routes[REUSES];

    for (uint64_t i = 0; i < REUSES; i++) {
        int fd = router_enter(f);
        routes[i] = router_be_known(f, fd, i);
        assert_true(zmtp_router_has(routes[i]));
        for (uint64_t k = 0; k < i; k++) {
            assert_true(routes[k] != routes[i]);
            assert_int_equal(router_tell(f, routes[k], "for one who has gone", 20), ZMTP_UNREACHABLE);
        }
        assert_int_equal((uint32_t)routes[i], (uint32_t)routes[0]);
        assert_int_equal(router_tell(f, routes[i], &i, sizeof i), ZMTP_SENT);
        router_expect_message(f, fd, i, sizeof i);
        if (i % 2 == 0)
            assert_int_equal(router_tell(f, routes[i], "never flushed", 13), ZMTP_SENT);
        close(fd);
        for (uint64_t by_ms = router_deadline(); f->ended < i + 1; router_take_events(f)) {        /* found by reading, not by sending */
            assert_true(wall_clock_monotonic_ms() < by_ms);
            f->router.reads.may_have = true;
            router_hear(f, 1);
        }
    }
}

static void who_comes_when_no_descriptor_is_left_comes_in_later(void **state)
{
    struct router_rig *f = *state;
    int good = router_enter(f), late[3], fillers[CROWD_FILES], count = 0;
    struct rlimit before;

    for (int i = 0; i < 3; i++)
        late[i] = router_come_to(f->path);
    set_files((rlim_t)router_count_files(), &before);
    while (count < CROWD_FILES && (fillers[count] = dup(good)) >= 0)
        count++;
    for (uint64_t by_ms = router_deadline(); f->failed_accepts == 0; router_step(f, -1))
        assert_true(wall_clock_monotonic_ms() < by_ms);
    assert_false(router_is_readable(f->router.always.fd));        /* it is not told again and again */
    assert_true(zmtp_router_due_ms(&f->router) != UINT64_MAX);
    (void)router_be_known(f, good, 1);                            /* who is in goes on */
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    for (int i = 0; i < count; i++)
        close(fillers[i]);
    for (int i = 0; i < 3; i++) {
        router_expect_hello(f, late[i]);
        close(late[i]);
    }
    close(good);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, router_make, router_drop)
    const struct CMUnitTest tests[] = {
        TEST(bytes_may_come_one_by_one_or_all_at_once),
        TEST(who_breaks_the_protocol_is_left),
        TEST(who_never_ends_the_handshake_is_left_in_time),
        TEST(a_ping_is_answered),
        TEST(a_message_of_many_frames_is_told_as_one_that_is_none),
        TEST(what_a_peer_claims_is_told),
        TEST(what_was_said_before_the_end_is_heard),
        TEST(for_who_does_not_read_so_many_wait_and_no_more),
        TEST(who_reads_a_little_gets_a_little),
        TEST(who_says_much_keeps_nobody_waiting),
        TEST(who_never_pauses_keeps_nobody_waiting),
        TEST(who_is_cut_ends_at_once),
        TEST(a_thousand_are_heard_and_told_each_its_own),
        TEST(who_takes_a_place_hears_nothing_that_was_for_another),
        TEST(who_comes_when_no_descriptor_is_left_comes_in_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
