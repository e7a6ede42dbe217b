/* SPDX-License-Identifier: Apache-2.0
 *
 * wire_pack - a message to its canonical bytes, in one walk of its descriptor.
 *
 * protobuf-c needs two, the first for the size. The bytes are the same; only what leadwire.v1 has is
 * handled: varints, enums, bools, strings, messages, and lists of the last two.
 * Threads: none; no state.
 */
#ifndef WIRE_PACK_H
#define WIRE_PACK_H

#include "byte_buffer.h"
#include "wire_rules.h"

/* Appends the message; unknown fields are left out. out->failed when it does not fit. */
void wire_pack(const ProtobufCMessage *message, struct byte_buffer *out);
/* A part of that: the fields from .. to - 1 of its descriptor, which stand there by number. */
void wire_pack_fields(const ProtobufCMessage *message, unsigned from, unsigned to, struct byte_buffer *out);

static inline size_t wire_varint_size(uint64_t value)
{
    size_t size = 1;

    while (value >>= 7)
        size++;
    return size;
}

#endif
