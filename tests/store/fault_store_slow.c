/* SPDX-License-Identifier: Apache-2.0
 *
 * A Redis that takes a second for each answer: the broker's loop waits for none of them, what was decided is confirmed as late as
 * Redis is, it says so, and it is well again by itself.
 */
#include <stdio.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "slow_proxy.h"
#include "store_rig.h"
#include "wall_clock.h"

enum {
    DELAY_MS = 1000,
    LOAD_BATCHES = 500, LOAD_CHECKPOINT_BYTES = 1000000,
    OUTRUN_DELAY_MS = 30, OUTRUN_MS = 1500, CHECKPOINT_BYTES = 150000,
    PENDING_STOPS_WRITER = 2 * 1024 * 1024,      /* as publishers of a broker */
    JOURNAL_MAX = 4 * 1024 * 1024,               /* what is on its way beside what a checkpoint may wait for */
};

static struct redis_fixture redis;
static struct slow_proxy proxy;

static int open_redis(void **state)
{
    (void)state;
    redis_fixture_open(&redis, NULL);
    slow_proxy_open(&proxy, redis.directory, redis.socket);
    return 0;
}

static int close_redis(void **state)
{
    (void)state;
    slow_proxy_close(&proxy);
    redis_fixture_close(&redis);
    return 0;
}

static bool is_warned(struct rig *rig)
{
    const char *const *warnings;
    size_t count = store_warnings(rig->store, &warnings);
    for (size_t i = 0; i < count; i++)
        if (strstr(warnings[i], "Redis takes long to answer"))
            return true;
    return false;
}

static bool until_warned(struct rig *rig, bool wanted)
{
    for (uint64_t end_ms = wall_clock_monotonic_ms() + RIG_DEADLINE_MS; is_warned(rig) != wanted;) {
        if (wall_clock_monotonic_ms() > end_ms)
            return false;
        rig_turn(rig, 10);
    }
    return true;
}

static void slow_answers_delay_what_they_confirm_and_nothing_else(void **state)
{
    struct rig rig;
    (void)state;
    rig_init(&rig, &redis, "o");
    rig.options.redis[0].socket = proxy.socket;
    rig.options.away_after_ms = 0;   /* the defaults of a broker */
    rig.options.lease_ms = 0;
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_READY));
    assert_true(rig_change(&rig, 5));
    assert_true(rig_until_confirmed(&rig));
    assert_false(is_warned(&rig));

    *proxy.delay_ms = DELAY_MS;
    uint64_t began_ms = wall_clock_monotonic_ms();
    unsigned away_before = rig.visits[STORE_AWAY];
    assert_true(rig_change(&rig, 5));
    rig_turn(&rig, 0);
    uint64_t turned_ms = wall_clock_monotonic_ms();
    assert_true(rig.confirmed < rig.ticket_last);   /* the turn did not wait for the answer */
    for (int i = 0; i < 20; i++)
        assert_true(rig_change(&rig, 5));           /* and more is taken meanwhile */
    assert_true(rig_until_confirmed(&rig));
    assert_true(wall_clock_monotonic_ms() - began_ms >= DELAY_MS);
    assert_true(turned_ms - began_ms < DELAY_MS);
    assert_true(until_warned(&rig, true));
    assert_int_equal(rig.state, STORE_READY);       /* slow is not away */
    assert_int_equal(rig.visits[STORE_AWAY], away_before);
    assert_true(store_troubles(rig.store)[STORE_TROUBLE_SLOW] >= 1);

    *proxy.delay_ms = 0;
    assert_true(until_warned(&rig, false));
    assert_true(rig_change(&rig, 5));
    assert_true(rig_until_confirmed(&rig));
    rig_fini(&rig);
}

/* A writer that always has more than Redis takes: what waits to be sent never ends, and still the checkpoint does. */
static void a_writer_that_outruns_redis_does_not_keep_the_checkpoint_from_ending(void **state)
{
    struct rig rig;
    struct store_totals totals;
    uint64_t journal_max = 0, trimmed = 0, seen = 0;
    (void)state;
    rig_init(&rig, &redis, "o");
    rig.options.redis[0].socket = proxy.socket;
    rig.options.away_after_ms = 0;
    rig.options.lease_ms = 0;
    rig.options.checkpoint_bytes = CHECKPOINT_BYTES;
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_READY));
    store_totals_read(rig.store, &totals);
    const uint64_t before = totals.checkpoints;
    *proxy.delay_ms = OUTRUN_DELAY_MS;
    for (uint64_t end_ms = wall_clock_monotonic_ms() + OUTRUN_MS; wall_clock_monotonic_ms() < end_ms;) {
        while (!store_is_outrun(rig.store) && store_pending_bytes(rig.store) < PENDING_STOPS_WRITER)
            assert_true(rig_change(&rig, 100));
        rig_turn(&rig, 5);
        store_totals_read(rig.store, &totals);
        if (totals.checkpoints != seen) {
            seen = totals.checkpoints;
            trimmed = totals.appended_bytes;
        }
        if (totals.appended_bytes - trimmed > journal_max)
            journal_max = totals.appended_bytes - trimmed;
    }
    printf("%llu checkpoints, at most %llu bytes between two, %llu in all\n", (unsigned long long)(totals.checkpoints - before),
           (unsigned long long)journal_max, (unsigned long long)totals.appended_bytes);
    assert_true(totals.checkpoints > before + 1);
    assert_true(journal_max < JOURNAL_MAX);
    assert_int_equal(rig.visits[STORE_AWAY], 0);
    *proxy.delay_ms = 0;
    assert_true(rig_until_confirmed(&rig));
    rig_fini(&rig);
}

/* Pages are asked for before the ones before them are taken, and come late, in pieces. */
static void a_desk_is_loaded_whole_through_slow_answers(void **state)
{
    struct rig rig;
    struct core *before = fake_core_new();
    (void)state;
    rig_init(&rig, &redis, "o");
    rig.options.redis[0].socket = proxy.socket;
    rig.options.away_after_ms = 0;
    rig.options.lease_ms = 0;
    rig.options.checkpoint_bytes = LOAD_CHECKPOINT_BYTES;
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_READY));
    for (unsigned i = 0; i < LOAD_BATCHES; i++) {
        while (!rig_change(&rig, 20))
            rig_turn(&rig, 10);
        rig_turn(&rig, 0);
    }
    assert_true(rig_until_confirmed(&rig));
    assert_true(rig_until_checkpoints(&rig, 1));
    for (unsigned i = 0; i < 50; i++)
        assert_true(rig_change(&rig, 1));
    assert_true(rig_until_confirmed(&rig));
    fake_core_copy(before, rig.core);
    rig_crash(&rig);
    *proxy.delay_ms = OUTRUN_DELAY_MS;
    rig_open(&rig);
    assert_true(rig_until_state(&rig, STORE_READY));
    assert_true(fake_core_equal(rig.core, before));
    assert_int_equal(rig.visits[STORE_AWAY], 0);
    *proxy.delay_ms = 0;
    fake_core_free(before);
    rig_fini(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(slow_answers_delay_what_they_confirm_and_nothing_else),
                                       cmocka_unit_test(a_writer_that_outruns_redis_does_not_keep_the_checkpoint_from_ending),
                                       cmocka_unit_test(a_desk_is_loaded_whole_through_slow_answers)};
    return cmocka_run_group_tests(tests, open_redis, close_redis);
}
