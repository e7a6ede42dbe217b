/* SPDX-License-Identifier: Apache-2.0 */
#include "../unit/cmocka_all.h"
#include "desk_clock.h"

static const uint64_t EPOCH_MS = 1800000000000;

static void starts_at_the_later_of_journal_and_wall_clock(void **state)
{
    struct desk_clock clock;
    (void)state;
    desk_clock_start(&clock, EPOCH_MS, (int64_t)EPOCH_MS + 5, 100);
    assert_int_equal(desk_clock_now(&clock, (int64_t)EPOCH_MS + 5, 100), EPOCH_MS + 5);
    desk_clock_start(&clock, EPOCH_MS, (int64_t)EPOCH_MS - 5, 100);
    assert_int_equal(desk_clock_now(&clock, (int64_t)EPOCH_MS - 5, 100), EPOCH_MS);
    desk_clock_start(&clock, 0, -7, 100);
    assert_int_equal(desk_clock_now(&clock, -7, 100), 0);
}

static void follows_the_monotonic_clock(void **state)
{
    struct desk_clock clock;
    (void)state;
    desk_clock_start(&clock, 0, (int64_t)EPOCH_MS, 100);
    for (uint64_t ms = 1; ms <= 5000; ms += 7)
        assert_int_equal(desk_clock_now(&clock, (int64_t)(EPOCH_MS + ms), 100 + ms), EPOCH_MS + ms);
}

/* Whatever the wall clock does: forward, and between 95 % and 105 % of the time that passed. */
static void never_goes_back_and_slews_within_its_bound(void **state)
{
    static const int64_t jumps_ms[] = {0, 3600000, -3600000, 1, -1, INT64_MIN / 2, INT64_MAX / 4};
    (void)state;
    for (size_t j = 0; j < sizeof jumps_ms / sizeof *jumps_ms; j++) {
        struct desk_clock clock;
        uint64_t mono_ms = 0, last_ms = EPOCH_MS, step_ms = 1;
        desk_clock_start(&clock, 0, (int64_t)EPOCH_MS, 0);
        for (int i = 0; i < 3000; i++, step_ms = step_ms * 7 % 1009) {
            mono_ms += step_ms;
            uint64_t now_ms = desk_clock_now(&clock, (int64_t)(EPOCH_MS + mono_ms) + jumps_ms[j], mono_ms);
            assert_true(now_ms >= last_ms);
            last_ms = now_ms;
        }
        uint64_t passed_ms = last_ms - EPOCH_MS;
        assert_true(passed_ms * 1000 <= mono_ms * (1000 + DESK_CLOCK_SLEW_PPT));
        assert_true(passed_ms * 1000 + 1000 >= mono_ms * (1000 - DESK_CLOCK_SLEW_PPT));
    }
}

static void an_error_is_gone_after_twenty_times_its_size(void **state)
{
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        struct desk_clock clock;
        desk_clock_start(&clock, 0, (int64_t)EPOCH_MS, 0);
        uint64_t mono_ms = 0, now_ms = 0;
        for (int i = 0; i < 2100; i++) {
            mono_ms += 100;
            now_ms = desk_clock_now(&clock, (int64_t)(EPOCH_MS + mono_ms) + sign * 10000, mono_ms);
        }
        assert_int_equal((int64_t)now_ms, (int64_t)(EPOCH_MS + mono_ms) + sign * 10000);
    }
}

/* Read every millisecond, the slew of each is a fraction: none of it may be lost. */
static void small_steps_slew_as_much_as_large_ones(void **state)
{
    struct desk_clock fine, coarse;
    uint64_t fine_ms = 0;
    (void)state;
    desk_clock_start(&fine, 0, (int64_t)EPOCH_MS, 0);
    desk_clock_start(&coarse, 0, (int64_t)EPOCH_MS, 0);
    for (uint64_t ms = 1; ms <= 10000; ms++)
        fine_ms = desk_clock_now(&fine, (int64_t)(EPOCH_MS + ms) + 3600000, ms);
    assert_int_equal(fine_ms, desk_clock_now(&coarse, (int64_t)(EPOCH_MS + 10000) + 3600000, 10000));
    assert_int_equal(fine_ms, EPOCH_MS + 10500);
}

static void stands_still_while_stalled(void **state)
{
    struct desk_clock clock;
    (void)state;
    desk_clock_start(&clock, 0, (int64_t)EPOCH_MS, 0);
    desk_clock_stall(&clock, (int64_t)EPOCH_MS + 10, 10);
    assert_int_equal(desk_clock_now(&clock, (int64_t)EPOCH_MS + 5000, 5000), EPOCH_MS + 10);
    desk_clock_resume(&clock, 60000);
    assert_int_equal(desk_clock_now(&clock, (int64_t)EPOCH_MS + 60000, 60000), EPOCH_MS + 10);
    assert_int_equal(desk_clock_now(&clock, (int64_t)EPOCH_MS + 61000, 61000), EPOCH_MS + 10 + 1050);   /* catching up */
}

static void a_monotonic_clock_that_stands_moves_nothing(void **state)
{
    struct desk_clock clock;
    (void)state;
    desk_clock_start(&clock, 0, (int64_t)EPOCH_MS, 1000);
    assert_int_equal(desk_clock_now(&clock, (int64_t)EPOCH_MS + 99, 1000), EPOCH_MS);
    assert_int_equal(desk_clock_now(&clock, (int64_t)EPOCH_MS + 99, 900), EPOCH_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_at_the_later_of_journal_and_wall_clock),
        cmocka_unit_test(follows_the_monotonic_clock),
        cmocka_unit_test(never_goes_back_and_slews_within_its_bound),
        cmocka_unit_test(an_error_is_gone_after_twenty_times_its_size),
        cmocka_unit_test(small_steps_slew_as_much_as_large_ones),
        cmocka_unit_test(stands_still_while_stalled),
        cmocka_unit_test(a_monotonic_clock_that_stands_moves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
