/* SPDX-License-Identifier: Apache-2.0
 *
 * A checkpoint is a row of steps: slices of changed records, then the end, which moves the id and trims the journal.
 *
 *   (all is marked, in slices, if it is to be complete)
 *   begin: id = the last entry made    slice, slice, ... (as_of = the last entry made when each was filled)    end
 *
 * One step is in flight at most, sent behind all entries made before it was filled, so that Redis refuses it unless
 * everything it shows is in the journal. Each step names the step before ("progress"): one that comes twice or late,
 * over a connection that we gave up, changes nothing. After an outage the progress in Redis tells whether steps were
 * lost that had been confirmed; then the hashes can no more be brought up to date by changes, and the next checkpoint
 * writes everything under a new generation of keys.
 */
#include "redis_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "crash_point.h"
#include "lw_log.h"
#include "wall_clock.h"

enum {
    SLICE_RECORDS_MAX = 1024, SLICE_BYTES_MAX = 64 * 1024,
    SLICE_MARKS_MAX = 2048,   /* of a checkpoint of all: a millisecond or so, each lead being a miss or two of the cache */
    OVERGROWN_TIMES = 4,      /* so much more than makes a checkpoint due: then the journal grows no faster than slices go */
    SEEN_BUCKETS_MAX = 65536, DOOMED_BUCKETS_MAX = 1000, DOOMED_GENERATIONS_MAX = 50,
    /* places in a slice's keys, from 1 as in Lua */
    KEY_CHECKPOINT = 2, KEY_LEADS = 3, KEY_REPS = KEY_LEADS + STORE_LEAD_HASHES, KEY_CONFIG, KEY_SEEN,
};

static bool is_due(const struct redis_store *s);
static void count_slice(struct redis_store *s, uint64_t cpu_us);
static void begin(struct redis_store *s);
static void begin_walk(struct redis_store *s);
static bool mark(struct redis_store *s);
static void fill(struct redis_store *s);
static void fill_slice(struct redis_store *s);
static void fill_end(struct redis_store *s);
static void name_step(struct redis_store *s);
static void put_record(struct redis_store *s, const struct core_record *record);
static void put_seen_run(struct redis_store *s);
static unsigned seen_key(struct redis_store *s, uint64_t bucket);
static void doom_buckets(struct redis_store *s);
static void doom_generations(struct redis_store *s);
static void doom_generation(struct redis_store *s, uint64_t generation);
static void send_step(struct redis_store *s);
static void step_answered(void *context, uint64_t tag, const redisReply *reply);
static void step_done(struct redis_store *s);
static void ended(struct redis_store *s);

void store_checkpoint_init(struct redis_store *s)
{
    redis_args_init(&s->checkpoint.keys);
    redis_args_init(&s->checkpoint.rest);
    slice_writes_init(&s->checkpoint.writes);
    byte_buffer_init(&s->checkpoint.run, 2 * SLICE_BYTES_MAX);
}

void store_checkpoint_fini(struct redis_store *s)
{
    redis_args_fini(&s->checkpoint.keys);
    redis_args_fini(&s->checkpoint.rest);
    slice_writes_fini(&s->checkpoint.writes);
    byte_buffer_fini(&s->checkpoint.run);
    free(s->checkpoint.seen);
}

void store_checkpoint_loaded(struct redis_store *s)
{
    struct checkpoint *c = &s->checkpoint;
    const struct desk_checkpoint *read = &s->read_checkpoint;

    c->generation = read->generation;
    c->building = read->building > read->generation ? read->building : read->generation;
    memcpy(c->progress, read->progress, sizeof c->progress);
    c->journal_bytes = s->load.records > 0 ? s->load.tail_bytes : 0;
    c->last_ms = s->now_ms;
}

/* Only what was handed to us may be shown, and only behind the entries that have it. */
bool store_checkpoint_may_send(const struct redis_store *s)
{
    bool is_behind = s->append_refused || s->open.size > 0 || s->next_send != s->ring.next_sequence;

    return !is_behind && !s->drop && !s->resync && !s->checkpoint.sent && s->base.callbacks.core;
}

