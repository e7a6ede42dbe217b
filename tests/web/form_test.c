/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "form_fields.h"
#include "input_pairs.h"
#include "json_path.h"

enum { ROUNDS = 20000, BODY_MAX = 48 };

static uint64_t seed = 1, state;

static uint32_t chance(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 20) % below;
}

/* The slow obvious twin: one byte at a time, no look at the rest. */
static size_t twin_decode(const char *bytes, size_t size, char *out)
{
    size_t used = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned value;
        char two[3] = {0};
        if (bytes[i] == '%' && size - i > 2) {
            memcpy(two, bytes + i + 1, 2);
            if (isxdigit((unsigned char)two[0]) && isxdigit((unsigned char)two[1]) && sscanf(two, "%2x", &value) == 1) {
                out[used++] = (char)value;
                i += 2;
                continue;
            }
        }
        out[used++] = bytes[i] == '+' ? ' ' : bytes[i];
    }
    return used;
}

static void form_fields_equal_the_slow_twin(void **unused)
{
    (void)unused;
    static const char alphabet[] = "a&=+%4G1fx-\n\0\xC3";
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (int round = 0; round < ROUNDS; round++) {
        char body[BODY_MAX], plain[BODY_MAX + 1];
        size_t size = chance(BODY_MAX + 1), count = 0;
        for (size_t i = 0; i < size; i++)
            body[i] = alphabet[chance(sizeof alphabet - 1)];
        struct form_fields form;
        assert_int_equal(form_fields_read(&arena, body, size, &form), LW_OK);
        for (size_t from = 0; from <= size;) {
            size_t to = from;
            while (to < size && body[to] != '&')
                to++;
            if (to > from) {
                size_t equals = from;
                while (equals < to && body[equals] != '=')
                    equals++;
                size_t value = equals < to ? equals + 1 : to;
                if (count >= form.count)
                    fail_msg("seed %llu round %d: too few fields", (unsigned long long)seed, round);
                const struct form_field *field = &form.items[count++];
                size_t plain_size = twin_decode(body + from, equals - from, plain);
                if (plain_size != field->name_size || memcmp(plain, field->name, plain_size) != 0 || field->name[plain_size] != '\0')
                    fail_msg("seed %llu round %d: name differs", (unsigned long long)seed, round);
                plain_size = twin_decode(body + value, to - value, plain);
                if (plain_size != field->value_size || memcmp(plain, field->value, plain_size) != 0)
                    fail_msg("seed %llu round %d: value differs", (unsigned long long)seed, round);
            }
            from = to + 1;
        }
        assert_int_equal(count, form.count);
        arena_reset(&arena, 1 << 16);
    }
    arena_fini(&arena);
}

static void what_is_encoded_is_read_back(void **unused)
{
    (void)unused;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (int round = 0; round < ROUNDS / 10; round++) {
        char text[32];
        size_t size = 1 + chance(30);
        for (size_t i = 0; i < size; i++)
            text[i] = (char)(1 + chance(255));
        text[size] = '\0';
        struct form_fields form;
        const char *body = arena_printf(&arena, "%s=%s", form_encode(&arena, text), form_encode(&arena, text));
        assert_int_equal(form_fields_read(&arena, body, strlen(body), &form), LW_OK);
        assert_int_equal(form.count, 1);
        assert_string_equal(form.items[0].name, text);
        assert_string_equal(form_fields_text(&form, text, NULL), text);
        arena_reset(&arena, 1 << 16);
    }
    arena_fini(&arena);
}

static void too_many_fields_are_refused(void **unused)
{
    (void)unused;
    struct arena arena;
    struct form_fields form;
    char body[2 * FORM_FIELDS_MAX + 2];
    arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof body; i++)
        body[i] = i % 2 ? '&' : 'a';
    assert_int_equal(form_fields_read(&arena, body, 2 * FORM_FIELDS_MAX - 1, &form), LW_OK);
    assert_int_equal(form.count, FORM_FIELDS_MAX);
    assert_int_equal(form_fields_read(&arena, body, 2 * FORM_FIELDS_MAX + 1, &form), LW_TOO_LARGE);
    memset(body, '&', sizeof body);
    assert_int_equal(form_fields_read(&arena, body, sizeof body, &form), LW_OK);
    assert_int_equal(form.count, 0);
    arena_fini(&arena);
}

