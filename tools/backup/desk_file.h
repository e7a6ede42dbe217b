/* SPDX-License-Identifier: Apache-2.0
 *
 * desk_file - a desk in one file: what Redis had of it at one place of its journal, in Redis' own pieces.
 *
 *   magic     "LWDESK\r\n"
 *   frames    as records stand in a batch (batch.h): kind (u8), size (varint), bytes
 *
 *   HEAD      first: format (varint), schema (u8), desk, program (texts), made (varint, unix ms), has a checkpoint (u8), its id, desk time (varint)
 *   FIELD     of a hash of the checkpoint: family (u8), bucket (varint), name, value (blobs)
 *   ENTRY     of the journal: id, then the entry (journal_entry_head and its batch)
 *   END       last: id of the last entry, desk time, how many FIELDs and ENTRYs, checksum
 *
 * Ids are two fixed64. FIELDs come in the order in which a core takes them (rules, reps, leads, seen), ENTRYs in their own;
 * the two may alternate. To restore: all fields first, then all entries; a field may be newer than the first entries, as in
 * Redis, and a record that is older than what is there is skipped.
 *
 * The checksum is SipHash-2-4 of 128 bits over each frame, keyed by that of the frame before: it finds damage, and proves
 * nothing about who made the file. Reading never asserts on bytes and takes no more memory than the file is long.
 * Threads: one owner.
 */
#ifndef DESK_FILE_H
#define DESK_FILE_H

#include <leadwire/status.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "byte_buffer.h"
#include "desk_id.h"
#include "siphash.h"
#include "store_keys.h"

enum { DESK_FILE_FORMAT = 1, DESK_FILE_PROGRAM_MAX = 40, DESK_FILE_ERROR_MAX = 240, DESK_FRAME_MAX = 256 * 1024 * 1024 };

enum desk_family { DESK_CONFIG = 1, DESK_REPS = 2, DESK_LEADS = 3, DESK_SEEN = 4 };

struct desk_file_head {
    uint32_t format;
    uint8_t schema;                             /* STORE_SCHEMA_VERSION of who wrote it */
    char desk[STORE_DESK_MAX + 1], program[DESK_FILE_PROGRAM_MAX];
    int64_t made_unix_ms;
    bool has_checkpoint;
    struct desk_id checkpoint;                  /* the journal's entry behind which the ENTRYs begin */
    uint64_t desk_ms;
};

struct desk_file_end { struct desk_id position; uint64_t desk_ms, fields, entries; };

/* bucket: of leads the number of the hash, of seen the bucket (store_keys.h), else 0. Borrowed. */
struct desk_field { enum desk_family family; uint64_t bucket; const void *name, *value; size_t name_size, value_size; };

/* ---- writing ---- */

struct desk_file_writer { FILE *out; struct byte_buffer frame, body; struct siphash_key sum; struct desk_file_end end; bool failed; };

/* out stays the caller's. */
void desk_file_writer_init(struct desk_file_writer *writer, FILE *out);
void desk_file_writer_fini(struct desk_file_writer *writer);
/* Begins at the start of `out`, which is emptied. */
void desk_file_put_head(struct desk_file_writer *writer, const struct desk_file_head *head);
void desk_file_put_field(struct desk_file_writer *writer, const struct desk_field *field);
void desk_file_put_entry(struct desk_file_writer *writer, struct desk_id id, uint64_t desk_ms, const void *bytes, size_t size);
/* Writes the END and flushes. LW_IO with errno, also of any write before; LW_NO_MEMORY. */
LW_MUST_CHECK lw_status desk_file_put_end(struct desk_file_writer *writer);

/* ---- reading ---- */

struct desk_file_reader { FILE *in; uint64_t left, size; struct byte_buffer bytes; char error[DESK_FILE_ERROR_MAX]; };

/* Not LW_OK ends the reading with that status; NULL: passed over. */
struct desk_file_visitor {
    void *context;
    lw_status (*field)(void *context, const struct desk_field *field);
    lw_status (*entry)(void *context, struct desk_id id, const void *bytes, size_t size);
};

/* in: seekable, `size` bytes long; stays the caller's. */
void desk_file_reader_init(struct desk_file_reader *reader, FILE *in, uint64_t size);
void desk_file_reader_fini(struct desk_file_reader *reader);
/* The whole file from its start, with all checks. Only when this is LW_OK is what was visited what was written. Errors, told in
 * reader->error: LW_INVALID (no such file), LW_UNSUPPORTED (newer), LW_CORRUPT, LW_IO, LW_NO_MEMORY, the visitor's. */
LW_MUST_CHECK lw_status desk_file_read(struct desk_file_reader *reader, const struct desk_file_visitor *visitor,
                                       struct desk_file_head *head, struct desk_file_end *end);

#endif