/* Bytes of the journal that no checkpoint has trimmed. */
static bool is_overgrown(const struct redis_store *s)
{
    const struct checkpoint *c = &s->checkpoint;

    return c->before_bytes + c->journal_bytes > (uint64_t)s->options.checkpoint_bytes * OVERGROWN_TIMES;
}

/* A writer with more than Redis takes would keep us behind for ever, and then no step may be sent. */
bool store_checkpoint_is_outrun(const struct redis_store *s)
{
    return s->phase == PHASE_SERVE && s->base.callbacks.core && is_overgrown(s) && s->checkpoint.owed_bytes > 0;
}

void store_checkpoint_grew(struct redis_store *s, size_t bytes)
{
    struct checkpoint *c = &s->checkpoint;

    c->journal_bytes += bytes;
    if (is_overgrown(s))
        c->owed_bytes += bytes;
}

void store_checkpoint_step(struct redis_store *s)
{
    struct checkpoint *c = &s->checkpoint;

    if (!store_checkpoint_may_send(s) || (!c->active && !is_due(s)))
        return;
    const uint64_t began_us = wall_clock_thread_cpu_us();
    if (!c->active)
        begin(s);
    if (mark(s)) {
        if (!c->filled)
            fill(s);
        send_step(s);
    }
    count_slice(s, wall_clock_thread_cpu_us() - began_us);
}

/* What the loop pays for it in one turn; a machine that lets us wait meanwhile does not count. */
static void count_slice(struct redis_store *s, uint64_t cpu_us)
{
    struct store_totals *totals = &s->base.totals;

    totals->checkpoint_slices++;
    totals->long_checkpoint_slices += cpu_us > STORE_SLICE_LONG_US;
    if (cpu_us > totals->checkpoint_slice_max_us)
        totals->checkpoint_slice_max_us = cpu_us;
}

void store_checkpoint_resume(struct redis_store *s)
{
    struct checkpoint *c = &s->checkpoint;
    const char *progress = s->read_checkpoint.progress;

    c->sent = false;
    if (strcmp(progress, c->progress) == 0)
        return;                                 /* a step in flight did not arrive: it is sent again */
    if (c->filled && strcmp(progress, c->next) == 0) {
        step_done(s);                           /* it did */
        return;
    }
    store_checkpoint_restart(s);
}

void store_checkpoint_restart(struct redis_store *s)
{
    struct checkpoint *c = &s->checkpoint;

    log_warning("Redis lost steps of the checkpoint; the next one is complete desk=%s", s->options.desk);
    c->active = c->filled = c->sent = false;
    c->full_needed = true;
    memcpy(c->progress, s->read_checkpoint.progress, sizeof c->progress);
}

bool store_checkpoint_saw_bucket(struct redis_store *s, uint64_t bucket, uint64_t generation)
{
    struct checkpoint *c = &s->checkpoint;

    for (size_t i = c->seen_count; i > 0; i--) {
        if (c->seen[i - 1].bucket == bucket && c->seen[i - 1].generation == generation)
            return true;
    }
    if (c->seen_count == c->seen_capacity) {
        size_t capacity = c->seen_capacity == 0 ? 64 : c->seen_capacity * 2;
        struct seen_bucket *seen = capacity > SEEN_BUCKETS_MAX ? NULL : realloc(c->seen, capacity * sizeof *seen);
        if (!seen)
            return false;
        c->seen = seen;
        c->seen_capacity = capacity;
    }
    c->seen[c->seen_count++] = (struct seen_bucket){bucket, generation, false};
    return true;
}

static bool is_due(const struct redis_store *s)
{
    const struct checkpoint *c = &s->checkpoint;

    return c->full_needed || c->journal_bytes >= s->options.checkpoint_bytes ||
           (c->journal_bytes > 0 && s->now_ms - c->last_ms >= s->options.checkpoint_ms);
}

