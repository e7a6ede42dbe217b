/* SPDX-License-Identifier: Apache-2.0
 * Headers that are not as they should be, made as readers expect them. */
#include "cmocka_all.h"
#include "header_mend.h"

#include <stdlib.h>
#include <string.h>

static void expect(const char *header, const char *mended)
{
    size_t size = strlen(header);
    char *exact = malloc(size);
    memcpy(exact, header, size);
    header_mend(exact, size);
    assert_memory_equal(exact, mended, size);
    free(exact);
}

static void a_space_before_the_colon_goes_behind_it(void **state)
{
    (void)state;
    expect("From  : a@b.example\r\nSubject\t:x\r\n\r\nTo : y", "From:   a@b.example\r\nSubject: x\r\n\r\nTo : y");
    expect("From someone : at\nA : b", "From someone : at\nA:  b");
    expect(": x\n  folded : y\n", ": x\n  folded : y\n");
    expect("", "");
}

static void the_first_of_two_content_types_counts(void **state)
{
    (void)state;
    expect("Content-Type: multipart/mixed\nContent-type: text/plain\n\nContent-Type: x\n",
           "Content-Type: multipart/mixed\nXontent-type: text/plain\n\nContent-Type: x\n");
    expect("Content-Types: a\nContent-Type: b\n", "Content-Types: a\nContent-Type: b\n");
}

static void comments_and_blanks_leave_an_address(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"John (x) Doe <jdoe@machine(comment (in) one).  example>", "John (x) Doe <jdoe@machine.example>"},
        {"\"a < (b\" <\"c d\"@e.example>, f <g @ h.example>", "\"a < (b\" <\"c d\"@e.example>, f <g@h.example>"},
        {"pete(his <x> account)@silly.example", "pete(his <x> account)@silly.example"},
        {"<a(\\)b)@c.example", "<a@c.example"}, {"<a(", "<a"}, {"\\", "\\"}, {"<a)b>", "<a)b>"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *value = strdup(cases[i][0]);
        header_mend_addresses(value);
        assert_string_equal(value, cases[i][1]);
        free(value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_space_before_the_colon_goes_behind_it),
        cmocka_unit_test(the_first_of_two_content_types_counts),
        cmocka_unit_test(comments_and_blanks_leave_an_address),
    };
    return cmocka_run_group_tests_name("header mend", tests, NULL, NULL);
}
