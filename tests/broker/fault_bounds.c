/* SPDX-License-Identifier: Apache-2.0
 *
 * A Redis that is slow, not away: what is unconfirmed is bounded, publishers are told busy, and nothing is lost.
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_journal_that_is_behind_makes_publishers_busy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
