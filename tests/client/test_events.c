/* SPDX-License-Identifier: Apache-2.0
 * The event stream, and the control client, against a scripted broker. */
#include "fake_broker.h"

#include "control_client.h"

#include <leadwire/leadwire.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum { EVENTS_MAX = 64 };

struct told {
    lw_events_kind kind;
    int is_snapshot;
    char lead_id[64], rep[64], cause[64], also_offered[64];
    lw_lead_state to;
    uint64_t seq, revision;
};

struct fixture {
    struct fake_broker fake;
    struct lw_events *events;
    struct told told[EVENTS_MAX];
    unsigned count, checked;
    unsigned refusals;
    struct byte_buffer bundle;       /* of events, being filled */
};

static void add_lead_event(struct fixture *f, uint64_t seq, uint64_t previous_seq, const char *lead_id, uint64_t revision);
static void say_bundle(struct fixture *f, const char *topic);

static void turn(void *client)
{
    struct fixture *f = client;
    struct lw_event event;
    lw_status status;
    while ((status = lw_events_next(f->events, &event)) == LW_OK) {
        assert_true(f->count < EVENTS_MAX);
        struct told *told = &f->told[f->count++];
        *told = (struct told){.kind = event.kind, .is_snapshot = event.is_snapshot, .to = event.to, .seq = event.seq,
                              .revision = event.revision};
        snprintf(told->lead_id, sizeof told->lead_id, "%s", event.lead_id);
        snprintf(told->rep, sizeof told->rep, "%s", event.rep);
        snprintf(told->cause, sizeof told->cause, "%s", event.cause);
        for (size_t i = 0; i < event.also_offered_count; i++)
            snprintf(told->also_offered + strlen(told->also_offered), 30, " %s", event.also_offered[i]);
        assert_non_null(event.disposition);
    }
    if (status == LW_REFUSED)
        f->refusals++;
}

static bool has_more(void *client)
{
    struct fixture *f = client;
    return f->count > f->checked;
}

static bool was_refused(void *client)
{
    return ((struct fixture *)client)->refusals > 0;
}

static const struct told *expect_told(struct fixture *f, lw_events_kind kind)
{
    fake_run_until(&f->fake, has_more);
    const struct told *told = &f->told[f->checked++];
    assert_int_equal(told->kind, kind);
    return told;
}

/* The broker's end knows that the subscription is in force, or is no more. */
static void await_subscription(struct fixture *f, const char *expected)
{
    char bytes[64];
    struct wire_message message;
    int size;
    while ((size = zmq_recv(f->fake.publisher, bytes, sizeof bytes, ZMQ_DONTWAIT)) < 0)
        fake_turn(&f->fake, &message);
    assert_int_equal(size, strlen(expected + 1) + 1);
    assert_memory_equal(bytes, expected, (size_t)size);
}

static void open_events(struct fixture *f, int no_snapshot)
{
    struct lw_events_options options = {.events_endpoint = f->fake.events_endpoint,
                                        .control_endpoint = f->fake.endpoint,
                                        .desk = "sales", .client = "test 1", .no_snapshot = no_snapshot};
    int fds[2];
    assert_int_equal(lw_events_open(&options, &f->events), LW_OK);
    assert_int_equal(lw_events_fds(f->events, fds), no_snapshot ? 1 : 2);
    await_subscription(f, "\x01+sales");
    await_subscription(f, "\x01sales");
    f->fake.turn = turn;
    f->fake.client = f;
}

static uint64_t expect_snapshot_request(struct fixture *f, uint64_t cursor)
{
    struct wire_message request = fake_expect(&f->fake, WIRE_SNAPSHOT_REQUEST);
    assert_int_equal(request.snapshot_request->cursor, cursor);
    return request.snapshot_request->request_id;
}

/* A page of one lead, and with the last one a rep. */
static void say_page(struct fixture *f, uint64_t request_id, uint64_t seq, uint64_t next_cursor, const char *lead_id,
                     uint64_t revision)
{
    Leadwire__V1__LeadEvent lead = LEADWIRE__V1__LEAD_EVENT__INIT, *leads[] = {&lead};
    lead.lead_id = (char *)lead_id;
    lead.to = LEADWIRE__V1__LEAD_STATE__LEAD_STATE_WAITING;
    lead.revision = revision;
    Leadwire__V1__RepEvent rep = LEADWIRE__V1__REP_EVENT__INIT, *reps[] = {&rep};
    rep.rep = "anna";
    rep.state = LEADWIRE__V1__REP_STATE__REP_STATE_AVAILABLE;
    Leadwire__V1__SnapshotReply page = LEADWIRE__V1__SNAPSHOT_REPLY__INIT;
    page.request_id = request_id;
    page.epoch = f->fake.epoch;
    page.seq = seq;
    page.next_cursor = next_cursor;
    page.leads = leads;
    page.n_leads = 1;
    page.reps = reps;
    page.n_reps = next_cursor == 0;
    fake_say(&f->fake, WIRE_SNAPSHOT_REPLY, &page);
}

