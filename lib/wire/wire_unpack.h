/* SPDX-License-Identifier: Apache-2.0
 *
 * wire_unpack - protobuf bytes that somebody else wrote -> a checked message.
 *
 * Threads: none; no state.
 */
#ifndef WIRE_UNPACK_H
#define WIRE_UNPACK_H

#include "arena.h"
#include "wire_rules.h"

/* The message lives in the arena, borrows nothing from bytes, and carries no unknown fields.
 * *out is also set, unchecked, when a rule failed after the bytes were read; else NULL.
 * Errors: LW_INVALID, LW_TOO_LARGE, LW_NO_MEMORY (arena cap); *reason is then static text. */
LW_MUST_CHECK lw_status wire_unpack(const void *bytes, size_t size, const struct wire_rules *rules,
                                    struct arena *arena, ProtobufCMessage **out, const char **reason);

#endif
