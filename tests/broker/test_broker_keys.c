/* SPDX-License-Identifier: Apache-2.0
 *
 * Who comes in by TCP, as what, and what that role may: real sockets, real keys, each role with each message.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broker_keys.h"
#include "cmocka_all.h"
#include "golden_file.h"
#include "wall_clock.h"

#define STATUS(name) LEADWIRE__V1__STATUS__STATUS_##name

enum { OFFER_MS = 60000, GRACE_MS = 60000, QUICK_CONNECTS = 100 };

static const struct { const char *name; Leadwire__V1__Role hello; } doors[] = {
    {"publish", LEADWIRE__V1__ROLE__ROLE_PUBLISHER},
    {"reps", LEADWIRE__V1__ROLE__ROLE_REP},
    {"control", LEADWIRE__V1__ROLE__ROLE_CONTROL},
};
enum { DOORS = sizeof doors / sizeof doors[0] };

static struct broker_fixture broker;
static struct broker_keys keys;

static void revoke(const char *which)
{
    char why[KEY_WHY_MAX] = "";
    uint32_t count;

    if (key_dir_revoke(&keys.dir, which, BROKER_KEYS_MADE_UNIX_S + 1, &count, why) != LW_OK)
        fail_msg("not revoked: %s", why);
}

static int start(void **state)
{
    static const char *const args[] = {
        "--ephemeral", "--keys", keys.path, "--listen-publish", "tcp://127.0.0.1:0", "--listen-reps", "tcp://127.0.0.1:0",
        "--listen-events", "tcp://127.0.0.1:0", "--listen-control", "tcp://127.0.0.1:0", NULL};

    (void)state;
    setenv("LEADWIRE_LOG_LEVEL", "debug", 1);
    broker_fixture_open(&broker, args);
    broker_keys_open(&keys, &broker);
    broker_fixture_start(&broker);      /* makes the directory and the server's key */
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

static void open_with(struct raw_peer *peer, const char *door, const struct key_file *key)
{
    char address[256];

    assert_true(broker_fixture_address(&broker, door, "tcp://", address, sizeof address));
    broker_keys_connect(peer, address, key);
}

static void enter_with(struct raw_peer *peer, const char *door, Leadwire__V1__Role hello, const struct key_file *key)
{
    char address[256];

    assert_true(broker_fixture_address(&broker, door, "tcp://", address, sizeof address));
    broker_keys_enter(peer, address, hello, key);
}

/* What libzmq's monitor has told by now, or tells before this event, when it is not 0. */
static unsigned events_until(void *monitor, unsigned wanted)
{
    unsigned events = 0;

    for (;;) {
        unsigned char bytes[6];
        char address[256];
        uint16_t event;
        zmq_pollitem_t item = {.socket = monitor, .events = ZMQ_POLLIN};
        if (zmq_poll(&item, 1, wanted && !(events & wanted) ? RAW_PEER_WAIT_MS : 0) != 1)
            return events;
        assert_int_equal(zmq_recv(monitor, bytes, sizeof bytes, 0), sizeof bytes);
        (void)zmq_recv(monitor, address, sizeof address, 0);
        memcpy(&event, bytes, sizeof event);
        events |= event;
    }
}

enum refusal { BY_ZAP, BY_LIBZMQ };

