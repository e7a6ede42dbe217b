/* SPDX-License-Identifier: Apache-2.0
 *
 * Field numbers never change. fields.lock names every message field and every enum
 * value that has ever been released:
 *
 *   Message number name type label
 *   enum.Enum number NAME
 *
 * A line of the lock that is no longer true fails. A field that the lock does not name
 * fails too, printing the line to append. Lines are never removed or edited.
 */
#include "cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "byte_buffer.h"
#include "wire_rules.h"

enum { LINES_MAX = 2000, MESSAGES_MAX = 200, FILE_SIZE_MAX = 256 * 1024, PACKAGE_PREFIX = sizeof "leadwire.v1." - 1 };

struct lines {
    char *text;                     /* split in place */
    const char *at[LINES_MAX];
    size_t count;
};

struct walk {
    const void *seen[MESSAGES_MAX];
    size_t seen_count;
    struct byte_buffer *out;
};

static const char *const protos[] = {"config", "control", "events", "lead", "publisher", "rep", "session"};

static bool see(struct walk *walk, const void *descriptor)
{
    for (size_t i = 0; i < walk->seen_count; i++)
        if (walk->seen[i] == descriptor)
            return false;
    assert_in_range(walk->seen_count, 0, MESSAGES_MAX - 1);
    walk->seen[walk->seen_count++] = descriptor;
    return true;
}

static const char *type_name(const ProtobufCFieldDescriptor *field)
{
    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_BOOL: return "bool";
    case PROTOBUF_C_TYPE_UINT32: return "uint32";
    case PROTOBUF_C_TYPE_UINT64: return "uint64";
    case PROTOBUF_C_TYPE_INT64: return "int64";
    case PROTOBUF_C_TYPE_STRING: return "string";
    case PROTOBUF_C_TYPE_ENUM: return ((const ProtobufCEnumDescriptor *)field->descriptor)->name + PACKAGE_PREFIX;
    case PROTOBUF_C_TYPE_MESSAGE: return ((const ProtobufCMessageDescriptor *)field->descriptor)->name + PACKAGE_PREFIX;
    default: return "a type that leadwire.v1 does not use";
    }
}

static void write_enum(struct walk *walk, const ProtobufCEnumDescriptor *descriptor)
{
    if (!see(walk, descriptor))
        return;
    for (unsigned i = 0; i < descriptor->n_values; i++)
        byte_buffer_printf(walk->out, "enum.%s %d %s\n", descriptor->name + PACKAGE_PREFIX, descriptor->values[i].value,
                           descriptor->values[i].name);
}

static void write_message(struct walk *walk, const ProtobufCMessageDescriptor *descriptor)
{
    if (!see(walk, descriptor))
        return;
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        byte_buffer_printf(walk->out, "%s %u %s %s %s\n", descriptor->name + PACKAGE_PREFIX, field->id, field->name,
                           type_name(field), field->label == PROTOBUF_C_LABEL_REPEATED ? "repeated" : "single");
    }
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        if (descriptor->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
            write_message(walk, descriptor->fields[i].descriptor);
        else if (descriptor->fields[i].type == PROTOBUF_C_TYPE_ENUM)
            write_enum(walk, descriptor->fields[i].descriptor);
    }
}

static void write_message_types(struct byte_buffer *out)
{
#define X(number, name, member, message, sender, size_max) \
    byte_buffer_printf(out, "type %d %s\n", number, #message);
    WIRE_TYPE_TABLE(X)
#undef X
}

/* All that is on the wire, one line each. */
static char *describe(void)
{
    struct byte_buffer text;
    struct walk walk = {.out = &text};

    byte_buffer_init(&text, FILE_SIZE_MAX);
    write_message_types(&text);
#define X(number, name, member, message, sender, size_max) write_message(&walk, &leadwire__v1__##member##__descriptor);
    WIRE_TYPE_TABLE(X)
#undef X
    byte_buffer_put_u8(&text, 0);
    assert_false(text.failed);
    return (char *)text.data;
}

static char *read_text(const char *path)
{
    char *text = calloc(1, FILE_SIZE_MAX), full[512];

    snprintf(full, sizeof full, "%s/%s", LEADWIRE_SOURCE_DIR, path);
    FILE *file = fopen(full, "rb");
    if (!file || !text)
        fail_msg("%s cannot be read", full);
    size_t size = fread(text, 1, FILE_SIZE_MAX - 1, file);
    assert_in_range(size, 1, FILE_SIZE_MAX - 2);
    fclose(file);
    return text;
}

static struct lines split(char *text)
{
    struct lines lines = {.text = text};
    char *save = NULL;

    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        if (*line == '#')
            continue;
        assert_in_range(lines.count, 0, LINES_MAX - 1);
        lines.at[lines.count++] = line;
    }
    return lines;
}

