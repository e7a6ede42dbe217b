/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <time.h>

#include "../unit/cmocka_all.h"
#include "when_text.h"

enum { NOON_S = 1764072000 };   /* 2025-11-25 12:00 UTC */
static const int64_t noon_ms = NOON_S * 1000LL;

static int64_t parsed(const char *text)
{
    int64_t unix_ms = -1;
    return when_text_parse(text, noon_ms, &unix_ms) ? unix_ms : -1;
}

static void a_duration_counts_from_now(void **state)
{
    (void)state;
    assert_int_equal(parsed("30m") - noon_ms, 30 * 60000);
    assert_int_equal(parsed("2h") - noon_ms, 2 * 3600000);
    assert_int_equal(parsed("3d") - noon_ms, 3 * 86400000);
}

static void a_time_of_day_is_the_next_one(void **state)
{
    (void)state;
    assert_int_equal(parsed("15:30") - noon_ms, 3 * 3600000 + 30 * 60000);
    assert_int_equal(parsed("09:00") - noon_ms, 21 * 3600000);
    assert_int_equal(parsed("12:00") - noon_ms, 24 * 3600000);
}

static void a_day_with_a_time_is_that_moment(void **state)
{
    (void)state;
    assert_int_equal(parsed("2025-11-26T15:30") - noon_ms, 27 * 3600000 + 30 * 60000);
}

static int64_t parsed_past(const char *text)
{
    int64_t unix_ms = -1;
    return when_text_parse_past(text, noon_ms, &unix_ms) ? unix_ms : -1;
}

static void backwards_it_is_the_last_one(void **state)
{
    (void)state;
    assert_int_equal(parsed_past("30m") - noon_ms, -30 * 60000);
    assert_int_equal(parsed_past("15:30") - noon_ms, -(20 * 3600000 + 30 * 60000));
    assert_int_equal(parsed_past("09:00") - noon_ms, -3 * 3600000);
    assert_int_equal(parsed_past("12:00") - noon_ms, 0);
    assert_int_equal(parsed_past("2025-11-25T10:00") - noon_ms, -2 * 3600000);
    assert_int_equal(parsed_past("yesterday"), -1);
}

static void what_is_no_moment_is_refused(void **state)
{
    static const char *const wrong[] = {"", "soon", "5", "5x", "-5m", "25:00", "12:60", "2025-13-01T10:00", "2025-02-30T10:00", "2025-11-26", "2h later"};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(parsed(wrong[i]), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_duration_counts_from_now),
        cmocka_unit_test(a_time_of_day_is_the_next_one),
        cmocka_unit_test(a_day_with_a_time_is_that_moment),
        cmocka_unit_test(backwards_it_is_the_last_one),
        cmocka_unit_test(what_is_no_moment_is_refused),
    };
    setenv("TZ", "UTC", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
