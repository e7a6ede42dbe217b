/* SPDX-License-Identifier: Apache-2.0
 *
 * outbox - what will be told, held back until what caused it is durable.
 *
 * Frames are put in the order in which their causes happened. outbox_seal closes a turn and names
 * the journal ticket that all of it waits for; outbox_take gives the frames of sealed turns whose ticket is
 * confirmed, oldest first, and nothing else: so what anybody is told is in the journal, and in its order.
 *
 *   chunk:  | turn: ticket, frames | frame | frame | turn ... | frame ... |   ->  next chunk
 *
 * Memory is bounded by bytes_max; a frame that does not fit is refused, and the caller ends that session.
 * Threads: one owner.
 */
#ifndef OUTBOX_H
#define OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum outbox_flag {
    OUTBOX_ANSWERS = 1,   /* a request is answered: its credit is free again */
    OUTBOX_WELCOMES = 2,  /* counting of sent frames starts after it */
    OUTBOX_ENDS = 4,      /* the last frame of the session */
    OUTBOX_EVENT = 8,     /* to the event stream, not to a session */
};

struct outbox_frame {
    struct outbox_frame *next;   /* for whoever has taken it */
    uint64_t session;
    uint32_t slot, size;
    uint32_t flags;
    const void *bytes;
};

struct outbox_chunk;
struct outbox_turn;

struct outbox {
    struct outbox_chunk *first, *reading, *last, *spare;   /* reading: the one that is being taken from */
    struct outbox_turn *open;          /* the turn that is being filled; NULL: none begun */
    uint32_t taking;                   /* frames left of the turn that is being taken */
    uint32_t spare_count;
    size_t used_bytes, bytes_max;      /* of chunks with content */
    size_t frames;                     /* held */
};

void outbox_init(struct outbox *outbox, size_t bytes_max);
void outbox_fini(struct outbox *outbox);
/* Copies the frame and its bytes. False: no room or memory; nothing is put. */
bool outbox_put(struct outbox *outbox, const struct outbox_frame *frame);
/* Ends the turn: its frames wait for this ticket. Without frames there is nothing to end. */
void outbox_seal(struct outbox *outbox, uint64_t ticket);
/* The next frame whose ticket is at most confirmed, or NULL. It stays until outbox_drop_taken. */
struct outbox_frame *outbox_take(struct outbox *outbox, uint64_t confirmed);
/* Uses the memory of all taken frames again. */
void outbox_drop_taken(struct outbox *outbox);

#endif
