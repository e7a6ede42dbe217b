/* SPDX-License-Identifier: Apache-2.0
 *
 * A lead that is offered to three reps at once, by a real broker on a real Redis: whoever answers when, and whatever dies, one
 * of them has it.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "broker_fixture.h"
#include "cmocka_all.h"
#include "raw_peer.h"
#include "redis_fixture.h"

#define REP LEADWIRE__V1__ROLE__ROLE_REP
#define PUBLISHER LEADWIRE__V1__ROLE__ROLE_PUBLISHER
#define STATUS(name) LEADWIRE__V1__STATUS__STATUS_##name

enum { REPS = 3, MINUTE_MS = 60000 };

static const char *const names[REPS] = {"anna", "bruno", "carla"};
static struct redis_fixture redis;
static struct broker_fixture broker;
static char redis_address[128];

struct shown { char lead_id[LW_LEAD_ID_TEXT_MAX]; uint32_t number; };

static int start(void **state)
{
    static const char *args[16];
    static const char *const options[] = {"--redis", redis_address, "--lease", "2000", "--name", "same", NULL};

    (void)state;
    redis_fixture_open(&redis, NULL);
    snprintf(redis_address, sizeof redis_address, "unix:%s", redis.socket);
    memcpy(args, options, sizeof options);
    broker_fixture_open(&broker, args);
    broker_fixture_start(&broker);
    raw_peer_apply_policy(broker.run_dir, "broadcast", MINUTE_MS, MINUTE_MS);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    broker_fixture_close(&broker);
    redis_fixture_close(&redis);
    return 0;
}

static void enter(struct raw_peer reps[REPS])
{
    for (int i = 0; i < REPS; i++) {
        raw_peer_open(&reps[i], broker.run_dir, "reps");
        raw_peer_enter(&reps[i], REP, names[i]);
    }
}

static void publish(const char *id)
{
    struct raw_peer publisher;
    raw_peer_open(&publisher, broker.run_dir, "publish");
    raw_peer_enter(&publisher, PUBLISHER, NULL);
    raw_peer_expect_reply(&publisher, raw_peer_publish(&publisher, id, "it"), STATUS(ACCEPTED));
    raw_peer_close(&publisher);
}

static void expect_offers(struct raw_peer reps[REPS], struct shown shown[REPS])
{
    for (int i = 0; i < REPS; i++) {
        const Leadwire__V1__Offer *offer = raw_peer_expect(&reps[i], WIRE_OFFER)->offer;
        snprintf(shown[i].lead_id, sizeof shown[i].lead_id, "%s", offer->lead_id);
        shown[i].number = offer->offer_number;
        assert_string_equal(shown[i].lead_id, shown[0].lead_id);
        assert_true(i == 0 || shown[i].number != shown[0].number);
    }
}

/* The one who has it now; everybody else heard who. */
static int expect_one_owner(struct raw_peer reps[REPS], const struct shown shown[REPS], const uint64_t requests[REPS])
{
    char taken_by[REPS][64] = {""};
    int owner = -1;
    for (int i = 0; i < REPS; i++) {
        for (bool is_answered = false; !is_answered;) {
            assert_true(raw_peer_receive(&reps[i], RAW_PEER_WAIT_MS));
            const struct wire_message *message = &reps[i].message;
            if (message->type == WIRE_WITHDRAWN) {
                assert_int_equal(message->withdrawn->offer_number, shown[i].number);
                assert_string_equal(message->withdrawn->reason, "taken");
                snprintf(taken_by[i], sizeof taken_by[i], "%s", message->withdrawn->taken_by);
            }
            is_answered = message->type == WIRE_REPLY && message->reply->request_id == requests[i];
            if (!is_answered)
                continue;
            if (message->reply->status == STATUS(ACCEPTED)) {
                assert_int_equal(owner, -1);
                owner = i;
            } else {
                assert_int_equal(message->reply->status, STATUS(NOT_YOURS));
            }
        }
    }
    assert_true(owner >= 0);
    for (int i = 0; i < REPS; i++)
        assert_string_equal(taken_by[i], i == owner ? "" : names[owner]);
    return owner;
}

