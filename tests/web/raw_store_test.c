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

#include "raw_list.h"
#include "raw_segment.h"
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

static struct raw_store *store_open(struct raw_store_options options)
{
    struct raw_store *store;
    options.directory = path;
    assert_int_equal(raw_store_open(&options, &store), LW_OK);
    return store;
}

static void list_open(struct raw_list *list)
{
    assert_int_equal(raw_list_open(path, 0, INT64_MAX, list), LW_OK);
}

static void expect_listed(const struct raw_list *list, const char *ref, const char *bytes, const char *key)
{
    struct byte_buffer got;
    size_t at = 0;
    while (at < list->count && strcmp(list->files[at].name, ref) != 0)
        at++;
    assert_true(at < list->count);
    byte_buffer_init(&got, 1 << 20);
    assert_int_equal(raw_list_read(list, &list->files[at], &got), LW_OK);
    assert_int_equal(got.size, strlen(bytes));
    assert_memory_equal(got.data ? (const void *)got.data : "", bytes, strlen(bytes));
    assert_int_equal(raw_list_read_key(list, &list->files[at], &got), key ? LW_OK : LW_NOT_FOUND);
    if (key) {
        assert_int_equal(got.size, strlen(key));
        assert_memory_equal(got.data, key, strlen(key));
    }
    byte_buffer_fini(&got);
}

/* The name of the only segment. */
static void segment_path(char name[512])
{
    DIR *open = opendir(path);
    assert_non_null(open);
    name[0] = '\0';
    for (struct dirent *entry; (entry = readdir(open));) {
        if (strncmp(entry->d_name, "segment-", 8) == 0) {
            assert_string_equal(name, "");
            snprintf(name, 512, "%s/%.255s", path, entry->d_name);
        }
    }
    closedir(open);
    assert_string_not_equal(name, "");
}

