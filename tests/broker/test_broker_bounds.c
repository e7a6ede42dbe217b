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
enum { LEADS_MAX = 8, PAYLOAD_MIB = 1, ROOM_MIB = 8, LARGE_LEADS_MAX = 100000, LOOKS_MS = 1000, CROWDED_MS = 5000 };

static struct broker_fixture broker;
static struct raw_peer publisher, anna;

static void start_broker(const char *const *args)
{
    broker_fixture_open(&broker, args);
    broker_fixture_start(&broker);
    raw_peer_apply_rules(broker.run_dir, OFFER_MS, GRACE_MS);
}

/* Starts a broker with this bound, and everybody logs on. */
static void start(const char *option, uint64_t value)
{
    static char number[24];
    static const char *args[] = {"--ephemeral", NULL, number, NULL};

    snprintf(number, sizeof number, "%llu", (unsigned long long)value);
    args[1] = option;
    start_broker(args);
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
    assert_int_equal(full.refused_total, 1);

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

static void contacts_of_open_leads_have_so_much_room(void **state)
{
    (void)state;
    start("--payload-max", PAYLOAD_MIB);
    uint32_t taken = fill("large", LARGE);
    assert_in_range(taken, PAYLOAD_MIB * MIB / LARGE - 2, PAYLOAD_MIB * MIB / LARGE);
    struct bound_seen full = bounds_peer_ask(broker.run_dir, "payload_bytes");
    assert_int_equal(full.max, PAYLOAD_MIB * MIB);
    assert_true(full.used <= full.max && full.used + LARGE > full.max - LARGE);
    assert_int_equal(full.refused_total, 1);
    assert_int_equal(bounds_peer_ask(broker.run_dir, "leads").refused_total, 0);

    rep_comes();
    bounds_peer_work_off(&anna, taken);
    publisher_comes_again();
    assert_int_equal(bounds_peer_ask(broker.run_dir, "payload_bytes").used, 0);
    assert_int_equal(fill("later", LARGE), taken);
    bounds_peer_work_off(&anna, taken);
    struct desk_seen desk = bounds_peer_ask_desk(broker.run_dir);
    assert_int_equal(desk.completed, 2 * taken);
    assert_int_equal(desk.open, 0);
    assert_int_equal(desk.busy_total, 2);
    raw_peer_close(&anna);
    stop();
}

/* Hello until there is room: of who went before, or is told now. */
static void enter_when_there_is_room(struct raw_peer *peer, Leadwire__V1__Role role, const char *rep)
{
    uint64_t end_ms = wall_clock_monotonic_ms() + RAW_PEER_WAIT_MS;
    char secret[64];

    snprintf(secret, sizeof secret, "secret-of-%s", rep ? rep : "");
    do {
        assert_true(wall_clock_monotonic_ms() < end_ms);
        raw_peer_hello(peer, role, rep, secret);
        assert_true(raw_peer_receive(peer, RAW_PEER_WAIT_MS));
    } while (peer->message.type == WIRE_REPLY && peer->message.reply->status == STATUS(BUSY));
    assert_int_equal(peer->message.type, WIRE_WELCOME);
}

/* One is in, the next is told busy, until the first has left. */
static void the_next_is_told_busy(struct raw_peer *first, const char *door, Leadwire__V1__Role role, const char *rep)
{
    Leadwire__V1__Bye bye = LEADWIRE__V1__BYE__INIT;
    struct raw_peer next;
    char secret[64];

    snprintf(secret, sizeof secret, "secret-of-%s", rep ? rep : "");
    raw_peer_open(&next, broker.run_dir, door);
    raw_peer_hello(&next, role, rep, secret);
    const Leadwire__V1__Reply *reply = raw_peer_expect_reply(&next, 0, STATUS(BUSY));
    assert_string_equal(reply->reason, "too many sessions");
    assert_int_equal(reply->retry_after_ms, CROWDED_MS);
    raw_peer_sync(first);
    raw_peer_send(first, WIRE_BYE, &bye.base);
    enter_when_there_is_room(&next, role, rep);
    raw_peer_close(first);
    *first = next;
}

static void expect_crowded(struct raw_peer *tool, const char *bound)
{
    struct bound_seen seen = bounds_peer_read(tool, bound);

    assert_int_equal(seen.used, 1);
    assert_int_equal(seen.max, 1);
    assert_true(seen.is_shut);
    assert_true(seen.refused_total >= 1);
}

static void each_role_has_so_many_sessions_and_who_is_in_goes_on(void **state)
{
    static const char *const args[] = {"--ephemeral", "--publishers-max", "1", "--reps-max", "1", "--tools-max", "1", NULL};
    static struct raw_peer tool;

    (void)state;
    start_broker(args);
    raw_peer_open(&tool, broker.run_dir, "control");
    enter_when_there_is_room(&tool, LEADWIRE__V1__ROLE__ROLE_CONTROL, NULL);     /* the one that brought the rules goes */
    raw_peer_open(&publisher, broker.run_dir, "publish");
    raw_peer_enter(&publisher, PUBLISHER, NULL);
    rep_comes();
    assert_int_equal(bounds_peer_publish(&publisher, "before", 0, SMALL), STATUS(ACCEPTED));
    the_next_is_told_busy(&publisher, "publish", PUBLISHER, NULL);
    expect_crowded(&tool, "publishers");
    bounds_peer_work_off(&anna, 1);
    the_next_is_told_busy(&anna, "reps", REP, "bruno");
    expect_crowded(&tool, "reps");
    assert_int_equal(bounds_peer_publish(&publisher, "after", 0, SMALL), STATUS(ACCEPTED));
    bounds_peer_work_off(&anna, 1);
    the_next_is_told_busy(&tool, "control", LEADWIRE__V1__ROLE__ROLE_CONTROL, NULL);
    expect_crowded(&tool, "tools");
    raw_peer_close(&anna);
    raw_peer_close(&tool);
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
        cmocka_unit_test(contacts_of_open_leads_have_so_much_room),
        cmocka_unit_test(each_role_has_so_many_sessions_and_who_is_in_goes_on),
        cmocka_unit_test(at_the_bound_on_memory_leads_are_finished_and_new_ones_come),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
