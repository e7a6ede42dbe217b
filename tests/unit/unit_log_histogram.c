/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"
#include "log_histogram.h"

static void empty_has_no_figure(void **state)
{
    (void)state;
    struct log_histogram empty = {0};
    assert_int_equal(log_histogram_at(&empty, 0.5), 0);
    assert_int_equal(log_histogram_at(&empty, 1), 0);
}

static void small_values_are_exact(void **state)
{
    (void)state;
    struct log_histogram histogram = {0};
    for (uint64_t value = 0; value < 32; value++)
        log_histogram_add(&histogram, value);
    for (uint64_t value = 0; value < 32; value++)
        assert_int_equal(log_histogram_at(&histogram, (double)(value + 1) / 32), value);
}

/* Beside the value that stands there in sorted order. */
static void shares_are_at_most_a_sixteenth_above(void **state)
{
    (void)state;
    struct log_histogram histogram = {0};
    enum { COUNT = 1000 };
    uint64_t values[COUNT];
    for (uint64_t i = 0; i < COUNT; i++) {
        values[i] = i * i * i + 7;   /* sorted */
        log_histogram_add(&histogram, values[i]);
    }
    for (uint32_t i = 1; i <= COUNT; i++) {
        uint64_t told = log_histogram_at(&histogram, (double)i / COUNT), is = values[i - 1];
        assert_true(told >= is && told - is <= is / 16);
    }
    assert_int_equal(log_histogram_at(&histogram, 1), values[COUNT - 1]);
}

static void the_largest_are_held_at_the_end(void **state)
{
    (void)state;
    struct log_histogram histogram = {0};
    log_histogram_add(&histogram, UINT64_MAX);
    log_histogram_add(&histogram, (UINT64_C(1) << LOG_HISTOGRAM_BITS) - 1);
    assert_int_equal(histogram.cells[LOG_HISTOGRAM_CELLS - 1], 2);
    assert_int_equal(log_histogram_at(&histogram, 1), (UINT64_C(1) << LOG_HISTOGRAM_BITS) - 1);
}

static void since_counts_only_what_came_after(void **state)
{
    (void)state;
    struct log_histogram now = {0}, before, since;
    log_histogram_add(&now, 1000000);
    before = now;
    log_histogram_since(&now, &before, &since);
    assert_int_equal(since.count, 0);
    log_histogram_add(&now, 20);
    log_histogram_since(&now, &before, &since);
    assert_int_equal(since.count, 1);
    assert_int_equal(since.max, 20);
    assert_int_equal(log_histogram_at(&since, 0.5), 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_has_no_figure),
        cmocka_unit_test(small_values_are_exact),
        cmocka_unit_test(shares_are_at_most_a_sixteenth_above),
        cmocka_unit_test(the_largest_are_held_at_the_end),
        cmocka_unit_test(since_counts_only_what_came_after),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
