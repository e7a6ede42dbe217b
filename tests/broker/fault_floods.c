/* SPDX-License-Identifier: Apache-2.0
 *
 * Handshakes by the hundred, with keys that are nobody's or for another server; more that are never finished than there is room for; and
 * clients that come and go a hundred times a second. Who is in goes on: each of their leads is taken, offered once and completed in the sessions
 * that they had; this machine's tools come in meanwhile, and everybody afterwards. It is counted and not timed: a phase ends when
 * enough of both has happened. How long lives took is told, and not judged.
 */
#define _DEFAULT_SOURCE   /* MAP_ANONYMOUS */
#include <arpa/inet.h>
#include <errno.h>
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
enum { QUIET_LIVES = 500, PHASE_LIVES_MIN = 200, LOOK_LIVES = 50, TIMED_MAX = 20000, DRAINED_WITHIN_MS = 30000 };
/* Of the strangers: the first stay until they are turned away, however long that takes; the others are given up for one more each millisecond. */
enum { KNOCK_MS = 1, PATIENT = 60, STRANGERS = 100, KNOCKS_MIN = 500, FAILED_MIN = 50 };
enum { HALFWAY = 150, HALFWAY_MIN = 300, CROWDED_MIN = 100 };      /* more than there is room for */
enum { COME_MS = 10, PRESENT = 50, WELCOMED_MIN = 60, GREETING_SIZE = 64 };
enum { OURS = 6 };          /* connections: of who behaves, of who asks, and of who has just asked */
#define CONNECTIONS_MAX "96"

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
static uint64_t life_us[TIMED_MAX];     /* of the phase */

/* ---- the child: it asserts nothing, and ends when it is killed, or we are ---- */

/* Comes again when it is cut, but not when its key is refused. */
static void *knock(void *context, const char *address, const struct key_file *key)
{
    void *socket = zmq_socket(context, ZMQ_DEALER);
    const int none = 0;

    if (!socket)
        return NULL;
    zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof none);
    zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, key->server_key, KEY_TEXT_SIZE - 1);
    zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, key->public_key, KEY_TEXT_SIZE - 1);
    zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, key->secret_key, KEY_TEXT_SIZE - 1);
    (void)zmq_connect(socket, address);
    (void)zmq_send(socket, target.hello, target.hello_size, ZMQ_DONTWAIT);
    return socket;
}

static void strangers(void)
{
    void *context = zmq_ctx_new(), *sockets[STRANGERS] = {NULL};

    for (uint64_t i = 0;; i = i + 1 < STRANGERS ? i + 1 : PATIENT) {
        if (sockets[i])
            zmq_close(sockets[i]);
        sockets[i] = knock(context, board->knocks % 2 ? target.publish : target.reps, i % 4 == 3 ? &target.misled : &target.unknown);
        board->knocks++;
        poll(NULL, 0, KNOCK_MS);
    }
}

/* The greeting of CURVE, whole, and nothing after it. -1: no connection. */
static int greet(const char *address)
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

static bool is_cut(int fd)
{
    char sink[GREETING_SIZE];
    ssize_t size;

    do
        size = recv(fd, sink, sizeof sink, MSG_DONTWAIT);
    while (size > 0);
    return size == 0 || (errno != EAGAIN && errno != EINTR);
}

/* Each stays for as long as it may, and comes again when it was cut. */
static void halfway(void)
{
    int fds[HALFWAY];

    for (int i = 0; i < HALFWAY; i++)
        fds[i] = -1;
    for (uint64_t i = 0;; i = (i + 1) % HALFWAY) {
        if (i == 0)
            poll(NULL, 0, KNOCK_MS);
        if (fds[i] >= 0 && !is_cut(fds[i]))
            continue;
        if (fds[i] >= 0)
            close(fds[i]);
        fds[i] = greet(i % 2 ? target.publish : target.reps);
        board->knocks++;
        poll(NULL, 0, KNOCK_MS);
    }
}

