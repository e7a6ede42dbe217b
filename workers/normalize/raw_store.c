/* SPDX-License-Identifier: Apache-2.0 */
#include "raw_store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contact_id.h"
#include "wall_clock.h"

enum { NAME_MAX_SIZE = 64 };

static const uint64_t size_max_default = UINT64_C(1) << 30;
static const char part_prefix[] = ".part-";

struct raw_store {
    int directory;           /* everything goes through it: the path may move */
    struct raw_store_options options;
    uint64_t size_bytes;
    uint64_t part_count;     /* names unfinished files apart */
};

static lw_status put_file(struct raw_store *store, const char *name, const void *bytes, size_t size);
static lw_status write_part(struct raw_store *store, const char *part, const void *bytes, size_t size);
static uint32_t sweep(struct raw_store *store, int64_t now_unix_ms, uint64_t *kept_bytes);
static lw_status io_status(int error);

lw_status raw_store_open(const struct raw_store_options *options, struct raw_store **out)
{
    *out = NULL;
    struct raw_store *store = calloc(1, sizeof *store);
    if (!store)
        return LW_NO_MEMORY;
    store->options = *options;
    store->options.directory = NULL;
    if (store->options.size_max_bytes == 0)
        store->options.size_max_bytes = size_max_default;

    if (mkdir(options->directory, 0700) != 0 && errno != EEXIST)
        goto fail;
    store->directory = open(options->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->directory < 0)
        goto fail;
    sweep(store, wall_clock_unix_ms(), &store->size_bytes);
    *out = store;
    return LW_OK;

fail:
    free(store);
    return LW_IO;
}

void raw_store_close(struct raw_store **store)
{
    if (*store) {
        close((*store)->directory);
        free(*store);
    }
    *store = NULL;
}

lw_status raw_store_put(struct raw_store *store, const char *source, const char *suffix,
                        const void *bytes, size_t size, char ref_out[RAW_REF_MAX])
{
    char hex[65], name[RAW_REF_MAX];
    contact_hash_hex(source, bytes, size, hex);
    snprintf(name, sizeof name, "%.*s.%.10s", RAW_HASH_DIGITS, hex, suffix);
    ref_out[0] = '\0';

    struct stat have;
    bool known = fstatat(store->directory, name, &have, AT_SYMLINK_NOFOLLOW) == 0;
    if (known && have.st_size == (off_t)size) {
        utimensat(store->directory, name, NULL, AT_SYMLINK_NOFOLLOW);   /* it came in again: keep it longer */
        memcpy(ref_out, name, sizeof name);
        return LW_OK;
    }
    lw_status status = put_file(store, name, bytes, size);
    if (status == LW_OK)
        memcpy(ref_out, name, sizeof name);
    return status;
}

lw_status raw_store_put_key(struct raw_store *store, const char *ref, const char *key)
{
    char name[NAME_MAX_SIZE];
    const size_t size = strlen(key);
    if (size > RAW_KEY_MAX)
        return LW_OK;
    snprintf(name, sizeof name, "%s.key", ref);
    return put_file(store, name, key, size);
}

uint32_t raw_store_prune(struct raw_store *store, int64_t now_unix_ms)
{
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

/* Whole or not at all, if there is room. */
static lw_status put_file(struct raw_store *store, const char *name, const void *bytes, size_t size)
{
    char part[NAME_MAX_SIZE];
    if (size > store->options.size_max_bytes || store->size_bytes > store->options.size_max_bytes - size)
        return LW_FULL;
    snprintf(part, sizeof part, "%s%ld-%llu", part_prefix, (long)getpid(), (unsigned long long)store->part_count++);
    lw_status status = write_part(store, part, bytes, size);
    if (status == LW_OK && renameat(store->directory, part, store->directory, name) != 0)
        status = io_status(errno);
    if (status == LW_OK && store->options.fsync && fsync(store->directory) != 0)
        status = io_status(errno);
    if (status != LW_OK) {
        int error = errno;
        unlinkat(store->directory, part, 0);
        errno = error;
        return status;
    }
    store->size_bytes += size;
    return LW_OK;
}

static lw_status write_part(struct raw_store *store, const char *part, const void *bytes, size_t size)
{
    int fd = openat(store->directory, part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return io_status(errno);

    lw_status status = LW_OK;
    for (size_t at = 0; at < size && status == LW_OK;) {
        ssize_t written = write(fd, (const char *)bytes + at, size - at);
        if (written > 0)
            at += (size_t)written;
        else if (written == 0 || errno != EINTR)
            status = io_status(written == 0 ? ENOSPC : errno);
    }
    if (status == LW_OK && store->options.fsync && fsync(fd) != 0)
        status = io_status(errno);
    int error = errno;
    if (close(fd) != 0 && status == LW_OK)
        return io_status(errno);
    errno = error;
    return status;
}

/* Removes what is too old, and unfinished files of an hour ago; counts the rest. */
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
