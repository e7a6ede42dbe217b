/* SPDX-License-Identifier: Apache-2.0
 *
 * Who a connection is: the key ring, and what a peer that lies about itself counts as.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "key_guard.h"
#include "raw_peer.h"

enum { MADE_UNIX_S = 1764115200 };

static char folder[] = "/tmp/leadwire-unit-keys-XXXXXX";
static char path[sizeof folder + 8];
static struct key_dir dir;

static int folder_new(void **state)
{
    char why[KEY_WHY_MAX];

    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/keys", folder);
    return key_dir_open(&dir, path, why) == LW_OK ? 0 : -1;
}

static int folder_free(void **state)
{
    char command[64];

    (void)state;
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

static struct key_entry issue(enum role role, const char *name)
{
    struct key_entry entry;
    char why[KEY_WHY_MAX] = "", file[256];
    static unsigned count;

    snprintf(file, sizeof file, "%s/file-%u", folder, count++);
    if (key_dir_issue(&dir, role, name, file, MADE_UNIX_S, &entry, why) != LW_OK)
        fail_msg("%s", why);
    return entry;
}

static void a_ring_knows_what_the_list_says_now(void **state)
{
    struct key_ring *ring;
    struct key_entry anna = issue(ROLE_REP, "anna"), screen = issue(ROLE_EVENTS, "screen");
    char why[KEY_WHY_MAX];
    uint32_t count;
    bool watcher_lost;

    (void)state;
    assert_int_equal(key_ring_open(path, &ring, why), LW_OK);
    assert_int_equal(strlen(key_ring_server_secret(ring)), KEY_TEXT_SIZE - 1);
    const struct key_holder *holder = key_ring_find(ring, key_ring_tag(ring, anna.public_key));
    assert_non_null(holder);
    assert_int_equal(holder->role, ROLE_REP);
    assert_string_equal(holder->name, "anna");
    assert_false(holder->is_revoked);
    assert_false(key_ring_is_stale(ring));

    assert_int_equal(key_dir_revoke(&dir, "anna", MADE_UNIX_S + 1, &count, why), LW_OK);
    assert_int_equal(count, 1);
    assert_true(key_ring_is_stale(ring));
    assert_int_equal(key_ring_reload(ring, &watcher_lost, why), LW_OK);
    assert_false(watcher_lost);
    assert_true(key_ring_find(ring, key_ring_tag(ring, anna.public_key))->is_revoked);

    char fingerprint[KEY_FINGERPRINT_SIZE];
    key_fingerprint(screen.public_key, fingerprint);
    assert_int_equal(key_dir_revoke(&dir, fingerprint, MADE_UNIX_S + 2, &count, why), LW_OK);
    assert_int_equal(key_ring_reload(ring, &watcher_lost, why), LW_OK);
    assert_true(watcher_lost);
    assert_int_equal(key_dir_revoke(&dir, fingerprint, MADE_UNIX_S + 3, &count, why), LW_NOT_FOUND);

    struct siphash_128 nobody = {1, 2};
    assert_null(key_ring_find(ring, nobody));
    key_ring_close(&ring);
}

static void a_spoiled_list_changes_nothing(void **state)
{
    struct key_guard guard;
    struct key_entry marta = issue(ROLE_MANAGER, "marta");
    char why[KEY_WHY_MAX];

    (void)state;
    assert_int_equal(key_guard_open(&guard, path, why), LW_OK);
    struct siphash_128 tag = key_ring_tag(guard.ring, marta.public_key);
    FILE *file = fopen(dir.list, "a");
    fprintf(file, "manager of everything\n");
    fclose(file);
    assert_int_equal(key_guard_reload(&guard, why), LW_INVALID);
    assert_non_null(strstr(why, "of the list of keys: a line is a role"));
    assert_true(key_guard_holds(&guard, tag, ROLE_MANAGER));
    assert_false(key_guard_holds(&guard, tag, ROLE_ADMIN));
    assert_true(key_guard_holds(&guard, (struct siphash_128){0}, ROLE_ADMIN));     /* plain */
    assert_false(key_guard_holds(&guard, (struct siphash_128){1, 1}, ROLE_MANAGER));

    char command[1100];
    snprintf(command, sizeof command, "sed -i '$d' %s && chmod 644 %s", dir.list, dir.list);
    assert_int_equal(system(command), 0);
    assert_int_equal(key_guard_reload(&guard, why), LW_REFUSED);
    assert_true(key_guard_holds(&guard, tag, ROLE_MANAGER));
    assert_int_equal(chmod(dir.list, 0600), 0);
    assert_int_equal(key_guard_reload(&guard, why), LW_OK);
    key_guard_close(&guard);
}

