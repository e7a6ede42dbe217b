/* SPDX-License-Identifier: Apache-2.0
 *
 * What the doors do with peers that misbehave: refused with a reason, nobody else hurt.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker_fixture.h"
#include "cmocka_all.h"
#include "raw_peer.h"
#include "wall_clock.h"

#define PUBLISHER LEADWIRE__V1__ROLE__ROLE_PUBLISHER
#define REP LEADWIRE__V1__ROLE__ROLE_REP
#define CONTROL LEADWIRE__V1__ROLE__ROLE_CONTROL
#define STATUS(name) LEADWIRE__V1__STATUS__STATUS_##name

enum { OFFER_MS = 60000, GRACE_MS = 60000 };

static struct broker_fixture broker;

static int start(void **state)
{
    static const char *const args[] = {"--ephemeral", "--listen-publish", "tcp://127.0.0.1:0", NULL};

    (void)state;
    broker_fixture_open(&broker, args);
    broker_fixture_start(&broker);
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

static void open_as(struct raw_peer *peer, const char *door, Leadwire__V1__Role role, const char *rep)
{
    raw_peer_open(peer, broker.run_dir, door);
    raw_peer_enter(peer, role, rep);
}

/* Logs off, so that the next test finds the rep gone. */
static void log_off(struct raw_peer *rep)
{
    Leadwire__V1__Bye bye = LEADWIRE__V1__BYE__INIT;

    raw_peer_send(rep, WIRE_BYE, &bye.base);
    raw_peer_ping(rep);
    raw_peer_expect_reply(rep, 0, STATUS(NO_SESSION));
    raw_peer_close(rep);
}

static void garbage_is_answered_with_a_reason_and_counted(void **state)
{
    struct raw_peer peer;
    char frame[16] = "LW\1\7";

    (void)state;
    raw_peer_open(&peer, broker.run_dir, "publish");
    raw_peer_send_bytes(&peer, "hello?", 6);
    assert_string_equal(raw_peer_expect_reply(&peer, 0, STATUS(MALFORMED))->reason, "the frame is shorter than its header");
    frame[2] = 9;
    raw_peer_send_bytes(&peer, frame, 8);
    raw_peer_expect_reply(&peer, 0, STATUS(VERSION));
    raw_peer_close(&peer);
}

static void a_message_without_session_is_told_to_say_hello(void **state)
{
    struct raw_peer peer;

    (void)state;
    raw_peer_open(&peer, broker.run_dir, "publish");
    uint64_t request = raw_peer_publish(&peer, "no-session", "it");
    raw_peer_expect_reply(&peer, request, STATUS(NO_SESSION));
    raw_peer_close(&peer);
}

static void a_hello_that_cannot_be_served_says_why(void **state)
{
    Leadwire__V1__Hello hello = LEADWIRE__V1__HELLO__INIT;
    struct raw_peer peer;

    (void)state;
    raw_peer_open(&peer, broker.run_dir, "publish");
    hello.version_min = 2;
    hello.version_max = 3;
    hello.role = PUBLISHER;
    hello.desk = (char *)"main";
    raw_peer_send(&peer, WIRE_HELLO, &hello.base);
    raw_peer_expect_reply(&peer, 0, STATUS(VERSION));
    hello.version_min = 1;
    hello.role = REP;
    raw_peer_send(&peer, WIRE_HELLO, &hello.base);
    raw_peer_expect_reply(&peer, 0, STATUS(REJECTED));
    hello.role = PUBLISHER;
    hello.desk = (char *)"other";
    raw_peer_send(&peer, WIRE_HELLO, &hello.base);
    assert_int_equal(raw_peer_expect_reply(&peer, 0, STATUS(NOT_OWNER))->epoch, 0);
    raw_peer_close(&peer);
}

