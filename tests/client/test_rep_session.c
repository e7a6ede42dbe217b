/* SPDX-License-Identifier: Apache-2.0
 * The rep session against a scripted broker. */
#include "fake_broker.h"

#include <leadwire/leadwire.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS_MAX = 64 };

struct told {
    lw_rep_event_kind kind;
    char day[64], lead_id[64], reason[64], full_name[64], why[64], bought[64];
    uint32_t offer_number;
    int resumed, interrupts;
    lw_lead_state lead_state;
    lw_rep_state state;
    uint64_t ticket;
    lw_outcome outcome;
    uint32_t contact_count;
    int64_t came_unix_ms[2];   /* of its first contacts */
};

struct fixture {
    struct fake_broker fake;
    struct lw_rep *rep;
    struct told told[EVENTS_MAX];
    unsigned count, checked;
    lw_status last;
};

static void turn(void *client)
{
    struct fixture *f = client;
    struct lw_rep_event event;
    while ((f->last = lw_rep_next(f->rep, &event)) == LW_OK) {
        assert_true(f->count < EVENTS_MAX);
        assert_non_null(event.queue);
        struct told *told = &f->told[f->count++];
        *told = (struct told){.kind = event.kind, .offer_number = event.offer_number, .resumed = event.resumed, .interrupts = event.interrupts,
                              .lead_state = event.lead_state, .state = event.state, .ticket = event.ticket,
                              .outcome = event.outcome, .contact_count = event.contact_count};
        for (uint32_t i = 0; i < event.contact_count && i < 2; i++)
            told->came_unix_ms[i] = event.contact_unix_ms[i];
        snprintf(told->lead_id, sizeof told->lead_id, "%s", event.lead_id);
        snprintf(told->bought, sizeof told->bought, "%" PRId64 " %s%s", event.bought_unix_ms, event.bought, event.no_customer ? ", none" : "");
        snprintf(told->reason, sizeof told->reason, "%s", event.reason);
        snprintf(told->why, sizeof told->why, "%s", event.why);
        if (event.kind == LW_REP_DAY)
            snprintf(told->day, sizeof told->day, "untold");
        if (event.day)
            snprintf(told->day, sizeof told->day, "completed %" PRIu32 ", waiting %" PRIu32 " %s", event.day->completed, event.day->waiting[0].count,
                     event.day->waiting[0].excluded_by);
        if (event.lead)
            snprintf(told->full_name, sizeof told->full_name, "%s", event.lead->full_name);
    }
}

static bool has_more(void *client)
{
    struct fixture *f = client;
    return f->count > f->checked;
}

/* The next event, which must be of this kind. */
static const struct told *expect_told(struct fixture *f, lw_rep_event_kind kind)
{
    fake_run_until(&f->fake, has_more);
    const struct told *told = &f->told[f->checked++];
    assert_int_equal(told->kind, kind);
    return told;
}

static void nothing_more_is_told(struct fixture *f)
{
    fake_expect_silence(&f->fake, 30);
    assert_int_equal(f->count, f->checked);
}

static void open_rep(struct fixture *f)
{
    struct lw_rep_options options = {.endpoint = f->fake.endpoint, .desk = "sales", .rep = "anna", .secret = "s3cret",
                                     .client = "test 1"};
    assert_int_equal(lw_rep_open(&options, &f->rep), LW_OK);
    f->fake.turn = turn;
    f->fake.client = f;
}

static void log_on(struct fixture *f)
{
    struct wire_message hello = fake_expect(&f->fake, WIRE_HELLO);
    assert_int_equal(hello.hello->role, LEADWIRE__V1__ROLE__ROLE_REP);
    assert_string_equal(hello.hello->rep, "anna");
    assert_string_equal(hello.hello->secret, "s3cret");
    fake_welcome(&f->fake, 8, FAKE_HEARTBEAT_MS);
    expect_told(f, LW_REP_WELCOME);
}

