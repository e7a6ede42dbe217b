/* SPDX-License-Identifier: Apache-2.0
 *
 * Links to accept an offer: what was signed is read, and nothing else.
 */
#include "cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "offer_link.h"

static const struct offer_key key = {{1, 2, 3}}, other = {{1, 2, 4}};

static void what_was_signed_is_read(void **state)
{
    (void)state;
    const struct offer_link link = {.rep = "anna", .lead_id = "1mdq63-1042", .offer_number = 7, .expires_unix_ms = 1767225600123};
    struct offer_link read;
    char token[OFFER_TOKEN_MAX + 1];
    assert_true(offer_link_sign(&key, &link, token));
    assert_int_equal(strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."), strlen(token));
    assert_true(offer_link_read(&key, token, &read));
    assert_string_equal(read.rep, "anna");
    assert_string_equal(read.lead_id, "1mdq63-1042");
    assert_int_equal(read.offer_number, 7);
    assert_int_equal(read.expires_unix_ms, 1767225600123);
    assert_false(offer_link_read(&other, token, &read));
    for (size_t i = 0; token[i]; i++) {
        char had = token[i];
        token[i] = had == 'A' ? 'B' : 'A';
        assert_false(offer_link_read(&key, token, &read));
        token[i] = had;
    }
}

static void the_longest_names_fit(void **state)
{
    (void)state;
    struct offer_link link = {.offer_number = UINT32_MAX, .expires_unix_ms = INT64_MAX}, read;
    char token[OFFER_TOKEN_MAX + 1];
    memset(link.rep, 'r', sizeof link.rep - 1);
    memset(link.lead_id, 'l', sizeof link.lead_id - 1);
    assert_true(offer_link_sign(&key, &link, token));
    assert_true(offer_link_read(&key, token, &read));
    assert_string_equal(read.rep, link.rep);
    assert_string_equal(read.lead_id, link.lead_id);
}

static void other_texts_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"", ".", "..", "A.A", "no-dot", "*.*"};
    struct offer_link read;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_false(offer_link_read(&key, texts[i], &read));
}

static void a_key_is_read_from_a_file_of_its_own(void **state)
{
    (void)state;
    char path[] = "/tmp/lw-offer-XXXXXX";
    struct offer_key read;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    for (int i = 0; i < OFFER_KEY_SIZE; i++)
        assert_int_equal(write(fd, "0a", 2), 2);
    assert_null(offer_key_read(path, &read));
    assert_int_equal(read.bytes[31], 10);
    assert_int_equal(write(fd, "0", 1), 1);
    assert_string_equal(offer_key_read(path, &read), "expected 64 hexadecimal digits");
    assert_int_equal(chmod(path, S_IRUSR | S_IROTH), 0);
    assert_string_equal(offer_key_read(path, &read), "others can read it (chmod 600)");
    assert_int_equal(close(fd), 0);
    assert_int_equal(unlink(path), 0);
    assert_non_null(offer_key_read(path, &read));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_signed_is_read),
        cmocka_unit_test(the_longest_names_fit),
        cmocka_unit_test(other_texts_are_refused),
        cmocka_unit_test(a_key_is_read_from_a_file_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
