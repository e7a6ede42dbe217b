/* SPDX-License-Identifier: Apache-2.0 */
#include "faults_redis.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "siphash.h"
#include "store_functions.h"

enum { KEY_HEAD = 0 };

struct call { struct faults_redis *redis; const struct redis_args *args; };

static redisReply *call_function(struct faults_redis *redis, const struct redis_args *args);
static void broken(struct faults_redis *redis, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void broken(struct faults_redis *redis, const char *format, ...)
{
    va_list arguments;
    if (redis->fault[0] != '\0')
        return;
    va_start(arguments, format);
    vsnprintf(redis->fault, sizeof redis->fault, format, arguments);
    va_end(arguments);
}

static void *grown(void *list, uint32_t count, uint32_t *capacity, size_t size)
{
    if (count < *capacity)
        return list;
    *capacity = *capacity ? *capacity * 2 : 16;
    list = realloc(list, *capacity * size);
    assert(list);
    return list;
}

/* ---- answers ---- */

static redisReply *reply_new(int type)
{
    redisReply *reply = calloc(1, sizeof *reply);
    assert(reply);
    reply->type = type;
    return reply;
}

static redisReply *reply_number(long long number)
{
    redisReply *reply = reply_new(REDIS_REPLY_INTEGER);
    reply->integer = number;
    return reply;
}

static redisReply *reply_bytes(int type, const void *bytes, size_t size)
{
    redisReply *reply = reply_new(type);
    reply->str = malloc(size + 1);
    assert(reply->str);
    if (size > 0)
        memcpy(reply->str, bytes, size);
    reply->str[size] = '\0';
    reply->len = size;
    return reply;
}

static redisReply *reply_text(const char *text)
{
    return reply_bytes(REDIS_REPLY_STRING, text, strlen(text));
}

static redisReply *reply_error(const char *text)
{
    return reply_bytes(REDIS_REPLY_ERROR, text, strlen(text));
}

static redisReply *reply_ok(void)
{
    return reply_bytes(REDIS_REPLY_STATUS, "OK", 2);
}

static redisReply *reply_list(size_t room)
{
    redisReply *reply = reply_new(REDIS_REPLY_ARRAY);
    reply->element = calloc(room ? room : 1, sizeof *reply->element);
    assert(reply->element);
    return reply;
}

static void list_add(redisReply *list, redisReply *element)
{
    list->element[list->elements++] = element;
}

void faults_reply_free(redisReply *reply)
{
    if (!reply)
        return;
    for (size_t i = 0; i < reply->elements; i++)
        faults_reply_free(reply->element[i]);
    free(reply->element);
    free(reply->str);
    free(reply);
}

/* ---- hashes ---- */

static struct redis_bytes bytes_copy(const void *data, size_t size)
{
    struct redis_bytes copy = {malloc(size + 1), size};
    assert(copy.data);
    if (size > 0)
        memcpy(copy.data, data, size);
    copy.data[size] = '\0';
    return copy;
}

static bool bytes_are(const struct redis_bytes *bytes, const void *data, size_t size)
{
    return bytes->size == size && memcmp(bytes->data, data, size) == 0;
}

static struct redis_hash *hash_find(struct redis_data *data, const char *key)
{
    for (uint32_t i = 0; i < data->hash_count; i++) {
        if (strcmp(data->hashes[i].key, key) == 0)
            return &data->hashes[i];
    }
    return NULL;
}

static struct redis_hash *hash_make(struct redis_data *data, const char *key)
{
    struct redis_hash *hash = hash_find(data, key);
    if (hash)
        return hash;
    data->hashes = grown(data->hashes, data->hash_count, &data->hash_capacity, sizeof *data->hashes);
    hash = &data->hashes[data->hash_count++];
    *hash = (struct redis_hash){0};
    snprintf(hash->key, sizeof hash->key, "%s", key);
    return hash;
}

static void hash_clear(struct redis_hash *hash)
{
    for (uint32_t i = 0; i < hash->count; i++) {
        free(hash->fields[i].name.data);
        free(hash->fields[i].value.data);
    }
    free(hash->fields);
}

static void hash_unlink(struct redis_data *data, const char *key)
{
    struct redis_hash *hash = hash_find(data, key);
    if (!hash)
        return;
    hash_clear(hash);
    *hash = data->hashes[--data->hash_count];
}

static struct redis_field *field_find(const struct redis_hash *hash, const void *name, size_t size)
{
    for (uint32_t i = 0; hash && i < hash->count; i++) {
        if (bytes_are(&hash->fields[i].name, name, size))
            return &hash->fields[i];
    }
    return NULL;
}

static void field_set(struct redis_hash *hash, const void *name, size_t name_size, const void *value, size_t size)
{
    struct redis_field *field = field_find(hash, name, name_size);
    if (field) {
        free(field->value.data);
        field->value = bytes_copy(value, size);
        return;
    }
    hash->fields = grown(hash->fields, hash->count, &hash->capacity, sizeof *hash->fields);
    hash->fields[hash->count++] = (struct redis_field){bytes_copy(name, name_size), bytes_copy(value, size)};
}

static void field_delete(struct redis_data *data, const char *key, const void *name, size_t size)
{
    struct redis_hash *hash = hash_find(data, key);
    struct redis_field *field = field_find(hash, name, size);
    if (!field)
        return;
    free(field->name.data);
    free(field->value.data);
    *field = hash->fields[--hash->count];
    if (hash->count == 0)
        hash_unlink(data, key);
}

/* "" when it is not there: what the functions make of nil. */
static const char *field_text(struct redis_data *data, const char *key, const char *name)
{
    const struct redis_field *field = field_find(hash_find(data, key), name, strlen(name));
    return field ? field->value.data : "";
}

static void data_clear(struct redis_data *data)
{
    for (uint32_t i = 0; i < data->hash_count; i++)
        hash_clear(&data->hashes[i]);
    free(data->hashes);
    *data = (struct redis_data){0};
}

static void data_copy(struct redis_data *to, const struct redis_data *from)
{
    data_clear(to);
    *to = *from;
    to->hashes = NULL;
    to->hash_count = to->hash_capacity = 0;
    for (uint32_t i = 0; i < from->hash_count; i++) {
        struct redis_hash *hash = hash_make(to, from->hashes[i].key);
        for (uint32_t k = 0; k < from->hashes[i].count; k++) {
            const struct redis_field *field = &from->hashes[i].fields[k];
            field_set(hash, field->name.data, field->name.size, field->value.data, field->value.size);
        }
    }
}

/* ---- the archive ---- */

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
        broken(redis, "never lost: an entry of the journal cannot be read");
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
        broken(redis, "never lost: an entry of the journal is damaged");
}

