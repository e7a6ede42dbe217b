/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include <string.h>

#include "trace_context.h"

#define ID "4bf92f3577b34da6a3ce929d0e0e4736"
#define SENT "00-" ID "-00f067aa0ba902b7-01"

static void a_trace_is_continued_with_a_parent_of_our_own(void **state)
{
    char out[TRACE_PARENT_SIZE], id[TRACE_ID_SIZE];
    (void)state;
    assert_true(trace_parent_continue(SENT, out));
    assert_int_equal(strlen(out), TRACE_PARENT_SIZE - 1);
    assert_memory_equal(out, "00-" ID "-", 36);
    assert_string_not_equal(out, SENT);
    assert_string_equal(out + 52, "-01");
    trace_id_read(out, id);
    assert_string_equal(id, ID);
    assert_true(trace_parent_continue("cc-" ID "-00f067aa0ba902b7-00-what-will-be", out));
    assert_memory_equal(out, "00-" ID "-", 36);
    assert_string_equal(out + 52, "-00");
}

static void what_is_no_trace_begins_one(void **state)
{
    static const char *const none[] = {
        "", "00", SENT "-more", SENT "x", "ff-" ID "-00f067aa0ba902b7-01", "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-" ID "-0000000000000000-01", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", "00_" ID "-00f067aa0ba902b7-01",
        "00-" ID "_00f067aa0ba902b7-01", "00-" ID "-00f067aa0ba902b7_01", "0g-" ID "-00f067aa0ba902b7-01", "00-" ID "-00f067aa0ba902b7-0z",
        "cc-" ID "-00f067aa0ba902b7-01x"};
    char out[TRACE_PARENT_SIZE], other[TRACE_PARENT_SIZE], id[TRACE_ID_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_false(trace_parent_continue(none[i], out));
        trace_id_read(none[i], id);
        assert_string_equal(id, "");
        trace_id_read(out, id);
        assert_int_equal(strlen(id), TRACE_ID_SIZE - 1);
        assert_null(strstr(out, ID));
    }
    assert_false(trace_parent_continue(NULL, out));
    assert_false(trace_parent_continue(NULL, other));
    assert_string_not_equal(out, other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trace_is_continued_with_a_parent_of_our_own),
        cmocka_unit_test(what_is_no_trace_begins_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
