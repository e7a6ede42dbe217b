/* SPDX-License-Identifier: Apache-2.0
 * The publisher against a scripted broker. */
#include "fake_broker.h"
#include "wall_clock.h"

#include <leadwire/leadwire.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWERS_MAX = 64 };

struct told {
    uint64_t ticket;
    lw_outcome outcome;
    char reason[64], lead_id[64], rep[64];
    uint32_t retry_after_ms;
    lw_lead_state state;
};

struct fixture {
    struct fake_broker fake;
    struct lw_publisher *publisher;
    struct told told[ANSWERS_MAX];
    unsigned count, expected, refusals;
};

static void turn(void *client)
{
    struct fixture *f = client;
    struct lw_publisher_answer answer;
    lw_status status;
    while ((status = lw_publisher_next(f->publisher, &answer)) == LW_OK) {
        assert_true(f->count < ANSWERS_MAX);
        struct told *told = &f->told[f->count++];
        *told = (struct told){.ticket = answer.ticket, .outcome = answer.outcome, .state = answer.state,
                              .retry_after_ms = answer.retry_after_ms};
        snprintf(told->reason, sizeof told->reason, "%s", answer.reason);
        snprintf(told->lead_id, sizeof told->lead_id, "%s", answer.lead_id);
        snprintf(told->rep, sizeof told->rep, "%s", answer.rep);
    }
    if (status == LW_REFUSED)
        f->refusals++;
}

static bool enough_told(void *client)
{
    struct fixture *f = client;
    return f->count >= f->expected;
}

static bool was_refused(void *client)
{
    return ((struct fixture *)client)->refusals > 0;
}

static void open_with(struct fixture *f, uint32_t pending_max, uint32_t resend_ms)
{
    struct lw_publisher_options options = {.endpoint = f->fake.endpoint, .desk = "sales", .client = "test 1",
                                           .pending_max = pending_max, .resend_ms = resend_ms};
    assert_int_equal(lw_publisher_open(&options, &f->publisher), LW_OK);
    f->fake.turn = turn;
    f->fake.client = f;
}

static void welcome(struct fixture *f, uint32_t credit)
{
    struct wire_message hello = fake_expect(&f->fake, WIRE_HELLO);
    assert_int_equal(hello.hello->role, LEADWIRE__V1__ROLE__ROLE_PUBLISHER);
    assert_string_equal(hello.hello->desk, "sales");
    assert_string_equal(hello.hello->client, "test 1");
    fake_welcome(&f->fake, credit, FAKE_HEARTBEAT_MS);
}

static uint64_t publish(struct fixture *f, const char *id, uint32_t time_limit_ms)
{
    struct lw_lead lead = {.channel = LW_CHANNEL_WEB, .source = "contact-form", .full_name = "Ada"};
    uint64_t ticket = 0;
    assert_int_equal(lw_publisher_publish(f->publisher, id, 1700000000000, &lead, time_limit_ms, &ticket), LW_OK);
    assert_true(ticket != 0);
    return ticket;
}

static void wait_told(struct fixture *f, unsigned count)
{
    f->expected = count;
    fake_run_until(&f->fake, enough_told);
    assert_int_equal(f->count, count);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    fake_open(&f->fake);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    f->fake.turn = NULL;
    lw_publisher_close(&f->publisher);
    assert_null(f->publisher);
    lw_publisher_close(&f->publisher);
    fake_close(&f->fake);
    free(f);
    return 0;
}

static void a_publish_is_sent_after_welcome_and_its_answer_is_told(void **state)
{
    struct fixture *f = *state;
    open_with(f, 0, 0);
    assert_int_equal(lw_publisher_connected(f->publisher), 0);
    uint64_t ticket = publish(f, "form-1", 0);
    assert_int_equal(lw_publisher_pending(f->publisher), 1);
    welcome(f, 8);
    struct wire_message message = fake_expect(&f->fake, WIRE_PUBLISH);
    assert_int_equal(message.publish->request_id, ticket);
    assert_string_equal(message.publish->idempotency_id, "form-1");
    assert_string_equal(message.publish->lead->full_name, "Ada");
    assert_int_equal(message.publish->received_unix_ms, 1700000000000);
    fake_reply(&f->fake, ticket, LEADWIRE__V1__STATUS__STATUS_ACCEPTED, "5-1", "", 0);
    wait_told(f, 1);
    assert_int_equal(f->told[0].ticket, ticket);
    assert_int_equal(f->told[0].outcome, LW_OUTCOME_ACCEPTED);
    assert_string_equal(f->told[0].lead_id, "5-1");
    assert_string_equal(f->told[0].reason, "");
    assert_int_equal(lw_publisher_connected(f->publisher), 1);
    assert_int_equal(lw_publisher_pending(f->publisher), 0);
}

