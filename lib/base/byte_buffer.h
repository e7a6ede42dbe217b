/* SPDX-License-Identifier: Apache-2.0
 *
 * byte_buffer - bytes that grow at the end, with a maximum.
 * byte_reader - the way back: reads what byte_buffer wrote, never past the end.
 *
 * The encoding is that of Leadwire's own records: unsigned LEB128 varints,
 * zigzag for signed, length-prefixed bytes, fixed little-endian 64 bits.
 *
 * A buffer that meets its maximum (or malloc's) becomes `failed` and ignores
 * further writes, so a writer checks once at the end. A reader that meets the
 * end or a malformed varint (over 10 bytes, or over 64 bits) becomes `failed`
 * and gives 0 / empty from then on. Neither ever asserts on the bytes.
 * Threads: one owner.
 */
#ifndef BYTE_BUFFER_H
#define BYTE_BUFFER_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "arena.h"

struct byte_buffer {
    uint8_t *data;
    size_t size, capacity, max;
    bool failed;
};

void byte_buffer_init(struct byte_buffer *buffer, size_t max);
void byte_buffer_fini(struct byte_buffer *buffer);
/* Empties it, clears `failed`, keeps the memory. */
void byte_buffer_clear(struct byte_buffer *buffer);
/* Cuts it back to size (<= buffer->size) and clears `failed`: undoes writes. */
void byte_buffer_truncate(struct byte_buffer *buffer, size_t size);
/* Room for size more bytes at the returned place, already counted in size; NULL when failed. */
static inline uint8_t *byte_buffer_extend(struct byte_buffer *buffer, size_t size);
/* For many small values in a row: room for size_max bytes more, not counted in size before the commit. NULL when failed,
 * also when only what will not be used goes beyond the maximum. */
static inline uint8_t *byte_buffer_reserve(struct byte_buffer *buffer, size_t size_max);
/* end: behind the last byte that was written into the room reserved last, by the byte_put_ functions below. */
static inline void byte_buffer_commit(struct byte_buffer *buffer, const uint8_t *end);
void byte_buffer_put(struct byte_buffer *buffer, const void *bytes, size_t size);
static inline void byte_buffer_put_u8(struct byte_buffer *buffer, uint8_t value);
static inline void byte_buffer_put_varint(struct byte_buffer *buffer, uint64_t value);
static inline void byte_buffer_put_zigzag(struct byte_buffer *buffer, int64_t value);
void byte_buffer_put_fixed64(struct byte_buffer *buffer, uint64_t value);
/* varint length, then the bytes */
void byte_buffer_put_blob(struct byte_buffer *buffer, const void *bytes, size_t size);
/* blob of a NUL-terminated string without its NUL; NULL is written as "" */
void byte_buffer_put_text(struct byte_buffer *buffer, const char *text);
void byte_buffer_printf(struct byte_buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Where there is room already, which is nearly always, extending is an addition. */
uint8_t *byte_buffer_extend_slowly(struct byte_buffer *buffer, size_t size);
static inline uint8_t *byte_buffer_extend(struct byte_buffer *buffer, size_t size)
{
    if (buffer->failed || !buffer->data || size > buffer->capacity - buffer->size)
        return byte_buffer_extend_slowly(buffer, size);
    uint8_t *at = buffer->data + buffer->size;
    buffer->size += size;
    return at;
}

static inline void byte_buffer_put_u8(struct byte_buffer *buffer, uint8_t value)
{
    uint8_t *at = byte_buffer_extend(buffer, 1);
    if (at)
        *at = value;
}

/* Most of ours are small. */
void byte_buffer_put_long_varint(struct byte_buffer *buffer, uint64_t value);
static inline void byte_buffer_put_varint(struct byte_buffer *buffer, uint64_t value)
{
    if (value < 0x80)
        byte_buffer_put_u8(buffer, (uint8_t)value);
    else
        byte_buffer_put_long_varint(buffer, value);
}

static inline void byte_buffer_put_zigzag(struct byte_buffer *buffer, int64_t value)
{
    byte_buffer_put_varint(buffer, (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

static inline uint8_t *byte_buffer_reserve(struct byte_buffer *buffer, size_t size_max)
{
    uint8_t *at = byte_buffer_extend(buffer, size_max);
    buffer->size -= at ? size_max : 0;
    return at;
}

static inline void byte_buffer_commit(struct byte_buffer *buffer, const uint8_t *end)
{
    assert(end >= buffer->data + buffer->size && end <= buffer->data + buffer->capacity);
    buffer->size = (size_t)(end - buffer->data);
}

/* At `at`, where there is room: the same bytes as above. They give the place behind them. */
enum { BYTE_VARINT_MAX = 10 };
static inline uint8_t *byte_put_u8(uint8_t *at, uint8_t value)
{
    *at = value;
    return at + 1;
}

uint8_t *byte_put_long_varint(uint8_t *at, uint64_t value);
static inline uint8_t *byte_put_varint(uint8_t *at, uint64_t value)
{
    return value < 0x80 ? byte_put_u8(at, (uint8_t)value) : byte_put_long_varint(at, value);
}

static inline uint8_t *byte_put_zigzag(uint8_t *at, int64_t value)
{
    return byte_put_varint(at, (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

static inline uint8_t *byte_put_fixed64(uint8_t *at, uint64_t value)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(at, &value, sizeof value);   /* one store; every record has several */
#else
    for (unsigned i = 0; i < 8; i++)
        at[i] = (uint8_t)(value >> (8 * i));
#endif
    return at + 8;
}

struct byte_reader {
    const uint8_t *data;
    size_t size, at;
    bool failed;
};

/* Borrows data for the reader's life. */
void byte_reader_init(struct byte_reader *reader, const void *data, size_t size);
/* All read and nothing failed. */
bool byte_reader_done(const struct byte_reader *reader);
size_t byte_reader_left(const struct byte_reader *reader);
uint8_t byte_reader_u8(struct byte_reader *reader);
uint64_t byte_reader_varint(struct byte_reader *reader);
/* As varint; a value above max fails the reader and gives 0. */
uint64_t byte_reader_varint_max(struct byte_reader *reader, uint64_t max);
int64_t byte_reader_zigzag(struct byte_reader *reader);
uint64_t byte_reader_fixed64(struct byte_reader *reader);
/* Borrows into data; *size_out 0 and a non-NULL pointer when failed or empty. */
const uint8_t *byte_reader_blob(struct byte_reader *reader, size_t *size_out);
/* Copies a blob as a NUL-terminated string to text[capacity]; longer or with an embedded NUL fails. */
void byte_reader_text(struct byte_reader *reader, char *text, size_t capacity);
/* The same as a string in the arena; at the arena's cap or with an embedded NUL it fails. Never NULL. */
const char *byte_reader_text_in(struct byte_reader *reader, struct arena *arena);

#endif