static void say_offer(struct fixture *f, const char *lead_id, uint32_t number, bool resumed)
{
    Leadwire__V1__Lead lead = LEADWIRE__V1__LEAD__INIT;
    lead.channel = LEADWIRE__V1__CHANNEL__CHANNEL_WEB;
    lead.source = "contact-form";
    lead.full_name = "Ada";
    Leadwire__V1__Offer offer = LEADWIRE__V1__OFFER__INIT;
    offer.lead_id = (char *)lead_id;
    offer.offer_number = number;
    offer.deadline_unix_ms = 1700000000000;
    offer.answer_ms = 30000;
    offer.queue = "italian";
    offer.why = "best match";
    offer.resumed = resumed;
    offer.interrupts = true;
    offer.bought = "pumps";
    offer.bought_unix_ms = 1767225600000;
    offer.no_customer = resumed;
    offer.epoch = f->fake.epoch;
    offer.lead = &lead;
    fake_say(&f->fake, WIRE_OFFER, &offer);
}

static void say_holding(struct fixture *f, const char *lead_id, uint32_t number, Leadwire__V1__LeadState state,
                        bool resumed)
{
    Leadwire__V1__Lead lead = LEADWIRE__V1__LEAD__INIT;
    lead.channel = LEADWIRE__V1__CHANNEL__CHANNEL_WEB;
    lead.source = "contact-form";
    Leadwire__V1__Holding holding = LEADWIRE__V1__HOLDING__INIT;
    holding.lead_id = (char *)lead_id;
    holding.offer_number = number;
    holding.state = state;
    holding.resumed = resumed;
    holding.epoch = f->fake.epoch;
    holding.lead = &lead;
    fake_say(&f->fake, WIRE_HOLDING, &holding);
}

static void say_snapshot_end(struct fixture *f)
{
    Leadwire__V1__SnapshotEnd end = LEADWIRE__V1__SNAPSHOT_END__INIT;
    end.epoch = f->fake.epoch;
    fake_say(&f->fake, WIRE_SNAPSHOT_END, &end);
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
    lw_rep_close(&f->rep, 0);
    lw_rep_close(&f->rep, 0);
    fake_close(&f->fake);
    free(f);
    return 0;
}

static void a_lead_is_offered_accepted_held_and_completed(void **state)
{
    struct fixture *f = *state;
    uint64_t ticket;
    open_rep(f);
    log_on(f);
    say_snapshot_end(f);
    expect_told(f, LW_REP_SNAPSHOT);
    say_offer(f, "5-1", 1, false);
    const struct told *offer = expect_told(f, LW_REP_OFFER);
    assert_string_equal(offer->lead_id, "5-1");
    assert_string_equal(offer->full_name, "Ada");
    assert_string_equal(offer->why, "best match");
    assert_true(offer->interrupts);
    assert_string_equal(offer->bought, "1767225600000 pumps");

    assert_int_equal(lw_rep_accept(f->rep, "5-1", 1, &ticket), LW_OK);
    struct wire_message answer = fake_expect(&f->fake, WIRE_OFFER_ANSWER);
    assert_true(answer.offer_answer->accept);
    assert_int_equal(answer.offer_answer->offer_number, 1);
    fake_reply(&f->fake, ticket, LEADWIRE__V1__STATUS__STATUS_ACCEPTED, "", "", 0);
    const struct told *told = expect_told(f, LW_REP_ANSWER);
    assert_int_equal(told->ticket, ticket);
    assert_int_equal(told->outcome, LW_OUTCOME_ACCEPTED);
    assert_string_equal(told->lead_id, "5-1");
    say_holding(f, "5-1", 1, LEADWIRE__V1__LEAD_STATE__LEAD_STATE_ASSIGNED, false);
    assert_int_equal(expect_told(f, LW_REP_HOLDING)->lead_state, LW_LEAD_ASSIGNED);

    assert_int_equal(lw_rep_complete(f->rep, "5-1", "won", "note", NULL, &ticket), LW_OK);
    struct wire_message complete = fake_expect(&f->fake, WIRE_COMPLETE);
    assert_string_equal(complete.complete->disposition, "won");
    assert_true(strlen(complete.complete->idempotency_id) > 10);
    fake_reply(&f->fake, ticket, LEADWIRE__V1__STATUS__STATUS_ACCEPTED, "5-1", "", 0);
    assert_int_equal(expect_told(f, LW_REP_ANSWER)->outcome, LW_OUTCOME_ACCEPTED);
    nothing_more_is_told(f);
}

