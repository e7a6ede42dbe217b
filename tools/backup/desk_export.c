/* SPDX-License-Identifier: Apache-2.0
 *
 * The checkpoint's hashes are read while their owner may be writing the next checkpoint into them, and may end it, which
 * trims the journal. So the journal is followed from the checkpoint on meanwhile: read to its end before the first hash,
 * again after each page of a hash, and at last to where the head is when all hashes are read. What a hash shows is in the
 * journal, so nothing in the file is newer than that place; what changed after a hash was read is in the entries. An entry
 * that was trimmed before it was read leaves a gap in their chain, and hashes of another generation are another checkpoint:
 * then all begins anew.
 */
#include "desk_export.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "journal_tail.h"
#include "store.h"
#include "store_keys.h"
#include "wall_clock.h"

enum { SCAN_COUNT = 512, SEEN_SCAN_COUNT = 16, PAGE = 128, TRIES_MAX = 20, PAUSE_MS = 100, PATH_SIZE_MAX = 4096 };

struct export {
    struct backup_redis *redis;
    struct desk_file_writer *writer;
    const struct backup_work *work;
    uint64_t generation, done, total;   /* done, total: hashes */
    struct journal_tail tail;           /* entries read and not written yet */
    bool moved;                         /* begin anew */
};

static lw_status export_to(struct backup_redis *redis, FILE *out, const struct backup_work *work, struct desk_file_end *end);
static lw_status export_once(struct export *e);
static lw_status put_head(struct export *e, const redisReply *checkpoint);
static lw_status put_hashes(struct export *e, const redisReply *checkpoint);
static lw_status put_rules(struct export *e);
static lw_status put_hash(struct export *e, const char *key, enum desk_family family, uint64_t bucket);
static lw_status follow(struct export *e);
static lw_status add_entry(struct export *e, const redisReply *entry);
static void put_entries(struct export *e, bool to_end);
static lw_status follow_to_head(struct export *e);
static lw_status judge_generation(struct export *e);
static lw_status step(struct export *e, uint64_t hashes);

/* ---- the file ---- */

/* Ours alone, and still what has that name: another export may have renamed or removed it before we had its lock. */
static bool is_own_part(int fd, const char *part)
{
    struct stat of_fd, of_name;

    return fstat(fd, &of_fd) == 0 && lstat(part, &of_name) == 0 && of_fd.st_ino == of_name.st_ino && of_fd.st_dev == of_name.st_dev &&
           S_ISREG(of_fd.st_mode) && of_fd.st_nlink == 1 && of_fd.st_uid == geteuid();
}

static FILE *open_part(struct backup_redis *redis, const char *part, lw_status *status)
{
    int fd = open(part, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    FILE *file = NULL;

    *status = LW_IO;
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        *status = backup_fail(redis, LW_DUPLICATE, "%s: another export writes there", part);
        close(fd);
        return NULL;
    }
    if (fd >= 0 && !is_own_part(fd, part)) {
        *status = backup_fail(redis, LW_IO, "%s is no file of ours alone, or another export had it: remove it, or try again", part);
        close(fd);
        return NULL;
    }
    if (fd >= 0 && fchmod(fd, 0600) == 0)
        file = fdopen(fd, "w+");
    if (!file) {
        (void)backup_fail(redis, LW_IO, "%s: %s", part, strerror(errno));
        if (fd >= 0)
            close(fd);
    }
    return file;
}

/* The name is durable when its folder is. */
static int sync_folder(const char *path)
{
    char folder[PATH_SIZE_MAX];
    const char *slash = strrchr(path, '/');

    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = fd >= 0 ? fsync(fd) : -1;
    if (fd >= 0)
        close(fd);
    return result;
}

