/* SPDX-License-Identifier: Apache-2.0 */
#include "wire_memory.h"

static void *take_from_arena(void *context, size_t size_bytes);
static void leave_to_arena(void *context, void *memory);

void wire_memory_init(struct wire_memory *memory, struct arena *arena)
{
    *memory = (struct wire_memory){
        .allocator = {.alloc = take_from_arena, .free = leave_to_arena, .allocator_data = memory},
        .arena = arena,
    };
}

static void *take_from_arena(void *context, size_t size_bytes)
{
    struct wire_memory *memory = context;
    void *bytes = arena_alloc(memory->arena, size_bytes);

    if (!bytes)
        memory->exhausted = true;
    return bytes;
}

static void leave_to_arena(void *context, void *memory)
{
    (void)context;
    (void)memory;
}
