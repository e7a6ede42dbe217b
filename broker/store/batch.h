/* SPDX-License-Identifier: Apache-2.0
 *
 * batch - how records stand in a batch: kind (u8), size (varint), bytes; again and again.
 * journal - how a batch stands in a stream entry: id <epoch>-<seq>, field "b":
 *           schema version (u8), epoch and seq of the entry before (fixed64 each), desk time (varint), the batch.
 *
 * The reader side is for recovery and for judges (tests, the demo's own check), which read the stream without a broker.
 */
#ifndef BATCH_H
#define BATCH_H

#include "byte_buffer.h"
#include "core.h"

/* Appends one record. */
void batch_put(struct byte_buffer *batch, enum record_kind kind, const void *bytes, size_t size);
/* Takes the next record; false at the end or on damage (then reader->failed). */
bool batch_next(struct byte_reader *reader, enum record_kind *kind, const uint8_t **bytes, size_t *size);

struct journal_entry_head { uint8_t schema; struct desk_id previous; uint64_t desk_ms; };
void journal_entry_put_head(struct byte_buffer *entry, const struct journal_entry_head *head);
/* Leaves the reader at the batch. LW_CORRUPT, LW_UNSUPPORTED (newer schema). */
LW_MUST_CHECK lw_status journal_entry_head_read(struct byte_reader *reader, struct journal_entry_head *out);

#endif
