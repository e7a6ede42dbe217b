/* SPDX-License-Identifier: Apache-2.0
 *
 * A Redis that is slow, or away: what waits for it is bounded, who asks is told busy, and nothing is lost.
 */
#include <stdio.h>
#include <string.h>

#include "bounds_peer.h"
#include "broker_fixture.h"
#include "cmocka_all.h"
#include "redis_fixture.h"
#include "wall_clock.h"

#define PUBLISHER LEADWIRE__V1__ROLE__ROLE_PUBLISHER
#define REP LEADWIRE__V1__ROLE__ROLE_REP
#define STATUS(name) LEADWIRE__V1__STATUS__STATUS_##name

enum { OFFER_MS = 60000, GRACE_MS = 60000, FILLING_MAX = 400, ENOUGH = 150, LATER = 1000, LARGE = 15000 };
enum { RULES_SIZE = 1000 * 1000, ASKED = 100, PROBES_MAX = 200, NOTE_SIZE = 4000, MARKS = 1000 };

static struct redis_fixture redis;
static struct broker_fixture broker;
static char redis_address[128];

static void open_as(struct raw_peer *peer, const char *door, Leadwire__V1__Role role, const char *rep)
{
    raw_peer_open(peer, broker.run_dir, door);
    raw_peer_enter(peer, role, rep);
}

/* Until the first is told busy; those before it, more than may be unconfirmed, wait as long as Redis stands still. Gives how many were sent. */
static uint32_t fill_the_journal(struct raw_peer *publisher)
{
    static char filler[LARGE + 1];
    char id[32];
    Leadwire__V1__Publish publish = LEADWIRE__V1__PUBLISH__INIT;
    Leadwire__V1__Lead lead = LEADWIRE__V1__LEAD__INIT;
    uint32_t sent = 0;

    memset(filler, 'x', LARGE);
    lead.channel = LEADWIRE__V1__CHANNEL__CHANNEL_WEB;
    lead.source = (char *)(uintptr_t)"form";
    lead.summary = filler;
    publish.lead = &lead;
    publish.idempotency_id = id;
    do {
        assert_true(sent < FILLING_MAX);
        snprintf(id, sizeof id, "fill-%u", sent++);
        publish.request_id = ++publisher->request_id;
        raw_peer_send(publisher, WIRE_PUBLISH, &publish.base);
    } while (!raw_peer_receive(publisher, sent < ENOUGH ? 0 : 100));
    assert_int_equal(publisher->message.reply->status, STATUS(BUSY));
    return sent;
}

static void a_journal_that_is_behind_makes_publishers_busy(void **state)
{
    static const char *const args[] = {"--redis", redis_address, "--away-after", "60000", "--lease", "120000", NULL};
    struct raw_peer filler, later, anna;

    (void)state;
    redis_fixture_open(&redis, NULL);
    snprintf(redis_address, sizeof redis_address, "unix:%s", redis.socket);
    broker_fixture_open(&broker, args);
    broker_fixture_start(&broker);
    raw_peer_apply_rules(broker.run_dir, OFFER_MS, GRACE_MS);
    open_as(&filler, "publish", PUBLISHER, NULL);
    redis_fixture_pause(&redis);
    uint32_t sent = fill_the_journal(&filler);

    uint32_t accepted = 0, busy = 1, later_busy = 0;
    assert_string_equal(filler.message.reply->reason, "the journal is behind");
    assert_true(filler.message.reply->retry_after_ms > 0);
    redis_fixture_go_on(&redis);

    while (accepted + busy < sent) {
        assert_true(raw_peer_receive(&filler, RAW_PEER_WAIT_MS));
        accepted += filler.message.reply->status == STATUS(ACCEPTED);
        busy += filler.message.reply->status == STATUS(BUSY);
    }
    assert_true(accepted > 100);
    open_as(&later, "publish", PUBLISHER, NULL);
    while (bounds_peer_publish(&later, "later", 0, LARGE) == STATUS(BUSY))
        assert_true(++later_busy < LATER);
    open_as(&anna, "reps", REP, "anna");
    bounds_peer_work_off(&anna, accepted + 1);
    struct desk_seen desk = bounds_peer_ask_desk(broker.run_dir);
    assert_int_equal(desk.published, accepted + 1);
    assert_int_equal(desk.completed, accepted + 1);
    struct bound_seen journal = bounds_peer_ask(broker.run_dir, "journal_bytes");
    assert_false(journal.is_shut);
    assert_int_equal(journal.refused_total, busy + later_busy);
    raw_peer_close(&anna);
    raw_peer_close(&later);
    raw_peer_close(&filler);
    assert_int_equal(broker_fixture_stop(&broker), 0);
    broker_fixture_close(&broker);
    redis_fixture_close(&redis);
}

static void start_with(const char *const *args)
{
    redis_fixture_open(&redis, NULL);
    snprintf(redis_address, sizeof redis_address, "unix:%s", redis.socket);
    broker_fixture_open(&broker, args);
    broker_fixture_start(&broker);
    raw_peer_apply_rules(broker.run_dir, OFFER_MS, GRACE_MS);
}

