/* SPDX-License-Identifier: Apache-2.0
 *
 * The Redis store while Redis is killed, stopped, emptied, full, set back. While the broker lives nothing that was
 * told may be missing afterwards: every test ends with a restart that must load exactly what the broker knew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_rig.h"
#include "wall_clock.h"

static struct redis_fixture redis;
static uint64_t seed;

static int open_redis(void **state)
{
    (void)state;
    redis_fixture_open(&redis, NULL);
    return 0;
}

static int close_redis(void **state)
{
    (void)state;
    redis_fixture_close(&redis);
    return 0;
}

static void open_ready(struct rig *rig)
{
    rig_init(rig, &redis, "o");
    rig->options.checkpoint_bytes = 300000;
    rig_open(rig);
    assert_true(rig_until_state(rig, STORE_READY));
}

static void work(struct rig *rig, unsigned batches)
{
    for (unsigned i = 0; i < batches; i++) {
        while (!rig_change(rig, 1 + (unsigned)rig_random(rig, 20)))
            rig_turn(rig, 10);
        if (rig_random(rig, 3) == 0)
            rig_turn(rig, 0);
    }
}

static void drain(struct rig *rig)
{
    assert_true(rig_until_state(rig, STORE_READY));
    assert_true(rig_until_confirmed(rig));
    assert_int_equal(store_pending(rig->store), 0);
    assert_int_equal(store_pending_bytes(rig->store), 0);
}

static void restart_equals(struct rig *rig)
{
    struct core *before = fake_core_new();

    fake_core_copy(before, rig->core);
    rig_crash(rig);
    rig_open(rig);
    assert_true(rig_until_state(rig, STORE_READY));
    assert_true(fake_core_equal(rig->core, before));
    assert_true(fake_core_covers(rig->core, rig->told));
    fake_core_free(before);
}

static void killed_redis_is_away_and_all_drains_when_it_is_back(void **state)
{
    struct rig rig;

    (void)state;
    open_ready(&rig);
    work(&rig, 100);
    redis_fixture_kill(&redis);
    assert_true(rig_until_state(&rig, STORE_AWAY));
    assert_false(store_accepts_publishes(rig.store));
    uint64_t told = rig.confirmed;
    work(&rig, 50);
    assert_int_equal(rig.confirmed, told);
    redis_fixture_start(&redis);
    drain(&rig);
    restart_equals(&rig);
    rig_fini(&rig);
}

static void stopped_redis_is_away_by_its_silence(void **state)
{
    struct rig rig;

    (void)state;
    open_ready(&rig);
    work(&rig, 50);
    drain(&rig);
    uint64_t start_ms = wall_clock_monotonic_ms();
    redis_fixture_pause(&redis);
    work(&rig, 20);
    assert_true(rig_until_state(&rig, STORE_AWAY));
    assert_true(wall_clock_monotonic_ms() - start_ms >= rig.options.away_after_ms - 50);
    work(&rig, 20);
    redis_fixture_go_on(&redis);
    drain(&rig);
    restart_equals(&rig);
    rig_fini(&rig);
}

static void refused_writes_are_away_with_the_reason(void **state)
{
    struct rig rig;

    (void)state;
    open_ready(&rig);
    work(&rig, 20);
    assert_true(redis_fixture_ask(&redis, NULL, 0, "CONFIG SET min-replicas-to-write 3"));
    work(&rig, 20);
    assert_true(rig_until_state(&rig, STORE_AWAY));
    assert_non_null(strstr(store_state_reason(rig.store), "NOREPLICAS"));
    for (int i = 0; i < 20; i++)
        rig_turn(&rig, 20);
    assert_int_equal(rig.state, STORE_AWAY);
    assert_true(redis_fixture_ask(&redis, NULL, 0, "CONFIG SET min-replicas-to-write 0"));
    drain(&rig);
    restart_equals(&rig);
    rig_fini(&rig);
}

static void emptied_redis_gets_everything_anew(void **state)
{
    struct rig rig;

    (void)state;
    open_ready(&rig);
    for (int round = 0; round < 3; round++) {
        work(&rig, 300);
        if (round == 1)
            drain(&rig);         /* once while nothing waits */
        assert_true(redis_fixture_ask(&redis, NULL, 0, "FLUSHALL"));
        work(&rig, 100);
        assert_true(rig_until_state(&rig, STORE_AWAY));
        for (uint64_t told = rig.confirmed; rig.state == STORE_AWAY; rig_turn(&rig, 10))
            assert_int_equal(rig.confirmed, told);      /* not before all of it is there */
        drain(&rig);
    }
    assert_true(rig.core->walked_all >= 3);
    restart_equals(&rig);
    rig_fini(&rig);
}