static void begin(struct redis_store *s)
{
    struct checkpoint *c = &s->checkpoint;

    c->active = true;
    c->full = c->marking = c->full_needed;
    c->full_needed = c->walked = false;
    if (!c->marking)
        begin_walk(s);
}

/* False: not all yet. What it shows is what there is when all is marked. */
static bool mark(struct redis_store *s)
{
    struct checkpoint *c = &s->checkpoint;

    if (!c->marking)
        return true;
    if (!core_checkpoint_all(s->base.callbacks.core, SLICE_MARKS_MAX))
        return false;
    c->marking = false;
    begin_walk(s);
    return true;
}

static void begin_walk(struct redis_store *s)
{
    struct checkpoint *c = &s->checkpoint;

    c->id = (struct desk_id){s->epoch, s->ring.next_sequence - 1};
    c->desk_ms = s->last_desk_ms;
    c->before_bytes += c->journal_bytes;
    c->journal_bytes = 0;
    c->target = c->generation;
    if (c->full)
        c->target = ++c->building;
    core_checkpoint_begin(s->base.callbacks.core);
    crash_point("checkpoint.begin");
}

static void fill(struct redis_store *s)
{
    struct checkpoint *c = &s->checkpoint;

    c->as_of = s->ring.next_sequence - 1;
    name_step(s);
    if (!c->walked)
        fill_slice(s);
    else
        fill_end(s);
    c->filled = true;
}

/* Progress is "<epoch>-<n>": never the same twice. */
static void name_step(struct redis_store *s)
{
    snprintf(s->checkpoint.next, sizeof s->checkpoint.next, "%" PRIu64 "-%" PRIu64, s->epoch, ++s->checkpoint.counter);
}

static void fill_slice(struct redis_store *s)
{
    struct checkpoint *c = &s->checkpoint;
    struct core_record record;
    char key[STORE_KEY_MAX], number[24];
    size_t bytes = 0;

    c->is_end = false;
    redis_args_clear(&c->keys);
    slice_writes_clear(&c->writes);
    redis_args_text(&c->keys, s->key_head);
    redis_args_text(&c->keys, s->key_checkpoint);
    for (unsigned i = 0; i < STORE_LEAD_HASHES; i++) {
        store_leads_key(key, s->options.desk, i, c->target);
        redis_args_text(&c->keys, key);
    }
    store_hash_key(key, s->options.desk, "reps", c->target);
    redis_args_text(&c->keys, key);
    store_hash_key(key, s->options.desk, "config", c->target);
    redis_args_text(&c->keys, key);
    if (c->full) {
        int size = snprintf(number, sizeof number, "%" PRIu64, c->target);
        slice_writes_set(&c->writes, KEY_CHECKPOINT, "building", strlen("building"), number, (size_t)size);
    }
    for (unsigned records = 0; records < SLICE_RECORDS_MAX && bytes < SLICE_BYTES_MAX; records++) {
        if (!core_checkpoint_next(s->base.callbacks.core, &record)) {
            c->walked = true;
            break;
        }
        put_record(s, &record);
        bytes += record.size;
    }
    put_seen_run(s);
}