static void another_reps_name_and_a_wrong_secret_get_the_same_slow_answer(void **state)
{
    static const char *const wrong[][2] = {{"anna", "secret-of-bruno"}, {"nobody", "secret-of-nobody"}, {"anna", ""}};
    char reasons[3][64];

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct raw_peer peer;
        uint64_t start_ms = wall_clock_monotonic_ms();
        raw_peer_open(&peer, broker.run_dir, "reps");
        raw_peer_hello(&peer, REP, wrong[i][0], wrong[i][1]);
        /* The right secret behind a wrong one does not help before the refusal has come. */
        raw_peer_hello(&peer, REP, "anna", "secret-of-anna");
        snprintf(reasons[i], sizeof reasons[i], "%s", raw_peer_expect_reply(&peer, 0, STATUS(UNAUTHENTICATED))->reason);
        assert_true(wall_clock_monotonic_ms() - start_ms >= 200);
        assert_string_equal(reasons[i], reasons[0]);
        raw_peer_close(&peer);
    }
}

static void a_rep_without_rules_is_refused(void **state)
{
    struct raw_peer peer;

    (void)state;
    FILE *file = fopen(broker.secrets, "a");
    assert_non_null(file);
    fprintf(file, "dora secret-of-dora\n");
    fclose(file);
    char command[64];
    snprintf(command, sizeof command, "kill -HUP %ld", (long)broker.pid);
    assert_int_equal(system(command), 0);
    raw_peer_open(&peer, broker.run_dir, "reps");
    for (bool is_read = false; !is_read;) {      /* the signal is handled between turns */
        raw_peer_hello(&peer, REP, "dora", "secret-of-dora");
        const Leadwire__V1__Reply *reply = raw_peer_expect(&peer, WIRE_REPLY)->reply;
        is_read = reply->status == STATUS(REJECTED);
        assert_true(is_read || reply->status == STATUS(UNAUTHENTICATED));
    }
    assert_string_equal(peer.message.reply->reason, "the desk's rules have no such rep");
    raw_peer_close(&peer);
}

static void the_newer_device_wins_and_the_older_is_told(void **state)
{
    struct raw_peer older, newer;

    (void)state;
    open_as(&older, "reps", REP, "anna");
    raw_peer_expect(&older, WIRE_SNAPSHOT_END);
    open_as(&newer, "reps", REP, "anna");
    assert_string_equal(raw_peer_expect(&older, WIRE_BYE)->bye->reason, "another device logged on");
    raw_peer_ping(&older);
    raw_peer_expect_reply(&older, 0, STATUS(NO_SESSION));
    raw_peer_sync(&newer);
    raw_peer_close(&older);
    log_off(&newer);
}

static void an_answer_to_what_was_never_offered_is_not_yours(void **state)
{
    struct raw_peer anna, bruno, publisher;
    char lead_id[LW_LEAD_ID_TEXT_MAX];

    (void)state;
    open_as(&anna, "reps", REP, "anna");
    open_as(&publisher, "publish", PUBLISHER, NULL);
    raw_peer_publish(&publisher, "never-offered", "it");
    const Leadwire__V1__Offer *offer = raw_peer_expect(&anna, WIRE_OFFER)->offer;
    snprintf(lead_id, sizeof lead_id, "%s", offer->lead_id);
    uint32_t number = offer->offer_number;

    open_as(&bruno, "reps", REP, "bruno");
    raw_peer_expect_reply(&bruno, raw_peer_answer(&bruno, lead_id, number, true), STATUS(NOT_YOURS));
    raw_peer_expect_reply(&bruno, raw_peer_answer(&bruno, "1-1", 1, true), STATUS(NOT_YOURS));
    raw_peer_expect_reply(&bruno, raw_peer_answer(&bruno, "no id", 1, true), STATUS(NOT_YOURS));
    raw_peer_expect_reply(&bruno, raw_peer_complete(&bruno, lead_id, "bruno-1"), STATUS(NOT_YOURS));
    log_off(&bruno);

    /* Anna is not hurt. */
    raw_peer_expect_reply(&anna, raw_peer_answer(&anna, lead_id, number, true), STATUS(ACCEPTED));
    raw_peer_expect_reply(&anna, raw_peer_complete(&anna, lead_id, "anna-1"), STATUS(ACCEPTED));
    log_off(&anna);
    raw_peer_close(&publisher);
}

