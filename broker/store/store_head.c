/* SPDX-License-Identifier: Apache-2.0 */
#include "redis_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void head_answered(void *context, uint64_t tag, const redisReply *reply);
static void checkpoint_answered(void *context, uint64_t tag, const redisReply *reply);
static void journal_answered(void *context, uint64_t tag, const redisReply *reply);
static bool parse_head(struct desk_head *head, const redisReply *reply);
static bool parse_checkpoint(struct redis_store *s, const redisReply *reply);
static bool parse_number(const redisReply *reply, uint64_t *out);
static void go_on(struct redis_store *s);

void store_head_read(struct redis_store *s)
{
    static const char *const fields[] = {"id", "nonce", "owner", "renewals", "schema"};

    s->phase = PHASE_HEAD;
    redis_args_clear(&s->args);
    redis_args_text(&s->args, "HMGET");
    redis_args_text(&s->args, s->key_head);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        redis_args_text(&s->args, fields[i]);
    store_send(s, head_answered, 0);

    redis_args_clear(&s->args);
    redis_args_text(&s->args, "HGETALL");
    redis_args_text(&s->args, s->key_checkpoint);
    store_send(s, checkpoint_answered, 0);

    redis_args_clear(&s->args);
    redis_args_text(&s->args, "EXISTS");
    redis_args_text(&s->args, s->key_journal);
    store_send(s, journal_answered, 0);
}

bool store_head_is_ours(const struct redis_store *s, const redisReply *reply, uint64_t *sequence)
{
    char id_text[STREAM_ID_MAX];
    struct desk_id id;

    if (reply->type != REDIS_REPLY_ARRAY || reply->elements < 2 || !store_reply_is(reply->element[1], s->nonce))
        return false;
    if (!store_reply_text(reply->element[0], id_text, sizeof id_text) || !stream_id_parse(id_text, &id) || id.epoch != s->epoch)
        return false;
    *sequence = id.number;
    return true;
}

static void head_answered(void *context, uint64_t tag, const redisReply *reply)
{
    struct redis_store *s = context;

    (void)tag;
    if (store_is_trouble(s, reply))
        return;
    if (parse_head(&s->head, reply))
        return;
    store_count_trouble(s, STORE_TROUBLE_FOREIGN_DATA);
    store_trouble(s, true, "the desk's head in Redis (%s) is not what Leadwire writes", s->key_head);
}

static void checkpoint_answered(void *context, uint64_t tag, const redisReply *reply)
{
    struct redis_store *s = context;

    (void)tag;
    if (store_is_trouble(s, reply))
        return;
    if (parse_checkpoint(s, reply))
        return;
    store_count_trouble(s, STORE_TROUBLE_FOREIGN_DATA);
    store_trouble(s, true, "the desk's checkpoint in Redis (%s) is not what Leadwire writes", s->key_checkpoint);
}

static void journal_answered(void *context, uint64_t tag, const redisReply *reply)
{
    struct redis_store *s = context;

    (void)tag;
    if (store_is_trouble(s, reply))
        return;
    s->head.journal_found = reply->integer != 0;
    if (!s->drop && s->phase == PHASE_HEAD)
        go_on(s);
}

static bool parse_head(struct desk_head *head, const redisReply *reply)
{
    *head = (struct desk_head){0};
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 5)
        return false;
    if (reply->element[0]->type == REDIS_REPLY_NIL)
        return true;
    head->found = true;
    return store_reply_text(reply->element[0], head->id_text, sizeof head->id_text) &&
           stream_id_parse(head->id_text, &head->id) &&
           store_reply_text(reply->element[1], head->nonce, sizeof head->nonce) &&
           store_reply_text(reply->element[2], head->owner, sizeof head->owner) &&
           store_reply_text(reply->element[3], head->renewals, sizeof head->renewals) &&
           parse_number(reply->element[4], &head->schema);
}

static bool parse_checkpoint(struct redis_store *s, const redisReply *reply)
{
    struct desk_checkpoint *read = &s->read_checkpoint;
    bool good = reply->type == REDIS_REPLY_ARRAY;

    *read = (struct desk_checkpoint){0};
    if (!s->base.loaded)
        s->checkpoint.seen_count = 0;
    for (size_t i = 0; good && i + 1 < reply->elements; i += 2) {
        const redisReply *field = reply->element[i], *value = reply->element[i + 1];
        char name[STORE_KEY_MAX], id[STREAM_ID_MAX];
        uint64_t bucket, generation;
        if (!store_reply_text(field, name, sizeof name))
            return false;
        if (store_seen_field_parse(name, &bucket, &generation))
            good = s->base.loaded || store_checkpoint_saw_bucket(s, bucket, generation);
        else if (strcmp(name, "id") == 0)
            good = read->found = store_reply_text(value, id, sizeof id) && stream_id_parse(id, &read->id);
        else if (strcmp(name, "generation") == 0)
            good = parse_number(value, &read->generation);
        else if (strcmp(name, "building") == 0)
            good = parse_number(value, &read->building);
        else if (strcmp(name, "desk_ms") == 0)
            good = parse_number(value, &read->desk_ms);
        else if (strcmp(name, "schema") == 0)
            good = parse_number(value, &read->schema);
        else if (strcmp(name, "progress") == 0)
            good = store_reply_text(value, read->progress, sizeof read->progress);
    }
    return good;
}

static bool parse_number(const redisReply *reply, uint64_t *out)
{
    char text[24], *end;

    if (!store_reply_text(reply, text, sizeof text) || text[0] < '0' || text[0] > '9')
        return false;
    *out = strtoull(text, &end, 10);
    return *end == '\0';
}

static void go_on(struct redis_store *s)
{
    uint64_t schema = s->head.schema > s->read_checkpoint.schema ? s->head.schema : s->read_checkpoint.schema;

    if (schema > STORE_SCHEMA_VERSION)
        store_count_trouble(s, STORE_TROUBLE_SCHEMA);
    if (schema > STORE_SCHEMA_VERSION)
        store_fail(s, "this desk was written by a newer Leadwire (schema %" PRIu64 ", we know up to %d): update this broker",
                   schema, STORE_SCHEMA_VERSION);
    else if (!s->claimed)
        store_claim_consider(s);
    else if (s->base.loaded)
        store_resume(s);
    else if (strcmp(s->head.nonce, s->nonce) == 0)
        store_load_begin(s);
    else
        store_fence(s);
}