static void put_record(struct redis_store *s, const struct core_record *record)
{
    struct slice_writes *writes = &s->checkpoint.writes;
    char field[DESK_ID_TEXT_MAX];
    unsigned key;
    int size;

    switch (record->kind) {
    case RECORD_LEAD:
        size = desk_id_format(record->lead, field);
        key = KEY_LEADS + (unsigned)(record->lead.number % STORE_LEAD_HASHES);
        if (record->ended)
            slice_writes_delete(writes, key, field, (size_t)size);
        else
            slice_writes_set(writes, key, field, (size_t)size, record->bytes, record->size);
        break;
    case RECORD_REP:
        size = snprintf(field, sizeof field, "%" PRIu32, record->rep);
        slice_writes_set(writes, KEY_REPS, field, (size_t)size, record->bytes, record->size);
        break;
    case RECORD_DESK:
        slice_writes_set(writes, KEY_CONFIG, "desk", strlen("desk"), record->bytes, record->size);
        break;
    case RECORD_CONFIG:
        slice_writes_set(writes, KEY_CONFIG, "config", strlen("config"), record->bytes, record->size);
        break;
    case RECORD_SEEN: {
        uint64_t bucket = record->seen_bucket | (record->of_people ? STORE_PEOPLE_BUCKET : 0);
        if (s->checkpoint.run_bucket != bucket)
            put_seen_run(s);
        s->checkpoint.run_bucket = bucket;
        batch_put(&s->checkpoint.run, RECORD_SEEN, record->bytes, record->size);
        break;
    }
    case RECORD_LEADS:
        break;   /* only in the journal */
    }
}

/* Ids come by the thousand and are read all or not at all: a run of them is one field, named after the step, so that
 * a step that comes twice writes the same field. */
static void put_seen_run(struct redis_store *s)
{
    struct checkpoint *c = &s->checkpoint;
    char field[PROGRESS_MAX + 24];

    if (c->run.size == 0)
        return;
    unsigned key = seen_key(s, c->run_bucket);
    int size = snprintf(field, sizeof field, "%s.%zu", c->next, c->writes.texts.count);
    slice_writes_set(&c->writes, key, field, (size_t)size, c->run.data, c->run.size);
    byte_buffer_clear(&c->run);
}

/* The place of the bucket's key in the slice; a bucket that is new gets its mark in the checkpoint too. */
static unsigned seen_key(struct redis_store *s, uint64_t bucket)
{
    struct checkpoint *c = &s->checkpoint;
    char key[STORE_KEY_MAX], field[STORE_KEY_MAX];
    size_t key_size, size;

    store_seen_key(key, s->options.desk, bucket, c->target);
    key_size = strlen(key);
    for (size_t i = c->keys.count; i >= KEY_SEEN; i--) {
        const char *there = redis_args_at(&c->keys, i - 1, &size);
        if (size == key_size && memcmp(there, key, size) == 0)
            return (unsigned)i;
    }
    redis_args_text(&c->keys, key);
    store_seen_field(field, bucket, c->target);
    slice_writes_set(&c->writes, KEY_CHECKPOINT, field, strlen(field), "1", 1);
    if (!store_checkpoint_saw_bucket(s, bucket, c->target))
        store_trouble(s, false, "too many time buckets of idempotency ids and customers");
    return (unsigned)c->keys.count;
}

static void fill_end(struct redis_store *s)
{
    struct checkpoint *c = &s->checkpoint;
    char id[STREAM_ID_MAX];

    c->is_end = true;
    redis_args_clear(&c->keys);
    redis_args_clear(&c->rest);
    redis_args_text(&c->keys, s->key_head);
    redis_args_text(&c->keys, s->key_checkpoint);
    redis_args_text(&c->keys, s->key_journal);
    stream_id_format(c->id, id);
    redis_args_text(&c->rest, id);
    redis_args_number(&c->rest, c->target);
    redis_args_number(&c->rest, c->desk_ms);
    redis_args_number(&c->rest, STORE_SCHEMA_VERSION);
    redis_args_text(&c->rest, "building");
    doom_buckets(s);
    doom_generations(s);
}

static bool is_past(const struct redis_store *s, uint64_t bucket)
{
    if (bucket & STORE_PEOPLE_BUCKET)
        return (bucket & ~STORE_PEOPLE_BUCKET) < core_people_oldest_bucket(s->base.callbacks.core);
    return bucket < core_seen_oldest_bucket(s->base.callbacks.core);
}

