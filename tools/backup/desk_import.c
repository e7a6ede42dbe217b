/* SPDX-License-Identifier: Apache-2.0 */
#include "desk_import.h"

#include <string.h>
#include <time.h>

#include "batch.h"
#include "desk_staging.h"
#include "store_class.h"
#include "wall_clock.h"

enum { POLL_MS = 100, CLAIM_ENTRY_MAX = 64, TAKE_OVER_MAX_MS = 30 * 1000, TAKE_OVER_PAUSE_US = 700 };

struct import {
    struct desk_staging staging;
    const struct backup_work *work;
    uint64_t done, total;              /* frames */
};

static lw_status judge_there(struct backup_redis *redis, const struct desk_import_options *options, const struct backup_work *work,
                             struct desk_there *there);
static lw_status watch_owner(struct backup_redis *redis, uint64_t watch_ms, const struct backup_work *work, struct desk_there *there);
static lw_status read_again(struct backup_redis *redis, struct desk_there *there);
static lw_status take_over(struct desk_staging *staging, const struct desk_file_head *head, struct desk_id claim, const struct backup_work *work);
static lw_status gather(struct import *import, struct desk_file_reader *file);
static lw_status take_field(void *context, const struct desk_field *field);
static lw_status take_entry(void *context, struct desk_id id, const void *bytes, size_t size);
static lw_status step(struct import *import, lw_status status);
static lw_status put_claim(struct import *import, const struct desk_there *there, struct desk_id position, struct desk_id *claim);

lw_status desk_import(struct backup_redis *redis, struct desk_file_reader *file, const struct desk_file_head *head, const struct desk_file_end *end,
                      const struct desk_import_options *options, const struct backup_work *work)
{
    struct import import = {.work = work, .total = end->fields + end->entries};
    struct desk_there there;
    struct desk_id claim;
    lw_status status = judge_there(redis, options, work, &there);

    if (status == LW_OK)
        status = desk_staging_begin(&import.staging, redis, &there);
    bool is_begun = status == LW_OK;
    if (status == LW_OK)
        status = gather(&import, file);
    if (status == LW_OK && options->take_over)
        status = read_again(redis, &there);
    if (status == LW_OK)
        status = put_claim(&import, &there, end->position, &claim);
    if (status == LW_OK && options->take_over)
        status = take_over(&import.staging, head, claim, work);
    else if (status == LW_OK)
        status = desk_staging_switch(&import.staging, &there, head, claim);
    if (is_begun && status != LW_OK && status != LW_UNKNOWN)
        desk_staging_drop(&import.staging);
    desk_there_free(&there);
    return status;
}

/* LW_OK: there is none, or it may go. */
static lw_status judge_there(struct backup_redis *redis, const struct desk_import_options *options, const struct backup_work *work,
                             struct desk_there *there)
{
    lw_status status = desk_there_read(redis, there);

    if (status != LW_OK || !there->any)
        return status;
    if (!options->replace)
        return backup_fail(redis, LW_DUPLICATE, "this Redis has a desk %s already: --replace takes it away. Nothing is changed", redis->link.desk);
    return there->nonce[0] != '\0' && !options->take_over ? watch_owner(redis, options->watch_ms, work, there) : LW_OK;
}

/* A broker that was restarted while we gathered has an epoch that ours must be above. */
static lw_status read_again(struct backup_redis *redis, struct desk_there *there)
{
    lw_status status = backup_settle(redis);

    desk_there_free(there);
    return status == LW_OK ? desk_there_read(redis, there) : status;
}

/* A broker that writes a checkpoint just now changes what is to be taken away: its next pause is a good moment. */
static lw_status take_over(struct desk_staging *staging, const struct desk_file_head *head, struct desk_id claim, const struct backup_work *work)
{
    uint64_t begun_ms = wall_clock_monotonic_ms();

    for (;;) {
        bool is_busy = false;
        lw_status status = desk_staging_take_over(staging, head, claim, &is_busy);
        if (!is_busy || wall_clock_monotonic_ms() - begun_ms > TAKE_OVER_MAX_MS)
            return status;
        if (!work->go_on(work->context, 0, 0))
            return backup_fail(staging->redis, LW_CLOSED, "interrupted: nothing is changed");
        nanosleep(&(struct timespec){.tv_nsec = TAKE_OVER_PAUSE_US * 1000L}, NULL);
    }
}

/* An owner that lives renews its lease: LW_REFUSED. */
static lw_status watch_owner(struct backup_redis *redis, uint64_t watch_ms, const struct backup_work *work, struct desk_there *there)
{
    uint64_t begun_ms = wall_clock_monotonic_ms();

    for (uint64_t gone_ms = 0; gone_ms < watch_ms; gone_ms = wall_clock_monotonic_ms() - begun_ms) {
        struct desk_there now;
        if (!work->go_on(work->context, gone_ms, watch_ms))
            return backup_fail(redis, LW_CLOSED, "interrupted: nothing is changed");
        nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
        lw_status status = desk_there_read(redis, &now);
        bool lives = status == LW_OK && (strcmp(now.id, there->id) != 0 || strcmp(now.renewals, there->renewals) != 0 ||
                                         strcmp(now.nonce, there->nonce) != 0);
        desk_there_free(&now);
        if (status != LW_OK)
            return status;
        if (lives)
            return backup_fail(redis, LW_REFUSED, "the broker %s owns desk %s: stop it first, or say --take-over: it serves until the import is "
                               "whole and then ends. Nothing is changed", there->owner, redis->link.desk);
    }
    return LW_OK;
}

static lw_status gather(struct import *import, struct desk_file_reader *file)
{
    struct desk_file_visitor visitor = {.context = import, .field = take_field, .entry = take_entry};
    struct backup_redis *redis = import->staging.redis;
    struct desk_file_head head;
    struct desk_file_end end;

    redis->error[0] = '\0';
    lw_status status = desk_file_read(file, &visitor, &head, &end);
    if (status != LW_OK && redis->error[0] == '\0')
        return backup_fail(redis, status, "the file changed while it was read: %s. Nothing is changed", file->error);
    return status;
}

static lw_status take_field(void *context, const struct desk_field *field)
{
    struct import *import = context;

    return step(import, desk_staging_put_field(&import->staging, field));
}

static lw_status take_entry(void *context, struct desk_id id, const void *bytes, size_t size)
{
    struct import *import = context;

    return step(import, desk_staging_put_entry(&import->staging, id, bytes, size));
}

static lw_status step(struct import *import, lw_status status)
{
    if (status != LW_OK)
        return status;
    return import->work->go_on(import->work->context, ++import->done, import->total)
               ? LW_OK
               : backup_fail(import->staging.redis, LW_CLOSED, "interrupted: nothing is changed");
}

/* The journal goes on with an empty entry of a new epoch, as with any claim; this one is given back at once. */
static lw_status put_claim(struct import *import, const struct desk_there *there, struct desk_id position, struct desk_id *claim)
{
    struct journal_entry_head head = {.schema = STORE_SCHEMA_VERSION, .previous = position};
    struct byte_buffer entry;
    struct desk_id before;
    uint64_t last = position.epoch;

    if (stream_id_parse(there->id, &before) && before.epoch > last)
        last = before.epoch;
    *claim = (struct desk_id){.epoch = store_epoch_after(last)};
    byte_buffer_init(&entry, CLAIM_ENTRY_MAX);
    journal_entry_put_head(&entry, &head);
    lw_status status = entry.failed ? LW_NO_MEMORY : desk_staging_put_entry(&import->staging, *claim, entry.data, entry.size);
    byte_buffer_fini(&entry);
    return status;
}
