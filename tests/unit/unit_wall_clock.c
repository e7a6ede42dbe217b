/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "local_day.h"
#include "wall_clock.h"

static void times_are_written_as_rfc_3339(void **state)
{
    static const struct { int64_t unix_ms; const char *text; } samples[] = {
        {0, "1970-01-01T00:00:00.000Z"},
        {-1, "1969-12-31T23:59:59.999Z"},
        {-1000, "1969-12-31T23:59:59.000Z"},
        {INT64_C(951782400123), "2000-02-29T00:00:00.123Z"},
        {INT64_C(1769854530123), "2026-01-31T10:15:30.123Z"},
        {INT64_C(253402300799999), "9999-12-31T23:59:59.999Z"},
        {INT64_MAX, "9999-12-31T23:59:59.999Z"},
        {INT64_MIN, "0000-01-01T00:00:00.000Z"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        char text[25];
        wall_clock_format(samples[i].unix_ms, text);
        assert_string_equal(text, samples[i].text);
    }
}

static void monotonic_time_does_not_go_back(void **state)
{
    (void)state;
    uint64_t before_us = wall_clock_monotonic_us();
    for (int i = 0; i < 1000; i++) {
        uint64_t now_us = wall_clock_monotonic_us();
        assert_true(now_us >= before_us);
        before_us = now_us;
    }
    assert_true(wall_clock_monotonic_ms() >= before_us / 1000);
    assert_true(wall_clock_unix_ms() > INT64_C(1700000000000));
}

static void random_bytes_fill_exactly_what_is_asked(void **state)
{
    unsigned char a[66] = {0}, b[66] = {0};

    (void)state;
    random_bytes(a + 1, 64);
    random_bytes(b + 1, 64);
    random_bytes(NULL, 0);
    assert_memory_not_equal(a + 1, b + 1, 64);
    assert_int_equal(a[0] + a[65] + b[0] + b[65], 0);
}

/* In Rome clocks are put on at 2026-03-29T01:00Z, and back at 2026-10-25T01:00Z. */
static void a_day_is_from_midnight_to_midnight_of_the_time_zone(void **state)
{
    static const struct { int64_t at_ms, begin_ms; int hours; } days[] = {
        {INT64_C(1772578799999), INT64_C(1772492400000), 24},   /* the last of 3 March */
        {INT64_C(1772578800000), INT64_C(1772578800000), 24},
        {INT64_C(1774785600000), INT64_C(1774738800000), 23},
        {INT64_C(1792929600000), INT64_C(1792879200000), 25},
    };
    (void)state;
    assert_int_equal(setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1), 0);
    tzset();
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        int64_t begin_ms, end_ms;
        local_day_of(days[i].at_ms, &begin_ms, &end_ms);
        assert_int_equal(begin_ms, days[i].begin_ms);
        assert_int_equal(end_ms - begin_ms, days[i].hours * INT64_C(3600000));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_written_as_rfc_3339),
        cmocka_unit_test(monotonic_time_does_not_go_back),
        cmocka_unit_test(random_bytes_fill_exactly_what_is_asked),
        cmocka_unit_test(a_day_is_from_midnight_to_midnight_of_the_time_zone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