static void stop(void)
{
    assert_int_equal(broker_fixture_stop(&broker), 0);
    broker_fixture_close(&broker);
    redis_fixture_close(&redis);
}

/* The rules that are in force, with much text of their author: what tells of them is large. */
static void make_the_rules_large(struct raw_peer *tool)
{
    static char filler[RULES_SIZE + 1];
    Leadwire__V1__ConfigRequest request = LEADWIRE__V1__CONFIG_REQUEST__INIT;
    Leadwire__V1__ApplyConfig apply = LEADWIRE__V1__APPLY_CONFIG__INIT;

    memset(filler, '#', RULES_SIZE);
    request.request_id = ++tool->request_id;
    raw_peer_send(tool, WIRE_CONFIG_REQUEST, &request.base);
    apply.config = raw_peer_expect(tool, WIRE_CONFIG_REPLY)->config_reply->config;
    apply.config->source_text = filler;
    apply.request_id = ++tool->request_id;
    apply.applied_by = (char *)(uintptr_t)"test";
    raw_peer_send(tool, WIRE_APPLY_CONFIG, &apply.base);
    raw_peer_expect_reply(tool, apply.request_id, STATUS(ACCEPTED));
}

static void send_lead(struct raw_peer *publisher, const char *name, uint32_t number)
{
    char id[64];

    snprintf(id, sizeof id, "%s-%u", name, number);
    (void)raw_peer_publish(publisher, id, "it");
}

/* Publishes until one is told busy for this reason; gives how many were sent, of which all but the last wait for Redis. */
static uint32_t publish_until(struct raw_peer *publisher, const char *name, const char *reason)
{
    for (uint32_t sent = 0; sent < PROBES_MAX; sent++) {
        send_lead(publisher, name, sent);
        if (!raw_peer_receive(publisher, 50))
            continue;
        assert_int_equal(publisher->message.reply->status, STATUS(BUSY));
        assert_string_equal(publisher->message.reply->reason, reason);
        assert_true(publisher->message.reply->retry_after_ms > 0);
        return sent + 1;
    }
    fail_msg("nobody is told busy");
    return 0;
}

/* Answers to so many requests; gives how many were accepted, the others are busy. */
static uint32_t take_answers(struct raw_peer *peer, uint32_t count)
{
    uint32_t accepted = 0;

    for (uint32_t i = 0; i < count; i++) {
        Leadwire__V1__Status status = raw_peer_expect(peer, WIRE_REPLY)->reply->status;
        assert_true(status == STATUS(ACCEPTED) || status == STATUS(BUSY));
        accepted += status == STATUS(ACCEPTED);
    }
    return accepted;
}

static void more_answers_than_may_wait_make_publishers_busy(void **state)
{
    static const char *const args[] = {"--redis", redis_address, "--away-after", "60000", "--lease", "120000", NULL};
    static const char reason[] = "too much waits to be told";
    struct raw_peer publisher, late, tool, anna;

    (void)state;
    start_with(args);
    open_as(&tool, "control", LEADWIRE__V1__ROLE__ROLE_CONTROL, NULL);
    make_the_rules_large(&tool);
    open_as(&publisher, "publish", PUBLISHER, NULL);
    redis_fixture_pause(&redis);
    send_lead(&publisher, "first", 0);                     /* what the answers below wait for */
    for (int i = 0; i < ASKED; i++) {
        Leadwire__V1__ConfigRequest request = LEADWIRE__V1__CONFIG_REQUEST__INIT;
        request.request_id = ++tool.request_id;
        raw_peer_send(&tool, WIRE_CONFIG_REQUEST, &request.base);
    }
    uint32_t sent = publish_until(&publisher, "probe", reason);
    raw_peer_sync(&publisher);                             /* it is heard, and is not silent */
    raw_peer_open(&late, broker.run_dir, "publish");
    raw_peer_hello(&late, PUBLISHER, NULL, NULL);
    assert_string_equal(raw_peer_expect_reply(&late, 0, STATUS(BUSY))->reason, reason);
    assert_true(late.message.reply->retry_after_ms > 0);
    redis_fixture_go_on(&redis);

    uint32_t accepted = take_answers(&publisher, sent);    /* the first, and all probes but the one that was told busy */
    assert_int_equal(accepted, sent);
    for (int i = 0; i < ASKED; i++)
        raw_peer_expect(&tool, WIRE_CONFIG_REPLY);
    assert_int_equal(bounds_peer_publish(&publisher, "later", 0, 100), STATUS(ACCEPTED));
    raw_peer_enter(&late, PUBLISHER, NULL);
    open_as(&anna, "reps", REP, "anna");
    bounds_peer_work_off(&anna, accepted + 1);
    struct bound_seen outbox = bounds_peer_ask(broker.run_dir, "outbox_bytes");
    assert_int_equal(outbox.refused_total, 2);
    assert_false(outbox.is_shut);
    struct desk_seen desk = bounds_peer_ask_desk(broker.run_dir);
    assert_int_equal(desk.published, accepted + 1);
    assert_int_equal(desk.completed, accepted + 1);
    assert_int_equal(desk.busy_total, 2);
    raw_peer_close(&anna);
    raw_peer_close(&late);
    raw_peer_close(&publisher);
    raw_peer_close(&tool);
    stop();
}