static void messages_of_another_role_are_rejected(void **state)
{
    struct raw_peer publisher;

    (void)state;
    open_as(&publisher, "publish", PUBLISHER, NULL);
    raw_peer_expect_reply(&publisher, raw_peer_answer(&publisher, "1-1", 1, true), STATUS(REJECTED));
    publisher.request_id = UINT64_MAX - 1;       /* the next is a number that the broker uses itself */
    raw_peer_expect_reply(&publisher, raw_peer_publish(&publisher, "reserved", "it"), STATUS(REJECTED));
    raw_peer_close(&publisher);
}

static void more_requests_than_the_credit_are_told_busy(void **state)
{
    enum { REQUESTS = 4000 };
    struct raw_peer publisher;
    int answered[6] = {0};

    (void)state;
    open_as(&publisher, "publish", PUBLISHER, NULL);
    for (int i = 0; i < REQUESTS; i++) {
        char id[32];
        snprintf(id, sizeof id, "credit-%d", i);
        raw_peer_publish(&publisher, id, "it");
    }
    for (int i = 0; i < REQUESTS; i++) {
        const Leadwire__V1__Reply *reply = raw_peer_expect(&publisher, WIRE_REPLY)->reply;
        assert_in_range(reply->status, 1, 5);
        assert_true(reply->status != STATUS(BUSY) || reply->retry_after_ms > 0);
        answered[reply->status]++;
    }
    /* Each request is answered once; how many fit depends on the broker's turns. */
    assert_int_equal(answered[STATUS(ACCEPTED)] + answered[STATUS(BUSY)], REQUESTS);
    raw_peer_close(&publisher);
}

static void an_oversize_frame_is_told_so_and_a_huge_one_ends_the_connection_only(void **state)
{
    struct raw_peer large, huge, good;
    size_t size = WIRE_FRAME_SIZE_MAX + 1, huge_size = 8 * 1024 * 1024;
    unsigned char *bytes = calloc(1, huge_size);

    (void)state;
    memcpy(bytes, "LW\1\12", 4);
    bytes[4] = (unsigned char)(size - WIRE_HEADER_SIZE);
    bytes[5] = (unsigned char)((size - WIRE_HEADER_SIZE) >> 8);
    bytes[6] = (unsigned char)((size - WIRE_HEADER_SIZE) >> 16);
    open_as(&good, "publish", PUBLISHER, NULL);
    raw_peer_open(&large, broker.run_dir, "publish");
    raw_peer_send_bytes(&large, bytes, size);
    raw_peer_expect_reply(&large, 0, STATUS(TOO_LARGE));
    raw_peer_open(&huge, broker.run_dir, "publish");
    raw_peer_send_bytes(&huge, bytes, huge_size);
    raw_peer_sync(&good);
    raw_peer_close(&large);
    raw_peer_close(&huge);
    raw_peer_close(&good);
    free(bytes);
}

static void ten_bad_frames_in_a_row_end_the_session(void **state)
{
    struct raw_peer peer;

    (void)state;
    open_as(&peer, "publish", PUBLISHER, NULL);
    for (int i = 0; i < 9; i++)
        raw_peer_send_bytes(&peer, "bad", 3);
    for (int i = 0; i < 9; i++)
        raw_peer_expect_reply(&peer, 0, STATUS(MALFORMED));
    raw_peer_sync(&peer);                          /* a good one: counting starts again */
    for (int i = 0; i < 10; i++)
        raw_peer_send_bytes(&peer, "bad", 3);
    for (int i = 0; i < 9; i++)
        raw_peer_expect_reply(&peer, 0, STATUS(MALFORMED));
    assert_string_equal(raw_peer_expect(&peer, WIRE_BYE)->bye->reason, "too many bad frames");
    raw_peer_ping(&peer);
    raw_peer_expect_reply(&peer, 0, STATUS(NO_SESSION));
    raw_peer_close(&peer);
}

static void a_routing_id_of_the_peers_choice_is_not_served(void **state)
{
    struct raw_peer peer;

    (void)state;
    raw_peer_open_as(&peer, broker.run_dir, "reps", "i-am-anna");
    raw_peer_hello(&peer, REP, "anna", "secret-of-anna");
    raw_peer_expect_reply(&peer, 0, STATUS(REJECTED));
    raw_peer_close(&peer);
}

