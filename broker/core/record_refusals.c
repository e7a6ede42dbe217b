/* SPDX-License-Identifier: Apache-2.0
 *
 * Who did not take a lead and why, and how often it was to be called back, as part of its record: a byte of bits, then each
 * that is there. And how often a rep gave which reason, as part of the rep's.
 */
#include "declines.h"
#include "record.h"

enum refusal_bits { REFUSALS_LAPSED = 1, REFUSALS_DECLINES = 2, REFUSALS_CALL_BACKS = 4 };

bool record_has_refusals(const struct lead_image *image)
{
    return image->lapsed_count > 0 || image->declines != NULL || image->call_backs > 0;
}

static uint8_t bits_of(const struct lead_image *image)
{
    return (uint8_t)((image->lapsed_count > 0 ? REFUSALS_LAPSED : 0) | (image->declines ? REFUSALS_DECLINES : 0) |
                     (image->call_backs > 0 ? REFUSALS_CALL_BACKS : 0));
}

void record_put_refusals(struct byte_buffer *out, const struct lead_image *image)
{
    byte_buffer_put_u8(out, bits_of(image));
    if (image->lapsed_count > 0)
        byte_buffer_put_varint(out, image->lapsed_count);
    for (uint32_t i = 0; i < image->lapsed_count; i++) {
        byte_buffer_put_varint(out, image->lapsed[i].rep);
        byte_buffer_put_varint(out, image->lapsed[i].offer_number);
        byte_buffer_put_u8(out, image->lapsed[i].cause);
        byte_buffer_put_u8(out, image->lapsed[i].times);
    }
    if (image->call_backs > 0)
        byte_buffer_put_varint(out, image->call_backs);
    if (image->declines)
        byte_buffer_put_u8(out, image->declines->count);
    for (uint32_t i = 0; image->declines && i < image->declines->count; i++) {
        const struct decline_note *note = &image->declines->list[i];
        byte_buffer_put_varint(out, note->offer_number);
        byte_buffer_put_text(out, note->reason);
    }
}

static struct core_text read_text(struct byte_reader *in, size_t max)
{
    size_t size;
    const uint8_t *data = byte_reader_blob(in, &size);
    if (size > max)
        in->failed = true;
    return in->failed ? (struct core_text){"", 0} : (struct core_text){(const char *)data, (uint32_t)size};
}

void record_read_refusals(struct byte_reader *in, struct lead_image *image)
{
    uint8_t bits = byte_reader_u8(in);
    if (bits & REFUSALS_LAPSED)
        image->lapsed_count = (uint32_t)byte_reader_varint_max(in, EXCLUSIONS_PER_LEAD_MAX);
    for (uint32_t i = 0; i < image->lapsed_count; i++) {
        image->lapsed[i].rep = (uint32_t)byte_reader_varint_max(in, UINT32_MAX);
        image->lapsed[i].offer_number = (uint32_t)byte_reader_varint_max(in, UINT32_MAX);
        image->lapsed[i].cause = byte_reader_u8(in);
        image->lapsed[i].times = byte_reader_u8(in);
    }
    if (bits & REFUSALS_CALL_BACKS)
        image->call_backs = (uint32_t)byte_reader_varint_max(in, CONFIG_CALL_BACKS_MAX);
    if (!(bits & REFUSALS_DECLINES))
        return;
    image->decline_count = (uint32_t)byte_reader_varint_max(in, DECLINES_KEPT);
    for (uint32_t i = 0; i < image->decline_count; i++) {
        image->declines_read[i].offer_number = (uint32_t)byte_reader_varint_max(in, UINT32_MAX);
        image->declines_read[i].reason = read_text(in, DECLINE_REASON_MAX);
    }
}

void record_put_rep_declines(struct byte_buffer *out, const struct rep_image *image)
{
    byte_buffer_put_u8(out, (uint8_t)image->decline_count);
    for (uint32_t i = 0; i < image->decline_count; i++) {
        byte_buffer_put_blob(out, image->declines[i].reason.data, image->declines[i].reason.size);
        byte_buffer_put_varint(out, image->declines[i].counted);
    }
}

void record_read_rep_declines(struct byte_reader *in, struct rep_image *image)
{
    image->decline_count = byte_reader_u8(in);
    if (image->decline_count > CONFIG_DECLINE_REASONS_MAX) {
        in->failed = true;
        image->decline_count = 0;
    }
    for (uint32_t i = 0; i < image->decline_count; i++) {
        image->declines[i].reason = read_text(in, LW_NAME_MAX);
        image->declines[i].counted = (uint32_t)byte_reader_varint_max(in, UINT32_MAX);
    }
}
