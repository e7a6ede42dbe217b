/* SPDX-License-Identifier: Apache-2.0 */
#include "desk_staging.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store.h"
#include "store_class.h"
#include "wall_clock.h"

enum { WORDS_MAX = 512, GENERATIONS_MAX = 64, GENERATION_APART = 1 << 20 };

/* A command's words, and the room for those that we make. UNLINK goes in several when they are many. */
struct words { size_t count; const char *word[WORDS_MAX]; size_t size[WORDS_MAX]; char room[WORDS_MAX][STORE_KEY_MAX]; };

static struct words words;   /* of the command being made: large */

static lw_status unlink_desk(struct desk_staging *staging, const redisReply *fields);

static void add(const void *bytes, size_t size)
{
    words.word[words.count] = bytes;
    words.size[words.count++] = size;
}

static void add_text(const char *text)
{
    char *room = words.room[words.count];

    snprintf(room, STORE_KEY_MAX, "%s", text);
    add(room, strlen(room));
}

static void add_number(uint64_t number)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRIu64, number);
    add_text(text);
}

static void begin(const char *command, const char *key)
{
    words.count = 0;
    add_text(command);
    add_text(key);
}

static lw_status send(struct desk_staging *staging)
{
    return backup_send(staging->redis, words.count, words.word, words.size);
}

/* ---- the desk that is there ---- */

static void copy_text(char *out, size_t size, const redisReply *value)
{
    snprintf(out, size, "%s", value->type == REDIS_REPLY_STRING ? value->str : "");
}

static bool is_there(struct backup_redis *redis, const char *name, bool *out)
{
    char key[STORE_KEY_MAX];

    store_key(key, redis->link.desk, name);
    redisReply *reply = backup_ask(redis, "EXISTS %s", key);
    *out = reply && reply->integer != 0;
    freeReplyObject(reply);
    return reply != NULL;
}

lw_status desk_there_read(struct backup_redis *redis, struct desk_there *there)
{
    bool has_journal = false, has_checkpoint = false;
    char key[STORE_KEY_MAX];

    *there = (struct desk_there){0};
    if (!is_there(redis, "head", &there->head_found) || !is_there(redis, "journal", &has_journal) ||
        !is_there(redis, "checkpoint", &has_checkpoint))
        return LW_IO;
    there->any = there->head_found || has_journal || has_checkpoint;
    store_key(key, redis->link.desk, "head");
    redisReply *head = backup_ask(redis, "HMGET %s id nonce renewals owner", key);
    if (!head)
        return LW_IO;
    copy_text(there->id, sizeof there->id, head->element[0]);
    copy_text(there->nonce, sizeof there->nonce, head->element[1]);
    copy_text(there->renewals, sizeof there->renewals, head->element[2]);
    copy_text(there->owner, sizeof there->owner, head->element[3]);
    freeReplyObject(head);
    store_key(key, redis->link.desk, "checkpoint");
    there->checkpoint = backup_ask(redis, "HGETALL %s", key);
    return there->checkpoint ? LW_OK : LW_IO;
}

void desk_there_free(struct desk_there *there)
{
    if (there->checkpoint)
        freeReplyObject(there->checkpoint);
    *there = (struct desk_there){0};
}

/* ---- gathering ---- */

static uint64_t highest_generation(const redisReply *fields)
{
    uint64_t generation = backup_field_number(fields, "generation"), building = backup_field_number(fields, "building");

    return building > generation ? building : generation;
}

/* A broker counts on by one, also one that was only thought dead: ours is where it does not come. */
static uint64_t generation_apart(uint64_t highest)
{
    uint32_t random;

    random_bytes(&random, sizeof random);
    return highest + 1 + GENERATION_APART + random;
}

static void name_journal(const struct desk_staging *staging, const char *nonce, char key[STORE_KEY_MAX])
{
    char name[STORE_KEY_MAX];

    snprintf(name, sizeof name, "import:journal:%.40s", nonce);
    store_key(key, staging->redis->link.desk, name);
}

/* Takes away what an import with this mark has gathered; the mark last: as long as it is there, the rest is found. */
static lw_status drop(struct desk_staging *staging, const redisReply *mark)
{
    const redisReply *nonce = backup_field(mark, "import");
    char journal[STORE_KEY_MAX];

    name_journal(staging, nonce ? nonce->str : "", journal);
    begin("UNLINK", journal);
    lw_status status = unlink_desk(staging, mark);
    begin("UNLINK", staging->key);
    if (status == LW_OK)
        status = send(staging);
    lw_status settled = backup_settle(staging->redis);
    return status == LW_OK ? settled : status;
}

