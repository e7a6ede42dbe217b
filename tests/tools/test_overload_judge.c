/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"
#include "overload_judge.h"

enum { ROWS = 60 };

static const struct overload_logs good = {
    .maximum_lives_per_s = 10000, .lives_per_s = 8100, .leads_max = 10000, .answered_p50_us = 100e3, .offered_p50_us = 1500e3,
    .seconds = 300, .accepted = 2400000,
};

static struct overload_verdict judge(const struct overload_logs *logs, enum soak_figure growing)
{
    struct soak_row rows[ROWS];
    for (int i = 0; i < ROWS; i++) {
        rows[i] = (struct soak_row){0};
        for (int figure = 0; figure < SOAK_FIGURES; figure++)
            rows[i].values[figure] = figure == (int)growing ? 1000 + 10 * i : 1000;
    }
    return overload_judge(logs, rows, ROWS);
}

static void a_broker_that_does_what_it_can_holds(void **state)
{
    (void)state;
    assert_true(judge(&good, SOAK_FIGURES).holds);
}

static void a_fifth_slower_is_the_limit(void **state)
{
    (void)state;
    struct overload_logs logs = good;
    logs.lives_per_s = 7990;
    struct overload_verdict verdict = judge(&logs, SOAK_FIGURES);
    assert_true(verdict.is_slow && !verdict.holds);
}

static void an_offer_that_comes_later_than_the_leads_before_it_explain_is_late(void **state)
{
    (void)state;
    struct overload_logs logs = good;
    logs.offered_p50_us = 1610e3;
    assert_true(judge(&logs, SOAK_FIGURES).waits_long);
    logs = good;
    logs.answered_p50_us = 1610e3;
    struct overload_verdict verdict = judge(&logs, SOAK_FIGURES);
    assert_true(verdict.waits_long && !verdict.holds);
}

static void one_lead_lost_or_twice_one_wrong_answer_one_busy_without_a_time_are_enough(void **state)
{
    (void)state;
    struct overload_logs lost = good, doubled = good, wrong = good, unhinted = good, none = good;
    lost.lost = doubled.doubled = wrong.wrong = unhinted.unhinted = 1;
    none.accepted = 0;
    assert_true(judge(&lost, SOAK_FIGURES).has_lost && !judge(&lost, SOAK_FIGURES).holds);
    assert_true(judge(&doubled, SOAK_FIGURES).has_lost && !judge(&doubled, SOAK_FIGURES).holds);
    assert_true(judge(&wrong, SOAK_FIGURES).is_wrong && !judge(&wrong, SOAK_FIGURES).holds);
    assert_true(judge(&unhinted, SOAK_FIGURES).is_wrong);
    assert_true(judge(&none, SOAK_FIGURES).is_wrong);
}

static void memory_and_descriptors_must_not_grow_and_redis_not_in_long_runs(void **state)
{
    (void)state;
    struct overload_logs quick = good;
    quick.seconds = 20;
    assert_true(judge(&good, SOAK_RSS).has_grown && !judge(&good, SOAK_RSS).holds);
    assert_true(judge(&good, SOAK_DESCRIPTORS).has_grown);
    assert_true(judge(&good, SOAK_REDIS_MEMORY).has_grown);
    assert_false(judge(&quick, SOAK_REDIS_MEMORY).has_grown);
    assert_true(judge(&quick, SOAK_RSS).has_grown);
}

/* Five seconds a row, a tooth of about seven: what a row shows is any height. */
static void a_saw_does_not_grow_unless_its_teeth_do(void **state)
{
    struct soak_row rows[ROWS];
    (void)state;
    for (unsigned growth = 0; growth <= 30; growth += 30) {
        for (unsigned i = 0; i < ROWS; i++) {
            rows[i] = (struct soak_row){.values = {1000, 1000, 0, 1000, 1000}};
            rows[i].values[SOAK_REDIS_MEMORY] = (1000 + 200 * ((5 * i) % 7)) * (1 + growth * i / (100.0 * ROWS));
        }
        assert_int_equal(overload_judge(&good, rows, ROWS).has_grown, growth > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broker_that_does_what_it_can_holds),
        cmocka_unit_test(a_fifth_slower_is_the_limit),
        cmocka_unit_test(an_offer_that_comes_later_than_the_leads_before_it_explain_is_late),
        cmocka_unit_test(one_lead_lost_or_twice_one_wrong_answer_one_busy_without_a_time_are_enough),
        cmocka_unit_test(a_saw_does_not_grow_unless_its_teeth_do),
        cmocka_unit_test(memory_and_descriptors_must_not_grow_and_redis_not_in_long_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