static void a_peer_that_stops_confirming_is_slow_and_goes(void **state)
{
    struct raw_peer peer;
    bool is_gone = false;

    (void)state;
    open_as(&peer, "reps", REP, "carla");
    for (int i = 0; i < 1200; i++) {               /* each is answered, none is confirmed */
        Leadwire__V1__Ping ping = LEADWIRE__V1__PING__INIT;
        raw_peer_send(&peer, WIRE_PING, &ping.base);
    }
    while (!is_gone && raw_peer_receive(&peer, RAW_PEER_WAIT_MS))
        is_gone = peer.message.type == WIRE_BYE && strcmp(peer.message.bye->reason, "slow") == 0;
    assert_true(is_gone);
    raw_peer_close(&peer);
}

static void loopback_tcp_serves_publishers_too(void **state)
{
    struct raw_peer peer;
    char address[256];

    (void)state;
    assert_true(broker_fixture_address(&broker, "publish", "tcp://127.0.0.1:", address, sizeof address));
    open_as(&peer, address, PUBLISHER, NULL);
    raw_peer_expect_reply(&peer, raw_peer_publish(&peer, "by-tcp", "it"), STATUS(ACCEPTED));
    raw_peer_close(&peer);
}

static void wrong_rules_are_refused_and_the_old_stay(void **state)
{
    Leadwire__V1__ApplyConfig apply = LEADWIRE__V1__APPLY_CONFIG__INIT;
    Leadwire__V1__DeskConfig config = LEADWIRE__V1__DESK_CONFIG__INIT;
    Leadwire__V1__RuleConfig rule = LEADWIRE__V1__RULE_CONFIG__INIT, *rules[1] = {&rule};
    Leadwire__V1__Predicate when = LEADWIRE__V1__PREDICATE__INIT, *whens[1] = {&when};
    Leadwire__V1__ConfigRequest request = LEADWIRE__V1__CONFIG_REQUEST__INIT;
    struct raw_peer control;

    (void)state;
    open_as(&control, "control", CONTROL, NULL);
    apply.config = &config;
    config.desk = (char *)"other";
    apply.request_id = 1;
    raw_peer_send(&control, WIRE_APPLY_CONFIG, &apply.base);
    assert_string_equal(raw_peer_expect_reply(&control, 1, STATUS(REJECTED))->reason,
                        "these are the rules of desk other; this broker serves main");
    config.desk = (char *)"main";
    rule.name = rule.queue = (char *)"all";
    when.field = (char *)"shoe_size";
    when.kind = LEADWIRE__V1__PREDICATE_KIND__PREDICATE_EXISTS;
    rule.when = whens;
    rule.n_when = 1;
    config.rules = rules;
    config.n_rules = 1;
    apply.request_id = 2;
    raw_peer_send(&control, WIRE_APPLY_CONFIG, &apply.base);
    assert_string_equal(raw_peer_expect_reply(&control, 2, STATUS(REJECTED))->reason,
                        "field of a rule's condition shoe_size is not known");
    request.request_id = 3;
    raw_peer_send(&control, WIRE_CONFIG_REQUEST, &request.base);
    const Leadwire__V1__ConfigReply *reply = raw_peer_expect(&control, WIRE_CONFIG_REPLY)->config_reply;
    assert_int_equal(reply->version, 1);
    assert_string_equal(reply->applied_by, "test");
    assert_int_equal(reply->config->n_reps, 3);
    raw_peer_close(&control);
}

