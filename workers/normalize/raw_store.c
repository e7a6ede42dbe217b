/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE   /* writev */
#include "raw_store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "contact_id.h"
#include "index_table.h"
#include "raw_segment.h"
#include "wall_clock.h"

enum {
    SEGMENT_SIZE_MAX = 8 * 1024 * 1024, SEGMENT_CONTACTS_MAX = 8192, SEGMENT_AGE_MAX_MS = 3600 * 1000, KEEP_PARTS = 8,
    NAMES_TRIED_MAX = 100, SUFFIX_MAX = 10, GATHER_CONTACTS_MAX = 64, GATHER_SIZE_MAX = 64 * 1024,
};

static const uint64_t size_max_default = UINT64_C(1) << 30;
static const char part_prefix[] = ".part-";

/* The one that is being written. */
struct segment {
    int fd;                  /* -1: none */
    int64_t since_unix_ms;
    uint64_t size;           /* up to here it is good */
    uint32_t count;
    char (*refs)[RAW_REF_MAX];
    struct index_table by_ref;
};

/* What waits to be written to it with one write. */
struct gathered {
    uint32_t count;          /* contacts */
    uint32_t ref_count;      /* those that are in no segment yet */
    bool is_needed;          /* some of it is kept nowhere else */
    lw_status status;        /* of what had to be written before raw_store_write asked */
    int error;               /* its errno */
    size_t size;
    char refs[GATHER_CONTACTS_MAX][RAW_REF_MAX];
    char bytes[GATHER_SIZE_MAX];
};

struct raw_store {
    int directory;           /* everything goes through it: the path may move */
    struct raw_store_options options;
    struct segment segment;
    uint64_t size_bytes;
    int64_t age_max_ms;
    unsigned name_count;     /* tells segments of one millisecond apart */
    struct gathered gathered;
};

static lw_status segment_begin(struct raw_store *store, int64_t now_unix_ms);
static void segment_end(struct raw_store *store);
static bool segment_is_over(const struct raw_store *store, int64_t now_unix_ms);
static bool segment_holds(const struct segment *segment, const char *ref);
static void segment_note(struct segment *segment, const char *ref);
static void make_room(struct raw_store *store, size_t size_max, int64_t now_unix_ms);
static bool is_held(const struct raw_store *store, const char *ref);
static lw_status append(struct raw_store *store, const struct raw_entry *entry, const char *key, const void *bytes);
static void write_gathered(struct raw_store *store);
static lw_status write_parts(struct raw_store *store, struct iovec *parts, int count, size_t size);
static uint32_t sweep(struct raw_store *store, int64_t now_unix_ms, uint64_t *kept_bytes);
static lw_status io_status(int error);

lw_status raw_store_open(const struct raw_store_options *options, struct raw_store **out)
{
    *out = NULL;
    struct raw_store *store = calloc(1, sizeof *store);
    if (!store)
        return LW_NO_MEMORY;
    store->directory = store->segment.fd = -1;
    store->options = *options;
    store->options.directory = NULL;
    if (store->options.size_max_bytes == 0)
        store->options.size_max_bytes = size_max_default;
    store->age_max_ms = SEGMENT_AGE_MAX_MS;
    if (options->keep_ms > 0 && options->keep_ms / KEEP_PARTS < SEGMENT_AGE_MAX_MS)
        store->age_max_ms = (int64_t)(options->keep_ms / KEEP_PARTS);

    lw_status status = LW_NO_MEMORY;
    store->segment.refs = calloc(SEGMENT_CONTACTS_MAX, sizeof *store->segment.refs);
    if (!store->segment.refs || index_table_init(&store->segment.by_ref, SEGMENT_CONTACTS_MAX) != LW_OK)
        goto fail;
    status = LW_IO;
    if (mkdir(options->directory, 0700) != 0 && errno != EEXIST)
        goto fail;
    store->directory = open(options->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->directory < 0)
        goto fail;
    sweep(store, wall_clock_unix_ms(), &store->size_bytes);
    *out = store;
    return LW_OK;

fail:;
    int error = errno;
    raw_store_close(&store);
    errno = error;
    return status;
}

