/* SPDX-License-Identifier: Apache-2.0
 *
 * What was written is read back; and whatever bytes come, a reader neither
 * leaves them nor gives more than they hold. The bytes to read lie in an
 * allocation of exactly their size, so that asan sees a step outside.
 */
#include "byte_buffer.h"
#include "seeded.h"

enum { VALUE_COUNT_MAX = 40, BLOB_MAX = 300, BUFFER_MAX = VALUE_COUNT_MAX * (BLOB_MAX + 10), KIND_COUNT = 7 };

enum kind { KIND_U8, KIND_VARINT, KIND_VARINT_MAX, KIND_ZIGZAG, KIND_FIXED64, KIND_BLOB, KIND_TEXT };

struct value {
    enum kind kind;
    uint64_t number;
    uint8_t bytes[BLOB_MAX];
    size_t size;
};

static struct value values[VALUE_COUNT_MAX];

static void make_value(struct seeded *random, struct value *value)
{
    value->kind = (enum kind)seeded_below(random, KIND_COUNT);
    value->number = seeded_any_size(random);
    if (value->kind == KIND_U8)
        value->number &= 0xff;
    value->size = seeded_below(random, seeded_below(random, 10) == 0 ? BLOB_MAX : 12);
    for (size_t i = 0; i < value->size; i++)
        value->bytes[i] = (uint8_t)(value->kind == KIND_TEXT ? 1 + seeded_below(random, 255) : seeded_below(random, 256));
    value->bytes[value->size] = '\0';
}

static void write_value(struct byte_buffer *buffer, const struct value *value)
{
    switch (value->kind) {
    case KIND_U8: byte_buffer_put_u8(buffer, (uint8_t)value->number); break;
    case KIND_VARINT:
    case KIND_VARINT_MAX: byte_buffer_put_varint(buffer, value->number); break;
    case KIND_ZIGZAG: byte_buffer_put_zigzag(buffer, (int64_t)value->number); break;
    case KIND_FIXED64: byte_buffer_put_fixed64(buffer, value->number); break;
    case KIND_BLOB: byte_buffer_put_blob(buffer, value->bytes, value->size); break;
    case KIND_TEXT: byte_buffer_put_text(buffer, (const char *)value->bytes); break;
    }
}

/* The same bytes, the numbers among them each into room that was reserved. */
static void write_reserved(struct byte_buffer *buffer, const struct value *value)
{
    if (value->kind == KIND_BLOB || value->kind == KIND_TEXT) {
        write_value(buffer, value);
        return;
    }
    size_t before = buffer->size;
    uint8_t *at = byte_buffer_reserve(buffer, BYTE_VARINT_MAX);
    MUST_HOLD(at && buffer->size == before);
    switch (value->kind) {
    case KIND_U8: at = byte_put_u8(at, (uint8_t)value->number); break;
    case KIND_VARINT:
    case KIND_VARINT_MAX: at = byte_put_varint(at, value->number); break;
    case KIND_ZIGZAG: at = byte_put_zigzag(at, (int64_t)value->number); break;
    case KIND_FIXED64: at = byte_put_fixed64(at, value->number); break;
    case KIND_BLOB: case KIND_TEXT: break;
    }
    byte_buffer_commit(buffer, at);
}

static void check_reserved(const struct byte_buffer *expected, unsigned value_count)
{
    struct byte_buffer buffer;
    byte_buffer_init(&buffer, BUFFER_MAX);
    for (unsigned i = 0; i < value_count; i++)
        write_reserved(&buffer, &values[i]);
    MUST_HOLD(!buffer.failed && buffer.size == expected->size);
    MUST_HOLD(buffer.size == 0 || memcmp(buffer.data, expected->data, buffer.size) == 0);
    byte_buffer_fini(&buffer);
}

