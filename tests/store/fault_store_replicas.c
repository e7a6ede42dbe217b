/* SPDX-License-Identifier: Apache-2.0
 *
 * Durability `replicated`: nothing is told before a replica has it, whatever happens to master and replica, and a failover loses
 * nothing, also with the broker dead. `always` must be seen to lose in the same failover.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "store_rig.h"

enum { FAILOVERS = 12 };

static struct redis_fixture servers[2];
static struct redis_fixture *master = &servers[0], *replica = &servers[1];

static int open_both(void **state)
{
    (void)state;
    master = &servers[0];
    replica = &servers[1];
    redis_fixture_open_with_port(master);
    redis_fixture_open_with_port(replica);
    redis_fixture_follow(replica, master);
    return 0;
}

static int close_both(void **state)
{
    (void)state;
    redis_fixture_close(&servers[0]);
    redis_fixture_close(&servers[1]);
    return 0;
}

static void open_rig(struct rig *rig, enum store_durability durability)
{
    rig_init(rig, master, "o");
    rig->options.durability = durability;
    rig->options.redis[1].socket = replica->socket;
    rig->options.redis_count = 2;
    rig->options.checkpoint_bytes = 100000;
    rig_open(rig);
}

static void work(struct rig *rig, unsigned batches)
{
    for (unsigned i = 0; i < batches; i++) {
        while (!rig_change(rig, 1 + (unsigned)rig_random(rig, 20)))
            rig_turn(rig, 10);
        rig_turn(rig, 0);
    }
}

static void drain(struct rig *rig)
{
    assert_true(rig_until_state(rig, STORE_READY));
    assert_true(rig_until_confirmed(rig));
}

static void restart_equals(struct rig *rig)
{
    struct core *before = fake_core_new();

    fake_core_copy(before, rig->core);
    rig_crash(rig);
    rig_open(rig);
    assert_true(rig_until_state(rig, STORE_READY));
    assert_true(fake_core_equal(rig->core, before));
    fake_core_free(before);
}

/* Turns until the reason has these words. */
static void until_said(struct rig *rig, const char *words)
{
    for (unsigned turns = 0; turns < 3000 && !strstr(store_state_reason(rig->store), words); turns++)
        rig_turn(rig, 10);
    if (!strstr(store_state_reason(rig->store), words))
        fail_msg("the reason does not come to say '%s': %s", words, store_state_reason(rig->store));
}

/* The broker dies. What it had appended and told nobody may be lost, so desk time may be earlier. */
static void crash(struct rig *rig)
{
    rig_crash(rig);
    rig->desk_ms = 0;
}

/* The replica leads, and who led before, dead or alive, follows it. */
static void swap(void)
{
    struct redis_fixture *old = master;

    assert_true(redis_fixture_ask(replica, NULL, 0, "REPLICAOF NO ONE"));
    if (old->pid == 0)
        redis_fixture_start(old);
    redis_fixture_follow(old, replica);
    master = replica;
    replica = old;
}

static void nothing_is_served_before_a_replica_is_there(void **state)
{
    struct rig rig;
    char answer[4096];

    (void)state;
    redis_fixture_kill(replica);
    open_rig(&rig, STORE_REPLICATED);
    until_said(&rig, "has 0 replicas");
    assert_int_equal(rig.state, STORE_CLAIMING);
    redis_fixture_start(replica);
    redis_fixture_follow(replica, master);
    drain(&rig);
    work(&rig, 50);
    drain(&rig);
    assert_true(redis_fixture_ask(master, answer, sizeof answer, "INFO replication"));
    assert_non_null(strstr(answer, "min_slaves_good_slaves"));     /* told only where min-replicas-to-write is set */
    restart_equals(&rig);
    rig_fini(&rig);
}

static void what_a_lagging_replica_lacks_is_not_confirmed(void **state)
{
    struct rig rig;

    (void)state;
    open_rig(&rig, STORE_REPLICATED);
    drain(&rig);
    work(&rig, 50);
    drain(&rig);
    redis_fixture_pause(replica);
    uint64_t told = rig.confirmed;
    work(&rig, 20);
    until_said(&rig, "0 of Redis' replicas confirm");
    assert_int_equal(rig.state, STORE_AWAY);
    assert_int_equal(rig.confirmed, told);
    redis_fixture_go_on(replica);
    drain(&rig);
    restart_equals(&rig);
    rig_fini(&rig);
}