void raw_store_close(struct raw_store **store_place)
{
    struct raw_store *store = *store_place;
    *store_place = NULL;
    if (!store)
        return;
    segment_end(store);
    free(store->segment.refs);
    index_table_fini(&store->segment.by_ref);
    if (store->directory >= 0)
        close(store->directory);
    free(store);
}

lw_status raw_store_put(struct raw_store *store, const char *source, const char *suffix,
                        const void *bytes, size_t size, const char *key, char ref_out[RAW_REF_MAX])
{
    struct gathered *gathered = &store->gathered;
    write_gathered(store);
    const lw_status before = gathered->status;   /* of what others gathered, who ask later */
    const int error_before = gathered->error;
    gathered->status = LW_OK;
    lw_status status = raw_store_gather(store, source, suffix, bytes, size, key, ref_out);
    if (status == LW_OK)
        status = raw_store_write(store);
    if (status != LW_OK)
        ref_out[0] = '\0';
    gathered->status = before;
    gathered->error = error_before;
    return status;
}

lw_status raw_store_gather(struct raw_store *store, const char *source, const char *suffix,
                           const void *bytes, size_t size, const char *key, char ref_out[RAW_REF_MAX])
{
    char hex[65];
    const size_t key_size = key ? strlen(key) : 0;
    struct raw_entry entry = {.at_unix_ms = wall_clock_unix_ms(), .key_size = key_size > RAW_KEY_MAX ? 0 : (uint32_t)key_size};
    contact_hash_hex(source, bytes, size, hex);
    memcpy(entry.ref, hex, RAW_HASH_DIGITS);
    entry.ref[RAW_HASH_DIGITS] = '.';
    memcpy(entry.ref + RAW_HASH_DIGITS + 1, suffix, strnlen(suffix, SUFFIX_MAX));   /* a NUL is behind it */
    ref_out[0] = '\0';

    make_room(store, RAW_LINE_MAX + entry.key_size + size + 1, entry.at_unix_ms);
    entry.is_again = is_held(store, entry.ref);
    entry.size = entry.is_again ? 0 : size;
    lw_status status = append(store, &entry, key, bytes);
    if (status == LW_FULL && entry.is_again && entry.key_size == 0)
        status = LW_OK;   /* its bytes are there */
    if (status == LW_OK)
        memcpy(ref_out, entry.ref, sizeof entry.ref);
    return status;
}

lw_status raw_store_write(struct raw_store *store)
{
    struct gathered *gathered = &store->gathered;
    write_gathered(store);
    const lw_status status = gathered->status;
    gathered->status = LW_OK;
    if (status != LW_OK)
        errno = gathered->error;
    return status;
}

uint32_t raw_store_prune(struct raw_store *store, int64_t now_unix_ms)
{
    write_gathered(store);
    if (segment_is_over(store, now_unix_ms))
        segment_end(store);
    return sweep(store, now_unix_ms, &store->size_bytes);
}

uint64_t raw_store_size_bytes(const struct raw_store *store)
{
    return store->size_bytes;
}

static lw_status io_status(int error)
{
    return error == ENOSPC || error == EDQUOT ? LW_FULL : LW_IO;
}

/* ---- the segment that is being written ------------------------------------------------------ */

static lw_status segment_begin(struct raw_store *store, int64_t now_unix_ms)
{
    char name[RAW_SEGMENT_NAME_MAX];
    int fd = -1;
    for (int tried = 0; fd < 0 && tried < NAMES_TRIED_MAX; tried++) {
        raw_segment_name(now_unix_ms, (long)getpid(), store->name_count++, name);
        fd = openat(store->directory, name, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0 && errno != EEXIST)
            break;
    }
    if (fd < 0)
        return io_status(errno);
    if (store->options.fsync && fsync(store->directory) != 0) {
        const int error = errno;
        close(fd);
        unlinkat(store->directory, name, 0);
        errno = error;
        return io_status(error);
    }
    store->segment.fd = fd;
    store->segment.since_unix_ms = now_unix_ms;
    store->segment.size = 0;
    return LW_OK;
}