static void rules_made_from_another_version_are_refused(void **state)
{
    Leadwire__V1__ApplyConfig apply = LEADWIRE__V1__APPLY_CONFIG__INIT;
    Leadwire__V1__ConfigRequest request = LEADWIRE__V1__CONFIG_REQUEST__INIT;
    struct raw_peer reader, one, two;
    const struct { uint32_t based_on; bool check_only; Leadwire__V1__Status status; } asked[] = {
        {1, true, STATUS(ACCEPTED)}, {1, false, STATUS(ACCEPTED)}, {1, false, STATUS(REJECTED)}, {1, true, STATUS(REJECTED)},
        {3, false, STATUS(REJECTED)}, {2, false, STATUS(ACCEPTED)}, {0, false, STATUS(ACCEPTED)},
    };

    (void)state;
    open_as(&reader, "control", CONTROL, NULL);
    open_as(&one, "control", CONTROL, NULL);
    open_as(&two, "control", CONTROL, NULL);
    request.request_id = 1;
    raw_peer_send(&reader, WIRE_CONFIG_REQUEST, &request.base);
    apply.config = raw_peer_expect(&reader, WIRE_CONFIG_REPLY)->config_reply->config;
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        struct raw_peer *manager = i % 2 == 0 ? &one : &two;
        apply.request_id = i + 2;
        apply.based_on = asked[i].based_on;
        apply.check_only = asked[i].check_only;
        raw_peer_send(manager, WIRE_APPLY_CONFIG, &apply.base);
        const char *reason = raw_peer_expect_reply(manager, apply.request_id, asked[i].status)->reason;
        if (i == 2)
            assert_string_equal(reason, "version 2 is in force: these rules were made from version 1");
    }
    raw_peer_close(&reader);
    raw_peer_close(&one);
    raw_peer_close(&two);
}

static void check_only_changes_nothing(void **state)
{
    Leadwire__V1__ApplyConfig apply = LEADWIRE__V1__APPLY_CONFIG__INIT;
    Leadwire__V1__StatusRequest status = LEADWIRE__V1__STATUS_REQUEST__INIT;
    Leadwire__V1__ConfigRequest request = LEADWIRE__V1__CONFIG_REQUEST__INIT;
    struct raw_peer control, other;

    (void)state;
    open_as(&control, "control", CONTROL, NULL);
    open_as(&other, "control", CONTROL, NULL);
    request.request_id = 1;
    raw_peer_send(&control, WIRE_CONFIG_REQUEST, &request.base);
    apply.config = raw_peer_expect(&control, WIRE_CONFIG_REPLY)->config_reply->config;
    apply.request_id = 2;
    apply.check_only = true;
    raw_peer_send(&other, WIRE_APPLY_CONFIG, &apply.base);
    raw_peer_expect_reply(&other, 2, STATUS(ACCEPTED));
    status.request_id = 3;
    raw_peer_send(&other, WIRE_STATUS_REQUEST, &status.base);
    assert_int_equal(raw_peer_expect(&other, WIRE_STATUS_REPLY)->status_reply->config_version, 1);
    assert_string_equal(other.message.status_reply->store_state, "ready");
    raw_peer_close(&control);
    raw_peer_close(&other);
}

/* A repeated Hello gets the same session again. */
static void a_repeated_hello_is_welcomed_to_the_same_session(void **state)
{
    struct raw_peer peer;

    (void)state;
    open_as(&peer, "publish", PUBLISHER, NULL);
    uint64_t session = peer.session;
    raw_peer_enter(&peer, PUBLISHER, NULL);
    assert_int_equal(peer.session, session);
    raw_peer_close(&peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(garbage_is_answered_with_a_reason_and_counted),
        cmocka_unit_test(a_message_without_session_is_told_to_say_hello),
        cmocka_unit_test(a_hello_that_cannot_be_served_says_why),
        cmocka_unit_test(another_reps_name_and_a_wrong_secret_get_the_same_slow_answer),
        cmocka_unit_test(a_rep_without_rules_is_refused),
        cmocka_unit_test(the_newer_device_wins_and_the_older_is_told),
        cmocka_unit_test(an_answer_to_what_was_never_offered_is_not_yours),
        cmocka_unit_test(messages_of_another_role_are_rejected),
        cmocka_unit_test(an_oversize_frame_is_told_so_and_a_huge_one_ends_the_connection_only),
        cmocka_unit_test(ten_bad_frames_in_a_row_end_the_session),
        cmocka_unit_test(a_routing_id_of_the_peers_choice_is_not_served),
        cmocka_unit_test(a_peer_that_stops_confirming_is_slow_and_goes),
        cmocka_unit_test(loopback_tcp_serves_publishers_too),
        cmocka_unit_test(wrong_rules_are_refused_and_the_old_stay),
        cmocka_unit_test(check_only_changes_nothing),
        cmocka_unit_test(rules_made_from_another_version_are_refused),
        cmocka_unit_test(a_repeated_hello_is_welcomed_to_the_same_session),
        cmocka_unit_test(more_requests_than_the_credit_are_told_busy),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
