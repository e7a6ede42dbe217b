/* SPDX-License-Identifier: Apache-2.0
 *
 * Handshakes by the thousand, with keys that are nobody's, for another server, or never finished; and clients that come and
 * go a hundred times a second. Who is in goes on, about as fast as before.
 */
#define _DEFAULT_SOURCE   /* MAP_ANONYMOUS */
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bounds_peer.h"
#include "broker_keys.h"
#include "cmocka_all.h"
#include "wall_clock.h"

#define PUBLISHER LEADWIRE__V1__ROLE__ROLE_PUBLISHER
#define REP LEADWIRE__V1__ROLE__ROLE_REP
#define STATUS(name) LEADWIRE__V1__STATUS__STATUS_##name

enum { OFFER_MS = 60000, GRACE_MS = 60000, SMALL = 100 };
enum { QUIET_MS = 1000, FLOOD_MS = 3000, COMING_MS = 3000, LIVES_MAX = 50000 };
/* Of a flood: one more each millisecond, which is given up a tenth of a second later. */
enum { KNOCK_US = 1000, KNOCKING = 100, KNOCKS_MIN = 300, FAILED_MIN = 100 };
enum { COME_US = 10000, PRESENT = 50, GREETING_SIZE = 64 };
/* Wide: on two cores the flood's own work takes time from the broker; and other work of the machine makes single lives long. */
enum { P50_RATIO_MAX = 20, P50_SPARE_US = 20000, P90_RATIO_MAX = 100, P90_SPARE_US = 200000 };

struct board { volatile uint64_t knocks, welcomed; };      /* of the child, for us to read */

struct target {
    char publish[256], reps[256];
    struct key_file known, unknown, misled;
    unsigned char hello[512];
    size_t hello_size;
};

static struct broker_fixture broker;
static struct broker_keys keys;
static struct raw_peer good, anna;
static struct target target;
static struct board *board;
static uint32_t lives;
static uint64_t life_us[LIVES_MAX];

/* ---- the child: it asserts nothing, and ends when it is killed, or we are ---- */

static void *knock(void *context, const char *address, const struct key_file *key)
{
    void *socket = zmq_socket(context, ZMQ_DEALER);
    const int none = 0, never = -1;

    if (!socket)
        return NULL;
    zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof none);
    zmq_setsockopt(socket, ZMQ_RECONNECT_IVL, &never, sizeof never);
    zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, key->server_key, KEY_TEXT_SIZE - 1);
    zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, key->public_key, KEY_TEXT_SIZE - 1);
    zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, key->secret_key, KEY_TEXT_SIZE - 1);
    (void)zmq_connect(socket, address);
    (void)zmq_send(socket, target.hello, target.hello_size, ZMQ_DONTWAIT);
    return socket;
}

/* The greeting of CURVE, whole, and nothing after it. -1: no connection. */
static int knock_halfway(const char *address)
{
    unsigned char greeting[GREETING_SIZE] = {0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0, 'C', 'U', 'R', 'V', 'E'};
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    where.sin_port = htons((uint16_t)atoi(strrchr(address, ':') + 1));
    if (fd < 0)
        return -1;
    (void)connect(fd, (struct sockaddr *)&where, sizeof where);
    poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, 10);
    (void)!send(fd, greeting, sizeof greeting, MSG_NOSIGNAL);
    return fd;
}

static void wait_until(uint64_t at_us)
{
    uint64_t now_us = wall_clock_monotonic_us();

    if (now_us < at_us)
        poll(NULL, 0, (int)((at_us - now_us) / 1000));
}

static void flood(void)
{
    void *context = zmq_ctx_new(), *sockets[KNOCKING] = {NULL};
    uint64_t start_us = wall_clock_monotonic_us();
    int fds[KNOCKING];

    for (int i = 0; i < KNOCKING; i++)
        fds[i] = -1;
    for (uint64_t n = 0;; n++) {
        uint64_t i = n % KNOCKING;
        const char *address = n % 2 ? target.publish : target.reps;
        if (sockets[i])
            zmq_close(sockets[i]);
        if (fds[i] >= 0)
            close(fds[i]);
        sockets[i] = n % 5 == 4 ? NULL : knock(context, address, n % 5 == 3 ? &target.misled : &target.unknown);
        fds[i] = n % 5 == 4 ? knock_halfway(address) : -1;
        board->knocks++;
        wait_until(start_us + n * KNOCK_US);
    }
}

static void come_and_go(void)
{
    void *context = zmq_ctx_new(), *sockets[PRESENT] = {NULL};
    uint64_t start_us = wall_clock_monotonic_us();
    char answer[512];

    for (uint64_t n = 0;; n++) {
        uint64_t i = n % PRESENT;
        if (sockets[i]) {
            board->welcomed += zmq_recv(sockets[i], answer, sizeof answer, ZMQ_DONTWAIT) > 0;
            zmq_close(sockets[i]);
        }
        sockets[i] = knock(context, target.publish, &target.known);
        board->knocks++;
        wait_until(start_us + n * COME_US);
    }
}

static pid_t start_child(void (*run)(void))
{
    *board = (struct board){0, 0};
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        run();
        _exit(0);
    }
    return pid;
}

