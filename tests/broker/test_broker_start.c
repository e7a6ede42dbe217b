/* SPDX-License-Identifier: Apache-2.0
 *
 * Starting, refusing to start, and ending.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broker_fixture.h"
#include "cmocka_all.h"
#include "raw_peer.h"

enum { OUT_MAX = 8192 };

static const char *const ephemeral[] = {"--ephemeral", NULL};

static void refuses(const char *const *args, int exit_code, const char *words)
{
    char out[OUT_MAX];

    assert_int_equal(broker_fixture_run(args, out, sizeof out), exit_code);
    if (!strstr(out, words))
        fail_msg("it said: %s", out);
}

static void wrong_options_are_misuse_and_say_which(void **state)
{
    (void)state;
    refuses((const char *[]){"--run-dir", "/tmp/x", "--ephemeral", NULL}, 2, "--desk NAME is missing");
    refuses((const char *[]){"--desk", "a b", "--run-dir", "/tmp/x", "--ephemeral", NULL}, 2, "--desk NAME is missing, or is not");
    refuses((const char *[]){"--desk", "main", "--ephemeral", NULL}, 2, "--run-dir DIR is missing");
    refuses((const char *[]){"--desk", "main", "--run-dir", "/tmp/x", NULL}, 2, "either --redis or --ephemeral");
    refuses((const char *[]){"--desk", "main", "--run-dir", "/tmp/x", "--redis", "here", NULL}, 2, "unix:PATH or HOST:PORT");
    refuses((const char *[]){"--desk", "main", "--run-dir", "/tmp/x", "--ephemeral", "--lease", "soon", NULL}, 2, "--lease is a number");
    refuses((const char *[]){"--desk", "main", "--run-dir", "/tmp/x", "--ephemeral", "--durability", "some", NULL}, 2, "--durability is");
    refuses((const char *[]){"--password", "x", NULL}, 2, "--password is not an option");
}

static void addresses_beyond_this_machine_are_refused_with_the_reason(void **state)
{
    static const char *const addresses[] = {"tcp://0.0.0.0:5555", "tcp://192.168.1.1:5555", "tcp://*:5555", "tcp://eth0:5555",
                                            "tcp://127.0.0.1.evil.example:1", "tcp://[::]:5555", "pgm://127.0.0.1:1", "tcp://localhost:1"};

    (void)state;
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++)
        refuses((const char *[]){"--desk", "main", "--run-dir", "/tmp/lw-never-made", "--ephemeral", "--check", "--listen-publish",
                                 addresses[i], NULL}, 1, "without --keys DIR only ipc://");
    refuses((const char *[]){"--desk", "main", "--run-dir", "/tmp/lw-never-made", "--ephemeral", "--check", "--listen-reps",
                             "tcp://127.0.0.1:0", "--listen-events", "tcp://[::1]:0", NULL}, 0, "");
    refuses((const char *[]){"--desk", "main", "--run-dir", "/tmp/lw-never-made", "--ephemeral", "--check", "--listen-control",
                             "tcp://127.0.0.1:0", NULL}, 1, "but for control");
    refuses((const char *[]){"--desk", "main", "--run-dir", "/tmp/lw-never-made", "--ephemeral", "--check", "--keys", "/tmp/lw-never-made",
                             "--listen-control", "tcp://127.0.0.1:0", "--listen-reps", "tcp://*:5555", NULL}, 0, "");
    refuses((const char *[]){"--desk", "main", "--run-dir", "/tmp/lw-never-made", "--ephemeral", "--check", "--keys", "/tmp", NULL}, 1,
            "must be a directory of this user's alone");
    assert_int_not_equal(access("/tmp/lw-never-made", F_OK), 0);
}

static void a_run_directory_that_others_may_enter_is_refused(void **state)
{
    struct broker_fixture broker;

    (void)state;
    broker_fixture_open(&broker, ephemeral);
    assert_int_equal(mkdir(broker.run_dir, 0750), 0);
    refuses((const char *[]){"--desk", "main", "--run-dir", broker.run_dir, "--ephemeral", NULL}, 1, "chmod 700 it");
    assert_int_equal(chmod(broker.run_dir, 0700), 0);
    broker_fixture_start(&broker);
    broker_fixture_close(&broker);
}

static void secrets_that_others_can_read_are_refused(void **state)
{
    struct broker_fixture broker;

    (void)state;
    broker_fixture_open(&broker, ephemeral);
    assert_int_equal(chmod(broker.secrets, 0644), 0);
    refuses((const char *[]){"--desk", "main", "--run-dir", broker.run_dir, "--ephemeral", "--rep-secrets", broker.secrets, NULL}, 1,
            "chmod 600 it");
    broker_fixture_close(&broker);
}

static void a_second_broker_in_the_same_directory_is_refused(void **state)
{
    struct broker_fixture broker;

    (void)state;
    broker_fixture_open(&broker, ephemeral);
    broker_fixture_start(&broker);
    refuses((const char *[]){"--desk", "main", "--run-dir", broker.run_dir, "--ephemeral", NULL}, 1, "another broker uses");
    broker_fixture_close(&broker);
}

static void stale_sockets_of_a_killed_broker_are_replaced(void **state)
{
    struct broker_fixture broker;
    struct raw_peer peer;

    (void)state;
    broker_fixture_open(&broker, ephemeral);
    broker_fixture_start(&broker);
    broker_fixture_kill(&broker);
    broker_fixture_start(&broker);
    raw_peer_open(&peer, broker.run_dir, "publish");
    raw_peer_enter(&peer, LEADWIRE__V1__ROLE__ROLE_PUBLISHER, NULL);
    raw_peer_close(&peer);
    broker_fixture_close(&broker);
}

static void sigterm_tells_what_was_decided_then_says_goodbye(void **state)
{
    struct broker_fixture broker;
    struct raw_peer anna, publisher;
    char status[128];

    (void)state;
    broker_fixture_open(&broker, ephemeral);
    broker_fixture_start(&broker);
    raw_peer_apply_rules(broker.run_dir, 60000, 60000);
    raw_peer_open(&anna, broker.run_dir, "reps");
    raw_peer_enter(&anna, LEADWIRE__V1__ROLE__ROLE_REP, "anna");
    raw_peer_open(&publisher, broker.run_dir, "publish");
    raw_peer_enter(&publisher, LEADWIRE__V1__ROLE__ROLE_PUBLISHER, NULL);
    uint64_t request = raw_peer_publish(&publisher, "last", "it");
    raw_peer_expect_reply(&publisher, request, LEADWIRE__V1__STATUS__STATUS_ACCEPTED);
    assert_int_equal(broker_fixture_stop(&broker), 0);
    raw_peer_expect(&anna, WIRE_OFFER);
    assert_string_equal(raw_peer_expect(&anna, WIRE_BYE)->bye->reason, "shutdown");
    assert_string_equal(raw_peer_expect(&publisher, WIRE_BYE)->bye->reason, "shutdown");
    snprintf(status, sizeof status, "%s/status", broker.run_dir);
    assert_int_not_equal(access(status, F_OK), 0);
    raw_peer_close(&anna);
    raw_peer_close(&publisher);
    broker_fixture_close(&broker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_options_are_misuse_and_say_which),
        cmocka_unit_test(addresses_beyond_this_machine_are_refused_with_the_reason),
        cmocka_unit_test(a_run_directory_that_others_may_enter_is_refused),
        cmocka_unit_test(secrets_that_others_can_read_are_refused),
        cmocka_unit_test(a_second_broker_in_the_same_directory_is_refused),
        cmocka_unit_test(stale_sockets_of_a_killed_broker_are_replaced),
        cmocka_unit_test(sigterm_tells_what_was_decided_then_says_goodbye),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
