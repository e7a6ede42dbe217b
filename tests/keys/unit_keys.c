/* SPDX-License-Identifier: Apache-2.0
 *
 * Key files and the list of keys: what is written is read, what is wrong is refused, and nothing is written over.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "key_dir.h"
#include "key_need.h"

enum { MADE_UNIX_S = 1764115200 };

static char folder[] = "/tmp/leadwire-unit-keys-XXXXXX", path[64], why[KEY_WHY_MAX];

static int folder_new(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/x", folder);
    return 0;
}

static int folder_free(void **state)
{
    char command[64];

    (void)state;
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

static void write_text(const char *text, mode_t mode)
{
    unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static struct key_file make(void)
{
    struct key_file key = {.role = "rep", .name = "anna"}, server = {0};

    assert_int_equal(key_file_make(&key), LW_OK);
    assert_int_equal(key_file_make(&server), LW_OK);
    memcpy(key.server_key, server.public_key, sizeof key.server_key);
    return key;
}

static void a_key_is_read_as_it_was_written_and_never_written_over(void **state)
{
    struct key_file key = make(), other = make(), read;
    struct stat info;

    (void)state;
    assert_int_equal(key_file_write(path, &key, why), LW_OK);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(key_file_write(path, &other, why), LW_DUPLICATE);
    assert_int_equal(key_file_read(path, &read, why), LW_OK);
    assert_memory_equal(&read, &key, sizeof read);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(key_file_read(path, &read, why), LW_REFUSED);
    assert_non_null(strstr(why, "chmod 600"));
    assert_int_equal(read.secret_key[0], 0);
    unlink(path);
    assert_int_equal(key_file_read(path, &read, why), LW_NOT_FOUND);
}

static void expect_no_key(const char *text, const char *words)
{
    struct key_file read;

    write_text(text, 0600);
    assert_int_equal(key_file_read(path, &read, why), LW_INVALID);
    if (!strstr(why, words))
        fail_msg("it said: %s", why);
    unlink(path);
}

static void what_is_no_key_is_refused_with_the_reason(void **state)
{
    struct key_file key = make(), other = make();
    char text[1024];

    (void)state;
    expect_no_key("hello\n", "no key file");
    expect_no_key("role rep\nrole rep\n", "none stands twice");
    expect_no_key("role\n", "one value");
    expect_no_key("role rep now\n", "one value");
    expect_no_key("role king\nname x\n", "its role is none of");
    expect_no_key("role rep\n", "its name");
    expect_no_key("role rep\nname .x\n", "its name");
    expect_no_key("role rep\nname x\n", "no pair");
    snprintf(text, sizeof text, "role rep\nname x\npublic %s\nsecret %s\nserver %s\n", other.public_key, key.secret_key, key.server_key);
    expect_no_key(text, "no pair");
    snprintf(text, sizeof text, "role rep\nname x\npublic %s\nsecret %s\n", key.public_key, key.secret_key);
    expect_no_key(text, "server's public key");
    snprintf(text, sizeof text, "role rep\nname x\npublic %s0\n", key.public_key);
    expect_no_key(text, "one value");
}

static struct key_entry entry_of(const struct key_file *key, enum role role, const char *name)
{
    struct key_entry entry = {.role = role, .made_unix_s = MADE_UNIX_S};

    snprintf(entry.name, sizeof entry.name, "%s", name);
    memcpy(entry.public_text, key->public_key, sizeof entry.public_text);
    assert_true(key_decode(key->public_key, entry.public_key));
    return entry;
}

static void a_list_is_read_as_it_was_written(void **state)
{
    struct key_file keys[3] = {make(), make(), make()};
    struct key_list list = {0}, read;
    struct key_entry entry;

    (void)state;
    assert_int_equal(key_list_read(path, &read, why), LW_OK);      /* none yet */
    assert_int_equal(read.count, 0);
    for (int i = 0; i < 3; i++) {
        entry = entry_of(&keys[i], (enum role)(ROLE_PUBLISHER + i), i == 1 ? "anna" : "Müller");
        entry.revoked_unix_s = i == 2 ? MADE_UNIX_S + 5 : 0;
        assert_int_equal(key_list_add(&list, &entry), LW_OK);
    }
    assert_int_equal(key_list_add(&list, &entry), LW_DUPLICATE);
    assert_int_equal(key_list_write(path, &list, why), LW_OK);
    assert_int_equal(key_list_read(path, &read, why), LW_OK);
    assert_int_equal(read.count, 3);
    for (uint32_t i = 0; i < 3; i++)
        assert_memory_equal(&read.entries[i], &list.entries[i], sizeof entry);
    assert_ptr_equal(key_list_find(&read, list.entries[1].public_key), &read.entries[1]);
    key_list_free(&read);
    key_list_free(&list);
    assert_int_equal(chmod(path, 0620), 0);
    assert_int_equal(key_list_read(path, &read, why), LW_REFUSED);
    unlink(path);
}

