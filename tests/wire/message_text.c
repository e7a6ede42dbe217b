/* SPDX-License-Identifier: Apache-2.0 */
#include "message_text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

static void write_value(const ProtobufCFieldDescriptor *field, const void *member, unsigned depth, bool repeated,
                        struct byte_buffer *out);
static void write_text(const char *text, struct byte_buffer *out);

void message_text_write(const ProtobufCMessage *message, unsigned depth, struct byte_buffer *out)
{
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        const char *member = (const char *)message + field->offset;
        if (field->label != PROTOBUF_C_LABEL_REPEATED) {
            write_value(field, member, depth, false, out);
            continue;
        }
        size_t count;
        memcpy(&count, (const char *)message + field->quantifier_offset, sizeof count);
        for (size_t k = 0; k < count; k++)   /* strings or messages: leadwire.v1 repeats nothing else */
            write_value(field, *(const char *const *)(const void *)member + k * sizeof(void *), depth, true, out);
    }
}

static void write_value(const ProtobufCFieldDescriptor *field, const void *member, unsigned depth, bool repeated,
                        struct byte_buffer *out)
{
    uint64_t number = 0;
    int indent = (int)(2 * depth);

    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        const ProtobufCMessage *message = *(const ProtobufCMessage *const *)member;
        if (!message)
            return;
        byte_buffer_printf(out, "%*s%s {\n", indent, "", field->name);
        message_text_write(message, depth + 1, out);
        byte_buffer_printf(out, "%*s}\n", indent, "");
        return;
    }
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        const char *text = *(const char *const *)member;
        if (!repeated && (!text || !*text))
            return;
        byte_buffer_printf(out, "%*s%s: ", indent, "", field->name);
        write_text(text, out);
        return;
    }
    if (field->type == PROTOBUF_C_TYPE_BOOL)
        number = *(const protobuf_c_boolean *)member != 0;
    else
        memcpy(&number, member, field->type == PROTOBUF_C_TYPE_UINT32 || field->type == PROTOBUF_C_TYPE_ENUM ? 4 : 8);
    if (number == 0)
        return;
    byte_buffer_printf(out, "%*s%s: ", indent, "", field->name);
    if (field->type == PROTOBUF_C_TYPE_BOOL)
        byte_buffer_printf(out, "true\n");
    else if (field->type == PROTOBUF_C_TYPE_ENUM)
        byte_buffer_printf(out, "%s\n", protobuf_c_enum_descriptor_get_value(field->descriptor, (int)number)->name);
    else if (field->type == PROTOBUF_C_TYPE_INT64)
        byte_buffer_printf(out, "%" PRId64 "\n", (int64_t)number);
    else
        byte_buffer_printf(out, "%" PRIu64 "\n", number);
}

static void write_text(const char *text, struct byte_buffer *out)
{
    byte_buffer_put_u8(out, '"');
    for (; *text; text++) {
        if (*text == '\n') {
            byte_buffer_put(out, "\\n", 2);
            continue;
        }
        if (*text == '"' || *text == '\\')
            byte_buffer_put_u8(out, '\\');
        byte_buffer_put_u8(out, (uint8_t)*text);
    }
    byte_buffer_put(out, "\"\n", 2);
}
