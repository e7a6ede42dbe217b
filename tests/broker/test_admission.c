/* SPDX-License-Identifier: Apache-2.0
 *
 * When the publishers' door is shut, and when it opens again.
 */
#include "admission.h"
#include "cmocka_all.h"

enum { MIB = 1024 * 1024, MAX = 100 * MIB };

static void nothing_is_refused_below_the_bounds(void **state)
{
    struct admission admission = {.memory_max = MAX};

    (void)state;
    assert_null(admission_refuse(&admission));
    admission_see_memory(&admission, MAX - 1, 50 * MIB);
    admission_see_journal(&admission, ADMISSION_JOURNAL_BYTES - 1, 10000);
    assert_null(admission_refuse(&admission));
    assert_int_equal(admission.memory_told + admission.journal_told, 0);
}

/* The process stays as large as it was: what leads have in use is what opens the door. */
static void memory_of_ended_leads_lets_new_ones_in(void **state)
{
    struct admission admission = {.memory_max = MAX};

    (void)state;
    admission_see_memory(&admission, MAX, 60 * MIB);
    assert_non_null(admission_refuse(&admission));
    admission_see_memory(&admission, MAX, 58 * MIB);
    assert_non_null(admission_refuse(&admission));       /* not at once: not to and fro with each lead */
    admission_see_memory(&admission, MAX, 57 * MIB);
    assert_null(admission_refuse(&admission));
    admission_see_memory(&admission, MAX, 59 * MIB);
    assert_null(admission_refuse(&admission));
    admission_see_memory(&admission, MAX, 60 * MIB);
    assert_non_null(admission_refuse(&admission));
    assert_int_equal(admission.memory_told, 3);
}

static void a_process_that_grows_on_gets_a_lower_mark(void **state)
{
    struct admission admission = {.memory_max = MAX};

    (void)state;
    admission_see_memory(&admission, MAX, 60 * MIB);
    admission_see_memory(&admission, MAX + MIB, 40 * MIB);
    assert_null(admission_refuse(&admission));
    admission_see_memory(&admission, MAX + 2 * MIB, 40 * MIB);
    assert_non_null(admission_refuse(&admission));
    admission_see_memory(&admission, MAX + 2 * MIB, 38 * MIB);
    assert_null(admission_refuse(&admission));
}

static void a_process_that_became_smaller_has_no_mark(void **state)
{
    struct admission admission = {.memory_max = MAX};

    (void)state;
    admission_see_memory(&admission, MAX, 60 * MIB);
    admission_see_memory(&admission, 95 * MIB, 60 * MIB);
    assert_non_null(admission_refuse(&admission));       /* hardly smaller */
    admission_see_memory(&admission, 95 * MIB - 1, 60 * MIB);
    assert_null(admission_refuse(&admission));
    admission_see_memory(&admission, 99 * MIB, 70 * MIB);
    assert_null(admission_refuse(&admission));
}

static void a_nearly_empty_desk_is_never_shut(void **state)
{
    struct admission admission = {.memory_max = MAX};

    (void)state;
    for (uint64_t grown = 0; grown < 50; grown++) {
        admission_see_memory(&admission, MAX + grown * 10 * MIB, 0);
        assert_null(admission_refuse(&admission));
    }
    admission_see_memory(&admission, 2ull * MAX * 10, ADMISSION_IN_USE_MIN);
    assert_non_null(admission_refuse(&admission));
}

static void without_a_bound_or_a_size_nothing_is_shut(void **state)
{
    struct admission none = {.memory_max = 0}, unknown = {.memory_max = MAX};

    (void)state;
    admission_see_memory(&none, UINT64_MAX, 60 * MIB);
    admission_see_memory(&unknown, 0, 60 * MIB);
    assert_null(admission_refuse(&none));
    assert_null(admission_refuse(&unknown));
}