static void every_final_status_has_its_outcome(void **state)
{
    static const struct { Leadwire__V1__Status status; lw_outcome outcome; } cases[] = {
        {LEADWIRE__V1__STATUS__STATUS_DUPLICATE, LW_OUTCOME_DUPLICATE},
        {LEADWIRE__V1__STATUS__STATUS_DUPLICATE_DIFFERS, LW_OUTCOME_DUPLICATE_DIFFERS},
        {LEADWIRE__V1__STATUS__STATUS_REJECTED, LW_OUTCOME_REJECTED},
        {LEADWIRE__V1__STATUS__STATUS_NOT_FOUND, LW_OUTCOME_NOT_FOUND},
        {LEADWIRE__V1__STATUS__STATUS_NOT_YOURS, LW_OUTCOME_NOT_YOURS},
        {LEADWIRE__V1__STATUS__STATUS_MALFORMED, LW_OUTCOME_REJECTED},
        {LEADWIRE__V1__STATUS__STATUS_TOO_LARGE, LW_OUTCOME_REJECTED},
        {LEADWIRE__V1__STATUS__STATUS_FORBIDDEN, LW_OUTCOME_REJECTED},
        {(Leadwire__V1__Status)99, LW_OUTCOME_REJECTED},   /* of later */
    };
    struct fixture *f = *state;
    open_with(f, 0, 0);
    welcome(f, 8);
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t ticket = publish(f, "form-1", 0);
        fake_expect(&f->fake, WIRE_PUBLISH);
        fake_reply(&f->fake, ticket, cases[i].status, "", "because", 0);
        wait_told(f, i + 1);
        assert_int_equal(f->told[i].outcome, cases[i].outcome);
        assert_string_equal(f->told[i].reason, "because");
    }
}

static void a_repeat_that_is_answered_busy_gives_its_credit_back(void **state)
{
    struct fixture *f = *state;
    open_with(f, 0, 500);
    welcome(f, 2);
    uint64_t first = publish(f, "form-1", 0);
    fake_expect(&f->fake, WIRE_PUBLISH);
    fake_expect(&f->fake, WIRE_PUBLISH);
    fake_reply(&f->fake, first, LEADWIRE__V1__STATUS__STATUS_BUSY, "", "store away", 10);
    fake_reply(&f->fake, first, LEADWIRE__V1__STATUS__STATUS_BUSY, "", "store away", 10);
    assert_int_equal(fake_expect(&f->fake, WIRE_PUBLISH).publish->request_id, first);
    uint64_t second = publish(f, "form-2", 0);
    assert_int_equal(fake_expect(&f->fake, WIRE_PUBLISH).publish->request_id, second);
}

static void busy_is_repeated_after_the_time_the_broker_named(void **state)
{
    struct fixture *f = *state;
    open_with(f, 0, 0);
    welcome(f, 8);
    uint64_t ticket = publish(f, "form-1", 0);
    fake_expect(&f->fake, WIRE_PUBLISH);
    fake_reply(&f->fake, ticket, LEADWIRE__V1__STATUS__STATUS_BUSY, "", "store away", 150);
    fake_expect_silence(&f->fake, 100);
    struct wire_message again = fake_expect(&f->fake, WIRE_PUBLISH);
    assert_int_equal(again.publish->request_id, ticket);
    assert_int_equal(f->count, 0);
    fake_reply(&f->fake, ticket, LEADWIRE__V1__STATUS__STATUS_ACCEPTED, "5-1", "", 0);
    wait_told(f, 1);
    assert_int_equal(f->told[0].outcome, LW_OUTCOME_ACCEPTED);
}

