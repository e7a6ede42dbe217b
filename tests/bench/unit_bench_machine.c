/* SPDX-License-Identifier: Apache-2.0
 *
 * Versions as programs tell them, and the machine in words that fit a JSON string.
 */
#include <string.h>

#include "bench_machine.h"
#include "cmocka_all.h"

static void the_first_number_with_a_dot_is_the_version(void **state)
{
    static const struct { const char *said, *version; } cases[] = {
        {"Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64\n", "7.0.15"},
        {"nats-server: v2.9.10\n", "2.9.10"},
        {"beanstalkd 1.12\n", "1.12"},
        {"/rabbitmq_server-3.10.8", "3.10.8"},
        {"64 bits, 8.1.", "8.1."},
        {"3 programs in 2026.", ""},
        {"", ""},
        {"no number at all", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char version[BENCH_VERSION_MAX] = "?";
        bench_version_find(cases[i].said, version);
        assert_string_equal(version, cases[i].version);
    }
}

static void a_version_without_end_is_cut(void **state)
{
    char said[200], version[BENCH_VERSION_MAX];

    (void)state;
    memset(said, '1', sizeof said - 1);
    said[1] = '.';
    said[sizeof said - 1] = '\0';
    bench_version_find(said, version);
    assert_int_equal(strlen(version), BENCH_VERSION_MAX - 1);
}

static void a_program_is_asked(void **state)
{
    char version[BENCH_VERSION_MAX];

    (void)state;
    bench_version_ask((const char *const[]){"no-such-program-1.2", NULL}, "echo", version);
    assert_string_equal(version, "");
    bench_version_ask((const char *const[]){"echo", "version 12.34", NULL}, NULL, version);
    assert_string_equal(version, "12.34");
}

static void the_machine_is_told_in_one_line_without_quotes(void **state)
{
    const char *machine = bench_machine();

    (void)state;
    assert_non_null(strstr(machine, "processors ("));
    assert_non_null(strstr(machine, " GiB, "));
    assert_non_null(strstr(machine, "Linux "));
    assert_null(strpbrk(machine, "\"\\\n\t"));
    assert_ptr_equal(machine, bench_machine());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_number_with_a_dot_is_the_version),
        cmocka_unit_test(a_version_without_end_is_cut),
        cmocka_unit_test(a_program_is_asked),
        cmocka_unit_test(the_machine_is_told_in_one_line_without_quotes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