static const char document_text[] =
    "{\"a\": {\"b\": [10, {\"c\": \"deep\"}, [true, false]]}, \"n\": 9223372036854775807, \"r\": 1.5, \"z\": null,"
    " \"list\": [{\"k\": \"x\", \"v\": 1}, {\"k\": \"y\", \"v\": 2, \"f\": {\"ref\": 7}}]}";

static void json_paths_find_names_numbers_and_matches(void **unused)
{
    (void)unused;
    static const struct { const char *path, *place; } table[] = {
        {"a.b[0]", "a.b[0]"}, {"a.b[1].c", "a.b[1].c"}, {"a.b[2][1]", "a.b[2][1]"}, {"n", "n"}, {"list[k=y].v", "list[1].v"},
        {"list[f.ref=7].k", "list[1].k"}, {"list[0001].v", "list[1].v"}, {"a.b[9]", NULL}, {"a.c", NULL}, {"list[k=q].v", NULL},
        {"n.x", NULL}, {"a[0]", NULL}, {"", NULL}, {".a", NULL}, {"a.", NULL}, {"a..b", NULL}, {"a[", NULL}, {"a[]", NULL}, {"a[x]", NULL},
        {"a]", NULL}, {"a[0]b", NULL}, {"a[=1]", NULL}, {"a[99999999999999999999]", NULL},
    };
    struct json_value *document;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    assert_int_equal(json_tree_read(&arena, document_text, sizeof document_text - 1, &document), LW_OK);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char place[JSON_PLACE_MAX];
        bool found = json_path_find(document, table[i].path, place) != NULL;
        if (found != (table[i].place != NULL) || strcmp(place, found ? table[i].place : "") != 0)
            fail_msg("'%s': found %d at '%s'", table[i].path, found, place);
    }
    arena_fini(&arena);
}

static void json_becomes_a_flat_list_found_by_any_path_to_it(void **unused)
{
    (void)unused;
    struct arena arena;
    struct input_fields fields;
    arena_init(&arena, 1 << 20);
    assert_int_equal(input_fields_from_json(&arena, document_text, sizeof document_text - 1, &fields), LW_OK);
    assert_int_equal(fields.count, 11);
    assert_string_equal(input_fields_find(&fields, "n")->value, "9223372036854775807");
    assert_string_equal(input_fields_find(&fields, "r")->value, "1.5");
    assert_string_equal(input_fields_find(&fields, "a.b[2][1]")->value, "false");
    assert_string_equal(input_fields_find(&fields, "list[k=y].v")->value, "2");
    assert_null(input_fields_find(&fields, "z"));

    assert_int_equal(input_fields_from_json(&arena, "5", 1, &fields), LW_INVALID);
    assert_int_equal(input_fields_from_json(&arena, "{\"a\":1}x", 8, &fields), LW_INVALID);
    char deep[64] = "";
    memset(deep, '[', 30);
    deep[30] = '1';
    memset(deep + 31, ']', 30);
    assert_int_equal(input_fields_from_json(&arena, deep, 61, &fields), LW_OK);
    assert_true(fields.cut);
    assert_int_equal(fields.count, 0);
    arena_fini(&arena);
}