/* key: NULL for a plain client. What the ZAP handler refuses is told in the broker's log, the rest by the end of the connection. */
static void expect_refused(const char *door, const struct key_file *key, enum refusal refusal)
{
    const unsigned ends = ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL;
    uint64_t end_ms = wall_clock_monotonic_ms() + RAW_PEER_WAIT_MS;
    unsigned refused_before = broker_fixture_log_count(&broker, "may not enter");
    struct raw_peer peer;
    char address[256];

    assert_true(broker_fixture_address(&broker, door, "tcp://", address, sizeof address));
    raw_peer_open_unconnected(&peer, key ? key->server_key : NULL, key ? key->public_key : NULL, key ? key->secret_key : NULL);
    void *monitor = zmq_socket(peer.context, ZMQ_PAIR);
    assert_int_equal(zmq_socket_monitor(peer.socket, "inproc://handshake", ZMQ_EVENT_ALL), 0);
    assert_int_equal(zmq_connect(monitor, "inproc://handshake"), 0);
    assert_int_equal(zmq_connect(peer.socket, address), 0);
    while (refusal == BY_ZAP && broker_fixture_log_count(&broker, "may not enter") == refused_before) {
        assert_true(wall_clock_monotonic_ms() < end_ms);
        poll(NULL, 0, 5);
    }
    unsigned events = events_until(monitor, refusal == BY_ZAP ? 0 : ends);
    assert_true(refusal == BY_ZAP || (events & ends));
    assert_false(events & ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    zmq_socket_monitor(peer.socket, NULL, 0);
    zmq_close(monitor);
    raw_peer_close(&peer);
}

static void the_right_key_comes_in_and_publishes(void **state)
{
    struct key_file key = broker_keys_issue(&keys, ROLE_PUBLISHER, "web");
    struct raw_peer peer;

    (void)state;
    enter_with(&peer, "publish", LEADWIRE__V1__ROLE__ROLE_PUBLISHER, &key);
    raw_peer_expect_reply(&peer, raw_peer_publish(&peer, "by-curve", "it"), STATUS(ACCEPTED));
    raw_peer_close(&peer);
}

static void who_has_no_right_key_never_comes_in(void **state)
{
    struct key_file known = broker_keys_issue(&keys, ROLE_PUBLISHER, "mail"), unknown = known, misled = known;
    struct raw_peer peer;
    char other[KEY_TEXT_SIZE];

    (void)state;
    assert_int_equal(key_file_make(&unknown), LW_OK);
    assert_int_equal(zmq_curve_keypair(misled.server_key, other), 0);
    enter_with(&peer, "publish", LEADWIRE__V1__ROLE__ROLE_PUBLISHER, &known);
    expect_refused("publish", &unknown, BY_ZAP);
    raw_peer_sync(&peer);
    expect_refused("publish", &misled, BY_LIBZMQ);
    raw_peer_sync(&peer);
    expect_refused("publish", NULL, BY_LIBZMQ);
    raw_peer_sync(&peer);
    expect_refused("control", NULL, BY_LIBZMQ);
    raw_peer_expect_reply(&peer, raw_peer_publish(&peer, "beside-them", "it"), STATUS(ACCEPTED));
    raw_peer_close(&peer);
}

static int connect_raw(const char *door)
{
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char address[256];

    assert_true(broker_fixture_address(&broker, door, "tcp://", address, sizeof address));
    where.sin_port = htons((uint16_t)atoi(strrchr(address, ':') + 1));
    assert_int_equal(connect(fd, (struct sockaddr *)&where, sizeof where), 0);
    return fd;
}

static void garbage_at_the_port_is_hung_up_on(void **state)
{
    struct key_file key = broker_keys_issue(&keys, ROLE_PUBLISHER, "beside");
    struct raw_peer peer;
    unsigned char garbage[512];

    (void)state;
    enter_with(&peer, "publish", LEADWIRE__V1__ROLE__ROLE_PUBLISHER, &key);
    for (unsigned seed = 0; seed < 8; seed++) {
        int fd = connect_raw("publish");
        for (size_t i = 0; i < sizeof garbage; i++)
            garbage[i] = (unsigned char)(seed == 0 ? 0xff : (i * 7 + 1) * (seed * 31 + 5) >> 3);
        (void)!write(fd, garbage, sizeof garbage);
        struct pollfd item = {.fd = fd, .events = POLLIN};
        ssize_t size = 1;
        while (size > 0) {
            assert_int_equal(poll(&item, 1, RAW_PEER_WAIT_MS), 1);
            size = read(fd, garbage, sizeof garbage);
        }
        close(fd);
        raw_peer_sync(&peer);
    }
    raw_peer_expect_reply(&peer, raw_peer_publish(&peer, "beside-garbage", "it"), STATUS(ACCEPTED));
    raw_peer_close(&peer);
}

static void a_hundred_quick_connections_are_served(void **state)
{
    struct key_file key = broker_keys_issue(&keys, ROLE_PUBLISHER, "often");
    struct raw_peer peer;

    (void)state;
    for (int i = 0; i < QUICK_CONNECTS; i++) {
        open_with(&peer, "publish", &key);
        if (i % 2 == 0) {       /* every other one does not wait for its handshake */
            raw_peer_hello(&peer, LEADWIRE__V1__ROLE__ROLE_PUBLISHER, NULL, NULL);
            raw_peer_expect(&peer, WIRE_WELCOME);
        }
        raw_peer_close(&peer);
    }
}

static void a_reps_key_is_that_reps_and_needs_no_secret(void **state)
{
    struct key_file key = broker_keys_issue(&keys, ROLE_REP, "anna");
    struct raw_peer peer;

    (void)state;
    open_with(&peer, "reps", &key);
    raw_peer_hello(&peer, LEADWIRE__V1__ROLE__ROLE_REP, "bruno", "secret-of-bruno");
    assert_string_equal(raw_peer_expect_reply(&peer, 0, STATUS(FORBIDDEN))->reason, "this is the key of another rep");
    raw_peer_hello(&peer, LEADWIRE__V1__ROLE__ROLE_REP, "anna", "");
    raw_peer_expect(&peer, WIRE_WELCOME);
    raw_peer_close(&peer);
}

/* Lives until the peer's next message. */
static const Leadwire__V1__DayReply *ask_day(struct raw_peer *peer)
{
    for (;;) {
        Leadwire__V1__DayRequest request = LEADWIRE__V1__DAY_REQUEST__INIT;
        request.request_id = ++peer->request_id;
        raw_peer_send(peer, WIRE_DAY_REQUEST, &request.base);
        do {
            assert_true(raw_peer_receive(peer, RAW_PEER_WAIT_MS));
        } while (peer->message.type != WIRE_DAY_REPLY && !(peer->message.type == WIRE_REPLY && peer->message.reply->request_id == request.request_id));
        if (peer->message.type == WIRE_DAY_REPLY)
            return peer->message.day_reply;
        assert_int_equal(peer->message.reply->status, STATUS(BUSY));   /* of a desk one after the other is told */
        poll(NULL, 0, (int)peer->message.reply->retry_after_ms);
    }
}

static void each_rep_is_told_their_own_day_by_their_own_key(void **state)
{
    struct key_file annas = broker_keys_issue(&keys, ROLE_REP, "anna"), brunos = broker_keys_issue(&keys, ROLE_REP, "bruno");
    struct raw_peer anna, bruno, publisher;
    const uint64_t now_ms = (uint64_t)wall_clock_unix_ms();

    (void)state;
    open_with(&anna, "reps", &annas);
    raw_peer_hello(&anna, LEADWIRE__V1__ROLE__ROLE_REP, "anna", "");
    assert_true(raw_peer_expect(&anna, WIRE_WELCOME)->welcome->days);
    raw_peer_open(&publisher, broker.run_dir, "publish");
    raw_peer_enter(&publisher, LEADWIRE__V1__ROLE__ROLE_PUBLISHER, NULL);
    raw_peer_publish(&publisher, "of-annas-day", "it");
    char lead_id[64];
    const Leadwire__V1__Offer *offer = raw_peer_expect(&anna, WIRE_OFFER)->offer;
    snprintf(lead_id, sizeof lead_id, "%s", offer->lead_id);
    raw_peer_expect_reply(&anna, raw_peer_answer(&anna, lead_id, offer->offer_number, true), STATUS(ACCEPTED));
    raw_peer_expect_reply(&anna, raw_peer_complete(&anna, lead_id, "of-annas-day"), STATUS(ACCEPTED));
    const Leadwire__V1__DayReply *day = ask_day(&anna);
    assert_string_equal(day->rep, "anna");
    assert_int_equal(day->accepted, 1);
    assert_int_equal(day->completed, 1);
    assert_true(day->offered >= 1 && (uint64_t)day->since_unix_ms <= now_ms && (uint64_t)day->since_unix_ms + 26 * 3600000ull > now_ms);
    open_with(&bruno, "reps", &brunos);
    raw_peer_hello(&bruno, LEADWIRE__V1__ROLE__ROLE_REP, "bruno", "");
    raw_peer_expect(&bruno, WIRE_WELCOME);
    day = ask_day(&bruno);
    assert_string_equal(day->rep, "bruno");
    assert_int_equal(day->accepted + day->completed, 0);
    raw_peer_close(&bruno);
    raw_peer_close(&publisher);
    raw_peer_close(&anna);
}

static void plain_peers_of_the_run_directory_are_what_they_were(void **state)
{
    struct raw_peer peer;

    (void)state;
    raw_peer_open(&peer, broker.run_dir, "reps");
    raw_peer_hello(&peer, LEADWIRE__V1__ROLE__ROLE_REP, "bruno", "");
    raw_peer_expect_reply(&peer, 0, STATUS(UNAUTHENTICATED));
    raw_peer_enter(&peer, LEADWIRE__V1__ROLE__ROLE_REP, "bruno");
    raw_peer_close(&peer);
}

/* ---- the files that are read again ---- */

static void write_file(const char *path, const char *mode, const char *text)
{
    FILE *file = fopen(path, mode);

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void read_again(const char *until_logged)
{
    unsigned before = broker_fixture_log_count(&broker, until_logged);
    uint64_t end_ms = wall_clock_monotonic_ms() + RAW_PEER_WAIT_MS;

    assert_int_equal(kill(broker.pid, SIGHUP), 0);
    while (broker_fixture_log_count(&broker, until_logged) == before) {
        if (wall_clock_monotonic_ms() >= end_ms)
            fail_msg("the log does not say: %s", until_logged);
        poll(NULL, 0, 5);
    }
}

static void expect_secret(const char *secret, bool is_right)
{
    struct raw_peer peer;

    raw_peer_open(&peer, broker.run_dir, "reps");
    raw_peer_hello(&peer, LEADWIRE__V1__ROLE__ROLE_REP, "bruno", secret);
    if (is_right)
        raw_peer_expect(&peer, WIRE_WELCOME);
    else
        raw_peer_expect_reply(&peer, 0, STATUS(UNAUTHENTICATED));
    raw_peer_close(&peer);
}

static void changed_secrets_are_taken_whatever_the_list_of_keys_is_like(void **state)
{
    static const char read[] = "rep secrets are read", secrets_stay[] = "the rep secrets stay as they were", keys_stay[] = "the list of keys stays as it was";
    struct key_file marta = broker_keys_issue(&keys, ROLE_MANAGER, "marta-2"), web = broker_keys_issue(&keys, ROLE_PUBLISHER, "web-3");
    struct raw_peer peer;
    struct stat list;

    (void)state;
    write_file(broker.secrets, "w", "anna secret-of-anna\nbruno second-of-bruno\n");
    read_again(read);
    expect_secret("secret-of-bruno", false);
    expect_secret("second-of-bruno", true);

    assert_int_equal(stat(keys.dir.list, &list), 0);
    write_file(keys.dir.list, "a", "manager of everything\n");
    write_file(broker.secrets, "w", "anna secret-of-anna\nbruno third-of-bruno\n");
    read_again(read);
    assert_true(broker_fixture_logged(&broker, keys_stay));
    expect_secret("second-of-bruno", false);
    expect_secret("third-of-bruno", true);
    enter_with(&peer, "control", LEADWIRE__V1__ROLE__ROLE_CONTROL, &marta);       /* the old list is in force */
    raw_peer_close(&peer);

    write_file(broker.secrets, "w", "anna secret-of-anna\nbruno short\n");
    read_again(secrets_stay);                                                     /* both are wrong, both are told, both stay */
    expect_secret("third-of-bruno", true);
    enter_with(&peer, "control", LEADWIRE__V1__ROLE__ROLE_CONTROL, &marta);
    raw_peer_close(&peer);

    assert_int_equal(truncate(keys.dir.list, list.st_size), 0);
    revoke("web-3");
    read_again("keys are read");                                                  /* though the secrets are still wrong */
    expect_refused("publish", &web, BY_ZAP);
    expect_secret("third-of-bruno", true);
    write_file(broker.secrets, "w", "anna secret-of-anna\nbruno secret-of-bruno\ncarla secret-of-carla\n");
    read_again(read);
    expect_secret("secret-of-bruno", true);
}

static void a_revoked_key_ends_its_sessions_and_no_others(void **state)
{
    struct key_file lost = broker_keys_issue(&keys, ROLE_MANAGER, "lost-laptop"), other = broker_keys_issue(&keys, ROLE_MANAGER, "marta");
    struct raw_peer thief, marta;

    (void)state;
    enter_with(&thief, "control", LEADWIRE__V1__ROLE__ROLE_CONTROL, &lost);
    enter_with(&marta, "control", LEADWIRE__V1__ROLE__ROLE_CONTROL, &other);
    revoke("lost-laptop");
    do {      /* the list is looked at once a second: until then it lives */
        raw_peer_sync(&marta);
        raw_peer_ping(&thief);
        assert_true(raw_peer_receive(&thief, RAW_PEER_WAIT_MS));
    } while (thief.message.type == WIRE_PONG);
    assert_int_equal(thief.message.type, WIRE_BYE);
    assert_string_equal(thief.message.bye->reason, "key revoked");
    raw_peer_hello(&thief, LEADWIRE__V1__ROLE__ROLE_CONTROL, NULL, NULL);
    while (raw_peer_receive(&thief, RAW_PEER_WAIT_MS) && thief.message.reply->status == STATUS(NO_SESSION))
        ;      /* the last Ping's answer */
    assert_int_equal(thief.message.reply->status, STATUS(UNAUTHENTICATED));
    raw_peer_close(&thief);
    raw_peer_sync(&marta);
    expect_refused("control", &lost, BY_ZAP);
    raw_peer_sync(&marta);
    raw_peer_close(&marta);
}

/* ---- watchers ---- */

static void *subscribe_to(void *context, const struct key_file *key, const char *topic)
{
    void *socket = zmq_socket(context, ZMQ_SUB);
    char address[256];

    assert_true(broker_fixture_address(&broker, "events", "tcp://", address, sizeof address));
    zmq_setsockopt(socket, ZMQ_LINGER, &(int){0}, sizeof(int));
    zmq_setsockopt(socket, ZMQ_SUBSCRIBE, topic, strlen(topic));
    zmq_setsockopt(socket, ZMQ_RECONNECT_IVL, &(int){20}, sizeof(int));
    zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, key->server_key, KEY_TEXT_SIZE - 1);
    zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, key->public_key, KEY_TEXT_SIZE - 1);
    zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, key->secret_key, KEY_TEXT_SIZE - 1);
    assert_int_equal(zmq_connect(socket, address), 0);
    return socket;
}