static void busy_until_the_time_limit_is_told_with_the_brokers_reason(void **state)
{
    struct fixture *f = *state;
    open_with(f, 0, 0);
    welcome(f, 8);
    uint64_t ticket = publish(f, "form-1", 80);
    fake_expect(&f->fake, WIRE_PUBLISH);
    fake_reply(&f->fake, ticket, LEADWIRE__V1__STATUS__STATUS_BUSY, "", "store away", 500);
    wait_told(f, 1);
    assert_int_equal(f->told[0].outcome, LW_OUTCOME_BUSY);
    assert_string_equal(f->told[0].reason, "store away");
    assert_int_equal(f->told[0].retry_after_ms, 500);
    assert_int_equal(lw_publisher_pending(f->publisher), 0);
}

static void a_silent_broker_is_told_at_the_time_limit(void **state)
{
    struct fixture *f = *state;
    open_with(f, 0, 0);
    uint64_t never_connected = publish(f, "form-1", 50);
    wait_told(f, 1);
    assert_int_equal(f->told[0].ticket, never_connected);
    assert_string_equal(f->told[0].reason, "no answer in time");
    fake_stop(&f->fake);
    fake_start(&f->fake);
    welcome(f, 8);
    publish(f, "form-2", 50);
    fake_expect(&f->fake, WIRE_PUBLISH);
    wait_told(f, 2);
    assert_int_equal(f->told[1].outcome, LW_OUTCOME_BUSY);
}

static void what_is_unanswered_is_sent_again_byte_for_byte(void **state)
{
    struct fixture *f = *state;
    open_with(f, 0, 60);
    welcome(f, 8);
    uint64_t ticket = publish(f, "form-1", 0);
    fake_expect(&f->fake, WIRE_PUBLISH);
    struct wire_message again = fake_expect(&f->fake, WIRE_PUBLISH);
    assert_int_equal(again.publish->request_id, ticket);
    assert_string_equal(again.publish->idempotency_id, "form-1");
    fake_reply(&f->fake, ticket, LEADWIRE__V1__STATUS__STATUS_ACCEPTED, "5-1", "", 0);
    fake_reply(&f->fake, ticket, LEADWIRE__V1__STATUS__STATUS_DUPLICATE, "5-1", "", 0);
    wait_told(f, 1);
    fake_expect_silence(&f->fake, 100);
    assert_int_equal(f->count, 1);
}

static void repeats_take_credit_and_a_broker_that_never_answers_is_dialled_anew(void **state)
{
    struct fixture *f = *state;
    open_with(f, 0, 40);
    welcome(f, 2);
    uint64_t first = publish(f, "form-1", 0), second = publish(f, "form-2", 0);
    fake_expect(&f->fake, WIRE_PUBLISH);
    fake_expect(&f->fake, WIRE_PUBLISH);
    fake_expect_silence(&f->fake, 200);
    welcome(f, 2);
    assert_int_equal(fake_expect(&f->fake, WIRE_PUBLISH).publish->request_id, first);
    assert_int_equal(fake_expect(&f->fake, WIRE_PUBLISH).publish->request_id, second);
}

static void a_session_that_the_broker_forgot_is_opened_again_and_the_requests_repeated(void **state)
{
    struct fixture *f = *state;
    open_with(f, 0, 0);
    welcome(f, 8);
    uint64_t first = publish(f, "form-1", 0), second = publish(f, "form-2", 0);
    fake_expect(&f->fake, WIRE_PUBLISH);
    fake_expect(&f->fake, WIRE_PUBLISH);
    fake_reply(&f->fake, first, LEADWIRE__V1__STATUS__STATUS_NO_SESSION, "", "", 0);
    fake_reply(&f->fake, second, LEADWIRE__V1__STATUS__STATUS_NO_SESSION, "", "", 0);
    struct wire_message hello = fake_expect(&f->fake, WIRE_HELLO);
    assert_int_equal(hello.hello->last_epoch, FAKE_EPOCH);
    f->fake.epoch++;
    fake_welcome(&f->fake, 8, FAKE_HEARTBEAT_MS);
    struct wire_message again = fake_expect(&f->fake, WIRE_PUBLISH);
    assert_int_equal(again.publish->request_id, first);
    assert_string_equal(again.publish->idempotency_id, "form-1");
    assert_int_equal(fake_expect(&f->fake, WIRE_PUBLISH).publish->request_id, second);
    fake_reply(&f->fake, first, LEADWIRE__V1__STATUS__STATUS_DUPLICATE, "5-1", "", 0);
    fake_reply(&f->fake, second, LEADWIRE__V1__STATUS__STATUS_ACCEPTED, "6-1", "", 0);
    wait_told(f, 2);
}

