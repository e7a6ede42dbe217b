/* SPDX-License-Identifier: Apache-2.0 */
#include "message_equal.h"

#include <stdlib.h>
#include <string.h>

static bool field_equal(const ProtobufCMessage *a, const ProtobufCMessage *b, const ProtobufCFieldDescriptor *field);
static bool value_equal(const void *a, const void *b, ProtobufCType type);
static size_t value_size(ProtobufCType type);
static bool text_equal(const char *a, const char *b);

bool message_equal(const ProtobufCMessage *a, const ProtobufCMessage *b)
{
    if (!a || !b)
        return a == b;
    if (a->descriptor != b->descriptor || a->n_unknown_fields || b->n_unknown_fields)
        return false;
    for (unsigned i = 0; i < a->descriptor->n_fields; i++)
        if (!field_equal(a, b, &a->descriptor->fields[i]))
            return false;
    return true;
}

static bool field_equal(const ProtobufCMessage *a, const ProtobufCMessage *b, const ProtobufCFieldDescriptor *field)
{
    const char *in_a = (const char *)a + field->offset, *in_b = (const char *)b + field->offset;

    if (field->label != PROTOBUF_C_LABEL_REPEATED)
        return value_equal(in_a, in_b, field->type);

    size_t count_a, count_b;
    memcpy(&count_a, (const char *)a + field->quantifier_offset, sizeof count_a);
    memcpy(&count_b, (const char *)b + field->quantifier_offset, sizeof count_b);
    if (count_a != count_b)
        return false;
    for (size_t i = 0; i < count_a; i++) {
        const char *item_a = *(const char *const *)(const void *)in_a + i * value_size(field->type);
        const char *item_b = *(const char *const *)(const void *)in_b + i * value_size(field->type);
        if (!value_equal(item_a, item_b, field->type))
            return false;
    }
    return true;
}

static bool value_equal(const void *a, const void *b, ProtobufCType type)
{
    if (type == PROTOBUF_C_TYPE_STRING)
        return text_equal(*(const char *const *)a, *(const char *const *)b);
    if (type == PROTOBUF_C_TYPE_MESSAGE)
        return message_equal(*(const ProtobufCMessage *const *)a, *(const ProtobufCMessage *const *)b);
    return memcmp(a, b, value_size(type)) == 0;
}

/* Only what leadwire.v1 uses. */
static size_t value_size(ProtobufCType type)
{
    if (type == PROTOBUF_C_TYPE_BOOL)
        return sizeof(protobuf_c_boolean);
    if (type == PROTOBUF_C_TYPE_ENUM || type == PROTOBUF_C_TYPE_UINT32)
        return sizeof(uint32_t);
    if (type == PROTOBUF_C_TYPE_UINT64 || type == PROTOBUF_C_TYPE_INT64)
        return sizeof(uint64_t);
    if (type == PROTOBUF_C_TYPE_STRING || type == PROTOBUF_C_TYPE_MESSAGE)
        return sizeof(void *);
    abort();
}

static bool text_equal(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}