static void a_contact_is_kept_once_and_for_the_owner_only(void **state)
{
    (void)state;
    struct raw_store *store = store_open((struct raw_store_options){.fsync = true});
    char first[RAW_REF_MAX], again[RAW_REF_MAX], other[RAW_REF_MAX], name[512];
    struct raw_list list;
    assert_int_equal(raw_store_put(store, "form", "json", "abc", 3, NULL, first), LW_OK);
    assert_int_equal(raw_store_put(store, "form", "json", "abc", 3, NULL, again), LW_OK);
    assert_int_equal(raw_store_put(store, "mail", "json", "abc", 3, NULL, other), LW_OK);
    assert_string_equal(first, again);
    assert_string_not_equal(first, other);
    assert_int_equal(file_count(), 1);

    struct stat info;
    segment_path(name);
    assert_int_equal(stat(name, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(raw_store_size_bytes(store), info.st_size);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    list_open(&list);
    assert_int_equal(list.count, 2);
    assert_int_equal(list.damaged_count, 0);
    expect_listed(&list, first, "abc", NULL);
    expect_listed(&list, other, "abc", NULL);
    assert_true(raw_file_is_of(first, "form", "abc", 3) && !raw_file_is_of(first, "mail", "abc", 3));
    raw_list_close(&list);

    const uint64_t size = raw_store_size_bytes(store);
    raw_store_close(&store);
    store = store_open((struct raw_store_options){0});
    assert_int_equal(raw_store_size_bytes(store), size);   /* what was there counts */
    assert_int_equal(raw_store_put(store, "form", "json", "abc", 3, NULL, again), LW_OK);
    assert_string_equal(first, again);
    list_open(&list);
    assert_int_equal(list.count, 2);   /* in two segments now */
    raw_list_close(&list);
    raw_store_close(&store);
}

static void a_contact_has_the_key_that_came_last(void **state)
{
    (void)state;
    struct raw_store *store = store_open((struct raw_store_options){0});
    char ref[RAW_REF_MAX], long_key[RAW_KEY_MAX + 2];
    struct raw_list list;
    assert_int_equal(raw_store_put(store, "form", "json", "", 0, "k\n1", ref), LW_OK);
    list_open(&list);
    expect_listed(&list, ref, "", "k\n1");
    raw_list_close(&list);
    assert_int_equal(raw_store_put(store, "form", "json", "", 0, "k2", ref), LW_OK);
    assert_int_equal(raw_store_put(store, "form", "json", "", 0, NULL, ref), LW_OK);
    list_open(&list);
    assert_int_equal(list.count, 1);
    expect_listed(&list, ref, "", "k2");
    raw_list_close(&list);
    memset(long_key, 'k', sizeof long_key - 1);
    long_key[sizeof long_key - 1] = '\0';
    assert_int_equal(raw_store_put(store, "form", "json", "x", 1, long_key, ref), LW_OK);
    list_open(&list);
    expect_listed(&list, ref, "x", NULL);
    raw_list_close(&list);
    long_key[RAW_KEY_MAX] = '\0';
    assert_int_equal(raw_store_put(store, "form", "json", "y", 1, long_key, ref), LW_OK);
    list_open(&list);
    assert_int_equal(list.count, 3);
    expect_listed(&list, ref, "y", long_key);
    raw_list_close(&list);
    raw_store_close(&store);
}

/* The order of arrival, and the time of the last. */
static void what_came_in_since_then_is_listed(void **state)
{
    (void)state;
    struct raw_store *store = store_open((struct raw_store_options){0});
    char early[RAW_REF_MAX], late[RAW_REF_MAX];
    struct raw_list list;
    assert_int_equal(raw_store_put(store, "s", "form", "early", 5, NULL, early), LW_OK);
    assert_int_equal(raw_store_put(store, "s", "form", "late", 4, NULL, late), LW_OK);
    const int64_t between = wall_clock_unix_ms() + 1;
    while (wall_clock_unix_ms() <= between)
        ;
    assert_int_equal(raw_store_put(store, "s", "form", "early", 5, NULL, early), LW_OK);
    assert_int_equal(raw_list_open(path, between, INT64_MAX, &list), LW_OK);
    assert_int_equal(list.count, 1);
    assert_string_equal(list.files[0].name, early);
    expect_listed(&list, early, "early", NULL);
    raw_list_close(&list);
    list_open(&list);
    assert_int_equal(list.count, 2);
    assert_string_equal(list.files[0].name, late);
    raw_list_close(&list);
    assert_int_equal(raw_list_open(path, 0, between, &list), LW_OK);
    assert_int_equal(list.count, 1);
    assert_string_equal(list.files[0].name, late);
    raw_list_close(&list);
    raw_store_close(&store);
}

static void a_repeat_under_a_clock_that_was_set_back_loses_nothing(void **state)
{
    (void)state;
    struct raw_store *store = store_open((struct raw_store_options){0});
    char ref[RAW_REF_MAX], name[512], line[RAW_LINE_MAX];
    struct raw_entry again = {.at_unix_ms = wall_clock_unix_ms() - 3600000, .is_again = true};
    struct raw_list list;
    assert_int_equal(raw_store_put(store, "s", "form", "abc", 3, NULL, ref), LW_OK);
    raw_store_close(&store);
    segment_path(name);
    memcpy(again.ref, ref, sizeof again.ref);
    size_t size = raw_entry_write(&again, "", line);
    line[size++] = '\n';
    int fd = open(name, O_WRONLY | O_APPEND);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, line, size), size);
    close(fd);
    list_open(&list);
    assert_int_equal(list.damaged_count, 0);
    assert_int_equal(list.count, 1);
    expect_listed(&list, ref, "abc", NULL);
    raw_list_close(&list);
}