static void a_broker_that_dies_and_comes_back_gets_hello_and_the_requests(void **state)
{
    struct fixture *f = *state;
    open_with(f, 0, 60000);
    welcome(f, 8);
    uint64_t ticket = publish(f, "form-1", 0);
    fake_expect(&f->fake, WIRE_PUBLISH);
    fake_stop(&f->fake);
    fake_start(&f->fake);
    f->fake.epoch++;
    welcome(f, 8);
    assert_int_equal(fake_expect(&f->fake, WIRE_PUBLISH).publish->request_id, ticket);
    fake_reply(&f->fake, ticket, LEADWIRE__V1__STATUS__STATUS_ACCEPTED, "6-1", "", 0);
    wait_told(f, 1);
}

static void a_broker_silent_for_three_heartbeats_is_dialled_anew(void **state)
{
    struct fixture *f = *state;
    open_with(f, 0, 60000);
    fake_expect(&f->fake, WIRE_HELLO);
    fake_welcome(&f->fake, 8, 60);
    uint8_t first_peer[sizeof f->fake.peer];
    size_t first_size = f->fake.peer_size;
    memcpy(first_peer, f->fake.peer, first_size);
    f->fake.answers_ping = false;
    do {
        fake_expect(&f->fake, WIRE_HELLO);    /* also one that crossed the Welcome, when this machine is slow */
    } while (first_size == f->fake.peer_size && memcmp(first_peer, f->fake.peer, first_size) == 0);
    assert_true(f->fake.pings > 0);
    assert_int_equal(lw_publisher_connected(f->publisher), 0);
    f->fake.answers_ping = true;
    fake_welcome(&f->fake, 8, 60);
    fake_expect_silence(&f->fake, 400);
    assert_int_equal(lw_publisher_connected(f->publisher), 1);
}

static void hello_is_repeated_until_it_is_answered(void **state)
{
    struct fixture *f = *state;
    open_with(f, 0, 0);
    fake_expect(&f->fake, WIRE_HELLO);
    fake_expect(&f->fake, WIRE_HELLO);
    fake_expect(&f->fake, WIRE_HELLO);
    fake_welcome(&f->fake, 8, FAKE_HEARTBEAT_MS);
    f->fake.sessions--;
    fake_welcome(&f->fake, 8, FAKE_HEARTBEAT_MS);   /* the same session: the answer to a repeated Hello */
    uint64_t ticket = publish(f, "form-1", 0);
    fake_expect(&f->fake, WIRE_PUBLISH);
    fake_reply(&f->fake, ticket, LEADWIRE__V1__STATUS__STATUS_ACCEPTED, "5-1", "", 0);
    wait_told(f, 1);
}

static void at_most_credit_requests_are_unanswered_on_the_wire(void **state)
{
    struct fixture *f = *state;
    uint64_t tickets[5];
    open_with(f, 0, 0);
    welcome(f, 2);
    for (int i = 0; i < 5; i++)
        tickets[i] = publish(f, "form", 0);
    fake_expect(&f->fake, WIRE_PUBLISH);
    fake_expect(&f->fake, WIRE_PUBLISH);
    fake_expect_silence(&f->fake, 60);
    for (int i = 0; i < 3; i++) {
        fake_reply(&f->fake, tickets[i], LEADWIRE__V1__STATUS__STATUS_ACCEPTED, "5-1", "", 0);
        assert_int_equal(fake_expect(&f->fake, WIRE_PUBLISH).publish->request_id, tickets[i + 2]);
    }
    fake_expect_silence(&f->fake, 20);
}

static void what_is_pending_is_bounded(void **state)
{
    struct fixture *f = *state;
    open_with(f, 3, 0);
    for (int i = 0; i < 3; i++)
        publish(f, "form", 0);
    struct lw_lead lead = {.channel = LW_CHANNEL_WEB, .source = "contact-form"};
    uint64_t ticket = 7;
    assert_int_equal(lw_publisher_publish(f->publisher, "form", 0, &lead, 0, &ticket), LW_FULL);
    assert_int_equal(ticket, 0);
    assert_int_equal(lw_publisher_pending(f->publisher), 3);
}

