/* SPDX-License-Identifier: Apache-2.0 */
#include "byte_buffer.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CAPACITY_MIN = 256 };

static bool grow(struct byte_buffer *buffer, size_t needed);
static uint64_t read_long_varint(struct byte_reader *reader);
static void fail(struct byte_reader *reader);

static const uint8_t nothing[1];     /* what stands for NULL and for an empty blob */

void byte_buffer_init(struct byte_buffer *buffer, size_t max)
{
    assert(max > 0 && max < SIZE_MAX);

    *buffer = (struct byte_buffer){.max = max};
}

void byte_buffer_fini(struct byte_buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct byte_buffer){0};
}

void byte_buffer_clear(struct byte_buffer *buffer)
{
    byte_buffer_truncate(buffer, 0);
}

void byte_buffer_truncate(struct byte_buffer *buffer, size_t size)
{
    assert(size <= buffer->size);

    buffer->size = size;
    buffer->failed = false;
}

uint8_t *byte_buffer_extend_slowly(struct byte_buffer *buffer, size_t size)
{
    if (buffer->failed)
        return NULL;
    if ((size > buffer->capacity - buffer->size || !buffer->data) && !grow(buffer, size))
        return NULL;

    uint8_t *at = buffer->data + buffer->size;
    buffer->size += size;
    return at;
}

void byte_buffer_put(struct byte_buffer *buffer, const void *bytes, size_t size)
{
    uint8_t *at = byte_buffer_extend(buffer, size);

    if (at && size != 0)
        memcpy(at, bytes, size);
}

void byte_buffer_put_long_varint(struct byte_buffer *buffer, uint64_t value)
{
    if (!buffer->failed && buffer->capacity - buffer->size >= BYTE_VARINT_MAX) {
        buffer->size = (size_t)(byte_put_varint(buffer->data + buffer->size, value) - buffer->data);
        return;
    }
    /* Close to the end: the exact length decides whether it still fits. */
    uint8_t bytes[BYTE_VARINT_MAX];
    byte_buffer_put(buffer, bytes, (size_t)(byte_put_varint(bytes, value) - bytes));
}

uint8_t *byte_put_long_varint(uint8_t *at, uint64_t value)
{
    while (value >= 0x80) {
        *at++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *at++ = (uint8_t)value;
    return at;
}

void byte_buffer_put_fixed64(struct byte_buffer *buffer, uint64_t value)
{
    uint8_t *at = byte_buffer_extend(buffer, 8);

    if (at)
        byte_put_fixed64(at, value);
}

void byte_buffer_put_blob(struct byte_buffer *buffer, const void *bytes, size_t size)
{
    byte_buffer_put_varint(buffer, size);
    byte_buffer_put(buffer, bytes, size);
}

void byte_buffer_put_text(struct byte_buffer *buffer, const char *text)
{
    byte_buffer_put_blob(buffer, text, text ? strlen(text) : 0);
}

void byte_buffer_printf(struct byte_buffer *buffer, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0) {
        buffer->failed = true;
        return;
    }
    uint8_t *at = byte_buffer_extend(buffer, (size_t)length);
    if (!at)
        return;
    va_start(args, format);
    vsnprintf((char *)at, (size_t)length + 1, format, args);
    va_end(args);
}

void byte_reader_init(struct byte_reader *reader, const void *data, size_t size)
{
    assert(data || size == 0);

    *reader = (struct byte_reader){.data = data ? data : nothing, .size = size};
}

bool byte_reader_done(const struct byte_reader *reader)
{
    return !reader->failed && reader->at == reader->size;
}

size_t byte_reader_left(const struct byte_reader *reader)
{
    return reader->size - reader->at;
}

uint8_t byte_reader_u8(struct byte_reader *reader)
{
    if (reader->at == reader->size) {
        fail(reader);
        return 0;
    }
    return reader->data[reader->at++];
}

uint64_t byte_reader_varint(struct byte_reader *reader)
{
    if (reader->at < reader->size && reader->data[reader->at] < 0x80)
        return reader->data[reader->at++];      /* most of ours are small */
    return read_long_varint(reader);
}

uint64_t byte_reader_varint_max(struct byte_reader *reader, uint64_t max)
{
    uint64_t value = byte_reader_varint(reader);

    if (value > max) {
        fail(reader);
        return 0;
    }
    return value;
}

int64_t byte_reader_zigzag(struct byte_reader *reader)
{
    uint64_t value = byte_reader_varint(reader);

    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

uint64_t byte_reader_fixed64(struct byte_reader *reader)
{
    uint64_t value = 0;

    if (byte_reader_left(reader) < 8) {
        fail(reader);
        return 0;
    }
    for (unsigned i = 0; i < 8; i++)
        value |= (uint64_t)reader->data[reader->at++] << (8 * i);
    return value;
}

const uint8_t *byte_reader_blob(struct byte_reader *reader, size_t *size_out)
{
    uint64_t size = byte_reader_varint(reader);

    *size_out = 0;
    if (size > byte_reader_left(reader))
        fail(reader);
    if (reader->failed || size == 0)
        return nothing;

    const uint8_t *bytes = reader->data + reader->at;
    reader->at += (size_t)size;
    *size_out = (size_t)size;
    return bytes;
}

void byte_reader_text(struct byte_reader *reader, char *text, size_t capacity)
{
    assert(capacity > 0);

    size_t size;
    const uint8_t *bytes = byte_reader_blob(reader, &size);

    if (size >= capacity || memchr(bytes, 0, size)) {
        fail(reader);
        size = 0;
    }
    memcpy(text, bytes, size);
    text[size] = '\0';
}

const char *byte_reader_text_in(struct byte_reader *reader, struct arena *arena)
{
    size_t size;
    const uint8_t *bytes = byte_reader_blob(reader, &size);
    const char *text = memchr(bytes, 0, size) ? NULL : arena_copy(arena, bytes, size);

    if (!text)
        fail(reader);
    return text ? text : "";
}

/* Room for needed bytes more, or `failed`. One spare byte takes the NUL of a printf. */
static bool grow(struct byte_buffer *buffer, size_t needed)
{
    if (needed > buffer->max - buffer->size) {
        buffer->failed = true;
        return false;
    }
    needed += buffer->size;

    size_t capacity = buffer->capacity > CAPACITY_MIN ? buffer->capacity : CAPACITY_MIN;
    while (capacity < needed)
        capacity = capacity <= SIZE_MAX / 2 ? capacity * 2 : needed;
    if (capacity > buffer->max)
        capacity = buffer->max;

    uint8_t *data = realloc(buffer->data, capacity + 1);
    if (!data) {
        buffer->failed = true;
        return false;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

static uint64_t read_long_varint(struct byte_reader *reader)
{
    /* Locals: as far as the compiler knows, the bytes may overlap the reader. */
    const uint8_t *bytes = reader->data + reader->at;
    size_t left = byte_reader_left(reader), size_max = left < BYTE_VARINT_MAX ? left : BYTE_VARINT_MAX;
    uint64_t value = 0;

    for (size_t i = 0; i < size_max; i++) {
        uint8_t byte = bytes[i];
        if (i == BYTE_VARINT_MAX - 1 && byte > 1)
            break;      /* over 64 bits, or an eleventh byte */
        value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            reader->at += i + 1;
            return value;
        }
    }
    fail(reader);
    return 0;
}

/* Nothing is left after a failure, so every later read fails by itself. */
static void fail(struct byte_reader *reader)
{
    reader->failed = true;
    reader->at = reader->size;
}