/* Says that it completes a lead that there is not, at length, until it is told busy; gives how many wait. */
static uint32_t mark_until_busy(struct raw_peer *rep)
{
    static char note[NOTE_SIZE + 1];
    Leadwire__V1__Complete complete = LEADWIRE__V1__COMPLETE__INIT;
    char id[32];

    memset(note, 'x', NOTE_SIZE);
    complete.note = note;
    complete.lead_id = (char *)(uintptr_t)"1-999999";
    complete.disposition = (char *)(uintptr_t)"won";
    complete.idempotency_id = id;
    for (uint32_t sent = 0; sent < MARKS; sent++) {
        snprintf(id, sizeof id, "mark-%u", sent);
        complete.request_id = ++rep->request_id;
        raw_peer_send(rep, WIRE_COMPLETE, &complete.base);
        if (!raw_peer_receive(rep, 0) || rep->message.type != WIRE_REPLY)
            continue;
        assert_int_equal(rep->message.reply->status, STATUS(BUSY));
        assert_string_equal(rep->message.reply->reason, "the store is away");
        assert_true(rep->message.reply->retry_after_ms > 0);
        return sent + 1;
    }
    return MARKS;
}

static void more_of_reps_than_may_wait_is_told_busy(void **state)
{
    static const char *const args[] = {"--redis", redis_address, "--away-after", "200", "--lease", "120000", NULL};
    static const char *const names[] = {"anna", "bruno", "carla"};
    enum { REPS = sizeof names / sizeof names[0] };
    struct raw_peer publisher, reps[REPS];
    uint32_t sent[REPS], busy = 0;

    (void)state;
    start_with(args);
    open_as(&publisher, "publish", PUBLISHER, NULL);
    open_as(&reps[0], "reps", REP, names[0]);
    assert_int_equal(bounds_peer_publish(&publisher, "held", 0, 100), STATUS(ACCEPTED));
    const Leadwire__V1__Offer *offer = raw_peer_expect(&reps[0], WIRE_OFFER)->offer;
    char lead_id[64];
    snprintf(lead_id, sizeof lead_id, "%s", offer->lead_id);
    raw_peer_expect_reply(&reps[0], raw_peer_answer(&reps[0], lead_id, offer->offer_number, true), STATUS(ACCEPTED));
    for (int i = 1; i < REPS; i++)
        open_as(&reps[i], "reps", REP, names[i]);
    redis_fixture_pause(&redis);
    uint32_t published = publish_until(&publisher, "away", "the store is away") - 1;
    for (int i = 0; i < REPS; i++) {
        sent[i] = mark_until_busy(&reps[i]);
        raw_peer_ping(&reps[i]);
    }
    while (bounds_peer_ask(broker.run_dir, "parked_bytes").refused_total == 0)
        continue;                                          /* what was said is still on its way */
    redis_fixture_go_on(&redis);

    for (int i = 0; i < REPS; i++) {
        for (uint32_t answers = sent[i] < MARKS; answers < sent[i]; answers++) {
            Leadwire__V1__Status status = raw_peer_expect(&reps[i], WIRE_REPLY)->reply->status;
            busy += status == STATUS(BUSY);
            assert_true(status == STATUS(BUSY) || status == STATUS(NOT_YOURS) || status == STATUS(NOT_FOUND));
        }
        busy += sent[i] < MARKS;
        raw_peer_ping(&reps[i]);
    }
    assert_true(busy >= 1);
    (void)raw_peer_complete(&reps[0], lead_id, "done");
    while (raw_peer_expect(&reps[0], WIRE_REPLY)->reply->request_id != reps[0].request_id)
        ;
    assert_int_equal(reps[0].message.reply->status, STATUS(ACCEPTED));
    struct bound_seen parked = bounds_peer_ask(broker.run_dir, "parked_bytes");
    assert_int_equal(parked.refused_total, busy);
    assert_int_equal(parked.used, 0);
    assert_false(parked.is_shut);
    struct desk_seen desk = bounds_peer_ask_desk(broker.run_dir);
    assert_int_equal(desk.completed, 1);
    assert_int_equal(desk.published, published + 1);
    for (int i = 0; i < REPS; i++)
        raw_peer_close(&reps[i]);
    raw_peer_close(&publisher);
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_journal_that_is_behind_makes_publishers_busy),
        cmocka_unit_test(more_answers_than_may_wait_make_publishers_busy),
        cmocka_unit_test(more_of_reps_than_may_wait_is_told_busy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
