/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "queue_calendar.h"
#include "queue_random.h"
#include "queue_run.h"

static void calendar_gives_events_by_time_and_equal_ones_in_the_order_of_noting(void **state)
{
    (void)state;
    struct queue_calendar calendar;
    struct queue_event event, last = {.at_s = -1};
    struct sim_random random = {.state = 5};
    queue_calendar_init(&calendar);
    for (uint32_t i = 0; i < 1000; i++) {
        double at_s = (double)sim_random_below(&random, 50);
        queue_calendar_add(&calendar, &(struct queue_event){.at_s = at_s, .slot = i});
    }
    for (uint32_t i = 0; i < 1000; i++) {
        assert_true(queue_calendar_take(&calendar, &event));
        assert_true(event.at_s > last.at_s || (event.at_s == last.at_s && event.slot > last.slot));
        last = event;
    }
    assert_false(queue_calendar_take(&calendar, &event));
    queue_calendar_fini(&calendar);
}

static void ratio_of_equal_replications_has_no_error(void **state)
{
    (void)state;
    struct queue_estimate estimate = queue_stats_ratio((double[]){1, 2, 3}, (double[]){4, 8, 12}, 3);
    assert_true(estimate.value == 0.25 && estimate.error == 0);
}

static void error_of_a_mean_is_the_textbook_one(void **state)
{
    (void)state;
    struct queue_estimate estimate = queue_stats_ratio((double[]){1, 2, 3, 6}, (double[]){1, 1, 1, 1}, 4);
    assert_true(estimate.value == 3);
    assert_true(fabs(estimate.error - sqrt(14.0 / 3 / 4)) < 1e-12);   /* variance 14 / 3, of 4 */
}

/* 2 errors hold the truth in 94 % of 20 replications (Student, 19 degrees); exponential sums of 10 are a little skewed. */
static void two_errors_hold_the_truth_as_often_as_they_should(void **state)
{
    (void)state;
    uint32_t held = 0;
    enum { TRIALS = 4000, COUNT = 20 };
    for (uint32_t trial = 0; trial < TRIALS; trial++) {
        struct queue_random random = queue_random_open(9, trial);
        double a[COUNT], b[COUNT];
        for (uint32_t i = 0; i < COUNT; i++) {
            b[i] = 10;
            a[i] = 0;
            for (uint32_t k = 0; k < 10; k++)
                a[i] += queue_random_exponential(&random.handling, 3);
        }
        struct queue_estimate estimate = queue_stats_ratio(a, b, COUNT);
        held += fabs(estimate.value - 3) <= 2 * estimate.error;
    }
    assert_in_range(held, TRIALS * 92 / 100, TRIALS * 95 / 100);
}

static void exponential_has_its_mean_and_its_memorylessness(void **state)
{
    (void)state;
    struct sim_random random = {.state = 3};
    double sum = 0;
    uint32_t above_one = 0, above_two = 0;
    enum { DRAWS = 400000 };
    for (uint32_t i = 0; i < DRAWS; i++) {
        double drawn = queue_random_exponential(&random, 1);
        assert_true(drawn >= 0 && drawn < 37);
        sum += drawn;
        above_one += drawn > 1;
        above_two += drawn > 2;
    }
    assert_true(fabs(sum / DRAWS - 1) < 0.005);
    assert_true(fabs((double)above_one / DRAWS - exp(-1)) < 0.003);
    assert_true(fabs((double)above_two / above_one - exp(-1)) < 0.005);
}

static void replications_and_seeds_share_no_chances(void **state)
{
    (void)state;
    struct queue_random a = queue_random_open(1, 0), b = queue_random_open(1, 1), c = queue_random_open(2, 0);
    struct queue_random again = queue_random_open(1, 0);
    assert_true(a.arrivals.state != b.arrivals.state && a.arrivals.state != c.arrivals.state && b.arrivals.state != c.arrivals.state);
    assert_true(a.arrivals.state != a.handling.state && a.patience.state != a.classes.state);
    assert_true(a.arrivals.state == again.arrivals.state && a.classes.state == again.classes.state);
}

