/* SPDX-License-Identifier: Apache-2.0
 *
 * Which rows of bench peers count. The systems are this test: each reaches what it is told to.
 */
#include <string.h>

#include "cmocka_all.h"
#include "peer_beanstalkd.h"
#include "peer_nats.h"
#include "peer_rabbitmq.h"
#include "peer_redis.h"
#include "peer_rows.h"

static double peer_lives, our_lives, append_lives;
static bool all_once, is_installed;

static struct peer_result peer(void)
{
    return (struct peer_result){.floor = {.lives_per_s = peer_lives, .p50_us = 200}, .all_once = all_once};
}

struct floor_result floor_ours(const char *durability, uint32_t seconds)
{
    (void)durability;
    (void)seconds;
    return (struct floor_result){.lives_per_s = our_lives, .p50_us = 300, .journal_bytes_per_life = 400};
}

struct floor_result floor_append(const char *fsync, uint32_t seconds, double bytes)
{
    (void)fsync;
    (void)seconds;
    (void)bytes;
    return (struct floor_result){.lives_per_s = append_lives};
}

struct peer_result peer_redis_run(enum peer_redis which, const char *fsync, uint32_t seconds)
{
    (void)which;
    (void)fsync;
    (void)seconds;
    return peer();
}

struct peer_result peer_nats_run(uint32_t seconds)
{
    (void)seconds;
    return peer();
}

struct peer_result peer_rabbitmq_run(bool merged, uint32_t seconds)
{
    (void)merged;
    (void)seconds;
    return peer();
}

struct peer_result peer_beanstalkd_run(unsigned fsync_every_ms, uint32_t seconds)
{
    (void)fsync_every_ms;
    (void)seconds;
    return peer();
}

bool peer_beanstalkd_is_there(void) { return is_installed; }
bool peer_nats_is_there(void) { return is_installed; }
bool peer_rabbitmq_is_there(void) { return is_installed; }

static unsigned redis_asked;

void peer_redis_version(char version[BENCH_VERSION_MAX])
{
    redis_asked++;
    strcpy(version, "7.0.15");
}

void peer_beanstalkd_version(char version[BENCH_VERSION_MAX]) { strcpy(version, "1.12"); }
void peer_nats_version(char version[BENCH_VERSION_MAX]) { strcpy(version, "2.9.10"); }
void peer_rabbitmq_version(char version[BENCH_VERSION_MAX]) { strcpy(version, "3.10.8"); }

static struct peer_row *row_of(const char *system)
{
    for (int i = 0; i < PEER_ROWS; i++)
        if (strcmp(peer_rows[i].system, system) == 0)
            return &peer_rows[i];
    fail_msg("no row of %s", system);
    return NULL;
}

static int start(void **state)
{
    (void)state;
    peer_lives = 80000, our_lives = 100000, append_lives = 2000000;
    all_once = is_installed = true;
    for (int i = 0; i < PEER_ROWS; i++)
        peer_rows[i].went_wrong = false;
    assert_true(peer_rows_look(false, NULL));
    return 0;
}

static void run(uint32_t round)
{
    for (uint32_t i = 0; i < PEER_ROWS; i++)
        peer_row_run(i, round, 1);
}

static void a_fast_driver_counts_and_one_below_four_fifths_does_not(void **state)
{
    (void)state;
    peer_lives = 0.81 * row_of("nats")->table_lives_per_s;
    run(0);
    assert_true(peer_row_is_valid(row_of("nats"), 1));
    peer_lives = 0.79 * row_of("nats")->table_lives_per_s;
    run(0);
    assert_false(peer_row_is_valid(row_of("nats"), 1));
    assert_true(peer_row_is_valid(row_of("leadwire"), 1));   /* ours has no table */
}

static void a_slow_machine_asks_for_less(void **state)
{
    (void)state;
    append_lives = 500000;   /* half of the floor at everysec, more than that at always */
    peer_lives = 0.41 * row_of("nats")->table_lives_per_s;
    run(0);
    assert_true(peer_row_is_valid(row_of("nats"), 1));
    peer_lives = 0.41 * row_of("rabbitmq_quorum")->table_lives_per_s;
    run(0);
    assert_false(peer_row_is_valid(row_of("rabbitmq_quorum"), 1));
}

