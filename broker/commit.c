/* SPDX-License-Identifier: Apache-2.0 */
#include "commit.h"

#include <stdlib.h>

#include "lw_log.h"

enum { PART_SIZE = 48 * 1024, RECORD_WHOLE_MAX = STORE_BATCH_MAX - 16, COUNT_MAX = 65536 };

static void add_whole(struct commit *commit, unsigned kind, const void *bytes, size_t size);
static void add_parts(struct commit *commit, enum record_kind kind, const uint8_t *bytes, size_t size);
static void clear(struct commit *commit);

void commit_init(struct commit *commit)
{
    *commit = (struct commit){0};
    byte_buffer_init(&commit->records, COMMIT_BYTES_MAX);
}

void commit_fini(struct commit *commit)
{
    byte_buffer_fini(&commit->records);
}

void commit_add(struct commit *commit, enum record_kind kind, const void *bytes, size_t size)
{
    if (size <= RECORD_WHOLE_MAX)
        add_whole(commit, kind, bytes, size);
    else
        add_parts(commit, kind, bytes, size);
}

lw_status commit_append(struct commit *commit, struct store *store, uint64_t desk_ms)
{
    while (commit->appended_bytes < commit->records.size) {
        bool is_open = commit->appended_pieces == commit->piece_count;
        size_t end = is_open ? commit->records.size : commit->ends[commit->appended_pieces];
        lw_status status = store_append(store, commit->records.data + commit->appended_bytes, end - commit->appended_bytes,
                                        desk_ms, &commit->ticket);
        if (status != LW_OK)
            return status;
        commit->appended_bytes = end;
        commit->appended_pieces += !is_open;
    }
    clear(commit);
    return LW_OK;
}

void commit_joiner_init(struct commit_joiner *joiner)
{
    *joiner = (struct commit_joiner){0};
    byte_buffer_init(&joiner->bytes, COMMIT_BYTES_MAX);
}

void commit_joiner_fini(struct commit_joiner *joiner)
{
    byte_buffer_fini(&joiner->bytes);
}

lw_status commit_restore(struct commit_joiner *joiner, struct core *core, enum record_kind kind, const void *bytes, size_t size)
{
    struct byte_reader reader;

    if ((unsigned)kind != RECORD_PART) {
        joiner->count = 0;        /* parts without their last: never told to anybody */
        return core_restore(core, kind, bytes, size);
    }
    byte_reader_init(&reader, bytes, size);
    enum record_kind whole = (enum record_kind)byte_reader_u8(&reader);
    uint64_t index = byte_reader_varint_max(&reader, COUNT_MAX), count = byte_reader_varint_max(&reader, COUNT_MAX);
    if (reader.failed || index >= count)
        return LW_CORRUPT;
    if (index == 0) {
        byte_buffer_clear(&joiner->bytes);
        joiner->kind = whole;
        joiner->count = count;
    } else if (joiner->count != count || joiner->next != index || joiner->kind != whole) {
        joiner->count = 0;        /* its first parts were trimmed away: a checkpoint has the record */
        return LW_OK;
    }
    joiner->next = index + 1;
    byte_buffer_put(&joiner->bytes, (const uint8_t *)bytes + reader.at, byte_reader_left(&reader));
    if (joiner->bytes.failed)
        return LW_NO_MEMORY;
    if (joiner->next < count)
        return LW_OK;
    joiner->count = 0;
    return core_restore(core, whole, joiner->bytes.data, joiner->bytes.size);
}

static void add_whole(struct commit *commit, unsigned kind, const void *bytes, size_t size)
{
    size_t start = commit->records.size;

    batch_put(&commit->records, (enum record_kind)kind, bytes, size);
    if (commit->records.failed || (commit->records.size - commit->piece_start > STORE_BATCH_MAX && commit->piece_count == COMMIT_PIECES_MAX)) {
        log_error("out of memory for a turn's records");
        abort();
    }
    if (commit->records.size - commit->piece_start > STORE_BATCH_MAX) {
        commit->ends[commit->piece_count++] = start;
        commit->piece_start = start;
    }
}

static void add_parts(struct commit *commit, enum record_kind kind, const uint8_t *bytes, size_t size)
{
    size_t count = (size + PART_SIZE - 1) / PART_SIZE;
    struct byte_buffer part;

    byte_buffer_init(&part, STORE_BATCH_MAX);
    for (size_t i = 0; i < count; i++) {
        size_t left = size - i * PART_SIZE;
        byte_buffer_clear(&part);
        byte_buffer_put_u8(&part, (uint8_t)kind);
        byte_buffer_put_varint(&part, i);
        byte_buffer_put_varint(&part, count);
        byte_buffer_put(&part, bytes + i * PART_SIZE, left < PART_SIZE ? left : PART_SIZE);
        if (part.failed)
            abort();
        add_whole(commit, RECORD_PART, part.data, part.size);
    }
    byte_buffer_fini(&part);
}

static void clear(struct commit *commit)
{
    byte_buffer_clear(&commit->records);
    commit->piece_count = commit->appended_pieces = 0;
    commit->piece_start = commit->appended_bytes = 0;
}
