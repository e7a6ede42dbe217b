/* SPDX-License-Identifier: Apache-2.0
 *
 * Weeks and holidays -> intervals, over the change of the clock and with breaks.
 */
#include "../unit/cmocka_all.h"
#include "desk_hours.h"

enum { MAX = 2048 };

static struct desk_interval intervals[MAX];

/* Every day of the week 09:00-18:00. */
static struct desk_week plain_week(const char *time_zone)
{
    struct desk_week week = {.time_zone = time_zone};
    for (int day = 0; day < 7; day++) {
        week.days[day][0] = (struct desk_span){9 * 60, 18 * 60};
        week.counts[day] = 1;
    }
    return week;
}

static void hours_follow_the_clock_of_the_zone(void **state)
{
    size_t count;
    struct desk_week week = plain_week("Europe/Rome");
    (void)state;
    assert_int_equal(desk_hours_compile(&week, 1774699200000LL, intervals, MAX, &count), LW_OK);   /* 2026-03-28, noon */
    assert_int_equal(count, DESK_HOURS_DAYS);
    assert_int_equal(intervals[0].open_ms, 1774684800000LL);    /* 08:00 UTC */
    assert_int_equal(intervals[0].close_ms, 1774717200000LL);
    assert_int_equal(intervals[1].open_ms, 1774767600000LL);    /* the day of the change: 07:00 UTC */
    assert_int_equal(intervals[2].open_ms - intervals[1].open_ms, 24 * 3600 * 1000);
}

static void weekends_and_holidays_are_closed_and_breaks_too(void **state)
{
    size_t count;
    const struct desk_date holidays[] = {{2026, 12, 25}};
    struct desk_week week = plain_week("Europe/Rome");
    (void)state;
    week.holidays = holidays;
    week.holiday_count = 1;
    week.counts[5] = week.counts[6] = 0;
    week.days[3][0].to_min = 13 * 60;              /* Thursday has a break */
    week.days[3][1] = (struct desk_span){14 * 60, 18 * 60};
    week.counts[3] = 2;
    assert_int_equal(desk_hours_compile(&week, 1798088400000LL, intervals, MAX, &count), LW_OK);   /* 2026-12-24, a Thursday */
    assert_int_equal(intervals[0].open_ms, 1798099200000LL);
    assert_int_equal(intervals[0].close_ms, 1798113600000LL);
    assert_int_equal(intervals[1].open_ms, 1798117200000LL);
    assert_int_equal(intervals[2].open_ms, 1798444800000LL);    /* Monday the 28th */
}

static void days_that_touch_are_one_interval(void **state)
{
    size_t count;
    struct desk_week week = plain_week("Asia/Tokyo");
    (void)state;
    for (int day = 0; day < 7; day++)
        week.days[day][0] = (struct desk_span){0, 24 * 60};
    assert_int_equal(desk_hours_compile(&week, 1774699200000LL, intervals, MAX, &count), LW_OK);
    assert_int_equal(count, 1);
    assert_int_equal(intervals[0].close_ms - intervals[0].open_ms, DESK_HOURS_DAYS * 24LL * 3600 * 1000);
}

static void days_begin_at_midnight_of_the_zone_also_where_the_clock_changes(void **state)
{
    size_t count;
    (void)state;
    assert_int_equal(desk_days_compile("Europe/Rome", 1774699200000LL, intervals, MAX, &count), LW_OK);   /* 2026-03-28, noon */
    assert_int_equal(count, DESK_HOURS_DAYS);
    assert_int_equal(intervals[0].open_ms, 1774652400000LL);                                /* 23:00 UTC the day before */
    assert_int_equal(intervals[1].close_ms - intervals[1].open_ms, 23 * 3600 * 1000);     /* the day of the change */
    for (size_t i = 1; i < count; i++)
        assert_int_equal(intervals[i - 1].close_ms, intervals[i].open_ms);
    assert_int_equal(desk_days_compile("Europe/Roma", 0, intervals, MAX, &count), LW_INVALID);
}

static void zones_and_dates_that_are_none_are_known(void **state)
{
    size_t count;
    struct desk_week week = plain_week("Europe/Roma");
    (void)state;
    assert_int_equal(desk_hours_compile(&week, 0, intervals, MAX, &count), LW_INVALID);
    week.time_zone = "Europe/Rome";
    assert_int_equal(desk_hours_compile(&week, 0, intervals, 5, &count), LW_FULL);
    assert_true(desk_time_zone_exists("Europe/Rome") && !desk_time_zone_exists("Rome") && !desk_time_zone_exists(""));
    assert_true(desk_date_exists((struct desk_date){2028, 2, 29}));
    assert_false(desk_date_exists((struct desk_date){2026, 2, 29}) || desk_date_exists((struct desk_date){2026, 13, 1}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours_follow_the_clock_of_the_zone),
        cmocka_unit_test(weekends_and_holidays_are_closed_and_breaks_too),
        cmocka_unit_test(days_that_touch_are_one_interval),
        cmocka_unit_test(days_begin_at_midnight_of_the_zone_also_where_the_clock_changes),
        cmocka_unit_test(zones_and_dates_that_are_none_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
