/* SPDX-License-Identifier: Apache-2.0 */
#include "frame_mutator.h"

#include <string.h>

#include "message_random.h"
#include "wire_rules.h"

enum { FIELDS_MAX = 256, WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_DELIMITED = 2, WIRE_FIXED32 = 5 };

/* One field as it stands in the bytes. */
struct piece {
    const uint8_t *at;          /* key included */
    size_t size;
    uint32_t number;
    unsigned wire_type;
    const uint8_t *content;     /* of a delimited one */
    size_t content_size;
};

static void mutate_header(struct seeded *random, struct byte_buffer *out);
static void mutate_message(struct seeded *random, const uint8_t *bytes, size_t size, const struct wire_rules *rules,
                           struct byte_buffer *out);
static void mutate_piece(struct seeded *random, const struct piece *piece, const struct wire_rules *rules,
                         struct byte_buffer *out);
static void mutate_text(struct seeded *random, const struct piece *piece, const struct wire_rule *rule,
                        struct byte_buffer *out);
static void mutate_number(struct seeded *random, const struct piece *piece, struct byte_buffer *out);
static void mutate_bytes(struct seeded *random, size_t from, struct byte_buffer *out);
static void put_unknown_field(struct seeded *random, struct byte_buffer *out);
static void put_key(uint32_t number, unsigned wire_type, struct byte_buffer *out);
static void put_empty(struct seeded *random, const struct wire_rules *rules, struct byte_buffer *out);
static size_t split(const uint8_t *bytes, size_t size, struct piece pieces[FIELDS_MAX]);
static const struct wire_rule *find_rule(const struct wire_rules *rules, uint32_t number);

void frame_mutate(struct seeded *random, const uint8_t *frame, size_t size, struct byte_buffer *out)
{
    struct byte_buffer payload, changed;

    byte_buffer_init(&payload, 8 * WIRE_CONTROL_FRAME_SIZE_MAX);
    byte_buffer_init(&changed, 8 * WIRE_CONTROL_FRAME_SIZE_MAX);
    byte_buffer_put(&payload, frame + WIRE_HEADER_SIZE, size - WIRE_HEADER_SIZE);
    for (uint64_t rounds = 1 + seeded_below(random, 3); rounds > 0; rounds--) {
        byte_buffer_clear(&changed);
        mutate_message(random, payload.data, payload.size, wire_type_find(frame[3])->rules, &changed);
        struct byte_buffer swap = payload;
        payload = changed;
        changed = swap;
    }
    byte_buffer_clear(out);
    byte_buffer_put(out, frame, 4);
    for (unsigned i = 0; i < 4; i++)
        byte_buffer_put_u8(out, (uint8_t)(payload.size >> (8 * i)));
    byte_buffer_put(out, payload.data, payload.size);
    if (seeded_chance(random, 15))
        mutate_header(random, out);
    byte_buffer_fini(&payload);
    byte_buffer_fini(&changed);
}

static void mutate_header(struct seeded *random, struct byte_buffer *out)
{
    switch (seeded_below(random, 4)) {
    case 0:
        out->data[seeded_below(random, WIRE_HEADER_SIZE)] ^= (uint8_t)(1u << seeded_below(random, 8));
        break;
    case 1:
        out->data[3] = (uint8_t)seeded_below(random, 64);
        break;
    case 2:
        byte_buffer_truncate(out, (size_t)seeded_below(random, out->size));
        break;
    default:
        byte_buffer_put_varint(out, seeded_any_size(random));
        break;
    }
}

/* Copies the message with one change; sometimes a change of its bytes as such. */
static void mutate_message(struct seeded *random, const uint8_t *bytes, size_t size, const struct wire_rules *rules,
                           struct byte_buffer *out)
{
    struct piece pieces[FIELDS_MAX];
    size_t count = split(bytes, size, pieces), from = out->size;

