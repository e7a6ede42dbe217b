/* SPDX-License-Identifier: Apache-2.0
 *
 * A broker that starts with a checkpoint due, and dies once it has ended: what leads of the journal's tail came to must
 * be in it, for the journal is trimmed.
 */
#include <stdio.h>
#include <string.h>

#include "broker_fixture.h"
#include "cmocka_all.h"
#include "raw_peer.h"
#include "redis_fixture.h"

#define PUBLISHER LEADWIRE__V1__ROLE__ROLE_PUBLISHER
#define REP LEADWIRE__V1__ROLE__ROLE_REP
#define STATUS(name) LEADWIRE__V1__STATUS__STATUS_##name

enum { MINUTE_MS = 60000, LEADS = 30 };

static struct redis_fixture redis;
static struct broker_fixture broker;
static char redis_address[128];
static char leads[LEADS][LW_LEAD_ID_TEXT_MAX];

static void name(char out[32], const char *what, int number)
{
    snprintf(out, 32, "%s-%d", what, number);
}

static void live_leads(void)
{
    struct raw_peer anna, publisher;
    char id[32];

    raw_peer_open(&anna, broker.run_dir, "reps");
    raw_peer_enter(&anna, REP, "anna");
    raw_peer_open(&publisher, broker.run_dir, "publish");
    raw_peer_enter(&publisher, PUBLISHER, NULL);
    for (int i = 0; i < LEADS; i++) {
        name(id, "lead", i);
        raw_peer_expect_reply(&publisher, raw_peer_publish(&publisher, id, "it"), STATUS(ACCEPTED));
        const Leadwire__V1__Offer *offer = raw_peer_expect(&anna, WIRE_OFFER)->offer;
        snprintf(leads[i], sizeof leads[i], "%s", offer->lead_id);
        raw_peer_expect_reply(&anna, raw_peer_answer(&anna, leads[i], offer->offer_number, true), STATUS(ACCEPTED));
        name(id, "end", i);
        raw_peer_expect_reply(&anna, raw_peer_complete(&anna, leads[i], id), STATUS(ACCEPTED));
    }
    raw_peer_close(&anna);
    raw_peer_close(&publisher);
}

static void repeat_all(void)
{
    struct raw_peer anna, publisher;
    char id[32];

    raw_peer_open(&anna, broker.run_dir, "reps");
    raw_peer_enter(&anna, REP, "anna");
    raw_peer_open(&publisher, broker.run_dir, "publish");
    raw_peer_enter(&publisher, PUBLISHER, NULL);
    for (int i = 0; i < LEADS; i++) {
        name(id, "lead", i);
        assert_string_equal(raw_peer_expect_reply(&publisher, raw_peer_publish(&publisher, id, "it"), STATUS(DUPLICATE))->lead_id, leads[i]);
        name(id, "end", i);
        raw_peer_expect_reply(&anna, raw_peer_complete(&anna, leads[i], id), STATUS(DUPLICATE));
    }
    raw_peer_close(&anna);
    raw_peer_close(&publisher);
}

static void a_checkpoint_at_the_start_keeps_how_leads_ended(void **state)
{
    static const char *const args[] = {"--redis", redis_address, "--name", "same", "--checkpoint-ms", "3600000",
                                       "--checkpoint-bytes", "100000000", NULL};

    (void)state;
    redis_fixture_open(&redis, NULL);
    snprintf(redis_address, sizeof redis_address, "unix:%s", redis.socket);
    broker_fixture_open(&broker, args);
    broker_fixture_start(&broker);
    raw_peer_apply_rules(broker.run_dir, MINUTE_MS, MINUTE_MS);
    live_leads();
    broker_fixture_kill(&broker);
    broker.args[7] = "4096";
    broker.crash_at = "checkpoint.end";
    broker_fixture_launch(&broker);
    assert_int_equal(broker_fixture_wait(&broker), -1);
    broker.crash_at = NULL;
    broker_fixture_start(&broker);
    repeat_all();
    broker_fixture_close(&broker);
    redis_fixture_close(&redis);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_checkpoint_at_the_start_keeps_how_leads_ended)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
