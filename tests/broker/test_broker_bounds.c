/* SPDX-License-Identifier: Apache-2.0
 *
 * At a bound of a broker new leads are told busy, those that are in are finished, and then new ones come in again.
 */
#include <stdio.h>
#include <string.h>

#include "bounds_peer.h"
#include "broker_fixture.h"
#include "cmocka_all.h"
#include "wall_clock.h"

#define PUBLISHER LEADWIRE__V1__ROLE__ROLE_PUBLISHER
#define REP LEADWIRE__V1__ROLE__ROLE_REP
#define STATUS(name) LEADWIRE__V1__STATUS__STATUS_##name

enum { OFFER_MS = 60000, GRACE_MS = 60000, MIB = 1024 * 1024, SMALL = 100, LARGE = 15000 };
enum { LEADS_MAX = 8, ROOM_MIB = 8, LARGE_LEADS_MAX = 100000, LOOKS_MS = 1000 };

static struct broker_fixture broker;
static struct raw_peer publisher, anna;

/* Starts a broker with this bound, and everybody logs on. */
static void start(const char *option, uint64_t value)
{
    static char number[24];
    static const char *args[] = {"--ephemeral", NULL, number, NULL};

    snprintf(number, sizeof number, "%llu", (unsigned long long)value);
    args[1] = option;
    broker_fixture_open(&broker, args);
    broker_fixture_start(&broker);
    raw_peer_apply_rules(broker.run_dir, OFFER_MS, GRACE_MS);
    raw_peer_open(&publisher, broker.run_dir, "publish");
    raw_peer_enter(&publisher, PUBLISHER, NULL);
}

/* Whoever says nothing for a while has no session any more. */
static void publisher_comes_again(void)
{
    raw_peer_close(&publisher);
    raw_peer_open(&publisher, broker.run_dir, "publish");
    raw_peer_enter(&publisher, PUBLISHER, NULL);
}

static void rep_comes(void)
{
    raw_peer_open(&anna, broker.run_dir, "reps");
    raw_peer_enter(&anna, REP, "anna");
}

static void stop(void)
{
    raw_peer_close(&publisher);
    assert_int_equal(broker_fixture_stop(&broker), 0);
    broker_fixture_close(&broker);
}

/* As many leads as are taken until one is told busy. */
static uint32_t fill(const char *id, size_t size)
{
    for (uint32_t count = 0; count < LARGE_LEADS_MAX; count++) {
        Leadwire__V1__Status status = bounds_peer_publish(&publisher, id, count, size);
        if (status == STATUS(BUSY))
            return count;
        assert_int_equal(status, STATUS(ACCEPTED));
    }
    fail_msg("the bound was never reached");
    return 0;
}

static void as_many_leads_as_there_may_be_are_open(void **state)
{
    (void)state;
    start("--leads-max", LEADS_MAX);
    assert_int_equal(fill("lead", SMALL), LEADS_MAX);
    assert_int_equal(bounds_peer_publish(&publisher, "lead", 3, SMALL), STATUS(DUPLICATE));    /* what is in is told so */
    struct bound_seen full = bounds_peer_ask(broker.run_dir, "leads");
    assert_int_equal(full.used, LEADS_MAX);
    assert_int_equal(full.max, LEADS_MAX);
    assert_true(full.is_shut);

    rep_comes();
    bounds_peer_work_off(&anna, LEADS_MAX);
    publisher_comes_again();
    for (uint32_t i = 0; i < LEADS_MAX; i++)
        assert_int_equal(bounds_peer_publish(&publisher, "later", i, SMALL), STATUS(ACCEPTED));
    bounds_peer_work_off(&anna, LEADS_MAX);
    struct desk_seen desk = bounds_peer_ask_desk(broker.run_dir);
    assert_int_equal(desk.published, 2 * LEADS_MAX);
    assert_int_equal(desk.completed, 2 * LEADS_MAX);
    assert_int_equal(desk.open, 0);
    assert_int_equal(desk.busy_total, 1);
    raw_peer_close(&anna);
    stop();
}

/* Is a lead taken before the broker has looked at its size for sure? */
static bool is_taken_soon(void)
{
    uint64_t end_ms = wall_clock_monotonic_ms() + LOOKS_MS;
    Leadwire__V1__Status status;

    publisher_comes_again();
    do
        status = bounds_peer_publish(&publisher, "later", 0, LARGE);
    while (status == STATUS(BUSY) && wall_clock_monotonic_ms() < end_ms);
    return status != STATUS(BUSY);
}

static uint64_t size_of_an_idle_broker(void)
{
    start("--memory-max", 1 << 20);
    struct bound_seen idle;
    do
        idle = bounds_peer_ask(broker.run_dir, "memory_bytes");
    while (idle.used == 0);        /* it looks now and then */
    assert_int_equal(idle.max, (uint64_t)(1 << 20) * MIB);
    stop();
    return idle.used;
}

static void at_the_bound_on_memory_leads_are_finished_and_new_ones_come(void **state)
{
    (void)state;
    start("--memory-max", size_of_an_idle_broker() / MIB + ROOM_MIB);
    uint32_t taken = fill("large", LARGE);
    assert_true(taken > 50);
    struct bound_seen full = bounds_peer_ask(broker.run_dir, "memory_bytes");
    assert_true(full.is_shut);
    assert_true(full.used >= full.max);
    assert_true(full.refused_total >= 1);
    assert_true(broker_fixture_logged(&broker, "the bound on memory is reached"));

    rep_comes();
    uint32_t done = 0;
    do {                  /* once, but for allocators that keep what was freed from use */
        assert_true(done < taken);
        bounds_peer_work_off(&anna, taken / 4);
        done += taken / 4;
    } while (!is_taken_soon());
    bounds_peer_work_off(&anna, taken + 1 - done);
    struct desk_seen desk = bounds_peer_ask_desk(broker.run_dir);
    assert_int_equal(desk.published, taken + 1);
    assert_int_equal(desk.completed, taken + 1);
    assert_int_equal(desk.open, 0);
    raw_peer_close(&anna);
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_many_leads_as_there_may_be_are_open),
        cmocka_unit_test(at_the_bound_on_memory_leads_are_finished_and_new_ones_come),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
