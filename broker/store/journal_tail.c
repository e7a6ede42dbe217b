/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_tail.h"

#include <stdlib.h>
#include <string.h>

#include "store.h"

enum { FIRST_CAPACITY = 64, HELD_BYTES_MAX = 1 << 30 };   /* a page and a write are far less */

static bool leave_out(struct journal_tail *tail, struct desk_id behind);
static bool make_room(struct journal_tail *tail);
static bool is_sure(const struct journal_tail *tail);

void journal_tail_init(struct journal_tail *tail, struct desk_id begin)
{
    *tail = (struct journal_tail){.last = begin, .taken = begin};
    byte_buffer_init(&tail->bytes, HELD_BYTES_MAX);
}

void journal_tail_fini(struct journal_tail *tail)
{
    free(tail->entries);
    byte_buffer_fini(&tail->bytes);
    *tail = (struct journal_tail){0};
}

lw_status journal_tail_add(struct journal_tail *tail, struct desk_id id, const void *bytes, size_t size)
{
    struct journal_entry_head head;
    struct byte_reader reader;

    byte_reader_init(&reader, bytes, size);
    lw_status status = journal_entry_head_read(&reader, &head);
    if (status == LW_OK && !desk_id_equal(head.previous, tail->last) && (id.number != 0 || !leave_out(tail, head.previous)))
        status = LW_NOT_FOUND;
    if (status == LW_OK && !make_room(tail))
        status = LW_NO_MEMORY;
    if (status != LW_OK)
        return status;
    size_t at = tail->bytes.size;
    byte_buffer_put(&tail->bytes, bytes, size);
    if (tail->bytes.failed)
        return LW_NO_MEMORY;
    tail->entries[tail->count++] = (struct journal_tail_entry){.id = id, .desk_ms = head.desk_ms, .at = at, .size = size, .head_size = reader.at};
    tail->last = id;
    return LW_OK;
}

bool journal_tail_take(struct journal_tail *tail, bool to_end, struct journal_tail_entry *entry, struct byte_reader *batch)
{
    if (tail->first == tail->count || (!to_end && !is_sure(tail)))
        return false;
    *entry = tail->entries[tail->first++];
    byte_reader_init(batch, tail->bytes.data + entry->at, entry->size);
    batch->at = entry->head_size;
    tail->taken = entry->id;
    return true;
}

/* What is held behind that entry. False: it is not there, or what is behind it is more than one write. */
static bool leave_out(struct journal_tail *tail, struct desk_id behind)
{
    size_t count = tail->count;

    while (count > tail->first && !desk_id_equal(tail->entries[count - 1].id, behind))
        count--;
    if (count == tail->first && !desk_id_equal(tail->taken, behind))
        return false;
    if (tail->count - count > JOURNAL_WRITE_ENTRIES_MAX)
        return false;
    if (count < tail->count)
        byte_buffer_truncate(&tail->bytes, tail->entries[count].at);
    tail->left_out += tail->count - count;
    tail->count = count;
    tail->last = behind;
    return true;
}

static bool make_room(struct journal_tail *tail)
{
    if (tail->first == tail->count) {
        tail->first = tail->count = 0;
        byte_buffer_clear(&tail->bytes);
    } else if (tail->first > 0 && tail->first >= tail->count / 2) {
        size_t gone = tail->entries[tail->first].at;
        memmove(tail->bytes.data, tail->bytes.data + gone, tail->bytes.size - gone);
        byte_buffer_truncate(&tail->bytes, tail->bytes.size - gone);
        tail->count -= tail->first;
        memmove(tail->entries, tail->entries + tail->first, tail->count * sizeof *tail->entries);
        for (size_t i = 0; i < tail->count; i++)
            tail->entries[i].at -= gone;
        tail->first = 0;
    }
    if (tail->count < tail->capacity)
        return true;
    size_t capacity = tail->capacity > 0 ? 2 * tail->capacity : FIRST_CAPACITY;
    struct journal_tail_entry *entries = realloc(tail->entries, capacity * sizeof *entries);
    if (!entries)
        return false;
    tail->entries = entries;
    tail->capacity = capacity;
    return true;
}

/* More than one write stands behind the next. */
static bool is_sure(const struct journal_tail *tail)
{
    const struct journal_tail_entry *next = &tail->entries[tail->first];

    return tail->count - tail->first > JOURNAL_WRITE_ENTRIES_MAX
        || tail->bytes.size - next->at - next->size > JOURNAL_WRITE_BYTES_MAX + STORE_BATCH_MAX + 64;
}
