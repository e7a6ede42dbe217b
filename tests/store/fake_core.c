/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_core.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"

static void put_lead(struct byte_buffer *out, const struct core *core, uint32_t number);

struct core *fake_core_new(void)
{
    struct core *core = calloc(1, sizeof *core);

    if (!core)
        abort();
    byte_buffer_init(&core->bytes, 1024 * 1024);
    return core;
}

void fake_core_free(struct core *core)
{
    if (!core)
        return;
    byte_buffer_fini(&core->bytes);
    free(core);
}

void fake_core_change(struct core *core, uint32_t number, uint32_t size, bool end, struct byte_buffer *batch)
{
    struct fake_lead *lead = &core->leads[number];
    struct byte_buffer record;

    lead->revision = ++core->revision;
    lead->size = end ? 0 : size;
    lead->is_open = !end;
    lead->is_dirty = true;
    core->desk_dirty = core->desk_known = true;
    if (number >= core->lead_count)
        core->lead_count = number + 1;
    byte_buffer_init(&record, 1024 * 1024);
    put_lead(&record, core, number);
    batch_put(batch, RECORD_LEAD, record.data, record.size);
    byte_buffer_fini(&record);
}

lw_status fake_core_restore(struct core *core, enum record_kind kind, const void *bytes, size_t size)
{
    struct byte_reader reader;
    size_t filling;

    byte_reader_init(&reader, bytes, size);
    uint64_t first = byte_reader_varint(&reader), revision = byte_reader_varint(&reader);
    if (kind == RECORD_DESK) {
        core->desk_known = true;
        core->revision = revision > core->revision ? revision : core->revision;
        return LW_OK;
    }
    bool is_open = byte_reader_u8(&reader) != 0;
    const uint8_t *fill = byte_reader_blob(&reader, &filling);
    if (!byte_reader_done(&reader) || first >= FAKE_LEADS_MAX)
        return LW_CORRUPT;
    for (size_t i = 0; i < filling; i++) {
        if (fill[i] != (uint8_t)(first + revision + i))
            return LW_CORRUPT;
    }
    struct fake_lead *lead = &core->leads[first];
    if (first >= core->lead_count)
        core->lead_count = (uint32_t)first + 1;
    if (revision > core->revision)
        core->revision = revision;
    if (revision <= lead->revision)
        return LW_OK;
    *lead = (struct fake_lead){.revision = revision, .size = (uint32_t)filling, .is_open = is_open, .is_dirty = true};
    return LW_OK;
}

bool fake_core_equal(const struct core *a, const struct core *b)
{
    for (uint32_t i = 0; i < FAKE_LEADS_MAX; i++) {
        const struct fake_lead *x = &a->leads[i], *y = &b->leads[i];
        if (i / FAKE_SEEN_PER_BUCKET < a->oldest_bucket && !x->is_open && !y->is_open)
            continue;      /* forgotten */
        if (x->revision == y->revision && x->is_open == y->is_open && x->size == y->size)
            continue;
        fprintf(stderr, "lead %u: revision %llu open %d, against revision %llu open %d\n", i,
                (unsigned long long)x->revision, x->is_open, (unsigned long long)y->revision, y->is_open);
        return false;
    }
    return true;
}

bool fake_core_covers(const struct core *loaded, const struct core *told)
{
    for (uint32_t i = 0; i < FAKE_LEADS_MAX; i++) {
        const struct fake_lead *is = &loaded->leads[i], *was = &told->leads[i];
        if (is->revision >= was->revision)
            continue;
        fprintf(stderr, "lead %u: told revision %llu, loaded %llu\n", i, (unsigned long long)was->revision,
                (unsigned long long)is->revision);
        return false;
    }
    return true;
}

void fake_core_copy(struct core *to, const struct core *from)
{
    memcpy(to->leads, from->leads, sizeof to->leads);
    to->revision = from->revision;
    to->lead_count = from->lead_count;
    to->desk_known = from->desk_known;
}

/* ---- what the store calls ------------------------------------------------- */

void core_checkpoint_begin(struct core *core)
{
    assert(core->marked == 0);      /* else records would be missing from it */
    core->walk = 0;
    core->end_given = false;
}

bool core_checkpoint_next(struct core *core, struct core_record *out)
{
    byte_buffer_clear(&core->bytes);
    if (core->desk_dirty) {
        core->desk_dirty = false;
        byte_buffer_put_varint(&core->bytes, 0);
        byte_buffer_put_varint(&core->bytes, core->revision);
        *out = (struct core_record){.kind = RECORD_DESK, .bytes = core->bytes.data, .size = core->bytes.size};
        return true;
    }
    for (; core->walk < core->lead_count; core->walk++) {
        struct fake_lead *lead = &core->leads[core->walk];
        if (!lead->is_dirty)
            continue;
        bool as_seen = !lead->is_open && core->end_given;      /* an end: first the deletion, then its seen entry */
        bool forgotten = core->walk / FAKE_SEEN_PER_BUCKET < core->oldest_bucket;
        core->end_given = !lead->is_open && !as_seen && !forgotten;
        lead->is_dirty = core->end_given;
        put_lead(&core->bytes, core, core->walk);
        *out = (struct core_record){.kind = as_seen ? RECORD_SEEN : RECORD_LEAD, .lead = {1, core->walk},
                                    .ended = !lead->is_open, .seen = {core->walk, 7}, .seen_bucket = core->walk / FAKE_SEEN_PER_BUCKET,
                                    .of_people = core->walk / FAKE_SEEN_PER_BUCKET % 2,   /* every other bucket */
                                    .bytes = core->bytes.data, .size = core->bytes.size};
        return true;
    }
    return false;
}

bool core_checkpoint_all(struct core *core, uint32_t max)
{
    assert(max > 0);
    core->desk_dirty = core->desk_known;
    for (uint32_t i = core->marked; i < core->lead_count; i += FAKE_MARK_CALLS)
        core->leads[i].is_dirty = core->leads[i].revision > 0;
    core->marked = (core->marked + 1) % FAKE_MARK_CALLS;
    core->walked_all += core->marked == 0;
    return core->marked == 0;
}

uint64_t core_seen_oldest_bucket(const struct core *core)
{
    return core->oldest_bucket;
}

static void put_lead(struct byte_buffer *out, const struct core *core, uint32_t number)
{
    const struct fake_lead *lead = &core->leads[number];
    uint8_t fill[65536];

    for (uint32_t i = 0; i < lead->size; i++)
        fill[i] = (uint8_t)(number + lead->revision + i);
    byte_buffer_put_varint(out, number);
    byte_buffer_put_varint(out, lead->revision);
    byte_buffer_put_u8(out, lead->is_open);
    byte_buffer_put_blob(out, fill, lead->size);
}

uint64_t core_people_oldest_bucket(const struct core *core)
{
    return core_seen_oldest_bucket(core);
}
