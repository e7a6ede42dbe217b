/* SPDX-License-Identifier: Apache-2.0
 *
 * The header is read here; what the protobuf holds is wire_unpack's and wire_check's matter.
 */
#include <assert.h>
#include <string.h>

#include "wire.h"
#include "wire_pack.h"
#include "wire_unpack.h"

enum { AT_MAGIC = 0, AT_VERSION = 2, AT_TYPE = 3, AT_LENGTH = 4 };

/* Of Offer and Holding, both length-delimited: `lead`, whose key is one byte, and `contacts`, of two. */
enum { LEAD_FIELD = 15, LEAD_KEY_SIZE = 1, CONTACTS_FIELD = 16, CONTACT_KEY_SIZE = 2, LENGTH_DELIMITED = 2 };

static lw_status read_header(const uint8_t *frame, size_t frame_size, enum wire_sender sender,
                             const struct wire_type_info **type_out, const char **reason);
static uint32_t read_length(const uint8_t *frame);
static uint64_t peek_request_id(const uint8_t *payload, size_t size, const struct wire_rules *rules);
static uint64_t get_request_id(const ProtobufCMessage *message, const struct wire_rules *rules);
static lw_status encode(const struct wire_message *message, const struct wire_bytes *leads, size_t count, struct byte_buffer *out);
static void put_lead(unsigned field, const struct wire_bytes *lead, struct byte_buffer *out);
static void write_header(uint8_t *at, enum wire_type type, size_t payload_size);

const char *wire_type_name(enum wire_type type)
{
    const struct wire_type_info *info = wire_type_find((unsigned)type);

    return info ? info->name : "unknown";
}

size_t wire_first_frame_size(const void *bytes, size_t size)
{
    if (size < WIRE_HEADER_SIZE || memcmp((const uint8_t *)bytes + AT_MAGIC, "LW", 2) != 0)
        return size;
    uint32_t length = read_length(bytes);
    return length <= size - WIRE_HEADER_SIZE ? WIRE_HEADER_SIZE + length : size;
}

lw_status wire_decode(const void *frame, size_t frame_size, enum wire_sender sender, struct arena *arena,
                      struct wire_message *out, const char **reason, uint64_t *request_id_out)
{
    const uint8_t *bytes = frame;
    const struct wire_type_info *type;
    uint64_t request_id = 0;

    *out = (struct wire_message){.type = WIRE_NONE};
    *reason = "";
    lw_status status = read_header(bytes, frame_size, sender, &type, reason);
    if (status == LW_OK) {
        const uint8_t *payload = bytes + WIRE_HEADER_SIZE;
        size_t payload_size = frame_size - WIRE_HEADER_SIZE;
        ProtobufCMessage *message;

        status = wire_unpack(payload, payload_size, type->rules, arena, &message, reason);
        request_id = message ? get_request_id(message, type->rules)
                             : peek_request_id(payload, payload_size, type->rules);
        if (status == LW_OK)
            *out = (struct wire_message){.type = (enum wire_type)bytes[AT_TYPE], .base = message};
    }
    if (request_id_out)
        *request_id_out = request_id;
    return status;
}

lw_status wire_encode(const struct wire_message *message, struct byte_buffer *out)
{
    return encode(message, NULL, 0, out);
}

lw_status wire_encode_with_leads(const struct wire_message *message, const struct wire_bytes *leads, size_t count,
                                 struct byte_buffer *out)
{
    assert(count >= 1);
    assert(message->type == WIRE_OFFER ? !message->offer->lead && message->offer->n_contacts == 0
                                       : message->type == WIRE_HOLDING && !message->holding->lead && message->holding->n_contacts == 0);
    return encode(message, leads, count, out);
}

/* What the leads take behind the message; more than any frame when one of them alone does. */
static size_t size_of_leads(const struct wire_bytes *leads, size_t count, size_t size_max)
{
    size_t size = 0;

    for (size_t i = 0; i < count; i++) {
        if (leads[i].size > size_max)
            return size_max;
        size += (i == 0 ? LEAD_KEY_SIZE : CONTACT_KEY_SIZE) + wire_varint_size(leads[i].size) + leads[i].size;
    }
    return size;
}

/* Fields stand by number: before this one what comes before the leads, from it on what comes behind them. */
static unsigned lead_place(const ProtobufCMessageDescriptor *descriptor)
{
    unsigned at = 0;

    while (descriptor->fields[at].id < LEAD_FIELD)
        at++;
    return at;
}