static void tags_are_read_as_they_are_written(void **state)
{
    static const char *const wrong[] = {"", "0", "0123456789abcdef0123456789abcde", "0123456789abcdef0123456789abcdeg",
                                        "0123456789ABCDEF0123456789ABCDEF", "0123456789abcdef0123456789abcdef0"};
    struct siphash_128 tag = {0x0123456789abcdef, 0xfedcba9876543210}, read;
    char text[KEY_TAG_TEXT_SIZE];

    (void)state;
    key_tag_format(tag, text);
    assert_true(key_tag_parse(text, &read));
    assert_true(read.lo == tag.lo && read.hi == tag.hi);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(key_tag_parse(wrong[i], &read));
    assert_false(key_tag_parse(NULL, &read));
}

/* ---- on a plain address ---- */

/* A ZMTP 3.0 peer without security that tells a property of its own, then a message "x". */
static int connect_with_property(const char *address, const char *name, const char *value)
{
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    unsigned char bytes[512] = {0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0, 'N', 'U', 'L', 'L'};
    size_t at = 64, start = at;
    const struct { const char *name, *value; } properties[] = {{"Socket-Type", "DEALER"}, {name, value}};

    bytes[at++] = 4;         /* a command, short */
    at++;                    /* its size */
    at += (size_t)snprintf((char *)bytes + at, sizeof bytes - at, "%cREADY", 5);
    for (int i = 0; i < 2 && properties[i].name; i++) {
        size_t name_size = strlen(properties[i].name), value_size = strlen(properties[i].value);
        bytes[at++] = (unsigned char)name_size;
        memcpy(bytes + at, properties[i].name, name_size);
        at += name_size + 3;
        bytes[at++] = (unsigned char)value_size;
        memcpy(bytes + at, properties[i].value, value_size);
        at += value_size;
    }
    bytes[start + 1] = (unsigned char)(at - start - 2);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    where.sin_port = htons((uint16_t)atoi(strrchr(address, ':') + 1));
    assert_int_equal(connect(fd, (struct sockaddr *)&where, sizeof where), 0);
    assert_int_equal(write(fd, bytes, at), at);
    for (size_t got = 0; got < start + 2 || got < start + 2 + bytes[start + 1];) {      /* the other side is ready too */
        ssize_t size = read(fd, bytes + got, sizeof bytes - got);
        assert_true(size > 0);
        got += (size_t)size;
    }
    assert_int_equal(write(fd, "\0\1x", 3), 3);
    return fd;
}

static enum visitor_kind visit(struct endpoint *endpoint, const struct key_guard *guard, const char *address, const char *name,
                               const char *value)
{
    int fd = connect_with_property(address, name, value);
    zmq_pollitem_t item = {.socket = endpoint->socket, .events = ZMQ_POLLIN};
    struct endpoint_frame frame;

    assert_int_equal(zmq_poll(&item, 1, RAW_PEER_WAIT_MS), 1);
    assert_true(endpoint_receive(endpoint, &frame));
    enum visitor_kind kind = key_guard_identify(guard, &frame).kind;
    endpoint_release(&frame);
    close(fd);
    return kind;
}

static void a_plain_peer_that_claims_a_key_is_nobody(void **state)
{
    static const struct endpoint_limits limits = {65536, 1000, 1000};
    struct key_entry admin = issue(ROLE_ADMIN, "root"), gone = issue(ROLE_ADMIN, "gone");
    struct key_guard guard;
    struct endpoint endpoint;
    char why[KEY_WHY_MAX], address[ENDPOINT_ADDRESS_MAX], tag[KEY_TAG_TEXT_SIZE];
    void *context = zmq_ctx_new();
    uint32_t count;

    (void)state;
    assert_int_equal(key_dir_revoke(&dir, "gone", MADE_UNIX_S, &count, why), LW_OK);
    assert_int_equal(key_guard_open(&guard, path, why), LW_OK);
    assert_int_equal(endpoint_open(&endpoint, context, ZMQ_ROUTER, &limits), LW_OK);
    assert_int_equal(endpoint_bind(&endpoint, "tcp://127.0.0.1:0", NULL, address), LW_OK);

    assert_int_equal(visit(&endpoint, &guard, address, NULL, NULL), VISITOR_PLAIN);
    assert_int_equal(visit(&endpoint, &guard, address, "X-Other", "root"), VISITOR_PLAIN);
    assert_int_equal(visit(&endpoint, &guard, address, "User-Id", "root"), VISITOR_UNKNOWN);
    assert_int_equal(visit(&endpoint, &guard, address, "User-Id", admin.public_text), VISITOR_UNKNOWN);
    assert_int_equal(visit(&endpoint, &guard, address, "User-Id", "00000000000000000000000000000000"), VISITOR_UNKNOWN);
    key_tag_format(key_ring_tag(guard.ring, gone.public_key), tag);
    assert_int_equal(visit(&endpoint, &guard, address, "User-Id", tag), VISITOR_UNKNOWN);

    endpoint_close(&endpoint, 0);
    key_guard_close(&guard);
    zmq_ctx_term(context);
}

