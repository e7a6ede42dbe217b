/* SPDX-License-Identifier: Apache-2.0
 *
 * rules -> reps -> leads (16 hashes side by side) -> seen buckets -> the journal after the checkpoint's id.
 *
 * Of each the next page is asked for before this one is taken: Redis looks for it meanwhile.
 *
 * Each entry names the one before it. The chain must lead from the checkpoint to our own claim without a gap; else
 * Redis lost something that was confirmed, and to serve the rest would be to lose it for good.
 */
#include "redis_store.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "batch.h"
#include "crash_point.h"
#include "lw_log.h"

enum { SCAN_COUNT = 256, SCAN_RUNS = 16, TAIL_COUNT_MIN = 8, TAIL_COUNT_MAX = 512, TAIL_PAGE_BYTES = 256 * 1024 };

static void ask_rules(struct redis_store *s);
static void rules_answered(void *context, uint64_t tag, const redisReply *reply);
static void next_stage(struct redis_store *s);
static void begin_leads(struct redis_store *s);
static void begin_seen(struct redis_store *s);
static bool begin_seen_scan(struct redis_store *s, unsigned slot);
static void send_scan(struct redis_store *s, unsigned slot, const char *cursor);
static void scan_answered(void *context, uint64_t tag, const redisReply *reply);
static bool take_run(struct redis_store *s, const void *bytes, size_t size);
static void ask_tail(struct redis_store *s, struct desk_id after);
static void tail_answered(void *context, uint64_t tag, const redisReply *reply);
static bool read_entry_id(const redisReply *entry, struct desk_id *out);
static bool add_entry(struct redis_store *s, const redisReply *entry);
static bool take_entries(struct redis_store *s, bool to_end);
static bool take_batch(struct redis_store *s, struct byte_reader *reader);
static bool take_record(struct redis_store *s, enum record_kind kind, const void *bytes, size_t size);
static void doubt(struct redis_store *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void whose_answered(void *context, uint64_t tag, const redisReply *reply);
static void loaded(struct redis_store *s);

void store_load_begin(struct redis_store *s)
{
    s->phase = PHASE_LOAD;
    store_load_fini(s);
    s->load.desk_ms = s->read_checkpoint.desk_ms;
    journal_tail_init(&s->load.tail, s->read_checkpoint.id);
    s->renew_at_ms = s->health_at_ms = s->now_ms;
    store_move(&s->base, STORE_LOADING, "reading the desk from Redis");
    ask_rules(s);
}

void store_load_fini(struct redis_store *s)
{
    journal_tail_fini(&s->load.tail);
    s->load = (struct load){0};
}

static void ask_rules(struct redis_store *s)
{
    char key[STORE_KEY_MAX];

    store_hash_key(key, s->options.desk, "config", s->read_checkpoint.generation);
    redis_args_clear(&s->args);
    redis_args_text(&s->args, "HMGET");
    redis_args_text(&s->args, key);
    redis_args_text(&s->args, "desk");
    redis_args_text(&s->args, "config");
    store_send(s, rules_answered, 0);
}

static void rules_answered(void *context, uint64_t tag, const redisReply *reply)
{
    static const enum record_kind kinds[] = {RECORD_DESK, RECORD_CONFIG};
    struct redis_store *s = context;

    (void)tag;
    if (store_is_trouble(s, reply))
        return;
    for (size_t i = 0; i < reply->elements && i < 2; i++) {
        const redisReply *value = reply->element[i];
        if (value->type == REDIS_REPLY_STRING && !take_record(s, kinds[i], value->str, (size_t)value->len))
            return;
    }
    next_stage(s);
}

static void next_stage(struct redis_store *s)
{
    switch (s->load.stage) {
    case LOAD_RULES:
        s->load.stage = LOAD_REPS;
        s->load.scans = 1;
        store_hash_key(s->load.keys[0], s->options.desk, "reps", s->read_checkpoint.generation);
        send_scan(s, 0, "0");
        break;
    case LOAD_REPS:
        s->load.stage = LOAD_LEADS;
        begin_leads(s);
        break;
    case LOAD_LEADS:
        s->load.stage = LOAD_SEEN;
        begin_seen(s);
        break;
    case LOAD_SEEN:
        s->load.stage = LOAD_TAIL;
        ask_tail(s, s->load.tail.last);
        break;
    case LOAD_TAIL:
        loaded(s);
        break;
    }
}

static void begin_leads(struct redis_store *s)
{
    s->load.scans = STORE_LEAD_HASHES;
    for (unsigned slot = 0; slot < STORE_LEAD_HASHES; slot++) {
        store_leads_key(s->load.keys[slot], s->options.desk, slot, s->read_checkpoint.generation);
        send_scan(s, slot, "0");
    }
    redis_link_flush(&s->link);
    crash_point("recovery.loading");
}

static void begin_seen(struct redis_store *s)
{
    for (unsigned slot = 0; slot < LOAD_SCANS && begin_seen_scan(s, slot); slot++)
        s->load.scans++;
    if (s->load.scans == 0)
        next_stage(s);
}

/* The next bucket of our generation, if there is one. */
static bool begin_seen_scan(struct redis_store *s, unsigned slot)
{
    while (s->load.seen_next < s->checkpoint.seen_count) {
        const struct seen_bucket *seen = &s->checkpoint.seen[s->load.seen_next++];
        if (seen->generation != s->read_checkpoint.generation)
            continue;
        store_seen_key(s->load.keys[slot], s->options.desk, seen->bucket, seen->generation);
        send_scan(s, slot, "0");
        return true;
    }
    return false;
}

static void send_scan(struct redis_store *s, unsigned slot, const char *cursor)
{
    redis_args_clear(&s->args);
    redis_args_text(&s->args, "HSCAN");
    redis_args_text(&s->args, s->load.keys[slot]);
    redis_args_text(&s->args, cursor);
    redis_args_text(&s->args, "COUNT");
    redis_args_number(&s->args, s->load.stage == LOAD_SEEN ? SCAN_RUNS : SCAN_COUNT);
    store_send(s, scan_answered, slot);
}

static void scan_answered(void *context, uint64_t tag, const redisReply *reply)
{
    struct redis_store *s = context;
    unsigned slot = (unsigned)tag;
    char cursor[24];
    enum record_kind kind = s->load.stage == LOAD_REPS ? RECORD_REP : s->load.stage == LOAD_LEADS ? RECORD_LEAD : RECORD_SEEN;

    if (store_is_trouble(s, reply) || s->phase != PHASE_LOAD)
        return;
    if (reply->elements != 2 || !store_reply_text(reply->element[0], cursor, sizeof cursor)) {
        store_fail(s, "Redis answered HSCAN in a way that we do not know");
        return;
    }
    const bool is_last = strcmp(cursor, "0") == 0;
    if (!is_last) {
        send_scan(s, slot, cursor);
        redis_link_run_ahead(&s->link);
    }
    const redisReply *pairs = reply->element[1];
    for (size_t i = 0; i + 1 < pairs->elements; i += 2) {
        const redisReply *value = pairs->element[i + 1];
        bool taken = kind == RECORD_SEEN ? take_run(s, value->str, (size_t)value->len) : take_record(s, kind, value->str, (size_t)value->len);
        if (!taken)
            return;
    }
    if (!is_last)
        return;
    if (s->load.stage == LOAD_SEEN && begin_seen_scan(s, slot))
        return;
    if (--s->load.scans == 0)
        next_stage(s);
}

/* A field of a seen bucket: many records, framed as in a batch. */
static bool take_run(struct redis_store *s, const void *bytes, size_t size)
{
    struct byte_reader reader;
    enum record_kind kind;
    const uint8_t *record;
    size_t record_size;

    byte_reader_init(&reader, bytes, size);
    while (batch_next(&reader, &kind, &record, &record_size)) {
        if (!take_record(s, kind, record, record_size))
            return false;
    }
    if (reader.failed)
        store_fail(s, "a run of idempotency ids in the checkpoint is damaged");
    return !reader.failed;
}

/* Pages of about the same size, whatever a turn of the broker that wrote them had to say. */
static uint64_t tail_count(const struct load *load)
{
    const uint64_t entry_bytes = load->tail_entries > 0 ? load->tail_bytes / load->tail_entries + 1 : TAIL_PAGE_BYTES;
    const uint64_t count = TAIL_PAGE_BYTES / entry_bytes;

    return count < TAIL_COUNT_MIN ? TAIL_COUNT_MIN : count > TAIL_COUNT_MAX ? TAIL_COUNT_MAX : count;
}

static void ask_tail(struct redis_store *s, struct desk_id after)
{
    char from[STREAM_ID_MAX + 1] = "(";

    stream_id_format(after, from + 1);
    redis_args_clear(&s->args);
    redis_args_text(&s->args, "XRANGE");
    redis_args_text(&s->args, s->key_journal);
    redis_args_text(&s->args, from);
    redis_args_text(&s->args, "+");
    redis_args_text(&s->args, "COUNT");
    redis_args_number(&s->args, tail_count(&s->load));
    store_send(s, tail_answered, 0);
}

/* The page behind the last entry of this one; behind our claim nobody but us writes. */
static void ask_next_tail(struct redis_store *s, const redisReply *page)
{
    const redisReply *last = page->elements > 0 ? page->element[page->elements - 1] : NULL;
    struct desk_id claim = {s->epoch, 0}, id;

    if (!last || !read_entry_id(last, &id) || desk_id_equal(id, claim))
        return;
    ask_tail(s, id);
    redis_link_run_ahead(&s->link);
}

static void tail_answered(void *context, uint64_t tag, const redisReply *reply)
{
    struct redis_store *s = context;
    struct desk_id claim = {s->epoch, 0};

    (void)tag;
    if (store_is_trouble(s, reply) || s->phase != PHASE_LOAD || s->load.doubt[0] != '\0')
        return;
    ask_next_tail(s, reply);
    for (size_t i = 0; i < reply->elements; i++) {
        if (!add_entry(s, reply->element[i]))
            return;
    }
    bool is_whole = desk_id_equal(s->load.tail.last, claim);
    if (!take_entries(s, is_whole))
        return;
    if (is_whole)
        next_stage(s);
    else if (reply->elements == 0)
        doubt(s, "the journal in Redis (%s) ends before our own claim: something took entries away. Restore a backup of Redis", s->key_journal);
}

static bool read_entry_id(const redisReply *entry, struct desk_id *out)
{
    char text[STREAM_ID_MAX];

    return entry->type == REDIS_REPLY_ARRAY && entry->elements == 2 && store_reply_text(entry->element[0], text, sizeof text) && stream_id_parse(text, out);
}

/* [id, ["b", bytes]] */
static bool add_entry(struct redis_store *s, const redisReply *entry)
{
    struct desk_id id;

    bool formed = read_entry_id(entry, &id) && entry->element[1]->elements == 2 && entry->element[1]->element[1]->type == REDIS_REPLY_STRING;
    if (!formed) {
        store_fail(s, "the journal in Redis (%s) is not what Leadwire writes", s->key_journal);
        return false;
    }
    const char *id_text = entry->element[0]->str;
    const redisReply *bytes = entry->element[1]->element[1];
    lw_status status = journal_tail_add(&s->load.tail, id, bytes->str, (size_t)bytes->len);
    if (status == LW_NOT_FOUND) {
        doubt(s, "the journal has a gap before %s: Redis lost what it had confirmed. Restore a backup of Redis, or "
                   "delete the desk's keys to begin anew", id_text);
        return false;
    }
    if (status != LW_OK) {
        store_fail(s, "entry %s of the journal cannot be read: %s", id_text, lw_status_text(status));
        return false;
    }
    s->load.tail_bytes += (size_t)bytes->len;
    s->load.tail_entries++;
    return true;
}

static bool take_entries(struct redis_store *s, bool to_end)
{
    struct journal_tail_entry entry;
    struct byte_reader batch;

    while (journal_tail_take(&s->load.tail, to_end, &entry, &batch)) {
        if (entry.desk_ms > s->load.desk_ms)
            s->load.desk_ms = entry.desk_ms;
        if (!take_batch(s, &batch))
            return false;
    }
    return true;
}

static bool take_batch(struct redis_store *s, struct byte_reader *reader)
{
    enum record_kind kind;
    const uint8_t *bytes;
    size_t size;

    while (batch_next(reader, &kind, &bytes, &size)) {
        if (!take_record(s, kind, bytes, size))
            return false;
    }
    if (reader->failed)
        store_fail(s, "an entry of the journal is damaged after %" PRIu64 " records", s->load.records);
    return !reader->failed;
}

static bool take_record(struct redis_store *s, enum record_kind kind, const void *bytes, size_t size)
{
    lw_status status = s->base.callbacks.load(s->base.callbacks.context, kind, bytes, size);

    s->load.records++;
    if (status == LW_OK)
        return true;
    store_fail(s, "a record of kind %d of the desk cannot be restored: %s", (int)kind, lw_status_text(status));
    return false;
}

/* A broker that claimed the desk after us writes on, and what its checkpoint covers it trims: then nothing is wrong, only no longer ours. */
static void doubt(struct redis_store *s, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(s->load.doubt, sizeof s->load.doubt, format, args);
    va_end(args);
    redis_args_clear(&s->args);
    redis_args_text(&s->args, "HMGET");
    redis_args_text(&s->args, s->key_head);
    redis_args_text(&s->args, "nonce");
    redis_args_text(&s->args, "owner");
    store_send(s, whose_answered, 0);
}

static void whose_answered(void *context, uint64_t tag, const redisReply *reply)
{
    struct redis_store *s = context;

    (void)tag;
    if (store_is_trouble(s, reply) || s->phase != PHASE_LOAD)
        return;
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 || reply->element[0]->type == REDIS_REPLY_NIL
        || store_reply_is(reply->element[0], s->nonce))
        store_fail(s, "%s", s->load.doubt);
    else if (store_reply_text(reply->element[1], s->head.owner, sizeof s->head.owner))
        store_fence(s);
    else
        store_fail(s, "the desk's head in Redis (%s) is not what Leadwire writes", s->key_head);
}

static void loaded(struct redis_store *s)
{
    bool is_empty = s->load.records == 0 && !s->read_checkpoint.found;

    crash_point("recovery.loaded");
    log_info("desk loaded desk=%s records=%" PRIu64 " tail_bytes=%" PRIu64, s->options.desk, s->load.records, s->load.tail_bytes);
    if (s->load.tail.left_out > 0)
        log_warning("%" PRIu64 " entries of the journal are left out: the desk was claimed without them, and Redis brought them back from a write "
                    "that a power cut interrupted desk=%s", s->load.tail.left_out, s->options.desk);
    journal_tail_fini(&s->load.tail);
    s->phase = PHASE_SERVE;
    s->base.loaded = true;
    s->proved = true;
    s->last_desk_ms = s->load.desk_ms;
    store_checkpoint_loaded(s);
    s->base.callbacks.loaded(s->base.callbacks.context, s->epoch, s->load.desk_ms, is_empty);
    if (store_replicas_proved(s))
        store_move(&s->base, STORE_READY, "serving");
    else
        store_move(&s->base, STORE_AWAY, "waiting for a replica of Redis to confirm our claim");
}
