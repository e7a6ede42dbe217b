/* SPDX-License-Identifier: Apache-2.0
 *
 * The bytes are copied once, and strings are the copy's: each is ended by a NUL that
 * overwrites, in the copy, the key of the field after it. Keys are read from the original.
 */
#include "wire_regular.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { VARINT = 0, DELIMITED = 2, VARINT_SIZE_MAX = 10 };

struct source {
    const uint8_t *original;
    char *copy;
    struct arena *arena;
};

static ProtobufCMessage *read_message(const struct source *source, const uint8_t *at, const uint8_t *end,
                                      const ProtobufCMessageDescriptor *descriptor);
static const uint8_t *read_field(const struct source *source, const uint8_t *at, const uint8_t *end,
                                 const ProtobufCFieldDescriptor *field, char *message);
static const uint8_t *read_items(const struct source *source, const uint8_t *at, const uint8_t *end,
                                 const ProtobufCFieldDescriptor *field, char *message);
static const uint8_t *read_delimited(const struct source *source, const uint8_t *at, const uint8_t *end,
                                     const ProtobufCFieldDescriptor *field, void **out);
static bool store_number(uint64_t value, ProtobufCType type, char *member);
static const uint8_t *skip_content(const uint8_t *at, const uint8_t *end, const uint8_t **content);
static const uint8_t *read_varint(const uint8_t *at, const uint8_t *end, uint64_t *out);

ProtobufCMessage *wire_regular_read(const void *bytes, size_t size, const ProtobufCMessageDescriptor *descriptor,
                                    struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    struct source source = {.original = bytes, .arena = arena, .copy = arena_copy(arena, bytes, size)};
    ProtobufCMessage *message = NULL;

    if (source.copy)
        message = read_message(&source, source.original, source.original + size, descriptor);
    if (!message)
        arena_rewind(arena, &mark);
    return message;
}

/* As deep as the message types nest. */
static ProtobufCMessage *read_message(const struct source *source, const uint8_t *at, const uint8_t *end,
                                      const ProtobufCMessageDescriptor *descriptor)
{
    const ProtobufCFieldDescriptor *field = descriptor->fields, *last = field + descriptor->n_fields;
    ProtobufCMessage *message = arena_alloc(source->arena, descriptor->sizeof_message);

    if (!message)
        return NULL;
    descriptor->message_init(message);
    while (at && at < end) {
        uint64_t key;
        const uint8_t *after = read_varint(at, end, &key);
        while (field < last && field->id < key >> 3)
            field++;
        if (!after || field == last || field->id != key >> 3)
            return NULL;
        bool is_delimited = field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE;
        if ((key & 7) != (is_delimited ? DELIMITED : VARINT) || field->flags != 0)
            return NULL;
        at = field->label == PROTOBUF_C_LABEL_REPEATED ? read_items(source, at, end, field, (char *)message)
                                                       : read_field(source, after, end, field, (char *)message);
        field++;
    }
    return at ? message : NULL;
}

/* What follows the key of a singular field. */
static const uint8_t *read_field(const struct source *source, const uint8_t *at, const uint8_t *end,
                                 const ProtobufCFieldDescriptor *field, char *message)
{
    uint64_t value;
    void *pointer;

    if (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE) {
        at = read_delimited(source, at, end, field, &pointer);
        memcpy(message + field->offset, &pointer, sizeof pointer);
        return at;
    }
    at = read_varint(at, end, &value);
    return at && store_number(value, field->type, message + field->offset) ? at : NULL;
}

/* All items of a repeated field, from the key of the first: they stand together. */
static const uint8_t *read_items(const struct source *source, const uint8_t *at, const uint8_t *end,
                                 const ProtobufCFieldDescriptor *field, char *message)
{
    const uint8_t *seek = at, *content;
    uint64_t key, first_key;
    size_t count = 0;

    if (!(seek = read_varint(at, end, &first_key)) || (first_key & 7) != DELIMITED)
        return NULL;
    do {
        count++;
        seek = skip_content(seek, end, &content);
    } while (seek && seek < end && (seek = read_varint(seek, end, &key)) && key == first_key);

    void **items = arena_alloc(source->arena, count * sizeof *items);
    if (!items)
        return NULL;
    for (size_t i = 0; at && i < count; i++) {
        at = read_varint(at, end, &key);
        at = read_delimited(source, at, end, field, &items[i]);
    }
    memcpy(message + field->quantifier_offset, &count, sizeof count);
    memcpy(message + field->offset, &items, sizeof items);
    return at;
}

/* A string or a message; NULL in *out only on failure. */
static const uint8_t *read_delimited(const struct source *source, const uint8_t *at, const uint8_t *end,
                                     const ProtobufCFieldDescriptor *field, void **out)
{
    const uint8_t *content, *after = skip_content(at, end, &content);

    *out = NULL;
    if (!after)
        return NULL;
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        *out = read_message(source, content, after, field->descriptor);
    } else if (!memchr(content, 0, (size_t)(after - content))) {
        *out = source->copy + (content - source->original);
        source->copy[after - source->original] = '\0';
    }
    return *out ? after : NULL;
}

/* False for the number types that leadwire.v1 does not have. */
static bool store_number(uint64_t value, ProtobufCType type, char *member)
{
    uint32_t low = (uint32_t)value;
    protobuf_c_boolean is_true = value != 0;

    if (type == PROTOBUF_C_TYPE_UINT64 || type == PROTOBUF_C_TYPE_INT64)
        memcpy(member, &value, sizeof value);
    else if (type == PROTOBUF_C_TYPE_UINT32 || type == PROTOBUF_C_TYPE_INT32 || type == PROTOBUF_C_TYPE_ENUM)
        memcpy(member, &low, sizeof low);
    else if (type == PROTOBUF_C_TYPE_BOOL)
        memcpy(member, &is_true, sizeof is_true);
    else
        return false;
    return true;
}

/* From a length to the end of what it measures. */
static const uint8_t *skip_content(const uint8_t *at, const uint8_t *end, const uint8_t **content)
{
    uint64_t size;

    at = read_varint(at, end, &size);
    if (!at || size > (size_t)(end - at))
        return NULL;
    *content = at;
    return at + size;
}

/* NULL at the end, for excess bits, and for NULL. */
static const uint8_t *read_varint(const uint8_t *at, const uint8_t *end, uint64_t *out)
{
    if (at && at < end && *at < 0x80) {
        *out = *at;
        return at + 1;
    }
    *out = 0;
    for (unsigned i = 0; at && at < end && i < VARINT_SIZE_MAX; i++) {
        uint8_t byte = *at++;
        if (i == VARINT_SIZE_MAX - 1 && byte > 1)
            return NULL;
        *out |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (!(byte & 0x80))
            return at;
    }
    return NULL;
}