static void *subscribe(void *context, const struct key_file *key)
{
    return subscribe_to(context, key, "");
}

/* Takes what waits, for at most timeout_ms until the lead is told of. */
static bool hears_of(void *socket, const char *lead_id, int timeout_ms)
{
    zmq_pollitem_t item = {.socket = socket, .events = ZMQ_POLLIN};
    char bytes[4096];

    while (zmq_poll(&item, 1, timeout_ms) == 1) {
        int size = zmq_recv(socket, bytes, sizeof bytes, 0);
        for (int at = 0; at + (int)strlen(lead_id) <= size; at++)
            if (memcmp(bytes + at, lead_id, strlen(lead_id)) == 0)
                return true;
    }
    return false;
}

/* Publishes until the watcher hears of a lead; keeps the id of the first, which it need not have heard of. */
static void hear(struct raw_peer *publisher, void *socket, char first_id[64])
{
    uint64_t end_ms = wall_clock_monotonic_ms() + RAW_PEER_WAIT_MS;
    static unsigned number;
    char id[32], lead_id[64];

    for (first_id[0] = '\0';;) {
        snprintf(id, sizeof id, "event-%u", number++);
        uint64_t request = raw_peer_publish(publisher, id, "it");
        snprintf(lead_id, sizeof lead_id, "%s", raw_peer_expect_reply(publisher, request, STATUS(ACCEPTED))->lead_id);
        if (!first_id[0])
            memcpy(first_id, lead_id, sizeof lead_id);
        if (hears_of(socket, lead_id, 50))
            return;
        assert_true(wall_clock_monotonic_ms() < end_ms);
    }
}

