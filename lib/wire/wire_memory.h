/* SPDX-License-Identifier: Apache-2.0
 *
 * wire_memory - an arena as protobuf-c sees it.
 *
 * Freeing does nothing: the arena's reset gives all back, also after a failed
 * unpack. At the arena's cap protobuf-c gets NULL, gives up, and `exhausted` tells
 * this from malformed bytes. Threads: one owner.
 */
#ifndef WIRE_MEMORY_H
#define WIRE_MEMORY_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

#include "arena.h"

struct wire_memory {
    ProtobufCAllocator allocator;   /* points into this struct: do not copy it */
    struct arena *arena;
    bool exhausted;
};

/* Borrows the arena. */
void wire_memory_init(struct wire_memory *memory, struct arena *arena);

#endif
