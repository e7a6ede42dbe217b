/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"
#include "soak_judge.h"

enum { ROWS = 60 };

static void fill(struct soak_row rows[ROWS], double first, double growth)
{
    for (int i = 0; i < ROWS; i++) {
        rows[i] = (struct soak_row){0};
        for (int figure = 0; figure < SOAK_FIGURES; figure++)
            rows[i].values[figure] = 1000;
        rows[i].values[SOAK_RSS] = first * (1 + growth * i);
    }
}

static void what_stays_has_not_grown(void **state)
{
    (void)state;
    struct soak_row rows[ROWS];
    fill(rows, 1000, 0);
    struct soak_verdict verdict = soak_judge(rows, ROWS);
    assert_false(verdict.has_grown);
}

static void half_a_percent_a_minute_is_seen_and_named(void **state)
{
    (void)state;
    struct soak_row rows[ROWS];
    fill(rows, 1000, 0.005);
    struct soak_verdict verdict = soak_judge(rows, ROWS);
    assert_true(verdict.has_grown && verdict.grew[SOAK_RSS]);
    assert_false(verdict.grew[SOAK_DESCRIPTORS] || verdict.grew[SOAK_REDIS_MEMORY] || verdict.grew[SOAK_AOF] || verdict.grew[SOAK_P50]);
}

static void filling_up_in_the_first_minutes_and_a_peak_are_no_growth(void **state)
{
    (void)state;
    struct soak_row rows[ROWS];
    fill(rows, 1000, 0);
    for (int i = 0; i < 5; i++)
        rows[i].values[SOAK_RSS] = 100 * (i + 1);
    rows[57].values[SOAK_RSS] = 5000;
    assert_false(soak_judge(rows, ROWS).has_grown);
}

static void a_time_may_be_a_quarter_above_and_no_more(void **state)
{
    (void)state;
    struct soak_row rows[ROWS];
    fill(rows, 1000, 0);
    for (int i = 40; i < ROWS; i++)
        rows[i].values[SOAK_P50] = 1240;
    assert_false(soak_judge(rows, ROWS).has_grown);
    for (int i = 40; i < ROWS; i++)
        rows[i].values[SOAK_P50] = 1260;
    assert_true(soak_judge(rows, ROWS).grew[SOAK_P50]);
}

static void a_file_that_was_not_rewritten_yet_is_not_judged(void **state)
{
    (void)state;
    struct soak_row rows[ROWS];
    fill(rows, 1000, 0);
    for (int i = 0; i < 20; i++)
        rows[i].values[SOAK_AOF] = 0;
    assert_false(soak_judge(rows, ROWS).has_grown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_stays_has_not_grown),
        cmocka_unit_test(half_a_percent_a_minute_is_seen_and_named),
        cmocka_unit_test(filling_up_in_the_first_minutes_and_a_peak_are_no_growth),
        cmocka_unit_test(a_time_may_be_a_quarter_above_and_no_more),
        cmocka_unit_test(a_file_that_was_not_rewritten_yet_is_not_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