/* What an import that was killed has left goes; its generation is not used again, as it may not be quite dead. */
static lw_status drop_remains(struct desk_staging *staging)
{
    redisReply *mark = backup_ask(staging->redis, "HGETALL %s", staging->key);

    if (!mark)
        return LW_IO;
    uint64_t left = highest_generation(mark);
    if (left >= staging->generation)
        staging->generation = generation_apart(left);
    lw_status status = drop(staging, mark);
    freeReplyObject(mark);
    return status;
}

static lw_status put_mark(struct desk_staging *staging)
{
    redisReply *reply = backup_ask(staging->redis, "HSETNX %s import %s", staging->key, staging->nonce);

    if (!reply)
        return LW_IO;
    bool is_ours = reply->integer == 1;
    freeReplyObject(reply);
    if (!is_ours)
        return backup_fail(staging->redis, LW_FENCED, "another import of this desk has begun: nothing is changed");
    begin("HSET", staging->key);
    add_text("generation");
    add_number(staging->generation);
    lw_status status = send(staging);
    return status == LW_OK ? backup_settle(staging->redis) : status;
}

lw_status desk_staging_begin(struct desk_staging *staging, struct backup_redis *redis, const struct desk_there *there)
{
    uint64_t random[2];

    *staging = (struct desk_staging){.redis = redis, .generation = generation_apart(highest_generation(there->checkpoint))};
    random_bytes(random, sizeof random);
    snprintf(staging->nonce, sizeof staging->nonce, "%016" PRIx64 "%016" PRIx64, random[0], random[1]);
    store_key(staging->key, redis->link.desk, "import");
    name_journal(staging, staging->nonce, staging->journal_key);
    lw_status status = drop_remains(staging);
    return status == LW_OK ? put_mark(staging) : status;
}

/* Marked before its hash is written: what an import that is killed leaves behind must be found. */
static lw_status mark_bucket(struct desk_staging *staging, uint64_t bucket)
{
    char mark[STORE_KEY_MAX];

    if (staging->has_bucket && staging->last_bucket == bucket)
        return LW_OK;
    staging->has_bucket = true;
    staging->last_bucket = bucket;
    store_seen_field(mark, bucket, staging->generation);
    begin("HSET", staging->key);
    add_text(mark);
    add_text("1");
    return send(staging);
}

lw_status desk_staging_put_field(struct desk_staging *staging, const struct desk_field *field)
{
    const char *desk = staging->redis->link.desk;
    char key[STORE_KEY_MAX];
    lw_status status = LW_OK;

    switch (field->family) {
    case DESK_CONFIG: store_hash_key(key, desk, "config", staging->generation); break;
    case DESK_REPS: store_hash_key(key, desk, "reps", staging->generation); break;
    case DESK_LEADS: store_leads_key(key, desk, (unsigned)field->bucket, staging->generation); break;
    case DESK_SEEN:
        store_seen_key(key, desk, field->bucket, staging->generation);
        status = mark_bucket(staging, field->bucket);
        break;
    }
    begin("HSET", key);
    add(field->name, field->name_size);
    add(field->value, field->value_size);
    return status == LW_OK ? send(staging) : status;
}

lw_status desk_staging_put_entry(struct desk_staging *staging, struct desk_id id, const void *bytes, size_t size)
{
    char text[STREAM_ID_MAX];

    stream_id_format(id, text);
    begin("XADD", staging->journal_key);
    add_text(text);
    add_text("b");
    add(bytes, size);
    return send(staging);
}

void desk_staging_drop(struct desk_staging *staging)
{
    char told[BACKUP_ERROR_MAX];

    memcpy(told, staging->redis->error, sizeof told);       /* why it is dropped is what counts */
    lw_status settled = backup_settle(staging->redis);
    redisReply *mark = settled == LW_OK || staging->redis->link.redis->err == 0 ? backup_ask(staging->redis, "HGETALL %s", staging->key) : NULL;
    const redisReply *nonce = mark ? backup_field(mark, "import") : NULL;
    if (nonce && strcmp(nonce->str, staging->nonce) == 0)   /* else it is another import's, which has dropped ours */
        (void)!drop(staging, mark);
    if (mark)
        freeReplyObject(mark);
    memcpy(staging->redis->error, told, sizeof told);
}

/* ---- the switch ---- */

static lw_status flush(struct desk_staging *staging)
{
    lw_status status = words.count > 1 ? send(staging) : LW_OK;

    words.count = 1;
    return status;
}

static lw_status unlink_key(struct desk_staging *staging, const char *key)
{
    lw_status status = words.count == WORDS_MAX ? flush(staging) : LW_OK;

    add_text(key);
    return status;
}

static lw_status unlink_generation(struct desk_staging *staging, uint64_t generation)
{
    const char *desk = staging->redis->link.desk;
    char key[STORE_KEY_MAX];
    lw_status status = LW_OK;

    for (unsigned i = 0; i < STORE_LEAD_HASHES && status == LW_OK; i++) {
        store_leads_key(key, desk, i, generation);
        status = unlink_key(staging, key);
    }
    store_hash_key(key, desk, "reps", generation);
    if (status == LW_OK)
        status = unlink_key(staging, key);
    store_hash_key(key, desk, "config", generation);
    return status == LW_OK ? unlink_key(staging, key) : status;
}

