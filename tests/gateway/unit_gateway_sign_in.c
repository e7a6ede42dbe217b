/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may sign in and stays signed in: the file of users, sessions, cookies, the secrets of reps.
 */
#include "cmocka_all.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
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

static const struct user *of(const char *name)
{
    static struct user user;
    user = (struct user){.hash = HASH};
    snprintf(user.name, sizeof user.name, "%s", name);
    return &user;
}

static void a_session_is_found_by_its_token_alone(void **state)
{
    (void)state;
    struct browser_sessions sessions;
    char first[SESSION_TOKEN_SIZE + 1], second[SESSION_TOKEN_SIZE + 1];
    assert_int_equal(browser_sessions_init(&sessions, 4, 1000, 5000), LW_OK);
    const struct browser_session *anna = browser_sessions_begin(&sessions, of("anna"), 100, first);
    const struct browser_session *bruno = browser_sessions_begin(&sessions, of("bruno"), 100, second);
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
    browser_sessions_fini(&sessions, 0);
}

static void a_session_ends_when_idle_when_old_and_when_told(void **state)
{
    (void)state;
    struct browser_sessions sessions;
    char token[SESSION_TOKEN_SIZE + 1];
    assert_int_equal(browser_sessions_init(&sessions, 4, 1000, 5000), LW_OK);
    struct browser_session *session = browser_sessions_begin(&sessions, of("anna"), 0, token);
    assert_non_null(browser_sessions_find(&sessions, token, 999));
    assert_null(browser_sessions_find(&sessions, token, 1000));
    session->used_ms = 4500;
    assert_non_null(browser_sessions_find(&sessions, token, 4999));
    assert_null(browser_sessions_find(&sessions, token, 5000));
    assert_int_equal(browser_sessions_count(&sessions, 4999), 1);
    browser_sessions_end(&sessions, session);
    browser_sessions_end(&sessions, NULL);
    assert_null(browser_sessions_find(&sessions, token, 4999));
    browser_sessions_fini(&sessions, 0);
}

static void the_longest_unused_session_makes_room(void **state)
{
    (void)state;
    struct browser_sessions sessions;
    char tokens[12][SESSION_TOKEN_SIZE + 1], name[16];
    assert_int_equal(browser_sessions_init(&sessions, 10, 100000, 100000), LW_OK);
    for (unsigned i = 0; i < 10; i++) {   /* of one user only so many */
        browser_sessions_begin(&sessions, of("anna"), 100 + i, tokens[i]);
        assert_int_equal(browser_sessions_count(&sessions, 200), i < BROWSER_SESSIONS_OF_USER ? i + 1 : BROWSER_SESSIONS_OF_USER);
    }
    assert_null(browser_sessions_find(&sessions, tokens[0], 200));
    assert_null(browser_sessions_find(&sessions, tokens[1], 200));
    assert_non_null(browser_sessions_find(&sessions, tokens[2], 200));
    for (unsigned i = 0; i < 2; i++) {   /* there is room for two others */
        snprintf(name, sizeof name, "user-%u", i);
        browser_sessions_begin(&sessions, of(name), 300 + i, tokens[10 + i]);
    }
    assert_non_null(browser_sessions_find(&sessions, tokens[2], 400));
    browser_sessions_begin(&sessions, of("user-2"), 302, tokens[0]);   /* then the oldest of all goes */
    assert_null(browser_sessions_find(&sessions, tokens[2], 400));
    assert_non_null(browser_sessions_find(&sessions, tokens[3], 400));
    assert_int_equal(browser_sessions_count(&sessions, 400), 10);
    browser_sessions_fini(&sessions, 0);
}

/* As after a start of the process, at that time of its clock. */
static void start(struct browser_sessions *sessions, uint64_t now_ms)
{
    char why[SESSION_FILE_WHY_MAX];
    assert_int_equal(browser_sessions_init(sessions, 10, 1000, 5000), LW_OK);
    assert_int_equal(browser_sessions_keep(sessions, path, now_ms, why), LW_OK);
}