static void a_revoked_watcher_hears_no_more_and_the_others_do(void **state)
{
    struct key_file lost = broker_keys_issue(&keys, ROLE_EVENTS, "lost-screen"), screen = broker_keys_issue(&keys, ROLE_EVENTS, "screen"), web = broker_keys_issue(&keys, ROLE_PUBLISHER, "web-2");
    char before[64], after[64], last[64];
    struct raw_peer publisher;
    void *context = zmq_ctx_new();

    (void)state;
    raw_peer_open(&publisher, broker.run_dir, "publish");
    raw_peer_enter(&publisher, LEADWIRE__V1__ROLE__ROLE_PUBLISHER, NULL);
    void *thief = subscribe(context, &lost), *watcher = subscribe(context, &screen), *stranger = subscribe(context, &web);
    hear(&publisher, thief, before);
    hear(&publisher, watcher, before);
    unsigned turned_out = broker_fixture_log_count(&broker, "watchers are turned out");
    revoke("lost-screen");
    while (broker_fixture_log_count(&broker, "watchers are turned out") == turned_out)
        raw_peer_sync(&publisher);
    hear(&publisher, watcher, after);      /* it came in again */
    hear(&publisher, watcher, last);
    assert_false(hears_of(thief, last, 50));
    assert_false(hears_of(stranger, before, 0));      /* a publisher's key may not subscribe */
    raw_peer_close(&publisher);
    zmq_close(thief);
    zmq_close(watcher);
    zmq_close(stranger);
    zmq_ctx_term(context);
}

