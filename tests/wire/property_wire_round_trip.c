/* SPDX-License-Identifier: Apache-2.0
 *
 * Any message that keeps the rules travels unchanged, in protobuf-c's own bytes; and strings are judged as a slow,
 * obvious reader of Unicode would judge them.
 */
#include "frame_promises.h"
#include "message_equal.h"
#include "message_random.h"
#include "wire_text.h"

enum { RANDOM_ARENA_CAP = 64 * 1024 * 1024, MESSAGES_A_ROUND = 20, TEXTS_A_ROUND = 200, TEXT_SIZE_MAX = 24 };

static bool is_packed_as_by_protobuf_c(const ProtobufCMessage *message, const uint8_t *payload, size_t size)
{
    uint8_t *slow = malloc(protobuf_c_message_get_packed_size(message) + 1);

    MUST_HOLD(slow);
    bool is_same = protobuf_c_message_pack(message, slow) == size && memcmp(slow, payload, size) == 0;
    free(slow);
    return is_same;
}

static void round_trip_one(struct seeded *random, struct arena *arena, struct frame_promises *promises)
{
    struct wire_message message = {.type = message_random_type(random)}, again;
    const struct wire_type_info *type = wire_type_find(message.type);
    struct byte_buffer frame;
    const char *reason;

    arena_reset(arena, 0);
    byte_buffer_init(&frame, WIRE_CONTROL_FRAME_SIZE_MAX);
    MUST_HOLD(message.base = message_random(random, type->rules, arena));
    MUST_HOLD(wire_check(&message, &reason) == LW_OK);
    lw_status status = wire_encode(&message, &frame);
    if (status == LW_TOO_LARGE) {
        MUST_HOLD(protobuf_c_message_get_packed_size(message.base) + WIRE_HEADER_SIZE > type->size_max);
        MUST_HOLD(frame.size == 0 && !frame.failed);
    } else {
        MUST_HOLD(status == LW_OK);
        MUST_HOLD(is_packed_as_by_protobuf_c(message.base, frame.data + WIRE_HEADER_SIZE, frame.size - WIRE_HEADER_SIZE));
        enum wire_sender sender = type->senders & WIRE_FROM_CLIENT ? WIRE_FROM_CLIENT : WIRE_FROM_BROKER;
        struct arena into;
        arena_init(&into, frame.size > WIRE_FRAME_SIZE_MAX ? RANDOM_ARENA_CAP : WIRE_ARENA_CAP);
        MUST_HOLD(wire_decode(frame.data, frame.size, sender, &into, &again, &reason, NULL) == LW_OK);
        MUST_HOLD(again.type == message.type && message_equal(message.base, again.base));
        MUST_HOLD(frame_promises_hold(promises, frame.data, frame.size, seeded_next(random)));
        arena_fini(&into);
    }
    byte_buffer_fini(&frame);
}

/* Decodes to code points, then asks Unicode's questions of each. */
static bool slow_is_utf8(const uint8_t *bytes, size_t size, bool *control)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};

    *control = false;
    for (size_t at = 0; at < size;) {
        uint32_t point = bytes[at];
        size_t length = point < 0x80 ? 1 : point >> 5 == 6 ? 2 : point >> 4 == 14 ? 3 : point >> 3 == 30 ? 4 : 0;
        if (length == 0 || at + length > size)
            return false;
        if (length > 1)
            point &= 0x7fu >> length;
        for (size_t i = 1; i < length; i++) {
            if (bytes[at + i] >> 6 != 2)
                return false;
            point = point << 6 | (bytes[at + i] & 0x3f);
        }
        if (point < smallest[length] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
            return false;
        *control |= point < 0x20 || (point >= 0x7f && point < 0xa0);
        at += length;
    }
    return true;
}

static void judge_one_text(struct seeded *random)
{
    static const uint8_t borders[] = {0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec,
                                      0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff, 0x1f, 0x20, 0x7e, 0x7f};
    size_t size = (size_t)seeded_below(random, TEXT_SIZE_MAX + 1);
    uint8_t *text = malloc(size + 1);   /* one byte past it is asan's */
    bool control;

    MUST_HOLD(text);
    for (size_t i = 0; i < size; i++) {
        uint64_t kind = seeded_below(random, 8);
        text[i] = kind < 5 ? (uint8_t)(' ' + seeded_below(random, 0x5f))
                : kind < 7 ? borders[seeded_below(random, sizeof borders)] : (uint8_t)seeded_next(random);
    }
    bool is_utf8 = slow_is_utf8(text, size, &control);
    MUST_HOLD(wire_text_is_utf8((char *)text, size) == is_utf8);
    if (is_utf8)
        MUST_HOLD(wire_text_has_control((char *)text, size) == control);
    free(text);
}

static void round_of_all(struct seeded *random)
{
    struct frame_promises promises;
    struct arena arena;

    arena_init(&arena, RANDOM_ARENA_CAP);
    frame_promises_init(&promises);
    for (int i = 0; i < MESSAGES_A_ROUND; i++)
        round_trip_one(random, &arena, &promises);
    for (int i = 0; i < TEXTS_A_ROUND; i++)
        judge_one_text(random);
    frame_promises_fini(&promises);
    arena_fini(&arena);
}

int main(int argc, char **argv)
{
    return seeded_main(argc, argv, 300, round_of_all);
}