    if (count == 0 || seeded_chance(random, 4)) {
        byte_buffer_put(out, bytes, size);
        mutate_bytes(random, from, out);
        return;
    }
    size_t chosen = (size_t)seeded_below(random, count), other = (size_t)seeded_below(random, count);
    uint64_t act = seeded_below(random, 100);
    for (size_t i = 0; i < count; i++) {
        if (i != chosen) {
            byte_buffer_put(out, pieces[i].at, pieces[i].size);
            continue;
        }
        if (act < 65) {
            mutate_piece(random, &pieces[i], rules, out);
        } else if (act < 75) {
            ;   /* the field is gone */
        } else if (act < 85) {
            uint64_t copies = seeded_chance(random, 15) ? 70 : 2;
            while (copies-- > 0)
                byte_buffer_put(out, pieces[i].at, pieces[i].size);
        } else if (act < 90) {
            byte_buffer_put(out, pieces[other].at, pieces[other].size);
        } else if (act < 95) {
            byte_buffer_put(out, pieces[i].at, pieces[i].size);
            put_unknown_field(random, out);
        } else {
            byte_buffer_put(out, pieces[i].at, pieces[i].size);
            put_empty(random, rules, out);
        }
    }
}

static void mutate_piece(struct seeded *random, const struct piece *piece, const struct wire_rules *rules,
                         struct byte_buffer *out)
{
    const struct wire_rule *rule = find_rule(rules, piece->number);

    if (!rule || seeded_chance(random, 3)) {
        size_t from = out->size;
        byte_buffer_put(out, piece->at, piece->size);
        mutate_bytes(random, from, out);
    } else if (piece->wire_type != WIRE_DELIMITED) {
        mutate_number(random, piece, out);
    } else if (rule->kind == WIRE_RULE_MESSAGE) {
        struct byte_buffer inner;
        byte_buffer_init(&inner, 8 * WIRE_CONTROL_FRAME_SIZE_MAX);
        mutate_message(random, piece->content, piece->content_size, rule->of, &inner);
        put_key(piece->number, WIRE_DELIMITED, out);
        byte_buffer_put_blob(out, inner.data, inner.size);
        byte_buffer_fini(&inner);
    } else {
        mutate_text(random, piece, rule, out);
    }
}

