/* SPDX-License-Identifier: Apache-2.0
 * The files of a Maildir: what is listed, what is left alone, nothing is overwritten. */
#include "cmocka_all.h"
#include "mail_scratch.h"
#include "maildir.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ENTRIES_MAX = 4 };

struct fixture {
    char folder[64];
    struct maildir maildir, other;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    char path[128];
    if (!f || !mail_scratch_make(f->folder))
        return -1;
    snprintf(path, sizeof path, "%s/box", f->folder);
    if (maildir_open(path, &f->maildir) != LW_OK)
        return -1;
    snprintf(path, sizeof path, "%s/other", f->folder);
    *state = f;
    return maildir_open(path, &f->other) == LW_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    maildir_close(&f->maildir);
    maildir_close(&f->other);
    mail_scratch_remove(f->folder);
    free(f);
    return 0;
}

static void put(struct fixture *f, const char *name, const char *text, int64_t time_s)
{
    char path[512];
    snprintf(path, sizeof path, "%s/box/%s", f->folder, name);
    mail_scratch_write(path, text, time_s);
}

static bool there(struct fixture *f, const char *name)
{
    char path[512];
    struct stat info;
    snprintf(path, sizeof path, "%s/%s", f->folder, name);
    return lstat(path, &info) == 0;
}

static void the_oldest_come_first_and_all_are_counted(void **state)
{
    struct fixture *f = *state;
    struct maildir_entry entries[ENTRIES_MAX];
    size_t count = 0, total = 0;
    put(f, "new/e", "x", 500);
    put(f, "new/b", "x", 100);
    put(f, "new/a", "x", 100);
    put(f, "new/d", "x", 400);
    put(f, "new/c", "x", 300);
    put(f, "new/z", "x", 50);
    assert_int_equal(maildir_list(&f->maildir, entries, ENTRIES_MAX, &count, &total), LW_OK);
    assert_int_equal(count, ENTRIES_MAX);
    assert_int_equal(total, 6);
    assert_string_equal(entries[0].name, "z");
    assert_string_equal(entries[1].name, "a");
    assert_string_equal(entries[2].name, "b");
    assert_string_equal(entries[3].name, "c");
    assert_int_equal(entries[0].arrived_unix_ns / 1000000000, 50);
}

static void what_is_no_plain_file_is_left_alone(void **state)
{
    struct fixture *f = *state;
    struct maildir_entry entries[ENTRIES_MAX];
    size_t count = 0, total = 0, size = 0;
    void *bytes = NULL;
    put(f, "new/good", "x", 100);
    put(f, "new/.hidden", "x", 100);
    put(f, "tmp/half", "x", 100);
    assert_int_equal(mkdirat(f->maildir.new_fd, "folder", 0700), 0);
    assert_int_equal(mkfifoat(f->maildir.new_fd, "pipe", 0600), 0);
    assert_int_equal(symlinkat("good", f->maildir.new_fd, "link"), 0);
    assert_int_equal(maildir_list(&f->maildir, entries, ENTRIES_MAX, &count, &total), LW_OK);
    assert_int_equal(total, 1);
    assert_string_equal(entries[0].name, "good");
    assert_int_equal(maildir_read(&f->maildir, "link", 100, &bytes, &size), LW_NOT_FOUND);
    assert_int_equal(maildir_read(&f->maildir, "pipe", 100, &bytes, &size), LW_NOT_FOUND);
    assert_int_equal(maildir_read(&f->maildir, "folder", 100, &bytes, &size), LW_NOT_FOUND);
    assert_int_equal(maildir_read(&f->maildir, "nowhere", 100, &bytes, &size), LW_NOT_FOUND);
}

static void reading_is_bounded(void **state)
{
    struct fixture *f = *state;
    size_t size = 0;
    void *bytes = NULL;
    put(f, "new/m", "0123456789", 100);
    assert_int_equal(maildir_read(&f->maildir, "m", 9, &bytes, &size), LW_TOO_LARGE);
    assert_int_equal(maildir_read(&f->maildir, "m", 10, &bytes, &size), LW_OK);
    assert_int_equal(size, 10);
    assert_string_equal(bytes, "0123456789");
    free(bytes);
}

static void a_finished_mail_goes_to_cur_with_its_flags(void **state)
{
    struct fixture *f = *state;
    put(f, "new/m", "x", 100);
    put(f, "new/n:2,S", "x", 100);
    assert_int_equal(maildir_finish(&f->maildir, "m"), LW_OK);
    assert_int_equal(maildir_finish(&f->maildir, "n:2,S"), LW_OK);
    assert_true(there(f, "box/cur/m:2,"));
    assert_true(there(f, "box/cur/n:2,S"));
    assert_false(there(f, "box/new/m"));
    assert_int_equal(maildir_finish(&f->maildir, "m"), LW_NOT_FOUND);
}

static void a_name_that_is_taken_is_not_overwritten(void **state)
{
    struct fixture *f = *state;
    char path[128], text[8] = "";
    put(f, "cur/m:2,", "first", 100);
    put(f, "new/m", "second", 100);
    assert_int_equal(maildir_finish(&f->maildir, "m"), LW_OK);
    snprintf(path, sizeof path, "%s/box/cur/m:2,", f->folder);
    int fd = open(path, O_RDONLY);
    assert_int_equal(read(fd, text, 7), 5);
    close(fd);
    assert_string_equal(text, "first");
    assert_true(there(f, "box/cur/1.m:2,"));
}

static void a_move_that_was_cut_short_is_completed(void **state)
{
    struct fixture *f = *state;
    put(f, "new/m", "x", 100);
    /* killed between link and unlink */
    assert_int_equal(linkat(f->maildir.new_fd, "m", f->maildir.cur_fd, "m:2,", 0), 0);
    assert_int_equal(maildir_finish(&f->maildir, "m"), LW_OK);
    assert_false(there(f, "box/new/m"));
    assert_true(there(f, "box/cur/m:2,"));
    assert_false(there(f, "box/cur/1.m:2,"));
}

static void a_quarantined_mail_is_new_in_the_other_maildir(void **state)
{
    struct fixture *f = *state;
    put(f, "new/m", "x", 100);
    assert_int_equal(maildir_move(&f->maildir, "m", &f->other), LW_OK);
    assert_true(there(f, "other/new/m"));
    assert_false(there(f, "box/new/m"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_oldest_come_first_and_all_are_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_plain_file_is_left_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reading_is_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_finished_mail_goes_to_cur_with_its_flags, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_name_that_is_taken_is_not_overwritten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_move_that_was_cut_short_is_completed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_quarantined_mail_is_new_in_the_other_maildir, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("maildir", tests, NULL, NULL);
}
