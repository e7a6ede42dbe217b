/* SPDX-License-Identifier: Apache-2.0
 * A router beside libzmq's own DEALERs, beside the client's link, and beside peers that the test plays byte by byte. A router is only
 * called when one of its descriptors says so, or its clock: a wake-up that is lost ends in the deadline. */
#define _GNU_SOURCE   /* SOCK_CLOEXEC */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "endpoint.h"
#include "wall_clock.h"
#include "zmtp_link.h"

enum { WITHIN_MS = 8000, STEP_MS = 20, FRAME_MAX = 70000, WAITING_MAX = 300, DEALERS = 5, MESSAGES = 4000, HEARD_MAX = 4096 };
enum { CROWD = 1000, CROWD_FILES = 2 * CROWD + 200, REUSES = 300, LOUD = 800 };

struct heard { uint64_t route, number; size_t size; bool is_whole, has_identity; char user_id[40]; };

struct fixture {
    char directory[32], path[64], endpoint[80];
    struct zmtp_router router;
    bool echoes;                       /* each message goes back to who sent it */
    struct heard heard[HEARD_MAX];     /* a ring */
    uint64_t heard_count;
    uint32_t accepted, ended, failed_handshakes, failed_accepts;
    uint64_t later_ms;                 /* the router's clock is ahead by this */
    uint64_t random;
};

static const struct zmtp_limits limits = {.frame_size_max = FRAME_MAX, .waiting_max = WAITING_MAX};

static uint32_t pick(struct fixture *f, uint32_t below)
{
    f->random = f->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(f->random >> 33) % below;
}

static uint64_t now(const struct fixture *f) { return wall_clock_monotonic_ms() + f->later_ms; }
static uint64_t deadline(void) { return wall_clock_monotonic_ms() + WITHIN_MS; }

static int make(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    snprintf(f->directory, sizeof f->directory, "/tmp/zmtp.XXXXXX");
    assert_non_null(mkdtemp(f->directory));
    snprintf(f->path, sizeof f->path, "%s/door", f->directory);
    snprintf(f->endpoint, sizeof f->endpoint, "ipc://%s", f->path);
    assert_int_equal(zmtp_router_open(&f->router, &limits), LW_OK);
    assert_int_equal(zmtp_router_listen(&f->router, f->path), LW_OK);
    f->random = 11;
    *state = f;
    return 0;
}

static int drop(void **state)
{
    struct fixture *f = *state;

    zmtp_router_close(&f->router, 0);
    assert_int_equal(access(f->path, F_OK), -1);
    assert_int_equal(rmdir(f->directory), 0);
    free(f);
    return 0;
}

/* ---- the router's turn ---- */

static enum zmtp_sent tell(struct fixture *f, uint64_t route, const void *bytes, size_t size)
{
    uint8_t *room;
    enum zmtp_sent sent = zmtp_router_reserve(&f->router, route, size, &room);

    if (sent != ZMTP_SENT)
        return sent;
    memcpy(room, bytes, size);
    zmtp_router_put(&f->router, route, size);
    return ZMTP_SENT;
}

static const struct heard *last_heard(const struct fixture *f)
{
    assert_true(f->heard_count > 0);
    return &f->heard[(f->heard_count - 1) % HEARD_MAX];
}

static void take_events(struct fixture *f)
{
    struct endpoint_event event;

    while (zmtp_router_take_event(&f->router, &event)) {
        f->accepted += event.kind == ENDPOINT_ACCEPTED;
        f->ended += event.kind == ENDPOINT_DISCONNECTED;
        f->failed_handshakes += event.kind == ENDPOINT_HANDSHAKE_FAILED;
        f->failed_accepts += event.kind == ENDPOINT_ACCEPT_FAILED;
        assert_true(event.kind == ENDPOINT_HANDSHAKE_FAILED || event.kind == ENDPOINT_ACCEPT_FAILED || event.fd >= 0);
    }
    assert_int_equal(f->accepted - f->ended, f->router.count);
}

