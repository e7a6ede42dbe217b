/* SPDX-License-Identifier: Apache-2.0
 *
 * wire_regular - protobuf bytes of the shape that encoders write -> a message, in one pass.
 *
 * Regular are known fields in ascending order, each of its own wire type, singular ones at
 * most once, varints without excess, strings without NUL. Nearly all frames are; what else
 * protobuf allows, and all that is wrong, is for wire_unpack to settle.
 * Threads: none; no state.
 */
#ifndef WIRE_REGULAR_H
#define WIRE_REGULAR_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>

#include "arena.h"

/* What protobuf_c_message_unpack gives of the same bytes; it borrows nothing from them.
 * NULL when they are not regular, or at the arena's cap: the arena is then as before. */
ProtobufCMessage *wire_regular_read(const void *bytes, size_t size, const ProtobufCMessageDescriptor *descriptor,
                                    struct arena *arena);

#endif
