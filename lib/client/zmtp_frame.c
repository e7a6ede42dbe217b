/* SPDX-License-Identifier: Apache-2.0 */
#include "zmtp_frame.h"

#include <assert.h>
#include <string.h>

enum {
    FLAGS_KNOWN = ZMTP_MORE | ZMTP_LONG | ZMTP_COMMAND,
    VERSION = 3, VERSION_AT = 10, MECHANISM_AT = 12, MECHANISM_SIZE = 20,
    SHORT_HEADER = 2, SHORT_MAX = 255,
    PING_CONTEXT_AT = 7, PING_CONTEXT_MAX = 16,   /* behind its name and its time to live */
};

static const uint8_t mechanism[MECHANISM_SIZE] = "NULL";
/* Names are behind their length in 1 byte, values behind theirs in 4. */
static const uint8_t ready[] = "\x04\x29\x05READY\x0bSocket-Type\0\0\0\x06""DEALER\x08Identity\0\0\0";

void zmtp_write_hello(uint8_t out[ZMTP_HELLO_SIZE])
{
    static_assert(ZMTP_HELLO_SIZE == ZMTP_GREETING_SIZE + sizeof ready, "the size in zmtp_frame.h");
    memset(out, 0, ZMTP_GREETING_SIZE);
    out[0] = 0xff;
    out[9] = 0x7f;
    out[VERSION_AT] = VERSION;
    memcpy(out + MECHANISM_AT, mechanism, sizeof mechanism);
    memcpy(out + ZMTP_GREETING_SIZE, ready, sizeof ready);   /* with the last zero of Identity's size */
}

bool zmtp_greeting_is_ours(const uint8_t greeting[ZMTP_GREETING_SIZE])
{
    return greeting[0] == 0xff && (greeting[9] & 1) != 0 && greeting[VERSION_AT] >= VERSION
        && memcmp(greeting + MECHANISM_AT, mechanism, sizeof mechanism) == 0;
}

static uint64_t read_long_size(const uint8_t *at)
{
    uint64_t size = 0;
    for (int i = 0; i < 8; i++)
        size = size << 8 | at[i];
    return size;
}

enum zmtp_found zmtp_find_frame(const uint8_t *bytes, size_t size, size_t body_max, struct zmtp_frame *out, size_t *total)
{
    size_t header = size > 0 && (bytes[0] & ZMTP_LONG) != 0 ? ZMTP_HEADER_MAX : SHORT_HEADER;

    if (size > 0 && (bytes[0] & ~FLAGS_KNOWN) != 0)
        return ZMTP_WRONG;
    *total = header;
    if (size < header)
        return ZMTP_PART;
    uint64_t body = header == SHORT_HEADER ? bytes[1] : read_long_size(bytes + 1);
    if (body > ((bytes[0] & ZMTP_COMMAND) != 0 ? ZMTP_COMMAND_MAX : body_max))
        return ZMTP_WRONG;
    *total = header + (size_t)body;
    *out = (struct zmtp_frame){bytes + header, (size_t)body, bytes[0]};
    return size < *total ? ZMTP_PART : ZMTP_WHOLE;
}

static bool is_named(const struct zmtp_frame *frame, const char *name)
{
    size_t size = strlen(name);
    return frame->size > size && frame->body[0] == size && memcmp(frame->body + 1, name, size) == 0;
}

enum zmtp_command zmtp_command_of(const struct zmtp_frame *frame)
{
    if (is_named(frame, "PING") && frame->size >= PING_CONTEXT_AT)
        return ZMTP_PING;
    return is_named(frame, "READY") ? ZMTP_READY : is_named(frame, "ERROR") ? ZMTP_ERROR : ZMTP_OTHER;
}

size_t zmtp_write_header(uint8_t out[ZMTP_HEADER_MAX], size_t body_size)
{
    out[0] = body_size > SHORT_MAX ? ZMTP_LONG : 0;
    out[1] = (uint8_t)body_size;
    if (body_size <= SHORT_MAX)
        return SHORT_HEADER;
    for (int i = 0; i < 8; i++)
        out[1 + i] = (uint8_t)((uint64_t)body_size >> (56 - 8 * i));
    return ZMTP_HEADER_MAX;
}

size_t zmtp_write_pong(uint8_t out[ZMTP_PONG_MAX], const struct zmtp_frame *ping)
{
    size_t context = ping->size - PING_CONTEXT_AT;
    if (context > PING_CONTEXT_MAX)
        context = PING_CONTEXT_MAX;
    memcpy(out, "\x04\0\x04PONG", PING_CONTEXT_AT);
    out[1] = (uint8_t)(5 + context);
    memcpy(out + PING_CONTEXT_AT, ping->body + PING_CONTEXT_AT, context);
    return PING_CONTEXT_AT + context;
}
