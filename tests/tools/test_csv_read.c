/* SPDX-License-Identifier: Apache-2.0
 * CSV as spreadsheets write it, and what is wrong with a row. */
#include "../unit/cmocka_all.h"
#include "csv_read.h"

#include <string.h>

static struct csv_reader reader;

static void open_text(const char *text)
{
    csv_reader_init(&reader, text, strlen(text));
}

/* fields: divided by '|'. */
static void expect_row(uint64_t line, const char *fields)
{
    char told[1024] = "";
    assert_int_equal(csv_reader_next(&reader), CSV_ROW);
    for (size_t i = 0; i < reader.field_count; i++) {
        strcat(told, i > 0 ? "|" : "");
        strcat(told, reader.fields[i]);
    }
    assert_string_equal(told, fields);
    assert_int_equal(reader.line, line);
}

static void rows_are_read_as_spreadsheets_write_them(void **state)
{
    (void)state;
    open_text("\xEF\xBB\xBF" "name,phone\r\n\"Rossi, Mario\",\"+39 02\"\r\n\r\n \"say \"\"hi\"\"\" , two \nlast,\n\"two\nlines\",x\rend");
    expect_row(1, "name|phone");
    expect_row(2, "Rossi, Mario|+39 02");
    expect_row(4, "say \"hi\"|two");
    expect_row(5, "last|");
    expect_row(6, "two\nlines|x");
    expect_row(8, "end");
    assert_int_equal(csv_reader_next(&reader), CSV_END);
    assert_int_equal(csv_reader_next(&reader), CSV_END);
}

static void the_divider_is_found(void **state)
{
    (void)state;
    open_text("a;b,c;d\n1;2;3\n");
    expect_row(1, "a|b,c|d");
    expect_row(2, "1|2|3");
    open_text("a\tb\n1\t\n");
    expect_row(1, "a|b");
    expect_row(2, "1|");
    open_text("\"x;y;z\",b\n");
    expect_row(1, "x;y;z|b");
    open_text("");
    assert_int_equal(csv_reader_next(&reader), CSV_END);
}

static void what_is_no_utf_8_is_read_as_latin_1(void **state)
{
    (void)state;
    open_text("Gr\xFC\xDF" "e,x\nGr\xC3\xBC\xC3\x9F" "e,y\n");
    expect_row(1, "Gr\xC3\xBC\xC3\x9F" "e|x");
    expect_row(2, "Gr\xC3\xBC\xC3\x9F" "e|y");
}

static void a_bad_row_says_why_and_the_next_is_good(void **state)
{
    static char text[CSV_ROW_SIZE_MAX + 100];
    (void)state;
    memset(text, 'x', CSV_ROW_SIZE_MAX + 1);
    strcpy(text + CSV_ROW_SIZE_MAX + 1, "\ngood\n");
    open_text(text);
    assert_int_equal(csv_reader_next(&reader), CSV_BAD);
    assert_string_equal(reader.why, "the row is too long");
    expect_row(2, "good");
    memset(text, ',', CSV_COLUMNS_MAX);
    strcpy(text + CSV_COLUMNS_MAX, "\ngood\n\"open, and\nso on");
    open_text(text);
    assert_int_equal(csv_reader_next(&reader), CSV_BAD);
    assert_string_equal(reader.why, "too many columns");
    expect_row(2, "good");
    assert_int_equal(csv_reader_next(&reader), CSV_BAD);
    assert_string_equal(reader.why, "a quote does not end");
    assert_int_equal(reader.line, 3);
    expect_row(4, "so on");
    assert_int_equal(csv_reader_next(&reader), CSV_END);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_read_as_spreadsheets_write_them),
        cmocka_unit_test(the_divider_is_found),
        cmocka_unit_test(what_is_no_utf_8_is_read_as_latin_1),
        cmocka_unit_test(a_bad_row_says_why_and_the_next_is_good),
    };
    return cmocka_run_group_tests_name("csv read", tests, NULL, NULL);
}