static void garbage_and_messages_of_a_lower_epoch_are_dropped(void **state)
{
    struct fixture *f = *state;
    open_with(f, 0, 0);
    welcome(f, 8);
    uint64_t ticket = publish(f, "form-1", 0);
    fake_expect(&f->fake, WIRE_PUBLISH);
    fake_say_bytes(&f->fake, "", 0);
    fake_say_bytes(&f->fake, "LW\x01\x03\xff\xff\xff\xff", 8);
    fake_say_bytes(&f->fake, "GET / HTTP/1.1\r\n\r\n", 18);
    fake_reply(&f->fake, ticket + 4096, LEADWIRE__V1__STATUS__STATUS_ACCEPTED, "5-9", "", 0);
    fake_reply(&f->fake, 0, LEADWIRE__V1__STATUS__STATUS_MALFORMED, "", "bytes", 0);
    f->fake.epoch--;
    fake_reply(&f->fake, ticket, LEADWIRE__V1__STATUS__STATUS_REJECTED, "", "a deposed broker", 0);
    f->fake.epoch++;
    Leadwire__V1__LeadQueryReply wrong = LEADWIRE__V1__LEAD_QUERY_REPLY__INIT;
    wrong.request_id = ticket;
    fake_say(&f->fake, WIRE_LEAD_QUERY_REPLY, &wrong);
    fake_expect_silence(&f->fake, 30);
    assert_int_equal(f->count, 0);
    fake_reply(&f->fake, ticket, LEADWIRE__V1__STATUS__STATUS_ACCEPTED, "5-1", "", 0);
    wait_told(f, 1);
    assert_int_equal(f->told[0].outcome, LW_OUTCOME_ACCEPTED);
}

static void a_refusal_is_told_and_tried_again(void **state)
{
    struct fixture *f = *state;
    open_with(f, 0, 0);
    fake_expect(&f->fake, WIRE_HELLO);
    fake_reply(&f->fake, 0, LEADWIRE__V1__STATUS__STATUS_VERSION, "", "this broker speaks version 9", 0);
    fake_run_until(&f->fake, was_refused);
    assert_string_equal(lw_publisher_error(f->publisher), "this broker speaks version 9");
    fake_expect(&f->fake, WIRE_HELLO);
}

static void query_cancel_and_dial_result_are_asked_and_answered(void **state)
{
    struct fixture *f = *state;
    uint64_t ticket;
    struct lw_lead_name by_id = {.lead_id = "5-1"}, by_source = {.source = "phone", .idempotency_id = "call-1"};
    open_with(f, 0, 0);
    welcome(f, 8);

    assert_int_equal(lw_publisher_query(f->publisher, &by_source, 0, &ticket), LW_OK);
    struct wire_message message = fake_expect(&f->fake, WIRE_LEAD_QUERY);
    assert_string_equal(message.lead_query->source, "phone");
    Leadwire__V1__LeadQueryReply reply = LEADWIRE__V1__LEAD_QUERY_REPLY__INIT;
    reply.request_id = ticket;
    reply.found = 1;
    reply.lead_id = "5-1";
    reply.state = LEADWIRE__V1__LEAD_STATE__LEAD_STATE_CONNECTING;
    reply.rep = "anna";
    fake_say(&f->fake, WIRE_LEAD_QUERY_REPLY, &reply);
    wait_told(f, 1);
    assert_int_equal(f->told[0].outcome, LW_OUTCOME_ACCEPTED);
    assert_int_equal(f->told[0].state, LW_LEAD_CONNECTING);
    assert_string_equal(f->told[0].rep, "anna");

    assert_int_equal(lw_publisher_query(f->publisher, &by_id, 0, &ticket), LW_OK);
    fake_expect(&f->fake, WIRE_LEAD_QUERY);
    Leadwire__V1__LeadQueryReply none = LEADWIRE__V1__LEAD_QUERY_REPLY__INIT;
    none.request_id = ticket;
    fake_say(&f->fake, WIRE_LEAD_QUERY_REPLY, &none);
    wait_told(f, 2);
    assert_int_equal(f->told[1].outcome, LW_OUTCOME_NOT_FOUND);

    assert_int_equal(lw_publisher_cancel(f->publisher, &by_id, "hung up", 0, &ticket), LW_OK);
    assert_string_equal(fake_expect(&f->fake, WIRE_CANCEL).cancel->reason, "hung up");
    fake_reply(&f->fake, ticket, LEADWIRE__V1__STATUS__STATUS_ACCEPTED, "5-1", "", 0);
    wait_told(f, 3);

    assert_int_equal(lw_publisher_dial_result(f->publisher, "5-1", 2, LW_DIAL_ANSWERED, "leg-1", 0, &ticket), LW_OK);
    message = fake_expect(&f->fake, WIRE_DIAL_RESULT);
    assert_int_equal(message.dial_result->offer_number, 2);
    assert_int_equal(message.dial_result->outcome, LEADWIRE__V1__DIAL_OUTCOME__DIAL_ANSWERED);
    fake_reply(&f->fake, ticket, LEADWIRE__V1__STATUS__STATUS_NOT_YOURS, "", "expired", 0);
    wait_told(f, 4);
    assert_int_equal(f->told[3].outcome, LW_OUTCOME_NOT_YOURS);
}

