/* SPDX-License-Identifier: Apache-2.0 */
#include "redis_desk.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"
#include "seeded.h"

enum { SEEN_IS_PUBLISH = 1 };

static lw_status read_epoch(struct redis_desk *desk, struct journal_reader *reader);
static void begin_anew(void *context);
static bool take_record(void *context, const struct journal_place *place, enum record_kind kind, const void *bytes, size_t size);
static bool take_lead(struct redis_desk *desk, const void *bytes, size_t size);
static bool take_rep(struct redis_desk *desk, const void *bytes, size_t size);
static bool take_seen(struct redis_desk *desk, const void *bytes, size_t size);
static struct redis_lead *find_or_add(struct redis_desk *desk, struct desk_id id);
static void copy_text(char *out, size_t capacity, struct core_text text);
static uint32_t hash(struct desk_id id) { return index_hash_u64(id.number ^ id.epoch * 31); }

void redis_desk_init(struct redis_desk *desk)
{
    *desk = (struct redis_desk){.leads = calloc(REDIS_DESK_LEADS_MAX, sizeof *desk->leads)};
    MUST_HOLD(desk->leads && index_table_init(&desk->by_id, REDIS_DESK_LEADS_MAX) == LW_OK);
}

void redis_desk_fini(struct redis_desk *desk)
{
    free(desk->leads);
    index_table_fini(&desk->by_id);
}

lw_status redis_desk_read(struct redis_desk *desk, struct journal_reader *reader)
{
    const struct journal_visitor visitor = {.context = desk, .reset = begin_anew, .record = take_record};
    lw_status status = journal_reader_read(reader, &visitor);

    memset(desk->by_state, 0, sizeof desk->by_state);
    for (uint32_t i = 0; i < desk->count; i++)
        if (desk->leads[i].is_open)
            desk->by_state[desk->leads[i].state]++;
    return status == LW_OK ? read_epoch(desk, reader) : status;
}

const struct redis_lead *redis_desk_find(const struct redis_desk *desk, struct desk_id id)
{
    for (uint32_t at = index_table_first(&desk->by_id, hash(id)), value; index_table_at(&desk->by_id, hash(id), &at, &value);)
        if (desk_id_equal(desk->leads[value].id, id))
            return &desk->leads[value];
    return NULL;
}

/* A broker may have claimed the desk and written nothing yet. */
static lw_status read_epoch(struct redis_desk *desk, struct journal_reader *reader)
{
    redisReply *reply = redisCommand(reader->redis, "HGET lw:{%s}:head id", reader->desk);
    bool good = reply && reply->type == REDIS_REPLY_STRING;

    desk->epoch = good ? strtoull(reply->str, NULL, 10) : 0;
    freeReplyObject(reply);
    return good ? LW_OK : LW_IO;
}

static void begin_anew(void *context)
{
    struct redis_desk *desk = context;

    desk->count = 0;
    index_table_clear(&desk->by_id);
    memset(desk->reps, 0, sizeof desk->reps);
}

static bool take_record(void *context, const struct journal_place *place, enum record_kind kind, const void *bytes, size_t size)
{
    struct redis_desk *desk = context;
    bool good = true;

    (void)place;
    if (kind == RECORD_LEAD)
        good = take_lead(desk, bytes, size);
    else if (kind == RECORD_REP)
        good = take_rep(desk, bytes, size);
    else if (kind == RECORD_SEEN)
        good = take_seen(desk, bytes, size);
    if (!good) {
        fprintf(stderr, "redis_desk: a record of kind %d cannot be read\n", (int)kind);
        exit(1);
    }
    return true;
}

static bool take_lead(struct redis_desk *desk, const void *bytes, size_t size)
{
    struct lead_image image;

    if (record_read_lead(bytes, size, &image) != LW_OK)
        return false;
    struct redis_lead *lead = find_or_add(desk, image.id);
    if (image.revision < lead->revision)
        return true;
    lead->revision = image.revision;
    lead->state = image.state;
    lead->is_open = !lead_state_is_end(image.state);
    lead->was_published = true;
    lead->rep = image.rep;
    lead->offer_number = image.offer_number;
    if (!lead->is_open)
        copy_text(lead->disposition, sizeof lead->disposition, image.disposition);
    return true;
}

static bool take_rep(struct redis_desk *desk, const void *bytes, size_t size)
{
    struct rep_image image;

    if (record_read_rep(bytes, size, &image) != LW_OK || image.number >= REDIS_DESK_REPS_MAX)
        return false;
    copy_text(desk->reps[image.number], sizeof desk->reps[image.number], image.name);
    return true;
}

/* The window remembers how a lead ended when its own record is gone. */
static bool take_seen(struct redis_desk *desk, const void *bytes, size_t size)
{
    struct seen_image image;

    if (record_read_seen(bytes, size, &image) != LW_OK)
        return false;
    if (image.kind != SEEN_IS_PUBLISH)
        return true;
    struct redis_lead *lead = find_or_add(desk, image.lead);
    lead->was_published = true;
    if (image.end != 0 && lead->state == LEAD_NONE)
        lead->state = (enum lead_state)image.end;
    return true;
}

static struct redis_lead *find_or_add(struct redis_desk *desk, struct desk_id id)
{
    const struct redis_lead *found = redis_desk_find(desk, id);

    if (found)
        return &desk->leads[found - desk->leads];
    MUST_HOLD(desk->count < REDIS_DESK_LEADS_MAX && index_table_add(&desk->by_id, hash(id), desk->count));
    desk->leads[desk->count] = (struct redis_lead){.id = id};
    return &desk->leads[desk->count++];
}

static void copy_text(char *out, size_t capacity, struct core_text text)
{
    snprintf(out, capacity, "%.*s", (int)text.size, text.data ? text.data : "");
}
