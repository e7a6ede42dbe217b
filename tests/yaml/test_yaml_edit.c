/* SPDX-License-Identifier: Apache-2.0
 *
 * A change of one value leaves all else, byte by byte; then random changes of many spellings beside what the text means.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "yaml_edit.h"

#define PATH(...) ((const char *const[]){__VA_ARGS__, NULL})

enum change { SET, REMOVE, ADD_ITEM, REMOVE_ITEM };

static lw_status change(char **text, enum change what, const char *const *path, const char *value)
{
    switch (what) {
    case SET: return yaml_edit_set(text, path, value);
    case REMOVE: return yaml_edit_remove(text, path);
    case ADD_ITEM: return yaml_edit_add_item(text, path, value);
    case REMOVE_ITEM: return yaml_edit_remove_item(text, path, value);
    }
    return LW_INVALID;
}

static void becomes(const char *before, enum change what, const char *const *path, const char *value, const char *after)
{
    char *text = strdup(before);
    assert_non_null(text);
    assert_int_equal(change(&text, what, path, value), LW_OK);
    assert_string_equal(text, after);
    free(text);
}

static void stays(const char *before, enum change what, const char *const *path, const char *value, lw_status why)
{
    char *text = strdup(before);
    assert_non_null(text);
    assert_int_equal(change(&text, what, path, value), why);
    assert_string_equal(text, before);
    free(text);
}

static void a_value_is_replaced_where_it_stands(void **state)
{
    (void)state;
    becomes("a: 1  # one\nb: 2\n", SET, PATH("a"), "7", "a: 7  # one\nb: 2\n");
    becomes("# é ü 漢\nr: {\"ö\": 'x' , b: [1, 2]} # c\n", SET, PATH("r", "b"), "9", "# é ü 漢\nr: {\"ö\": 'x' , b: 9} # c\n");
    becomes("r: {\"ö\": 'x'}\n", SET, PATH("r", "ö"), "y", "r: {\"ö\": y}\n");
    becomes("a:\nb: 2", SET, PATH("a"), "1", "a: 1\nb: 2");
    becomes("{a, b: 2}", SET, PATH("a"), "1", "{a: 1, b: 2}");
    becomes("{a: , b: 2}", SET, PATH("a"), "1", "{a: 1 , b: 2}");
    becomes("{\"a\":1,\"b\":2}", SET, PATH("b"), "3", "{\"a\":1,\"b\": 3}");
    becomes("a:\n  x: 1\n  y: 2  # why\n# end\nb: 3\n", SET, PATH("a"), "{}", "a: {}  # why\n# end\nb: 3\n");
    becomes("a: |\n  one\n  two\nb: 3\n", SET, PATH("a"), "x", "a: x\nb: 3\n");
    becomes("a: one\n  two\nb: 3\n", SET, PATH("a"), "x", "a: x\nb: 3\n");
    becomes("a: 1\r\nb: 2\r\n", SET, PATH("b"), "3", "a: 1\r\nb: 3\r\n");
}

static void a_new_entry_is_written_as_its_neighbours_are(void **state)
{
    (void)state;
    becomes("r:\n    a: 1 # one\n    # last\nq: 2\n", SET, PATH("r", "b"), "3", "r:\n    a: 1 # one\n    b: 3\n    # last\nq: 2\n");
    becomes("r:\n  a: 1", SET, PATH("r", "b"), "3", "r:\n  a: 1\n  b: 3");
    becomes("r:\r\n  a: 1\r\n", SET, PATH("r", "b"), "3", "r:\r\n  a: 1\r\n  b: 3\r\n");
    becomes("r: {a: 1}\n", SET, PATH("r", "b"), "3", "r: {a: 1, b: 3}\n");
    becomes("r: {\n  a: 1 # x\n}\n", SET, PATH("r", "b"), "3", "r: {\n  a: 1, b: 3 # x\n}\n");
    becomes("r: {}\n", SET, PATH("r", "b"), "3", "r: {b: 3}\n");
    becomes("r:\n", SET, PATH("r", "b", "c"), "3", "r: {b: {c: 3}}\n");
    becomes("r: ~ # none\n", SET, PATH("r", "b"), "3", "r: {b: 3} # none\n");
    becomes("a: 1\n", SET, PATH("r", "b", "c"), "3", "a: 1\nr: {b: {c: 3}}\n");
    becomes("r:\n  a:\n", SET, PATH("r", "no"), "3", "r:\n  a:\n  \"no\": 3\n");
    stays("r: 5\n", SET, PATH("r", "b"), "3", LW_INVALID);
    stays("r: [5]\n", SET, PATH("r", "b"), "3", LW_INVALID);
    stays("r: [5\n", SET, PATH("r"), "3", LW_INVALID);
    stays("", SET, PATH("r"), "3", LW_INVALID);
}

static void what_is_removed_takes_its_comma_or_its_lines_along(void **state)
{
    (void)state;
    becomes("r:\n  a: 1 # one\n  # two\n  b:\n    c: 3\n  d: 4\n", REMOVE, PATH("r", "b"), NULL, "r:\n  a: 1 # one\n  # two\n  d: 4\n");
    becomes("r:\n  a: 1", REMOVE, PATH("r", "a"), NULL, "r:\n");
    becomes("r: {a: 1, b: 2, c: 3}\n", REMOVE, PATH("r", "a"), NULL, "r: {b: 2, c: 3}\n");
    becomes("r: {a: 1, b: 2, c: 3}\n", REMOVE, PATH("r", "b"), NULL, "r: {a: 1, c: 3}\n");
    becomes("r: {a: 1, b: 2, c: 3}\n", REMOVE, PATH("r", "c"), NULL, "r: {a: 1, b: 2}\n");
    becomes("r: {a: 1,}\n", REMOVE, PATH("r", "a"), NULL, "r: {}\n");
    becomes("r: {a: 1, # one, two\n b: 2}\n", REMOVE, PATH("r", "a"), NULL, "r: { # one, two\n b: 2}\n");
    becomes("r: {a: 1, # one, two\n b: 2}\n", REMOVE, PATH("r", "b"), NULL, "r: {a: 1 # one, two\n }\n");
    stays("r: {a: 1}\n", REMOVE, PATH("r", "b"), NULL, LW_NOT_FOUND);
    stays("? a\n: 1\n", REMOVE, PATH("a"), NULL, LW_INVALID);
}

static void items_come_and_go_in_lists(void **state)
{
    (void)state;
    becomes("h: [1, 2] # x\n", ADD_ITEM, PATH("h"), "3", "h: [1, 2, 3] # x\n");
    becomes("h: []\n", ADD_ITEM, PATH("h"), "3", "h: [3]\n");
    becomes("t: {a: 1}\n", ADD_ITEM, PATH("t", "h"), "3", "t: {a: 1, h: [3]}\n");
    becomes("t:\n  h:\n    - 1  # one\n    - 2  # two\n  b: 3\n", ADD_ITEM, PATH("t", "h"), "3", "t:\n  h:\n    - 1  # one\n    - 2  # two\n    - 3\n  b: 3\n");
    becomes("h:\n- 1\n- 2\n", REMOVE_ITEM, PATH("h"), "1", "h:\n- 2\n");
    becomes("h: [1, 2, 3]\n", REMOVE_ITEM, PATH("h"), "2", "h: [1, 3]\n");
    stays("h: [1, 2, 3]\n", REMOVE_ITEM, PATH("h"), "4", LW_NOT_FOUND);
    stays("h: 1\n", ADD_ITEM, PATH("h"), "4", LW_INVALID);
    stays("h: 1\n", REMOVE_ITEM, PATH("h"), "1", LW_NOT_FOUND);
}

static bool keeps(const char *before, const char *after, const char *const *path)
{
    struct yaml_doc *a = yaml_doc_from_text("a", before, strlen(before)), *b = yaml_doc_from_text("b", after, strlen(after));
    const bool kept = yaml_edit_keeps(yaml_doc_root(a), yaml_doc_root(b), path);
    yaml_doc_close(&a);
    yaml_doc_close(&b);
    return kept;
}

static void what_is_elsewhere_is_compared(void **state)
{
    (void)state;
    assert_true(keeps("{a: 1, r: {x: 1, y: 2}}", "{a: 1, r: {x: 9, y: 2}}", PATH("r", "x")));
    assert_true(keeps("{a: 1, r: {x: 1, y: 2}}", "{a: 1, r: {y: 2}}", PATH("r", "x")));
    assert_true(keeps("{a: 1}", "{a: 1, r: {x: 2}}", PATH("r", "x")));
    assert_false(keeps("{a: 1, r: {x: 1, y: 2}}", "{a: 1, r: {x: 1, y: 3}}", PATH("r", "x")));
    assert_false(keeps("{a: 1, r: {x: 1}}", "{a: 2, r: {x: 1}}", PATH("r", "x")));
    assert_false(keeps("{a: 1, r: {x: 1}}", "{r: {x: 1}}", PATH("r", "x")));
    assert_false(keeps("{a: 1}", "{a: '1'}", PATH("r")));
    assert_false(keeps("{a: [1]}", "{a: [1, 2]}", PATH("r")));
    assert_false(keeps("{a: 1, b: 2}", "{b: 2, a: 1}", PATH("r")));
}

static void any_text_comes_back_as_it_was(void **state)
{
    (void)state;
    static const char *const texts[] = {"Anna", "", "no", "~", "null", " x", "x ", "a: b", "a #b", "#", "\"q\" \\ 'r'", "Città", "+39 02", "sip:a@b", "- x", "[x]", "1", "\t", "漢字", "@x"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct byte_buffer quoted;
        char *text = strdup("r: {a: 1}\n");
        byte_buffer_init(&quoted, 1024);
        yaml_edit_quote(&quoted, texts[i]);
        byte_buffer_put_u8(&quoted, 0);
        assert_int_equal(yaml_edit_set(&text, PATH("r", texts[i]), (const char *)quoted.data), LW_OK);
        struct yaml_doc *doc = yaml_doc_from_text("t", text, strlen(text));
        const struct yaml_node *found = yaml_map_find(yaml_map_find(yaml_doc_root(doc), "r"), texts[i]);
        assert_non_null(found);
        assert_false(yaml_node_is_null(found));
        assert_string_equal(yaml_read_text(doc, found, "it", 1024, NULL), texts[i]);
        yaml_doc_close(&doc);
        byte_buffer_fini(&quoted);
        free(text);
    }
}

/* ---- random changes: the text means what was asked, and nothing else; no comment of elsewhere is lost */