/* At most so many messages. */
static void hear(struct fixture *f, int count_max)
{
    struct zmtp_arrival arrival;

    while (count_max-- > 0 && f->router.reads.may_have && zmtp_router_receive(&f->router, &arrival)) {
        struct heard *heard = &f->heard[f->heard_count++ % HEARD_MAX];
        *heard = (struct heard){.route = arrival.route, .size = arrival.size, .is_whole = arrival.data != NULL, .has_identity = arrival.has_identity};
        snprintf(heard->user_id, sizeof heard->user_id, "%s", arrival.user_id ? arrival.user_id : "-");
        if (arrival.size >= sizeof heard->number)
            memcpy(&heard->number, arrival.data, sizeof heard->number);
        if (f->echoes)
            assert_int_not_equal(tell(f, arrival.route, arrival.data, arrival.size), ZMTP_NO_ROOM);
    }
}

/* Sleeps until the router has something to do, or fd has (-1: none). Reads only if it may. */
static void step_with(struct fixture *f, int fd, bool may_read, int count_max)
{
    struct pollfd items[] = {{.fd = f->router.always.fd, .events = POLLIN}, {.fd = may_read ? f->router.reads.fd : -1, .events = POLLIN},
                             {.fd = fd, .events = POLLIN}};
    bool has_more = may_read && f->router.reads.may_have;

    zmtp_router_flush(&f->router);
    assert_true(poll(items, 3, has_more || zmtp_router_due_ms(&f->router) <= now(f) ? 0 : STEP_MS) >= 0);
    f->router.always.may_have |= items[0].revents != 0;
    f->router.reads.may_have |= items[1].revents != 0;
    if (f->router.always.may_have || now(f) >= zmtp_router_due_ms(&f->router))
        zmtp_router_turn(&f->router, now(f));
    if (may_read)
        hear(f, count_max);
    zmtp_router_flush(&f->router);
    take_events(f);
}

static void step(struct fixture *f, int fd) { step_with(f, fd, true, INT32_MAX); }

static bool is_readable(int fd) { return poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 0) > 0; }

/* Nothing wakes who waits for it. */
static void assert_idle(const struct fixture *f)
{
    assert_false(is_readable(f->router.always.fd));
    assert_false(is_readable(f->router.reads.fd));
    assert_false(f->router.reads.may_have);
}

static void until_heard(struct fixture *f, uint64_t count)
{
    for (uint64_t by_ms = deadline(); f->heard_count < count; step(f, -1))
        assert_true(wall_clock_monotonic_ms() < by_ms);
}

static void until_ended(struct fixture *f, uint32_t count)
{
    for (uint64_t by_ms = deadline(); f->ended < count; step(f, -1))
        assert_true(wall_clock_monotonic_ms() < by_ms);
}

/* ---- peers that the test plays ---- */

static int come_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void say(int fd, const void *bytes, size_t size)
{
    assert_int_equal(send(fd, bytes, size, MSG_NOSIGNAL), (ssize_t)size);
}

static size_t write_message(uint8_t *out, uint64_t number, size_t size)
{
    size_t header = zmtp_write_header(out, size);

    memset(out + header, (int)(uint8_t)number, size);
    memcpy(out + header, &number, sizeof number);
    return header + size;
}

static void say_number(int fd, uint64_t number, size_t size)
{
    static uint8_t bytes[ZMTP_HEADER_MAX + FRAME_MAX];

    say(fd, bytes, write_message(bytes, number, size));
}

/* Hears so many bytes, while the router goes on, whether or not it reads. */
static void listen_with(struct fixture *f, int fd, uint8_t *bytes, size_t size, bool may_read)
{
    uint64_t by_ms = deadline();

    for (size_t at = 0; at < size;) {
        assert_true(wall_clock_monotonic_ms() < by_ms);
        step_with(f, fd, may_read, INT32_MAX);
        ssize_t count = recv(fd, bytes + at, size - at, MSG_DONTWAIT);
        assert_true(count > 0 || (count < 0 && errno == EAGAIN));
        at += count > 0 ? (size_t)count : 0;
    }
}

static void listen_to(struct fixture *f, int fd, uint8_t *bytes, size_t size) { listen_with(f, fd, bytes, size, true); }

static void expect_hello(struct fixture *f, int fd)
{
    uint8_t told[ZMTP_HELLO_SIZE], expected[ZMTP_HELLO_SIZE];

    zmtp_write_hello(expected, ZMTP_ROUTER);
    assert_memory_equal(expected + ZMTP_GREETING_SIZE + 24, "ROUTER", 6);
    listen_to(f, fd, told, sizeof told);
    assert_memory_equal(told, expected, sizeof told);
}

