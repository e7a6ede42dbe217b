/* SPDX-License-Identifier: Apache-2.0
 *
 * A desk in a file is read as it was written, or refused: whatever is cut off, turned or added.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "core.h"
#include "desk_file.h"
#include "desk_trial.h"
#include "store.h"

enum { ENTRIES = 3, FILE_MAX = 4096 };

struct seen { unsigned fields, entries; struct desk_id last; char text[64]; };

static lw_status see_field(void *context, const struct desk_field *field)
{
    struct seen *seen = context;

    seen->fields++;
    snprintf(seen->text, sizeof seen->text, "%d %d %.*s=%.*s", (int)field->family, (int)field->bucket, (int)field->name_size, (const char *)field->name,
             (int)field->value_size, (const char *)field->value);
    return LW_OK;
}

static lw_status see_entry(void *context, struct desk_id id, const void *bytes, size_t size)
{
    struct seen *seen = context;

    (void)bytes;
    assert_true(size > 0);
    seen->entries++;
    seen->last = id;
    return LW_OK;
}

static void put_entry(struct desk_file_writer *writer, struct desk_id previous, struct desk_id id)
{
    struct byte_buffer entry;
    struct journal_entry_head head = {.schema = STORE_SCHEMA_VERSION, .previous = previous, .desk_ms = 1000 + id.number};

    byte_buffer_init(&entry, 64);
    journal_entry_put_head(&entry, &head);
    desk_file_put_entry(writer, id, head.desk_ms, entry.data, entry.size);
    byte_buffer_fini(&entry);
}

static const struct desk_file_head plain_head = {.format = DESK_FILE_FORMAT, .schema = STORE_SCHEMA_VERSION, .desk = "main", .program = "test",
                                                 .made_unix_ms = 5, .has_checkpoint = true, .checkpoint = {7, 1}, .desk_ms = 900};

static void write_desk(FILE *file, const struct desk_file_head *head)
{
    struct desk_file_writer writer;
    struct desk_field field = {.family = DESK_LEADS, .bucket = 3, .name = "1-2", .name_size = 3, .value = "lead", .value_size = 4};

    desk_file_writer_init(&writer, file);
    desk_file_put_head(&writer, head);
    desk_file_put_field(&writer, &field);
    for (uint64_t i = 0; i < ENTRIES; i++)
        put_entry(&writer, (struct desk_id){7, 1 + i}, (struct desk_id){7, 2 + i});
    assert_int_equal(desk_file_put_end(&writer), LW_OK);
    desk_file_writer_fini(&writer);
}

static size_t written(const struct desk_file_head *head, char bytes[FILE_MAX])
{
    FILE *file = tmpfile();

    assert_non_null(file);
    write_desk(file, head);
    rewind(file);
    size_t size = fread(bytes, 1, FILE_MAX, file);
    fclose(file);
    assert_in_range(size, 50, FILE_MAX - 1);
    return size;
}

static lw_status read_bytes(const char *bytes, size_t size, struct seen *seen, char error[DESK_FILE_ERROR_MAX])
{
    struct desk_file_visitor visitor = {.context = seen, .field = see_field, .entry = see_entry};
    struct desk_file_reader reader;
    struct desk_file_head head;
    struct desk_file_end end;
    FILE *file = tmpfile();

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fflush(file), 0);
    *seen = (struct seen){0};
    desk_file_reader_init(&reader, file, size);
    lw_status status = desk_file_read(&reader, &visitor, &head, &end);
    assert_int_equal(status == LW_OK, reader.error[0] == '\0');
    memcpy(error, reader.error, DESK_FILE_ERROR_MAX);
    if (status == LW_OK) {
        assert_true(desk_id_equal(end.position, seen->last));
        assert_int_equal(end.desk_ms, 1000 + seen->last.number);
    }
    desk_file_reader_fini(&reader);
    fclose(file);
    return status;
}

static void a_desk_is_read_as_it_was_written(void **state)
{
    char bytes[FILE_MAX], error[DESK_FILE_ERROR_MAX];
    struct seen seen;
    size_t size = written(&plain_head, bytes);

    (void)state;
    assert_int_equal(read_bytes(bytes, size, &seen, error), LW_OK);
    assert_int_equal(seen.fields, 1);
    assert_int_equal(seen.entries, ENTRIES);
    assert_string_equal(seen.text, "3 3 1-2=lead");
    assert_true(desk_id_equal(seen.last, (struct desk_id){7, 1 + ENTRIES}));
}

static void whatever_is_cut_off_or_added_is_refused(void **state)
{
    char bytes[FILE_MAX], error[DESK_FILE_ERROR_MAX];
    struct seen seen;
    size_t size = written(&plain_head, bytes);

    (void)state;
    for (size_t cut = 0; cut < size; cut++)
        assert_int_not_equal(read_bytes(bytes, cut, &seen, error), LW_OK);
    assert_string_equal(error, "it is cut off: its end is missing");
    bytes[size] = 0;
    assert_int_equal(read_bytes(bytes, size + 1, &seen, error), LW_CORRUPT);
    assert_string_equal(error, "something follows the end of the desk");
}

static void whatever_byte_is_turned_is_noticed(void **state)
{
    char bytes[FILE_MAX], error[DESK_FILE_ERROR_MAX];
    struct seen seen;
    size_t size = written(&plain_head, bytes);

    (void)state;
    for (size_t at = 0; at < size; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            bytes[at] = (char)(bytes[at] ^ (1 << bit));
            assert_int_not_equal(read_bytes(bytes, size, &seen, error), LW_OK);
            bytes[at] = (char)(bytes[at] ^ (1 << bit));
        }
    }
    assert_int_equal(read_bytes(bytes, size, &seen, error), LW_OK);
}

static void foreign_and_newer_files_are_called_so(void **state)
{
    struct desk_file_head newer = plain_head, newer_desk = plain_head;
    char bytes[FILE_MAX], error[DESK_FILE_ERROR_MAX];
    struct seen seen;

    (void)state;
    memset(bytes, 'x', sizeof bytes);
    assert_int_equal(read_bytes(bytes, sizeof bytes, &seen, error), LW_INVALID);
    assert_string_equal(error, "it is no export of a desk");
    newer.format++;
    assert_int_equal(read_bytes(bytes, written(&newer, bytes), &seen, error), LW_UNSUPPORTED);
    assert_non_null(strstr(error, "a newer Leadwire wrote it (format 2, we know up to 1)"));
    newer_desk.schema++;
    assert_int_equal(read_bytes(bytes, written(&newer_desk, bytes), &seen, error), LW_UNSUPPORTED);
    assert_non_null(strstr(error, "the desk was written by a newer Leadwire"));
    assert_int_equal(seen.fields + seen.entries, 0);
}

/* Sums and frames are right here; what they hold is not. */
static void a_desk_that_no_core_can_restore_is_refused(void **state)
{
    struct desk_file_reader reader;
    struct desk_file_head head;
    struct desk_file_end end;
    struct core *core;
    FILE *file = tmpfile();

    (void)state;
    assert_non_null(file);
    write_desk(file, &plain_head);
    desk_file_reader_init(&reader, file, (uint64_t)ftell(file));
    assert_int_not_equal(desk_trial(&reader, &head, &end, &core), LW_OK);
    assert_null(core);
    assert_non_null(strstr(reader.error, "a lead cannot be restored"));
    desk_file_reader_fini(&reader);
    fclose(file);
}

static void a_full_disk_is_told(void **state)
{
    struct desk_file_writer writer;
    FILE *full = fopen("/dev/full", "w");

    (void)state;
    assert_non_null(full);
    desk_file_writer_init(&writer, full);
    desk_file_put_head(&writer, &plain_head);
    put_entry(&writer, plain_head.checkpoint, (struct desk_id){7, 2});
    assert_int_equal(desk_file_put_end(&writer), LW_IO);
    desk_file_writer_fini(&writer);
    fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_desk_is_read_as_it_was_written),
        cmocka_unit_test(whatever_is_cut_off_or_added_is_refused),
        cmocka_unit_test(whatever_byte_is_turned_is_noticed),
        cmocka_unit_test(foreign_and_newer_files_are_called_so),
        cmocka_unit_test(a_desk_that_no_core_can_restore_is_refused),
        cmocka_unit_test(a_full_disk_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
