/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_reader.h"

#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal_tail.h"
#include "record.h"
#include "store_keys.h"

enum { PAGE = 128, SCAN_COUNT = 512, TRIES_MAX = 20, CONNECT_SECONDS = 5, AHEAD_MAX = 256 * 1024 * 1024 };

struct reading {
    struct journal_reader *reader;
    const struct journal_visitor *visitor;
    struct journal_place place;
    struct desk_id at;                 /* of the checkpoint */
    uint64_t generation;
    struct journal_tail tail;
    bool stopped;
};

static lw_status fail(struct journal_reader *reader, lw_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static bool log_on(struct journal_reader *reader, const char *user, const char *password);
static redisReply *ask(struct journal_reader *reader, const char *format, ...);
static lw_status read_once(struct journal_reader *reader, const struct journal_visitor *visitor, bool *moved);
static lw_status read_place(struct reading *r, const redisReply *fields);
static lw_status read_checkpoint(struct reading *r, const redisReply *fields);
static lw_status read_rules(struct reading *r);
static lw_status read_hash(struct reading *r, const char *key, enum record_kind kind);
static lw_status read_page(struct reading *r, size_t *count);
static lw_status read_ahead(struct reading *r);
static lw_status read_tail(struct reading *r);
static lw_status add_entry(struct reading *r, struct journal_tail *tail, const redisReply *entry);
static lw_status take_entries(struct reading *r, struct journal_tail *tail, bool to_end);
static bool give(struct reading *r, enum record_kind kind, const void *bytes, size_t size);
static lw_status give_lead(void *context, const void *bytes, size_t size);
static bool checkpoint_moved(struct journal_reader *reader, const redisReply *before, bool is_read);
static const redisReply *field_of(const redisReply *fields, const char *name);

lw_status journal_reader_open(struct journal_reader *reader, const char *address, const char *user, const char *password,
                              const char *desk)
{
    struct timeval timeout = {.tv_sec = CONNECT_SECONDS};
    const char *colon = strrchr(address, ':');

    *reader = (struct journal_reader){0};
    if (!store_desk_is_valid(desk) || !colon)
        return fail(reader, LW_INVALID, "give a desk's name, and unix:PATH or HOST:PORT");
    snprintf(reader->desk, sizeof reader->desk, "%s", desk);
    if (strncmp(address, "unix:", 5) == 0) {
        reader->redis = redisConnectUnixWithTimeout(address + 5, timeout);
    } else {
        char host[256];
        snprintf(host, sizeof host, "%.*s", (int)(colon - address), address);
        reader->redis = redisConnectWithTimeout(host, (int)strtol(colon + 1, NULL, 10), timeout);
    }
    if (!reader->redis || reader->redis->err)
        return fail(reader, LW_IO, "Redis cannot be reached: %s", reader->redis ? reader->redis->errstr : "out of memory");
    redisSetTimeout(reader->redis, timeout);
    if (password && !log_on(reader, user, password))
        return LW_REFUSED;
    return LW_OK;
}

void journal_reader_close(struct journal_reader *reader)
{
    if (reader->redis)
        redisFree(reader->redis);
    reader->redis = NULL;
}

lw_status journal_reader_read(struct journal_reader *reader, const struct journal_visitor *visitor)
{
    for (int tries = 0; tries < TRIES_MAX; tries++) {
        bool moved = false;
        visitor->reset(visitor->context);
        lw_status status = read_once(reader, visitor, &moved);
        if (!moved)
            return status;
    }
    return fail(reader, LW_IO, "the checkpoint moves faster than it can be read");
}

static lw_status fail(struct journal_reader *reader, lw_status status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(reader->error, sizeof reader->error, format, args);
    va_end(args);
    return status;
}

static bool log_on(struct journal_reader *reader, const char *user, const char *password)
{
    redisReply *reply = user ? ask(reader, "AUTH %s %s", user, password) : ask(reader, "AUTH %s", password);
    bool good = reply != NULL;

    freeReplyObject(reply);
    return good;
}

/* NULL on error, told in reader->error. The caller frees. */
static redisReply *ask(struct journal_reader *reader, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    redisReply *reply = redisvCommand(reader->redis, format, args);
    va_end(args);
    if (reply && reply->type != REDIS_REPLY_ERROR)
        return reply;
    (void)fail(reader, LW_IO, "Redis: %s", reply ? reply->str : reader->redis->errstr);
    if (reply)
        freeReplyObject(reply);
    return NULL;
}

static lw_status read_once(struct journal_reader *reader, const struct journal_visitor *visitor, bool *moved)
{
    struct reading r = {.reader = reader, .visitor = visitor};
    char key[STORE_KEY_MAX];

    store_key(key, reader->desk, "head");
    redisReply *exists = ask(reader, "EXISTS %s", key);
    if (!exists)
        return LW_IO;
    bool found = exists->integer != 0;
    freeReplyObject(exists);
    if (!found)
        return fail(reader, LW_NOT_FOUND, "there is no desk %s in this Redis", reader->desk);

    store_key(key, reader->desk, "checkpoint");
    redisReply *fields = ask(reader, "HGETALL %s", key);
    if (!fields)
        return LW_IO;
    lw_status status = read_place(&r, fields);
    journal_tail_init(&r.tail, r.at);
    if (status == LW_OK)
        status = read_ahead(&r);
    if (status == LW_OK)
        status = read_checkpoint(&r, fields);
    if (status == LW_OK && !r.stopped)
        status = read_tail(&r);
    journal_tail_fini(&r.tail);
    *moved = !r.stopped && checkpoint_moved(reader, fields, status == LW_OK);
    freeReplyObject(fields);
    return status;
}

static lw_status read_place(struct reading *r, const redisReply *fields)
{
    const redisReply *id = field_of(fields, "id"), *generation = field_of(fields, "generation"), *desk_ms = field_of(fields, "desk_ms");

    if (id && !stream_id_parse(id->str, &r->at))
        return fail(r->reader, LW_CORRUPT, "the checkpoint's id is damaged");
    r->generation = generation ? strtoull(generation->str, NULL, 10) : 0;
    r->place = (struct journal_place){.in_checkpoint = true, .desk_ms = desk_ms ? strtoull(desk_ms->str, NULL, 10) : 0};
    return LW_OK;
}

static lw_status read_checkpoint(struct reading *r, const redisReply *fields)
{
    char key[STORE_KEY_MAX];
    lw_status status = read_rules(r);
    store_hash_key(key, r->reader->desk, "reps", r->generation);
    if (status == LW_OK)
        status = read_hash(r, key, RECORD_REP);
    for (unsigned i = 0; i < STORE_LEAD_HASHES && status == LW_OK; i++) {
        store_leads_key(key, r->reader->desk, i, r->generation);
        status = read_hash(r, key, RECORD_LEAD);
    }
    for (size_t i = 0; i + 1 < fields->elements && status == LW_OK; i += 2) {
        uint64_t bucket, of_generation;
        if (!store_seen_field_parse(fields->element[i]->str, &bucket, &of_generation) || of_generation != r->generation)
            continue;
        store_seen_key(key, r->reader->desk, bucket, of_generation);
        status = read_hash(r, key, RECORD_SEEN);
    }
    return status;
}

static lw_status read_rules(struct reading *r)
{
    static const enum record_kind kinds[] = {RECORD_DESK, RECORD_CONFIG};
    char key[STORE_KEY_MAX];

    store_hash_key(key, r->reader->desk, "config", r->generation);
    redisReply *reply = ask(r->reader, "HMGET %s desk config", key);
    if (!reply)
        return LW_IO;
    for (size_t i = 0; i < reply->elements && i < 2; i++) {
        if (reply->element[i]->type == REDIS_REPLY_STRING)
            give(r, kinds[i], reply->element[i]->str, (size_t)reply->element[i]->len);
    }
    freeReplyObject(reply);
    return LW_OK;
}

/* Idempotency ids stand many to a field, framed as in a batch. */
static void give_value(struct reading *r, enum record_kind kind, const void *bytes, size_t size)
{
    struct byte_reader reader;
    enum record_kind inner;
    const uint8_t *record;
    size_t record_size;

    if (kind != RECORD_SEEN) {
        give(r, kind, bytes, size);
        return;
    }
    byte_reader_init(&reader, bytes, size);
    while (batch_next(&reader, &inner, &record, &record_size))
        give(r, inner, record, record_size);
}

static lw_status read_hash(struct reading *r, const char *key, enum record_kind kind)
{
    char cursor[24] = "0";

    do {
        redisReply *reply = ask(r->reader, "HSCAN %s %s COUNT %d", key, cursor, SCAN_COUNT);
        if (!reply)
            return LW_IO;
        const redisReply *pairs = reply->element[1];
        for (size_t i = 0; i + 1 < pairs->elements; i += 2)
            give_value(r, kind, pairs->element[i + 1]->str, (size_t)pairs->element[i + 1]->len);
        snprintf(cursor, sizeof cursor, "%s", reply->element[0]->str);
        freeReplyObject(reply);
    } while (strcmp(cursor, "0") != 0 && !r->stopped);
    return LW_OK;
}

/* The next page, none of it taken yet; *count entries of it, 0: the end. */
static lw_status read_page(struct reading *r, size_t *count)
{
    char key[STORE_KEY_MAX], from[STREAM_ID_MAX];
    lw_status status = LW_OK;

    store_key(key, r->reader->desk, "journal");
    stream_id_format(r->tail.last, from);
    redisReply *reply = ask(r->reader, "XRANGE %s (%s + COUNT %d", key, from, PAGE);
    if (!reply)
        return LW_IO;
    *count = reply->elements;
    for (size_t i = 0; i < *count && status == LW_OK; i++)
        status = add_entry(r, &r->tail, reply->element[i]);
    freeReplyObject(reply);
    return status;
}

/* What there is of the journal, before the hashes: it may be trimmed while these are read, and with it they are whole, whatever is written into them. */
static lw_status read_ahead(struct reading *r)
{
    lw_status status = LW_OK;

    for (size_t count = 1; count > 0 && status == LW_OK && r->tail.bytes.size < AHEAD_MAX;)
        status = read_page(r, &count);
    return status;
}

static lw_status read_tail(struct reading *r)
{
    lw_status status = LW_OK;

    for (size_t count = 1; count > 0 && status == LW_OK && !r->stopped;) {
        status = read_page(r, &count);
        if (status == LW_OK)
            status = take_entries(r, &r->tail, count == 0);
    }
    return status;
}

static lw_status add_entry(struct reading *r, struct journal_tail *tail, const redisReply *entry)
{
    struct desk_id id;

    if (entry->elements != 2 || !stream_id_parse(entry->element[0]->str, &id) || entry->element[1]->elements != 2)
        return fail(r->reader, LW_CORRUPT, "the journal is not what Leadwire writes");
    const redisReply *value = entry->element[1]->element[1];
    lw_status status = journal_tail_add(tail, id, value->str, (size_t)value->len);
    if (status == LW_NOT_FOUND)
        return fail(r->reader, LW_CORRUPT, "the journal has a gap before %s", entry->element[0]->str);
    if (status != LW_OK)
        return fail(r->reader, status, "entry %s cannot be read: %s", entry->element[0]->str, lw_status_text(status));
    return LW_OK;
}

static lw_status take_entries(struct reading *r, struct journal_tail *tail, bool to_end)
{
    struct journal_tail_entry entry;
    struct byte_reader batch;
    enum record_kind kind;
    const uint8_t *bytes;
    size_t size;
    lw_status status = LW_OK;

    while (!r->stopped && journal_tail_take(tail, to_end, &entry, &batch)) {
        r->place = (struct journal_place){.entry = entry.id, .desk_ms = entry.desk_ms};
        while (!r->stopped && batch_next(&batch, &kind, &bytes, &size)) {
            if (kind == RECORD_LEADS)
                status = record_visit_leads(bytes, size, give_lead, r);
            else
                give(r, kind, bytes, size);
        }
        if (batch.failed || status != LW_OK) {
            char id[STREAM_ID_MAX];
            stream_id_format(entry.id, id);
            return fail(r->reader, LW_CORRUPT, "entry %s is damaged", id);
        }
    }
    return LW_OK;
}

static lw_status give_lead(void *context, const void *bytes, size_t size)
{
    give(context, RECORD_LEAD, bytes, size);
    return LW_OK;
}

static bool give(struct reading *r, enum record_kind kind, const void *bytes, size_t size)
{
    if (!r->stopped)
        r->stopped = !r->visitor->record(r->visitor->context, &r->place, kind, bytes, size);
    return !r->stopped;
}

/* While it was read. What was read well stands for the desk though another checkpoint ended, but not when the hashes are others since. */
static bool checkpoint_moved(struct journal_reader *reader, const redisReply *before, bool is_read)
{
    const redisReply *old = field_of(before, is_read ? "generation" : "id");
    char key[STORE_KEY_MAX];

    store_key(key, reader->desk, "checkpoint");
    redisReply *now = ask(reader, "HGET %s %s", key, is_read ? "generation" : "id");
    if (!now)
        return false;
    bool same = old ? now->type == REDIS_REPLY_STRING && strcmp(now->str, old->str) == 0 : now->type == REDIS_REPLY_NIL;
    freeReplyObject(now);
    return !same;
}

static const redisReply *field_of(const redisReply *fields, const char *name)
{
    for (size_t i = 0; i + 1 < fields->elements; i += 2) {
        if (strcmp(fields->element[i]->str, name) == 0)
            return fields->element[i + 1];
    }
    return NULL;
}
