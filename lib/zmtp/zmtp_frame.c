/* SPDX-License-Identifier: Apache-2.0 */
#include "zmtp_frame.h"

#include <assert.h>
#include <string.h>
#include <sys/un.h>

enum {
    FLAGS_KNOWN = ZMTP_MORE | ZMTP_LONG | ZMTP_COMMAND,
    SIGNATURE_END = 9, VERSION = 3, VERSION_AT = 10, MECHANISM_AT = 12, MECHANISM_SIZE = 20,
    TYPE_AT = 24, PROPERTIES_AT = 6,              /* of READY: in its frame, in its body */
    SHORT_HEADER = 2, SHORT_MAX = 255,
    PING_CONTEXT_AT = 7, PING_CONTEXT_MAX = 16,   /* behind its name and its time to live */
};

static const uint8_t mechanism[MECHANISM_SIZE] = "NULL";
/* Names are behind their length in 1 byte, values behind theirs in 4. */
static const uint8_t ready_frame[] = "\x04\x29\x05READY\x0bSocket-Type\0\0\0\x06""DEALER\x08Identity\0\0\0";

static const char *const types[] = {[ZMTP_DEALER] = "DEALER", [ZMTP_ROUTER] = "ROUTER"};
static const char scheme[] = "ipc://";

const char *zmtp_path_of(const char *endpoint)
{
    const char *path = endpoint + sizeof scheme - 1;
    bool is_path = strncmp(endpoint, scheme, sizeof scheme - 1) == 0 && *path && *path != '@' && *path != '*'
        && strlen(path) < sizeof ((struct sockaddr_un *)0)->sun_path;
    return is_path ? path : NULL;
}

void zmtp_write_hello(uint8_t out[ZMTP_HELLO_SIZE], enum zmtp_socket type)
{
    static_assert(ZMTP_HELLO_SIZE == ZMTP_GREETING_SIZE + sizeof ready_frame, "the size in zmtp_frame.h");
    memset(out, 0, ZMTP_GREETING_SIZE);
    out[0] = 0xff;
    out[SIGNATURE_END] = 0x7f;
    out[VERSION_AT] = VERSION;
    memcpy(out + MECHANISM_AT, mechanism, sizeof mechanism);
    memcpy(out + ZMTP_GREETING_SIZE, ready_frame, sizeof ready_frame);   /* with the last zero of Identity's size */
    memcpy(out + ZMTP_GREETING_SIZE + TYPE_AT, types[type], strlen(types[type]));
}

enum zmtp_found zmtp_check_greeting(const uint8_t *bytes, size_t size)
{
    if (size > 0 && bytes[0] != 0xff)
        return ZMTP_WRONG;
    if (size > SIGNATURE_END && (bytes[SIGNATURE_END] & 1) == 0)
        return ZMTP_WRONG;
    if (size > VERSION_AT && bytes[VERSION_AT] < VERSION)
        return ZMTP_WRONG;
    if (size >= MECHANISM_AT + sizeof mechanism && memcmp(bytes + MECHANISM_AT, mechanism, sizeof mechanism) != 0)
        return ZMTP_WRONG;
    return size < ZMTP_GREETING_SIZE ? ZMTP_PART : ZMTP_WHOLE;
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

/* One more property behind *at. False: there is none, or it is not whole, and then *at is not the end. */
static bool next_property(const struct zmtp_frame *ready, size_t *at, struct zmtp_frame *name, struct zmtp_frame *value)
{
    size_t left = ready->size - *at;
    const uint8_t *here = ready->body + *at;

    if (left < 1 || left - 1 < here[0] + 4u)
        return false;
    *name = (struct zmtp_frame){.body = here + 1, .size = here[0]};
    here += 1 + name->size;
    left -= 1 + name->size + 4;
    size_t size = (size_t)here[0] << 24 | (size_t)here[1] << 16 | (size_t)here[2] << 8 | here[3];
    if (size > left)
        return false;
    *value = (struct zmtp_frame){.body = here + 4, .size = size};
    *at = (size_t)(here - ready->body) + 4 + size;
    return true;
}

bool zmtp_find_property(const struct zmtp_frame *ready, const char *name, struct zmtp_frame *out)
{
    struct zmtp_frame found;

    for (size_t at = PROPERTIES_AT; next_property(ready, &at, &found, out);) {
        if (found.size == strlen(name) && memcmp(found.body, name, found.size) == 0)
            return true;
    }
    *out = (struct zmtp_frame){0};
    return false;
}

bool zmtp_ready_is_whole(const struct zmtp_frame *ready)
{
    struct zmtp_frame name, value;
    size_t at = PROPERTIES_AT;

    while (next_property(ready, &at, &name, &value))
        continue;
    return at == ready->size;
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