static uint64_t random_state;

static size_t below(size_t limit)   /* xorshift64* */
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (size_t)(random_state * 0x2545F4914F6CDD1DULL % limit);
}

static const char *const spellings[] = {
    "r:\n  a: {x: 1, y: 2}   #1\n  b:\n    x: 3   #2\n    y: 'four'\n  c:\n    # 3\n    l:\n      - 1 #4\n      - 2\nz: 9 #5\n",
    "{r: {a: {x: 1}, b: {l: [1, 2, 3]}, c: }, z: 9}",
    "r: {a: {x: 1, #1\n  y: 2 #2\n  }, b: {}, #3\n  c: [1] #4\n }\nz: |\n  text\n",
    "r:\r\n  \"a\":\r\n    x: é\r\n    l: []\r\n  b: ~\r\n  'c': {y: 1}\r\n#5\r\nz: 1\r\n",
    "r:\n  a:\n    l:\n    - 1\n    - 2\n    x: >\n      folded\n      text\n\n  b: \"two\n    lines\"\nz: 1",
};

static const char *const names[] = {"a", "b", "c"}, *const leaves[] = {"x", "y", "l"}, *const items[] = {"1", "2", "3"};

static size_t comments_in(const char *text)
{
    size_t count = 0;
    for (; (text = strchr(text, '#')) != NULL; text++)
        count++;
    return count;
}

