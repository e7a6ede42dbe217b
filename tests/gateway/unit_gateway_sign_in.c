/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may sign in and stays signed in: the file of users, sessions, cookies, the secrets of reps.
 */
#include "cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "browser_sessions.h"
#include "rep_secret.h"
#include "request_guard.h"
#include "secret_file.h"

#define NO_ROLE "the role is rep, lead, manager, admin or read-only; :TEAM may follow lead, manager and read-only"
#define HASH "$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$aGFzaA"

static char path[] = "/tmp/lw-gateway-XXXXXX";

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, S_IRUSR | S_IWUSR), 0);
}

static void users_are_read_from_their_lines(void **state)
{
    (void)state;
    struct users *users;
    char why[USERS_WHY_MAX];
    write_file("# who\n\n zoe  manager -  " HASH "\r\nanna rep anna-1 " HASH "\notto read-only:outside - -\n");
    assert_int_equal(users_open(path, &users, why), LW_OK);
    assert_int_equal(users_count(users), 3);
    const struct user *anna = users_find(users, "anna"), *zoe = users_find(users, "zoe"), *otto = users_find(users, "otto");
    assert_int_equal(anna->role, USER_REP);
    assert_string_equal(anna->rep, "anna-1");
    assert_string_equal(anna->hash, HASH);
    assert_int_equal(zoe->role, USER_MANAGER);
    assert_string_equal(zoe->rep, "");
    assert_string_equal(zoe->team, "");
    assert_int_equal(otto->role, USER_READ_ONLY);
    assert_string_equal(otto->team, "outside");
    assert_string_equal(otto->hash, "");
    assert_null(users_find(users, "ann"));
    assert_null(users_find(users, ""));
    users_close(&users);
}

static void wrong_lines_are_refused_by_number(void **state)
{
    (void)state;
    static const struct { const char *text, *why; } rows[] = {
        {"anna rep anna\n", "line 1: expected NAME HASH or NAME ROLE REP HASH"},
        {"# x\nanna rep anna " HASH " more\n", "line 2: expected NAME HASH or NAME ROLE REP HASH"},
        {"anna\n", "line 1: expected NAME HASH or NAME ROLE REP HASH"},
        {"anna secret\n", "line 1: the hash is none of leadwire-gateway --hash-password"},
        {"anna king anna " HASH "\n", "line 1: " NO_ROLE},
        {"anna rep:outside anna " HASH "\n", "line 1: " NO_ROLE},
        {"anna manager: - " HASH "\n", "line 1: " NO_ROLE},
        {"anna rep - " HASH "\n", "line 1: a user of role rep needs the rep as whom they work"},
        {"anna rep anna secret\n", "line 1: the hash is none of leadwire-gateway --hash-password"},
        {"anna rep anna " HASH "\nanna lead - " HASH "\n", "user 'anna' is there twice"},
    };
    char why[USERS_WHY_MAX];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct users *users;
        write_file(rows[i].text);
        assert_int_equal(users_open(path, &users, why), LW_INVALID);
        assert_null(users);
        assert_string_equal(why, rows[i].why);
    }
}

static void long_words_of_a_line_are_refused(void **state)
{
    (void)state;
    struct users *users;
    char why[USERS_WHY_MAX], name[USER_NAME_MAX + 2], line[1024];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    snprintf(line, sizeof line, "%s rep anna " HASH "\n", name);
    write_file(line);
    assert_int_equal(users_open(path, &users, why), LW_INVALID);
    snprintf(line, sizeof line, "anna rep anna $argon2id$%s\n", name);
    write_file(line);
    assert_int_equal(users_open(path, &users, why), LW_INVALID);
}

static void a_session_is_found_by_its_token_alone(void **state)
{
    (void)state;
    struct browser_sessions sessions;
    char first[SESSION_TOKEN_SIZE + 1], second[SESSION_TOKEN_SIZE + 1];
    assert_int_equal(browser_sessions_init(&sessions, 4, 1000, 5000), LW_OK);
    const struct browser_session *anna = browser_sessions_begin(&sessions, "anna", 100, first);
    const struct browser_session *bruno = browser_sessions_begin(&sessions, "bruno", 100, second);
    assert_string_not_equal(first, second);
    assert_string_not_equal(anna->csrf, bruno->csrf);
    assert_int_equal(strlen(first), SESSION_TOKEN_SIZE);
    assert_ptr_equal(browser_sessions_find(&sessions, first, 200), anna);
    assert_ptr_equal(browser_sessions_find(&sessions, second, 200), bruno);
    assert_ptr_equal(browser_sessions_get(&sessions, bruno->id, 200), bruno);
    first[3] = first[3] == 'a' ? 'b' : 'a';
    assert_null(browser_sessions_find(&sessions, first, 200));
    assert_null(browser_sessions_find(&sessions, "", 200));
    assert_null(browser_sessions_get(&sessions, 0, 200));
    browser_sessions_fini(&sessions);
}