static void segment_end(struct raw_store *store)
{
    struct segment *segment = &store->segment;
    if (segment->fd < 0)
        return;
    close(segment->fd);
    segment->fd = -1;
    segment->count = 0;
    index_table_clear(&segment->by_ref);
}

/* Also when somebody else took it away: what is written now would be lost. */
static bool segment_is_over(const struct raw_store *store, int64_t now_unix_ms)
{
    struct stat file;
    const struct segment *segment = &store->segment;
    if (segment->fd < 0)
        return false;
    return segment->size >= SEGMENT_SIZE_MAX || segment->count == SEGMENT_CONTACTS_MAX || now_unix_ms - segment->since_unix_ms >= store->age_max_ms ||
           fstat(segment->fd, &file) != 0 || file.st_nlink == 0;
}

static uint32_t hash_of(const char *ref)
{
    uint64_t digits;
    memcpy(&digits, ref, sizeof digits);
    return index_hash_u64(digits);
}

static bool segment_holds(const struct segment *segment, const char *ref)
{
    const uint32_t hash = hash_of(ref);
    for (uint32_t at = index_table_first(&segment->by_ref, hash), i; index_table_at(&segment->by_ref, hash, &at, &i);)
        if (strcmp(segment->refs[i], ref) == 0)
            return true;
    return false;
}

static void segment_note(struct segment *segment, const char *ref)
{
    const bool added = index_table_add(&segment->by_ref, hash_of(ref), segment->count);
    if (added)   /* always: a full segment is over */
        memcpy(segment->refs[segment->count++], ref, RAW_REF_MAX);
}

/* All of it, or an error; *written_out: how much there is then. */
static lw_status write_all(int fd, struct iovec *parts, int count, size_t *written_out)
{
    *written_out = 0;
    while (count > 0) {
        const ssize_t written = writev(fd, parts, count);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return written == 0 ? LW_FULL : io_status(errno);
        *written_out += (size_t)written;
        for (size_t left = (size_t)written; count > 0;) {
            const size_t taken = left < parts->iov_len ? left : parts->iov_len;
            parts->iov_base = (char *)parts->iov_base + taken;
            parts->iov_len -= taken;
            left -= taken;
            if (parts->iov_len > 0)
                break;
            parts++;
            count--;
        }
    }
    return LW_OK;
}

/* The segment's file is looked at once for all that goes into it with one write. */
static void make_room(struct raw_store *store, size_t size_max, int64_t now_unix_ms)
{
    const struct gathered *gathered = &store->gathered;
    const struct segment *segment = &store->segment;
    if (gathered->count == GATHER_CONTACTS_MAX || size_max > GATHER_SIZE_MAX - gathered->size ||
        segment->count + gathered->ref_count == SEGMENT_CONTACTS_MAX || segment->size + gathered->size >= SEGMENT_SIZE_MAX)
        write_gathered(store);
    if (gathered->count == 0 && segment_is_over(store, now_unix_ms))
        segment_end(store);
}

static bool is_held(const struct raw_store *store, const char *ref)
{
    const struct gathered *gathered = &store->gathered;
    for (uint32_t i = 0; i < gathered->ref_count; i++)
        if (strcmp(gathered->refs[i], ref) == 0)
            return true;
    return segment_holds(&store->segment, ref);
}

static void gather(struct gathered *gathered, const struct raw_entry *entry, const struct iovec *parts, int count)
{
    for (int i = 0; i < count; i++) {
        if (parts[i].iov_len > 0)
            memcpy(gathered->bytes + gathered->size, parts[i].iov_base, parts[i].iov_len);
        gathered->size += parts[i].iov_len;
    }
    if (!entry->is_again)
        memcpy(gathered->refs[gathered->ref_count++], entry->ref, RAW_REF_MAX);
    gathered->is_needed = gathered->is_needed || !entry->is_again || entry->key_size > 0;
    gathered->count++;
}