static void say_lead_event(struct fixture *f, const char *topic, uint64_t seq, uint64_t previous_seq,
                           const char *lead_id, uint64_t revision)
{
    add_lead_event(f, seq, previous_seq, lead_id, revision);
    say_bundle(f, topic);
}

static void say_bundle(struct fixture *f, const char *topic)
{
    fake_publish_bytes(&f->fake, topic, f->bundle.data, f->bundle.size);
    byte_buffer_clear(&f->bundle);
}

static void add_lead_event(struct fixture *f, uint64_t seq, uint64_t previous_seq, const char *lead_id, uint64_t revision)
{
    Leadwire__V1__LeadEvent lead = LEADWIRE__V1__LEAD_EVENT__INIT;
    lead.lead_id = (char *)lead_id;
    lead.from = LEADWIRE__V1__LEAD_STATE__LEAD_STATE_WAITING;
    lead.to = LEADWIRE__V1__LEAD_STATE__LEAD_STATE_OFFERED;
    lead.cause = "offered";
    lead.revision = revision;
    lead.also_offered = (char *[]){"bruno", "carla"};
    lead.n_also_offered = 2;
    Leadwire__V1__Event event = LEADWIRE__V1__EVENT__INIT;
    event.epoch = f->fake.epoch;
    event.seq = seq;
    event.previous_seq = previous_seq;
    event.lead = &lead;
    assert_int_equal(wire_encode(&(struct wire_message){.type = WIRE_EVENT, .event = &event}, &f->bundle), LW_OK);
}

static void welcome(struct fixture *f)
{
    struct wire_message hello = fake_expect(&f->fake, WIRE_HELLO);
    assert_int_equal(hello.hello->role, LEADWIRE__V1__ROLE__ROLE_CONTROL);
    fake_welcome(&f->fake, 4, FAKE_HEARTBEAT_MS);
}

static void take_snapshot(struct fixture *f, uint64_t seq)
{
    say_page(f, expect_snapshot_request(f, 0), seq, 0, "5-1", 3);
    expect_told(f, LW_EVENTS_RESET);
    assert_string_equal(expect_told(f, LW_EVENTS_LEAD)->lead_id, "5-1");
    assert_string_equal(expect_told(f, LW_EVENTS_REP)->rep, "anna");
    expect_told(f, LW_EVENTS_LIVE);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    fake_open(&f->fake);
    byte_buffer_init(&f->bundle, WIRE_FRAME_SIZE_MAX);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    f->fake.turn = NULL;
    lw_events_close(&f->events);
    lw_events_close(&f->events);
    fake_close(&f->fake);
    byte_buffer_fini(&f->bundle);
    free(f);
    return 0;
}

static void a_snapshot_comes_first_and_then_the_events(void **state)
{
    struct fixture *f = *state;
    open_events(f, 0);
    welcome(f);
    take_snapshot(f, 10);
    say_lead_event(f, "sales", 10, 9, "5-1", 3);    /* in the snapshot */
    say_lead_event(f, "sales2", 11, 10, "5-8", 1);  /* of another desk, whose name begins like ours */
    say_lead_event(f, "sales", 12, 10, "5-1", 4);
    const struct told *told = expect_told(f, LW_EVENTS_LEAD);
    assert_int_equal(told->seq, 12);
    assert_int_equal(told->to, LW_LEAD_OFFERED);
    assert_string_equal(told->cause, "offered");
    assert_string_equal(told->also_offered, " bruno carla");
    assert_int_equal(told->is_snapshot, 0);
}