static void expect_message(struct fixture *f, int fd, uint64_t number, size_t size)
{
    static uint8_t told[ZMTP_HEADER_MAX + FRAME_MAX], expected[ZMTP_HEADER_MAX + FRAME_MAX];
    size_t total = write_message(expected, number, size);

    listen_to(f, fd, told, total);
    assert_memory_equal(told, expected, total);
}

/* Nothing more was said to it, and it is hung up on. */
static void expect_end(struct fixture *f, int fd)
{
    uint64_t by_ms = deadline();
    uint8_t byte;
    ssize_t count;

    while ((count = recv(fd, &byte, 1, MSG_DONTWAIT)) < 0 && errno == EAGAIN) {
        assert_true(wall_clock_monotonic_ms() < by_ms);
        step(f, fd);
    }
    assert_true(count == 0 || errno == ECONNRESET);
}

static int enter(struct fixture *f)
{
    uint8_t hello[ZMTP_HELLO_SIZE];
    int fd = come_to(f->path);

    zmtp_write_hello(hello, ZMTP_DEALER);
    say(fd, hello, sizeof hello);
    expect_hello(f, fd);
    return fd;
}

/* Gives its route. */
static uint64_t be_known(struct fixture *f, int fd, uint64_t number)
{
    say_number(fd, number, 8);
    until_heard(f, f->heard_count + 1);
    assert_int_equal(last_heard(f)->number, number);
    return last_heard(f)->route;
}

static void bytes_may_come_one_by_one_or_all_at_once(void **state)
{
    struct fixture *f = *state;
    uint8_t all[ZMTP_HELLO_SIZE + 1000];
    size_t size = ZMTP_HELLO_SIZE;

    zmtp_write_hello(all, ZMTP_DEALER);
    size += write_message(all + size, 1, 20);
    size += write_message(all + size, 2, 500);
    for (int is_whole = 0; is_whole <= 1; is_whole++) {
        int fd = come_to(f->path);
        for (size_t at = 0; at < size; at += is_whole ? size : 1) {
            say(fd, all + at, is_whole ? size : 1);
            step(f, -1);
        }
        until_heard(f, 2 + 2 * (uint64_t)is_whole);
        assert_int_equal(last_heard(f)->number, 2);
        assert_int_equal(last_heard(f)->size, 500);
        expect_hello(f, fd);
        close(fd);
        until_ended(f, 1 + (uint32_t)is_whole);
    }
    assert_int_equal(f->failed_handshakes, 0);
    assert_idle(f);
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
    struct fixture *f = *state;
    uint8_t hello[ZMTP_HELLO_SIZE];
    uint32_t failed = 0;
    int good = enter(f);

    zmtp_write_hello(hello, ZMTP_DEALER);
    for (uint32_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        int fd = come_to(f->path);
        if (wrongs[i].is_greeted)
            say(fd, hello, wrongs[i].is_up ? sizeof hello : ZMTP_GREETING_SIZE);
        expect_hello(f, fd);
        say(fd, wrongs[i].bytes, wrongs[i].size);
        expect_end(f, fd);
        close(fd);
        until_ended(f, i + 1);
        failed += !wrongs[i].is_up;
        assert_int_equal(f->failed_handshakes, failed);
        assert_int_equal(be_known(f, good, i), be_known(f, good, i));
    }
    close(good);
}

static void who_never_ends_the_handshake_is_left_in_time(void **state)
{
    struct fixture *f = *state;
    int mute = come_to(f->path), good = enter(f);

    while (f->accepted < 2)
        step(f, -1);
    assert_true(zmtp_router_due_ms(&f->router) <= now(f) + ZMTP_HANDSHAKE_MS);
    f->later_ms = ZMTP_HANDSHAKE_MS - WITHIN_MS / 4;
    step(f, -1);
    assert_int_equal(f->ended, 0);
    f->later_ms = ZMTP_HANDSHAKE_MS;
    until_ended(f, 1);
    assert_int_equal(f->failed_handshakes, 1);
    assert_true(zmtp_router_due_ms(&f->router) == UINT64_MAX);
    expect_hello(f, mute);
    expect_end(f, mute);
    (void)be_known(f, good, 1);
    close(mute);
    close(good);
}

static void a_ping_is_answered(void **state)
{
    struct fixture *f = *state;
    uint8_t answer[10];
    int fd = enter(f);

    say(fd, "\4\x0a\4PING\0\x10""abc", 12);
    listen_to(f, fd, answer, sizeof answer);
    assert_memory_equal(answer, "\4\x08\4PONGabc", sizeof answer);
    assert_idle(f);
    close(fd);
}