/* Each stays until it was let in: on a machine that has no time for them fewer come. */
static void come_and_go(void)
{
    void *context = zmq_ctx_new(), *sockets[PRESENT] = {NULL};
    char answer[512];

    for (uint64_t n = 0;; n++) {
        uint64_t i = n % PRESENT;
        bool is_in = sockets[i] && zmq_recv(sockets[i], answer, sizeof answer, ZMQ_DONTWAIT) > 0;
        if (is_in) {
            board->welcomed++;
            zmq_close(sockets[i]);
        }
        if (is_in || !sockets[i]) {
            sockets[i] = knock(context, target.publish, &target.known);
            board->knocks++;
        }
        poll(NULL, 0, COME_MS);
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

/* The rep is offered this lead, once, and no other. */
static void work_off(const char *lead_id)
{
    unsigned offers = 0, holdings = 0;
    char id[96];

    for (unsigned answers = 0; answers < 2;) {
        assert_true(raw_peer_receive(&anna, RAW_PEER_WAIT_MS));
        const struct wire_message *message = &anna.message;
        if (message->type == WIRE_OFFER) {
            assert_string_equal(message->offer->lead_id, lead_id);
            assert_int_equal(++offers, 1);
            raw_peer_answer(&anna, lead_id, message->offer->offer_number, true);
        } else if (message->type == WIRE_HOLDING) {
            assert_string_equal(message->holding->lead_id, lead_id);
            assert_int_equal(++holdings, 1);
            snprintf(id, sizeof id, "done-%.60s", lead_id);
            raw_peer_complete(&anna, lead_id, id);
        } else if (message->type == WIRE_REPLY) {
            assert_int_equal(message->reply->status, STATUS(ACCEPTED));
            answers++;
        }
    }
    raw_peer_ping(&anna);      /* who confirms nothing is slow */
}

static void live(uint32_t number_of_phase)
{
    uint64_t start_us = wall_clock_monotonic_us();
    char lead_id[64];

    assert_int_equal(bounds_peer_publish(&good, "life", lives, SMALL), STATUS(ACCEPTED));
    snprintf(lead_id, sizeof lead_id, "%s", good.message.reply->lead_id);
    work_off(lead_id);
    lives++;
    if (number_of_phase < TIMED_MAX)
        life_us[number_of_phase] = wall_clock_monotonic_us() - start_us;
}

static int compare(const void *a, const void *b)
{
    uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;
    return first < second ? -1 : first > second;
}

/* One lead after the other from publish to completion, until it is enough, as a tool that comes in again and again finds out. */
static void live_until(bool (*is_enough)(uint32_t count), const char *what)
{
    uint32_t count = 0;

    do
        live(count++);
    while (count % LOOK_LIVES != 0 || !is_enough(count));
    uint32_t timed = count < TIMED_MAX ? count : TIMED_MAX;
    qsort(life_us, timed, sizeof *life_us, compare);
    printf("%s: %u lives, p50 %llu us, p90 %llu us; %llu came, %llu were welcomed\n", what, count, (unsigned long long)life_us[timed / 2],
           (unsigned long long)life_us[timed * 9 / 10], (unsigned long long)board->knocks, (unsigned long long)board->welcomed);
    fflush(stdout);
}

static bool is_quiet_enough(uint32_t count)
{
    return count >= QUIET_LIVES;
}

static bool have_enough_been_refused(uint32_t count)
{
    return bounds_peer_ask_desk(broker.run_dir).handshakes_failed >= FAILED_MIN && count >= PHASE_LIVES_MIN && board->knocks >= KNOCKS_MIN
        && broker_fixture_logged(&broker, "handshakes were refused: their keys are not known");
}

static bool have_enough_been_cut(uint32_t count)
{
    return bounds_peer_ask(broker.run_dir, "connections").refused_total >= CROWDED_MIN && count >= PHASE_LIVES_MIN && board->knocks >= HALFWAY_MIN;
}

static bool have_enough_come(uint32_t count)
{
    (void)bounds_peer_ask_desk(broker.run_dir);
    return count >= PHASE_LIVES_MIN && board->welcomed >= WELCOMED_MIN;
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

/* Those who have gone have given their places back. */
static void there_is_room_again(void)
{
    struct raw_peer newcomer;

    for (uint64_t end_ms = wall_clock_monotonic_ms() + DRAINED_WITHIN_MS; bounds_peer_ask(broker.run_dir, "connections").used > OURS;)
        assert_true(wall_clock_monotonic_ms() < end_ms);
    broker_keys_enter(&newcomer, target.publish, PUBLISHER, &target.known);
    raw_peer_close(&newcomer);
}

static int start(void **state)
{
    static const char *const args[] = {"--ephemeral", "--keys", keys.path, "--listen-publish", "tcp://127.0.0.1:0", "--listen-reps",
                                       "tcp://127.0.0.1:0", "--sessions-per-key", "1000", "--connections-max", CONNECTIONS_MAX, NULL};
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
    live_until(is_quiet_enough, "before");
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

static void work_while(void (*others)(void), bool (*is_enough)(uint32_t count), const char *what)
{
    pid_t child = start_child(others);

    live_until(is_enough, what);
    end_child(child);
    nothing_was_lost();
    there_is_room_again();
}

static void a_hundred_who_come_and_go_each_second_keep_nobody_from_working(void **state)
{
    (void)state;
    work_while(come_and_go, have_enough_come, "reconnects");
}

static void a_flood_of_strangers_keeps_nobody_from_working(void **state)
{
    (void)state;
    work_while(strangers, have_enough_been_refused, "strangers");
}

static void handshakes_that_are_never_finished_keep_nobody_from_working(void **state)
{
    (void)state;
    work_while(halfway, have_enough_been_cut, "halfway");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hundred_who_come_and_go_each_second_keep_nobody_from_working),
        cmocka_unit_test(a_flood_of_strangers_keeps_nobody_from_working),
        cmocka_unit_test(handshakes_that_are_never_finished_keep_nobody_from_working),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