/* Without leads the message is all. Its length is known when it stands; only on failure is it asked for. */
static lw_status encode(const struct wire_message *message, const struct wire_bytes *leads, size_t count, struct byte_buffer *out)
{
    const struct wire_type_info *type = wire_type_find((unsigned)message->type);

    assert(type && message->base && message->base->descriptor == type->rules->descriptor);
    size_t start = out->size, leads_size = size_of_leads(leads, count, type->size_max);
    if (leads_size > type->size_max - WIRE_HEADER_SIZE)
        return LW_TOO_LARGE;
    if (out->failed)
        return LW_NO_MEMORY;
    (void)byte_buffer_extend(out, WIRE_HEADER_SIZE);
    const unsigned fields = message->base->descriptor->n_fields, before = count > 0 ? lead_place(message->base->descriptor) : fields;
    wire_pack_fields(message->base, 0, before, out);
    if (out->size - start + leads_size <= type->size_max) {
        for (size_t i = 0; i < count; i++)
            put_lead(i == 0 ? LEAD_FIELD : CONTACTS_FIELD, &leads[i], out);
        wire_pack_fields(message->base, before, fields, out);
        if (!out->failed && out->size - start <= type->size_max) {
            write_header(out->data + start, message->type, out->size - start - WIRE_HEADER_SIZE);
            return LW_OK;
        }
    }
    byte_buffer_truncate(out, start);
    size_t head_size = WIRE_HEADER_SIZE + protobuf_c_message_get_packed_size(message->base);
    return head_size + leads_size > type->size_max ? LW_TOO_LARGE : LW_NO_MEMORY;
}

static void put_lead(unsigned field, const struct wire_bytes *lead, struct byte_buffer *out)
{
    byte_buffer_put_varint(out, field << 3 | LENGTH_DELIMITED);
    byte_buffer_put_blob(out, lead->data, lead->size);
}

static lw_status read_header(const uint8_t *frame, size_t frame_size, enum wire_sender sender,
                             const struct wire_type_info **type_out, const char **reason)
{
    if (frame_size < WIRE_HEADER_SIZE) {
        *reason = "the frame is shorter than its header";
        return LW_INVALID;
    }
    if (memcmp(frame + AT_MAGIC, "LW", 2) != 0) {
        *reason = "this is not a Leadwire frame";
        return LW_INVALID;
    }
    if (frame[AT_VERSION] < WIRE_VERSION_MIN || frame[AT_VERSION] > WIRE_VERSION_MAX) {
        *reason = "this protocol version is not spoken here";
        return LW_UNSUPPORTED;
    }
    const struct wire_type_info *type = wire_type_find(frame[AT_TYPE]);
    if (!type) {
        *reason = "there is no such message type";
        return LW_INVALID;
    }
    if (!(type->senders & (unsigned)sender)) {
        *reason = "this message type does not come from this side";
        return LW_INVALID;
    }
    if (frame_size > type->size_max) {
        *reason = "the frame is too large for its type";
        return LW_TOO_LARGE;
    }
    if (read_length(frame) != frame_size - WIRE_HEADER_SIZE) {
        *reason = "the header's length is not the frame's";
        return LW_INVALID;
    }
    *type_out = type;
    return LW_OK;
}

static uint32_t read_length(const uint8_t *frame)
{
    const uint8_t *length = frame + AT_LENGTH;

    return (uint32_t)length[0] | (uint32_t)length[1] << 8 | (uint32_t)length[2] << 16 | (uint32_t)length[3] << 24;
}

/* For bytes that could not be unpacked: encoders write field 1 first, so it mostly is readable. */
static uint64_t peek_request_id(const uint8_t *payload, size_t size, const struct wire_rules *rules)
{
    enum { REQUEST_ID_KEY = 1 << 3 };
    struct byte_reader reader;

    byte_reader_init(&reader, payload, size);
    if (rules->fields[0].kind != WIRE_RULE_REQUEST_ID || byte_reader_u8(&reader) != REQUEST_ID_KEY)
        return 0;
    return byte_reader_varint(&reader);
}

static uint64_t get_request_id(const ProtobufCMessage *message, const struct wire_rules *rules)
{
    uint64_t request_id = 0;

    if (rules->fields[0].kind == WIRE_RULE_REQUEST_ID)
        memcpy(&request_id, (const char *)message + rules->descriptor->fields[0].offset, sizeof request_id);
    return request_id;
}

static void write_header(uint8_t *at, enum wire_type type, size_t payload_size)
{
    memcpy(at + AT_MAGIC, "LW", 2);
    at[AT_VERSION] = WIRE_VERSION_MAX;
    at[AT_TYPE] = (uint8_t)type;
    for (unsigned i = 0; i < 4; i++)
        at[AT_LENGTH + i] = (uint8_t)(payload_size >> (8 * i));
}