/* The entry stands behind those that Redis has; what was there before a loss must come again as it was. */
static void archive_add(struct faults_redis *redis, struct desk_id id, const void *bytes, size_t size)
{
    struct redis_data *data = &redis->now;
    if (data->whole_length < redis->archive_count) {
        const struct archive_entry *old = &redis->archive[data->whole_length++];
        redis->resent++;
        if (!desk_id_equal(old->id, id) || old->size != size || memcmp(old->bytes, bytes, size) != 0)
            broken(redis, "commit before effect: entry %" PRIu64 "-%" PRIu64 " comes again with other bytes", id.epoch, id.number);
    } else {
        redis->archive = grown(redis->archive, redis->archive_count, &redis->archive_capacity, sizeof *redis->archive);
        struct archive_entry *entry = &redis->archive[redis->archive_count++];
        *entry = (struct archive_entry){.id = id, .bytes = (uint8_t *)bytes_copy(bytes, size).data, .size = size};
        archive_records(redis, bytes, size);
        entry->record_end = redis->record_count;
        data->whole_length++;
    }
    data->length = data->whole_length;
}

/* ---- the stream ---- */

static bool id_is_above(struct desk_id a, struct desk_id b)
{
    return a.epoch != b.epoch ? a.epoch > b.epoch : a.number > b.number;
}