/* Reads one of kind into *value; the bytes may be anything. */
static void read_value(struct byte_reader *reader, enum kind kind, uint64_t max, struct value *value)
{
    const uint8_t *bytes;

    *value = (struct value){.kind = kind};
    switch (kind) {
    case KIND_U8: value->number = byte_reader_u8(reader); break;
    case KIND_VARINT: value->number = byte_reader_varint(reader); break;
    case KIND_VARINT_MAX: value->number = byte_reader_varint_max(reader, max); break;
    case KIND_ZIGZAG: value->number = (uint64_t)byte_reader_zigzag(reader); break;
    case KIND_FIXED64: value->number = byte_reader_fixed64(reader); break;
    case KIND_BLOB:
        bytes = byte_reader_blob(reader, &value->size);
        MUST_HOLD(value->size <= reader->size);
        if (value->size <= BLOB_MAX)
            memcpy(value->bytes, bytes, value->size);
        break;
    case KIND_TEXT:
        byte_reader_text(reader, (char *)value->bytes, BLOB_MAX);
        value->size = strlen((const char *)value->bytes);
        break;
    }
    MUST_HOLD(reader->at <= reader->size);
    if (reader->failed)
        MUST_HOLD(value->number == 0 && value->size == 0);
    if (kind == KIND_VARINT_MAX)
        MUST_HOLD(value->number <= max);
}

static void check_round_trip(const uint8_t *bytes, size_t size, unsigned value_count)
{
    struct byte_reader reader;
    struct value read;

    byte_reader_init(&reader, bytes, size);
    for (unsigned i = 0; i < value_count; i++) {
        bool has_number = values[i].kind != KIND_BLOB && values[i].kind != KIND_TEXT;

        MUST_HOLD(byte_reader_left(&reader) > 0);
        read_value(&reader, values[i].kind, values[i].number, &read);
        MUST_HOLD(!reader.failed);
        if (has_number) {
            MUST_HOLD(read.number == values[i].number);
        } else {
            MUST_HOLD(read.size == values[i].size);
            MUST_HOLD(memcmp(read.bytes, values[i].bytes, read.size) == 0);
        }
    }
    MUST_HOLD(byte_reader_done(&reader));
}

/* Reads values of the written kinds, and then of any, until nothing is left. */
static bool read_hostile(struct seeded *random, const uint8_t *bytes, size_t size, unsigned value_count)
{
    uint8_t *copy = malloc(size ? size : 1);
    struct byte_reader reader;
    struct value read;

    MUST_HOLD(copy);
    if (size != 0)
        memcpy(copy, bytes, size);
    byte_reader_init(&reader, size ? copy : NULL, size);
    for (unsigned i = 0; i < value_count; i++)
        read_value(&reader, values[i].kind, values[i].number, &read);

    bool failed = reader.failed;
    while (byte_reader_left(&reader) > 0)
        read_value(&reader, (enum kind)seeded_below(random, KIND_COUNT), seeded_any_size(random), &read);
    free(copy);
    return failed;
}

static void bytes_come_back_and_hostile_ones_do_no_harm(struct seeded *random)
{
    unsigned value_count = (unsigned)(1 + seeded_below(random, VALUE_COUNT_MAX));
    struct byte_buffer buffer, tight;

    byte_buffer_init(&buffer, BUFFER_MAX);
    for (unsigned i = 0; i < value_count; i++) {
        make_value(random, &values[i]);
        write_value(&buffer, &values[i]);
    }
    MUST_HOLD(!buffer.failed);
    check_round_trip(buffer.data, buffer.size, value_count);
    check_reserved(&buffer, value_count);

    /* The same in a buffer that is just large enough, and in one that is not. */
    for (size_t missing = 0; missing < 2 && buffer.size > missing; missing++) {
        byte_buffer_init(&tight, buffer.size - missing);
        for (unsigned i = 0; i < value_count; i++)
            write_value(&tight, &values[i]);
        MUST_HOLD(tight.failed == (missing > 0));
        MUST_HOLD(tight.size <= tight.max);
        if (!tight.failed)
            MUST_HOLD(tight.size == buffer.size && memcmp(tight.data, buffer.data, tight.size) == 0);
        byte_buffer_fini(&tight);
    }

    for (size_t size = 0; size < buffer.size; size += 1 + buffer.size / 200)
        MUST_HOLD(read_hostile(random, buffer.data, size, value_count));    /* too short for its values */
    for (int i = 0; i < 200; i++) {
        buffer.data[seeded_below(random, buffer.size)] = (uint8_t)(seeded_below(random, 3) ? seeded_next(random) : 0xff);
        read_hostile(random, buffer.data, buffer.size, value_count);
    }
    byte_buffer_fini(&buffer);
}

int main(int argc, char **argv)
{
    return seeded_main(argc, argv, 300, bytes_come_back_and_hostile_ones_do_no_harm);
}
