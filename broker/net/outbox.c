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

/* Both stand in a chunk's bytes; a turn's frames may run over into the next chunks. */
struct outbox_turn { uint64_t ticket; uint32_t is_sealed, frames; };
struct frame_head { uint64_t session; uint32_t slot, size, flags, padding; };

static void *put_bytes(struct outbox *outbox, size_t size);
static void *peek_bytes(struct outbox *outbox);
static void free_first(struct outbox *outbox);
static size_t rounded(size_t size);

void outbox_init(struct outbox *outbox, size_t bytes_max)
{
    *outbox = (struct outbox){.bytes_max = bytes_max};
}

void outbox_fini(struct outbox *outbox)
{
    outbox_drop_all(outbox);
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
    struct frame_head *head = put_bytes(outbox, sizeof *head + frame->size);
    if (!head)
        return false;
    *head = (struct frame_head){.session = frame->session, .slot = frame->slot, .size = frame->size, .flags = frame->flags};
    memcpy(head + 1, frame->bytes, frame->size);
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

bool outbox_take(struct outbox *outbox, uint64_t confirmed, struct outbox_frame *out,
                 uint32_t *turn_frames_out, uint32_t *turn_left_out)
{
    while (outbox->taking == 0) {
        struct outbox_turn *turn = peek_bytes(outbox);
        if (!turn || !turn->is_sealed || turn->ticket > confirmed)
            return false;
        outbox->first->taken += rounded(sizeof *turn);
        outbox->taking = turn->frames;
        outbox->taking_of = turn->frames;
    }
    struct frame_head *head = peek_bytes(outbox);
    outbox->first->taken += rounded(sizeof *head + head->size);
    outbox->taking--;
    outbox->frames--;
    *out = (struct outbox_frame){.session = head->session, .slot = head->slot, .size = head->size,
                                 .flags = head->flags, .bytes = head + 1};
    *turn_frames_out = outbox->taking_of;
    *turn_left_out = outbox->taking;
    return true;
}

void outbox_drop_all(struct outbox *outbox)
{
    while (outbox->first)
        free_first(outbox);
    outbox->open = NULL;
    outbox->taking = 0;
    outbox->frames = 0;
}

/* Room for size bytes in one piece, counted in. */
static void *put_bytes(struct outbox *outbox, size_t size)
{
    struct outbox_chunk *chunk = outbox->last;

    size = rounded(size);
    if (!chunk || chunk->size - chunk->used < size) {
        size_t chunk_size = size > CHUNK_SIZE ? size : CHUNK_SIZE;
        if (outbox->used_bytes + chunk_size > outbox->bytes_max)
            return NULL;
        if (chunk_size == CHUNK_SIZE && outbox->spare) {
            chunk = outbox->spare;
            outbox->spare = chunk->next;
            outbox->spare_count--;
        } else {
            chunk = malloc(sizeof *chunk + chunk_size);
            if (!chunk)
                return NULL;
        }
        chunk->next = NULL;
        chunk->size = chunk_size;
        chunk->used = chunk->taken = 0;
        if (outbox->last)
            outbox->last->next = chunk;
        else
            outbox->first = chunk;
        outbox->last = chunk;
        outbox->used_bytes += chunk_size;
    }
    void *at = chunk->bytes + chunk->used;
    chunk->used += size;
    return at;
}

/* What comes next, or NULL; frees the chunks that have been read. The chunk of what was taken last is kept until here. */
static void *peek_bytes(struct outbox *outbox)
{
    while (outbox->first && outbox->first->taken == outbox->first->used) {
        if (outbox->first == outbox->last) {
            outbox->first->taken = outbox->first->used = 0;
            return NULL;
        }
        free_first(outbox);
    }
    return outbox->first ? outbox->first->bytes + outbox->first->taken : NULL;
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
