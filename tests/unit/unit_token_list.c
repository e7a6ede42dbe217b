/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens of scripts: made, found, over, revoked; their file.
 */
#include "cmocka_all.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "token_list.h"

#define HASH "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

static char path[] = "/tmp/lw-tokens-XXXXXX";

static lw_status issue(struct token_list *list, const char *name, int64_t now, int64_t expires, char *token)
{
    struct token_entry entry = {.role = TOKEN_MANAGER, .team = "outside", .expires_unix_s = expires};
    snprintf(entry.name, sizeof entry.name, "%s", name);
    return token_list_issue(list, &entry, now, token);
}

static void a_token_is_good_until_it_is_over(void **state)
{
    (void)state;
    struct token_list list = {0};
    char first[TOKEN_SIZE + 1], second[TOKEN_SIZE + 1];
    assert_int_equal(issue(&list, "crm", 100, 200, first), LW_OK);
    assert_int_equal(strlen(first), TOKEN_SIZE);
    assert_int_equal(issue(&list, "crm", 199, 300, second), LW_DUPLICATE);
    assert_string_equal(token_list_find(&list, first, 199)->team, "outside");
    assert_null(token_list_find(&list, first, 200));
    assert_int_equal(issue(&list, "crm", 200, 300, second), LW_OK);
    assert_string_not_equal(first, second);
    assert_non_null(token_list_find(&list, second, 250));
    assert_int_equal(token_list_revoke(&list, "crm", 260), 1);   /* the first is over already */
    assert_int_equal(token_list_revoke(&list, "crm", 260), 0);
    assert_null(token_list_find(&list, second, 250));
    assert_null(token_list_find(&list, "", 250));
    token_list_free(&list);
}

static void one_that_is_over_makes_room(void **state)
{
    (void)state;
    struct token_list list = {0};
    char token[TOKEN_SIZE + 1], name[16];
    for (unsigned i = 0; i < TOKEN_LIST_MAX; i++) {
        snprintf(name, sizeof name, "n-%u", i);
        assert_int_equal(issue(&list, name, 0, i == 7 ? 10 : 1000, token), LW_OK);
    }
    assert_int_equal(issue(&list, "more", 9, 1000, token), LW_FULL);
    assert_int_equal(issue(&list, "more", 10, 1000, token), LW_OK);
    assert_int_equal(list.count, TOKEN_LIST_MAX);
    assert_string_equal(token_list_find(&list, token, 11)->name, "more");
    assert_string_equal(list.entries[7].name, "more");
    token_list_free(&list);
}

static void a_list_is_read_as_it_was_written(void **state)
{
    (void)state;
    struct token_list list = {0}, read;
    char token[TOKEN_SIZE + 1], why[TOKEN_WHY_MAX];
    assert_int_equal(issue(&list, "crm", 100, 200, token), LW_OK);
    assert_int_equal(issue(&list, "night", 100, 300, token), LW_OK);
    assert_int_equal(token_list_revoke(&list, "crm", 150), 1);
    assert_int_equal(token_list_write(path, &list, why), LW_OK);
    assert_int_equal(token_list_read(path, &read, why), LW_OK);
    assert_int_equal(read.count, 2);
    for (uint32_t i = 0; i < 2; i++) {
        const struct token_entry *a = &list.entries[i], *b = &read.entries[i];
        assert_string_equal(a->name, b->name);
        assert_string_equal(a->team, b->team);
        assert_int_equal(a->role, b->role);
        assert_memory_equal(a->hash, b->hash, TOKEN_HASH_SIZE);
        assert_true(a->made_unix_s == b->made_unix_s && a->expires_unix_s == b->expires_unix_s && a->revoked_unix_s == b->revoked_unix_s);
    }
    token_list_free(&read);
    assert_int_equal(chmod(path, S_IRUSR | S_IWUSR | S_IROTH), 0);
    assert_int_equal(token_list_read(path, &read, why), LW_REFUSED);
    assert_non_null(strstr(why, "chmod 600"));
    assert_int_equal(token_list_write("/nowhere/at/all", &list, why), LW_IO);
    assert_int_equal(token_list_lock("/nowhere/at/all", why), -1);
    token_list_free(&list);
    assert_int_equal(token_list_read("/tmp/lw-tokens-that-are-not-there", &read, why), LW_OK);
    assert_int_equal(read.count, 0);
}

static void wrong_lines_are_refused_by_number(void **state)
{
    (void)state;
    static const struct { const char *text, *why; } rows[] = {
        {"crm admin " HASH " 1 2\n", "line 1 of the tokens: a line is a name, a role, a hash, and when it was made, expires and was revoked"},
        {"crm admin " HASH " 1 2 3 4\n", "line 1 of the tokens: a line is a name, a role, a hash, and when it was made, expires and was revoked"},
        {"# all\nCRM admin " HASH " 1 2 0\n", "line 2 of the tokens: this cannot be a name"},
        {"crm rep " HASH " 1 2 0\n", "line 1 of the tokens: the role is none of read-only, manager, admin"},
        {"crm admin:outside " HASH " 1 2 0\n", "line 1 of the tokens: the role is none of read-only, manager, admin"},
        {"crm manager: " HASH " 1 2 0\n", "line 1 of the tokens: the role is none of read-only, manager, admin"},
        {"crm admin 9f86 1 2 0\n", "line 1 of the tokens: this is no hash"},
        {"crm admin x" HASH " 1 2 0\n", "line 1 of the tokens: this is no hash"},
        {"crm admin " HASH " 1 -2 0\n", "line 1 of the tokens: times are seconds since 1970"},
        {"crm admin " HASH " 1 2x 0\n", "line 1 of the tokens: times are seconds since 1970"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct token_list list;
        char why[TOKEN_WHY_MAX];
        int fd = open(path, O_WRONLY | O_TRUNC);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, rows[i].text, strlen(rows[i].text)), strlen(rows[i].text));
        assert_int_equal(close(fd), 0);
        assert_int_equal(chmod(path, S_IRUSR | S_IWUSR), 0);
        assert_int_equal(token_list_read(path, &list, why), LW_INVALID);
        assert_null(list.entries);
        assert_string_equal(why, rows[i].why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_good_until_it_is_over),
        cmocka_unit_test(one_that_is_over_makes_room),
        cmocka_unit_test(a_list_is_read_as_it_was_written),
        cmocka_unit_test(wrong_lines_are_refused_by_number),
    };
    int fd = mkstemp(path);
    if (fd < 0 || close(fd) != 0)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return unlink(path) == 0 ? failed : 1;
}