/* ---- each role with each message ---- */

static const struct { enum wire_type type; unsigned senders; const char *name; } types[] = {
#define X(number, name, member, message, sender, size_max) {WIRE_##name, sender, #message},
    WIRE_TYPE_TABLE(X)
#undef X
};

static bool is_request(size_t i)
{
    return (types[i].senders & WIRE_FROM_CLIENT) && types[i].type != WIRE_HELLO && types[i].type != WIRE_PING && types[i].type != WIRE_BYE;
}

/* Sends the golden frame. True when the door took it, whatever it said of it. */
static bool is_taken(struct raw_peer *peer, enum wire_type type, bool *is_forbidden)
{
    struct golden golden = golden_read(type);

    raw_peer_send_bytes(peer, golden.frame, golden.frame_size);
    golden_fini(&golden);
    raw_peer_ping(peer);
    bool is_elsewhere = false;
    while (raw_peer_receive(peer, RAW_PEER_WAIT_MS) && peer->message.type != WIRE_PONG) {
        if (peer->message.type != WIRE_REPLY)
            continue;
        *is_forbidden |= peer->message.reply->status == STATUS(FORBIDDEN);
        is_elsewhere |= strcmp(peer->message.reply->reason, "this endpoint does not take this message") == 0;
    }
    return !is_elsewhere && !*is_forbidden;
}