static void a_dead_replica_holds_all_back_until_it_is_there_again(void **state)
{
    struct rig rig;

    (void)state;
    open_rig(&rig, STORE_REPLICATED);
    drain(&rig);
    redis_fixture_kill(replica);
    uint64_t told = rig.confirmed;
    work(&rig, 20);
    assert_true(rig_until_state(&rig, STORE_AWAY));
    assert_int_equal(rig.confirmed, told);
    assert_true(store_troubles(rig.store)[STORE_TROUBLE_FEW_REPLICAS] > 0);
    redis_fixture_start(replica);
    redis_fixture_follow(replica, master);
    drain(&rig);
    restart_equals(&rig);
    rig_fini(&rig);
}

static void that_no_replica_is_there_is_warned_of_until_one_is(void **state)
{
    static const char words[] = "Redis has 0 replicas that are up to date, durability replicated asks for 1: start them, or see why they lag";
    struct rig rig;

    (void)state;
    open_rig(&rig, STORE_REPLICATED);
    drain(&rig);
    rig_until_warned(&rig, words, false);
    redis_fixture_kill(replica);
    rig_until_warned(&rig, words, true);
    redis_fixture_start(replica);
    redis_fixture_follow(replica, master);
    rig_until_warned(&rig, words, false);
    drain(&rig);
    rig_fini(&rig);
}

/* The old master comes back as such: alone it confirms nothing. */
static void a_failover_is_followed_and_a_master_of_before_is_not_believed(void **state)
{
    struct rig rig;

    (void)state;
    open_rig(&rig, STORE_REPLICATED);
    drain(&rig);
    for (unsigned round = 0; round < 3; round++) {
        work(&rig, 60);
        redis_fixture_kill(master);
        work(&rig, 30);
        assert_true(rig_until_state(&rig, STORE_AWAY));
        uint64_t told = rig.confirmed;
        assert_true(redis_fixture_ask(replica, NULL, 0, "REPLICAOF NO ONE"));
        redis_fixture_start(master);
        for (unsigned turns = 0; turns < 50; turns++)
            rig_turn(&rig, 10);
        assert_int_equal(rig.state, STORE_AWAY);
        assert_int_equal(rig.confirmed, told);
        swap();
        drain(&rig);
    }
    restart_equals(&rig);
    rig_fini(&rig);
}

static void a_failover_with_the_broker_dead_loses_nothing_that_was_told(void **state)
{
    struct rig rig;

    (void)state;
    open_rig(&rig, STORE_REPLICATED);
    drain(&rig);
    for (unsigned round = 0; round < FAILOVERS; round++) {
        work(&rig, 20 + (unsigned)rig_random(&rig, 100));
        redis_fixture_kill(master);
        for (unsigned turns = (unsigned)rig_random(&rig, 4); turns > 0; turns--)
            rig_turn(&rig, 0);
        crash(&rig);
        swap();
        rig_open(&rig);
        assert_true(rig_until_state(&rig, STORE_READY));
        assert_true(fake_core_covers(rig.core, rig.told));
    }
    rig_fini(&rig);
}

static void always_is_seen_to_lose_in_a_failover(void **state)
{
    struct rig rig;

    (void)state;
    open_rig(&rig, STORE_ALWAYS);
    drain(&rig);
    redis_fixture_kill(replica);
    work(&rig, 50);
    drain(&rig);
    redis_fixture_kill(master);
    crash(&rig);
    rig.epoch = 0;      /* the claim may be lost too, and then the next has any number */
    redis_fixture_start(replica);
    swap();
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_READY));
    assert_false(fake_core_covers(rig.core, rig.told));
    rig_fini(&rig);
}

/* What Redis lost is written anew, and confirmed when the replica has that too. */
static void an_emptied_master_gets_everything_anew(void **state)
{
    struct rig rig;

    (void)state;
    open_rig(&rig, STORE_REPLICATED);
    drain(&rig);
    work(&rig, 100);
    drain(&rig);
    assert_true(redis_fixture_ask(master, NULL, 0, "FLUSHALL"));
    work(&rig, 100);
    drain(&rig);
    redis_fixture_kill(master);
    crash(&rig);
    swap();
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_READY));
    assert_true(fake_core_covers(rig.core, rig.told));
    rig_fini(&rig);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_both, close_both)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_served_before_a_replica_is_there),
        TEST(what_a_lagging_replica_lacks_is_not_confirmed),
        TEST(a_dead_replica_holds_all_back_until_it_is_there_again),
        TEST(that_no_replica_is_there_is_warned_of_until_one_is),
        TEST(a_failover_is_followed_and_a_master_of_before_is_not_believed),
        TEST(a_failover_with_the_broker_dead_loses_nothing_that_was_told),
        TEST(always_is_seen_to_lose_in_a_failover),
        TEST(an_emptied_master_gets_everything_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