static redisReply *stream_add(struct faults_redis *redis, const char *id_text, const void *bytes, size_t size)
{
    struct redis_data *data = &redis->now;
    struct desk_id id;
    if (!stream_id_parse(id_text, &id))
        return reply_error("ERR Invalid stream ID specified as stream command argument");
    if (data->has_journal && !id_is_above(id, data->last_id))
        return reply_error("ERR The ID specified in XADD is equal or smaller than the target stream top item");
    if (!data->has_journal)
        data->first = data->whole_length;
    data->has_journal = true;
    data->last_id = id;
    archive_add(redis, id, bytes, size);
    return NULL;
}

static redisReply *stream_range(struct faults_redis *redis, const char *from, size_t count)
{
    struct redis_data *data = &redis->now;
    struct desk_id after;
    redisReply *list = reply_list(count);
    bool parsed = from[0] == '(' && stream_id_parse(from + 1, &after);
    assert(parsed);
    for (uint32_t i = data->first; data->has_journal && i < data->length && list->elements < count; i++) {
        const struct archive_entry *entry = &redis->archive[i];
        char id[STREAM_ID_MAX];
        if (!id_is_above(entry->id, after))
            continue;
        redisReply *row = reply_list(2), *pair = reply_list(2);
        stream_id_format(entry->id, id);
        list_add(pair, reply_text("b"));
        list_add(pair, reply_bytes(REDIS_REPLY_STRING, entry->bytes, entry->size));
        list_add(row, reply_text(id));
        list_add(row, pair);
        list_add(list, row);
    }
    return list;
}

static void stream_trim(struct faults_redis *redis, const char *id_text)
{
    struct redis_data *data = &redis->now;
    struct desk_id least;
    if (!stream_id_parse(id_text, &least))
        return;
    while (data->first < data->length && id_is_above(least, redis->archive[data->first].id))
        data->first++;
}

/* ---- arguments ---- */

/* Texts of commands are short and hold no NUL; borrowed until the fourth next call. */
static const char *text_at(const struct redis_args *args, size_t i)
{
    static char texts[4][512];
    static unsigned next;
    size_t size;
    const char *bytes = redis_args_at(args, i, &size);
    char *text = texts[next++ % 4];
    assert(size < sizeof texts[0]);
    memcpy(text, bytes, size);
    text[size] = '\0';
    return text;
}

static bool text_is(const struct redis_args *args, size_t i, const char *text)
{
    size_t size;
    const char *bytes = i < args->count ? redis_args_at(args, i, &size) : NULL;
    return bytes && size == strlen(text) && memcmp(bytes, text, size) == 0;
}

static redisReply *hash_get(struct faults_redis *redis, const struct redis_args *args)
{
    const struct redis_hash *hash = hash_find(&redis->now, text_at(args, 1));
    redisReply *list = reply_list(args->count);
    for (size_t i = 2; i < args->count; i++) {
        size_t size;
        const char *name = redis_args_at(args, i, &size);
        const struct redis_field *field = field_find(hash, name, size);
        list_add(list, field ? reply_bytes(REDIS_REPLY_STRING, field->value.data, field->value.size) : reply_new(REDIS_REPLY_NIL));
    }
    return list;
}

static void list_fields(redisReply *list, const struct redis_hash *hash, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        list_add(list, reply_bytes(REDIS_REPLY_STRING, hash->fields[i].name.data, hash->fields[i].name.size));
        list_add(list, reply_bytes(REDIS_REPLY_STRING, hash->fields[i].value.data, hash->fields[i].value.size));
    }
}

static redisReply *hash_all(struct faults_redis *redis, const struct redis_args *args)
{
    const struct redis_hash *hash = hash_find(&redis->now, text_at(args, 1));
    redisReply *list = reply_list(hash ? 2u * hash->count : 0);
    if (hash)
        list_fields(list, hash, 0, hash->count);
    return list;
}

