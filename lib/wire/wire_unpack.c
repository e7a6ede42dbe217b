/* SPDX-License-Identifier: Apache-2.0
 *
 * Nearly all bytes are regular and take the short way. For the others protobuf-c gives
 * strings as char *, so what follows an embedded NUL would vanish silently: it has to be
 * looked for in the bytes.
 */
#include "wire_unpack.h"

#include <string.h>

#include "wire_check.h"
#include "wire_memory.h"
#include "wire_regular.h"

/* One field of the bytes: its number, and for length-delimited ones the content. */
struct raw_field {
    uint32_t number;
    const uint8_t *content;   /* NULL unless length-delimited */
    size_t content_size;
};

static void drop_unknown_fields(ProtobufCMessage *message, const struct wire_rules *rules);
static const char *find_embedded_nul(const uint8_t *bytes, size_t size, const struct wire_rules *rules);
static bool next_raw_field(struct byte_reader *reader, struct raw_field *out);

lw_status wire_unpack(const void *bytes, size_t size, const struct wire_rules *rules, struct arena *arena,
                      ProtobufCMessage **out, const char **reason)
{
    struct wire_memory memory;

    *out = wire_regular_read(bytes, size, rules->descriptor, arena);
    if (*out)
        return wire_check_message(*out, rules, reason);
    wire_memory_init(&memory, arena);
    *out = protobuf_c_message_unpack(rules->descriptor, &memory.allocator, size, bytes);
    if (!*out) {
        *reason = memory.exhausted ? "the message needs too much memory" : "the protobuf is malformed";
        return memory.exhausted ? LW_NO_MEMORY : LW_INVALID;
    }
    drop_unknown_fields(*out, rules);

    const char *nul = find_embedded_nul(bytes, size, rules);
    if (nul) {
        *reason = nul;
        return LW_INVALID;
    }
    return wire_check_message(*out, rules, reason);
}

static void drop_unknown_fields(ProtobufCMessage *message, const struct wire_rules *rules)
{
    message->n_unknown_fields = 0;
    message->unknown_fields = NULL;
    for (size_t i = 0; i < rules->field_count; i++) {
        const struct wire_rule *rule = &rules->fields[i];
        if (rule->kind != WIRE_RULE_MESSAGE)
            continue;

        const ProtobufCFieldDescriptor *field = &rules->descriptor->fields[i];
        char *member = (char *)message + field->offset;
        if (rule->count_max > 0) {
            size_t count;
            memcpy(&count, (char *)message + field->quantifier_offset, sizeof count);
            for (size_t k = 0; k < count; k++)
                drop_unknown_fields((*(ProtobufCMessage ***)(void *)member)[k], rule->of);
        } else if (*(ProtobufCMessage **)(void *)member) {
            drop_unknown_fields(*(ProtobufCMessage **)(void *)member, rule->of);
        }
    }
}

/* The reason, or NULL if no string holds a NUL. The bytes have been unpacked before, so they are well-formed. */
static const char *find_embedded_nul(const uint8_t *bytes, size_t size, const struct wire_rules *rules)
{
    struct byte_reader reader;
    struct raw_field raw;

    byte_reader_init(&reader, bytes, size);
    while (next_raw_field(&reader, &raw)) {
        if (!raw.content)
            continue;
        const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(rules->descriptor, raw.number);
        if (!field)
            continue;

        const struct wire_rule *rule = &rules->fields[field - rules->descriptor->fields];
        const char *found;
        if (rule->kind == WIRE_RULE_MESSAGE)
            found = find_embedded_nul(raw.content, raw.content_size, rule->of);
        else
            found = memchr(raw.content, 0, raw.content_size) ? rule->reasons[WIRE_FAULT_NUL] : NULL;
        if (found)
            return found;
    }
    return NULL;
}

static bool next_raw_field(struct byte_reader *reader, struct raw_field *out)
{
    enum { VARINT = 0, FIXED64 = 1, DELIMITED = 2, FIXED32 = 5 };

    if (byte_reader_left(reader) == 0)
        return false;
    uint64_t key = byte_reader_varint(reader);
    *out = (struct raw_field){.number = (uint32_t)(key >> 3)};
    switch (key & 7) {
    case VARINT:
        while (byte_reader_u8(reader) & 0x80)
            ;   /* protobuf-c takes bits above the 64th too, so their value must not fail the reader */
        break;
    case DELIMITED:
        out->content = byte_reader_blob(reader, &out->content_size);
        break;
    case FIXED64:
    case FIXED32:
        for (int i = (key & 7) == FIXED64 ? 8 : 4; i > 0; i--)
            byte_reader_u8(reader);
        break;
    default:
        return false;
    }
    return !reader->failed;
}
