/* SPDX-License-Identifier: Apache-2.0
 *
 * record_parts - what the files that write and read records share. Inside broker/core only.
 */
#ifndef RECORD_PARTS_H
#define RECORD_PARTS_H

#include "record.h"

static inline void put_id(struct byte_buffer *out, struct desk_id id)
{
    byte_buffer_put_fixed64(out, id.epoch);
    byte_buffer_put_varint(out, id.number);
}

static inline struct desk_id read_id(struct byte_reader *in)
{
    struct desk_id id;
    id.epoch = byte_reader_fixed64(in);
    id.number = byte_reader_varint(in);
    return id;
}

static inline void put_key(struct byte_buffer *out, struct siphash_128 key)
{
    byte_buffer_put_fixed64(out, key.lo);
    byte_buffer_put_fixed64(out, key.hi);
}

static inline struct siphash_128 read_key(struct byte_reader *in)
{
    struct siphash_128 key;
    key.lo = byte_reader_fixed64(in);
    key.hi = byte_reader_fixed64(in);
    return key;
}

/* Times of one record lie close together: as differences they take a byte or three instead of six. */
static inline void put_time(struct byte_buffer *out, uint64_t base_ms, uint64_t time_ms)
{
    byte_buffer_put_zigzag(out, (int64_t)(time_ms - base_ms));
}

static inline uint64_t read_time(struct byte_reader *in, uint64_t base_ms)
{
    return base_ms + (uint64_t)byte_reader_zigzag(in);
}

static inline struct core_text read_text(struct byte_reader *in, size_t max)
{
    size_t size;
    const uint8_t *data = byte_reader_blob(in, &size);
    if (size > max)
        in->failed = true;
    return in->failed ? (struct core_text){"", 0} : (struct core_text){(const char *)data, (uint32_t)size};
}

static inline bool is_short(const struct lead_image *image)
{
    return lead_state_is_end(image->state) && !image->has_payload;
}

#endif
