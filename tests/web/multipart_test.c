/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE   /* memmem */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "multipart_body.h"

enum { ROUNDS = 20000, FILE_SIZE_MAX = 64 * 1024, PATH_SIZE = 1024 };

#define TYPE "multipart/form-data; boundary=--b"
#define PART(headers, data) "----b\r\n" headers "\r\n\r\n" data "\r\n"
#define NAMED(name, data) PART("Content-Disposition: form-data; name=\"" name "\"", data)
#define END "----b--\r\n"

static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 4 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static lw_status read_bytes(const char *type, const char *bytes, size_t size, struct multipart_body *out)
{
    char *exact = malloc(size + !size);   /* so that the sanitizer sees a read beyond the end */
    memcpy(exact, bytes, size);
    lw_status status = multipart_body_read(&arena, type, exact, size, out);
    free(exact);                          /* and one of bytes that were not copied */
    return status;
}

static lw_status read_text(const char *text, struct multipart_body *out)
{
    return read_bytes(TYPE, text, strlen(text), out);
}

static void fields_and_files_are_told_apart(void **state)
{
    (void)state;
    static const char body[] =
        NAMED("name", "Anna M\xC3\xBCller") NAMED("empty", "") NAMED("name", "again")
        PART("Content-Type: text/plain; charset=utf-8\r\ncontent-disposition:form-data; NAME=bare", "a\r\n----bx\r\n--b")
        PART("Content-Disposition: form-data; name=\"cv\"; filename=\"C:\\dir\\cv %22x%22.pdf\"\r\nContent-Type: application/pdf", "%PDF\0\r\n\r\n")
        PART("Content-Disposition: form-data; name=\"photo\"; filename=\"a\\\"b.png\";", "x")
        PART("Content-Disposition: form-data; name=\"plan\"; filename*=utf-8'de'Pl%C3%A4ne%201%25.pdf; filename=\"Pl?ne.pdf\"", "x")
        PART("Content-Disposition: form-data; name=\"plan\"; filename*=100%", "x")
        PART("Content-Disposition: form-data; name=\"none\"; filename=\"\"\r\nContent-Type: application/octet-stream", "") "----b--";
    struct multipart_body out;
    assert_int_equal(read_bytes(TYPE, body, sizeof body - 1, &out), LW_OK);
    assert_int_equal(out.fields.count, 4);
    assert_string_equal(out.fields.items[0].value, "Anna M\xC3\xBCller");
    assert_int_equal(out.fields.items[1].value_size, 0);
    assert_string_equal(out.fields.items[2].name, "name");
    assert_string_equal(out.fields.items[3].name, "bare");
    assert_string_equal(out.fields.items[3].value, "a\r\n----bx\r\n--b");
    assert_int_equal(out.file_count, 4);
    assert_string_equal(out.files[2].file_name, "Pl\xC3\xA4ne 1%.pdf");
    assert_string_equal(out.files[3].file_name, "100%");
    assert_string_equal(out.files[0].file_name, "C:\\dir\\cv \"x\".pdf");
    assert_string_equal(out.files[0].media_type, "application/pdf");
    assert_int_equal(out.files[0].size, 9);
    assert_string_equal(out.files[1].file_name, "a\"b.png");
    assert_string_equal(out.files[1].media_type, "");
}

static void boundaries_are_read_as_headers_write_them(void **state)
{
    (void)state;
    static const struct { const char *type; lw_status status; } table[] = {
        {TYPE, LW_OK}, {"multipart/form-data; charset=utf-8; boundary=\"--b\"", LW_OK}, {"multipart/form-data;boundary=--b; x=y", LW_OK},
        {"multipart/form-data; BOUNDARY=--b", LW_OK}, {"multipart/form-data", LW_INVALID}, {"multipart/form-data; boundary=", LW_INVALID},
        {"multipart/form-data; boundary=\"--b", LW_INVALID}, {"multipart/form-data; boundary=\"--b \"", LW_INVALID}, {"xboundary=--b", LW_INVALID},
        {"multipart/form-data; boundary=--B", LW_INVALID},
        {"multipart/form-data; boundary=12345678901234567890123456789012345678901234567890123456789012345678901", LW_INVALID},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct multipart_body out;
        lw_status status = read_bytes(table[i].type, NAMED("a", "1") END, sizeof NAMED("a", "1") END - 1, &out);
        if (status != table[i].status)
            fail_msg("%s: %s", table[i].type, lw_status_text(status));
    }
}