static void a_completion_names_when_and_where(void **state)
{
    struct fixture *f = *state;
    uint64_t ticket;
    open_rep(f);
    log_on(f);
    const struct lw_completion completion = {.disposition = "visit", .at_unix_ms = 1800000000000, .place = "Via Roma 1", .idempotency_id = "v1"};
    assert_int_equal(lw_rep_complete_with(f->rep, "5-1", &completion, &ticket), LW_OK);
    struct wire_message sent = fake_expect(&f->fake, WIRE_COMPLETE);
    assert_string_equal(sent.complete->disposition, "visit");
    assert_int_equal(sent.complete->at_unix_ms, 1800000000000);
    assert_string_equal(sent.complete->place, "Via Roma 1");
    assert_string_equal(sent.complete->idempotency_id, "v1");
    fake_reply(&f->fake, ticket, LEADWIRE__V1__STATUS__STATUS_ACCEPTED, "5-1", "scheduled", 0);
    assert_int_equal(expect_told(f, LW_REP_ANSWER)->outcome, LW_OUTCOME_ACCEPTED);
}

static void repeats_of_offers_and_holdings_are_told_once(void **state)
{
    struct fixture *f = *state;
    open_rep(f);
    log_on(f);
    say_offer(f, "5-1", 1, false);
    say_offer(f, "5-1", 1, false);
    say_offer(f, "5-1", 2, false);
    say_holding(f, "5-2", 1, LEADWIRE__V1__LEAD_STATE__LEAD_STATE_CONNECTING, false);
    say_holding(f, "5-2", 1, LEADWIRE__V1__LEAD_STATE__LEAD_STATE_CONNECTING, false);
    say_holding(f, "5-2", 1, LEADWIRE__V1__LEAD_STATE__LEAD_STATE_ASSIGNED, false);
    assert_int_equal(expect_told(f, LW_REP_OFFER)->offer_number, 1);
    assert_int_equal(expect_told(f, LW_REP_OFFER)->offer_number, 2);
    assert_int_equal(expect_told(f, LW_REP_HOLDING)->lead_state, LW_LEAD_CONNECTING);
    assert_int_equal(expect_told(f, LW_REP_HOLDING)->lead_state, LW_LEAD_ASSIGNED);
    nothing_more_is_told(f);
}

/* A broker of before tells of none, or of fewer than there are. */
static void contacts_come_with_their_times_as_far_as_they_are_told(void **state)
{
    struct fixture *f = *state;
    Leadwire__V1__Lead lead = LEADWIRE__V1__LEAD__INIT, *contacts[] = {&lead, &lead};
    Leadwire__V1__JoinedContact first = LEADWIRE__V1__JOINED_CONTACT__INIT, *joined[] = {&first};
    Leadwire__V1__Offer offer = LEADWIRE__V1__OFFER__INIT;
    open_rep(f);
    log_on(f);
    say_snapshot_end(f);
    expect_told(f, LW_REP_SNAPSHOT);
    lead.channel = LEADWIRE__V1__CHANNEL__CHANNEL_WEB;
    lead.source = "contact-form";
    offer.lead_id = "5-1";
    offer.offer_number = 1;
    offer.epoch = f->fake.epoch;
    offer.lead = &lead;
    offer.contacts = contacts;
    offer.n_contacts = 2;
    first.came_unix_ms = 1767225600000;
    offer.joined = joined;
    offer.n_joined = 1;
    fake_say(&f->fake, WIRE_OFFER, &offer);
    const struct told *told = expect_told(f, LW_REP_OFFER);
    assert_int_equal(told->contact_count, 2);
    assert_int_equal(told->came_unix_ms[0], 1767225600000);
    assert_int_equal(told->came_unix_ms[1], 0);
}

static void withdrawals_and_status_are_told(void **state)
{
    struct fixture *f = *state;
    open_rep(f);
    log_on(f);
    say_offer(f, "5-1", 1, false);
    expect_told(f, LW_REP_OFFER);
    Leadwire__V1__Withdrawn withdrawn = LEADWIRE__V1__WITHDRAWN__INIT;
    withdrawn.lead_id = "5-1";
    withdrawn.offer_number = 1;
    withdrawn.reason = "expired";
    withdrawn.epoch = f->fake.epoch;
    fake_say(&f->fake, WIRE_WITHDRAWN, &withdrawn);
    assert_string_equal(expect_told(f, LW_REP_WITHDRAWN)->reason, "expired");
    Leadwire__V1__RepStatus status = LEADWIRE__V1__REP_STATUS__INIT;
    status.state = LEADWIRE__V1__REP_STATE__REP_STATE_BREAK;
    status.epoch = f->fake.epoch;
    fake_say(&f->fake, WIRE_REP_STATUS, &status);
    assert_int_equal(expect_told(f, LW_REP_STATUS)->state, LW_REP_BREAK);
}