static bool has_item(const struct yaml_node *list, const char *item, struct yaml_doc *doc)
{
    for (size_t i = 0; list != NULL && yaml_node_kind(list) == YAML_KIND_LIST && i < yaml_node_count(list); i++) {
        if (strcmp(yaml_read_text(doc, yaml_list_at(list, i), "item", 1024, ""), item) == 0)
            return true;
    }
    return false;
}

/* An item that stands twice is taken out once. */
static bool is_done(const char *text, enum change what, const char *const *path, const char *value)
{
    struct yaml_doc *doc = yaml_doc_from_text("t", text, strlen(text));
    const struct yaml_node *node = yaml_map_find(yaml_map_find(yaml_map_find(yaml_doc_root(doc), path[0]), path[1]), path[2]);
    const bool done = what == SET           ? node != NULL && strcmp(yaml_read_text(doc, node, "it", 1024, ""), value) == 0
                      : what == REMOVE      ? node == NULL
                      : what == ADD_ITEM    ? has_item(node, value, doc)
                      : node == NULL || yaml_node_kind(node) == YAML_KIND_LIST || yaml_node_is_null(node);
    if (yaml_doc_root(doc) == NULL)
        fprintf(stderr, "%s\n", yaml_doc_problem_at(doc, 0));
    yaml_doc_close(&doc);
    return done;
}

