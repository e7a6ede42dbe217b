/* SPDX-License-Identifier: Apache-2.0
 *
 * The section `users` of a desk's rules.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "desk_yaml.h"

#define DESK "desk: main\nteams: {outside: }\nreps: {anna: {}, maria: {}}\nusers:\n"

static struct desk_yaml *desk_of(const char *text)
{
    struct desk_yaml *desk = desk_yaml_from_text("d.yaml", text, strlen(text));
    assert_non_null(desk);
    return desk;
}

static void assert_user(const struct desk_yaml *desk, size_t index, const char *name, Leadwire__V1__UserRole role, const char *team, const char *rep)
{
    const Leadwire__V1__UserConfig *user = desk_yaml_config(desk)->users[index];
    assert_string_equal(user->name, name);
    assert_int_equal(user->role, role);
    assert_string_equal(user->team, team);
    assert_string_equal(user->rep, rep);
}

static void users_are_read_in_their_order(void **state)
{
    (void)state;
    struct desk_yaml *desk = desk_of(DESK "  anna: {role: rep}\n  night: {role: rep, rep: anna}\n  maria@example.com: {role: manager, team: outside, rep: maria}\n"
                                          "  leo: {role: lead}\n  ada: {role: admin}\n  rita: {role: read-only, team: outside}\n");
    assert_non_null(desk_yaml_config(desk));
    assert_int_equal(desk_yaml_config(desk)->n_users, 6);
    assert_user(desk, 0, "anna", LEADWIRE__V1__USER_ROLE__USER_ROLE_REP, "", "anna");
    assert_user(desk, 1, "night", LEADWIRE__V1__USER_ROLE__USER_ROLE_REP, "", "anna");
    assert_user(desk, 2, "maria@example.com", LEADWIRE__V1__USER_ROLE__USER_ROLE_MANAGER, "outside", "maria");
    assert_user(desk, 3, "leo", LEADWIRE__V1__USER_ROLE__USER_ROLE_LEAD, "", "");
    assert_user(desk, 4, "ada", LEADWIRE__V1__USER_ROLE__USER_ROLE_ADMIN, "", "");
    assert_user(desk, 5, "rita", LEADWIRE__V1__USER_ROLE__USER_ROLE_READ_ONLY, "outside", "");
    desk_yaml_close(&desk);
}

static void a_desk_needs_no_users(void **state)
{
    (void)state;
    struct desk_yaml *desk = desk_of(DESK);
    assert_int_equal(desk_yaml_config(desk)->n_users, 0);
    desk_yaml_close(&desk);
}

static const struct { const char *line, *said; } wrong[] = {
    {"  anna: rep\n", "d.yaml:5: user 'anna' must be a map, e.g. {role: rep, rep: anna}"},
    {"  anna: {}\n", "d.yaml:5: user 'anna': role must be rep, lead, manager, admin or read-only, not ''"},
    {"  anna: {role: boss}\n", "d.yaml:5: user 'anna': role must be rep, lead, manager, admin or read-only, not 'boss'"},
    {"  anna: {role: rep, password: x}\n", "d.yaml:5: user 'anna': 'password' is not known here"},
    {"  \"a b\": {role: rep}\n", "d.yaml:5: user name 'a b' must be of at most 127 bytes without blanks, and not start with '#'"},
    {"  \"#a\": {role: rep}\n", "d.yaml:5: user name '#a' must be of at most 127 bytes without blanks, and not start with '#'"},
    {"  zoe: {role: rep}\n", "d.yaml:5: user 'zoe': rep 'zoe' is not in reps; add it there first"},
    {"  zoe: {role: lead, rep: zoe}\n", "d.yaml:5: user 'zoe': rep 'zoe' is not in reps; add it there first"},
    {"  zoe: {role: rep, rep: \"\"}\n", "d.yaml:5: user 'zoe': rep '' is not in reps; add it there first"},
    {"  zoe: {role: admin, rep: anna}\n",
     "d.yaml:5: user 'zoe': role admin and role read-only work as no rep; give them a user of their own for that"},
    {"  zoe: {role: lead, team: outsid}\n", "d.yaml:5: user 'zoe': team 'outsid' is not in teams; did you mean 'outside'?"},
    {"  zoe: {role: admin, team: outside}\n", "d.yaml:5: user 'zoe': a team is for who sees only that one: role lead, manager or read-only"},
};

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char text[512] = DESK;
        strcat(text, wrong[i].line);
        struct desk_yaml *desk = desk_of(text);
        assert_null(desk_yaml_config(desk));
        assert_string_equal(desk_yaml_problem_at(desk, 0), wrong[i].said);
        assert_int_equal(desk_yaml_problem_count(desk), 1);
        desk_yaml_close(&desk);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(users_are_read_in_their_order),
        cmocka_unit_test(a_desk_needs_no_users),
        cmocka_unit_test(what_is_wrong_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