static void end_child(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* ---- who is in ---- */

static void live(void)
{
    uint64_t start_us = wall_clock_monotonic_us();

    assert_true(lives < LIVES_MAX);
    assert_int_equal(bounds_peer_publish(&good, "life", lives, SMALL), STATUS(ACCEPTED));
    bounds_peer_work_off(&anna, 1);
    life_us[lives++] = wall_clock_monotonic_us() - start_us;
}

static int compare(const void *a, const void *b)
{
    uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;
    return first < second ? -1 : first > second;
}

struct phase { uint64_t p50_us, p90_us; uint32_t count; };
static struct phase quiet;               /* before anybody else came */

/* One lead after the other from publish to completion, for so long. */
static struct phase live_for(uint64_t ms)
{
    uint64_t end_ms = wall_clock_monotonic_ms() + ms;
    uint32_t first = lives;

    do
        live();
    while (wall_clock_monotonic_ms() < end_ms);
    uint32_t count = lives - first;
    qsort(life_us + first, count, sizeof *life_us, compare);
    return (struct phase){life_us[first + count / 2], life_us[first + count * 9 / 10], count};
}

static void expect_as_fast(const char *what, const struct phase *now)
{
    printf("%s: %u lives, p50 %llu us, p90 %llu us; before: %u, %llu us, %llu us; %llu came, %llu were welcomed\n", what, now->count,
           (unsigned long long)now->p50_us, (unsigned long long)now->p90_us, quiet.count, (unsigned long long)quiet.p50_us,
           (unsigned long long)quiet.p90_us, (unsigned long long)board->knocks, (unsigned long long)board->welcomed);
    assert_true(now->p50_us <= P50_RATIO_MAX * quiet.p50_us + P50_SPARE_US);
    assert_true(now->p90_us <= P90_RATIO_MAX * quiet.p90_us + P90_SPARE_US);
}

static void nothing_was_lost(void)
{
    struct desk_seen desk = bounds_peer_ask_desk(broker.run_dir);

    assert_int_equal(desk.published, lives);
    assert_int_equal(desk.completed, lives);
    assert_int_equal(desk.open, 0);
    raw_peer_sync(&good);            /* in the session that they had before */
    raw_peer_sync(&anna);
}

static int start(void **state)
{
    static const char *const args[] = {"--ephemeral", "--keys", keys.path, "--listen-publish", "tcp://127.0.0.1:0", "--listen-reps",
                                       "tcp://127.0.0.1:0", "--sessions-per-key", "1000", NULL};
    char other[KEY_TEXT_SIZE];

    (void)state;
    broker_fixture_open(&broker, args);
    broker_keys_open(&keys, &broker);
    broker_fixture_start(&broker);
    raw_peer_apply_rules(broker.run_dir, OFFER_MS, GRACE_MS);
    assert_true(broker_fixture_address(&broker, "publish", "tcp://", target.publish, sizeof target.publish));
    assert_true(broker_fixture_address(&broker, "reps", "tcp://", target.reps, sizeof target.reps));
    struct key_file web = broker_keys_issue(&keys, ROLE_PUBLISHER, "web"), of_anna = broker_keys_issue(&keys, ROLE_REP, "anna");
    target.known = broker_keys_issue(&keys, ROLE_PUBLISHER, "restless");
    target.unknown = target.misled = target.known;
    assert_int_equal(key_file_make(&target.unknown), LW_OK);
    assert_int_equal(zmq_curve_keypair(target.misled.server_key, other), 0);
    broker_keys_enter(&good, target.publish, PUBLISHER, &web);
    broker_keys_enter(&anna, target.reps, REP, &of_anna);
    raw_peer_hello(&good, PUBLISHER, NULL, NULL);        /* answered by another Welcome */
    raw_peer_expect(&good, WIRE_WELCOME);
    target.hello_size = good.buffer.size;
    assert_true(target.hello_size <= sizeof target.hello);
    memcpy(target.hello, good.buffer.data, target.hello_size);
    board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(board, MAP_FAILED);
    quiet = live_for(QUIET_MS);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    raw_peer_close(&anna);
    raw_peer_close(&good);
    assert_int_equal(broker_fixture_stop(&broker), 0);
    broker_fixture_close(&broker);
    munmap(board, sizeof *board);
    return 0;
}

static void a_flood_of_handshakes_keeps_nobody_from_working(void **state)
{
    (void)state;
    pid_t child = start_child(flood);
    struct phase flooded = live_for(FLOOD_MS);
    end_child(child);
    expect_as_fast("flood", &flooded);
    nothing_was_lost();
    assert_true(board->knocks >= KNOCKS_MIN);
    assert_true(bounds_peer_ask_desk(broker.run_dir).handshakes_failed >= FAILED_MIN);
    assert_true(broker_fixture_logged(&broker, "handshakes were refused: their keys are not known"));
}

static void a_hundred_who_come_and_go_each_second_keep_nobody_from_working(void **state)
{
    (void)state;
    pid_t child = start_child(come_and_go);
    struct phase coming = live_for(COMING_MS);
    end_child(child);
    expect_as_fast("reconnects", &coming);
    nothing_was_lost();
    assert_true(board->knocks >= COMING_MS * 1000 / COME_US / 2);
    assert_true(board->welcomed >= board->knocks / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hundred_who_come_and_go_each_second_keep_nobody_from_working),
        cmocka_unit_test(a_flood_of_handshakes_keeps_nobody_from_working),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
