/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include <string.h>

#include "byte_buffer.h"

static void numbers_have_their_documented_bytes(void **state)
{
    static const uint8_t expected[] = {
        0x00, 0x7f, 0x80, 0x01, 0xac, 0x02,                               /* 0, 127, 128, 300 */
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01,       /* UINT64_MAX */
        0x00, 0x01, 0x02, 0x03,                                           /* zigzag 0, -1, 1, -2 */
        0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01,                   /* fixed64 */
        0x02, 'h', 'i', 0x00,                                             /* text "hi", NULL */
    };
    struct byte_buffer buffer;

    (void)state;
    byte_buffer_init(&buffer, 1000);
    byte_buffer_put_varint(&buffer, 0);
    byte_buffer_put_varint(&buffer, 127);
    byte_buffer_put_varint(&buffer, 128);
    byte_buffer_put_varint(&buffer, 300);
    byte_buffer_put_varint(&buffer, UINT64_MAX);
    byte_buffer_put_zigzag(&buffer, 0);
    byte_buffer_put_zigzag(&buffer, -1);
    byte_buffer_put_zigzag(&buffer, 1);
    byte_buffer_put_zigzag(&buffer, -2);
    byte_buffer_put_fixed64(&buffer, UINT64_C(0x0102030405060708));
    byte_buffer_put_text(&buffer, "hi");
    byte_buffer_put_text(&buffer, NULL);
    assert_int_equal(buffer.size, sizeof expected);
    assert_memory_equal(buffer.data, expected, sizeof expected);
    byte_buffer_fini(&buffer);
}

static void the_maximum_is_reached_exactly_and_not_passed(void **state)
{
    (void)state;
    for (size_t max = 1; max < 600; max += 7) {
        struct byte_buffer buffer;

        byte_buffer_init(&buffer, max);
        for (size_t i = 0; i < max; i++)
            byte_buffer_put_varint(&buffer, i % 128);
        assert_false(buffer.failed);
        assert_int_equal(buffer.size, max);
        byte_buffer_put_varint(&buffer, 1);
        assert_true(buffer.failed);
        assert_int_equal(buffer.size, max);
        byte_buffer_fini(&buffer);
    }
}

static void reserved_room_counts_when_it_is_committed(void **state)
{
    struct byte_buffer buffer;

    (void)state;
    byte_buffer_init(&buffer, 16);
    byte_buffer_put(&buffer, "ab", 2);
    uint8_t *at = byte_buffer_reserve(&buffer, 14);
    assert_non_null(at);
    assert_int_equal(buffer.size, 2);
    byte_buffer_commit(&buffer, byte_put_u8(at, 'c'));
    assert_int_equal(buffer.size, 3);
    assert_memory_equal(buffer.data, "abc", 3);

    assert_null(byte_buffer_reserve(&buffer, 14));      /* what may be written would not fit */
    assert_true(buffer.failed);
    assert_int_equal(buffer.size, 3);
    byte_buffer_fini(&buffer);
}

static void a_failed_buffer_ignores_writes_until_it_is_cut_back(void **state)
{
    struct byte_buffer buffer;

    (void)state;
    byte_buffer_init(&buffer, 4);
    byte_buffer_put(&buffer, "abc", 3);
    byte_buffer_put(&buffer, "de", 2);
    byte_buffer_put_u8(&buffer, 'f');
    byte_buffer_printf(&buffer, "%d", 1);
    assert_null(byte_buffer_extend(&buffer, 0));
    assert_true(buffer.failed);
    assert_int_equal(buffer.size, 3);

    byte_buffer_truncate(&buffer, 1);
    byte_buffer_put(&buffer, "xyz", 3);
    assert_false(buffer.failed);
    assert_memory_equal(buffer.data, "axyz", 4);

    assert_null(byte_buffer_extend(&buffer, SIZE_MAX));
    byte_buffer_clear(&buffer);
    assert_non_null(byte_buffer_extend(&buffer, 0));
    assert_int_equal(buffer.size, 0);
    byte_buffer_fini(&buffer);
}

static void printf_fills_to_the_last_byte(void **state)
{
    struct byte_buffer buffer;

    (void)state;
    byte_buffer_init(&buffer, 6);
    byte_buffer_printf(&buffer, "%s", "");
    byte_buffer_printf(&buffer, "a%db", 1234);
    assert_false(buffer.failed);
    assert_int_equal(buffer.size, 6);
    assert_memory_equal(buffer.data, "a1234b", 6);
    byte_buffer_fini(&buffer);
}

