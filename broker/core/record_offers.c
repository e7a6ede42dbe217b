/* SPDX-License-Identifier: Apache-2.0
 *
 * To how many a lead is offered at once and the open offers besides its first, and its own time for a first touch, as part of
 * the lead's record: one byte for a lead that never was offered to several and has no such time.
 */
#include "record.h"

enum { TO_SEVERAL = 0x80, TOUCH_OF_ITS_OWN = 0x40 };
_Static_assert((int)BROADCAST_MAX < (int)TOUCH_OF_ITS_OWN, "offer_to and the flags share a byte");

void record_put_offers(struct byte_buffer *out, const struct lead_image *image)
{
    byte_buffer_put_u8(out, (uint8_t)(image->offer_to | (image->last_offer_number != 0 ? TO_SEVERAL : 0) | (image->touch_for_ms != 0 ? TOUCH_OF_ITS_OWN : 0)));
    if (image->touch_for_ms != 0)
        byte_buffer_put_varint(out, image->touch_for_ms);
    if (image->last_offer_number == 0)
        return;
    byte_buffer_put_varint(out, image->last_offer_number);
    byte_buffer_put_varint(out, image->other_count);
    for (uint32_t i = 0; i < image->other_count; i++) {
        byte_buffer_put_varint(out, image->others[i].rep);
        byte_buffer_put_varint(out, image->others[i].offer_number);
    }
}

void record_read_offers(struct byte_reader *in, struct lead_image *image)
{
    uint8_t byte = byte_reader_u8(in);
    image->offer_to = (uint8_t)(byte & ~(TO_SEVERAL | TOUCH_OF_ITS_OWN));
    image->touch_for_ms = (byte & TOUCH_OF_ITS_OWN) != 0 ? (uint32_t)byte_reader_varint_max(in, UINT32_MAX) : 0;
    if (image->offer_to > BROADCAST_MAX)
        in->failed = true;
    if ((byte & TO_SEVERAL) == 0)
        return;
    image->last_offer_number = (uint32_t)byte_reader_varint_max(in, UINT32_MAX);
    image->other_count = (uint32_t)byte_reader_varint_max(in, BROADCAST_MAX - 1);
    for (uint32_t i = 0; i < image->other_count; i++) {
        image->others[i].rep = (uint32_t)byte_reader_varint_max(in, UINT32_MAX);
        image->others[i].offer_number = (uint32_t)byte_reader_varint_max(in, UINT32_MAX);
    }
}