/* HSCAN key cursor COUNT n */
static redisReply *hash_scan(struct faults_redis *redis, const struct redis_args *args)
{
    const struct redis_hash *hash = hash_find(&redis->now, text_at(args, 1));
    uint32_t from = (uint32_t)strtoul(text_at(args, 2), NULL, 10), count = (uint32_t)strtoul(text_at(args, 4), NULL, 10);
    uint32_t end = hash && hash->count - from > count ? from + count : hash ? hash->count : 0;
    char cursor[24];
    redisReply *list = reply_list(2), *pairs = reply_list(hash ? 2u * hash->count : 0);
    snprintf(cursor, sizeof cursor, "%u", hash && end < hash->count ? end : 0);
    if (hash)
        list_fields(pairs, hash, from, end);
    list_add(list, reply_text(cursor));
    list_add(list, pairs);
    return list;
}

static redisReply *settings(void)
{
    static const char *const words[] = {"appendonly", "yes", "appendfsync", "always", "maxmemory-policy", "noeviction"};
    redisReply *list = reply_list(6);
    for (int i = 0; i < 6; i++)
        list_add(list, reply_text(words[i]));
    return list;
}

redisReply *faults_redis_run(struct faults_redis *redis, const struct redis_args *args)
{
    if (redis->refuses)
        return reply_error("MISCONF Redis is configured to save, but it cannot persist on disk");
    if (text_is(args, 0, "FCALL"))
        return call_function(redis, args);
    if (text_is(args, 0, "HMGET"))
        return hash_get(redis, args);
    if (text_is(args, 0, "HGETALL"))
        return hash_all(redis, args);
    if (text_is(args, 0, "HSCAN"))
        return hash_scan(redis, args);
    if (text_is(args, 0, "XRANGE"))
        return stream_range(redis, text_at(args, 2), (size_t)strtoul(text_at(args, 5), NULL, 10));
    if (text_is(args, 0, "EXISTS"))
        return reply_number(redis->now.has_journal);
    if (text_is(args, 0, "INFO"))
        return reply_text(redis->is_full ? "# Memory\r\nused_memory:950\r\nmaxmemory:1000\r\n" : "# Memory\r\nused_memory:100\r\nmaxmemory:1000\r\n");
    if (text_is(args, 0, "CONFIG"))
        return settings();
    if (text_is(args, 0, "FUNCTION")) {
        redis->has_functions = true;
        return reply_ok();
    }
    broken(redis, "the model of Redis does not know %s", text_at(args, 0));
    return reply_error("ERR unknown command");
}

/* ---- the functions: FCALL name keys key... arg... ---- */

struct function_call { struct faults_redis *redis; const struct redis_args *args; size_t keys, first_arg; };

static const char *key_of(const struct function_call *call, size_t i) { return text_at(call->args, 3 + i); }
static const char *arg_of(const struct function_call *call, size_t i) { return text_at(call->args, call->first_arg + i); }

static redisReply *reply_head(const struct function_call *call, const char *id, const char *progress)
{
    redisReply *list = reply_list(3);
    list_add(list, reply_text(id ? id : field_text(&call->redis->now, key_of(call, 0), "id")));
    list_add(list, reply_text(field_text(&call->redis->now, key_of(call, 0), "nonce")));
    if (progress)
        list_add(list, reply_text(progress));
    return list;
}

static void head_set(const struct function_call *call, const char *name, const char *value)
{
    field_set(hash_make(&call->redis->now, key_of(call, 0)), name, strlen(name), value, strlen(value));
}

