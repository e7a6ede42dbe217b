/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include <string.h>

#include "desk_id.h"

static void ids_come_back_from_their_text(void **state)
{
    static const struct { struct desk_id id; const char *text; } samples[] = {
        {{0, 0}, "0-0"},
        {{0, 1}, "0-1"},
        {{1, 0}, "1-0"},
        {{31, 9}, "z-9"},
        {{32, 10}, "10-10"},
        {{UINT64_C(0x16) * 32 + 18, 1042}, "pj-1042"},
        {{1, UINT64_MAX}, "1-18446744073709551615"},
        {{UINT64_MAX, UINT64_MAX}, "fzzzzzzzzzzzz-18446744073709551615"},
        {{UINT64_C(1) << 63, UINT64_C(1) << 63}, "8000000000000-9223372036854775808"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        char text[DESK_ID_TEXT_MAX];
        struct desk_id parsed;

        assert_int_equal(desk_id_format(samples[i].id, text), strlen(samples[i].text));
        assert_string_equal(text, samples[i].text);
        assert_true(desk_id_parse(text, &parsed));
        assert_true(desk_id_equal(parsed, samples[i].id));
    }
}

static void upper_case_is_read_too(void **state)
{
    struct desk_id id;

    (void)state;
    assert_true(desk_id_parse("FZZZZZZZZZZZZ-7", &id));
    assert_true(id.epoch == UINT64_MAX && id.number == 7);
}

static void other_texts_are_refused_and_change_nothing(void **state)
{
    static const char *const texts[] = {
        "", "-", "1", "1-", "-1", "01-1", "00-0", "1-01", "1-00", " 1-1", "1-1 ", "1 -1", "1--1", "1-+1", "1-1-1",
        "i-1", "l-1", "o-1", "u-1", "I-1", "1-a", "1-0x1", "1_1", "1\xc3\xa9-1",
        "g000000000000-1",            /* 2^64 */
        "10000000000000-1",           /* 14 digits */
        "1-18446744073709551616",     /* 2^64 */
        "1-99999999999999999999999999999999999999",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct desk_id id = {12, 34};
        if (desk_id_parse(texts[i], &id))
            fail_msg("accepted \"%s\"", texts[i]);
        assert_true(id.epoch == 12 && id.number == 34);
    }
}

static void the_order_is_by_epoch_then_number(void **state)
{
    static const struct desk_id ascending[] = {{0, 0}, {0, UINT64_MAX}, {1, 0}, {1, 1}, {UINT64_MAX, 0}, {UINT64_MAX, 1}};
    enum { COUNT = sizeof ascending / sizeof *ascending };

    (void)state;
    for (int i = 0; i < COUNT; i++) {
        for (int j = 0; j < COUNT; j++)
            assert_int_equal(desk_id_compare(ascending[i], ascending[j]), (i > j) - (i < j));
    }
    assert_true(desk_id_is_none(ascending[0]));
    assert_false(desk_id_is_none(ascending[1]));
    assert_false(desk_id_is_none(ascending[2]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_come_back_from_their_text),
        cmocka_unit_test(upper_case_is_read_too),
        cmocka_unit_test(other_texts_are_refused_and_change_nothing),
        cmocka_unit_test(the_order_is_by_epoch_then_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