/* ---- a flood of handshakes ---- */

/* As libzmq asks; all at once, by one who need not wait for an answer. */
static void ask(void *asker, const uint8_t public_key[KEY_SIZE])
{
    const struct { const void *data; size_t size; } parts[] = {{"", 0}, {"1.0", 3}, {"1", 1}, {"publish", 7}, {"127.0.0.1", 9}, {"", 0},
                                                               {"CURVE", 5}, {public_key, KEY_SIZE}};
    enum { COUNT = sizeof parts / sizeof parts[0] };

    for (int i = 0; i < COUNT; i++)
        assert_int_equal(zmq_send(asker, parts[i].data, parts[i].size, ZMQ_DONTWAIT | (i + 1 < COUNT ? ZMQ_SNDMORE : 0)), parts[i].size);
}

/* Answers that have come; *welcome_out: of them, those that let in. */
static uint32_t read_answers(void *asker, uint32_t *welcome_out)
{
    char part[64];
    uint32_t count = 0;

    for (*welcome_out = 0; zmq_recv(asker, part, sizeof part, ZMQ_DONTWAIT) == 0; count++) {    /* the delimiter; then version, id, code */
        for (int i = 0; i < 3; i++)
            assert_in_range(zmq_recv(asker, part, sizeof part, 0), 1, sizeof part);
        *welcome_out += memcmp(part, "200", 3) == 0;
        for (int i = 0; i < 3; i++)
            assert_true(zmq_recv(asker, part, sizeof part, 0) >= 0);
    }
    return count;
}

static void a_flood_of_handshakes_takes_so_many_of_a_turn_and_no_more(void **state)
{
    static const uint8_t nobodys[KEY_SIZE] = {1};
    const struct key_entry web = issue(ROLE_PUBLISHER, "web");
    const uint32_t last = 10;
    const int none = 0;
    struct key_guard guard;
    char why[KEY_WHY_MAX];
    void *context = zmq_ctx_new();
    uint32_t welcome;

    (void)state;
    assert_int_equal(key_guard_open(&guard, path, why), LW_OK);
    assert_int_equal(key_guard_serve(&guard, context, why), LW_OK);
    void *asker = zmq_socket(context, ZMQ_DEALER);
    zmq_setsockopt(asker, ZMQ_LINGER, &none, sizeof none);
    assert_int_equal(zmq_connect(asker, "inproc://zeromq.zap.01"), 0);
    for (uint32_t i = 0; i < 2 * ZAP_TURN_MAX + last - 1; i++)
        ask(asker, nobodys);
    ask(asker, web.public_key);

    key_guard_turn(&guard, 1);
    assert_int_equal(read_answers(asker, &welcome), ZAP_TURN_MAX);
    key_guard_turn(&guard, 2);
    assert_int_equal(read_answers(asker, &welcome), ZAP_TURN_MAX);
    assert_int_equal(welcome, 0);
    key_guard_turn(&guard, 3);                                  /* and nobody is forgotten */
    assert_int_equal(read_answers(asker, &welcome), last);
    assert_int_equal(welcome, 1);
    assert_int_equal(guard.zap.refused, 2 * ZAP_TURN_MAX + last - 1);
    assert_false(zap_is_asked(&guard.zap));

    zmq_close(asker);
    key_guard_close(&guard);
    zmq_ctx_term(context);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flood_of_handshakes_takes_so_many_of_a_turn_and_no_more),
        cmocka_unit_test(a_ring_knows_what_the_list_says_now),
        cmocka_unit_test(a_spoiled_list_changes_nothing),
        cmocka_unit_test(tags_are_read_as_they_are_written),
        cmocka_unit_test(a_plain_peer_that_claims_a_key_is_nobody),
    };
    return cmocka_run_group_tests(tests, folder_new, folder_free);
}
