/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"
#include "web_url.h"

static void addresses_of_the_web_are_valid(void **state)
{
    static const char *const good[] = {"https://api.example.com/Recordings/RE1", "HTTP://h", "http://10.0.0.1:8080/a?b=c&d=%20#e", "https://[::1]/x"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(web_url_is_valid(good[i]));
}

static void anything_else_is_not(void **state)
{
    static const char *const bad[] = {"", "http://", "https:///x", "https://?x", "https://:1", "https://@h", "ftp://h/x", "javascript:alert(1)", "file:///etc/passwd", "//h/x", "h/x",
                                      "https://h/a b", "https://h/\n", "https://h/\xC3\xA8", "https://h/\x7F", "https://h/<", "https://h/\"", " https://h", "data:audio/wav,"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(web_url_is_valid(bad[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(addresses_of_the_web_are_valid), cmocka_unit_test(anything_else_is_not)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
