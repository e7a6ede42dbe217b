/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "secret_file.h"

static char folder[] = "/tmp/leadwire-unit-secret-XXXXXX";
static char path[sizeof folder + 8];

static int folder_new(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/secret", folder);
    return 0;
}

static int folder_free(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void write_file(const void *bytes, size_t size, mode_t mode)
{
    unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), size);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static void assert_reads(const char *bytes, const char *secret)
{
    char *read = NULL;

    write_file(bytes, strlen(bytes), 0600);
    assert_int_equal(secret_read(path, 64, &read), LW_OK);
    assert_string_equal(read, secret);
    secret_free(&read);
    assert_null(read);
}

static void assert_refuses(lw_status expected, size_t size_max)
{
    static char sentinel[] = "unchanged";
    char *read = sentinel;

    assert_int_equal(secret_read(path, size_max, &read), expected);
    assert_null(read);
}

static void a_secret_is_read_without_its_trailing_newline(void **state)
{
    (void)state;
    assert_reads("s3cret", "s3cret");
    assert_reads("s3cret\n", "s3cret");
    assert_reads("s3cret\r\n", "s3cret");
    assert_reads("s3cret\n\n", "s3cret\n");
    assert_reads(" s3cret ", " s3cret ");
}

static void only_the_owner_may_have_access(void **state)
{
    static const mode_t open_modes[] = {0604, 0640, 0644, 0602, 0620, 0666, 0777, 0440};
    static const mode_t private_modes[] = {0600, 0400, 0700};

    (void)state;
    for (size_t i = 0; i < sizeof open_modes / sizeof *open_modes; i++) {
        write_file("s3cret", 6, open_modes[i]);
        assert_refuses(LW_REFUSED, 64);
    }
    for (size_t i = 0; i < sizeof private_modes / sizeof *private_modes; i++) {
        char *read;
        write_file("s3cret", 6, private_modes[i]);
        assert_int_equal(secret_read(path, 64, &read), LW_OK);
        secret_free(&read);
    }
}

static void a_size_above_the_limit_is_refused(void **state)
{
    char *read;

    (void)state;
    write_file("12345678", 8, 0600);
    assert_refuses(LW_TOO_LARGE, 7);
    assert_int_equal(secret_read(path, 8, &read), LW_OK);
    secret_free(&read);
}

static void an_empty_secret_or_one_with_a_nul_is_invalid(void **state)
{
    (void)state;
    write_file("", 0, 0600);
    assert_refuses(LW_INVALID, 64);
    write_file("\r\n", 2, 0600);
    assert_refuses(LW_INVALID, 64);
    write_file("ab\0cd", 5, 0600);
    assert_refuses(LW_INVALID, 64);
}

static void what_is_no_file_is_told_apart(void **state)
{
    (void)state;
    unlink(path);
    assert_refuses(LW_NOT_FOUND, 64);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_refuses(LW_IO, 64);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_refuses(LW_IO, 64);          /* and does not wait for a writer */
    assert_int_equal(errno, EINVAL);
}

static void equal_secrets_only_are_equal(void **state)
{
    (void)state;
    assert_true(secret_equal("abc", "abc"));
    assert_false(secret_equal("abc", "abd"));
    assert_false(secret_equal("abc", "ab"));
    assert_false(secret_equal("abc", "abcabc"));
    assert_false(secret_equal("abc", ""));
    assert_false(secret_equal("", ""));
    assert_false(secret_equal("", "a"));
    secret_free(NULL);
}

/* Memory of the bound's size, given back, would have the allocator keep all that is smaller in its heap. */
static void memory_is_taken_for_the_file_and_not_for_the_bound(void **state)
{
    (void)state;
    enum { BOUND = 8 * 1024 * 1024, FEW = 4096 };
    char *read = NULL;

    write_file("small", 5, 0600);
    assert_int_equal(secret_read(path, BOUND, &read), LW_OK);
    assert_string_equal(read, "small");
    assert_true(malloc_usable_size(read) < FEW);
    secret_free(&read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_is_read_without_its_trailing_newline),
        cmocka_unit_test(only_the_owner_may_have_access),
        cmocka_unit_test(a_size_above_the_limit_is_refused),
        cmocka_unit_test(memory_is_taken_for_the_file_and_not_for_the_bound),
        cmocka_unit_test(an_empty_secret_or_one_with_a_nul_is_invalid),
        cmocka_unit_test(what_is_no_file_is_told_apart),
        cmocka_unit_test(equal_secrets_only_are_equal),
    };
    return cmocka_run_group_tests(tests, folder_new, folder_free);
}