static void above_the_size_cap_nothing_is_kept(void **state)
{
    (void)state;
    struct raw_store *store = store_open((struct raw_store_options){.size_max_bytes = 200});
    char ref[RAW_REF_MAX];
    assert_int_equal(raw_store_put(store, "s", "form", "abc", 3, NULL, ref), LW_OK);
    const uint64_t one = raw_store_size_bytes(store);
    assert_true(one > 3 && one < 120);
    assert_int_equal(raw_store_put(store, "s", "form", "abd", 3, NULL, ref), LW_OK);
    assert_int_equal(raw_store_put(store, "s", "form", "abe", 3, NULL, ref), LW_FULL);
    assert_string_equal(ref, "");
    assert_int_equal(raw_store_put(store, "s", "form", "abc", 3, NULL, ref), LW_OK);   /* the same again needs no room */
    assert_int_equal(raw_store_put(store, "s", "form", "abc", 3, "a key", ref), LW_FULL);
    assert_int_equal(raw_store_size_bytes(store), 2 * one);
    raw_store_close(&store);
}

static void what_is_too_old_goes_and_unfinished_files_with_it(void **state)
{
    (void)state;
    const int64_t day = 86400000, now = wall_clock_unix_ms();
    struct raw_store *store = store_open((struct raw_store_options){.keep_ms = 2 * (uint64_t)day});
    char ref[RAW_REF_MAX], name[256];
    assert_int_equal(raw_store_put(store, "s", "form", "abc", 3, NULL, ref), LW_OK);
    snprintf(name, sizeof name, "%s/.part-1-1", path);
    int fd = open(name, O_CREAT | O_WRONLY, 0600);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(raw_store_prune(store, now), 0);
    assert_int_equal(raw_store_prune(store, now + day), 1);
    assert_int_equal(file_count(), 1);
    assert_int_equal(raw_store_prune(store, now + 3 * day), 1);
    assert_int_equal(raw_store_size_bytes(store), 0);
    assert_int_equal(raw_store_put(store, "s", "form", "abc", 3, NULL, ref), LW_OK);   /* into a new one */
    assert_int_equal(file_count(), 1);
    raw_store_close(&store);
}

static void a_segment_that_somebody_took_away_is_followed_by_another(void **state)
{
    (void)state;
    struct raw_store *store = store_open((struct raw_store_options){0});
    char ref[RAW_REF_MAX], name[512];
    struct raw_list list;
    assert_int_equal(raw_store_put(store, "s", "form", "abc", 3, NULL, ref), LW_OK);
    segment_path(name);
    assert_int_equal(unlink(name), 0);
    assert_int_equal(raw_store_put(store, "s", "form", "abc", 3, NULL, ref), LW_OK);
    list_open(&list);
    assert_int_equal(list.count, 1);
    expect_listed(&list, ref, "abc", NULL);
    raw_list_close(&list);
    raw_store_close(&store);
}

static void a_full_segment_is_followed_by_another(void **state)
{
    (void)state;
    enum { CONTACTS = 9000 };   /* 8192 fit */
    struct raw_store *store = store_open((struct raw_store_options){0});
    char ref[RAW_REF_MAX], bytes[16], *large = calloc(1, 5 << 20);
    struct raw_list list;
    assert_non_null(large);
    for (int i = 0; i < CONTACTS; i++) {
        const int size = snprintf(bytes, sizeof bytes, "contact %d", i);
        assert_int_equal(raw_store_put(store, "s", "form", bytes, (size_t)size, NULL, ref), LW_OK);
    }
    assert_int_equal(file_count(), 2);
    list_open(&list);
    assert_int_equal(list.count, CONTACTS);
    expect_listed(&list, ref, bytes, NULL);
    raw_list_close(&list);
    for (int i = 0; i < 3; i++) {   /* 8 MiB are full, the one that makes them so is whole */
        large[0] = (char)i;
        assert_int_equal(raw_store_put(store, "s", "eml", large, 5 << 20, NULL, ref), LW_OK);
    }
    assert_int_equal(file_count(), 3);
    list_open(&list);
    assert_int_equal(list.count, CONTACTS + 3);
    assert_int_equal(list.damaged_count, 0);
    raw_list_close(&list);
    raw_store_close(&store);
    free(large);
}

