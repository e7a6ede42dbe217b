/* SPDX-License-Identifier: Apache-2.0 */
#include "batch.h"

#include "store.h"

void batch_put(struct byte_buffer *batch, enum record_kind kind, const void *bytes, size_t size)
{
    byte_buffer_put_u8(batch, (uint8_t)kind);
    byte_buffer_put_blob(batch, bytes, size);
}

bool batch_next(struct byte_reader *reader, enum record_kind *kind, const uint8_t **bytes, size_t *size)
{
    if (reader->failed || byte_reader_left(reader) == 0)
        return false;
    unsigned number = byte_reader_u8(reader);
    *bytes = byte_reader_blob(reader, size);
    *kind = (enum record_kind)number;
    return !reader->failed;
}

void journal_entry_put_head(struct byte_buffer *entry, const struct journal_entry_head *head)
{
    byte_buffer_put_u8(entry, head->schema);
    byte_buffer_put_fixed64(entry, head->previous.epoch);
    byte_buffer_put_fixed64(entry, head->previous.number);
    byte_buffer_put_varint(entry, head->desk_ms);
}

lw_status journal_entry_head_read(struct byte_reader *reader, struct journal_entry_head *out)
{
    struct journal_entry_head head = {.schema = byte_reader_u8(reader)};

    if (!reader->failed && head.schema > STORE_SCHEMA_VERSION)
        return LW_UNSUPPORTED;
    head.previous.epoch = byte_reader_fixed64(reader);
    head.previous.number = byte_reader_fixed64(reader);
    head.desk_ms = byte_reader_varint(reader);
    if (reader->failed || head.schema == 0)
        return LW_CORRUPT;
    *out = head;
    return LW_OK;
}