static char *whole_file(void)
{
    static char text[64 * 1024];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void sessions_outlive_the_process_and_their_end_does_too(void **state)
{
    (void)state;
    struct browser_sessions sessions;
    char anna[SESSION_TOKEN_SIZE + 1], bruno[SESSION_TOKEN_SIZE + 1], csrf[CSRF_TOKEN_SIZE + 1];
    write_file("");
    start(&sessions, 100000);
    snprintf(csrf, sizeof csrf, "%s", browser_sessions_begin(&sessions, of("anna of the desk"), 100000, anna)->csrf);
    browser_sessions_end(&sessions, browser_sessions_begin(&sessions, of("bruno"), 100000, bruno));
    assert_null(strstr(whole_file(), anna));
    assert_null(strstr(whole_file(), csrf));
    assert_null(strstr(whole_file(), HASH));
    session_file_close(&sessions.file);   /* killed: nothing more is written */
    browser_sessions_fini(&sessions, 100000);

    start(&sessions, 7);   /* a clock that began anew */
    struct browser_session *found = browser_sessions_find(&sessions, anna, 7);
    assert_non_null(found);
    assert_string_equal(found->user, "anna of the desk");
    assert_string_equal(found->csrf, csrf);
    assert_null(browser_sessions_find(&sessions, bruno, 7));
    assert_int_equal(browser_sessions_count(&sessions, 7), 1);
    browser_sessions_end(&sessions, found);
    session_file_close(&sessions.file);
    browser_sessions_fini(&sessions, 7);

    start(&sessions, 9);
    assert_null(browser_sessions_find(&sessions, anna, 9));
    browser_sessions_fini(&sessions, 9);
}

static void time_goes_on_while_the_process_is_away(void **state)
{
    (void)state;
    struct browser_sessions sessions;
    char idle[SESSION_TOKEN_SIZE + 1], used[SESSION_TOKEN_SIZE + 1], old[SESSION_TOKEN_SIZE + 1];
    write_file("");
    start(&sessions, 100000);
    browser_sessions_begin(&sessions, of("anna"), 99200, idle);    /* used 800 ms ago of 1,000 */
    struct browser_session *session = browser_sessions_begin(&sessions, of("bruno"), 99200, used);
    struct browser_session *eldest = browser_sessions_begin(&sessions, of("carla"), 95000, old);   /* began 5,000 ms ago */
    session->used_ms = eldest->used_ms = 99990;
    browser_sessions_tick(&sessions, 100000);   /* more than an eighth of the idle time: noted */
    session_file_close(&sessions.file);
    browser_sessions_fini(&sessions, 100000);
    start(&sessions, 300);
    assert_null(browser_sessions_find(&sessions, idle, 500));
    assert_non_null(browser_sessions_find(&sessions, used, 500));
    assert_null(browser_sessions_find(&sessions, used, 1300));
    assert_null(browser_sessions_find(&sessions, old, 300));
    browser_sessions_fini(&sessions, 300);
}

static void another_password_ends_a_session(void **state)
{
    (void)state;
    struct browser_sessions sessions;
    struct users *users;
    char token[SESSION_TOKEN_SIZE + 1], why[USERS_WHY_MAX];
    assert_int_equal(browser_sessions_init(&sessions, 4, 1000, 5000), LW_OK);
    const struct browser_session *session = browser_sessions_begin(&sessions, of("anna"), 0, token);
    const struct { const char *text; bool stays; } rows[] = {
        {"anna rep anna " HASH "\n", true}, {"anna lead anna " HASH "\n", true}, {"anna rep anna " HASH "x\n", false}, {"bruno rep anna " HASH "\n", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        write_file(rows[i].text);
        assert_int_equal(users_open(path, &users, why), LW_OK);
        assert_int_equal(browser_sessions_user(&sessions, session, users, 10) != NULL, rows[i].stays);
        users_close(&users);
    }
    browser_sessions_fini(&sessions, 0);
}

static void who_may_only_read_stays_longer_and_no_longer_than_that(void **state)
{
    (void)state;
    struct browser_sessions sessions;
    struct users *users;
    char token[SESSION_TOKEN_SIZE + 1], why[USERS_WHY_MAX];
    const struct { const char *role; uint64_t stays_until_ms; } rows[] = {{"read-only -", 20000}, {"lead anna", 5000}, {"admin -", 5000}, {"read-only:outside -", 20000}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char line[256];
        snprintf(line, sizeof line, "anna %s " HASH "\n", rows[i].role);
        write_file(line);
        assert_int_equal(users_open(path, &users, why), LW_OK);
        assert_int_equal(browser_sessions_init(&sessions, 4, 1000, 5000), LW_OK);
        sessions.read_only_ms = 20000;
        struct browser_session *session = browser_sessions_begin(&sessions, of("anna"), 7, token);
        for (uint64_t at_ms = 7; at_ms < 7 + 20000; at_ms += 499) {   /* in use all the time */
            assert_ptr_equal(browser_sessions_find(&sessions, token, at_ms), session);
            assert_int_equal(browser_sessions_user(&sessions, session, users, at_ms) != NULL, at_ms < 7 + rows[i].stays_until_ms);
            session->used_ms = at_ms;
        }
        assert_null(browser_sessions_find(&sessions, token, 7 + 20000));
        browser_sessions_fini(&sessions, 0);
        users_close(&users);
    }
}

static void a_file_that_is_not_whole_lets_nobody_in_by_what_it_lacks(void **state)
{
    (void)state;
    struct browser_sessions sessions;
    char token[SESSION_TOKEN_SIZE + 1], text[1024];
    write_file("");
    start(&sessions, 100);
    browser_sessions_begin(&sessions, of("anna the admin"), 100, token);
    browser_sessions_fini(&sessions, 100);
    snprintf(text, sizeof text, "%s", whole_file());
    size_t first = (size_t)(strchr(text, '\n') - text) + 1;
    for (size_t cut = strlen(text) - 2; cut >= first; cut--) {   /* the last line without its end */
        text[cut] = '\0';
        write_file(text);
        start(&sessions, 100);
        assert_int_equal(browser_sessions_count(&sessions, 100), 0);
        browser_sessions_fini(&sessions, 100);
    }
}

static void a_file_of_another_form_lets_nobody_in(void **state)
{
    (void)state;
    struct browser_sessions sessions;
    char token[SESSION_TOKEN_SIZE + 1], row[512], text[2048];
    write_file("");
    start(&sessions, 100);
    browser_sessions_begin(&sessions, of("anna"), 100, token);
    browser_sessions_fini(&sessions, 100);
    snprintf(row, sizeof row, "%s", strchr(whole_file(), '\n') + 1);
    const struct { const char *first, *second; uint32_t count; } files[] = {
        {"leadwire-sessions 1\n", "", 1}, {"leadwire-sessions 2\n", "", 0}, {"leadwire-sessions 1\n", "- 12\n", 0}, {"leadwire-sessions 1\n", "what\n", 0}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(text, sizeof text, "%s%s%s%s", files[i].first, row, files[i].second, row);
        write_file(text);
        start(&sessions, 100);
        assert_int_equal(browser_sessions_count(&sessions, 100), files[i].count);
        browser_sessions_fini(&sessions, 100);
    }
}

static void the_file_is_of_one_process_and_its_owners(void **state)
{
    (void)state;
    struct browser_sessions sessions, second;
    char why[SESSION_FILE_WHY_MAX];
    struct stat is;
    write_file("");
    start(&sessions, 100);
    assert_int_equal(browser_sessions_init(&second, 10, 1000, 5000), LW_OK);
    assert_int_equal(browser_sessions_keep(&second, path, 100, why), LW_FULL);
    assert_non_null(strstr(why, "another gateway has it"));
    browser_sessions_fini(&second, 100);
    assert_int_equal(stat(path, &is), 0);
    assert_int_equal(is.st_mode & 07777, S_IRUSR | S_IWUSR);
    browser_sessions_fini(&sessions, 100);
    assert_int_equal(chmod(path, S_IRUSR | S_IWUSR | S_IRGRP), 0);
    assert_int_equal(browser_sessions_init(&second, 10, 1000, 5000), LW_OK);
    assert_int_equal(browser_sessions_keep(&second, path, 100, why), LW_REFUSED);
    assert_non_null(strstr(why, "others can read or write it"));
    browser_sessions_fini(&second, 100);
    assert_int_equal(browser_sessions_init(&second, 10, 1000, 5000), LW_OK);
    assert_int_equal(browser_sessions_keep(&second, "/nowhere/sessions", 100, why), LW_IO);
    browser_sessions_fini(&second, 100);
}

static void the_file_stays_small(void **state)
{
    (void)state;
    struct browser_sessions sessions;
    struct stat is;
    char token[SESSION_TOKEN_SIZE + 1], last[SESSION_TOKEN_SIZE + 1];
    write_file("");
    start(&sessions, 0);
    browser_sessions_begin(&sessions, of("bruno"), 0, last);
    for (uint64_t now_ms = 1; now_ms < 8000; now_ms++) {
        browser_sessions_find(&sessions, last, now_ms)->used_ms = now_ms;
        browser_sessions_find(&sessions, last, now_ms)->began_ms = now_ms;
        if (now_ms % 4 == 0)   /* each makes room for the next: two lines */
            browser_sessions_begin(&sessions, of("anna"), now_ms, token);
        browser_sessions_tick(&sessions, now_ms);
        assert_int_equal(stat(path, &is), 0);
        assert_in_range(is.st_size, 0, 2100 * 160);
    }
    browser_sessions_fini(&sessions, 8000);
    assert_int_equal(browser_sessions_init(&sessions, 10, 1000, 5000), LW_OK);
    char why[SESSION_FILE_WHY_MAX];
    assert_int_equal(browser_sessions_keep(&sessions, path, 8000, why), LW_OK);
    assert_non_null(browser_sessions_find(&sessions, last, 8000));
    assert_non_null(browser_sessions_find(&sessions, token, 8000));
    browser_sessions_fini(&sessions, 8000);
}

static void a_full_disk_empties_the_file_and_it_is_written_again_later(void **state)
{
    (void)state;
    struct browser_sessions sessions;
    struct rlimit before, none;
    char first[SESSION_TOKEN_SIZE + 1], second[SESSION_TOKEN_SIZE + 1];
    write_file("");
    start(&sessions, 100);
    struct browser_session *anna = browser_sessions_begin(&sessions, of("anna"), 100, first);
    struct browser_session *bruno = browser_sessions_begin(&sessions, of("bruno"), 100, second);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    none = (struct rlimit){.rlim_cur = 10, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    browser_sessions_end(&sessions, anna);
    char at_once = whole_file()[0];
    browser_sessions_tick(&sessions, 200);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(at_once, '\0');
    assert_ptr_equal(browser_sessions_find(&sessions, second, 200), bruno);
    bruno->used_ms = bruno->began_ms = 60200;
    browser_sessions_tick(&sessions, 60200);
    browser_sessions_fini(&sessions, 60200);
    start(&sessions, 60200);
    assert_null(browser_sessions_find(&sessions, first, 60200));
    assert_non_null(browser_sessions_find(&sessions, second, 60200));
    browser_sessions_fini(&sessions, 60200);
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
        cmocka_unit_test(sessions_outlive_the_process_and_their_end_does_too),
        cmocka_unit_test(time_goes_on_while_the_process_is_away),
        cmocka_unit_test(another_password_ends_a_session),
        cmocka_unit_test(who_may_only_read_stays_longer_and_no_longer_than_that),
        cmocka_unit_test(a_file_that_is_not_whole_lets_nobody_in_by_what_it_lacks),
        cmocka_unit_test(a_file_of_another_form_lets_nobody_in),
        cmocka_unit_test(the_file_is_of_one_process_and_its_owners),
        cmocka_unit_test(the_file_stays_small),
        cmocka_unit_test(a_full_disk_empties_the_file_and_it_is_written_again_later),
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