static bool has_line(const struct lines *lines, const char *line)
{
    for (size_t i = 0; i < lines->count; i++)
        if (strcmp(lines->at[i], line) == 0)
            return true;
    return false;
}

static void what_was_released_has_not_changed(void **state)
{
    struct lines lock = split(read_text("tests/wire/fields.lock")), now = split(describe());
    size_t changed = 0;

    (void)state;
    for (size_t i = 0; i < lock.count; i++) {
        if (!has_line(&now, lock.at[i])) {
            print_error("no longer true: %s\n", lock.at[i]);
            changed++;
        }
    }
    free(lock.text);
    free(now.text);
    assert_int_equal(changed, 0);
}

static void what_is_new_is_in_the_lock(void **state)
{
    struct lines lock = split(read_text("tests/wire/fields.lock")), now = split(describe());
    size_t missing = 0;

    (void)state;
    for (size_t i = 0; i < now.count; i++) {
        if (!has_line(&lock, now.at[i])) {
            print_error("append to fields.lock: %s\n", now.at[i]);
            missing++;
        }
    }
    free(lock.text);
    free(now.text);
    assert_int_equal(missing, 0);
}

/* Descriptors do not carry reserved ranges: they are looked for in the .proto files. */
static void every_message_keeps_a_reserved_range(void **state)
{
    size_t message_count = 0, walked_count = 0;

    (void)state;
    for (size_t i = 0; i < sizeof protos / sizeof protos[0]; i++) {
        char path[128];
        snprintf(path, sizeof path, "proto/leadwire/v1/%s.proto", protos[i]);
        char *text = read_text(path);
        for (char *at = text; (at = strstr(at, "\nmessage ")); at++) {
            char *end = strstr(at, "\n}");
            assert_non_null(end);
            *end = '\0';
            if (!strstr(at, "\n  reserved "))
                fail_msg("%s: a message has no reserved range:%s", path, at);
            if (strstr(at, "map<") || strstr(at, "oneof "))
                fail_msg("%s: lib/wire's rules know no maps and no oneofs:%s", path, at);
            *end = '\n';
            message_count++;
        }
        free(text);
    }
    struct byte_buffer unused;
    struct walk walk = {.out = &unused};
    byte_buffer_init(&unused, FILE_SIZE_MAX);
#define X(number, name, member, message, sender, size_max) write_message(&walk, &leadwire__v1__##member##__descriptor);
    WIRE_TYPE_TABLE(X)
#undef X
    size_t enum_count = 0;
    for (size_t i = 0; i < walk.seen_count; i++)
        enum_count += *(const uint32_t *)walk.seen[i] == PROTOBUF_C__ENUM_DESCRIPTOR_MAGIC;
    walked_count = walk.seen_count - enum_count;
    byte_buffer_fini(&unused);
    assert_int_equal(walked_count, message_count);   /* none is out of the lock's sight */
}

static void the_lock_names_nothing_twice(void **state)
{
    char *text = read_text("tests/wire/fields.lock");
    struct lines lock = split(text);

    (void)state;
    for (size_t i = 0; i < lock.count; i++) {
        char owner[128], other_owner[128];
        int number, other_number;
        assert_int_equal(sscanf(lock.at[i], "%127s %d", owner, &number), 2);
        for (size_t k = 0; k < i; k++) {
            assert_int_equal(sscanf(lock.at[k], "%127s %d", other_owner, &other_number), 2);
            if (number == other_number && strcmp(owner, other_owner) == 0)
                fail_msg("one number, two meanings: %s, %s", lock.at[k], lock.at[i]);
        }
    }
    free(text);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_released_has_not_changed),
        cmocka_unit_test(what_is_new_is_in_the_lock),
        cmocka_unit_test(every_message_keeps_a_reserved_range),
        cmocka_unit_test(the_lock_names_nothing_twice),
    };

    if (argc > 1 && strcmp(argv[1], "--print") == 0) {
        char *text = describe();
        fputs(text, stdout);
        free(text);
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