static void malformed_varints_fail_the_reader(void **state)
{
    static const struct { uint8_t bytes[12]; size_t size; } malformed[] = {
        {{0}, 0},
        {{0x80}, 1},
        {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 9},
        {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02}, 10},          /* bit 64 */
        {{0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00}, 11},    /* 11 bytes */
    };

    (void)state;
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
        struct byte_reader reader;

        byte_reader_init(&reader, malformed[i].bytes, malformed[i].size);
        assert_int_equal(byte_reader_varint(&reader), 0);
        assert_true(reader.failed);
        assert_false(byte_reader_done(&reader));
        assert_int_equal(byte_reader_left(&reader), 0);
    }
}

static void a_failed_reader_gives_nothing_from_then_on(void **state)
{
    static const uint8_t bytes[] = {200, 1, 5, 'h', 'e', 'l', 'l', 'o', 1, 2, 3, 4, 5, 6, 7, 8};
    struct byte_reader reader;
    char text[8] = "before";
    size_t size = 99;

    (void)state;
    byte_reader_init(&reader, bytes, sizeof bytes);
    assert_int_equal(byte_reader_varint_max(&reader, 199), 0);
    assert_true(reader.failed);
    assert_int_equal(byte_reader_u8(&reader), 0);
    assert_int_equal(byte_reader_varint(&reader), 0);
    assert_int_equal(byte_reader_zigzag(&reader), 0);
    assert_int_equal(byte_reader_fixed64(&reader), 0);
    assert_non_null(byte_reader_blob(&reader, &size));
    assert_int_equal(size, 0);
    byte_reader_text(&reader, text, sizeof text);
    assert_string_equal(text, "");
    assert_false(byte_reader_done(&reader));
}

static void a_text_must_fit_and_hold_no_nul(void **state)
{
    static const uint8_t bytes[] = {3, 'a', 'b', 'c', 3, 'a', 0, 'c'};
    struct byte_reader reader;
    char text[4];

    (void)state;
    byte_reader_init(&reader, bytes, 4);
    byte_reader_text(&reader, text, 4);
    assert_string_equal(text, "abc");
    assert_true(byte_reader_done(&reader));

    byte_reader_init(&reader, bytes, 4);
    byte_reader_text(&reader, text, 3);
    assert_string_equal(text, "");
    assert_true(reader.failed);

    byte_reader_init(&reader, bytes + 4, 4);
    byte_reader_text(&reader, text, 4);
    assert_string_equal(text, "");
    assert_true(reader.failed);
}

static void a_text_is_put_into_an_arena_whole_or_not_at_all(void **state)
{
    static const uint8_t bytes[] = {3, 'a', 'b', 'c', 3, 'a', 0, 'c'};
    struct byte_reader reader;
    struct arena arena;

    (void)state;
    arena_init(&arena, 1 << 16);
    byte_reader_init(&reader, bytes, sizeof bytes);
    assert_string_equal(byte_reader_text_in(&reader, &arena), "abc");
    assert_false(reader.failed);
    assert_string_equal(byte_reader_text_in(&reader, &arena), "");
    assert_true(reader.failed);
    arena_fini(&arena);

    arena_init(&arena, 1);   /* no room */
    byte_reader_init(&reader, bytes, 4);
    assert_string_equal(byte_reader_text_in(&reader, &arena), "");
    assert_true(reader.failed);
    arena_fini(&arena);
}

static void nothing_at_all_can_be_read_from_nothing(void **state)
{
    struct byte_reader reader;

    (void)state;
    byte_reader_init(&reader, NULL, 0);
    assert_true(byte_reader_done(&reader));
    assert_int_equal(byte_reader_u8(&reader), 0);
    assert_false(byte_reader_done(&reader));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_have_their_documented_bytes),
        cmocka_unit_test(the_maximum_is_reached_exactly_and_not_passed),
        cmocka_unit_test(reserved_room_counts_when_it_is_committed),
        cmocka_unit_test(a_failed_buffer_ignores_writes_until_it_is_cut_back),
        cmocka_unit_test(printf_fills_to_the_last_byte),
        cmocka_unit_test(malformed_varints_fail_the_reader),
        cmocka_unit_test(a_failed_reader_gives_nothing_from_then_on),
        cmocka_unit_test(a_text_must_fit_and_hold_no_nul),
        cmocka_unit_test(a_text_is_put_into_an_arena_whole_or_not_at_all),
        cmocka_unit_test(nothing_at_all_can_be_read_from_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
