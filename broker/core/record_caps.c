/* SPDX-License-Identifier: Apache-2.0
 *
 * What counts under the caps of a rep, as part of the rep's record: of the hour only what is not zero. And under the limits of a team,
 * and which sources are paused, as parts of the desk's.
 */
#include "record.h"

void record_put_caps(struct byte_buffer *out, const struct caps_image *caps)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < CAP_BUCKETS; i++)
        used += caps->hour[i] > 0;
    byte_buffer_put_varint(out, caps->bucket);
    byte_buffer_put_u8(out, (uint8_t)used);
    for (uint32_t i = 0; i < CAP_BUCKETS; i++) {
        if (caps->hour[i] == 0)
            continue;
        byte_buffer_put_u8(out, (uint8_t)i);
        byte_buffer_put_varint(out, caps->hour[i]);
    }
    byte_buffer_put_varint(out, caps->counted_ms);
    byte_buffer_put_varint(out, caps->day);
    byte_buffer_put_varint(out, caps->source_count);
    for (uint32_t i = 0; i < caps->source_count; i++) {
        byte_buffer_put_blob(out, caps->sources[i].source.data, caps->sources[i].source.size);
        byte_buffer_put_varint(out, caps->sources[i].counted);
    }
}

void record_read_caps(struct byte_reader *in, struct caps_image *caps)
{
    caps->is_there = true;
    caps->bucket = byte_reader_varint(in);
    for (uint32_t used = byte_reader_u8(in); used > 0 && !in->failed; used--) {
        uint8_t at = byte_reader_u8(in);
        uint16_t count = (uint16_t)byte_reader_varint_max(in, UINT16_MAX);
        if (at >= CAP_BUCKETS)
            in->failed = true;
        else
            caps->hour[at] = count;
    }
    caps->counted_ms = byte_reader_varint(in);
    caps->day = (uint32_t)byte_reader_varint_max(in, UINT32_MAX);
    caps->source_count = (uint32_t)byte_reader_varint_max(in, CONFIG_CAP_SOURCES_MAX);
    for (uint32_t i = 0; i < caps->source_count; i++) {
        size_t size;
        const uint8_t *source = byte_reader_blob(in, &size);
        if (size > LW_NAME_MAX)
            in->failed = true;
        caps->sources[i].source = in->failed ? (struct core_text){"", 0} : (struct core_text){(const char *)source, (uint32_t)size};
        caps->sources[i].counted = (uint32_t)byte_reader_varint_max(in, UINT32_MAX);
    }
    if (in->failed)
        caps->source_count = 0;
}

void record_put_team(struct byte_buffer *out, const struct team_image *image)
{
    byte_buffer_put_blob(out, "", 0);
    byte_buffer_put_blob(out, image->name.data, image->name.size);
    byte_buffer_put_varint(out, image->revision);
    byte_buffer_put_varint(out, image->counted_ms);
    byte_buffer_put_varint(out, image->counted);
    byte_buffer_put_varint(out, image->taken_in);
}

static struct core_text read_name(struct byte_reader *in, size_t size_max)
{
    size_t size;
    const uint8_t *name = byte_reader_blob(in, &size);
    in->failed |= size > size_max;
    return in->failed ? (struct core_text){"", 0} : (struct core_text){(const char *)name, (uint32_t)size};
}

void record_read_team(struct byte_reader *in, struct team_image *image)
{
    image->name = read_name(in, LW_NAME_MAX);
    if (image->name.size == 0)
        return;   /* no team: it is for who asked to say what that means */
    image->revision = byte_reader_varint(in);
    image->counted_ms = byte_reader_varint(in);
    image->counted = (uint32_t)byte_reader_varint_max(in, UINT32_MAX);
    image->taken_in = (uint32_t)byte_reader_varint_max(in, UINT32_MAX);
}

void record_put_paused(struct byte_buffer *out, const struct paused_image *image)
{
    byte_buffer_put_blob(out, "", 0);
    byte_buffer_put_blob(out, "", 0);
    byte_buffer_put_blob(out, image->source.data, image->source.size);
    byte_buffer_put_varint(out, image->revision);
    byte_buffer_put_u8(out, image->is_paused);
    byte_buffer_put_varint(out, image->at_ms);
    byte_buffer_put_blob(out, image->by.data, image->by.size);
    byte_buffer_put_blob(out, image->reason.data, image->reason.size);
}

void record_read_paused(struct byte_reader *in, struct paused_image *image)
{
    image->source = read_name(in, LW_NAME_MAX);
    image->revision = byte_reader_varint(in);
    uint8_t is_paused = byte_reader_u8(in);
    image->is_paused = is_paused != 0;
    image->at_ms = byte_reader_varint(in);
    image->by = read_name(in, LW_NAME_MAX);
    image->reason = read_name(in, ACT_REASON_MAX);
    in->failed |= is_paused > 1 || image->source.size == 0;
}
