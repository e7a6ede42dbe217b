/* SPDX-License-Identifier: Apache-2.0 */
#include "outbox.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK_SIZE = 256 * 1024, SPARES_MAX = 16, ALIGN = 8 };

struct outbox_chunk {
    struct outbox_chunk *next;
    size_t size, used, taken;
    _Alignas(ALIGN) unsigned char bytes[];
};

/* Stands in a chunk's bytes, as its frames do; a turn's frames may run over into the next chunks. */
struct outbox_turn { uint64_t ticket; uint32_t is_sealed, frames; };

static void *put_bytes(struct outbox *outbox, size_t size);
static struct outbox_chunk *add_chunk(struct outbox *outbox, size_t size);
static void *peek_bytes(struct outbox *outbox);
static void free_first(struct outbox *outbox);
static size_t rounded(size_t size);

void outbox_init(struct outbox *outbox, size_t bytes_max)
{
    *outbox = (struct outbox){.bytes_max = bytes_max};
}

void outbox_fini(struct outbox *outbox)
{
    while (outbox->first)
        free_first(outbox);
    while (outbox->spare) {
        struct outbox_chunk *chunk = outbox->spare;
        outbox->spare = chunk->next;
        free(chunk);
    }
    *outbox = (struct outbox){0};
}

bool outbox_put(struct outbox *outbox, const struct outbox_frame *frame)
{
    if (!outbox->open) {
        struct outbox_turn *turn = put_bytes(outbox, sizeof *turn);
        if (!turn)
            return false;
        *turn = (struct outbox_turn){0};
        outbox->open = turn;
    }
    struct outbox_frame *held = put_bytes(outbox, sizeof *held + frame->size);
    if (!held)
        return false;
    *held = *frame;
    held->bytes = memcpy(held + 1, frame->bytes, frame->size);
    outbox->open->frames++;
    outbox->frames++;
    return true;
}

void outbox_seal(struct outbox *outbox, uint64_t ticket)
{
    if (!outbox->open)
        return;
    outbox->open->ticket = ticket;
    outbox->open->is_sealed = 1;
    outbox->open = NULL;
}

struct outbox_frame *outbox_take(struct outbox *outbox, uint64_t confirmed)
{
    while (outbox->taking == 0) {
        struct outbox_turn *turn = peek_bytes(outbox);
        if (!turn || !turn->is_sealed || turn->ticket > confirmed)
            return NULL;
        outbox->reading->taken += rounded(sizeof *turn);
        outbox->taking = turn->frames;
    }
    struct outbox_frame *frame = peek_bytes(outbox);
    outbox->reading->taken += rounded(sizeof *frame + frame->size);
    outbox->taking--;
    outbox->frames--;
    return frame;
}

void outbox_drop_taken(struct outbox *outbox)
{
    while (outbox->first != outbox->reading)
        free_first(outbox);
    if (outbox->reading && outbox->reading->taken == outbox->reading->used)
        outbox->reading->taken = outbox->reading->used = 0;
}

/* Room for size bytes in one piece, counted in. */
static void *put_bytes(struct outbox *outbox, size_t size)
{
    struct outbox_chunk *chunk = outbox->last;

    size = rounded(size);
    if (!chunk || chunk->size - chunk->used < size)
        chunk = add_chunk(outbox, size > CHUNK_SIZE ? size : CHUNK_SIZE);
    if (!chunk)
        return NULL;
    void *at = chunk->bytes + chunk->used;
    chunk->used += size;
    return at;
}

static struct outbox_chunk *add_chunk(struct outbox *outbox, size_t size)
{
    struct outbox_chunk *chunk = outbox->spare;

    if (outbox->used_bytes + size > outbox->bytes_max)
        return NULL;
    if (size == CHUNK_SIZE && chunk) {
        outbox->spare = chunk->next;
        outbox->spare_count--;
    } else if (!(chunk = malloc(sizeof *chunk + size))) {
        return NULL;
    }
    chunk->next = NULL;
    chunk->size = size;
    chunk->used = chunk->taken = 0;
    if (outbox->last)
        outbox->last->next = chunk;
    else
        outbox->first = outbox->reading = chunk;
    outbox->last = chunk;
    outbox->used_bytes += size;
    return chunk;
}

/* What comes next, or NULL. What was taken stays where it is. */
static void *peek_bytes(struct outbox *outbox)
{
    while (outbox->reading && outbox->reading->taken == outbox->reading->used) {
        if (outbox->reading == outbox->last)
            return NULL;
        outbox->reading = outbox->reading->next;
    }
    return outbox->reading ? outbox->reading->bytes + outbox->reading->taken : NULL;
}

static void free_first(struct outbox *outbox)
{
    struct outbox_chunk *chunk = outbox->first;

    outbox->first = chunk->next;
    if (!outbox->first)
        outbox->last = NULL;
    outbox->used_bytes -= chunk->size;
    if (chunk->size == CHUNK_SIZE && outbox->spare_count < SPARES_MAX) {
        chunk->next = outbox->spare;
        outbox->spare = chunk;
        outbox->spare_count++;
    } else {
        free(chunk);
    }
}

static size_t rounded(size_t size)
{
    return (size + ALIGN - 1) / ALIGN * ALIGN;
}