/* As the pooling scenario asks: each skill first of 15 reps, and each pair of first and second skill 3 times. */
static void skills_are_spread_evenly(void **state)
{
    (void)state;
    struct queue_scenario scenario;
    queue_scenario_default(&scenario);
    scenario.reps = 90;
    scenario.classes = 6;
    for (scenario.skills = 1; scenario.skills <= 6; scenario.skills++) {
        uint32_t first[6] = {0}, any[6] = {0}, second[6][6] = {{0}};
        struct core_config *config = queue_scenario_rules(&scenario);
        for (uint32_t i = 0; i < config->rep_count; i++) {
            const struct config_rep *rep = &config->reps[i];
            assert_int_equal(rep->skill_count, scenario.skills);
            first[rep->skills[0].skill]++;
            for (uint32_t k = 0; k < rep->skill_count; k++)
                any[rep->skills[k].skill]++;
            if (scenario.skills == 2)
                second[rep->skills[0].skill][rep->skills[1].skill]++;
        }
        for (uint32_t i = 0; i < 6; i++) {
            assert_int_equal(first[i], 15);
            assert_int_equal(any[i], 15 * scenario.skills);
            for (uint32_t k = 0; k < 6 && scenario.skills == 2; k++)
                assert_int_equal(second[i][k], i == k ? 0 : 3);
        }
        core_config_free(config);
    }
}

static void refuses(const struct queue_scenario *scenario)
{
    char reason[160] = "";
    assert_false(queue_scenario_check(scenario, reason, sizeof reason));
    assert_true(reason[0] != '\0');
}

static void check_refuses_what_cannot_be_simulated(void **state)
{
    (void)state;
    struct queue_scenario good, bad;
    char reason[160];
    queue_scenario_default(&good);
    assert_true(queue_scenario_check(&good, reason, sizeof reason));
    bad = good, bad.reps = 0, refuses(&bad);
    bad = good, bad.reps = QUEUE_REPS_MAX + 1, refuses(&bad);
    bad = good, bad.classes = 11, refuses(&bad);
    bad = good, bad.skills = 2, refuses(&bad);
    bad = good, bad.handling_s = 0.5, refuses(&bad);
    bad = good, bad.per_hour = NAN, refuses(&bad);
    bad = good, bad.patience_s = 0.5, refuses(&bad);
    bad = good, bad.replications = QUEUE_REPLICATIONS_MAX + 1, refuses(&bad);
    bad = good, bad.arrivals = 0, refuses(&bad);
    bad = good, bad.policy = "no such policy", refuses(&bad);
    bad = good, bad.per_hour = 60, refuses(&bad);   /* 10 erlang, 10 reps */
    bad.room = 3;
    assert_true(queue_scenario_check(&bad, reason, sizeof reason));
}

static void same_seed_gives_the_same_figures_and_another_one_others(void **state)
{
    (void)state;
    struct queue_scenario scenario;
    struct queue_result one, again, other;
    queue_scenario_default(&scenario);
    scenario.arrivals = 500;
    scenario.replications = 3;
    assert_true(queue_run(&scenario, NULL, &one) && queue_run(&scenario, NULL, &again));
    scenario.seed = 2;
    assert_true(queue_run(&scenario, NULL, &other));
    assert_true(one.figures[QUEUE_WAIT_S].value == again.figures[QUEUE_WAIT_S].value);
    assert_true(one.figures[QUEUE_WAIT_S].error == again.figures[QUEUE_WAIT_S].error);
    assert_true(one.figures[QUEUE_WAIT_S].value != other.figures[QUEUE_WAIT_S].value);
    assert_int_equal(one.total.arrivals, 1500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calendar_gives_events_by_time_and_equal_ones_in_the_order_of_noting),
        cmocka_unit_test(ratio_of_equal_replications_has_no_error),
        cmocka_unit_test(error_of_a_mean_is_the_textbook_one),
        cmocka_unit_test(two_errors_hold_the_truth_as_often_as_they_should),
        cmocka_unit_test(exponential_has_its_mean_and_its_memorylessness),
        cmocka_unit_test(replications_and_seeds_share_no_chances),
        cmocka_unit_test(skills_are_spread_evenly),
        cmocka_unit_test(check_refuses_what_cannot_be_simulated),
        cmocka_unit_test(same_seed_gives_the_same_figures_and_another_one_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
