/* SPDX-License-Identifier: Apache-2.0
 *
 * Users of the rules beside those of the file: who may sign in, and as what.
 */
#include "cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user_rules.h"

#define HASH "$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$aGFzaA"

static struct users *file_of(const char *text)
{
    char path[] = "/tmp/lw-users-XXXXXX", why[USERS_WHY_MAX];
    struct users *users = NULL;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(close(fd), 0);
    assert_int_equal(users_open(path, &users, why), LW_OK);
    assert_int_equal(unlink(path), 0);
    return users;
}

/* What the rules say of up to two users. */
static void read_rules(struct user_rules *rules, const char *name, Leadwire__V1__UserRole role, const char *second)
{
    Leadwire__V1__DeskConfig config = LEADWIRE__V1__DESK_CONFIG__INIT;
    Leadwire__V1__UserConfig users[2] = {LEADWIRE__V1__USER_CONFIG__INIT, LEADWIRE__V1__USER_CONFIG__INIT};
    Leadwire__V1__UserConfig *list[] = {&users[0], &users[1]};
    users[0].name = (char *)name;
    users[0].role = role;
    users[0].team = (char *)"outside";
    users[1].name = (char *)second;
    users[1].role = LEADWIRE__V1__USER_ROLE__USER_ROLE_REP;
    users[1].rep = (char *)"anna";
    config.users = list;
    config.n_users = second ? 2 : 1;
    assert_int_equal(user_rules_read(rules, &config), LW_OK);
}

static void the_rules_say_what_the_file_does_not(void **state)
{
    (void)state;
    struct user_rules rules = {0};
    struct users *file = file_of("maria " HASH "\nada admin - -\n"), *users = NULL;
    assert_true(users_need_rules(file));
    assert_int_equal(user_rules_join(&rules, file, &users), LW_OK);
    assert_null(users_find(users, "maria"));   /* a hash alone lets nobody in */
    assert_non_null(users_find(users, "ada"));
    users_close(&users);
    read_rules(&rules, "maria", LEADWIRE__V1__USER_ROLE__USER_ROLE_MANAGER, "anna");
    assert_true(rules.known);
    assert_int_equal(user_rules_join(&rules, file, &users), LW_OK);
    assert_int_equal(users_count(users), 3);
    const struct user *maria = users_find(users, "maria"), *anna = users_find(users, "anna");
    assert_int_equal(maria->role, USER_MANAGER);
    assert_string_equal(maria->team, "outside");
    assert_string_equal(maria->hash, HASH);
    assert_string_equal(anna->rep, "anna");
    assert_string_equal(anna->hash, "");       /* by the proxy only */
    users_close(&users);
    users_close(&file);
    user_rules_fini(&rules);
}

static void every_role_of_the_rules_is_that_of_a_user(void **state)
{
    (void)state;
    static const struct { Leadwire__V1__UserRole of_rules; enum user_role role; } rows[] = {
        {LEADWIRE__V1__USER_ROLE__USER_ROLE_REP, USER_REP}, {LEADWIRE__V1__USER_ROLE__USER_ROLE_LEAD, USER_LEAD},
        {LEADWIRE__V1__USER_ROLE__USER_ROLE_MANAGER, USER_MANAGER}, {LEADWIRE__V1__USER_ROLE__USER_ROLE_ADMIN, USER_ADMIN},
        {LEADWIRE__V1__USER_ROLE__USER_ROLE_READ_ONLY, USER_READ_ONLY}};
    struct user_rules rules = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        read_rules(&rules, "zoe", rows[i].of_rules, NULL);
        assert_int_equal(rules.count, 1);
        assert_int_equal(rules.items[0].role, rows[i].role);
    }
    read_rules(&rules, "zoe", (Leadwire__V1__UserRole)77, "anna");   /* of a later release */
    assert_int_equal(rules.count, 1);
    assert_string_equal(rules.items[0].name, "anna");
    user_rules_fini(&rules);
}

static void a_role_of_the_file_stays(void **state)
{
    (void)state;
    struct user_rules rules = {0};
    struct users *file = file_of("ada admin - " HASH "\n"), *users = NULL;
    assert_false(users_need_rules(file));
    read_rules(&rules, "ada", LEADWIRE__V1__USER_ROLE__USER_ROLE_READ_ONLY, NULL);
    assert_int_equal(user_rules_join(&rules, file, &users), LW_OK);
    assert_int_equal(users_count(users), 1);
    assert_int_equal(users_find(users, "ada")->role, USER_ADMIN);
    assert_string_equal(users_find(users, "ada")->team, "");
    users_close(&users);
    users_close(&file);
    user_rules_fini(&rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rules_say_what_the_file_does_not),
        cmocka_unit_test(every_role_of_the_rules_is_that_of_a_user),
        cmocka_unit_test(a_role_of_the_file_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