static void a_late_answer_is_told_as_not_yours(void **state)
{
    struct fixture *f = *state;
    uint64_t ticket;
    open_rep(f);
    log_on(f);
    assert_int_equal(lw_rep_decline(f->rep, "5-1", 3, "lunch", &ticket), LW_OK);
    struct wire_message answer = fake_expect(&f->fake, WIRE_OFFER_ANSWER);
    assert_false(answer.offer_answer->accept);
    assert_string_equal(answer.offer_answer->reason, "lunch");
    fake_reply(&f->fake, ticket, LEADWIRE__V1__STATUS__STATUS_NOT_YOURS, "5-1", "expired", 0);
    const struct told *told = expect_told(f, LW_REP_ANSWER);
    assert_int_equal(told->outcome, LW_OUTCOME_NOT_YOURS);
    assert_int_equal(told->offer_number, 3);
    assert_string_equal(told->reason, "expired");
}

static void a_resumed_session_lists_what_is_held_and_is_told_all_again(void **state)
{
    struct fixture *f = *state;
    uint64_t ticket;
    open_rep(f);
    log_on(f);
    say_holding(f, "5-1", 1, LEADWIRE__V1__LEAD_STATE__LEAD_STATE_ASSIGNED, false);
    say_holding(f, "5-2", 4, LEADWIRE__V1__LEAD_STATE__LEAD_STATE_ASSIGNED, false);
    say_offer(f, "5-3", 1, false);
    expect_told(f, LW_REP_HOLDING);
    expect_told(f, LW_REP_HOLDING);
    expect_told(f, LW_REP_OFFER);
    assert_int_equal(lw_rep_accept(f->rep, "5-3", 1, &ticket), LW_OK);
    fake_expect(&f->fake, WIRE_OFFER_ANSWER);

    fake_stop(&f->fake);
    expect_told(f, LW_REP_LOST);
    assert_int_equal(lw_rep_connected(f->rep), 0);
    fake_start(&f->fake);
    f->fake.epoch++;
    struct wire_message hello = fake_expect(&f->fake, WIRE_HELLO);
    assert_int_equal(hello.hello->n_held, 2);
    assert_string_equal(hello.hello->held[1]->lead_id, "5-2");
    assert_int_equal(hello.hello->held[1]->offer_number, 4);
    fake_welcome(&f->fake, 8, FAKE_HEARTBEAT_MS);
    assert_int_equal(fake_expect(&f->fake, WIRE_OFFER_ANSWER).offer_answer->request_id, ticket);
    expect_told(f, LW_REP_WELCOME);
    say_holding(f, "5-1", 1, LEADWIRE__V1__LEAD_STATE__LEAD_STATE_ASSIGNED, true);
    say_offer(f, "5-3", 1, true);
    say_snapshot_end(f);
    assert_int_equal(expect_told(f, LW_REP_HOLDING)->resumed, 1);
    assert_int_equal(expect_told(f, LW_REP_OFFER)->resumed, 1);
    expect_told(f, LW_REP_SNAPSHOT);

    fake_reply(&f->fake, ticket, LEADWIRE__V1__STATUS__STATUS_NO_SESSION, "", "", 0);
    hello = fake_expect(&f->fake, WIRE_HELLO);
    assert_int_equal(hello.hello->n_held, 1);   /* 5-2 was not told again: it is gone */
    expect_told(f, LW_REP_LOST);
}

static void a_wrong_secret_ends_the_session(void **state)
{
    struct fixture *f = *state;
    uint64_t ticket;
    open_rep(f);
    fake_expect(&f->fake, WIRE_HELLO);
    fake_reply(&f->fake, 0, LEADWIRE__V1__STATUS__STATUS_UNAUTHENTICATED, "", "unknown rep or wrong secret", 0);
    assert_string_equal(expect_told(f, LW_REP_REFUSED)->reason, "unknown rep or wrong secret");
    assert_string_equal(lw_rep_error(f->rep), "unknown rep or wrong secret");
    nothing_more_is_told(f);
    assert_int_equal(f->last, LW_CLOSED);
    assert_int_equal(lw_rep_accept(f->rep, "5-1", 1, &ticket), LW_CLOSED);
    assert_int_equal(lw_rep_complete(f->rep, NULL, "won", "", NULL, &ticket), LW_CLOSED);
}