static void close_all(struct raw_peer reps[REPS])
{
    for (int i = 0; i < REPS; i++)
        raw_peer_close(&reps[i]);
}

static void of_three_who_accept_in_one_turn_one_has_it(void **state)
{
    struct raw_peer reps[REPS];
    struct shown shown[REPS];
    uint64_t requests[REPS];

    (void)state;
    enter(reps);
    publish("in one turn");
    expect_offers(reps, shown);
    assert_int_equal(kill(broker.pid, SIGSTOP), 0);   /* so that all three are there when it looks */
    for (int i = 0; i < REPS; i++)
        requests[i] = raw_peer_answer(&reps[i], shown[i].lead_id, shown[i].number, true);
    assert_int_equal(kill(broker.pid, SIGCONT), 0);
    int owner = expect_one_owner(reps, shown, requests);
    raw_peer_expect_reply(&reps[owner], raw_peer_complete(&reps[owner], shown[0].lead_id, "done"), STATUS(ACCEPTED));
    close_all(reps);
}

static void open_offers_outlive_the_broker(void **state)
{
    struct raw_peer reps[REPS];
    struct shown shown[REPS], again[REPS];
    uint64_t requests[REPS];

    (void)state;
    enter(reps);
    publish("over a restart");
    expect_offers(reps, shown);
    broker_fixture_kill(&broker);
    broker_fixture_start(&broker);
    close_all(reps);
    enter(reps);
    expect_offers(reps, again);
    for (int i = 0; i < REPS; i++) {
        assert_string_equal(again[i].lead_id, shown[i].lead_id);
        assert_int_equal(again[i].number, shown[i].number);
        requests[i] = raw_peer_answer(&reps[i], shown[i].lead_id, shown[i].number, true);
    }
    int owner = expect_one_owner(reps, shown, requests);
    raw_peer_expect_reply(&reps[owner], raw_peer_complete(&reps[owner], shown[0].lead_id, "done again"), STATUS(ACCEPTED));
    close_all(reps);
}

/* The acceptance was in the journal or it was not; either way nobody else gets in. */
static void a_broker_that_dies_on_an_acceptance_leaves_one_owner(void **state)
{
    struct raw_peer reps[REPS];
    struct shown shown[REPS];

    (void)state;
    enter(reps);
    publish("dies");
    expect_offers(reps, shown);
    raw_peer_answer(&reps[1], shown[1].lead_id, shown[1].number, true);
    broker_fixture_kill(&broker);
    broker_fixture_start(&broker);
    close_all(reps);
    enter(reps);
    int owners = 0;
    for (int i = 1; i < REPS + 1; i++) {   /* bruno asks again first */
        struct raw_peer *rep = &reps[i % REPS];
        uint64_t request = raw_peer_answer(rep, shown[i % REPS].lead_id, shown[i % REPS].number, true);
        do
            assert_true(raw_peer_receive(rep, RAW_PEER_WAIT_MS));
        while (rep->message.type != WIRE_REPLY || rep->message.reply->request_id != request);
        bool has_it = rep->message.reply->status == STATUS(ACCEPTED) || rep->message.reply->status == STATUS(DUPLICATE);
        assert_true(has_it == (i == 1));
        owners += has_it;
    }
    assert_int_equal(owners, 1);
    raw_peer_expect_reply(&reps[1], raw_peer_complete(&reps[1], shown[1].lead_id, "done at last"), STATUS(ACCEPTED));
    close_all(reps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_three_who_accept_in_one_turn_one_has_it), cmocka_unit_test(open_offers_outlive_the_broker),
        cmocka_unit_test(a_broker_that_dies_on_an_acceptance_leaves_one_owner),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
