/* SPDX-License-Identifier: Apache-2.0
 *
 * A nested message's length stands before it and is known only after it: one byte is kept free, and the few messages
 * of 128 bytes and more are moved up to make room for a longer length.
 */
#include "wire_pack.h"

#include <assert.h>
#include <string.h>

enum { VARINT = 0, DELIMITED = 2 };

static void pack_single(const ProtobufCFieldDescriptor *field, const char *member, struct byte_buffer *out);
static void pack_list(const ProtobufCFieldDescriptor *field, const char *member, size_t count, struct byte_buffer *out);
static void pack_number(uint32_t number, uint64_t value, struct byte_buffer *out);
static void pack_text(uint32_t number, const char *text, struct byte_buffer *out);
static void pack_nested(uint32_t number, const ProtobufCMessage *message, struct byte_buffer *out);
static void write_length(size_t start, struct byte_buffer *out);
static inline uint8_t *write_varint(uint8_t *at, uint64_t value);

void wire_pack(const ProtobufCMessage *message, struct byte_buffer *out)
{
    wire_pack_fields(message, 0, message->descriptor->n_fields, out);
}

void wire_pack_fields(const ProtobufCMessage *message, unsigned from, unsigned to, struct byte_buffer *out)
{
    for (unsigned i = from; i < to; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        const char *member = (const char *)message + field->offset;

        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            size_t count;
            memcpy(&count, (const char *)message + field->quantifier_offset, sizeof count);
            if (count > 0)
                pack_list(field, member, count, out);
        } else {
            pack_single(field, member, out);
        }
    }
}

/* proto3 leaves out what is 0, "" or absent. */
static void pack_single(const ProtobufCFieldDescriptor *field, const char *member, struct byte_buffer *out)
{
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        const char *text = *(const char *const *)(const void *)member;
        if (text && *text)
            pack_text(field->id, text, out);
    } else if (field->type == PROTOBUF_C_TYPE_UINT32) {
        pack_number(field->id, *(const uint32_t *)(const void *)member, out);
    } else if (field->type == PROTOBUF_C_TYPE_UINT64 || field->type == PROTOBUF_C_TYPE_INT64) {
        pack_number(field->id, *(const uint64_t *)(const void *)member, out);
    } else if (field->type == PROTOBUF_C_TYPE_ENUM) {
        pack_number(field->id, (uint64_t)(int64_t)*(const int *)(const void *)member, out);
    } else if (field->type == PROTOBUF_C_TYPE_BOOL) {
        pack_number(field->id, *(const protobuf_c_boolean *)(const void *)member != 0, out);
    } else {
        assert(field->type == PROTOBUF_C_TYPE_MESSAGE);
        const ProtobufCMessage *nested = *(const ProtobufCMessage *const *)(const void *)member;
        if (nested)
            pack_nested(field->id, nested, out);
    }
}

static void pack_list(const ProtobufCFieldDescriptor *field, const char *member, size_t count, struct byte_buffer *out)
{
    assert(field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE);

    if (field->type == PROTOBUF_C_TYPE_STRING) {
        const char *const *texts = *(const char *const *const *)(const void *)member;
        for (size_t i = 0; i < count; i++)
            pack_text(field->id, texts[i], out);
    } else {
        const ProtobufCMessage *const *messages = *(const ProtobufCMessage *const *const *)(const void *)member;
        for (size_t i = 0; i < count; i++)
            pack_nested(field->id, messages[i], out);
    }
}

static void pack_number(uint32_t number, uint64_t value, struct byte_buffer *out)
{
    uint64_t key = (uint64_t)number << 3 | VARINT;

    if (value == 0)
        return;
    uint8_t *at = byte_buffer_extend(out, wire_varint_size(key) + wire_varint_size(value));
    if (at)
        write_varint(write_varint(at, key), value);
}

static void pack_text(uint32_t number, const char *text, struct byte_buffer *out)
{
    uint64_t key = (uint64_t)number << 3 | DELIMITED;
    size_t size = text ? strlen(text) : 0;
    uint8_t *at = byte_buffer_extend(out, wire_varint_size(key) + wire_varint_size(size) + size);

    if (!at)
        return;
    at = write_varint(write_varint(at, key), size);
    if (size > 0)
        memcpy(at, text, size);
}

static void pack_nested(uint32_t number, const ProtobufCMessage *message, struct byte_buffer *out)
{
    byte_buffer_put_varint(out, (uint64_t)number << 3 | DELIMITED);
    size_t start = out->size;
    byte_buffer_put_u8(out, 0);
    wire_pack(message, out);
    if (!out->failed)
        write_length(start, out);
}

/* At start, of all that follows its one byte. */
static void write_length(size_t start, struct byte_buffer *out)
{
    size_t size = out->size - start - 1, length_size = wire_varint_size(size);

    if (length_size > 1) {
        if (!byte_buffer_extend(out, length_size - 1))
            return;
        memmove(out->data + start + length_size, out->data + start + 1, size);
    }
    write_varint(out->data + start, size);
}

static inline uint8_t *write_varint(uint8_t *at, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        *at++ = (uint8_t)(value | 0x80);
    *at++ = (uint8_t)value;
    return at;
}