static void a_journal_that_stays_behind_shuts_the_door(void **state)
{
    struct admission admission = {0};

    (void)state;
    admission_see_journal(&admission, ADMISSION_JOURNAL_BYTES, 1000);
    admission_see_journal(&admission, ADMISSION_JOURNAL_BYTES - 1, 1400);    /* at full load that comes and goes */
    admission_see_journal(&admission, ADMISSION_JOURNAL_BYTES, 1500);
    admission_see_journal(&admission, ADMISSION_JOURNAL_BYTES, 1500 + ADMISSION_JOURNAL_MS - 1);
    assert_null(admission_refuse(&admission));
    admission_see_journal(&admission, ADMISSION_JOURNAL_BYTES, 1500 + ADMISSION_JOURNAL_MS);
    assert_non_null(admission_refuse(&admission));
    admission_see_journal(&admission, ADMISSION_JOURNAL_BYTES / 2 + 1, 3000);
    assert_non_null(admission_refuse(&admission));
    admission_see_journal(&admission, ADMISSION_JOURNAL_BYTES / 2, 3000);
    assert_null(admission_refuse(&admission));
    assert_int_equal(admission.journal_told, 2);
}

static void an_outbox_that_is_full_is_shut_until_half_of_it_is_told(void **state)
{
    struct admission admission = {0};

    (void)state;
    admission_see_outbox(&admission, ADMISSION_OUTBOX_BYTES);
    assert_false(admission.outbox_is_shut);
    admission_see_outbox(&admission, ADMISSION_OUTBOX_BYTES + 1);
    assert_true(admission.outbox_is_shut);
    admission_see_outbox(&admission, ADMISSION_OUTBOX_BYTES / 2 + 1);
    assert_true(admission.outbox_is_shut);
    admission_see_outbox(&admission, ADMISSION_OUTBOX_BYTES / 2);
    assert_false(admission.outbox_is_shut);
}

static void refusals_are_bounded_in_time_and_some_may_come_at_once(void **state)
{
    struct admission admission = {0};

    (void)state;
    admission_refill(&admission, 0, 100000);
    assert_true(admission_may_refuse(&admission, ADMISSION_REFUSALS_MAX - 1));
    assert_false(admission_may_refuse(&admission, ADMISSION_REFUSALS_MAX));
    admission_refill(&admission, ADMISSION_REFUSALS_MAX, 100000);        /* no time has passed */
    assert_false(admission_may_refuse(&admission, ADMISSION_REFUSALS_MAX));
    admission_refill(&admission, ADMISSION_REFUSALS_MAX, 100002);
    assert_true(admission_may_refuse(&admission, ADMISSION_REFUSALS_MAX + 2 * ADMISSION_REFUSALS_PER_MS - 1));
    assert_false(admission_may_refuse(&admission, ADMISSION_REFUSALS_MAX + 2 * ADMISSION_REFUSALS_PER_MS));
}

/* One large bundle may hold more than may be refused: what it was too much is made good. */
static void what_was_refused_too_much_is_made_good(void **state)
{
    struct admission admission = {0};
    uint64_t told = ADMISSION_REFUSALS_MAX + 3 * ADMISSION_REFUSALS_PER_MS;

    (void)state;
    admission_refill(&admission, 0, 100000);
    admission_refill(&admission, told, 100003);
    assert_false(admission_may_refuse(&admission, told));
    admission_refill(&admission, told, 100004);
    assert_true(admission_may_refuse(&admission, told));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_refused_below_the_bounds),
        cmocka_unit_test(memory_of_ended_leads_lets_new_ones_in),
        cmocka_unit_test(a_process_that_grows_on_gets_a_lower_mark),
        cmocka_unit_test(a_process_that_became_smaller_has_no_mark),
        cmocka_unit_test(a_nearly_empty_desk_is_never_shut),
        cmocka_unit_test(without_a_bound_or_a_size_nothing_is_shut),
        cmocka_unit_test(a_journal_that_stays_behind_shuts_the_door),
        cmocka_unit_test(an_outbox_that_is_full_is_shut_until_half_of_it_is_told),
        cmocka_unit_test(refusals_are_bounded_in_time_and_some_may_come_at_once),
        cmocka_unit_test(what_was_refused_too_much_is_made_good),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