static void a_message_of_many_frames_is_told_as_one_that_is_none(void **state)
{
    struct fixture *f = *state;
    int fd = enter(f);

    say(fd, "\1\0\1\1a\0\1b", 8);
    say_number(fd, 7, 9);
    until_heard(f, 2);
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
    say(fd, bytes, at);
}

static void what_a_peer_claims_is_told(void **state)
{
    static const struct { const char *name, *value; bool has_identity; const char *user_id; } claims[] = {
        {"Identity", "", false, "-"}, {"Identity", "mine", true, "-"}, {"User-Id", "root", false, "root"}, {"User-Id", "", false, ""},
        {"X-Other", "root", false, "-"}, {"Socket-Type", "REQ", false, "-"},
    };
    struct fixture *f = *state;
    uint8_t hello[ZMTP_HELLO_SIZE];

    zmtp_write_hello(hello, ZMTP_DEALER);
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        int fd = come_to(f->path);
        say(fd, hello, ZMTP_GREETING_SIZE);
        say_ready(fd, claims[i].name, claims[i].value);
        uint64_t route = be_known(f, fd, i);
        assert_int_equal(last_heard(f)->has_identity, claims[i].has_identity);
        assert_string_equal(last_heard(f)->user_id, claims[i].user_id);
        expect_hello(f, fd);
        assert_int_equal(tell(f, route, "01234567", 8), ZMTP_SENT);
        uint8_t told[10];
        listen_to(f, fd, told, sizeof told);
        assert_memory_equal(told, "\0\x08""01234567", 10);
        close(fd);
    }
}

/* What came before the other end went is not lost, and what we say to it is known to be. */
static void what_was_said_before_the_end_is_heard(void **state)
{
    struct fixture *f = *state;

    for (uint32_t i = 0; i < 20; i++) {
        int fd = enter(f);
        uint64_t route = be_known(f, fd, 1);
        for (uint64_t n = 0; n < 50; n++)
            say_number(fd, n, 8 + n * i);
        close(fd);
        if (i % 2 == 0) {
            assert_int_equal(tell(f, route, "12345678", 8), ZMTP_SENT);
            zmtp_router_flush(&f->router);
            assert_int_equal(tell(f, route, "12345678", 8), ZMTP_UNREACHABLE);
        }
        until_ended(f, i + 1);
        assert_int_equal(f->heard_count, 51 * (i + 1));
        assert_int_equal(last_heard(f)->number, 49);
        assert_int_equal(tell(f, route, "12345678", 8), ZMTP_UNREACHABLE);
    }
    assert_idle(f);
}

/* Tells it until no more is taken; gives how many were. */
static uint64_t fill_up(struct fixture *f, uint64_t route, uint64_t from, size_t size)
{
    uint8_t body[5000];
    uint64_t number = from;

    for (;; number++) {
        memset(body, (int)(uint8_t)number, size);
        memcpy(body, &number, sizeof number);
        if (tell(f, route, body, size) != ZMTP_SENT)
            break;
        zmtp_router_flush(&f->router);
        assert_true(number < 100 * WAITING_MAX);
    }
    assert_int_equal(tell(f, route, body, size), ZMTP_NO_ROOM);
    return number - from;
}

/* So many messages wait for it as there may, and no other waits for it. Once it reads, all arrives, also while nothing is read from peers. */
static void for_who_does_not_read_so_many_wait_and_no_more(void **state)
{
    struct fixture *f = *state;
    int deaf = enter(f), good = enter(f);
    uint64_t route = be_known(f, deaf, 1);
    uint8_t expected[ZMTP_HEADER_MAX + 5000], told[sizeof expected];
    uint64_t read_count = 0, count = 0;

    for (int round = 0; round < 6; round++) {
        size_t size = round % 2 == 0 ? 5000 : 100;
        uint64_t taken = fill_up(f, route, count, size);
        if (round == 0)
            assert_true(taken > WAITING_MAX);
        assert_true(round != 0 || taken < WAITING_MAX + 400);           /* and what its socket holds */
        step(f, -1);
        assert_idle(f);
        f->echoes = true;
        say_number(good, count, 600);
        expect_message(f, good, count, 600);
        f->echoes = false;
        uint64_t until = count + taken;
        for (uint64_t i = count; i < until; i++, read_count++) {
            size_t total = write_message(expected, i, size);
            listen_with(f, deaf, told, total, false);
            assert_memory_equal(told, expected, total);
        }
        count = until;
        step(f, -1);
        assert_idle(f);
    }
    assert_int_equal(read_count, count);
    close(deaf);
    close(good);
}