static void a_manager_ends_the_session(void **state)
{
    struct fixture *f = *state;
    open_rep(f);
    log_on(f);
    Leadwire__V1__Bye bye = LEADWIRE__V1__BYE__INIT;
    bye.reason = "a manager logged you off";
    fake_say(&f->fake, WIRE_BYE, &bye);
    assert_string_equal(expect_told(f, LW_REP_REFUSED)->reason, "a manager logged you off");
    nothing_more_is_told(f);
    assert_int_equal(f->last, LW_CLOSED);
}

static void a_second_device_ends_the_session_and_other_farewells_reconnect(void **state)
{
    struct fixture *f = *state;
    open_rep(f);
    log_on(f);
    Leadwire__V1__Bye bye = LEADWIRE__V1__BYE__INIT;
    bye.reason = "slow";
    fake_say(&f->fake, WIRE_BYE, &bye);
    assert_string_equal(expect_told(f, LW_REP_LOST)->reason, "slow");
    log_on(f);
    bye.reason = "another device logged on";
    fake_say(&f->fake, WIRE_BYE, &bye);
    assert_string_equal(expect_told(f, LW_REP_REFUSED)->reason, "another device logged on");
    nothing_more_is_told(f);
    assert_int_equal(f->last, LW_CLOSED);
}

static void a_desk_that_is_not_served_yet_is_asked_again(void **state)
{
    struct fixture *f = *state;
    open_rep(f);
    fake_expect(&f->fake, WIRE_HELLO);
    fake_reply(&f->fake, 0, LEADWIRE__V1__STATUS__STATUS_NOT_OWNER, "", "not serving", 0);
    fake_expect(&f->fake, WIRE_HELLO);
    assert_string_equal(expect_told(f, LW_REP_LOST)->reason, "not serving");
    fake_reply(&f->fake, 0, LEADWIRE__V1__STATUS__STATUS_NOT_OWNER, "", "not serving", 0);
    fake_expect(&f->fake, WIRE_HELLO);
    fake_reply(&f->fake, 0, LEADWIRE__V1__STATUS__STATUS_BUSY, "", "loading", 50);
    assert_string_equal(expect_told(f, LW_REP_LOST)->reason, "loading");
    log_on(f);
}

static void the_state_is_set_and_bye_is_said_at_log_off(void **state)
{
    struct fixture *f = *state;
    uint64_t ticket;
    open_rep(f);
    log_on(f);
    assert_int_equal(lw_rep_set_state(f->rep, LW_REP_BREAK, "lunch", &ticket), LW_OK);
    struct wire_message set = fake_expect(&f->fake, WIRE_SET_REP_STATE);
    assert_int_equal(set.set_rep_state->state, LEADWIRE__V1__REP_STATE__REP_STATE_BREAK);
    fake_reply(&f->fake, ticket, LEADWIRE__V1__STATUS__STATUS_ACCEPTED, "", "", 0);
    assert_int_equal(expect_told(f, LW_REP_ANSWER)->outcome, LW_OUTCOME_ACCEPTED);
    f->fake.turn = NULL;
    lw_rep_close(&f->rep, 1);
    fake_expect(&f->fake, WIRE_BYE);
}

static void the_day_is_told_as_the_broker_says_it(void **state)
{
    struct fixture *f = *state;
    uint64_t ticket;
    f->fake.days = true;
    open_rep(f);
    assert_int_equal(lw_rep_ask_day(f->rep, &ticket), LW_UNSUPPORTED);   /* no Welcome yet */
    log_on(f);
    assert_int_equal(lw_rep_ask_day(f->rep, &ticket), LW_OK);
    assert_int_equal(fake_expect(&f->fake, WIRE_DAY_REQUEST).day_request->request_id, ticket);
    fake_reply(&f->fake, ticket, LEADWIRE__V1__STATUS__STATUS_BUSY, "", "one after the other", 20);
    fake_expect(&f->fake, WIRE_DAY_REQUEST);
    Leadwire__V1__DayWhy why = LEADWIRE__V1__DAY_WHY__INIT, *whys[] = {&why};
    Leadwire__V1__DayReply reply = LEADWIRE__V1__DAY_REPLY__INIT;
    why.excluded_by = (char *)"skill";
    why.count = 2;
    reply.request_id = ticket;
    reply.rep = (char *)"anna";
    reply.completed = 3;
    reply.n_waiting = 1;
    reply.waiting = whys;
    fake_say(&f->fake, WIRE_DAY_REPLY, &reply);
    const struct told *told = expect_told(f, LW_REP_DAY);
    assert_int_equal(told->ticket, ticket);
    assert_string_equal(told->day, "completed 3, waiting 2 skill");
    nothing_more_is_told(f);
}

