/* SPDX-License-Identifier: Apache-2.0
 *
 * Signatures of webhooks against the example of Standard Webhooks, and files of secrets.
 */
#include "cmocka_all.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "webhook_sign.h"

#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"   /* 24 bytes */
#define LONGER "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

static char path[] = "/tmp/lw-secret-XXXXXX";

static const char *read_file(const char *text, struct webhook_keys *keys)
{
    int fd = open(path, O_WRONLY | O_TRUNC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(close(fd), 0);
    *keys = (struct webhook_keys){.count = 0};
    return webhook_keys_read(path, keys);
}

static void the_example_of_the_standard_is_signed_as_there(void **state)
{
    (void)state;
    struct webhook_keys keys;
    char text[WEBHOOK_SIGNATURE_SIZE];
    static const char body[] = "{\"test\": 2432232314}";
    assert_null(read_file(SECRET "\n", &keys));
    assert_true(webhook_sign(&keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body, sizeof body - 1, text));
    assert_string_equal(text, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

static void each_secret_signs(void **state)
{
    (void)state;
    struct webhook_keys keys;
    char text[WEBHOOK_SIGNATURE_SIZE], id[300];
    assert_null(read_file(SECRET "\r\n" LONGER "\n" SECRET, &keys));
    assert_int_equal(keys.count, 3);
    assert_int_equal(keys.items[1].size, 32);
    assert_true(webhook_sign(&keys, "id", 1, "", 0, text));
    assert_int_equal(strlen(text), 3 * 47 + 2);
    memset(id, 'x', sizeof id - 1);
    id[sizeof id - 1] = '\0';
    assert_false(webhook_sign(&keys, id, 1, "", 0, text));
    keys.count = 0;
    assert_false(webhook_sign(&keys, "id", 1, "", 0, text));
    webhook_keys_wipe(&keys);
}

static void wrong_files_are_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {"secret\n", "whsec_\n", "whsec_AAAA\n", "whsec_AAA\n", "whsec_****************************************\n",
                                        SECRET "x\n", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"};
    struct webhook_keys keys;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_string_equal(read_file(lines[i], &keys), "a line is none of whsec_ and 24 to 64 bytes in base64");
    assert_string_equal(read_file(SECRET "\n" SECRET "\n" SECRET "\n" SECRET "\n", &keys), "it has more than three secrets");
    assert_string_equal(read_file("\n\n\n", &keys), "it has no secret");
    assert_int_equal(chmod(path, S_IRUSR | S_IWUSR | S_IRGRP), 0);
    assert_string_equal(read_file(SECRET, &keys), "others can read it (chmod 600)");
    assert_int_equal(chmod(path, S_IRUSR | S_IWUSR), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_the_standard_is_signed_as_there),
        cmocka_unit_test(each_secret_signs),
        cmocka_unit_test(wrong_files_are_refused),
    };
    int fd = mkstemp(path);
    if (fd < 0 || close(fd) != 0)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return unlink(path) == 0 ? failed : 1;
}
