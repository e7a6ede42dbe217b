/* SPDX-License-Identifier: Apache-2.0
 *
 * The bytes on the wire stay what they are: protoc made them, not we.
 */
#include "cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "byte_buffer.h"
#include "golden_file.h"
#include "message_text.h"
#include "wire.h"

static const enum wire_type types[] = {
#define X(number, name, member, message, sender, size_max) WIRE_##name,
    WIRE_TYPE_TABLE(X)
#undef X
};

static void each_type_reads_and_writes_its_golden_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct golden golden = golden_read(types[i]);
        struct byte_buffer text, frame;
        struct wire_message message;
        struct arena arena;
        const char *reason;

        arena_init(&arena, WIRE_ARENA_CAP);
        byte_buffer_init(&text, 1 << 20);
        byte_buffer_init(&frame, 1 << 20);
        lw_status status = wire_decode(golden.frame, golden.frame_size, golden.sender, &arena, &message, &reason, NULL);
        if (status != LW_OK)
            fail_msg("%s: %s", wire_type_name(types[i]), reason);
        assert_int_equal(message.type, types[i]);

        message_text_write(message.base, 0, &text);
        byte_buffer_put_u8(&text, 0);
        assert_string_equal((char *)text.data, golden.content);

        assert_int_equal(wire_encode(&message, &frame), LW_OK);
        assert_int_equal(frame.size, golden.frame_size);
        assert_memory_equal(frame.data, golden.frame, frame.size);
        byte_buffer_fini(&frame);
        byte_buffer_fini(&text);
        arena_fini(&arena);
        golden_fini(&golden);
    }
}

/* Otherwise a field could be lost on the wire unseen. */
static void the_golden_publishes_set_every_field_of_a_lead(void **state)
{
    struct golden golden = golden_read(WIRE_PUBLISH), voicemail = golden_read_as(WIRE_PUBLISH, "publish_voicemail");
    struct golden traced = golden_read_as(WIRE_PUBLISH, "publish_traced");

    (void)state;
    for (unsigned i = 0; i < leadwire__v1__lead__descriptor.n_fields; i++) {
        char line[64];
        snprintf(line, sizeof line, "\n  %s", leadwire__v1__lead__descriptor.fields[i].name);
        if (!strstr(golden.content, line) && !strstr(voicemail.content, line) && !strstr(traced.content, line))
            fail_msg("no publish sets lead.%s", line + 3);
    }
    golden_fini(&golden);
    golden_fini(&voicemail);
    golden_fini(&traced);
}

static void the_fuzzers_seeds_are_the_golden_frames(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct golden golden = golden_read(types[i]);
        static uint8_t seed[65536];
        char path[512];

        snprintf(path, sizeof path, "%s/tests/fuzz/corpus/wire/%s.bin", LEADWIRE_SOURCE_DIR, wire_type_name(types[i]));
        FILE *file = fopen(path, "rb");
        assert_non_null(file);
        assert_int_equal(fread(seed, 1, sizeof seed, file), golden.frame_size);
        fclose(file);
        assert_memory_equal(seed, golden.frame, golden.frame_size);
        golden_fini(&golden);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_type_reads_and_writes_its_golden_bytes),
        cmocka_unit_test(the_golden_publishes_set_every_field_of_a_lead),
        cmocka_unit_test(the_fuzzers_seeds_are_the_golden_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