/* What only the broker says is taken from nobody. */
static void expect_malformed(struct raw_peer *peer, size_t i)
{
    struct golden golden = golden_read(types[i].type);
    bool is_refused = false;

    raw_peer_send_bytes(peer, golden.frame, golden.frame_size);
    golden_fini(&golden);
    raw_peer_ping(peer);
    while (raw_peer_receive(peer, RAW_PEER_WAIT_MS) && peer->message.type != WIRE_PONG)
        is_refused |= peer->message.type == WIRE_REPLY && peer->message.reply->status == STATUS(MALFORMED);
    if (!is_refused)
        fail_msg("%s of a client is not refused", types[i].name);
}

static void try_door(enum role role, int door, const struct key_file *key, bool taken[])
{
    struct raw_peer peer;

    open_with(&peer, doors[door].name, key);
    raw_peer_hello(&peer, doors[door].hello, doors[door].hello == LEADWIRE__V1__ROLE__ROLE_REP ? key->name : NULL, NULL);
    if (!roles_may_log_on(role, doors[door].hello)) {
        raw_peer_expect_reply(&peer, 0, STATUS(FORBIDDEN));
        raw_peer_close(&peer);
        return;
    }
    raw_peer_expect(&peer, WIRE_WELCOME);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        bool is_forbidden = false;
        if (!(types[i].senders & WIRE_FROM_CLIENT))
            expect_malformed(&peer, i);
        if (!is_request(i))
            continue;
        taken[i] |= is_taken(&peer, types[i].type, &is_forbidden);
        if (is_forbidden && roles_may(role, types[i].type))
            fail_msg("%s by %s: refused, though the table says yes", types[i].name, roles_name(role));
    }
    raw_peer_close(&peer);
}

static void each_role_may_send_what_the_table_says(void **state)
{
    (void)state;
    for (int role = ROLE_PUBLISHER; role < ROLES_END; role++) {
        struct key_file key = broker_keys_issue(&keys, (enum role)role, "carla");
        bool taken[sizeof types / sizeof types[0]] = {false};

        for (int door = 0; door < DOORS; door++)
            try_door((enum role)role, door, &key, taken);
        for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
            if (is_request(i) && taken[i] != roles_may((enum role)role, types[i].type))
                fail_msg("%s by %s: %s, and the table says the other", types[i].name, roles_name((enum role)role), taken[i] ? "taken" : "refused");
    }
}

/* ---- each role with each topic ---- */

static const char *const topics[] = {"", "m", "main", "main.", "+", "+main", "+main.", "other", "leads"};     /* the desk is main; the stream has that topic, and the one of bundles */
enum { TOPICS = sizeof topics / sizeof topics[0], KEYS = ROLES_END };                  /* key 0 is nobody's: the list does not have it */