/* Room that there is again is for exactly as many as have gone. */
static void who_reads_a_little_gets_a_little(void **state)
{
    struct fixture *f = *state;
    int slow = enter(f);
    uint64_t route = be_known(f, slow, 1), count = fill_up(f, route, 0, 4000);
    uint8_t expected[ZMTP_HEADER_MAX + 4000], told[sizeof expected];

    for (uint64_t i = 0; i < 600; i++) {
        size_t total = write_message(expected, i, 4000);
        listen_to(f, slow, told, total);
        assert_memory_equal(told, expected, total);
        if (i % 50 == 0) {
            step(f, -1);
            count += fill_up(f, route, count, 4000);
        }
    }
    assert_true(count >= 550 + WAITING_MAX && count <= 600 + WAITING_MAX + 200);
    close(slow);
}

/* Who says much is heard no longer than a read's worth, then who says little. */
static void who_says_much_keeps_nobody_waiting(void **state)
{
    struct fixture *f = *state;
    int loud = enter(f), quiet = enter(f);
    uint64_t quiet_route = be_known(f, quiet, 1);
    uint8_t bytes[LOUD * (2 + 100)];

    for (size_t i = 0; i < LOUD; i++)
        assert_int_equal(write_message(bytes + i * 102, i, 100), 102);
    for (int round = 0; round < 20; round++) {
        uint64_t before = f->heard_count;
        say(loud, bytes, sizeof bytes);
        say_number(quiet, 5, 8);
        do {
            step_with(f, -1, true, 1);
            assert_true(f->heard_count - before <= LOUD / 2);
        } while (f->heard_count == before || last_heard(f)->route != quiet_route);
        until_heard(f, before + LOUD + 1);
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
    struct fixture *f = *state;
    int loud = enter(f), quiet = enter(f);
    uint64_t quiet_route = be_known(f, quiet, 1);
    uint8_t bytes[LOUD * (2 + 100)];
    size_t at = 0;

    for (size_t i = 0; i < LOUD; i++)
        assert_int_equal(write_message(bytes + i * 102, i, 100), 102);
    for (int round = 0; round < 20; round++) {
        say_on(loud, bytes, sizeof bytes, &at);
        step_with(f, -1, true, 1);                     /* it is being read */
        say_number(quiet, 5, 8);
        for (uint64_t before = f->heard_count; last_heard(f)->route != quiet_route;) {
            say_on(loud, bytes, sizeof bytes, &at);
            step_with(f, -1, true, 1);
            assert_true(f->heard_count - before <= LOUD);
        }
    }
    close(loud);
    close(quiet);
}

/* While nothing is read from anybody: a bound on connections would not hold. */
static void who_is_cut_ends_at_once(void **state)
{
    struct fixture *f = *state;
    int fd = enter(f);
    uint64_t route = be_known(f, fd, 1);

    say_number(fd, 2, 8);
    zmtp_router_cut(&f->router, route);
    take_events(f);
    assert_true(f->ended == 1 && f->router.count == 0);
    uint8_t byte;
    assert_true(recv(fd, &byte, 1, MSG_DONTWAIT) == 0 || errno == ECONNRESET);
    zmtp_router_cut(&f->router, route);
    step(f, -1);
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
    struct fixture *f = *state;
    static int fds[CROWD];
    static uint64_t routes[CROWD];
    struct rlimit before;

    set_files(CROWD_FILES, &before);
    for (int i = 0; i < CROWD; i++)
        fds[i] = enter(f);
    for (int round = 0; round < 3; round++) {
        uint64_t begin = f->heard_count;
        for (int i = 0; i < CROWD; i++)
            say_number(fds[i], (uint64_t)i, 8 + (size_t)i);
        until_heard(f, begin + CROWD);
        for (uint64_t k = begin; k < begin + CROWD; k++)
            routes[f->heard[k % HEARD_MAX].number] = f->heard[k % HEARD_MAX].route;
        for (uint64_t i = 0; i < CROWD; i++)
            assert_int_equal(tell(f, routes[i], &i, sizeof i), ZMTP_SENT);
        for (uint64_t i = 0; i < CROWD; i++)
            expect_message(f, fds[i], i, sizeof i);
    }
    assert_int_equal(f->router.count, CROWD);
    for (int i = 0; i < CROWD; i++)
        close(fds[i]);
    until_ended(f, CROWD);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

/* A place is used again at once; a route never. */
static void who_takes_a_place_hears_nothing_that_was_for_another(void **state)
{
    struct fixture *f = *state;
    uint64_t routes[REUSES];

    for (uint64_t i = 0; i < REUSES; i++) {
        int fd = enter(f);
        routes[i] = be_known(f, fd, i);
        assert_true(zmtp_router_has(routes[i]));
        for (uint64_t k = 0; k < i; k++) {
            assert_true(routes[k] != routes[i]);
            assert_int_equal(tell(f, routes[k], "for one who has gone", 20), ZMTP_UNREACHABLE);
        }
        assert_int_equal((uint32_t)routes[i], (uint32_t)routes[0]);
        assert_int_equal(tell(f, routes[i], &i, sizeof i), ZMTP_SENT);
        expect_message(f, fd, i, sizeof i);
        if (i % 2 == 0)
            assert_int_equal(tell(f, routes[i], "never flushed", 13), ZMTP_SENT);
        close(fd);
        for (uint64_t by_ms = deadline(); f->ended < i + 1; take_events(f)) {        /* found by reading, not by sending */
            assert_true(wall_clock_monotonic_ms() < by_ms);
            f->router.reads.may_have = true;
            hear(f, 1);
        }
    }
}

static int count_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int last = 0;

    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        last = atoi(entry->d_name) > last ? atoi(entry->d_name) : last;
    closedir(folder);
    return last + 1;
}

static void who_comes_when_no_descriptor_is_left_comes_in_later(void **state)
{
    struct fixture *f = *state;
    int good = enter(f), late[3], fillers[CROWD_FILES], count = 0;
    struct rlimit before;

    for (int i = 0; i < 3; i++)
        late[i] = come_to(f->path);
    set_files((rlim_t)count_files(), &before);
    while (count < CROWD_FILES && (fillers[count] = dup(good)) >= 0)
        count++;
    for (uint64_t by_ms = deadline(); f->failed_accepts == 0; step(f, -1))
        assert_true(wall_clock_monotonic_ms() < by_ms);
    assert_false(is_readable(f->router.always.fd));        /* it is not told again and again */
    assert_true(zmtp_router_due_ms(&f->router) != UINT64_MAX);
    (void)be_known(f, good, 1);                            /* who is in goes on */
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    for (int i = 0; i < count; i++)
        close(fillers[i]);
    for (int i = 0; i < 3; i++) {
        expect_hello(f, late[i]);
        close(late[i]);
    }
    close(good);
}

/* ---- paths ---- */

static void a_path_that_was_left_is_taken_and_only_our_own_removed(void **state)
{
    struct fixture *f = *state;
    char path[80];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct zmtp_router first = {0}, second = {0};
    struct stat file;

    snprintf(path, sizeof path, "%s/left", f->directory);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int left = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(left, (struct sockaddr *)&address, sizeof address), 0);
    close(left);
    assert_int_equal(zmtp_router_open(&first, &limits), LW_OK);
    assert_int_equal(zmtp_router_open(&second, &limits), LW_OK);
    assert_int_equal(zmtp_router_listen(&first, path), LW_OK);
    close(come_to(path));
    assert_int_equal(zmtp_router_listen(&second, path), LW_OK);
    zmtp_router_close(&first, 0);
    assert_int_equal(stat(path, &file), 0);
    assert_true(S_ISSOCK(file.st_mode));
    close(come_to(path));
    zmtp_router_close(&second, 0);
    assert_int_equal(stat(path, &file), -1);
    snprintf(path, sizeof path, "%s/none/there", f->directory);
    assert_int_equal(zmtp_router_open(&second, &limits), LW_OK);
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
    for (int other = count_files(); --other > STDERR_FILENO;)      /* the router's, too: its end has to be seen */
        if (other != fd && other != held)
            close(other);
    for (uint64_t i = 0; i < count; i++) {
        size_t total = write_message(expected, i, size);
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
    struct fixture *f = *state;
    int reader = enter(f), deaf = enter(f), status;
    uint64_t reader_route = be_known(f, reader, 1), deaf_route = be_known(f, deaf, 2);
    uint64_t count = fill_up(f, reader_route, 0, 5000);

    (void)fill_up(f, deaf_route, 0, 5000);
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
    struct fixture *f = *state, other = {.random = 11};
    struct zmtp_router *const both[] = {&f->router, &other.router};
    int deaf = enter(f), status;

    snprintf(other.path, sizeof other.path, "%s/other", f->directory);
    assert_int_equal(zmtp_router_open(&other.router, &limits), LW_OK);
    assert_int_equal(zmtp_router_listen(&other.router, other.path), LW_OK);
    int reader = enter(&other);
    (void)fill_up(f, be_known(f, deaf, 2), 0, 5000);
    uint64_t count = fill_up(&other, be_known(&other, reader, 1), 0, 5000), until_ms = deadline();
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

static void *open_dealer(struct fixture *f, void *context, const char *address)
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
    struct fixture *f = *state;
    struct dealer dealers[DEALERS] = {0};
    void *context = zmq_ctx_new();
    uint64_t by_ms;

    f->echoes = true;
    for (int i = 0; i < DEALERS; i++)
        dealers[i].socket = open_dealer(f, context, f->endpoint);
    for (int i = 0; i < MESSAGES; i++) {
        struct dealer *dealer = &dealers[pick(f, DEALERS)];
        size_t size = 8 + (pick(f, 50) == 0 ? pick(f, FRAME_MAX - 8) : pick(f, 600));
        if (dealer->said - dealer->heard < WAITING_MAX / 2) {
            memset(body, (int)(uint8_t)dealer->said, size);
            memcpy(body, &dealer->said, sizeof dealer->said);
            assert_int_equal(zmq_send(dealer->socket, body, size, 0), (int)size);
            dealer->said++;
        }
        if (pick(f, 3) == 0)
            step_with(f, -1, true, (int)pick(f, 40));
        if (pick(f, 7) == 0)
            dealers_go_on(dealers, DEALERS);
    }
    for (int i = 0; i < DEALERS; i++) {
        for (by_ms = deadline(); dealers[i].heard < dealers[i].said; dealers_go_on(dealers, DEALERS)) {
            assert_true(wall_clock_monotonic_ms() < by_ms);
            step(f, -1);
        }
        zmq_close(dealers[i].socket);
    }
    until_ended(f, DEALERS);
    assert_int_equal(f->failed_handshakes, 0);
    zmq_ctx_term(context);
}

static void the_clients_link_is_served(void **state)
{
    struct fixture *f = *state;
    struct zmtp_link link;
    struct zmtp_frame frame;
    uint64_t said = 0, heard = 0, by_ms = deadline();

    f->echoes = true;
    assert_int_equal(zmtp_link_open(&link, f->endpoint, FRAME_MAX, now(f)), LW_OK);
    while (heard < MESSAGES) {
        assert_true(wall_clock_monotonic_ms() < by_ms);
        zmtp_link_turn(&link, now(f));
        for (uint32_t count = pick(f, 20); count > 0 && said < MESSAGES && said - heard < WAITING_MAX; count--) {
            size_t size = 8 + pick(f, 2000);
            uint8_t *at = zmtp_link_reserve(&link, size);
            if (!at)
                break;
            memset(at, 0, size);
            memcpy(at, &said, sizeof said);
            assert_true(zmtp_link_send(&link, size));
            said++;
        }
        step_with(f, link.fd, true, (int)pick(f, 30));
        while (zmtp_link_receive(&link, &frame)) {
            assert_memory_equal(frame.body, &heard, sizeof heard);
            heard++;
        }
    }
    zmtp_link_close(&link);
    until_ended(f, 1);
}

/* One endpoint with both kinds of addresses: each peer is answered by the way it came, and neither kind keeps the other waiting. */
static void an_endpoint_serves_paths_and_libzmqs_addresses(void **state)
{
    static const struct endpoint_limits both = {FRAME_MAX, WAITING_MAX, WAITING_MAX};
    struct fixture *f = *state;
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
    for (uint64_t by_ms = deadline(); heard[0] + heard[1] < 200;) {
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
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, drop)
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
        TEST(a_path_that_was_left_is_taken_and_only_our_own_removed),
        TEST(what_waits_at_the_end_is_sent_to_who_reads),
        TEST(who_does_not_read_at_one_router_keeps_nobody_at_another_waiting),
        TEST(all_comes_back_in_order_from_libzmqs_dealers),
        TEST(the_clients_link_is_served),
        TEST(an_endpoint_serves_paths_and_libzmqs_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
