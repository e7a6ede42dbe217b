/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include <string.h>

#include "lead_trace.h"

#define ID "4bf92f3577b34da6a3ce929d0e0e4736"
#define PARENT "00-" ID "-00f067aa0ba902b7-01"

/* Field 1 a number, 2 and 24 bytes, 9 and 10 of fixed size, then the trace. */
static const char payload[] = "\x08\x02\x12\x03" "web" "\x49" "12345678" "\x55" "1234" "\xc2\x01\x02" "ab" "\xa2\x02\x37" PARENT;
enum { SIZE = sizeof payload - 1 };

static void the_trace_is_found_behind_all_kinds_of_fields(void **state)
{
    char id[TRACE_ID_SIZE];
    (void)state;
    lead_trace_id(payload, SIZE, id);
    assert_string_equal(id, ID);
}

static void a_lead_without_a_trace_has_none(void **state)
{
    char id[TRACE_ID_SIZE] = "x";
    (void)state;
    lead_trace_id(payload, SIZE - 58, id);
    assert_string_equal(id, "");
    lead_trace_id(NULL, 0, id);
    assert_string_equal(id, "");
}

static void bytes_that_are_cut_or_wrong_have_none(void **state)
{
    char id[TRACE_ID_SIZE], changed[SIZE];
    (void)state;
    for (size_t size = 0; size < SIZE; size++) {
        lead_trace_id(payload, size, id);
        assert_string_equal(id, "");
    }
    for (size_t at = 0; at < SIZE; at++) {
        for (int value = 0; value < 256; value++) {
            memcpy(changed, payload, SIZE);
            changed[at] = (char)value;
            lead_trace_id(changed, SIZE, id);
            assert_true(id[0] == '\0' || strlen(id) == TRACE_ID_SIZE - 1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_trace_is_found_behind_all_kinds_of_fields),
        cmocka_unit_test(a_lead_without_a_trace_has_none),
        cmocka_unit_test(bytes_that_are_cut_or_wrong_have_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