static void every_call_says_what_is_wrong_with_its_input(void **state)
{
    struct fixture *f = *state;
    uint64_t ticket;
    struct lw_publisher *none;
    struct lw_publisher_options options = {.endpoint = "nonsense", .desk = "sales"};
    assert_int_equal(lw_publisher_open(&options, &none), LW_INVALID);
    assert_null(none);
    options.endpoint = NULL;
    assert_int_equal(lw_publisher_open(&options, &none), LW_INVALID);
    options = (struct lw_publisher_options){.endpoint = f->fake.endpoint};
    assert_int_equal(lw_publisher_open(&options, &none), LW_INVALID);
    options = (struct lw_publisher_options){.endpoint = f->fake.endpoint, .desk = "sales", .pending_max = UINT32_MAX};
    assert_int_equal(lw_publisher_open(&options, &none), LW_INVALID);
    options = (struct lw_publisher_options){.endpoint = "tcp://10.0.0.5:5570", .desk = "sales"};        /* in clear? */
    assert_int_equal(lw_publisher_open(&options, &none), LW_INVALID);
    options.endpoint = "tcp://[::1]:5570";
    assert_int_equal(lw_publisher_open(&options, &none), LW_OK);
    lw_publisher_close(&none);

    open_with(f, 0, 0);
    struct lw_lead lead = {.channel = LW_CHANNEL_WEB, .source = "contact-form"};
    assert_int_equal(lw_publisher_publish(f->publisher, NULL, 0, &lead, 0, &ticket), LW_INVALID);
    assert_string_equal(lw_publisher_error(f->publisher), "idempotency_id is missing");
    assert_int_equal(lw_publisher_publish(f->publisher, "id", 0, NULL, 0, &ticket), LW_INVALID);
    lead.source = NULL;
    assert_int_equal(lw_publisher_publish(f->publisher, "id", 0, &lead, 0, &ticket), LW_INVALID);
    assert_string_equal(lw_publisher_error(f->publisher), "source is missing");
    lead = (struct lw_lead){.channel = LW_CHANNEL_WEB, .source = "contact-form", .full_name = "\xff\xfe"};
    assert_int_equal(lw_publisher_publish(f->publisher, "id", 0, &lead, 0, &ticket), LW_INVALID);
    char long_name[LW_LEAD_FIELD_MAX + 2];
    memset(long_name, 'a', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    lead.full_name = long_name;
    assert_int_equal(lw_publisher_publish(f->publisher, "id", 0, &lead, 0, &ticket), LW_TOO_LARGE);
    assert_int_equal(ticket, 0);

    struct lw_lead_name nameless = {.source = "phone"};
    assert_int_equal(lw_publisher_query(f->publisher, &nameless, 0, &ticket), LW_INVALID);
    assert_int_equal(lw_publisher_cancel(f->publisher, NULL, "", 0, &ticket), LW_INVALID);
    assert_int_equal(lw_publisher_dial_result(f->publisher, "", 1, LW_DIAL_BUSY, "", 0, &ticket), LW_INVALID);
    assert_int_equal(lw_publisher_dial_result(f->publisher, "5-1", 1, LW_DIAL_NONE, "", 0, &ticket), LW_INVALID);
    assert_int_equal(lw_publisher_pending(f->publisher), 0);
}

static void await_gives_the_answer_or_says_that_time_is_up(void **state)
{
    struct fixture *f = *state;
    struct lw_publisher_answer answer;
    open_with(f, 0, 0);
    welcome(f, 8);
    uint64_t ticket = publish(f, "form-1", 0);
    assert_int_equal(lw_publisher_await(f->publisher, ticket, 20, &answer), LW_TIMEOUT);
    fake_expect(&f->fake, WIRE_PUBLISH);
    fake_reply(&f->fake, ticket, LEADWIRE__V1__STATUS__STATUS_ACCEPTED, "5-1", "", 0);
    assert_int_equal(lw_publisher_await(f->publisher, ticket, WAIT_MAX_MS, &answer), LW_OK);
    assert_string_equal(answer.lead_id, "5-1");
}

static void what_was_received_is_confirmed_before_the_heartbeat_when_it_is_much(void **state)
{
    struct fixture *f = *state;
    open_with(f, 0, 0);
    fake_expect(&f->fake, WIRE_HELLO);
    fake_welcome(&f->fake, 8, 60000);
    for (int i = 0; i < 400; i++)
        fake_reply(&f->fake, 0, LEADWIRE__V1__STATUS__STATUS_MALFORMED, "", "", 0);
    fake_expect_silence(&f->fake, 50);
    assert_true(f->fake.confirmed > 250);
}

/* One alone goes at once; what is asked while it is unanswered goes together, and no later than the caller next looks. */
static void what_is_asked_together_goes_in_one_message_if_the_broker_reads_bundles(void **state)
{
    struct fixture *f = *state;
    uint64_t tickets[4];
    f->fake.bundles = true;
    open_with(f, 0, 0);
    welcome(f, 8);
    fake_expect_silence(&f->fake, 20);
    uint64_t messages = f->fake.messages;
    for (int i = 0; i < 4; i++)
        tickets[i] = publish(f, "form", 0);
    assert_int_equal(lw_publisher_wait_ms(f->publisher), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(fake_expect(&f->fake, WIRE_PUBLISH).publish->request_id, tickets[i]);
    assert_int_equal(f->fake.messages - messages, 2);
}

static void a_bundle_stays_within_credit_and_a_messages_size(void **state)
{
    enum { COUNT = 40 };
    struct fixture *f = *state;
    static char text[4000];
    struct lw_lead lead = {.channel = LW_CHANNEL_WEB, .source = "contact-form", .full_name = "Ada", .summary = text};
    uint64_t ticket;
    memset(text, 'x', sizeof text - 1);
    f->fake.bundles = true;
    open_with(f, 0, 0);
    welcome(f, COUNT - 1);
    fake_expect_silence(&f->fake, 20);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(lw_publisher_publish(f->publisher, "form", 1700000000000, &lead, 0, &ticket), LW_OK);
    for (int i = 0; i < COUNT - 1; i++) {
        assert_true(f->fake.inbox_at == 0 || zmq_msg_size(&f->fake.inbox) <= WIRE_BUNDLE_SIZE_MAX);
        fake_expect(&f->fake, WIRE_PUBLISH);
    }
    fake_expect_silence(&f->fake, 60);
}

static void a_bundle_of_answers_is_told_one_by_one(void **state)
{
    struct fixture *f = *state;
    struct byte_buffer bundle;
    open_with(f, 0, 0);
    welcome(f, 8);
    byte_buffer_init(&bundle, 4096);
    for (int i = 0; i < 3; i++) {
        Leadwire__V1__Reply reply = LEADWIRE__V1__REPLY__INIT;
        reply.request_id = publish(f, "form", 0);
        reply.status = LEADWIRE__V1__STATUS__STATUS_ACCEPTED;
        reply.epoch = f->fake.epoch;
        assert_int_equal(wire_encode(&(struct wire_message){.type = WIRE_REPLY, .reply = &reply}, &bundle), LW_OK);
        if (i == 1)
            byte_buffer_put(&bundle, "LW\1\2\1\0\0\0\377", 9);   /* breaks the protocol, and nothing else */
    }
    for (int i = 0; i < 3; i++)
        fake_expect(&f->fake, WIRE_PUBLISH);
    fake_say_bytes(&f->fake, bundle.data, bundle.size);
    wait_told(f, 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(f->told[i].outcome, LW_OUTCOME_ACCEPTED);
    byte_buffer_fini(&bundle);
}

/* Who is still being told what came together asks more in a moment. */
static void what_is_asked_amid_a_bundle_goes_when_all_of_it_is_told(void **state)
{
    struct fixture *f = *state;
    struct lw_publisher_answer answer;
    struct byte_buffer bundle;
    f->fake.bundles = true;
    open_with(f, 0, 0);
    welcome(f, 8);
    byte_buffer_init(&bundle, 4096);
    uint64_t ids[] = {publish(f, "form", 0), 987654321};   /* nobody asked the second */
    for (int i = 0; i < 2; i++) {
        Leadwire__V1__Reply reply = LEADWIRE__V1__REPLY__INIT;
        reply.request_id = ids[i];
        reply.status = LEADWIRE__V1__STATUS__STATUS_ACCEPTED;
        reply.epoch = f->fake.epoch;
        assert_int_equal(wire_encode(&(struct wire_message){.type = WIRE_REPLY, .reply = &reply}, &bundle), LW_OK);
    }
    fake_expect(&f->fake, WIRE_PUBLISH);
    fake_say_bytes(&f->fake, bundle.data, bundle.size);
    byte_buffer_fini(&bundle);
    uint64_t messages = f->fake.messages - f->fake.pings, by_ms = wall_clock_monotonic_ms() + WAIT_MAX_MS;
    while (lw_publisher_next(f->publisher, &answer) != LW_OK) {
        assert_true(wall_clock_monotonic_ms() < by_ms);
        poll(&(struct pollfd){.fd = lw_publisher_fd(f->publisher), .events = POLLIN}, 1, lw_publisher_wait_ms(f->publisher));
    }
    assert_int_equal(answer.ticket, ids[0]);
    ids[0] = publish(f, "form", 0);
    ids[1] = publish(f, "form", 0);
    assert_int_equal(lw_publisher_wait_ms(f->publisher), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(fake_expect(&f->fake, WIRE_PUBLISH).publish->request_id, ids[i]);
    assert_int_equal(f->fake.messages - f->fake.pings - messages, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_publish_is_sent_after_welcome_and_its_answer_is_told),
        TEST(every_final_status_has_its_outcome),
        TEST(a_repeat_that_is_answered_busy_gives_its_credit_back),
        TEST(busy_is_repeated_after_the_time_the_broker_named),
        TEST(busy_until_the_time_limit_is_told_with_the_brokers_reason),
        TEST(a_silent_broker_is_told_at_the_time_limit),
        TEST(what_is_unanswered_is_sent_again_byte_for_byte),
        TEST(repeats_take_credit_and_a_broker_that_never_answers_is_dialled_anew),
        TEST(a_session_that_the_broker_forgot_is_opened_again_and_the_requests_repeated),
        TEST(a_broker_that_dies_and_comes_back_gets_hello_and_the_requests),
        TEST(a_broker_silent_for_three_heartbeats_is_dialled_anew),
        TEST(hello_is_repeated_until_it_is_answered),
        TEST(at_most_credit_requests_are_unanswered_on_the_wire),
        TEST(what_is_pending_is_bounded),
        TEST(garbage_and_messages_of_a_lower_epoch_are_dropped),
        TEST(a_refusal_is_told_and_tried_again),
        TEST(query_cancel_and_dial_result_are_asked_and_answered),
        TEST(every_call_says_what_is_wrong_with_its_input),
        TEST(await_gives_the_answer_or_says_that_time_is_up),
        TEST(what_was_received_is_confirmed_before_the_heartbeat_when_it_is_much),
        TEST(what_is_asked_together_goes_in_one_message_if_the_broker_reads_bundles),
        TEST(a_bundle_stays_within_credit_and_a_messages_size),
        TEST(a_bundle_of_answers_is_told_one_by_one),
        TEST(what_is_asked_amid_a_bundle_goes_when_all_of_it_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
