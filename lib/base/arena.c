/* SPDX-License-Identifier: Apache-2.0
 *
 * Blocks stand in one list in order of use: those before `current` are used up,
 * those after it were kept by a reset and are empty.
 */
#include "arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE_MIN = 8192, ALIGNMENT = _Alignof(max_align_t) };

struct arena_block {
    struct arena_block *next;
    size_t size, used;
    max_align_t bytes[];
};

static struct arena_block *next_block(struct arena *arena, size_t size);

void arena_init(struct arena *arena, size_t cap_bytes)
{
    *arena = (struct arena){.cap_bytes = cap_bytes};
}

void arena_fini(struct arena *arena)
{
    arena_reset(arena, 0);
    *arena = (struct arena){0};
}

void arena_reset(struct arena *arena, size_t keep_bytes)
{
    struct arena_block **link = &arena->first;
    size_t kept = 0;

    while (*link) {
        struct arena_block *block = *link;
        if (block->size <= keep_bytes - kept) {
            kept += block->size;
            block->used = 0;
            link = &block->next;
        } else {
            *link = block->next;
            free(block);
        }
    }
    arena->current = arena->first;
    arena->used_bytes = 0;
}

struct arena_mark arena_mark(const struct arena *arena)
{
    return (struct arena_mark){.block = arena->current, .block_used = arena->current ? arena->current->used : 0,
                               .used_bytes = arena->used_bytes};
}

void arena_rewind(struct arena *arena, const struct arena_mark *mark)
{
    assert(mark->used_bytes <= arena->used_bytes);

    for (struct arena_block *block = mark->block ? mark->block->next : arena->first; block; block = block->next)
        block->used = 0;
    if (mark->block)
        mark->block->used = mark->block_used;
    arena->current = mark->block ? mark->block : arena->first;
    arena->used_bytes = mark->used_bytes;
}

void *arena_alloc(struct arena *arena, size_t size_bytes)
{
    if (size_bytes > arena->cap_bytes)
        return NULL;      /* also keeps the rounding below from wrapping */

    size_t size = (size_bytes + (size_bytes == 0) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (size < size_bytes || size > arena->cap_bytes - arena->used_bytes)
        return NULL;

    struct arena_block *block = arena->current;
    if (!block || size > block->size - block->used) {
        block = next_block(arena, size);
        if (!block)
            return NULL;
    }
    void *memory = (char *)block->bytes + block->used;
    block->used += size;
    arena->used_bytes += size;
    return memory;
}

void *arena_calloc(struct arena *arena, size_t count, size_t size_bytes)
{
    if (size_bytes != 0 && count > SIZE_MAX / size_bytes)
        return NULL;

    void *memory = arena_alloc(arena, count * size_bytes);
    if (memory)
        memset(memory, 0, count * size_bytes);
    return memory;
}

char *arena_copy(struct arena *arena, const void *bytes, size_t size_bytes)
{
    if (size_bytes == SIZE_MAX)
        return NULL;

    char *copy = arena_alloc(arena, size_bytes + 1);
    if (!copy)
        return NULL;
    if (size_bytes != 0)
        memcpy(copy, bytes, size_bytes);
    copy[size_bytes] = '\0';
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return text ? arena_copy(arena, text, strlen(text)) : NULL;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0)
        return NULL;

    char *text = arena_alloc(arena, (size_t)length + 1);
    if (!text)
        return NULL;
    va_start(args, format);
    vsnprintf(text, (size_t)length + 1, format, args);
    va_end(args);
    return text;
}

/* Makes a block with room for size the current one: the kept one that follows, or a new one
 * before it. The rest of the block before is given up until the reset. */
static struct arena_block *next_block(struct arena *arena, size_t size)
{
    struct arena_block **link = arena->current ? &arena->current->next : &arena->first;
    struct arena_block *block = *link;

    if (!block || block->size < size) {
        size_t block_size = size > BLOCK_SIZE_MIN ? size : BLOCK_SIZE_MIN;
        if (block_size > SIZE_MAX - sizeof *block)
            return NULL;
        block = malloc(sizeof *block + block_size);
        if (!block)
            return NULL;
        *block = (struct arena_block){.next = *link, .size = block_size};
        *link = block;
    }
    assert(block->used == 0);
    arena->current = block;
    return block;
}