/* Buckets that time has left behind, and those of other generations. */
static void doom_buckets(struct redis_store *s)
{
    struct checkpoint *c = &s->checkpoint;
    char text[STORE_KEY_MAX];
    unsigned doomed = 0;

    for (size_t i = 0; i < c->seen_count; i++) {
        struct seen_bucket *seen = &c->seen[i];
        seen->doomed = (is_past(s, seen->bucket) || seen->generation != c->target) && doomed < DOOMED_BUCKETS_MAX;
        if (!seen->doomed)
            continue;
        doomed++;
        store_seen_key(text, s->options.desk, seen->bucket, seen->generation);
        redis_args_text(&c->keys, text);
        store_seen_field(text, seen->bucket, seen->generation);
        redis_args_text(&c->rest, text);
    }
}

/* The generation before, and what checkpoints that never ended have left. */
static void doom_generations(struct redis_store *s)
{
    const struct checkpoint *c = &s->checkpoint;
    unsigned doomed = 0;

    for (uint64_t generation = c->generation; generation <= c->building && doomed < DOOMED_GENERATIONS_MAX; generation++) {
        if (generation == c->target)
            continue;
        doom_generation(s, generation);
        doomed++;
    }
}

static void doom_generation(struct redis_store *s, uint64_t generation)
{
    struct redis_args *keys = &s->checkpoint.keys;
    char key[STORE_KEY_MAX];

    for (unsigned i = 0; i < STORE_LEAD_HASHES; i++) {
        store_leads_key(key, s->options.desk, i, generation);
        redis_args_text(keys, key);
    }
    store_hash_key(key, s->options.desk, "reps", generation);
    redis_args_text(keys, key);
    store_hash_key(key, s->options.desk, "config", generation);
    redis_args_text(keys, key);
}

static void send_step(struct redis_store *s)
{
    struct checkpoint *c = &s->checkpoint;

    if (s->drop)
        return;
    store_call(s, c->is_end ? "lw_checkpoint_end" : "lw_slice", (unsigned)c->keys.count);
    redis_args_join(&s->args, &c->keys);
    redis_args_text(&s->args, s->nonce);
    redis_args_number(&s->args, c->as_of);
    redis_args_text(&s->args, c->progress);
    redis_args_text(&s->args, c->next);
    if (c->is_end) {
        redis_args_join(&s->args, &c->rest);
        crash_point("checkpoint.before_end");
    } else {
        slice_writes_join(&s->args, &c->writes);
    }
    c->sent = true;
    store_send(s, step_answered, 0);
}

static void step_answered(void *context, uint64_t tag, const redisReply *reply)
{
    struct redis_store *s = context;

    (void)tag;
    s->checkpoint.sent = false;
    if (store_is_trouble(s, reply))
        return;
    if (reply->type == REDIS_REPLY_INTEGER && reply->integer == 1)
        step_done(s);
    else
        s->resync = true;       /* head or progress is not what we think: reading both tells */
}

static void step_done(struct redis_store *s)
{
    struct checkpoint *c = &s->checkpoint;

    memcpy(c->progress, c->next, sizeof c->progress);
    c->filled = c->sent = false;
    if (c->is_end) {
        ended(s);
        crash_point("checkpoint.end");
    } else {
        c->owed_bytes -= c->owed_bytes < SLICE_BYTES_MAX ? c->owed_bytes : SLICE_BYTES_MAX;
        crash_point("checkpoint.slice");
    }
}

static void ended(struct redis_store *s)
{
    struct checkpoint *c = &s->checkpoint;
    size_t kept = 0;

    for (size_t i = 0; i < c->seen_count; i++) {
        if (!c->seen[i].doomed)
            c->seen[kept++] = c->seen[i];
    }
    c->seen_count = kept;
    c->generation = c->building = c->target;
    c->active = false;
    c->before_bytes = c->owed_bytes = 0;
    c->last_ms = s->now_ms;
    s->base.totals.checkpoints++;
    if (s->rebuilding)
        store_replicas_rebuilt(s);
    s->rebuilding = false;
}