static lw_status export_to_file(struct backup_redis *redis, const char *path, const struct backup_work *work, struct desk_file_end *end,
                                uint64_t *bytes)
{
    char part[PATH_SIZE_MAX];
    struct stat info;
    lw_status status;

    if (snprintf(part, sizeof part, "%s.part", path) >= (int)sizeof part)
        return backup_fail(redis, LW_IO, "the path is too long");
    FILE *file = open_part(redis, part, &status);
    if (!file)
        return status;
    status = export_to(redis, file, work, end);
    bool is_synced = status == LW_OK && fsync(fileno(file)) == 0 && fstat(fileno(file), &info) == 0;
    if (is_synced)
        *bytes = (uint64_t)info.st_size;
    if (status == LW_OK && (!is_synced || rename(part, path) != 0))
        status = backup_fail(redis, LW_IO, "%s: %s", path, strerror(errno));
    if (status != LW_OK)
        unlink(part);
    else if (sync_folder(path) != 0)
        status = backup_fail(redis, LW_IO, "%s is there, but its folder cannot be synced: %s", path, strerror(errno));
    fclose(file);
    return status;
}

static lw_status copy_out(struct backup_redis *redis, FILE *from, uint64_t *bytes)
{
    char buffer[65536];
    size_t size;

    rewind(from);
    for (*bytes = 0; (size = fread(buffer, 1, sizeof buffer, from)) > 0; *bytes += size) {
        if (fwrite(buffer, 1, size, stdout) != size)
            return backup_fail(redis, LW_IO, "standard output: %s", strerror(errno));
    }
    if (ferror(from) || fflush(stdout) != 0)
        return backup_fail(redis, LW_IO, "standard output: %s", strerror(errno));
    return LW_OK;
}

lw_status desk_export(struct backup_redis *redis, const char *path, const struct backup_work *work, struct desk_file_end *end, uint64_t *bytes)
{
    *bytes = 0;
    if (strcmp(path, "-") != 0)
        return export_to_file(redis, path, work, end, bytes);
    FILE *file = tmpfile();
    if (!file)
        return backup_fail(redis, LW_IO, "no temporary file can be made: %s", strerror(errno));
    lw_status status = export_to(redis, file, work, end);
    if (status == LW_OK)
        status = copy_out(redis, file, bytes);
    fclose(file);
    return status;
}

/* ---- the desk ---- */

static lw_status export_to(struct backup_redis *redis, FILE *out, const struct backup_work *work, struct desk_file_end *end)
{
    struct desk_file_writer writer;
    struct export e = {.moved = true};
    lw_status status = LW_OK;

    desk_file_writer_init(&writer, out);
    for (int tries = 0; tries < TRIES_MAX && e.moved; tries++) {
        if (tries > 0)
            nanosleep(&(struct timespec){.tv_nsec = PAUSE_MS * 1000000L}, NULL);
        e = (struct export){.redis = redis, .writer = &writer, .work = work};
        status = export_once(&e);
        journal_tail_fini(&e.tail);
    }
    if (e.moved)
        status = backup_fail(redis, LW_CORRUPT, "the journal has a gap, or moves faster than it can be read: see what the broker's log says");
    if (status == LW_OK) {
        status = desk_file_put_end(&writer);
        if (status == LW_IO)
            (void)backup_fail(redis, LW_IO, "the file cannot be written: %s", strerror(errno));
        else if (status != LW_OK)
            (void)backup_fail(redis, status, "out of memory");
    }
    *end = writer.end;
    desk_file_writer_fini(&writer);
    return status;
}

static lw_status export_once(struct export *e)
{
    const char *desk = e->redis->link.desk;
    char key[STORE_KEY_MAX];

    store_key(key, desk, "head");
    redisReply *exists = backup_ask(e->redis, "EXISTS %s", key);
    bool is_there = exists && exists->integer != 0;
    freeReplyObject(exists);
    if (!is_there)
        return exists ? backup_fail(e->redis, LW_NOT_FOUND, "there is no desk %s in this Redis", desk) : LW_IO;
    store_key(key, desk, "checkpoint");
    redisReply *checkpoint = backup_ask(e->redis, "HGETALL %s", key);
    if (!checkpoint)
        return LW_IO;
    lw_status status = put_head(e, checkpoint);
    if (status == LW_OK)
        status = follow(e);
    if (status == LW_OK && !e->moved)
        status = put_hashes(e, checkpoint);
    freeReplyObject(checkpoint);
    if (status == LW_OK && !e->moved)
        status = judge_generation(e);
    return status == LW_OK && !e->moved ? follow_to_head(e) : status;
}

