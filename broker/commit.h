/* SPDX-License-Identifier: Apache-2.0
 *
 * commit - a turn's records on their way to the store.
 *
 * Records are gathered in pieces of at most STORE_BATCH_MAX, cut between records, and appended in order. What the store
 * will not take yet stays here, and nothing may be stepped until it has gone.
 *
 * A record that is larger than a piece (the rules of a large desk) goes as several records of kind RECORD_PART; the way
 * back joins them. If a crash left only some of them, nobody was told of that record, and it is as if it never was.
 *
 *   part: kind (u8), index (varint), count (varint), bytes
 *
 * Threads: one owner.
 */
#ifndef COMMIT_H
#define COMMIT_H

#include "batch.h"
#include "byte_buffer.h"
#include "core.h"
#include "store.h"

enum { RECORD_PART = 64, COMMIT_PIECES_MAX = 8192, COMMIT_BYTES_MAX = 256 * 1024 * 1024 };

struct commit {
    struct byte_buffer records;
    size_t ends[COMMIT_PIECES_MAX];   /* of full pieces; the last piece is open */
    uint32_t piece_count, appended_pieces;
    size_t piece_start, appended_bytes;
    uint64_t ticket;                  /* of the last piece ever appended */
};

void commit_init(struct commit *commit);
void commit_fini(struct commit *commit);
/* Adds one record. Aborts when there is no memory: the core has changed already, and cannot go back. */
void commit_add(struct commit *commit, enum record_kind kind, const void *bytes, size_t size);
/* Appends what was gathered. LW_OK: all is with the store, commit->ticket is its last. LW_FULL: not all yet; call again.
 * LW_FENCED: it will never be. */
LW_MUST_CHECK lw_status commit_append(struct commit *commit, struct store *store, uint64_t desk_ms);
static inline bool commit_is_waiting(const struct commit *commit) { return commit->records.size > 0; }

/* Joins parts while the journal is read. */
struct commit_joiner { struct byte_buffer bytes; enum record_kind kind; uint64_t next, count; };
void commit_joiner_init(struct commit_joiner *joiner);
void commit_joiner_fini(struct commit_joiner *joiner);
/* Gives the core the record, or keeps a part until the last has come. Errors: core_restore's; LW_CORRUPT. */
LW_MUST_CHECK lw_status commit_restore(struct commit_joiner *joiner, struct core *core, enum record_kind kind,
                                       const void *bytes, size_t size);

#endif
