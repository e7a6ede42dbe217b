/* SPDX-License-Identifier: Apache-2.0
 *
 * arena - memory that is given back all at once, with a cap.
 *
 * One arena per message or turn: allocate freely, reset at the end. Blocks are
 * kept over a reset, so a steady load does not touch malloc. The cap bounds the
 * bytes handed out between two resets; at the cap an allocation gives NULL.
 * Memory is aligned for any type and not zeroed unless said.
 * Threads: one owner.
 */
#ifndef ARENA_H
#define ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *first, *current;
    size_t used_bytes;   /* handed out since the last reset, with padding */
    size_t cap_bytes;
};

/* A place to go back to. */
struct arena_mark {
    struct arena_block *block;
    size_t block_used, used_bytes;
};

/* Prepares an empty arena; allocates nothing yet. */
void arena_init(struct arena *arena, size_t cap_bytes);
/* Frees every block. A zeroed or finished arena is accepted. */
void arena_fini(struct arena *arena);
/* Forgets all that was handed out; keeps at most keep_bytes of blocks. */
void arena_reset(struct arena *arena, size_t keep_bytes);
struct arena_mark arena_mark(const struct arena *arena);
/* Forgets what was handed out since the mark; no reset in between. The blocks are kept. */
void arena_rewind(struct arena *arena, const struct arena_mark *mark);
/* NULL at the cap or when malloc fails. size_bytes 0 gives a unique pointer. */
void *arena_alloc(struct arena *arena, size_t size_bytes);
/* As arena_alloc, zeroed; NULL too if count * size_bytes overflows. */
void *arena_calloc(struct arena *arena, size_t count, size_t size_bytes);
/* Copies size_bytes and adds a NUL. NULL at the cap. */
char *arena_copy(struct arena *arena, const void *bytes, size_t size_bytes);
/* arena_copy of a NUL-terminated string; NULL for NULL. */
char *arena_strdup(struct arena *arena, const char *text);
/* printf into the arena; NULL at the cap. */
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
