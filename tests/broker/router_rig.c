/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE   /* SOCK_CLOEXEC */
#include "router_rig.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "wall_clock.h"

const struct zmtp_limits router_limits = {.frame_size_max = FRAME_MAX, .waiting_max = WAITING_MAX};

uint32_t router_pick(struct router_rig *f, uint32_t below)
{
    f->random = f->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(f->random >> 33) % below;
}

uint64_t router_now(const struct router_rig *f) { return wall_clock_monotonic_ms() + f->later_ms; }
uint64_t router_deadline(void) { return wall_clock_monotonic_ms() + WITHIN_MS; }

int router_make(void **state)
{
    struct router_rig *f = calloc(1, sizeof *f);

    snprintf(f->directory, sizeof f->directory, "/tmp/zmtp.XXXXXX");
    assert_non_null(mkdtemp(f->directory));
    snprintf(f->path, sizeof f->path, "%s/door", f->directory);
    snprintf(f->endpoint, sizeof f->endpoint, "ipc://%s", f->path);
    assert_int_equal(zmtp_router_open(&f->router, &router_limits), LW_OK);
    assert_int_equal(zmtp_router_listen(&f->router, f->path), LW_OK);
    f->random = 11;
    *state = f;
    return 0;
}

int router_drop(void **state)
{
    struct router_rig *f = *state;

    zmtp_router_close(&f->router, 0);
    assert_int_equal(access(f->path, F_OK), -1);
    assert_int_equal(rmdir(f->directory), 0);
    free(f);
    return 0;
}

/* ---- the router's turn ---- */

enum zmtp_sent router_tell(struct router_rig *f, uint64_t route, const void *bytes, size_t size)
{
    uint8_t *room;
    enum zmtp_sent sent = zmtp_router_reserve(&f->router, route, size, &room);

    if (sent != ZMTP_SENT)
        return sent;
    memcpy(room, bytes, size);
    zmtp_router_put(&f->router, route, size);
    return ZMTP_SENT;
}

const struct heard *router_last_heard(const struct router_rig *f)
{
    assert_true(f->heard_count > 0);
    return &f->heard[(f->heard_count - 1) % HEARD_MAX];
}

void router_take_events(struct router_rig *f)
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
void router_hear(struct router_rig *f, int count_max)
{
    struct zmtp_arrival arrival;

    while (count_max-- > 0 && f->router.reads.may_have && zmtp_router_receive(&f->router, &arrival)) {
        struct heard *heard = &f->heard[f->heard_count++ % HEARD_MAX];
        *heard = (struct heard){.route = arrival.route, .size = arrival.size, .is_whole = arrival.data != NULL, .has_identity = arrival.has_identity};
        snprintf(heard->user_id, sizeof heard->user_id, "%s", arrival.user_id ? arrival.user_id : "-");
        if (arrival.size >= sizeof heard->number)
            memcpy(&heard->number, arrival.data, sizeof heard->number);
        if (f->echoes)
            assert_int_not_equal(router_tell(f, arrival.route, arrival.data, arrival.size), ZMTP_NO_ROOM);
    }
}

/* Sleeps until the router has something to do, or fd has (-1: none). Reads only if it may. */
void router_step_with(struct router_rig *f, int fd, bool may_read, int count_max)
{
    struct pollfd items[] = {{.fd = f->router.always.fd, .events = POLLIN}, {.fd = may_read ? f->router.reads.fd : -1, .events = POLLIN},
                             {.fd = fd, .events = POLLIN}};
    bool has_more = may_read && f->router.reads.may_have;

    zmtp_router_flush(&f->router);
    assert_true(poll(items, 3, has_more || zmtp_router_due_ms(&f->router) <= router_now(f) ? 0 : STEP_MS) >= 0);
    f->router.always.may_have |= items[0].revents != 0;
    f->router.reads.may_have |= items[1].revents != 0;
    if (f->router.always.may_have || router_now(f) >= zmtp_router_due_ms(&f->router))
        zmtp_router_turn(&f->router, router_now(f));
    if (may_read)
        router_hear(f, count_max);
    zmtp_router_flush(&f->router);
    router_take_events(f);
}

void router_step(struct router_rig *f, int fd) { router_step_with(f, fd, true, INT32_MAX); }

bool router_is_readable(int fd) { return poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 0) > 0; }

/* Nothing wakes who waits for it. */
void router_assert_idle(const struct router_rig *f)
{
    assert_false(router_is_readable(f->router.always.fd));
    assert_false(router_is_readable(f->router.reads.fd));
    assert_false(f->router.reads.may_have);
}