/* Cut anywhere, what is whole is read; changed anywhere, what stands before it is, and nothing wrong. */
static void what_was_gathered_is_kept_with_one_write(void **state)
{
    (void)state;
    struct raw_store *store = store_open((struct raw_store_options){.fsync = true});
    char first[RAW_REF_MAX], second[RAW_REF_MAX], again[RAW_REF_MAX];
    struct raw_list list;
    assert_int_equal(raw_store_gather(store, "s", "form", "abc", 3, NULL, first), LW_OK);
    assert_int_equal(raw_store_gather(store, "s", "form", "abd", 3, "key of d", second), LW_OK);
    assert_int_equal(raw_store_gather(store, "s", "form", "abc", 3, "key of c", again), LW_OK);
    assert_string_equal(first, again);
    assert_int_equal(file_count(), 0);
    assert_int_equal(raw_store_size_bytes(store), 0);
    assert_int_equal(raw_store_write(store), LW_OK);
    const uint64_t size = raw_store_size_bytes(store);
    assert_int_equal(raw_store_gather(store, "s", "form", "abd", 3, NULL, again), LW_OK);
    assert_string_equal(second, again);
    assert_int_equal(raw_store_write(store), LW_OK);
    assert_true(size > 0 && raw_store_size_bytes(store) - size < RAW_LINE_MAX);
    assert_int_equal(raw_store_write(store), LW_OK);   /* nothing is left to write */
    list_open(&list);
    assert_int_equal(list.count, 2);
    expect_listed(&list, first, "abc", "key of c");
    expect_listed(&list, second, "abd", "key of d");
    raw_list_close(&list);
    raw_store_close(&store);
}

static void what_was_gathered_and_not_written_is_told_to_who_asks(void **state)
{
    (void)state;
    struct raw_store *store = store_open((struct raw_store_options){.size_max_bytes = 200});
    char ref[RAW_REF_MAX];
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(raw_store_gather(store, "s", "form", "abc", 3, NULL, ref), LW_OK);
    assert_int_equal(raw_store_gather(store, "s", "form", "abd", 3, NULL, ref), LW_OK);
    assert_int_equal(raw_store_gather(store, "s", "form", "abe", 3, NULL, ref), LW_FULL);   /* the cap counts what is gathered */
    assert_string_equal(ref, "");
    assert_int_equal(raw_store_put(store, "s", "form", "abc", 3, NULL, ref), LW_IO);   /* it does not count as kept */
    assert_string_equal(ref, "");
    errno = 0;
    assert_int_equal(raw_store_write(store), LW_IO);   /* though the other's call has found it */
    assert_int_equal(errno, ENOENT);
    assert_int_equal(raw_store_write(store), LW_OK);
    assert_int_equal(raw_store_size_bytes(store), 0);
    raw_store_close(&store);
}

static void more_than_one_write_can_take_is_gathered_too(void **state)
{
    (void)state;
    enum { CONTACTS = 9000, LARGE = 100000 };   /* 8192 fit a segment */
    struct raw_store *store = store_open((struct raw_store_options){0});
    char ref[RAW_REF_MAX], bytes[16], *large = malloc(LARGE + 1);
    struct raw_list list;
    assert_non_null(large);
    memset(large, 'x', LARGE);
    large[LARGE] = '\0';
    for (int i = 0; i < CONTACTS; i++) {
        const int size = snprintf(bytes, sizeof bytes, "contact %d", i);
        assert_int_equal(raw_store_gather(store, "s", "form", bytes, (size_t)size, NULL, ref), LW_OK);
    }
    assert_int_equal(raw_store_gather(store, "s", "form", large, LARGE, NULL, ref), LW_OK);
    assert_int_equal(raw_store_gather(store, "s", "form", large, LARGE, NULL, ref), LW_OK);
    assert_int_equal(raw_store_write(store), LW_OK);
    assert_int_equal(file_count(), 2);
    list_open(&list);
    assert_int_equal(list.count, CONTACTS + 1);
    expect_listed(&list, ref, large, NULL);
    raw_list_close(&list);
    raw_store_close(&store);
    free(large);
}