static void broken_bodies_are_refused_whole(void **state)
{
    (void)state;
    static const char *const table[] = {
        "", "----b", "----b\r\n", "----b-", "--b--\r\n", "x" NAMED("a", "1") END, NAMED("a", "1"), NAMED("a", "1") "----b", NAMED("a", "1") "----b-",
        NAMED("a", "1") "----b\r\n", PART("Content-Type: text/plain", "1") END, PART("Content-Disposition: attachment; name=a", "1") END,
        PART("Content-Disposition: form-data; name=\"a", "1") END, PART("Content-Disposition: form-data; name", "1") END,
        PART("Content-Disposition: form-data; name=\"a\"x", "1") END, PART(": form-data; name=a", "1") END, PART("No colon", "1") END,
        PART("Content-Disposition : form-data; name=a", "1") END, PART("Content-Disposition: form-data; n\rame=a", "1") END,
        PART("Content-Disposition: form-data; name=\"a\\\"", "1") END, ("----b\r\nContent-Disposition: form-data; name=a\r\n" END),
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct multipart_body out;
        if (read_text(table[i], &out) != LW_INVALID || out.fields.count != 0)
            fail_msg("%zu is taken: %s", i, table[i]);
    }
    struct multipart_body out;
    assert_int_equal(read_text("----b--", &out), LW_OK);   /* a form without fields */
    assert_int_equal(out.fields.count + out.file_count, 0);
}

static void parts_and_headers_are_bounded(void **state)
{
    (void)state;
    static const char part[] = NAMED("a", "1");
    size_t part_size = sizeof part - 1;
    char *body = malloc((FORM_FIELDS_MAX + 2) * part_size + sizeof END);
    for (int more = 0; more < 2; more++) {
        size_t used = 0;
        struct multipart_body out;
        for (int i = 0; i < FORM_FIELDS_MAX + more; i++, used += part_size)
            memcpy(body + used, part, part_size);
        memcpy(body + used, END, sizeof END - 1);
        assert_int_equal(read_bytes(TYPE, body, used + sizeof END - 1, &out), more ? LW_TOO_LARGE : LW_OK);
        assert_int_equal(out.fields.count, more ? 0 : FORM_FIELDS_MAX);
    }
    free(body);
    char long_header[MULTIPART_HEADERS_SIZE_MAX + 256];
    struct multipart_body out;
    snprintf(long_header, sizeof long_header, "----b\r\nX: %*s\r\n\r\n\r\n----b--", MULTIPART_HEADERS_SIZE_MAX, "x");
    assert_int_equal(read_text(long_header, &out), LW_TOO_LARGE);
}

static uint64_t seed = 1, chance_state;

static uint32_t chance(uint32_t below)
{
    chance_state ^= chance_state << 13;
    chance_state ^= chance_state >> 7;
    chance_state ^= chance_state << 17;
    return (uint32_t)(chance_state >> 20) % below;
}

/* Values of any bytes that do not hold the delimiter come back; their sizes are told of files. */
static void what_is_put_together_is_read_back(void **state)
{
    (void)state;
    static const char alphabet[] = "\r\n-b:\"=;x\0\xFF";
    for (int round = 0; round < ROUNDS / 10; round++) {
        char body[2048], values[4][64];
        size_t sizes[4], used = 0, count = 1 + chance(4), fields = 0, files = 0;
        bool is_file[4];
        for (size_t i = 0; i < count; i++) {
            sizes[i] = chance(sizeof values[i]);
            for (size_t j = 0; j < sizes[i]; j++)
                values[i][j] = alphabet[chance(sizeof alphabet - 1)];
            if (memmem(values[i], sizes[i], "----b", 5))
                sizes[i] = 0;
            is_file[i] = chance(3) == 0;
            used += (size_t)sprintf(body + used, "----b\r\nContent-Disposition: form-data; name=\"n%zu\"%s\r\n\r\n", i, is_file[i] ? "; filename=f" : "");
            memcpy(body + used, values[i], sizes[i]);
            used += sizes[i];
            used += (size_t)sprintf(body + used, "\r\n");
        }
        used += (size_t)sprintf(body + used, "----b--");
        struct multipart_body out;
        if (read_bytes(TYPE, body, used, &out) != LW_OK)
            fail_msg("seed %llu round %d", (unsigned long long)seed, round);
        for (size_t i = 0; i < count; i++) {
            if (is_file[i]) {
                assert_int_equal(out.files[files++].size, sizes[i]);
                continue;
            }
            assert_int_equal(out.fields.items[fields].value_size, sizes[i]);
            assert_memory_equal(out.fields.items[fields++].value, values[i], sizes[i]);
        }
        assert_int_equal(out.fields.count, fields);
        assert_int_equal(out.file_count, files);
        arena_reset(&arena, 1 << 16);
    }
}

