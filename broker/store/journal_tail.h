/* SPDX-License-Identifier: Apache-2.0
 *
 * journal_tail - entries of a journal as they are read, held until it is sure that they count.
 *
 * Each entry names the one before it, and a claim (number 0 of its epoch) the head that its broker found. So what stands between
 * that head and the claim was not in Redis when the desk was claimed: it is nobody's, and is left out. It gets there by a power
 * cut in the middle of a write. Redis (7.0 at least; mended in Valkey by its pull request 4342) then forgets the write, but leaves
 * its beginning in the append-only file, takes what is written next for the rest of it, and does all of it at its next start.
 * That is one write at most: what has more than that behind it is sure.
 *
 *   add: | sure ... | one write | claim        take: what is sure, in order; all of it, once the end is known
 *
 * Threads: one owner.
 */
#ifndef JOURNAL_TAIL_H
#define JOURNAL_TAIL_H

#include "batch.h"

enum { JOURNAL_WRITE_ENTRIES_MAX = 512, JOURNAL_WRITE_BYTES_MAX = 512 * 1024 };   /* of one append; its last entry may go beyond */

struct journal_tail_entry { struct desk_id id; uint64_t desk_ms; size_t at, size, head_size; };   /* at: in bytes; size: with its head */

struct journal_tail {
    struct desk_id last;               /* added, or where the journal begins */
    struct journal_tail_entry *entries;
    size_t first, count, capacity;     /* entries first to count are not taken yet */
    struct byte_buffer bytes;
    struct desk_id taken;              /* the last of those, or where the journal begins */
    uint64_t left_out;                 /* entries that are nobody's */
};

/* begin: the entry behind which the journal is read. */
void journal_tail_init(struct journal_tail *tail, struct desk_id begin);
/* A zeroed one is accepted. */
void journal_tail_fini(struct journal_tail *tail);
/* The next entry, with its head; copied. LW_UNSUPPORTED (newer schema); LW_CORRUPT: it is damaged; LW_NOT_FOUND: it goes on behind
 * another than the last, so entries are missing; LW_NO_MEMORY. After an error there is nothing more to be taken. */
LW_MUST_CHECK lw_status journal_tail_add(struct journal_tail *tail, struct desk_id id, const void *bytes, size_t size);
/* The next that is sure, or, with to_end, the next, borrowed until the next call: batch has all of it, and is read up to behind its
 * head. False: none. */
bool journal_tail_take(struct journal_tail *tail, bool to_end, struct journal_tail_entry *entry, struct byte_reader *batch);

#endif
