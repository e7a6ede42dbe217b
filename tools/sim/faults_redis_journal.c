/* SPDX-License-Identifier: Apache-2.0
 *
 * The archive, and the stream that shows a part of it.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "faults_redis_internal.h"
#include "siphash.h"

uint64_t faults_redis_chain_next(uint64_t chain, enum record_kind kind, const void *bytes, size_t size)
{
    return siphash_64((struct siphash_key){chain, (uint64_t)kind}, bytes, size);
}

uint64_t faults_redis_chain(const struct faults_redis *redis, uint64_t records)
{
    return records == 0 ? 0 : redis->chain[records - 1];
}

static void archive_records(struct faults_redis *redis, const void *bytes, size_t size)
{
    struct byte_reader reader;
    struct journal_entry_head head;
    enum record_kind kind;
    const uint8_t *record;
    size_t record_size;

    byte_reader_init(&reader, bytes, size);
    if (journal_entry_head_read(&reader, &head) != LW_OK)
        faults_redis_broken(redis, "never lost: an entry of the journal cannot be read");
    while (!reader.failed && batch_next(&reader, &kind, &record, &record_size)) {
        if (redis->record_count == redis->chain_capacity) {
            redis->chain_capacity = redis->chain_capacity ? redis->chain_capacity * 2 : 1024;
            redis->chain = realloc(redis->chain, redis->chain_capacity * sizeof *redis->chain);
            assert(redis->chain);
        }
        uint64_t chain = faults_redis_chain_next(faults_redis_chain(redis, redis->record_count), kind, record, record_size);
        redis->chain[redis->record_count++] = chain;
    }
    if (reader.failed)
        faults_redis_broken(redis, "never lost: an entry of the journal is damaged");
}

/* The entry stands behind those that Redis has; what was there before a loss must come again as it was. */
static void archive_add(struct faults_redis *redis, struct desk_id id, const void *bytes, size_t size)
{
    struct redis_data *data = &redis->now;
    if (data->whole_length < redis->archive_count) {
        const struct archive_entry *old = &redis->archive[data->whole_length++];
        if (!desk_id_equal(old->id, id) || old->size != size || memcmp(old->bytes, bytes, size) != 0)
            faults_redis_broken(redis, "commit before effect: entry %" PRIu64 "-%" PRIu64 " comes again with other bytes", id.epoch, id.number);
    } else {
        redis->archive = redis_grown(redis->archive, redis->archive_count, &redis->archive_capacity, sizeof *redis->archive);
        struct archive_entry *entry = &redis->archive[redis->archive_count++];
        *entry = (struct archive_entry){.id = id, .bytes = (uint8_t *)redis_bytes_copy(bytes, size).data, .size = size};
        archive_records(redis, bytes, size);
        entry->record_end = redis->record_count;
        data->whole_length++;
    }
    data->length = data->whole_length;
}

static bool id_is_above(struct desk_id a, struct desk_id b)
{
    return a.epoch != b.epoch ? a.epoch > b.epoch : a.number > b.number;
}

redisReply *redis_stream_add(struct faults_redis *redis, const char *id_text, const void *bytes, size_t size)
{
    struct redis_data *data = &redis->now;
    struct desk_id id;
    if (!stream_id_parse(id_text, &id))
        return faults_reply_error("ERR Invalid stream ID specified as stream command argument");
    if (data->has_journal && !id_is_above(id, data->last_id))
        return faults_reply_error("ERR The ID specified in XADD is equal or smaller than the target stream top item");
    if (!data->has_journal)
        data->first = data->whole_length;
    data->has_journal = true;
    data->last_id = id;
    archive_add(redis, id, bytes, size);
    return NULL;
}

redisReply *redis_stream_range(struct faults_redis *redis, const char *from, size_t count)
{
    struct redis_data *data = &redis->now;
    struct desk_id after;
    redisReply *list = faults_reply_list(count);
    bool parsed = from[0] == '(' && stream_id_parse(from + 1, &after);
    assert(parsed);
    for (uint32_t i = data->first; data->has_journal && i < data->length && list->elements < count; i++) {
        const struct archive_entry *entry = &redis->archive[i];
        char id[STREAM_ID_MAX];
        if (!id_is_above(entry->id, after))
            continue;
        redisReply *row = faults_reply_list(2), *pair = faults_reply_list(2);
        stream_id_format(entry->id, id);
        faults_reply_add(pair, faults_reply_text("b"));
        faults_reply_add(pair, faults_reply_bytes(REDIS_REPLY_STRING, entry->bytes, entry->size));
        faults_reply_add(row, faults_reply_text(id));
        faults_reply_add(row, pair);
        faults_reply_add(list, row);
    }
    return list;
}

void redis_stream_trim(struct faults_redis *redis, const char *id_text)
{
    struct redis_data *data = &redis->now;
    struct desk_id least;
    if (!stream_id_parse(id_text, &least))
        return;
    while (data->first < data->length && id_is_above(least, redis->archive[data->first].id))
        data->first++;
}