static void a_session_ends_when_idle_when_old_and_when_told(void **state)
{
    (void)state;
    struct browser_sessions sessions;
    char token[SESSION_TOKEN_SIZE + 1];
    assert_int_equal(browser_sessions_init(&sessions, 4, 1000, 5000), LW_OK);
    struct browser_session *session = browser_sessions_begin(&sessions, "anna", 0, token);
    assert_non_null(browser_sessions_find(&sessions, token, 999));
    assert_null(browser_sessions_find(&sessions, token, 1000));
    session->used_ms = 4500;
    assert_non_null(browser_sessions_find(&sessions, token, 4999));
    assert_null(browser_sessions_find(&sessions, token, 5000));
    assert_int_equal(browser_sessions_count(&sessions, 4999), 1);
    browser_sessions_end(session);
    browser_sessions_end(NULL);
    assert_null(browser_sessions_find(&sessions, token, 4999));
    browser_sessions_fini(&sessions);
}

static void the_longest_unused_session_makes_room(void **state)
{
    (void)state;
    struct browser_sessions sessions;
    char tokens[12][SESSION_TOKEN_SIZE + 1], name[16];
    assert_int_equal(browser_sessions_init(&sessions, 10, 100000, 100000), LW_OK);
    for (unsigned i = 0; i < 10; i++) {   /* of one user only so many */
        browser_sessions_begin(&sessions, "anna", 100 + i, tokens[i]);
        assert_int_equal(browser_sessions_count(&sessions, 200), i < BROWSER_SESSIONS_OF_USER ? i + 1 : BROWSER_SESSIONS_OF_USER);
    }
    assert_null(browser_sessions_find(&sessions, tokens[0], 200));
    assert_null(browser_sessions_find(&sessions, tokens[1], 200));
    assert_non_null(browser_sessions_find(&sessions, tokens[2], 200));
    for (unsigned i = 0; i < 2; i++) {   /* there is room for two others */
        snprintf(name, sizeof name, "user-%u", i);
        browser_sessions_begin(&sessions, name, 300 + i, tokens[10 + i]);
    }
    assert_non_null(browser_sessions_find(&sessions, tokens[2], 400));
    browser_sessions_begin(&sessions, "user-2", 302, tokens[0]);   /* then the oldest of all goes */
    assert_null(browser_sessions_find(&sessions, tokens[2], 400));
    assert_non_null(browser_sessions_find(&sessions, tokens[3], 400));
    assert_int_equal(browser_sessions_count(&sessions, 400), 10);
    browser_sessions_fini(&sessions);
}

static void a_cookie_is_found_among_others(void **state)
{
    (void)state;
    char value[8];
    assert_true(cookie_read("a=1; leadwire=abc; b=2", "leadwire", value, sizeof value));
    assert_string_equal(value, "abc");
    assert_true(cookie_read(" ;;leadwire=", "leadwire", value, sizeof value));
    assert_string_equal(value, "");
    assert_false(cookie_read("xleadwire=abc; leadwirex=abc; leadwire", "leadwire", value, sizeof value));
    assert_false(cookie_read("leadwire=12345678", "leadwire", value, sizeof value));
    assert_false(cookie_read(NULL, "leadwire", value, sizeof value));
    assert_false(cookie_read("", "leadwire", value, sizeof value));
}

static void a_reps_secret_is_found_by_the_whole_name(void **state)
{
    (void)state;
    char *secret;
    write_file("# anna x\nannabel other-secret\n anna \tcorrect horse\r\nbruno\n");
    assert_int_equal(rep_secret_read(path, "anna", &secret), LW_OK);
    assert_string_equal(secret, "correct horse");
    secret_free(&secret);
    assert_int_equal(rep_secret_read(path, "ann", &secret), LW_NOT_FOUND);
    assert_int_equal(rep_secret_read(path, "bruno", &secret), LW_NOT_FOUND);
    assert_int_equal(rep_secret_read("/tmp", "../etc/passwd", &secret), LW_NOT_FOUND);
    assert_int_equal(rep_secret_read("/tmp", strrchr(path, '/') + 1, &secret), LW_OK);   /* a folder of files */
    secret_free(&secret);
    assert_int_equal(chmod(path, S_IRUSR | S_IWUSR | S_IRGRP), 0);
    assert_int_equal(rep_secret_read(path, "anna", &secret), LW_REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(users_are_read_from_their_lines),
        cmocka_unit_test(wrong_lines_are_refused_by_number),
        cmocka_unit_test(long_words_of_a_line_are_refused),
        cmocka_unit_test(a_session_is_found_by_its_token_alone),
        cmocka_unit_test(a_session_ends_when_idle_when_old_and_when_told),
        cmocka_unit_test(the_longest_unused_session_makes_room),
        cmocka_unit_test(a_cookie_is_found_among_others),
        cmocka_unit_test(a_reps_secret_is_found_by_the_whole_name),
    };
    int fd = mkstemp(path);
    if (fd < 0)
        return 1;
    close(fd);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