/* The same change in the piece and in the text give the same text, where the piece can be taken. */
static void changes_as_piece(const char *before, const char *after, enum change what, const char *const *path, const char *value)
{
    const char *const entry[] = {path[0], path[1], NULL};
    char *whole = strdup(before), *piece = NULL;
    if (yaml_edit_take(before, entry, &piece) == LW_OK) {
        if (change(&piece, what, path + 1, value) != LW_OK)
            fail_msg("%s.%s: not in this piece:\n%s\nof\n%s", path[1], path[2], piece, before);
        assert_int_equal(yaml_edit_put_back(&whole, entry, piece), LW_OK);
        assert_string_equal(whole, after);
    }
    free(piece);
    free(whole);
}

static void random_changes_do_what_they_say_and_nothing_else(void **state)
{
    (void)state;
    size_t changed = 0;
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        random_state = seed * 0x9E3779B97F4A7C15ULL;
        char *text = strdup(spellings[below(sizeof spellings / sizeof *spellings)]);
        for (int round = 0; round < 12; round++) {
            const enum change what = (enum change)below(4);
            const char *const path[] = {"r", names[below(3)], leaves[below(3)], NULL};
            const char *value = what == SET ? items[below(3)] : what == REMOVE ? NULL : items[below(3)];
            char *before = strdup(text);
            if (change(&text, what, path, value) == LW_OK) {
                changed++;
                if (!is_done(text, what, path, value) || !keeps(before, text, path) || (what != REMOVE && what != REMOVE_ITEM && what != SET && comments_in(before) != comments_in(text)))
                    fail_msg("seed %llu round %d: %d %s.%s %s:\n%s\n---\n%s", (unsigned long long)seed, round, (int)what, path[1], path[2], value ? value : "", before, text);
                changes_as_piece(before, text, what, path, value);
            } else {
                assert_string_equal(text, before);
            }
            free(before);
        }
        free(text);
    }
    assert_true(changed > 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_replaced_where_it_stands),
        cmocka_unit_test(a_new_entry_is_written_as_its_neighbours_are),
        cmocka_unit_test(what_is_removed_takes_its_comma_or_its_lines_along),
        cmocka_unit_test(items_come_and_go_in_lists),
        cmocka_unit_test(what_is_elsewhere_is_compared),
        cmocka_unit_test(any_text_comes_back_as_it_was),
        cmocka_unit_test(random_changes_do_what_they_say_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
