/* SPDX-License-Identifier: Apache-2.0
 *
 * The part of a lead's record that says what its person is known by, and which contacts it has.
 */
#include "record_parts.h"

enum { CONTACTS_TOLD_APART = 8 };   /* in their number: what is each one's own stands there too, as it has not always */
enum { OWN_TOOK_APPOINTMENT = 1, OWN_TOOK_SET_BY = 2 };

static void put_own(struct byte_buffer *out, const struct lead_image *image)
{
    put_time(out, image->at_ms, image->own.received_ms);
    byte_buffer_put_varint(out, image->own.priority);
    byte_buffer_put_varint(out, image->own.keys);
    byte_buffer_put_u8(out, (uint8_t)((image->own.took_appointment ? OWN_TOOK_APPOINTMENT : 0) | (image->own.took_set_by ? OWN_TOOK_SET_BY : 0)));
}

void record_put_person(struct byte_buffer *out, const struct lead_image *image)
{
    byte_buffer_put_varint(out, image->person_key_count);
    for (uint32_t i = 0; i < image->person_key_count; i++)
        put_key(out, image->person_keys[i]);
    const bool tells_apart = image->has_own && !is_short(image);
    byte_buffer_put_varint(out, image->contact_count | (tells_apart ? CONTACTS_TOLD_APART : 0));
    if (tells_apart)
        put_own(out, image);
    for (uint32_t i = 0; i < image->contact_count; i++) {
        const struct contact_image *contact = &image->contacts[i];
        put_key(out, contact->seen_key);
        byte_buffer_put_fixed64(out, contact->content_hash);
        byte_buffer_put_varint(out, contact->serial);
        put_time(out, image->at_ms, contact->at_ms);
        byte_buffer_put_u8(out, contact->channel);
        byte_buffer_put_blob(out, contact->payload.data, is_short(image) ? 0 : contact->payload.size);
        if (!tells_apart)
            continue;
        byte_buffer_put_varint(out, contact->keys);
        byte_buffer_put_varint(out, contact->priority);
        if (contact->serial == 0)
            byte_buffer_put_varint(out, contact->received_ms);
    }
}

static uint16_t read_keys(struct byte_reader *in, const struct lead_image *image)
{
    return (uint16_t)byte_reader_varint_max(in, (1u << image->person_key_count) - 1);
}

static void read_own(struct byte_reader *in, struct lead_image *image)
{
    image->own.received_ms = read_time(in, image->at_ms);
    image->own.priority = (uint16_t)byte_reader_varint_max(in, UINT16_MAX);
    image->own.keys = read_keys(in, image);
    uint8_t took = byte_reader_u8(in);
    image->own.took_appointment = took & OWN_TOOK_APPOINTMENT;
    image->own.took_set_by = took & OWN_TOOK_SET_BY;
}

void record_read_person(struct byte_reader *in, struct lead_image *image)
{
    image->person_key_count = (uint32_t)byte_reader_varint_max(in, CORE_PERSON_KEYS_MAX);
    for (uint32_t i = 0; i < image->person_key_count; i++)
        image->person_keys[i] = read_key(in);
    uint64_t count = byte_reader_varint_max(in, CORE_CONTACTS_MAX | CONTACTS_TOLD_APART);
    image->contact_count = (uint32_t)count % CONTACTS_TOLD_APART;
    image->has_own = count >= CONTACTS_TOLD_APART;
    if (image->has_own)
        read_own(in, image);
    for (uint32_t i = 0; i < image->contact_count; i++) {
        struct contact_image *contact = &image->contacts[i];
        contact->seen_key = read_key(in);
        contact->content_hash = byte_reader_fixed64(in);
        contact->serial = byte_reader_varint(in);
        contact->at_ms = read_time(in, image->at_ms);
        contact->channel = byte_reader_u8(in);
        contact->payload = read_text(in, UINT32_MAX);
        contact->keys = image->has_own ? read_keys(in, image) : 0;
        contact->priority = image->has_own ? (uint16_t)byte_reader_varint_max(in, UINT16_MAX) : 0;
        contact->received_ms = image->has_own && contact->serial == 0 ? byte_reader_varint(in) : 0;
        if (contact->channel >= LW_CHANNEL_COUNT)
            in->failed = true;
    }
}