/* args: expected id, nonce, renewals; new nonce, id, epoch, owner, endpoint, schema, entry */
static redisReply *function_claim(const struct function_call *call)
{
    static const char *const compared[] = {"id", "nonce", "renewals"};
    static const struct { const char *name; size_t arg; } set[] = {{"id", 4}, {"nonce", 3}, {"epoch", 5}, {"owner", 6}, {"endpoint", 7}, {"schema", 8}};
    struct faults_redis *redis = call->redis;
    size_t entry_size;
    const char *entry = redis_args_at(call->args, call->first_arg + 9, &entry_size);
    redisReply *error = NULL;

    for (size_t i = 0; i < 3; i++) {
        if (strcmp(field_text(&redis->now, key_of(call, 0), compared[i]), arg_of(call, i)) != 0)
            return reply_number(0);
    }
    bool has_head = hash_find(&redis->now, key_of(call, 0)) != NULL;
    if (entry_size == 0) {
        struct desk_id id;
        bool parsed = stream_id_parse(arg_of(call, 4), &id);
        uint32_t at = redis->archive_count;
        while (at > 0 && !desk_id_equal(redis->archive[at - 1].id, id))
            at--;
        if (!parsed || at == 0)
            broken(redis, "never lost: the head moves to an entry that never was");
        redis->now.has_journal = true;
        redis->now.last_id = id;
        redis->now.first = redis->now.length = redis->now.whole_length = at;
        redis->now.is_partial = true;
    } else {
        if (!has_head && (redis->now.has_journal || hash_find(&redis->now, key_of(call, 2))))
            return reply_error("LWPARTIAL the head is gone, the journal or the checkpoint is not");
        if (redis->now.is_partial || redis->now.whole_length < redis->archive_count) {
            const struct archive_entry *lost = &redis->archive[redis->now.whole_length];
            if (redis->now.is_partial || lost->size != entry_size || memcmp(lost->bytes, entry, entry_size) != 0)
                broken(redis, "the simulator lets a broker claim a desk of which Redis lost a part");
        }
        error = stream_add(redis, arg_of(call, 4), entry, entry_size);
        if (error)
            return error;
        redis->claim_at = redis->now.whole_length - 1;
    }
    for (size_t i = 0; i < sizeof set / sizeof set[0]; i++)
        head_set(call, set[i].name, arg_of(call, set[i].arg));
    head_set(call, "renewals", "0");
    return reply_number(1);
}

/* args: nonce, previous id, id, entry */
static redisReply *function_append(const struct function_call *call)
{
    struct redis_data *data = &call->redis->now;
    size_t size;
    const char *entry = redis_args_at(call->args, call->first_arg + 3, &size);
    const char *id = field_text(data, key_of(call, 0), "id");
    if (strcmp(id, arg_of(call, 1)) != 0 || strcmp(field_text(data, key_of(call, 0), "nonce"), arg_of(call, 0)) != 0)
        return reply_head(call, NULL, NULL);
    if (!data->has_journal)
        return reply_head(call, "", NULL);
    redisReply *error = stream_add(call->redis, arg_of(call, 2), entry, size);
    if (error)
        return error;
    head_set(call, "id", arg_of(call, 2));
    return reply_number(1);
}

static redisReply *function_renew(const struct function_call *call)
{
    struct redis_data *data = &call->redis->now;
    char renewals[24];
    if (strcmp(field_text(data, key_of(call, 0), "nonce"), arg_of(call, 0)) != 0)
        return reply_head(call, NULL, NULL);
    unsigned long long count = strtoull(field_text(data, key_of(call, 0), "renewals"), NULL, 10) + 1;
    snprintf(renewals, sizeof renewals, "%llu", count);
    head_set(call, "renewals", renewals);
    return reply_number(1);
}

static redisReply *function_release(const struct function_call *call)
{
    if (strcmp(field_text(&call->redis->now, key_of(call, 0), "nonce"), arg_of(call, 0)) != 0)
        return reply_number(0);
    head_set(call, "nonce", "");
    head_set(call, "owner", "");
    head_set(call, "endpoint", "");
    return reply_number(1);
}

/* args: nonce, as_of, progress before, progress after. NULL: write the step. */
static redisReply *refuse_step(const struct function_call *call)
{
    struct redis_data *data = &call->redis->now;
    struct desk_id id = {0};
    const char *progress = field_text(data, key_of(call, 1), "progress");
    bool parsed = stream_id_parse(field_text(data, key_of(call, 0), "id"), &id);
    bool is_ours = parsed && strcmp(field_text(data, key_of(call, 0), "nonce"), arg_of(call, 0)) == 0;
    if (is_ours && id.number >= strtoull(arg_of(call, 1), NULL, 10)) {
        if (strcmp(progress, arg_of(call, 3)) == 0)
            return reply_number(1);
        if (strcmp(progress, arg_of(call, 2)) == 0)
            return NULL;
    }
    return reply_head(call, NULL, progress);
}