static void no_mutation_breaks_the_reader(void **state)
{
    (void)state;
    static const char body[] = NAMED("name", "Anna") PART("Content-Disposition: form-data; name=\"cv\"; filename=\"a.pdf\"\r\nContent-Type: a/b", "x\r\n") END;
    for (int round = 0; round < ROUNDS; round++) {
        char changed[sizeof body];
        struct multipart_body out;
        size_t size = chance(8) ? sizeof body - 1 : chance(sizeof body);
        memcpy(changed, body, sizeof body);
        for (uint32_t i = 0; i <= chance(3); i++)
            changed[chance(sizeof body - 1)] = "\r\n-b\";=: \\%\0\xFF"[chance(13)];
        (void)!read_bytes(TYPE, changed, size, &out);
        arena_reset(&arena, 1 << 16);
    }
}

static size_t read_file(const char *path, char *out)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(out, 1, FILE_SIZE_MAX - 1, file);
    fclose(file);
    out[size] = '\0';
    return size;
}

/* Bodies made by others, each with what is to come of it beside it. */
static void the_bodies_of_others_are_read_as_they_expect(void **state)
{
    (void)state;
    const char *shared = getenv("LEADWIRE_SHARED");
    char folder[PATH_SIZE], path[PATH_SIZE + 300];
    static char body[FILE_SIZE_MAX], expected[FILE_SIZE_MAX];
    snprintf(folder, sizeof folder, "%s/fixtures/multipart", shared ? shared : LEADWIRE_SOURCE_DIR "/../shared");
    DIR *directory = opendir(folder);
    if (!directory) {   /* not part of the product: the samples above stand for them */
        print_message("SKIP: no fixtures/multipart: LEADWIRE_SHARED names no folder with them\n");
        skip();
    }
    for (struct dirent *entry; (entry = readdir(directory));) {
        char *dot = strstr(entry->d_name, ".http");
        if (!dot)
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        size_t size = read_file(path, body);
        snprintf(path, sizeof path, "%s/%.*s.yaml", folder, (int)(dot - entry->d_name), entry->d_name);
        read_file(path, expected);
        char type[PATH_SIZE];
        size_t parts = 0;
        const char *boundary = strstr(expected, "boundary: ") + strlen("boundary: ");
        snprintf(type, sizeof type, "multipart/form-data; boundary=%.*s", (int)strcspn(boundary, "\r\n"), boundary);
        for (const char *at = expected; (at = strstr(at, "- name: ")); at++)
            parts++;
        struct multipart_body out;
        lw_status status = read_bytes(type, body, size, &out);
        if ((status == LW_OK) != !strstr(expected, "error:") || out.fields.count + out.file_count != parts)
            fail_msg("%s: %s, %zu fields, %zu files", entry->d_name, lw_status_text(status), out.fields.count, out.file_count);
    }
    closedir(directory);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--seed") == 0)
        seed = strtoull(argv[2], NULL, 10);
    chance_state = seed * 0x9E3779B97F4A7C15u + 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(fields_and_files_are_told_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(boundaries_are_read_as_headers_write_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(broken_bodies_are_refused_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(parts_and_headers_are_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_put_together_is_read_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_mutation_breaks_the_reader, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_bodies_of_others_are_read_as_they_expect, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