static void mutate_text(struct seeded *random, const struct piece *piece, const struct wire_rule *rule,
                        struct byte_buffer *out)
{
    static const char *const inserts[] = {
        "\x80", "\xc0\xaf", "\xc2", "\xc2\x85", "\xc3\xa9", "\xe0\x80\x80", "\xe0\xa4\xa8", "\xe2\x82", "\xe2\x82\xac",
        "\xed\x9f\xbf", "\xed\xa0\x80", "\xef\xbf\xbf", "\xf0\x80\x80\x80", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\n", "\x7f", "\x1b[2J", "@", ".", " ", "a",
    };
    struct byte_buffer text;
    size_t at = (size_t)seeded_below(random, piece->content_size + 1);

    byte_buffer_init(&text, 8 * WIRE_CONTROL_FRAME_SIZE_MAX);
    byte_buffer_put(&text, piece->content, at);
    uint64_t act = seeded_below(random, 100);
    if (act < 10) {
        byte_buffer_put_u8(&text, 0);
    } else if (act < 60) {
        const char *insert = inserts[seeded_below(random, sizeof inserts / sizeof inserts[0])];
        byte_buffer_put(&text, insert, strlen(insert));
    } else if (act < 66) {
        size_t size = seeded_chance(random, 50) ? rule->size_max : rule->size_max + 1;
        while (text.size < size && text.size < (128u << 10))
            byte_buffer_put_u8(&text, 'a');
        at = piece->content_size;
    } else if (act < 75) {
        byte_buffer_clear(&text);   /* the end of it, or nothing */
        at = seeded_chance(random, 50) ? at : piece->content_size;
    }   /* else: cut */
    if (act < 75 || seeded_chance(random, 30))
        byte_buffer_put(&text, piece->content + at, piece->content_size - at);
    put_key(piece->number, WIRE_DELIMITED, out);
    byte_buffer_put_blob(out, text.data, text.size);
    byte_buffer_fini(&text);
}

static void mutate_number(struct seeded *random, const struct piece *piece, struct byte_buffer *out)
{
    static const uint8_t too_long[] = {0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f};

    put_key(piece->number, WIRE_VARINT, out);
    switch (seeded_below(random, 4)) {
    case 0:
        byte_buffer_put_varint(out, seeded_below(random, 12));   /* where enum values are, and are not */
        break;
    case 1:
        byte_buffer_put_varint(out, UINT64_MAX - seeded_below(random, 2));
        break;
    case 2:
        byte_buffer_put(out, too_long, sizeof too_long);
        break;
    default:
        byte_buffer_put_varint(out, seeded_any_size(random));
        break;
    }
}

/* Blind: flip, insert, cut, anywhere in what was put since `from`. */
static void mutate_bytes(struct seeded *random, size_t from, struct byte_buffer *out)
{
    size_t size = out->size - from;

    if (size == 0 || seeded_chance(random, 30)) {
        byte_buffer_put_u8(out, (uint8_t)seeded_next(random));
        return;
    }
    size_t at = from + (size_t)seeded_below(random, size);
    if (seeded_chance(random, 50))
        out->data[at] = (uint8_t)seeded_next(random);
    else if (seeded_chance(random, 50))
        out->data[at] ^= (uint8_t)(1u << seeded_below(random, 8));
    else
        byte_buffer_truncate(out, at);
}

static void put_unknown_field(struct seeded *random, struct byte_buffer *out)
{
    static const unsigned wire_types[] = {WIRE_VARINT, WIRE_FIXED64, WIRE_DELIMITED, WIRE_FIXED32};
    unsigned wire_type = wire_types[seeded_below(random, 4)];

    put_key((uint32_t)(60 + seeded_below(random, 1000)), wire_type, out);
    if (wire_type == WIRE_VARINT)
        byte_buffer_put_varint(out, seeded_any_size(random));
    else if (wire_type == WIRE_DELIMITED)
        byte_buffer_put_blob(out, "later\0release", (size_t)seeded_below(random, 13));
    else
        for (int i = wire_type == WIRE_FIXED64 ? 8 : 4; i > 0; i--)
            byte_buffer_put_u8(out, (uint8_t)seeded_below(random, 3));
}

/* A field of the message, empty: no item, no string, a message without fields. */
static void put_empty(struct seeded *random, const struct wire_rules *rules, struct byte_buffer *out)
{
    size_t index = (size_t)seeded_below(random, rules->field_count);
    bool delimited = rules->fields[index].kind > WIRE_RULE_ENUM;

    put_key(rules->descriptor->fields[index].id, delimited ? WIRE_DELIMITED : WIRE_VARINT, out);
    byte_buffer_put_u8(out, 0);
}

static void put_key(uint32_t number, unsigned wire_type, struct byte_buffer *out)
{
    byte_buffer_put_varint(out, (uint64_t)number << 3 | wire_type);
}

/* The fields of the bytes, as many as are well-formed and have room. */
static size_t split(const uint8_t *bytes, size_t size, struct piece pieces[FIELDS_MAX])
{
    struct byte_reader reader;
    size_t count = 0;

    byte_reader_init(&reader, bytes, size);
    while (count < FIELDS_MAX && byte_reader_left(&reader) > 0) {
        struct piece *piece = &pieces[count];
        *piece = (struct piece){.at = bytes + reader.at};
        uint64_t key = byte_reader_varint(&reader);
        piece->number = (uint32_t)(key >> 3);
        piece->wire_type = (unsigned)(key & 7);
        if (piece->wire_type == WIRE_DELIMITED)
            piece->content = byte_reader_blob(&reader, &piece->content_size);
        else if (piece->wire_type == WIRE_VARINT)
            byte_reader_varint(&reader);
        else
            break;
        if (reader.failed)
            break;
        piece->size = (size_t)(bytes + reader.at - piece->at);
        count++;
    }
    return count;
}

static const struct wire_rule *find_rule(const struct wire_rules *rules, uint32_t number)
{
    const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(rules->descriptor, number);

    return field ? &rules->fields[field - rules->descriptor->fields] : NULL;
}
