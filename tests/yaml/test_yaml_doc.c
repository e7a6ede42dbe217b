/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "yaml_doc.h"

static struct yaml_doc *doc_of(const char *text)
{
    struct yaml_doc *doc = yaml_doc_from_text("f.yaml", text, strlen(text));
    assert_non_null(doc);
    return doc;
}

/* The only problem of text, exactly. */
static void assert_problem(const char *text, const char *expected)
{
    struct yaml_doc *doc = doc_of(text);
    assert_true(yaml_doc_problem_count(doc) >= 1);
    assert_string_equal(yaml_doc_problem_at(doc, 0), expected);
    yaml_doc_close(&doc);
    assert_null(doc);
}

static void nodes_know_their_kind_and_line(void **state)
{
    (void)state;
    struct yaml_doc *doc = doc_of("# comment\na: 1\nb:\n  - x\n  - y: 2\nc:\n\nd: ~\n");
    const struct yaml_node *root = yaml_doc_root(doc);
    assert_non_null(root);
    assert_int_equal(yaml_doc_problem_count(doc), 0);
    assert_int_equal(yaml_node_kind(root), YAML_KIND_MAP);
    assert_int_equal(yaml_node_count(root), 4);
    assert_string_equal(yaml_map_key_at(root, 1), "b");
    const struct yaml_node *b = yaml_map_find(root, "b");
    assert_int_equal(yaml_node_kind(b), YAML_KIND_LIST);
    assert_int_equal(yaml_node_line(b), 3);
    assert_int_equal(yaml_node_line(yaml_list_at(b, 0)), 4);
    assert_int_equal(yaml_node_line(yaml_list_at(b, 1)), 5);
    assert_int_equal(yaml_node_line(yaml_map_find(yaml_list_at(b, 1), "y")), 5);
    assert_int_equal(yaml_node_line(yaml_map_find(root, "c")), 6);
    assert_true(yaml_node_is_null(yaml_map_find(root, "c")));
    assert_true(yaml_node_is_null(yaml_map_find(root, "d")));
    assert_null(yaml_map_find(root, "nothing"));
    assert_null(yaml_map_find(b, "a"));
    assert_null(yaml_map_find(NULL, "a"));
    yaml_doc_close(&doc);
}

static void an_empty_file_has_no_root_and_no_problem(void **state)
{
    (void)state;
    struct yaml_doc *doc = doc_of("# nothing\n");
    assert_null(yaml_doc_root(doc));
    assert_int_equal(yaml_doc_problem_count(doc), 0);
    yaml_doc_close(&doc);
    yaml_doc_close(&doc);
}

static void a_file_that_is_not_there_says_so(void **state)
{
    (void)state;
    struct yaml_doc *doc = yaml_doc_open("/nonexistent/desk.yaml");
    assert_null(yaml_doc_root(doc));
    assert_string_equal(yaml_doc_problem_at(doc, 0), "/nonexistent/desk.yaml: cannot be read: No such file or directory");
    assert_string_equal(yaml_doc_text(doc, NULL), "");
    yaml_doc_close(&doc);
    doc = yaml_doc_open("/");
    assert_null(yaml_doc_root(doc));
    assert_string_equal(yaml_doc_problem_at(doc, 0), "/: cannot be read: Is a directory");
    yaml_doc_close(&doc);
}

static void refused_features_name_their_line(void **state)
{
    (void)state;
    assert_problem("a: 1\na: 2\n", "f.yaml:2: 'a' is written twice; first on line 1");
    assert_problem("a: &x 1\nb: 2\n", "f.yaml:1: anchor '&x' is not supported; write the value where it is used");
    assert_problem("a: 1\nb: *x\n", "f.yaml:2: alias '*x' is not supported; quote text that starts with '*'");
    assert_problem("a: !!int 1\n", "f.yaml:1: tag 'tag:yaml.org,2002:int' is not supported; quote text that starts with '!'");
    assert_problem("a: 1\n---\nb: 2\n", "f.yaml:2: a second document starts here; one file is one document");
    assert_problem("\n? [a, b]\n: 1\n", "f.yaml:2: a key must be a single word or text; quote text that starts with '[' or '{'");
    assert_problem("a: \"x\\0y\"\n", "f.yaml:1: text holds a NUL character");
    assert_problem("a: 1\n b: 2\n", "f.yaml:2: mapping values are not allowed in this context");
    assert_problem("a: 1\nb: 2\nc: \xff\n", "f.yaml:3: is not UTF-8 text: invalid leading UTF-8 octet");
}