void router_until_heard(struct router_rig *f, uint64_t count)
{
    for (uint64_t by_ms = router_deadline(); f->heard_count < count; router_step(f, -1))
        assert_true(wall_clock_monotonic_ms() < by_ms);
}

void router_until_ended(struct router_rig *f, uint32_t count)
{
    for (uint64_t by_ms = router_deadline(); f->ended < count; router_step(f, -1))
        assert_true(wall_clock_monotonic_ms() < by_ms);
}

/* ---- peers that the test plays ---- */

int router_come_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

void router_say(int fd, const void *bytes, size_t size)
{
    assert_int_equal(send(fd, bytes, size, MSG_NOSIGNAL), (ssize_t)size);
}

size_t router_write_message(uint8_t *out, uint64_t number, size_t size)
{
    size_t header = zmtp_write_header(out, size);

    memset(out + header, (int)(uint8_t)number, size);
    memcpy(out + header, &number, sizeof number);
    return header + size;
}

void router_say_number(int fd, uint64_t number, size_t size)
{
    static uint8_t bytes[ZMTP_HEADER_MAX + FRAME_MAX];

    router_say(fd, bytes, router_write_message(bytes, number, size));
}

/* Hears so many bytes, while the router goes on, whether or not it reads. */
void router_listen_with(struct router_rig *f, int fd, uint8_t *bytes, size_t size, bool may_read)
{
    uint64_t by_ms = router_deadline();

    for (size_t at = 0; at < size;) {
        assert_true(wall_clock_monotonic_ms() < by_ms);
        router_step_with(f, fd, may_read, INT32_MAX);
        ssize_t count = recv(fd, bytes + at, size - at, MSG_DONTWAIT);
        assert_true(count > 0 || (count < 0 && errno == EAGAIN));
        at += count > 0 ? (size_t)count : 0;
    }
}

void router_listen_to(struct router_rig *f, int fd, uint8_t *bytes, size_t size) { router_listen_with(f, fd, bytes, size, true); }

void router_expect_hello(struct router_rig *f, int fd)
{
    uint8_t told[ZMTP_HELLO_SIZE], expected[ZMTP_HELLO_SIZE];

    zmtp_write_hello(expected, ZMTP_ROUTER);
    assert_memory_equal(expected + ZMTP_GREETING_SIZE + 24, "ROUTER", 6);
    router_listen_to(f, fd, told, sizeof told);
    assert_memory_equal(told, expected, sizeof told);
}

void router_expect_message(struct router_rig *f, int fd, uint64_t number, size_t size)
{
    static uint8_t told[ZMTP_HEADER_MAX + FRAME_MAX], expected[ZMTP_HEADER_MAX + FRAME_MAX];
    size_t total = router_write_message(expected, number, size);

    router_listen_to(f, fd, told, total);
    assert_memory_equal(told, expected, total);
}

/* Nothing more was said to it, and it is hung up on. */
void router_expect_end(struct router_rig *f, int fd)
{
    uint64_t by_ms = router_deadline();
    uint8_t byte;
    ssize_t count;

    while ((count = recv(fd, &byte, 1, MSG_DONTWAIT)) < 0 && errno == EAGAIN) {
        assert_true(wall_clock_monotonic_ms() < by_ms);
        router_step(f, fd);
    }
    assert_true(count == 0 || errno == ECONNRESET);
}

int router_enter(struct router_rig *f)
{
    uint8_t hello[ZMTP_HELLO_SIZE];
    int fd = router_come_to(f->path);

    zmtp_write_hello(hello, ZMTP_DEALER);
    router_say(fd, hello, sizeof hello);
    router_expect_hello(f, fd);
    return fd;
}

/* Gives its route. */
uint64_t router_be_known(struct router_rig *f, int fd, uint64_t number)
{
    router_say_number(fd, number, 8);
    router_until_heard(f, f->heard_count + 1);
    assert_int_equal(router_last_heard(f)->number, number);
    return router_last_heard(f)->route;
}

/* Tells it until no more is taken; gives how many were. */
uint64_t router_fill_up(struct router_rig *f, uint64_t route, uint64_t from, size_t size)
{
    uint8_t body[5000];
    uint64_t number = from;

    for (;; number++) {
        memset(body, (int)(uint8_t)number, size);
        memcpy(body, &number, sizeof number);
        if (router_tell(f, route, body, size) != ZMTP_SENT)
            break;
        zmtp_router_flush(&f->router);
        assert_true(number < 100 * WAITING_MAX);
    }
    assert_int_equal(router_tell(f, route, body, size), ZMTP_NO_ROOM);
    return number - from;
}

int router_count_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int last = 0;

    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        last = atoi(entry->d_name) > last ? atoi(entry->d_name) : last;
    closedir(folder);
    return last + 1;
}