/* How often the broker has said, in its log, that this key may not subscribe. */
static unsigned refused_count(const struct key_file *key)
{
    uint8_t public_key[KEY_SIZE];
    char fingerprint[KEY_FINGERPRINT_SIZE], line[128];

    assert_non_null(zmq_z85_decode(public_key, key->public_key));
    key_fingerprint(public_key, fingerprint);
    snprintf(line, sizeof line, "key %s may not enter events", fingerprint);
    return broker_fixture_log_count(&broker, line);
}

static bool is_of_the_stream(const char *topic)
{
    return strncmp("main", topic, strlen(topic)) == 0 || strncmp("+main", topic, strlen(topic)) == 0;
}

static void await_refusals(const struct key_file *key, unsigned count)
{
    uint64_t end_ms = wall_clock_monotonic_ms() + RAW_PEER_WAIT_MS;

    while (refused_count(key) < count) {
        assert_true(wall_clock_monotonic_ms() < end_ms);
        poll(NULL, 0, 5);
    }
}

static void each_role_may_hear_what_the_table_says(void **state)
{
    struct key_file keys_of[KEYS];
    void *sockets[KEYS][TOPICS], *context = zmq_ctx_new();
    char first[64], last[64];
    struct raw_peer publisher;

    (void)state;
    raw_peer_open(&publisher, broker.run_dir, "publish");
    raw_peer_enter(&publisher, LEADWIRE__V1__ROLE__ROLE_PUBLISHER, NULL);
    for (int role = 0; role < KEYS; role++) {
        keys_of[role] = broker_keys_issue(&keys, role == ROLE_NOBODY ? ROLE_ADMIN : (enum role)role, "carla");
        if (role == ROLE_NOBODY)
            assert_int_equal(key_file_make(&keys_of[role]), LW_OK);
        for (int i = 0; i < TOPICS; i++)
            sockets[role][i] = subscribe_to(context, &keys_of[role], topics[i]);
    }
    for (int role = 0; role < KEYS; role++)
        for (int i = 0; i < TOPICS; i++)
            if (roles_may((enum role)role, WIRE_EVENT) && is_of_the_stream(topics[i]))
                hear(&publisher, sockets[role][i], first);
    for (int role = 0; role < KEYS; role++)
        if (!roles_may((enum role)role, WIRE_EVENT))
            await_refusals(&keys_of[role], TOPICS);
    void *watcher = subscribe_to(context, &keys_of[ROLE_ADMIN], "main");
    hear(&publisher, watcher, last);         /* what all others who may have heard of by then */
    for (int role = 0; role < KEYS; role++)
        for (int i = 0; i < TOPICS; i++) {
            bool may = roles_may((enum role)role, WIRE_EVENT) && is_of_the_stream(topics[i]);
            if (hears_of(sockets[role][i], last, may ? RAW_PEER_WAIT_MS : 0) != may)
                fail_msg("topic '%s' by %s: %s, and the table says the other", topics[i], roles_name((enum role)role), may ? "not heard" : "heard");
            zmq_close(sockets[role][i]);
        }
    zmq_close(watcher);
    raw_peer_close(&publisher);
    zmq_ctx_term(context);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_right_key_comes_in_and_publishes),
        cmocka_unit_test(who_has_no_right_key_never_comes_in),
        cmocka_unit_test(garbage_at_the_port_is_hung_up_on),
        cmocka_unit_test(a_hundred_quick_connections_are_served),
        cmocka_unit_test(a_reps_key_is_that_reps_and_needs_no_secret),
        cmocka_unit_test(each_rep_is_told_their_own_day_by_their_own_key),
        cmocka_unit_test(plain_peers_of_the_run_directory_are_what_they_were),
        cmocka_unit_test(changed_secrets_are_taken_whatever_the_list_of_keys_is_like),
        cmocka_unit_test(a_revoked_key_ends_its_sessions_and_no_others),
        cmocka_unit_test(a_revoked_watcher_hears_no_more_and_the_others_do),
        cmocka_unit_test(each_role_may_hear_what_the_table_says),
        cmocka_unit_test(each_role_may_send_what_the_table_says),      /* last: the golden rules have other reps */
    };
    return cmocka_run_group_tests(tests, start, stop);
}
