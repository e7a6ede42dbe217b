/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include "timer_wheel.h"

static struct timer_wheel wheel;

static void equal_deadlines_fire_by_order_not_by_setting(void **state)
{
    struct timer_node nodes[5] = {0};

    (void)state;
    timer_wheel_init(&wheel, 100);
    for (unsigned i = 0; i < 5; i++)
        timer_wheel_set(&wheel, &nodes[i], 5000, 10 - i);
    assert_null(timer_wheel_take(&wheel, 4999));
    for (unsigned i = 5; i-- > 0;)
        assert_ptr_equal(timer_wheel_take(&wheel, 9000), &nodes[i]);
    assert_int_equal(wheel.now_ms, 5000);
    assert_null(timer_wheel_take(&wheel, 9000));
    assert_int_equal(wheel.now_ms, 9000);
    assert_int_equal(wheel.count, 0);
}

static void past_deadlines_fire_in_the_next_millisecond_in_their_order(void **state)
{
    struct timer_node late = {0}, later = {0}, next = {0};

    (void)state;
    timer_wheel_init(&wheel, 63);       /* the next millisecond is in another slot of level 1 */
    timer_wheel_set(&wheel, &next, 64, 1);
    timer_wheel_set(&wheel, &late, 50, 2);
    timer_wheel_set(&wheel, &later, 10, 3);
    assert_null(timer_wheel_take(&wheel, 63));
    assert_ptr_equal(timer_wheel_take(&wheel, 64), &later);
    assert_ptr_equal(timer_wheel_take(&wheel, 64), &late);
    assert_ptr_equal(timer_wheel_take(&wheel, 64), &next);
    assert_null(timer_wheel_take(&wheel, 64));
}

static void a_handler_that_sets_a_timer_cannot_starve_the_loop(void **state)
{
    struct timer_node node = {0};
    unsigned fired_count = 0;

    (void)state;
    timer_wheel_init(&wheel, 0);
    timer_wheel_set(&wheel, &node, 10, 1);
    while (timer_wheel_take(&wheel, 20)) {
        fired_count++;
        timer_wheel_set(&wheel, &node, 10, 1);
    }
    assert_int_equal(fired_count, 11);      /* at 10, 11 .. 20 */
    assert_true(timer_wheel_is_set(&node));
    timer_wheel_cancel(&wheel, &node);
}

static void a_due_timer_can_be_cancelled_before_it_is_taken(void **state)
{
    struct timer_node nodes[3] = {0};

    (void)state;
    timer_wheel_init(&wheel, 0);
    for (unsigned i = 0; i < 3; i++)
        timer_wheel_set(&wheel, &nodes[i], 7, i);
    assert_ptr_equal(timer_wheel_take(&wheel, 7), &nodes[0]);
    timer_wheel_cancel(&wheel, &nodes[1]);
    timer_wheel_cancel(&wheel, &nodes[1]);
    assert_ptr_equal(timer_wheel_take(&wheel, 7), &nodes[2]);
    assert_null(timer_wheel_take(&wheel, 7));
    assert_int_equal(wheel.count, 0);
}

static void the_farthest_deadline_is_exact(void **state)
{
    struct timer_node near = {0}, far = {0}, farthest = {0};

    (void)state;
    timer_wheel_init(&wheel, 1);
    timer_wheel_set(&wheel, &farthest, UINT64_MAX, 1);
    timer_wheel_set(&wheel, &far, UINT64_MAX - 1, 1);
    timer_wheel_set(&wheel, &near, UINT64_C(1) << 50, 1);
    assert_null(timer_wheel_take(&wheel, (UINT64_C(1) << 50) - 1));
    assert_ptr_equal(timer_wheel_take(&wheel, UINT64_C(1) << 50), &near);
    assert_null(timer_wheel_take(&wheel, UINT64_MAX - 2));
    assert_int_equal(timer_wheel_next_ms(&wheel), UINT64_MAX - 1);
    assert_ptr_equal(timer_wheel_take(&wheel, UINT64_MAX), &far);
    assert_ptr_equal(timer_wheel_take(&wheel, UINT64_MAX), &farthest);
    assert_null(timer_wheel_take(&wheel, UINT64_MAX));
}

static void waking_at_the_told_time_finds_a_timer_in_few_steps(void **state)
{
    struct timer_node node = {0};

    (void)state;
    for (unsigned bit = 0; bit < 64; bit++) {
        uint64_t deadline_ms = UINT64_MAX >> (63 - bit), time_ms = 0;
        unsigned step_count = 0;

        timer_wheel_init(&wheel, 0);
        assert_int_equal(timer_wheel_next_ms(&wheel), UINT64_MAX);
        timer_wheel_set(&wheel, &node, deadline_ms, 1);
        do {
            time_ms = timer_wheel_next_ms(&wheel);
            assert_true(time_ms <= deadline_ms);
            step_count++;
        } while (!timer_wheel_take(&wheel, time_ms));
        assert_int_equal(time_ms, deadline_ms);
        assert_in_range(step_count, 1, TIMER_WHEEL_LEVELS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_deadlines_fire_by_order_not_by_setting),
        cmocka_unit_test(past_deadlines_fire_in_the_next_millisecond_in_their_order),
        cmocka_unit_test(a_handler_that_sets_a_timer_cannot_starve_the_loop),
        cmocka_unit_test(a_due_timer_can_be_cancelled_before_it_is_taken),
        cmocka_unit_test(the_farthest_deadline_is_exact),
        cmocka_unit_test(waking_at_the_told_time_finds_a_timer_in_few_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