static void events_during_the_snapshot_come_after_it_each_change_once(void **state)
{
    struct fixture *f = *state;
    open_events(f, 0);
    welcome(f);
    expect_told(f, LW_EVENTS_RESET);
    uint64_t first = expect_snapshot_request(f, 0);
    say_lead_event(f, "sales", 11, 10, "5-2", 5);   /* in the second page already */
    say_lead_event(f, "sales", 12, 11, "5-1", 4);
    say_lead_event(f, "sales", 13, 12, "5-2", 6);   /* after it */
    say_page(f, first, 10, 77, "5-1", 3);
    say_page(f, expect_snapshot_request(f, 77), 12, 0, "5-2", 5);
    expect_told(f, LW_EVENTS_LEAD);
    expect_told(f, LW_EVENTS_LEAD);
    expect_told(f, LW_EVENTS_REP);
    expect_told(f, LW_EVENTS_LIVE);
    assert_int_equal(expect_told(f, LW_EVENTS_LEAD)->seq, 12);
    assert_int_equal(expect_told(f, LW_EVENTS_LEAD)->seq, 13);
    fake_expect_silence(&f->fake, 20);
    assert_int_equal(f->count, f->checked);
}

static void a_gap_starts_over(void **state)
{
    struct fixture *f = *state;
    open_events(f, 0);
    welcome(f);
    take_snapshot(f, 10);
    say_lead_event(f, "sales", 12, 11, "5-1", 4);
    take_snapshot(f, 12);
}

static void a_new_epoch_starts_over_and_an_old_one_is_dropped(void **state)
{
    struct fixture *f = *state;
    open_events(f, 0);
    welcome(f);
    take_snapshot(f, 10);
    f->fake.epoch--;
    say_lead_event(f, "sales", 11, 10, "5-1", 4);
    f->fake.epoch += 2;
    say_lead_event(f, "sales", 1, 0, "6-1", 1);
    take_snapshot(f, 1);
}

static void events_missed_on_a_quiet_desk_are_noticed(void **state)
{
    struct fixture *f = *state;
    open_events(f, 0);
    welcome(f);
    take_snapshot(f, 10);
    say_page(f, expect_snapshot_request(f, 0), 11, 0, "5-1", 4);   /* the desk is ahead, and no event came */
    take_snapshot(f, 11);
}

static void a_broker_that_comes_back_is_asked_for_its_state(void **state)
{
    struct fixture *f = *state;
    open_events(f, 0);
    welcome(f);
    take_snapshot(f, 10);
    fake_stop(&f->fake);
    fake_start(&f->fake);
    f->fake.epoch++;
    welcome(f);
    say_page(f, expect_snapshot_request(f, 0), 1, 0, "5-1", 4);
    take_snapshot(f, 1);
}

static void a_refused_snapshot_is_asked_again(void **state)
{
    struct fixture *f = *state;
    open_events(f, 0);
    welcome(f);
    expect_told(f, LW_EVENTS_RESET);
    fake_reply(&f->fake, expect_snapshot_request(f, 0), LEADWIRE__V1__STATUS__STATUS_REJECTED, "", "cursor", 0);
    take_snapshot(f, 10);
}

static void without_snapshot_only_events_are_told_and_a_gap_says_so(void **state)
{
    struct fixture *f = *state;
    open_events(f, 1);
    say_lead_event(f, "sales", 10, 9, "5-1", 4);
    say_lead_event(f, "sales", 11, 10, "5-1", 5);
    say_lead_event(f, "sales", 13, 12, "5-2", 1);
    assert_int_equal(expect_told(f, LW_EVENTS_LEAD)->seq, 10);
    assert_int_equal(expect_told(f, LW_EVENTS_LEAD)->seq, 11);
    expect_told(f, LW_EVENTS_RESET);
    assert_string_equal(expect_told(f, LW_EVENTS_LEAD)->lead_id, "5-2");
}

static void events_of_a_bundle_come_one_by_one(void **state)
{
    struct fixture *f = *state;
    open_events(f, 0);
    welcome(f);
    take_snapshot(f, 10);
    for (uint64_t seq = 10; seq <= 13; seq++)        /* the first is in the snapshot */
        add_lead_event(f, seq, seq - 1, "5-1", seq);
    say_bundle(f, "+sales");
    add_lead_event(f, 14, 13, "5-1", 14);
    say_bundle(f, "+sales2");                        /* of another desk */
    add_lead_event(f, 14, 13, "5-1", 14);
    byte_buffer_put(&f->bundle, "what is this?", 13);
    say_bundle(f, "+sales");
    for (uint64_t seq = 11; seq <= 14; seq++)
        assert_int_equal(expect_told(f, LW_EVENTS_LEAD)->seq, seq);
    fake_expect_silence(&f->fake, 20);
    assert_int_equal(f->count, f->checked);
}