static void a_lead_that_went_wrong_in_any_round_makes_the_row_void(void **state)
{
    (void)state;
    all_once = false;
    run(0);
    all_once = true;
    run(1);
    assert_false(peer_row_is_valid(row_of("redis_streams"), 2));
}

static void ratios_are_of_the_same_round(void **state)
{
    (void)state;
    const double ours[] = {100, 400, 900}, theirs[] = {100, 200, 300};
    for (uint32_t round = 0; round < 3; round++) {
        our_lives = ours[round];
        peer_lives = theirs[round];
        run(round);
    }
    struct plot_figure ratio = peer_ratio_figure(&peer_ratios[0], 3);
    assert_true(ratio.low == 1 && ratio.median == 2 && ratio.high == 3);
}

static void who_is_not_there_is_not_run(void **state)
{
    (void)state;
    is_installed = false;
    assert_true(peer_rows_look(false, NULL));
    assert_true(row_of("nats")->is_missing && row_of("rabbitmq_quorum")->is_missing && row_of("beanstalkd_f0")->is_missing);
    assert_false(row_of("redis_lua")->is_missing);
    size_t count = 0;
    for (int i = 0; i < PEER_RATIOS; i++)
        count += peer_ratio_is_there(&peer_ratios[i]);
    assert_int_equal(count, 6);
}

static void what_stands_aside_is_left_out_of_a_quick_run(void **state)
{
    (void)state;
    assert_true(peer_row_runs(row_of("streams_merged")) && peer_row_runs(row_of("rabbitmq_merged")));
    assert_true(peer_rows_look(true, NULL));
    assert_false(peer_row_runs(row_of("streams_merged")) || peer_row_runs(row_of("rabbitmq_merged")));
    assert_true(peer_row_runs(row_of("redis_streams")) && peer_row_runs(row_of("rabbitmq_quorum")));
    for (int i = 0; i < PEER_RATIOS; i++)
        assert_true(peer_ratio_is_there(&peer_ratios[i]));
}

static void one_system_alone_runs_beside_ours(void **state)
{
    (void)state;
    assert_true(peer_rows_look(false, "streams_merged"));
    assert_true(peer_row_runs(row_of("leadwire")) && peer_row_runs(row_of("streams_merged")));
    assert_false(peer_row_runs(row_of("redis_streams")) || peer_row_runs(row_of("rabbitmq_quorum")));
    assert_true(peer_rows_look(true, "leadwire"));
    assert_false(peer_row_runs(row_of("redis_streams")));
    assert_false(peer_rows_look(true, "redis"));
}

static void each_row_knows_its_version(void **state)
{
    (void)state;
    redis_asked = 0;
    assert_true(peer_rows_look(true, NULL));
    assert_string_equal(row_of("leadwire")->version, LEADWIRE_VERSION);
    assert_string_equal(row_of("redis_lua")->version, "7.0.15");
    assert_string_equal(row_of("nats")->version, "2.9.10");
    assert_string_equal(row_of("rabbitmq_quorum")->version, "3.10.8");
    assert_string_equal(row_of("beanstalkd_f0")->version, "1.12");
    assert_int_equal(redis_asked, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_fast_driver_counts_and_one_below_four_fifths_does_not, start),
        cmocka_unit_test_setup(a_slow_machine_asks_for_less, start),
        cmocka_unit_test_setup(a_lead_that_went_wrong_in_any_round_makes_the_row_void, start),
        cmocka_unit_test_setup(ratios_are_of_the_same_round, start),
        cmocka_unit_test_setup(who_is_not_there_is_not_run, start),
        cmocka_unit_test_setup(what_stands_aside_is_left_out_of_a_quick_run, start),
        cmocka_unit_test_setup(one_system_alone_runs_beside_ours, start),
        cmocka_unit_test_setup(each_row_knows_its_version, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