static void lost_journal_is_written_anew(void **state)
{
    struct rig rig;

    (void)state;
    open_ready(&rig);
    work(&rig, 100);
    drain(&rig);
    assert_true(redis_fixture_ask(&redis, NULL, 0, "DEL lw:{d}:journal"));
    work(&rig, 100);
    assert_true(rig_until_state(&rig, STORE_AWAY));
    drain(&rig);
    restart_equals(&rig);
    rig_fini(&rig);
}

static void broker_that_dies_while_it_writes_anew_is_told_so(void **state)
{
    struct rig rig;

    (void)state;
    open_ready(&rig);
    work(&rig, 300);
    drain(&rig);
    assert_true(redis_fixture_ask(&redis, NULL, 0, "FLUSHALL"));
    work(&rig, 5);
    assert_true(rig_until_state(&rig, STORE_AWAY));
    char there[8] = "0";
    while (there[0] == '0') {
        rig_turn(&rig, 1);
        assert_true(redis_fixture_ask(&redis, there, sizeof there, "EXISTS lw:{d}:head"));
    }
    rig_crash(&rig);
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_FAILED));
    assert_non_null(strstr(store_state_reason(rig.store), "lost"));
    rig_fini(&rig);
}

/* At the first record, whatever else of it is on its way already: the rest was not asked for yet. */
static void kill_redis(struct rig *rig)
{
    rig->on_load = NULL;
    redis_fixture_kill(&redis);
}

static void redis_killed_while_the_desk_is_loaded_is_loaded_from_the_start(void **state)
{
    struct rig rig;
    struct core *before = fake_core_new();

    (void)state;
    open_ready(&rig);
    work(&rig, 600);
    drain(&rig);
    assert_true(rig_until_checkpoints(&rig, 1));   /* hashes come first; the journal is asked for when they are there */
    fake_core_copy(before, rig.core);
    rig_crash(&rig);
    rig.on_load = kill_redis;
    rig_open(&rig);
    while (rig.on_load && rig.state != STORE_READY)
        rig_turn(&rig, 10);
    for (int i = 0; i < 10; i++)
        rig_turn(&rig, 10);
    assert_int_equal(rig.state, STORE_LOADING);
    redis_fixture_start(&redis);
    assert_true(rig_until_state(&rig, STORE_READY));
    assert_true(fake_core_equal(rig.core, before));
    fake_core_free(before);
    restart_equals(&rig);
    rig_fini(&rig);
}

static void full_redis_still_takes_what_is_under_way(void **state)
{
    struct rig rig;

    (void)state;
    open_ready(&rig);
    work(&rig, 100);
    assert_true(redis_fixture_ask(&redis, NULL, 0, "CONFIG SET maxmemory 500000"));
    assert_false(redis_fixture_ask(&redis, NULL, 0, "SET other value"));      /* it is full indeed */
    assert_true(rig_until_state(&rig, STORE_FULL));
    assert_false(store_accepts_publishes(rig.store));
    work(&rig, 200);
    assert_true(rig_until_confirmed(&rig));
    assert_int_equal(rig.state, STORE_FULL);
    assert_true(rig_until_checkpoints(&rig, 1));
    assert_int_equal(rig.visits[STORE_AWAY], 0);
    assert_true(redis_fixture_ask(&redis, NULL, 0, "CONFIG SET maxmemory 0"));
    drain(&rig);
    restart_equals(&rig);
    rig_fini(&rig);
}

static void set_back(struct rig *rig)
{
    redis_fixture_kill(&redis);
    redis_fixture_restore_copy(&redis);
    work(rig, 20);
    redis_fixture_start(&redis);
}

static void redis_set_back_gets_the_ring_again(void **state)
{
    struct rig rig;
    struct store_totals totals;

    (void)state;
    open_ready(&rig);
    rig.options.checkpoint_bytes = 0;
    work(&rig, 50);
    drain(&rig);
    redis_fixture_save_copy(&redis);
    for (int i = 0; i < 30; i++) {
        work(&rig, 1);
        drain(&rig);
    }
    set_back(&rig);
    drain(&rig);
    store_totals_read(rig.store, &totals);
    assert_true(totals.resent_batches >= 30);
    assert_true(store_troubles(rig.store)[STORE_TROUBLE_BEHIND] > 0);
    assert_int_equal(rig.core->walked_all, 0);
    restart_equals(&rig);
    rig_fini(&rig);
}