static void who_gets_bundles_wants_no_single_events_and_is_told_none_twice(void **state)
{
    struct fixture *f = *state;
    open_events(f, 1);
    say_lead_event(f, "sales", 10, 9, "5-1", 10);
    say_lead_event(f, "sales", 11, 10, "5-1", 11);
    add_lead_event(f, 10, 9, "5-1", 10);             /* a broker that has both sends both */
    add_lead_event(f, 11, 10, "5-1", 11);
    add_lead_event(f, 12, 11, "5-1", 12);
    say_bundle(f, "+sales");
    for (uint64_t seq = 10; seq <= 12; seq++)
        assert_int_equal(expect_told(f, LW_EVENTS_LEAD)->seq, seq);
    await_subscription(f, "\0sales");
    assert_int_equal(f->count, f->checked);
    await_subscription(f, "\x01sales");               /* no bundle for long: this may be a broker that sends none */
}

static void after_a_gap_single_events_are_good_again(void **state)
{
    struct fixture *f = *state;
    open_events(f, 0);
    welcome(f);
    take_snapshot(f, 10);
    say_lead_event(f, "+sales", 11, 10, "5-1", 11);
    assert_int_equal(expect_told(f, LW_EVENTS_LEAD)->seq, 11);
    await_subscription(f, "\0sales");
    say_lead_event(f, "+sales", 13, 12, "5-1", 13);
    take_snapshot(f, 13);
    await_subscription(f, "\x01sales");
    say_lead_event(f, "sales", 14, 13, "5-1", 14);
    assert_int_equal(expect_told(f, LW_EVENTS_LEAD)->seq, 14);
}

static void garbage_on_the_stream_is_dropped(void **state)
{
    struct fixture *f = *state;
    open_events(f, 0);
    welcome(f);
    take_snapshot(f, 10);
    zmq_send(f->fake.publisher, "sales", 5, ZMQ_DONTWAIT);
    zmq_send(f->fake.publisher, "sales", 5, ZMQ_DONTWAIT | ZMQ_SNDMORE);
    zmq_send(f->fake.publisher, "junk", 4, ZMQ_DONTWAIT);
    zmq_send(f->fake.publisher, "sales", 5, ZMQ_DONTWAIT | ZMQ_SNDMORE);
    zmq_send(f->fake.publisher, "", 0, ZMQ_DONTWAIT | ZMQ_SNDMORE);
    zmq_send(f->fake.publisher, "", 0, ZMQ_DONTWAIT);
    say_lead_event(f, "sales", 11, 10, "5-1", 4);
    assert_int_equal(expect_told(f, LW_EVENTS_LEAD)->seq, 11);
}

static void a_refusal_is_told(void **state)
{
    struct fixture *f = *state;
    open_events(f, 0);
    expect_told(f, LW_EVENTS_RESET);
    fake_expect(&f->fake, WIRE_HELLO);
    fake_reply(&f->fake, 0, LEADWIRE__V1__STATUS__STATUS_NOT_OWNER, "", "no such desk here", 0);
    fake_run_until(&f->fake, was_refused);
    assert_string_equal(lw_events_error(f->events), "no such desk here");
}

static void wrong_options_are_refused(void **state)
{
    struct fixture *f = *state;
    struct lw_events *none;
    struct lw_events_options options = {.events_endpoint = f->fake.events_endpoint, .desk = "sales"};
    assert_int_equal(lw_events_open(&options, &none), LW_INVALID);
    assert_null(none);
    options.no_snapshot = 1;
    options.events_endpoint = "nonsense";
    assert_int_equal(lw_events_open(&options, &none), LW_INVALID);
    options.events_endpoint = f->fake.events_endpoint;
    options.desk = "";
    assert_int_equal(lw_events_open(&options, &none), LW_INVALID);
    options.desk = "sales";
    options.events_endpoint = "tcp://192.168.1.2:5573";      /* not in clear */
    assert_int_equal(lw_events_open(&options, &none), LW_INVALID);
}

/* control_client waits, so it asks from a thread of its own. */
struct asker {
    struct control_client *control;
    int timeout_ms;
    lw_status status;
    struct wire_message reply;
};

static void *ask(void *argument)
{
    struct asker *asker = argument;
    Leadwire__V1__StatusRequest request = LEADWIRE__V1__STATUS_REQUEST__INIT;
    struct wire_message message = {.type = WIRE_STATUS_REQUEST, .status_request = &request};
    asker->status = control_client_ask(asker->control, &message, asker->timeout_ms, &asker->reply);
    return NULL;
}