/* It could not read the question, and would drop who asks again and again. */
static void a_broker_that_tells_no_days_is_not_asked_again_and_again(void **state)
{
    struct fixture *f = *state;
    uint64_t ticket;
    f->fake.days = true;
    open_rep(f);
    log_on(f);
    assert_int_equal(lw_rep_ask_day(f->rep, &ticket), LW_OK);
    fake_expect(&f->fake, WIRE_DAY_REQUEST);
    f->fake.days = false;                       /* an older one takes the desk over */
    Leadwire__V1__Bye bye = LEADWIRE__V1__BYE__INIT;
    bye.reason = "restart";
    fake_say(&f->fake, WIRE_BYE, &bye);
    expect_told(f, LW_REP_LOST);
    log_on(f);
    assert_string_equal(expect_told(f, LW_REP_DAY)->day, "untold");
    assert_int_equal(lw_rep_ask_day(f->rep, &ticket), LW_UNSUPPORTED);
    nothing_more_is_told(f);
}

static void every_call_says_what_is_wrong_with_its_input(void **state)
{
    struct fixture *f = *state;
    struct lw_rep *none;
    uint64_t ticket;
    struct lw_rep_options options = {.endpoint = f->fake.endpoint, .desk = "sales", .rep = "anna"};
    assert_int_equal(lw_rep_open(&options, &none), LW_INVALID);
    assert_null(none);
    options = (struct lw_rep_options){.endpoint = f->fake.endpoint, .desk = "sales", .secret = "s"};
    assert_int_equal(lw_rep_open(&options, &none), LW_INVALID);
    options = (struct lw_rep_options){.endpoint = "nonsense", .desk = "sales", .rep = "anna", .secret = "s"};
    assert_int_equal(lw_rep_open(&options, &none), LW_INVALID);
    options.endpoint = "tcp://10.0.0.5:5571";      /* the secret, in clear? */
    assert_int_equal(lw_rep_open(&options, &none), LW_INVALID);

    open_rep(f);
    assert_int_equal(lw_rep_accept(f->rep, "", 1, &ticket), LW_INVALID);
    assert_int_equal(lw_rep_decline(f->rep, NULL, 1, NULL, &ticket), LW_INVALID);
    assert_int_equal(lw_rep_complete(f->rep, "5-1", "", NULL, NULL, &ticket), LW_INVALID);
    assert_int_equal(lw_rep_complete(f->rep, "", "won", NULL, NULL, &ticket), LW_INVALID);
    assert_int_equal(lw_rep_set_state(f->rep, LW_REP_AWAY, NULL, &ticket), LW_INVALID);
    assert_string_equal(lw_rep_error(f->rep), "a rep sets itself available or on break");
    assert_int_equal(lw_rep_accept(f->rep, "5-1\n", 1, &ticket), LW_INVALID);
    char long_note[5000];
    memset(long_note, 'a', sizeof long_note - 1);
    long_note[sizeof long_note - 1] = '\0';
    assert_int_equal(lw_rep_complete(f->rep, "5-1", "won", long_note, NULL, &ticket), LW_TOO_LARGE);
    assert_int_equal(ticket, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_lead_is_offered_accepted_held_and_completed),
        TEST(a_completion_names_when_and_where),
        TEST(repeats_of_offers_and_holdings_are_told_once),
        TEST(contacts_come_with_their_times_as_far_as_they_are_told),
        TEST(withdrawals_and_status_are_told),
        TEST(a_late_answer_is_told_as_not_yours),
        TEST(a_resumed_session_lists_what_is_held_and_is_told_all_again),
        TEST(a_wrong_secret_ends_the_session),
        TEST(a_manager_ends_the_session),
        TEST(a_second_device_ends_the_session_and_other_farewells_reconnect),
        TEST(a_desk_that_is_not_served_yet_is_asked_again),
        TEST(the_state_is_set_and_bye_is_said_at_log_off),
        TEST(the_day_is_told_as_the_broker_says_it),
        TEST(a_broker_that_tells_no_days_is_not_asked_again_and_again),
        TEST(every_call_says_what_is_wrong_with_its_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