/* Goes on with a begun UNLINK: all hashes that a checkpoint with these fields has, and those of checkpoints that never ended. */
static lw_status unlink_desk(struct desk_staging *staging, const redisReply *fields)
{
    uint64_t last = highest_generation(fields), first = backup_field_number(fields, "generation"), bucket, generation;
    char key[STORE_KEY_MAX];
    lw_status status = LW_OK;

    if (last - first > GENERATIONS_MAX)
        first = last - GENERATIONS_MAX;
    for (uint64_t i = first; i <= last && fields->elements > 0 && status == LW_OK; i++)
        status = unlink_generation(staging, i);
    for (size_t i = 0; i + 1 < fields->elements && status == LW_OK; i += 2) {
        if (!store_seen_field_parse(fields->element[i]->str, &bucket, &generation))
            continue;
        store_seen_key(key, staging->redis->link.desk, bucket, generation);
        status = unlink_key(staging, key);
    }
    return status == LW_OK ? flush(staging) : status;
}

/* LW_OK: the staging is ours, and what is done until EXEC depends on it. */
static lw_status judge_staging(struct desk_staging *staging)
{
    redisReply *reply = backup_ask(staging->redis, "HGET %s import", staging->key);

    if (!reply)
        return LW_IO;
    bool is_ours = reply->type == REDIS_REPLY_STRING && strcmp(reply->str, staging->nonce) == 0;
    freeReplyObject(reply);
    return is_ours ? LW_OK : LW_FENCED;
}

/* LW_FENCED: the desk is not as it was read, or another import has begun. */
static lw_status watch(struct desk_staging *staging, const struct desk_there *there)
{
    struct backup_redis *redis = staging->redis;
    struct desk_there now;
    char head[STORE_KEY_MAX], journal[STORE_KEY_MAX], checkpoint[STORE_KEY_MAX];

    store_key(head, redis->link.desk, "head");
    store_key(journal, redis->link.desk, "journal");
    store_key(checkpoint, redis->link.desk, "checkpoint");
    redisReply *reply = backup_ask(redis, "WATCH %s %s %s %s", head, journal, checkpoint, staging->key);
    if (!reply)
        return LW_IO;
    freeReplyObject(reply);
    lw_status status = desk_there_read(redis, &now);
    bool same = status == LW_OK && now.any == there->any && strcmp(now.id, there->id) == 0 && strcmp(now.nonce, there->nonce) == 0 &&
                strcmp(now.renewals, there->renewals) == 0;
    desk_there_free(&now);
    if (status != LW_OK)
        return status;
    return same ? judge_staging(staging) : LW_FENCED;
}

/* The head and the journal are not watched: a broker that lives changes them all the time. What it appends goes with the rest. One that
   claims in the instant between this look and the transaction has acknowledged nothing yet, and is fenced as well. */
static lw_status watch_alive(struct desk_staging *staging, struct desk_id position, struct desk_there *now)
{
    char checkpoint[STORE_KEY_MAX];
    struct desk_id last;

    *now = (struct desk_there){0};
    store_key(checkpoint, staging->redis->link.desk, "checkpoint");
    redisReply *reply = backup_ask(staging->redis, "WATCH %s %s", checkpoint, staging->key);
    if (!reply)
        return LW_IO;
    freeReplyObject(reply);
    lw_status status = desk_there_read(staging->redis, now);
    if (status == LW_OK && stream_id_parse(now->id, &last) && last.epoch >= position.epoch)
        status = LW_FENCED;
    return status == LW_OK ? judge_staging(staging) : status;
}

static lw_status send_text(struct desk_staging *staging, const char *a, const char *b, const char *c)
{

    words.count = 0;
    add_text(a);
    if (b)
        add_text(b);
    if (c)
        add_text(c);
    return send(staging);
}

static lw_status send_checkpoint(struct desk_staging *staging, const struct desk_file_head *head)
{
    char id[STREAM_ID_MAX];
    lw_status status = send_text(staging, "HDEL", staging->key, "import");

    begin("HSET", staging->key);
    stream_id_format(head->checkpoint, id);
    if (head->has_checkpoint) {
        add_text("id");
        add_text(id);
    }
    add_text("generation");
    add_number(staging->generation);
    add_text("building");
    add_number(staging->generation);
    add_text("desk_ms");
    add_number(head->desk_ms);
    add_text("schema");
    add_number(head->schema);
    return status == LW_OK ? send(staging) : status;
}