/* ~ in the text stands for the public key. */
static void expect_no_list(const char *lines, const char *public_key, const char *words)
{
    struct key_list read;
    char text[512] = "";

    for (const char *at = lines; *at; at++) {
        size_t size = strlen(text);
        snprintf(text + size, sizeof text - size, *at == '~' ? "%s" : "%.1s", *at == '~' ? public_key : at);
    }
    write_text(text, 0600);
    assert_int_equal(key_list_read(path, &read, why), LW_INVALID);
    if (!strstr(why, words))
        fail_msg("it said: %s", why);
    assert_int_equal(read.count, 0);
    unlink(path);
}

static void a_spoiled_line_refuses_the_list_and_is_named(void **state)
{
    struct key_file key = make();

    (void)state;
    expect_no_list("# ok\n\nrep anna ~\n", key.public_key, "line 3 of the list of keys: a line is");
    expect_no_list("king anna ~ 1\n", key.public_key, "line 1 of the list of keys: the role");
    expect_no_list("rep a/b ~ 1\n", key.public_key, "cannot be a name");
    expect_no_list("rep anna x~ 1\n", key.public_key, "no public key");
    expect_no_list("rep anna ~ now\n", key.public_key, "seconds since 1970");
    expect_no_list("rep anna ~ 1 0\n", key.public_key, "seconds since 1970");
    expect_no_list("rep anna ~ 1 2 3\n", key.public_key, "a line is");
    expect_no_list("rep anna ~ 1 2\nadmin root ~ 1\n", key.public_key, "line 2 of the list of keys: this key stands here twice");
}

static void the_directory_is_its_owners_alone(void **state)
{
    struct key_dir dir;
    struct key_file server, again;

    (void)state;
    assert_int_equal(mkdir(path, 0755), 0);
    assert_int_equal(key_dir_open(&dir, path, why), LW_REFUSED);
    assert_int_equal(chmod(path, 0700), 0);
    assert_int_equal(key_dir_open(&dir, path, why), LW_OK);
    assert_int_equal(key_dir_server(&dir, false, &server, why), LW_NOT_FOUND);
    assert_int_equal(key_dir_server(&dir, true, &server, why), LW_OK);
    assert_int_equal(key_dir_server(&dir, true, &again, why), LW_OK);
    assert_memory_equal(&server, &again, sizeof server);
    assert_int_equal(key_dir_issue(&dir, ROLE_REP, "server", NULL, MADE_UNIX_S, NULL, why), LW_INVALID);
    assert_int_equal(key_dir_issue(&dir, ROLE_REP, "anna", NULL, MADE_UNIX_S, NULL, why), LW_OK);
    assert_int_equal(key_dir_issue(&dir, ROLE_REP, "anna", NULL, MADE_UNIX_S, NULL, why), LW_DUPLICATE);
    struct key_list list;
    assert_int_equal(key_list_read(dir.list, &list, why), LW_OK);
    assert_int_equal(list.count, 1);      /* what has no file has no line */
    key_list_free(&list);
}

static void only_what_is_on_this_machine_needs_no_key(void **state)
{
    static const char *const plain[] = {"ipc:///run/leadwire/publish", "inproc://x", "tcp://127.0.0.1:5570", "tcp://127.9.9.9:1", "tcp://[::1]:5570",
                                        "tcp://localhost:5570", "tcp://10.0.0.9:0;127.0.0.1:5570"};
    static const char *const locked[] = {"tcp://10.0.0.5:5570", "tcp://[2001:db8::1]:5570", "tcp://[::]:5570", "tcp://0.0.0.0:5570", "tcp://desk.example:5570",
                                         "tcp://localhost.example:5570", "tcp://127.0.0.1.example:5570", "tcp://127.0.0.1:0;10.0.0.5:5570", "tcp://",
                                         "tcp://128.0.0.1:1", "tcp://a-name-that-is-longer-than-any-address-of-this-machine-could-ever-be.example:1"};

    (void)state;
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (key_is_needed(plain[i]))
            fail_msg("%s needs a key", plain[i]);
    for (size_t i = 0; i < sizeof locked / sizeof locked[0]; i++)
        if (!key_is_needed(locked[i]))
            fail_msg("%s needs no key", locked[i]);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_on_this_machine_needs_no_key),
        cmocka_unit_test(a_key_is_read_as_it_was_written_and_never_written_over),
        cmocka_unit_test(what_is_no_key_is_refused_with_the_reason),
        cmocka_unit_test(a_list_is_read_as_it_was_written),
        cmocka_unit_test(a_spoiled_line_refuses_the_list_and_is_named),
        cmocka_unit_test(the_directory_is_its_owners_alone),
    };
    return cmocka_run_group_tests(tests, folder_new, folder_free);
}