static lw_status put_head(struct export *e, const redisReply *checkpoint)
{
    const redisReply *id = backup_field(checkpoint, "id");
    struct desk_file_head head = {.format = DESK_FILE_FORMAT, .schema = (uint8_t)STORE_SCHEMA_VERSION, .made_unix_ms = wall_clock_unix_ms(),
                                  .desk_ms = backup_field_number(checkpoint, "desk_ms"), .has_checkpoint = id != NULL};

    uint64_t schema = backup_field_number(checkpoint, "schema");
    if (schema > STORE_SCHEMA_VERSION)
        return backup_fail(e->redis, LW_UNSUPPORTED, "this desk was written by a newer Leadwire (schema %" PRIu64 "): use that one's leadwire", schema);
    if (id && !stream_id_parse(id->str, &head.checkpoint))
        return backup_fail(e->redis, LW_CORRUPT, "the checkpoint's id is damaged");
    snprintf(head.desk, sizeof head.desk, "%.64s", e->redis->link.desk);
    snprintf(head.program, sizeof head.program, "leadwire %s", LEADWIRE_VERSION);
    e->generation = backup_field_number(checkpoint, "generation");
    journal_tail_init(&e->tail, head.checkpoint);
    desk_file_put_head(e->writer, &head);
    return LW_OK;
}

static bool is_of_generation(const struct export *e, const redisReply *field, uint64_t *bucket)
{
    uint64_t generation;

    return store_seen_field_parse(field->str, bucket, &generation) && generation == e->generation;
}

static lw_status put_hashes(struct export *e, const redisReply *checkpoint)
{
    const char *desk = e->redis->link.desk;
    char key[STORE_KEY_MAX];
    uint64_t bucket;

    e->total = 2 + STORE_LEAD_HASHES;
    for (size_t i = 0; i + 1 < checkpoint->elements; i += 2)
        e->total += is_of_generation(e, checkpoint->element[i], &bucket);
    lw_status status = put_rules(e);
    store_hash_key(key, desk, "reps", e->generation);
    if (status == LW_OK)
        status = put_hash(e, key, DESK_REPS, 0);
    for (unsigned i = 0; i < STORE_LEAD_HASHES && status == LW_OK && !e->moved; i++) {
        store_leads_key(key, desk, i, e->generation);
        status = put_hash(e, key, DESK_LEADS, i);
    }
    for (size_t i = 0; i + 1 < checkpoint->elements && status == LW_OK && !e->moved; i += 2) {
        if (!is_of_generation(e, checkpoint->element[i], &bucket))
            continue;
        store_seen_key(key, desk, bucket, e->generation);
        status = put_hash(e, key, DESK_SEEN, bucket);
    }
    return status;
}

static void put_field(struct export *e, enum desk_family family, uint64_t bucket, const redisReply *name, const redisReply *value)
{
    struct desk_field field = {.family = family, .bucket = bucket, .name = name->str, .name_size = (size_t)name->len,
                               .value = value->str, .value_size = (size_t)value->len};

    desk_file_put_field(e->writer, &field);
}

/* "desk" before "config". */
static lw_status put_rules(struct export *e)
{
    static const char *const names[] = {"desk", "config"};
    char key[STORE_KEY_MAX];

    store_hash_key(key, e->redis->link.desk, "config", e->generation);
    redisReply *values = backup_ask(e->redis, "HMGET %s %s %s", key, names[0], names[1]);
    if (!values)
        return LW_IO;
    for (size_t i = 0; i < values->elements && i < 2; i++) {
        redisReply name = {.str = (char *)names[i], .len = strlen(names[i])};
        if (values->element[i]->type == REDIS_REPLY_STRING)
            put_field(e, DESK_CONFIG, 0, &name, values->element[i]);
    }
    freeReplyObject(values);
    return step(e, 1);
}

static lw_status put_hash(struct export *e, const char *key, enum desk_family family, uint64_t bucket)
{
    char cursor[24] = "0";
    lw_status status = LW_OK;

    do {
        redisReply *reply = backup_ask(e->redis, "HSCAN %s %s COUNT %d", key, cursor, family == DESK_SEEN ? SEEN_SCAN_COUNT : SCAN_COUNT);
        if (!reply)
            return LW_IO;
        const redisReply *pairs = reply->element[1];
        for (size_t i = 0; i + 1 < pairs->elements; i += 2)
            put_field(e, family, bucket, pairs->element[i], pairs->element[i + 1]);
        snprintf(cursor, sizeof cursor, "%s", reply->element[0]->str);
        freeReplyObject(reply);
        status = follow(e);
        if (status == LW_OK)
            status = step(e, 0);
    } while (status == LW_OK && !e->moved && strcmp(cursor, "0") != 0);
    return status == LW_OK ? step(e, 1) : status;
}