static void depth_is_bounded(void **state)
{
    (void)state;
    char text[128] = "";
    for (int i = 0; i < 32; i++)
        strcat(text, "[");
    for (int i = 0; i < 32; i++)
        strcat(text, "]");
    struct yaml_doc *doc = doc_of(text);
    assert_int_equal(yaml_doc_problem_count(doc), 0);
    yaml_doc_close(&doc);
    assert_problem("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "f.yaml:1: is nested deeper than 32 levels");
}

static void size_is_bounded(void **state)
{
    (void)state;
    const size_t size = 4 * 1024 * 1024 + 1;
    char *text = malloc(size);
    memset(text, '#', size);
    struct yaml_doc *doc = yaml_doc_from_text("f.yaml", text, size);
    assert_string_equal(yaml_doc_problem_at(doc, 0), "f.yaml: is larger than 4 MiB");
    yaml_doc_close(&doc);
    free(text);
}

static void problems_are_bounded_and_printable(void **state)
{
    (void)state;
    struct yaml_doc *doc = doc_of("a: 1\n");
    for (int i = 0; i < 200; i++)
        yaml_doc_problem(doc, NULL, "\x1b[31m%d\n", i);
    assert_int_equal(yaml_doc_problem_count(doc), 50);
    assert_string_equal(yaml_doc_problem_at(doc, 0), "f.yaml: ?[31m0?");
    assert_string_equal(yaml_doc_problem_at(doc, 49), "f.yaml: has more problems; the first 49 are listed");
    yaml_doc_close(&doc);
    doc = doc_of("a: 1\n");
    char word[2000];
    memset(word, 'x', sizeof word);
    memcpy(word + 502, "\xc3\xa9", 2);   /* a two-byte character over the cut */
    word[sizeof word - 1] = '\0';
    yaml_doc_problem(doc, NULL, "%s", word);
    const char *problem = yaml_doc_problem_at(doc, 0);
    assert_int_equal(strlen(problem), 510);
    assert_int_equal(problem[509], 'x');
    yaml_doc_close(&doc);
}

static void typed_reads_give_values_and_defaults(void **state)
{
    (void)state;
    struct yaml_doc *doc = doc_of("n: 42\ns: word\nq: \"no\"\nyes: on\nd: 90s\ndays: 7d\nzero: 0\n");
    const struct yaml_node *root = yaml_doc_root(doc);
    assert_int_equal(yaml_read_number(doc, yaml_map_find(root, "n"), "n", 1, 100, 7), 42);
    assert_int_equal(yaml_read_number(doc, NULL, "n", 1, 100, 7), 7);
    assert_string_equal(yaml_read_text(doc, yaml_map_find(root, "s"), "s", 10, "d"), "word");
    assert_string_equal(yaml_read_text(doc, yaml_map_find(root, "q"), "q", 10, "d"), "no");
    assert_null(yaml_read_text(doc, NULL, "s", 10, NULL));
    assert_true(yaml_read_bool(doc, yaml_map_find(root, "yes"), "yes", false));
    assert_false(yaml_read_bool(doc, yaml_map_find(root, "q"), "q", true));
    assert_int_equal(yaml_read_duration_ms(doc, yaml_map_find(root, "d"), "d", 0, 100000, 5), 90000);
    assert_int_equal(yaml_read_duration_ms(doc, yaml_map_find(root, "days"), "days", 0, 1000000000, 5), 604800000);
    assert_int_equal(yaml_read_duration_ms(doc, yaml_map_find(root, "zero"), "zero", 0, 1, 5), 0);
    assert_int_equal(yaml_read_duration_ms(doc, NULL, "d", 0, 100000, 5), 5);
    assert_int_equal(yaml_doc_problem_count(doc), 0);
    yaml_doc_close(&doc);
}

static void typed_reads_report_and_give_the_default(void **state)
{
    (void)state;
    struct yaml_doc *doc = doc_of("a: many\nb: 101\nc: [1]\nd:\ne: maybe\nf: 3x\ng: 2h\nh: 18446744073709551616\ni: toolong\n");
    const struct yaml_node *root = yaml_doc_root(doc);
    assert_int_equal(yaml_read_number(doc, yaml_map_find(root, "a"), "a", 1, 100, 7), 7);
    assert_int_equal(yaml_read_number(doc, yaml_map_find(root, "b"), "b", 1, 100, 7), 7);
    assert_int_equal(yaml_read_number(doc, yaml_map_find(root, "c"), "c", 1, 100, 7), 7);
    assert_string_equal(yaml_read_text(doc, yaml_map_find(root, "d"), "d", 5, "x"), "x");
    assert_true(yaml_read_bool(doc, yaml_map_find(root, "e"), "e", true));
    assert_int_equal(yaml_read_duration_ms(doc, yaml_map_find(root, "f"), "f", 1000, 60000, 9), 9);
    assert_int_equal(yaml_read_duration_ms(doc, yaml_map_find(root, "g"), "g", 1000, 90000, 9), 9);
    assert_int_equal(yaml_read_number(doc, yaml_map_find(root, "h"), "h", 0, UINT64_MAX, 7), 7);
    assert_string_equal(yaml_read_text(doc, yaml_map_find(root, "i"), "i", 5, "x"), "x");
    static const char *const expected[] = {
        "f.yaml:1: a must be a whole number, not 'many'",
        "f.yaml:2: b must be from 1 to 100, not 101",
        "f.yaml:3: c must be a single value, not a list",
        "f.yaml:4: d has no value",
        "f.yaml:5: e must be true or false, not 'maybe'",
        "f.yaml:6: f must be a time such as 250ms, 30s, 5m, 4h or 7d, not '3x'",
        "f.yaml:7: g must be from 1s to 90s, not 2h",
        "f.yaml:8: h must be a whole number, not '18446744073709551616'",
        "f.yaml:9: i is longer than 5 bytes",
    };
    assert_int_equal(yaml_doc_problem_count(doc), sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        assert_string_equal(yaml_doc_problem_at(doc, i), expected[i]);
    yaml_doc_close(&doc);
}

static void unknown_keys_get_a_hint(void **state)
{
    (void)state;
    static const char *const known[] = {"capacity", "skills", "team", NULL};
    struct yaml_doc *doc = doc_of("team: a\ncapcity: 3\ncolour: red\n");
    yaml_check_keys(doc, yaml_doc_root(doc), "rep 'anna'", known);
    assert_int_equal(yaml_doc_problem_count(doc), 2);
    assert_string_equal(yaml_doc_problem_at(doc, 0), "f.yaml:2: rep 'anna': 'capcity' is not known here; did you mean 'capacity'?");
    assert_string_equal(yaml_doc_problem_at(doc, 1), "f.yaml:3: rep 'anna': 'colour' is not known here");
    yaml_doc_close(&doc);
}

static void nearest_counts_swaps_as_one_edit(void **state)
{
    (void)state;
    static const char *const words[] = {"italian", "german", "english", "us", NULL};
    assert_string_equal(yaml_nearest("itallian", words), "italian");
    assert_string_equal(yaml_nearest("egnlish", words), "english");
    assert_null(yaml_nearest("french", words));
    assert_null(yaml_nearest("it", words));
    assert_null(yaml_nearest("", words));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_know_their_kind_and_line),
        cmocka_unit_test(an_empty_file_has_no_root_and_no_problem),
        cmocka_unit_test(a_file_that_is_not_there_says_so),
        cmocka_unit_test(refused_features_name_their_line),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(size_is_bounded),
        cmocka_unit_test(problems_are_bounded_and_printable),
        cmocka_unit_test(typed_reads_give_values_and_defaults),
        cmocka_unit_test(typed_reads_report_and_give_the_default),
        cmocka_unit_test(unknown_keys_get_a_hint),
        cmocka_unit_test(nearest_counts_swaps_as_one_edit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
