/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "raw_store.h"
#include "wall_clock.h"

static char directory[64], path[128];

static int set_up(void **state)
{
    (void)state;
    snprintf(directory, sizeof directory, "/tmp/lw-raw-XXXXXX");
    snprintf(path, sizeof path, "%s/raw", mkdtemp(directory));
    return 0;
}

static int file_count(void)
{
    int count = 0;
    DIR *open = opendir(path);
    for (struct dirent *entry; open && (entry = readdir(open));)
        count += entry->d_name[0] != '.' || strncmp(entry->d_name, ".part", 5) == 0;
    if (open)
        closedir(open);
    return count;
}

static int tear_down(void **state)
{
    (void)state;
    char name[512];
    DIR *open = opendir(path);
    for (struct dirent *entry; open && (entry = readdir(open));) {
        snprintf(name, sizeof name, "%s/%.255s", path, entry->d_name);
        unlink(name);
    }
    if (open)
        closedir(open);
    rmdir(path);
    rmdir(directory);
    return 0;
}

static void the_same_contact_is_one_file_of_the_owner_only(void **state)
{
    (void)state;
    struct raw_store *store;
    struct raw_store_options options = {.directory = path, .fsync = true};
    char first[RAW_REF_MAX], again[RAW_REF_MAX], other[RAW_REF_MAX], name[256];
    assert_int_equal(raw_store_open(&options, &store), LW_OK);
    assert_int_equal(raw_store_put(store, "form", "json", "abc", 3, first), LW_OK);
    assert_int_equal(raw_store_put(store, "form", "json", "abc", 3, again), LW_OK);
    assert_int_equal(raw_store_put(store, "mail", "json", "abc", 3, other), LW_OK);
    assert_string_equal(first, again);
    assert_string_not_equal(first, other);
    assert_int_equal(file_count(), 2);
    assert_int_equal(raw_store_size_bytes(store), 6);

    struct stat info;
    snprintf(name, sizeof name, "%s/%s", path, first);
    assert_int_equal(stat(name, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    raw_store_close(&store);

    assert_int_equal(raw_store_open(&options, &store), LW_OK);   /* what was there counts */
    assert_int_equal(raw_store_size_bytes(store), 6);
    raw_store_close(&store);
}

static void above_the_size_cap_nothing_is_kept(void **state)
{
    (void)state;
    struct raw_store *store;
    struct raw_store_options options = {.directory = path, .size_max_bytes = 5};
    char ref[RAW_REF_MAX];
    assert_int_equal(raw_store_open(&options, &store), LW_OK);
    assert_int_equal(raw_store_put(store, "s", "form", "abc", 3, ref), LW_OK);
    assert_int_equal(raw_store_put(store, "s", "form", "abd", 3, ref), LW_FULL);
    assert_string_equal(ref, "");
    assert_int_equal(raw_store_put(store, "s", "form", "abc", 3, ref), LW_OK);   /* the same again needs no room */
    assert_int_equal(raw_store_put(store, "s", "form", "xy", 2, ref), LW_OK);
    assert_int_equal(raw_store_put(store, "s", "form", "abcdef", 6, ref), LW_FULL);
    assert_int_equal(file_count(), 2);
    raw_store_close(&store);
}

static void what_is_too_old_goes_and_unfinished_files_with_it(void **state)
{
    (void)state;
    struct raw_store *store;
    struct raw_store_options options = {.directory = path, .keep_ms = 2 * 86400000};
    char ref[RAW_REF_MAX], name[256];
    assert_int_equal(raw_store_open(&options, &store), LW_OK);
    assert_int_equal(raw_store_put(store, "s", "form", "abc", 3, ref), LW_OK);
    snprintf(name, sizeof name, "%s/.part-1-1", path);
    int fd = open(name, O_CREAT | O_WRONLY, 0600);
    assert_true(fd >= 0);
    close(fd);
    int64_t now = wall_clock_unix_ms();
    assert_int_equal(raw_store_prune(store, now), 0);
    assert_int_equal(raw_store_prune(store, now + 86400000), 1);
    assert_int_equal(file_count(), 1);
    assert_int_equal(raw_store_prune(store, now + 3 * (int64_t)86400000), 1);
    assert_int_equal(raw_store_size_bytes(store), 0);
    raw_store_close(&store);
}

static void a_directory_that_cannot_be_made_is_an_error(void **state)
{
    (void)state;
    struct raw_store *store;
    struct raw_store_options options = {.directory = "/nonexistent/raw"};
    assert_int_equal(raw_store_open(&options, &store), LW_IO);
    assert_int_equal(errno, ENOENT);
    assert_null(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_same_contact_is_one_file_of_the_owner_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(above_the_size_cap_nothing_is_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_too_old_goes_and_unfinished_files_with_it, set_up, tear_down),
        cmocka_unit_test(a_directory_that_cannot_be_made_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