static void integers_of_any_length_are_kept_as_written(void **unused)
{
    (void)unused;
    static const char text[] = "{\"a\": 18446744073709551616, \"b\": [-9223372036854775809,123456789012345678901234567890], \"c\": 9223372036854775807,"
                               " \"d\\\\\": \"12345678901234567890\", \"e\": 0.12345678901234567890, \"f\\\"\": \"x\"}";
    static const struct { const char *path, *value; } expected[] = {
        {"a", "18446744073709551616"}, {"b[0]", "-9223372036854775809"}, {"b[1]", "123456789012345678901234567890"}, {"c", "9223372036854775807"},
        {"d\\", "12345678901234567890"}, {"e", "0.123456789012346"}, {"f\"", "x"},
    };
    struct arena arena;
    struct input_fields fields;
    arena_init(&arena, 1 << 20);
    assert_int_equal(input_fields_from_json(&arena, text, sizeof text - 1, &fields), LW_OK);
    assert_int_equal(fields.count, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < fields.count; i++) {
        assert_string_equal(fields.items[i].path, expected[i].path);
        assert_string_equal(fields.items[i].value, expected[i].value);
    }
    static const char *const wrong[] = {"{\"a\": 018446744073709551616}", "{\"a\": 1e999}", "{\"a\": 18446744073709551616x}", "{\"a\": --18446744073709551616}",
                                        "[18446744073709551616", "{18446744073709551616: 1}, 1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (input_fields_from_json(&arena, wrong[i], strlen(wrong[i]), &fields) != LW_INVALID)
            fail_msg("taken: %s", wrong[i]);
    arena_fini(&arena);
}

static void pairs_become_fields_by_name_and_label(void **unused)
{
    (void)unused;
    static const char text[] = "{\"answers\": [{\"ref\": \"q1\", \"text\": \"Anna\"}, {\"ref\": \"q2\", \"n\": 5, \"text\": null}, {\"ref\": \"q3\"}, 7,"
                               " {\"ref\": \"q4\", \"list\": [\"a\", 2, {}]}, {\"text\": \"nameless\"}],"
                               " \"fields\": [{\"id\": \"q1\", \"title\": \"Your name\"}, {\"id\": \"q4\", \"title\": \"Pick\"}], \"x\": 1}";
    static const struct input_pairs pairs = {.list = "answers", .name = "ref", .values = {"text", "n", "list"}, .value_count = 3,
                                             .label_list = "fields", .label_key = "id", .label_text = "title"};
    static const struct { const char *name, *value; } expected[] = {{"q1", "Anna"}, {"Your name", "Anna"}, {"q2", "5"}, {"Pick", "a, 2"}, {"x", "1"}};
    struct arena arena;
    struct input_fields fields;
    arena_init(&arena, 1 << 20);
    assert_int_equal(input_fields_from_json(&arena, text, sizeof text - 1, &fields), LW_OK);
    size_t before = fields.count;
    input_pairs_apply(&pairs, &arena, &fields);
    assert_int_equal(fields.count, before + 3);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_string_equal(input_fields_find(&fields, expected[i].name)->value, expected[i].value);
    assert_null(input_fields_find(&fields, "q3"));
    for (size_t i = 0; i < before; i++)
        assert_int_equal(fields.items[i].used, strncmp(fields.items[i].path, "answers[", 8) == 0);
    arena_fini(&arena);
}

static void no_bytes_break_the_json_reader(void **unused)
{
    (void)unused;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (int round = 0; round < ROUNDS; round++) {
        char text[sizeof document_text], path[24];
        memcpy(text, document_text, sizeof text);
        for (uint32_t i = 0; i < 1 + chance(3); i++)
            text[chance(sizeof text - 1)] = "{}[]\",:1a\\\0\xFF"[chance(12)];
        for (size_t i = 0; i < sizeof path; i++)
            path[i] = "abnlistkvfr.[]=0127"[chance(19)];
        path[chance(sizeof path)] = '\0';
        path[sizeof path - 1] = '\0';
        struct input_fields fields;
            const struct input_pairs pairs = {.list = path, .name = "k", .values = {"v", path}, .value_count = 2, .label_list = "list", .label_key = "k", .label_text = "v"};
        if (input_fields_from_json(&arena, text, sizeof text - 1, &fields) == LW_OK) {
            input_pairs_apply(&pairs, &arena, &fields);
            input_fields_find(&fields, path);
        }
        arena_reset(&arena, 1 << 16);
    }
    arena_fini(&arena);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--seed") == 0)
        seed = strtoull(argv[2], NULL, 10);
    state = seed * 0x9E3779B97F4A7C15u + 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(form_fields_equal_the_slow_twin),
        cmocka_unit_test(what_is_encoded_is_read_back),
        cmocka_unit_test(too_many_fields_are_refused),
        cmocka_unit_test(json_paths_find_names_numbers_and_matches),
        cmocka_unit_test(json_becomes_a_flat_list_found_by_any_path_to_it),
        cmocka_unit_test(integers_of_any_length_are_kept_as_written),
        cmocka_unit_test(pairs_become_fields_by_name_and_label),
        cmocka_unit_test(no_bytes_break_the_json_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