static void begin_asking(struct fixture *f, struct asker *asker, pthread_t *thread, int timeout_ms)
{
    *asker = (struct asker){.timeout_ms = timeout_ms};
    assert_int_equal(control_client_open(f->fake.endpoint, "sales", "test 1", NULL, &asker->control), LW_OK);
    assert_int_equal(pthread_create(thread, NULL, ask, asker), 0);
}

static void a_control_request_gets_its_reply(void **state)
{
    struct fixture *f = *state;
    struct asker asker;
    pthread_t thread;
    begin_asking(f, &asker, &thread, WAIT_MAX_MS);
    welcome(f);
    Leadwire__V1__StatusReply reply = LEADWIRE__V1__STATUS_REPLY__INIT;
    reply.request_id = fake_expect(&f->fake, WIRE_STATUS_REQUEST).status_request->request_id;
    reply.desk = "sales";
    reply.waiting = 3;
    fake_say(&f->fake, WIRE_STATUS_REPLY, &reply);
    pthread_join(thread, NULL);
    assert_int_equal(asker.status, LW_OK);
    assert_int_equal(asker.reply.type, WIRE_STATUS_REPLY);
    assert_int_equal(asker.reply.status_reply->waiting, 3);
    control_client_close(&asker.control);
    control_client_close(&asker.control);
}

static void a_control_request_is_refused_or_runs_out_of_time(void **state)
{
    struct fixture *f = *state;
    struct asker asker;
    pthread_t thread;
    begin_asking(f, &asker, &thread, WAIT_MAX_MS);
    fake_expect(&f->fake, WIRE_HELLO);
    fake_reply(&f->fake, 0, LEADWIRE__V1__STATUS__STATUS_VERSION, "", "too old", 0);
    pthread_join(thread, NULL);
    assert_int_equal(asker.status, LW_REFUSED);
    assert_string_equal(control_client_error(asker.control), "too old");
    asker.timeout_ms = 30;
    ask(&asker);
    assert_int_equal(asker.status, LW_TIMEOUT);
    assert_string_equal(control_client_error(asker.control), "no answer in time");
    control_client_close(&asker.control);
}

static void a_broker_that_is_busy_all_the_time_is_not_taken_for_silent(void **state)
{
    struct fixture *f = *state;
    struct asker asker;
    pthread_t thread;
    begin_asking(f, &asker, &thread, 300);
    welcome(f);
    fake_reply(&f->fake, fake_expect(&f->fake, WIRE_STATUS_REQUEST).status_request->request_id, LEADWIRE__V1__STATUS__STATUS_BUSY, "", "no rules yet", 60000);
    pthread_join(thread, NULL);
    assert_int_equal(asker.status, LW_AGAIN);
    assert_string_equal(control_client_error(asker.control), "no rules yet");
    control_client_close(&asker.control);
}

static void a_hello_that_is_answered_with_busy_is_told_as_such(void **state)
{
    struct fixture *f = *state;
    struct asker asker;
    pthread_t thread;
    begin_asking(f, &asker, &thread, 300);
    fake_expect(&f->fake, WIRE_HELLO);
    fake_reply(&f->fake, 0, LEADWIRE__V1__STATUS__STATUS_BUSY, "", "too many sessions", 60000);
    pthread_join(thread, NULL);
    assert_int_equal(asker.status, LW_AGAIN);
    assert_string_equal(control_client_error(asker.control), "too many sessions");
    control_client_close(&asker.control);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_snapshot_comes_first_and_then_the_events),
        TEST(events_during_the_snapshot_come_after_it_each_change_once),
        TEST(a_gap_starts_over),
        TEST(a_new_epoch_starts_over_and_an_old_one_is_dropped),
        TEST(events_missed_on_a_quiet_desk_are_noticed),
        TEST(a_broker_that_comes_back_is_asked_for_its_state),
        TEST(a_refused_snapshot_is_asked_again),
        TEST(without_snapshot_only_events_are_told_and_a_gap_says_so),
        TEST(events_of_a_bundle_come_one_by_one),
        TEST(who_gets_bundles_wants_no_single_events_and_is_told_none_twice),
        TEST(after_a_gap_single_events_are_good_again),
        TEST(garbage_on_the_stream_is_dropped),
        TEST(a_refusal_is_told),
        TEST(wrong_options_are_refused),
        TEST(a_control_request_gets_its_reply),
        TEST(a_control_request_is_refused_or_runs_out_of_time),
        TEST(a_broker_that_is_busy_all_the_time_is_not_taken_for_silent),
        TEST(a_hello_that_is_answered_with_busy_is_told_as_such),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