/* ---- the journal ---- */

/* Reads what there is behind the last entry, to the end that the journal has now, and writes what of it is sure. */
static lw_status follow(struct export *e)
{
    char key[STORE_KEY_MAX], from[STREAM_ID_MAX];
    size_t count = PAGE;
    lw_status status = LW_OK;

    store_key(key, e->redis->link.desk, "journal");
    while (count == PAGE && status == LW_OK && !e->moved) {
        stream_id_format(e->tail.last, from);
        redisReply *reply = backup_ask(e->redis, "XRANGE %s (%s + COUNT %d", key, from, PAGE);
        if (!reply)
            return LW_IO;
        count = reply->elements;
        for (size_t i = 0; i < count && status == LW_OK && !e->moved; i++)
            status = add_entry(e, reply->element[i]);
        freeReplyObject(reply);
        if (status == LW_OK && !e->moved)
            put_entries(e, false);
        if (status == LW_OK)
            status = step(e, 0);
    }
    return status;
}

static lw_status add_entry(struct export *e, const redisReply *entry)
{
    struct desk_id id;

    bool formed = entry->elements == 2 && stream_id_parse(entry->element[0]->str, &id) && entry->element[1]->elements == 2 &&
                  entry->element[1]->element[1]->type == REDIS_REPLY_STRING;
    if (!formed)
        return backup_fail(e->redis, LW_CORRUPT, "the journal is not what Leadwire writes");
    const redisReply *value = entry->element[1]->element[1];
    lw_status status = journal_tail_add(&e->tail, id, value->str, (size_t)value->len);
    e->moved = status == LW_NOT_FOUND;
    if (status != LW_OK && !e->moved)
        return backup_fail(e->redis, status, "entry %s cannot be read: %s", entry->element[0]->str, lw_status_text(status));
    return LW_OK;
}

static void put_entries(struct export *e, bool to_end)
{
    struct journal_tail_entry entry;
    struct byte_reader whole;

    while (journal_tail_take(&e->tail, to_end, &entry, &whole))
        desk_file_put_entry(e->writer, entry.id, entry.desk_ms, whole.data, whole.size);
}

/* Past what any hash has shown. */
static lw_status follow_to_head(struct export *e)
{
    char key[STORE_KEY_MAX];
    struct desk_id id;

    store_key(key, e->redis->link.desk, "head");
    redisReply *reply = backup_ask(e->redis, "HGET %s id", key);
    if (!reply)
        return LW_IO;
    bool is_read = reply->type == REDIS_REPLY_STRING && stream_id_parse(reply->str, &id);
    freeReplyObject(reply);
    if (!is_read)
        return backup_fail(e->redis, LW_CORRUPT, "the desk's head is damaged, or has gone");
    lw_status status = follow(e);
    e->moved = e->moved || (status == LW_OK && desk_id_compare(e->tail.last, id) < 0);
    if (status == LW_OK && !e->moved) {
        put_entries(e, true);
        status = step(e, 0);
    }
    return status;
}

static lw_status judge_generation(struct export *e)
{
    char key[STORE_KEY_MAX];

    store_key(key, e->redis->link.desk, "checkpoint");
    redisReply *reply = backup_ask(e->redis, "HGET %s generation", key);
    if (!reply)
        return LW_IO;
    e->moved = (reply->type == REDIS_REPLY_STRING ? strtoull(reply->str, NULL, 10) : 0) != e->generation;
    freeReplyObject(reply);
    return LW_OK;
}

static lw_status step(struct export *e, uint64_t hashes)
{
    e->done += hashes;
    if (e->writer->failed)
        return backup_fail(e->redis, LW_IO, "the file cannot be written: %s", strerror(errno));
    return e->work->go_on(e->work->context, e->done, e->total) ? LW_OK : backup_fail(e->redis, LW_CLOSED, "interrupted: nothing is left of it");
}
