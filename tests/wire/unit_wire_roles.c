/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of roles is whole, and says no to whatever it does not list.
 */
#include "cmocka_all.h"

#include "roles.h"
#include "wire.h"

static const struct { unsigned type, senders; const char *name; } types[] = {
#define X(number, name, member, message, sender, size_max) {number, sender, #message},
    WIRE_TYPE_TABLE(X)
#undef X
};

static void each_frame_of_a_client_is_listed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        bool wanted = (types[i].senders & WIRE_FROM_CLIENT) || types[i].type == WIRE_EVENT;
        if (wanted != roles_list(types[i].type))
            fail_msg("%s %s in the table of lib/wire/roles.c", types[i].name, wanted ? "is missing" : "has no place");
    }
}

static void what_is_not_listed_nobody_may(void **state)
{
    (void)state;
    for (unsigned type = 0; type < 1000; type++) {
        assert_false(roles_may(ROLE_NOBODY, type));
        assert_false(roles_may(ROLES_END, type));
        assert_false(roles_may((enum role)77, type));
        for (int role = ROLE_PUBLISHER; role < ROLES_END; role++)
            assert_true(roles_list(type) || !roles_may((enum role)role, type));
    }
}

static void each_role_has_a_name_and_one_way_to_log_on(void **state)
{
    (void)state;
    for (int role = ROLE_PUBLISHER; role < ROLES_END; role++) {
        int ways = 0;
        assert_int_equal(roles_find(roles_name((enum role)role)), role);
        for (unsigned hello = 0; hello < 10; hello++)
            ways += roles_may_log_on((enum role)role, hello);
        assert_int_equal(ways, 1);
    }
    assert_int_equal(roles_find("nobody"), ROLE_NOBODY);
    assert_int_equal(roles_find(""), ROLE_NOBODY);
    assert_string_equal(roles_name((enum role)77), "nobody");
    assert_false(roles_may_log_on(ROLE_NOBODY, LEADWIRE__V1__ROLE__ROLE_CONTROL));
    assert_false(roles_may_log_on((enum role)77, LEADWIRE__V1__ROLE__ROLE_CONTROL));
}

static void who_acts_on_the_desk(void **state)
{
    (void)state;
    assert_true(roles_may(ROLE_ADMIN, WIRE_APPLY_CONFIG));
    assert_false(roles_may(ROLE_MANAGER, WIRE_APPLY_CONFIG));
    assert_true(roles_may(ROLE_MANAGER, WIRE_LEAD_COMMAND));
    assert_false(roles_may(ROLE_EVENTS, WIRE_LEAD_COMMAND));
    assert_false(roles_may(ROLE_PUBLISHER, WIRE_EVENT));
    assert_false(roles_may(ROLE_ADMIN, WIRE_OFFER_ANSWER));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_frame_of_a_client_is_listed),
        cmocka_unit_test(what_is_not_listed_nobody_may),
        cmocka_unit_test(each_role_has_a_name_and_one_way_to_log_on),
        cmocka_unit_test(who_acts_on_the_desk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