static lw_status send_head(struct desk_staging *staging, const char *key, struct desk_id position)
{
    static const char *const empty[] = {"nonce", "endpoint"};
    char id[STREAM_ID_MAX];

    begin("HSET", key);
    stream_id_format(position, id);
    add_text("id");
    add_text(id);
    add_text("epoch");
    add_number(position.epoch);
    add_text("renewals");
    add_text("0");
    add_text("schema");
    add_number(STORE_SCHEMA_VERSION);
    add_text("owner");
    add_text(STORE_OWNER_IMPORT);
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        add_text(empty[i]);
        add_text("");
    }
    return send(staging);
}

static lw_status send_switch(struct desk_staging *staging, const struct desk_there *there, const struct desk_file_head *head, struct desk_id position)
{
    const char *desk = staging->redis->link.desk;
    char head_key[STORE_KEY_MAX], journal[STORE_KEY_MAX], checkpoint[STORE_KEY_MAX];

    store_key(head_key, desk, "head");
    store_key(journal, desk, "journal");
    store_key(checkpoint, desk, "checkpoint");
    lw_status status = send_text(staging, "MULTI", NULL, NULL);
    begin("UNLINK", head_key);
    add_text(journal);
    add_text(checkpoint);
    if (status == LW_OK)
        status = unlink_desk(staging, there->checkpoint);
    if (status == LW_OK)
        status = send_checkpoint(staging, head);
    if (status == LW_OK)
        status = send_text(staging, "RENAME", staging->key, checkpoint);
    if (status == LW_OK)
        status = send_text(staging, "RENAME", staging->journal_key, journal);
    if (status == LW_OK)
        status = send_head(staging, head_key, position);
    return status == LW_OK ? backup_settle(staging->redis) : status;
}

/* Redis did what it could of the transaction, and there is no going back. */
static lw_status judge_parts(struct desk_staging *staging, const redisReply *parts)
{
    for (size_t i = 0; i < parts->elements; i++) {
        if (parts->element[i]->type == REDIS_REPLY_ERROR)
            return backup_fail(staging->redis, LW_UNKNOWN, "Redis has put only a part of the desk in its place (%s): start no broker, import again "
                                                           "with --replace", parts->element[i]->str);
    }
    return LW_OK;
}

static lw_status tell_fenced(struct desk_staging *staging)
{
    return backup_fail(staging->redis, LW_FENCED, "a broker or another import wrote to the desk meanwhile: nothing is changed");
}

static lw_status execute(struct desk_staging *staging)
{
    redisReply *reply = backup_ask(staging->redis, "EXEC");

    if (!reply && staging->redis->link.redis->err != 0)
        return backup_fail(staging->redis, LW_UNKNOWN, "Redis was lost at the very end: the desk is as it was, or the new one. Look, or import again");
    if (!reply)
        return LW_IO;
    lw_status status = reply->type == REDIS_REPLY_ARRAY ? judge_parts(staging, reply) : tell_fenced(staging);
    freeReplyObject(reply);
    return status;
}

/* Else Redis would only queue what takes away the gathered. What went wrong stays told; where no transaction is open, Redis says so. */
static void discard(struct desk_staging *staging)
{
    char told[BACKUP_ERROR_MAX];

    memcpy(told, staging->redis->error, sizeof told);
    if (backup_settle(staging->redis) == LW_OK || staging->redis->link.redis->err == 0)
        freeReplyObject(backup_ask(staging->redis, "DISCARD"));
    memcpy(staging->redis->error, told, sizeof told);
}

static lw_status transact(struct desk_staging *staging, const struct desk_there *there, const struct desk_file_head *head, struct desk_id position)
{
    lw_status status = send_switch(staging, there, head, position);

    if (status == LW_OK)
        status = execute(staging);
    if (status == LW_IO || status == LW_NO_MEMORY)
        discard(staging);
    return status;
}

lw_status desk_staging_switch(struct desk_staging *staging, const struct desk_there *there, const struct desk_file_head *head,
                              struct desk_id position)
{
    lw_status status = backup_settle(staging->redis);

    if (status == LW_OK)
        status = watch(staging, there);
    if (status == LW_FENCED)
        return tell_fenced(staging);
    return status == LW_OK ? transact(staging, there, head, position) : status;
}

lw_status desk_staging_take_over(struct desk_staging *staging, const struct desk_file_head *head, struct desk_id position, bool *is_busy)
{
    struct desk_there there = {0};
    lw_status status = backup_settle(staging->redis);

    *is_busy = false;
    if (status == LW_OK)
        status = watch_alive(staging, position, &there);
    if (status == LW_FENCED) {
        status = backup_fail(staging->redis, status, "a broker claimed the desk, or another import began, meanwhile: nothing is changed");
    } else if (status == LW_OK) {
        status = transact(staging, &there, head, position);
        *is_busy = status == LW_FENCED;
    }
    desk_there_free(&there);
    return status;
}
