/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include <leadwire/lead.h>
#include <leadwire/status.h>

static void every_status_has_its_own_name_and_text(void **state)
{
    (void)state;
#define X(name, number, text) \
    assert_int_equal(name, number); \
    assert_string_equal(lw_status_name(name), #name); \
    assert_string_equal(lw_status_text(name), text);
    LW_STATUS_TABLE(X)
#undef X
}

static void a_number_outside_the_table_is_unknown(void **state)
{
    (void)state;
    assert_string_equal(lw_status_name((lw_status)99), "unknown status");
    assert_string_equal(lw_status_text((lw_status)99), "unknown status");
}

static void every_channel_has_a_name(void **state)
{
    static const char *const names[LW_CHANNEL_COUNT] = {"none", "phone", "web", "email", "import", "chat"};

    (void)state;
    for (unsigned i = 0; i < LW_CHANNEL_COUNT; i++)
        assert_string_equal(lw_channel_name((lw_channel)i), names[i]);
    assert_string_equal(lw_channel_name((lw_channel)LW_CHANNEL_COUNT), "none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_its_own_name_and_text),
        cmocka_unit_test(a_number_outside_the_table_is_unknown),
        cmocka_unit_test(every_channel_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