static void set_progress(const struct function_call *call)
{
    const char *progress = arg_of(call, 3);
    field_set(hash_make(&call->redis->now, key_of(call, 1)), "progress", strlen("progress"), progress, strlen(progress));
}

static redisReply *function_slice(const struct function_call *call)
{
    struct redis_data *data = &call->redis->now;
    redisReply *refusal = refuse_step(call);
    if (refusal)
        return refusal;
    for (size_t i = call->first_arg + 4; i + 2 < call->args->count; i += 3) {
        size_t name_size, size, number = (size_t)strtoul(text_at(call->args, i), NULL, 10);
        const char *name = redis_args_at(call->args, i + 1, &name_size), *value = redis_args_at(call->args, i + 2, &size);
        if (size == 0)
            field_delete(data, key_of(call, number - 1), name, name_size);
        else
            field_set(hash_make(data, key_of(call, number - 1)), name, name_size, value, size);
    }
    set_progress(call);
    return reply_number(1);
}

/* args behind the four: id, generation, desk time, schema, fields of the checkpoint to drop */
static redisReply *function_checkpoint_end(const struct function_call *call)
{
    static const char *const names[] = {"id", "generation", "desk_ms", "schema"};
    struct redis_data *data = &call->redis->now;
    redisReply *refusal = refuse_step(call);
    if (refusal)
        return refusal;
    set_progress(call);
    for (size_t i = 0; i < 4; i++) {
        const char *value = arg_of(call, 4 + i);
        field_set(hash_make(data, key_of(call, 1)), names[i], strlen(names[i]), value, strlen(value));
    }
    for (size_t i = call->first_arg + 8; i < call->args->count; i++) {
        size_t size;
        const char *name = redis_args_at(call->args, i, &size);
        field_delete(data, key_of(call, 1), name, size);
    }
    for (size_t i = 3; i < call->keys; i++)
        hash_unlink(data, key_of(call, i));
    stream_trim(call->redis, arg_of(call, 4));
    data->is_partial = false;
    call->redis->checkpoints++;
    return reply_number(1);
}

static redisReply *call_function(struct faults_redis *redis, const struct redis_args *args)
{
    static const struct { const char *name; redisReply *(*run)(const struct function_call *call); } functions[] = {
        {"lw_claim", function_claim}, {"lw_append", function_append}, {"lw_renew", function_renew}, {"lw_release", function_release},
        {"lw_slice", function_slice}, {"lw_checkpoint_end", function_checkpoint_end},
    };
    if (!redis->has_functions)
        return reply_error("ERR Function not found");
    if (text_is(args, 1, "lw_version"))
        return reply_text(store_functions_version);
    struct function_call call = {.redis = redis, .args = args, .keys = (size_t)strtoul(text_at(args, 2), NULL, 10)};
    call.first_arg = 3 + call.keys;
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        if (text_is(args, 1, functions[i].name))
            return functions[i].run(&call);
    }
    return reply_error("ERR Function not found");
}

/* ---- life and losses ---- */

void faults_redis_init(struct faults_redis *redis)
{
    *redis = (struct faults_redis){0};
}

void faults_redis_fini(struct faults_redis *redis)
{
    data_clear(&redis->now);
    data_clear(&redis->copy);
    for (uint32_t i = 0; i < redis->archive_count; i++)
        free(redis->archive[i].bytes);
    free(redis->archive);
    free(redis->chain);
}

bool faults_redis_is_whole(const struct faults_redis *redis)
{
    return !redis->now.is_partial && redis->now.whole_length == redis->archive_count && redis->archive_count > 0;
}

void faults_redis_copy(struct faults_redis *redis)
{
    data_copy(&redis->copy, &redis->now);
    redis->has_copy = true;
}

bool faults_redis_fail_over(struct faults_redis *redis)
{
    if (!redis->has_copy || redis->copy.is_partial || redis->copy.whole_length < redis->claim_at)
        return false;
    data_copy(&redis->now, &redis->copy);
    return true;
}

void faults_redis_empty(struct faults_redis *redis)
{
    data_clear(&redis->now);
    redis->has_functions = false;
    redis->has_copy = false;
    redis->now.is_partial = true;
}