static void what_is_torn_or_damaged_is_passed_over(void **state)
{
    (void)state;
    static const char *const bytes[] = {"first", "second\n= x", "third"};
    struct raw_store *store = store_open((struct raw_store_options){0});
    char ref[3][RAW_REF_MAX], name[512], whole[1024], changed[1024];
    uint64_t ends[3];
    struct raw_list list;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(raw_store_put(store, "s", "form", bytes[i], strlen(bytes[i]), i == 1 ? "key" : NULL, ref[i]), LW_OK);
        ends[i] = raw_store_size_bytes(store);
    }
    raw_store_close(&store);
    segment_path(name);
    int fd = open(name, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(read(fd, whole, sizeof whole), (ssize_t)ends[2]);
    for (uint64_t size = ends[2]; size-- > 0;) {
        assert_int_equal(ftruncate(fd, (off_t)size), 0);
        list_open(&list);
        assert_int_equal(list.count, (size >= ends[0]) + (size >= ends[1]) + (size >= ends[2]));
        for (size_t i = 0; i < 3; i++)
            if (size >= ends[i])
                expect_listed(&list, ref[i], bytes[i], i == 1 ? "key" : NULL);
        raw_list_close(&list);
    }
    for (uint64_t at = 0; at < ends[2]; at++) {
        memcpy(changed, whole, sizeof whole);
        changed[at] ^= 1;
        assert_int_equal(pwrite(fd, changed, ends[2], 0), (ssize_t)ends[2]);
        list_open(&list);
        for (size_t i = 0; i < 3; i++)
            if (at >= ends[i])
                expect_listed(&list, ref[i], bytes[i], i == 1 ? "key" : NULL);
        for (size_t i = 0; i < list.count; i++)
            assert_true(strcmp(list.files[i].name, ref[0]) == 0 || strcmp(list.files[i].name, ref[1]) == 0 || strcmp(list.files[i].name, ref[2]) == 0);
        raw_list_close(&list);
    }
    close(fd);
}

/* As former versions kept them. */
static void files_of_one_contact_are_read_too(void **state)
{
    (void)state;
    struct raw_list list;
    char ref[RAW_REF_MAX], name[512];
    struct raw_store *store = store_open((struct raw_store_options){0});
    assert_int_equal(raw_store_put(store, "s", "form", "abc", 3, NULL, ref), LW_OK);   /* for its name */
    raw_store_close(&store);
    segment_path(name);
    assert_int_equal(unlink(name), 0);
    static const struct { const char *suffix, *bytes; } files[] = {{"", "abc"}, {".key", "k1"}};
    for (size_t i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "%s/%s%s", path, ref, files[i].suffix);
        FILE *file = fopen(name, "w");
        assert_non_null(file);
        fputs(files[i].bytes, file);
        fclose(file);
    }
    list_open(&list);
    assert_int_equal(list.count, 1);
    expect_listed(&list, ref, "abc", "k1");
    raw_list_close(&list);
    store = store_open((struct raw_store_options){0});
    assert_int_equal(raw_store_size_bytes(store), 5);
    assert_int_equal(raw_store_put(store, "s", "form", "abc", 3, "k2", ref), LW_OK);
    list_open(&list);
    assert_int_equal(list.count, 1);
    expect_listed(&list, ref, "abc", "k2");
    raw_list_close(&list);
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
        cmocka_unit_test_setup_teardown(a_contact_is_kept_once_and_for_the_owner_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_contact_has_the_key_that_came_last, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_came_in_since_then_is_listed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_repeat_under_a_clock_that_was_set_back_loses_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(above_the_size_cap_nothing_is_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_too_old_goes_and_unfinished_files_with_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_segment_that_somebody_took_away_is_followed_by_another, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_segment_is_followed_by_another, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_gathered_is_kept_with_one_write, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_gathered_and_not_written_is_told_to_who_asks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(more_than_one_write_can_take_is_gathered_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_torn_or_damaged_is_passed_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(files_of_one_contact_are_read_too, set_up, tear_down),
        cmocka_unit_test(a_directory_that_cannot_be_made_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
