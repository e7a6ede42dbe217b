/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"
#include "turn_times.h"

enum { MS = 1000, SECOND = 1000 * MS };

static void a_long_turn_is_counted_for_ever_and_recent_for_a_minute(void **state)
{
    (void)state;
    struct turn_times times = {.count = 0};
    uint64_t now_us = 1000 * (uint64_t)SECOND;
    for (int i = 0; i < 1000; i++)
        turn_times_add(&times, now_us += 10 * MS, 100, 1);
    turn_times_add(&times, now_us += 10 * MS, 20 * MS, 1);
    struct turn_figures figures = turn_times_read(&times);
    assert_int_equal(figures.count, 1001);
    assert_int_equal(figures.long_count, 1);
    assert_int_equal(figures.max_us, 20 * MS);
    assert_int_equal(figures.recent_max_us, 20 * MS);
    assert_true(figures.recent_p99_us >= 100 && figures.recent_p99_us <= 107);
    turn_times_add(&times, now_us += TURN_RECENT_US, 200, 1);   /* the next minute */
    assert_int_equal(turn_times_read(&times).recent_max_us, 20 * MS);
    turn_times_add(&times, now_us += TURN_RECENT_US, 300, 1);
    figures = turn_times_read(&times);
    assert_int_equal(figures.recent_max_us, 300);
    assert_int_equal(figures.max_us, 20 * MS);
    assert_int_equal(figures.long_count, 1);
    turn_times_add(&times, now_us += 10 * (uint64_t)TURN_RECENT_US, 7, 1);   /* after a long sleep nothing of before is recent */
    assert_int_equal(turn_times_read(&times).recent_max_us, 7);
}

static void exactly_five_milliseconds_is_not_long(void **state)
{
    (void)state;
    struct turn_times times = {.count = 0};
    turn_times_add(&times, 1, 5 * MS, 1);
    assert_int_equal(turn_times_read(&times).long_count, 0);
    turn_times_add(&times, 2, 5 * MS + 1, 1);
    assert_int_equal(turn_times_read(&times).long_count, 1);
}

static void what_the_machine_kept_waiting_is_told_apart(void **state)
{
    (void)state;
    struct turn_times times = {.count = 0};
    turn_times_add(&times, 1, 50 * MS, 2 * MS);
    turn_times_add(&times, 2, 9 * MS, 6 * MS);
    struct turn_figures figures = turn_times_read(&times);
    assert_true(figures.long_count == 2 && figures.long_cpu_count == 1);
    assert_true(figures.max_us == 50 * MS && figures.max_cpu_us == 6 * MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_turn_is_counted_for_ever_and_recent_for_a_minute),
        cmocka_unit_test(what_the_machine_kept_waiting_is_told_apart),
        cmocka_unit_test(exactly_five_milliseconds_is_not_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