/* Behind what is gathered, if the store has room; what is too large for that is written at once, with nothing gathered before it. */
static lw_status append(struct raw_store *store, const struct raw_entry *entry, const char *key, const void *bytes)
{
    char line[RAW_LINE_MAX];
    const size_t line_size = raw_entry_write(entry, key, line);
    const uint64_t size = line_size + entry->key_size + entry->size + 1, kept = store->size_bytes + store->gathered.size;
    if (size > store->options.size_max_bytes || kept > store->options.size_max_bytes - size)
        return LW_FULL;
    struct iovec parts[4] = {
        {line, line_size}, {(void *)(uintptr_t)key, entry->key_size}, {(void *)(uintptr_t)bytes, entry->size}, {(void *)(uintptr_t)"\n", 1},
    };
    if (size <= GATHER_SIZE_MAX - store->gathered.size) {
        gather(&store->gathered, entry, parts, 4);
        return LW_OK;
    }
    const lw_status status = write_parts(store, parts, 4, size);
    if (status == LW_OK && !entry->is_again)
        segment_note(&store->segment, entry->ref);
    return status;
}

static void write_gathered(struct raw_store *store)
{
    struct gathered *gathered = &store->gathered;
    if (gathered->count == 0)
        return;
    struct iovec part = {gathered->bytes, gathered->size};
    const lw_status status = write_parts(store, &part, 1, gathered->size);
    if (status == LW_OK) {
        for (uint32_t i = 0; i < gathered->ref_count; i++)
            segment_note(&store->segment, gathered->refs[i]);
    } else if (gathered->status == LW_OK && (gathered->is_needed || status != LW_FULL)) {
        gathered->status = status;
        gathered->error = errno;
    }
    gathered->count = gathered->ref_count = 0;
    gathered->size = 0;
    gathered->is_needed = false;
}

/* At the segment's end; what was half written is taken back. */
static lw_status write_parts(struct raw_store *store, struct iovec *parts, int count, size_t size)
{
    lw_status status = store->segment.fd < 0 ? segment_begin(store, wall_clock_unix_ms()) : LW_OK;
    if (status != LW_OK)
        return status;

    size_t written;
    const int fd = store->segment.fd;
    status = write_all(fd, parts, count, &written);
    if (status == LW_OK && store->options.fsync && fdatasync(fd) != 0)
        status = io_status(errno);
    if (status == LW_OK) {
        store->segment.size += size;
        store->size_bytes += size;
        return LW_OK;
    }
    const int error = errno;
    if (written > 0 && ftruncate(fd, (off_t)store->segment.size) != 0)
        segment_end(store);   /* readers pass its end over */
    errno = error;
    return status;
}

/* ---- all files ------------------------------------------------------------------------------ */

/* Removes what is too old, and unfinished files of an hour ago (of former versions); counts the rest. */
static uint32_t sweep(struct raw_store *store, int64_t now_unix_ms, uint64_t *kept_bytes)
{
    enum { PART_KEEP_MS = 3600 * 1000 };
    uint32_t removed = 0;
    uint64_t kept = 0;
    int copy = openat(store->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = copy >= 0 ? fdopendir(copy) : NULL;
    if (!directory) {
        if (copy >= 0)
            close(copy);
        return 0;
    }
    for (struct dirent *entry; (entry = readdir(directory));) {
        struct stat file;
        bool part = strncmp(entry->d_name, part_prefix, sizeof part_prefix - 1) == 0;
        if ((entry->d_name[0] == '.' && !part) ||
            fstatat(store->directory, entry->d_name, &file, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(file.st_mode))
            continue;
        int64_t age_ms = now_unix_ms - ((int64_t)file.st_mtim.tv_sec * 1000 + file.st_mtim.tv_nsec / 1000000);
        uint64_t keep_ms = part ? PART_KEEP_MS : store->options.keep_ms;
        if (keep_ms > 0 && age_ms > 0 && (uint64_t)age_ms > keep_ms && unlinkat(store->directory, entry->d_name, 0) == 0)
            removed++;
        else
            kept += (uint64_t)file.st_size;
    }
    closedir(directory);
    *kept_bytes = kept;
    return removed;
}
