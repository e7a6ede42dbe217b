/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "seen.h"

enum { WINDOW = 2000 };

static void add(struct seen *seen, uint64_t number)
{
    struct seen_entry entry = {.key = {.lo = number * 0x9e3779b97f4a7c15, .hi = number}, .lead = {1, number}, .at_ms = 1000, .serial = number};
    assert_true(seen_add(seen, &entry));
}

/* A broker without a store takes no checkpoints. */
static void what_left_the_window_is_not_among_the_changed_when_no_checkpoint_is_taken(void **state)
{
    (void)state;
    struct seen seen;
    assert_int_equal(seen_init(&seen, WINDOW, 60000), LW_OK);
    for (uint64_t i = 1; i <= 100 * WINDOW; i++)
        add(&seen, i);
    assert_int_equal(seen.dirty_count, WINDOW);
    for (uint64_t i = 99 * WINDOW + 1; i <= 100 * WINDOW; i++)
        assert_int_equal(seen_take_dirty(&seen)->serial, i);
    assert_null(seen_take_dirty(&seen));
    seen_fini(&seen);
}

static void a_checkpoint_gets_each_changed_entry_once_while_others_are_added(void **state)
{
    (void)state;
    struct seen seen;
    uint64_t taken = 0, last = 0;
    assert_int_equal(seen_init(&seen, WINDOW, 60000), LW_OK);
    for (uint64_t i = 1; i <= 20 * WINDOW; i++) {
        add(&seen, i);
        if (i % 3 != 0)
            continue;
        for (int k = 0; k < 3; k++, taken++) {
            const struct seen_entry *entry = seen_take_dirty(&seen);
            assert_true(entry && entry->serial == last + 1);
            last = entry->serial;
        }
    }
    seen_mark_dirty(&seen, seen_at(&seen, seen.first));       /* an old one changes again, once however often it is said */
    seen_mark_dirty(&seen, seen_at(&seen, seen.first));
    while (seen_take_dirty(&seen))
        taken++;
    assert_int_equal(taken, 20 * WINDOW + 1);
    seen_fini(&seen);
}

/* A lead that was in the checkpoint is not written again; whatever goes from between others leaves them in their order. */
static void what_is_clean_again_is_left_out_and_the_others_keep_their_order(void **state)
{
    (void)state;
    struct seen seen;
    uint64_t last = 0;
    assert_int_equal(seen_init(&seen, WINDOW, 60000), LW_OK);
    for (uint64_t i = 1; i <= 3 * WINDOW / 2; i++) {
        add(&seen, i);
        if (i % 5 == 0)
            seen_mark_clean(&seen, seen_at(&seen, seen.next - 1));
        if (i % 7 == 0)
            seen_mark_clean(&seen, seen_at(&seen, seen.next - 7));   /* from the middle, or clean already */
    }
    for (uint64_t i = WINDOW / 2 + 1; i <= 3 * WINDOW / 2; i++) {
        if (i % 5 == 0 || ((i + 6) % 7 == 0 && i + 6 <= 3 * WINDOW / 2))
            continue;
        const struct seen_entry *entry = seen_take_dirty(&seen);
        assert_true(entry && entry->serial > last);
        assert_int_equal(entry->serial, i);
        last = entry->serial;
    }
    assert_null(seen_take_dirty(&seen));
    assert_int_equal(seen.dirty_count, 0);
    seen_fini(&seen);
}

static void what_is_forgotten_before_its_time_is_counted(void **state)
{
    (void)state;
    enum { WINDOW_MS = 60000 };
    struct seen seen;
    assert_int_equal(seen_init(&seen, WINDOW, WINDOW_MS), LW_OK);
    for (uint64_t i = 1; i <= WINDOW; i++)
        add(&seen, i);
    assert_int_equal(seen.forgotten, 0);
    for (uint64_t i = 1; i <= 10; i++)
        add(&seen, WINDOW + i);
    assert_int_equal(seen.forgotten, 10);
    struct seen_entry last_in_time = {.key = {.lo = 1, .hi = 1}, .at_ms = 1000 + WINDOW_MS, .serial = WINDOW + 11};
    assert_true(seen_add(&seen, &last_in_time));
    assert_int_equal(seen.forgotten, 11);
    struct seen_entry late = {.key = {.lo = 2, .hi = 2}, .at_ms = 1000 + WINDOW_MS + 1, .serial = WINDOW + 12};
    assert_true(seen_add(&seen, &late));                      /* all of the beginning are old */
    assert_int_equal(seen.forgotten, 11);
    assert_int_equal(seen.next - seen.first, 2);
    seen_fini(&seen);
}

/* What the store cannot drop yet: all from the oldest entry's bucket on. */
static void buckets_follow_ids_where_many_come_and_time_where_few_do(void **state)
{
    (void)state;
    enum { BUSY = 2000000, QUIET = 2000 };
    uint64_t last = 0, in_bucket = 0, most = 0;
    for (uint64_t i = 0; i < BUSY; i++) {
        struct seen_entry entry = {.at_ms = 90000000 + i / 30, .serial = 2 * i};   /* 30 a millisecond, each of two revisions */
        uint64_t bucket = seen_bucket(&entry);
        assert_true(bucket >= last);
        in_bucket = bucket == last ? in_bucket + 1 : 1;
        most = in_bucket > most ? in_bucket : most;
        last = bucket;
    }
    assert_true(most <= 1u << SEEN_BUCKET_REVISIONS_LOG2);
    for (uint64_t i = 0; i < QUIET; i++) {   /* one in ten minutes */
        struct seen_entry entry = {.at_ms = 200000000 + i * 600000, .serial = 2 * (BUSY + i)};
        uint64_t bucket = seen_bucket(&entry);
        assert_true(bucket >= last);
        in_bucket = bucket == last ? in_bucket + 1 : 1;
        assert_true(in_bucket <= 7);
        last = bucket;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_left_the_window_is_not_among_the_changed_when_no_checkpoint_is_taken),
        cmocka_unit_test(what_is_clean_again_is_left_out_and_the_others_keep_their_order),
        cmocka_unit_test(what_is_forgotten_before_its_time_is_counted),
        cmocka_unit_test(buckets_follow_ids_where_many_come_and_time_where_few_do),
        cmocka_unit_test(a_checkpoint_gets_each_changed_entry_once_while_others_are_added),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