static void redis_set_back_beyond_the_ring_gets_everything_anew(void **state)
{
    struct rig rig;

    (void)state;
    rig_init(&rig, &redis, "o");
    rig.options.ring_bytes = 1000;
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_READY));
    work(&rig, 50);
    drain(&rig);
    redis_fixture_save_copy(&redis);
    for (int i = 0; i < 20; i++) {
        work(&rig, 5);
        drain(&rig);
    }
    set_back(&rig);
    drain(&rig);
    assert_int_equal(rig.core->walked_all, 1);
    restart_equals(&rig);
    rig_fini(&rig);
}

static void redis_set_back_to_before_our_claim_is_claimed_again(void **state)
{
    struct rig rig;

    (void)state;
    open_ready(&rig);
    work(&rig, 50);
    drain(&rig);
    rig_crash(&rig);
    redis_fixture_save_copy(&redis);
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_READY));
    work(&rig, 30);
    drain(&rig);
    set_back(&rig);
    drain(&rig);
    restart_equals(&rig);
    rig_fini(&rig);
}

static void redis_that_lost_a_checkpoint_gets_a_complete_one(void **state)
{
    struct rig rig;
    struct store_totals totals;

    (void)state;
    open_ready(&rig);
    work(&rig, 30);
    drain(&rig);
    redis_fixture_save_copy(&redis);
    store_totals_read(rig.store, &totals);
    uint64_t before = totals.checkpoints;
    while (totals.checkpoints == before) {
        work(&rig, 5);
        drain(&rig);
        store_totals_read(rig.store, &totals);
    }
    set_back(&rig);
    drain(&rig);
    assert_true(rig_until_checkpoints(&rig, totals.checkpoints + 1));
    assert_int_equal(rig.core->walked_all, 1);
    restart_equals(&rig);
    char left[8];
    assert_true(redis_fixture_ask(&redis, left, sizeof left, "EXISTS lw:{d}:leads:1 lw:{d}:config"));
    assert_string_equal(left, "0");      /* the old generation is gone */
    rig_fini(&rig);
}

/* Whatever comes, from a seed: faults in any order under load, broker restarts among them. */
static void any_order_of_faults_loses_nothing_that_was_told(void **state)
{
    struct rig rig;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    open_ready(&rig);
    rig.random ^= seed * 0x9e3779b97f4a7c15u;
    for (int round = 0; round < 25; round++) {
        work(&rig, 20 + (unsigned)rig_random(&rig, 150));
        switch (rig_random(&rig, 6)) {
        case 0:
            redis_fixture_kill(&redis);
            work(&rig, (unsigned)rig_random(&rig, 20));
            redis_fixture_start(&redis);
            break;
        case 1:
            redis_fixture_pause(&redis);
            for (int i = 0; i < 12; i++)
                rig_turn(&rig, 60);
            work(&rig, 10);
            redis_fixture_go_on(&redis);
            break;
        case 2:
            assert_true(redis_fixture_ask(&redis, NULL, 0, "FLUSHALL"));
            work(&rig, 10);
            assert_true(rig_until_confirmed(&rig));
            break;
        case 3:
            redis_fixture_save_copy(&redis);
            work(&rig, 50);
            for (int i = 0; i < 20; i++)
                rig_turn(&rig, 1);
            set_back(&rig);
            drain(&rig);         /* set back and then a dead broker would be two faults at once */
            break;
        case 4:
            redis_fixture_ask(&redis, NULL, 0, "CLIENT KILL TYPE normal SKIPME no");
            break;
        default:
            drain(&rig);
            rig_crash(&rig);
            rig_open(&rig);
            assert_true(rig_until_state(&rig, STORE_READY));
            assert_true(fake_core_covers(rig.core, rig.told));
            break;
        }
    }
    drain(&rig);
    restart_equals(&rig);
    rig_fini(&rig);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_redis, close_redis)
        TEST(killed_redis_is_away_and_all_drains_when_it_is_back),
        TEST(stopped_redis_is_away_by_its_silence),
        TEST(refused_writes_are_away_with_the_reason),
        TEST(emptied_redis_gets_everything_anew),
        TEST(lost_journal_is_written_anew),
        TEST(broker_that_dies_while_it_writes_anew_is_told_so),
        TEST(redis_killed_while_the_desk_is_loaded_is_loaded_from_the_start),
        TEST(full_redis_still_takes_what_is_under_way),
        TEST(redis_set_back_gets_the_ring_again),
        TEST(redis_set_back_beyond_the_ring_gets_everything_anew),
        TEST(redis_set_back_to_before_our_claim_is_claimed_again),
        TEST(redis_that_lost_a_checkpoint_gets_a_complete_one),
        TEST(any_order_of_faults_loses_nothing_that_was_told),
    };
    seed = argc > 2 && strcmp(argv[1], "--seed") == 0 ? strtoull(argv[2], NULL, 10) : 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
