/* SPDX-License-Identifier: Apache-2.0
 *
 *   DIRECTORY/lock                         held with flock
 *   DIRECTORY/00000000000000000042.held    message 42, of lane 0
 *   DIRECTORY/00000000000000000043-form.held    message 43, of the lane `form`
 *   DIRECTORY/new.part                     being written: gone at the next open
 *   DIRECTORY/aside/00000000000000000007.held
 *
 * Numbers only grow, also over restarts: the next is one above all in DIRECTORY and in aside.
 */
#include "spool.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NUMBER_DIGITS = 20, NAME_SIZE = NUMBER_DIGITS + 1 + SPOOL_LANE_NAME_MAX + sizeof ".held" };

static const char suffix[] = ".held", part_name[] = "new.part";

struct message {
    uint64_t number, size_bytes;   /* on disk, in blocks */
    int64_t put_unix_ms;
};

struct lane {
    char name[SPOOL_LANE_NAME_MAX + 1];
    struct message *messages;      /* a window [first, first + count) of a growing array, by number */
    size_t first, count, capacity;
};

struct spool {
    int directory, aside, lock;    /* -1: not open */
    struct lane *lanes;
    uint32_t lane_count;
    uint64_t count, size_bytes, size_max_bytes, next_number, aside_count;
};

static lw_status open_folders(struct spool *spool, const char *directory);
static lw_status find_messages(struct spool *spool);
static lw_status find_message(struct spool *spool, const char *name);
static bool parse_name(const char *name, uint64_t *number_out, char lane_out[SPOOL_LANE_NAME_MAX + 1]);
static void format_name(const struct lane *lane, uint64_t number, char out[NAME_SIZE]);
static bool is_lane_name(const char *name);
static struct lane *lane_of(struct spool *spool, const char *name);
static bool reserve_one(struct lane *lane);
static void add(struct spool *spool, struct lane *lane, const struct message *message);
static lw_status write_part(struct spool *spool, const void *bytes, size_t size);
static void forget_first(struct spool *spool, struct lane *lane);
static int by_number(const void *a, const void *b);

static lw_status io_status(int error)
{
    return error == ENOSPC || error == EDQUOT ? LW_FULL : LW_IO;
}

static uint64_t on_disk(uint64_t size)
{
    return (size / SPOOL_BLOCK_BYTES + 1) * SPOOL_BLOCK_BYTES;
}

static int64_t time_of(const struct stat *file)
{
    return (int64_t)file->st_mtim.tv_sec * 1000 + file->st_mtim.tv_nsec / 1000000;
}

lw_status spool_open(const char *directory, uint64_t size_max_bytes, struct spool **out)
{
    *out = NULL;
    struct spool *spool = calloc(1, sizeof *spool);
    if (!spool)
        return LW_NO_MEMORY;
    *spool = (struct spool){.directory = -1, .aside = -1, .lock = -1, .size_max_bytes = size_max_bytes};
    lw_status status = lane_of(spool, "") ? open_folders(spool, directory) : LW_NO_MEMORY;
    if (status == LW_OK)
        status = find_messages(spool);
    if (status != LW_OK) {
        int error = errno;
        spool_close(&spool);
        errno = error;
        return status;
    }
    *out = spool;
    return LW_OK;
}

void spool_close(struct spool **spool_place)
{
    struct spool *spool = *spool_place;
    *spool_place = NULL;
    if (!spool)
        return;
    if (spool->aside >= 0)
        close(spool->aside);
    if (spool->lock >= 0)
        close(spool->lock);
    if (spool->directory >= 0)
        close(spool->directory);
    for (uint32_t i = 0; i < spool->lane_count; i++)
        free(spool->lanes[i].messages);
    free(spool->lanes);
    free(spool);
}

lw_status spool_put(struct spool *spool, const char *lane_name, const void *bytes, size_t size)
{
    char name[NAME_SIZE];
    struct stat file = {0};
    if (!is_lane_name(lane_name))
        return LW_INVALID;
    if (on_disk(size) > spool->size_max_bytes || spool->size_bytes > spool->size_max_bytes - on_disk(size))
        return LW_FULL;
    struct lane *lane = lane_of(spool, lane_name);
    if (!lane || !reserve_one(lane))
        return LW_NO_MEMORY;
    format_name(lane, spool->next_number, name);
    lw_status status = write_part(spool, bytes, size);
    if (status == LW_OK && renameat(spool->directory, part_name, spool->directory, name) != 0)
        status = io_status(errno);
    if (status == LW_OK && (fsync(spool->directory) != 0 || fstatat(spool->directory, name, &file, AT_SYMLINK_NOFOLLOW) != 0)) {
        status = io_status(errno);
        unlinkat(spool->directory, name, 0);   /* its sender will be told that it was not kept */
    }
    if (status == LW_OK)
        add(spool, lane, &(struct message){spool->next_number++, on_disk(size), time_of(&file)});
    return status;
}

uint32_t spool_lane_count(const struct spool *spool)
{
    return spool->lane_count;
}

uint32_t spool_lane_find(const struct spool *spool, const char *name)
{
    for (uint32_t i = 0; i < spool->lane_count; i++)
        if (strcmp(spool->lanes[i].name, name) == 0)
            return i;
    return SPOOL_NO_LANE;
}

uint64_t spool_lane_size(const struct spool *spool, uint32_t lane)
{
    return lane < spool->lane_count ? spool->lanes[lane].count : 0;
}

lw_status spool_read_first(const struct spool *spool, uint32_t lane_number, uint8_t **bytes_out, size_t *size_out)
{
    char name[NAME_SIZE];
    struct stat file;
    *bytes_out = NULL;
    *size_out = 0;
    if (spool_lane_size(spool, lane_number) == 0)
        return LW_NOT_FOUND;
    const struct lane *lane = &spool->lanes[lane_number];
    format_name(lane, lane->messages[lane->first].number, name);
    int fd = openat(spool->directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return LW_IO;
    lw_status status = fstat(fd, &file) == 0 ? LW_OK : LW_IO;
    size_t size = status == LW_OK ? (size_t)file.st_size : 0, used = 0;
    uint8_t *bytes = status == LW_OK ? malloc(size + 1) : NULL;
    if (status == LW_OK && !bytes)
        status = LW_NO_MEMORY;
    while (status == LW_OK && used < size) {
        ssize_t got = read(fd, bytes + used, size - used);
        if (got > 0)
            used += (size_t)got;
        else if (got == 0 || errno != EINTR)
            status = LW_IO;
    }
    close(fd);
    if (status != LW_OK) {
        free(bytes);
        return status;
    }
    *bytes_out = bytes;
    *size_out = size;
    return LW_OK;
}

/* Without fsync: a file that comes back after a power cut is sent once more. */
lw_status spool_drop_first(struct spool *spool, uint32_t lane_number)
{
    char name[NAME_SIZE];
    assert(spool_lane_size(spool, lane_number) > 0);
    struct lane *lane = &spool->lanes[lane_number];
    format_name(lane, lane->messages[lane->first].number, name);
    if (unlinkat(spool->directory, name, 0) != 0 && errno != ENOENT)
        return LW_IO;
    forget_first(spool, lane);
    return LW_OK;
}

lw_status spool_set_first_aside(struct spool *spool, uint32_t lane_number)
{
    char name[NAME_SIZE];
    assert(spool_lane_size(spool, lane_number) > 0);
    struct lane *lane = &spool->lanes[lane_number];
    format_name(lane, lane->messages[lane->first].number, name);
    if (renameat(spool->directory, name, spool->aside, name) != 0 && errno != ENOENT)
        return LW_IO;
    spool->aside_count++;
    forget_first(spool, lane);
    return LW_OK;
}

struct spool_state spool_state(const struct spool *spool)
{
    const struct message *oldest = NULL;
    for (uint32_t i = 0; i < spool->lane_count; i++) {
        const struct lane *lane = &spool->lanes[i];
        const struct message *first = lane->count > 0 ? &lane->messages[lane->first] : NULL;
        if (first && (!oldest || first->number < oldest->number))
            oldest = first;
    }
    return (struct spool_state){
        .count = spool->count,
        .size_bytes = spool->size_bytes,
        .size_max_bytes = spool->size_max_bytes,
        .aside_count = spool->aside_count,
        .oldest_unix_ms = oldest ? oldest->put_unix_ms : 0,
    };
}

static lw_status open_folders(struct spool *spool, const char *directory)
{
    if (mkdir(directory, 0700) != 0 && errno != EEXIST)
        return LW_IO;
    spool->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (spool->directory < 0 || (mkdirat(spool->directory, "aside", 0700) != 0 && errno != EEXIST))
        return LW_IO;
    spool->aside = openat(spool->directory, "aside", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    spool->lock = openat(spool->directory, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (spool->aside < 0 || spool->lock < 0)
        return LW_IO;
    if (flock(spool->lock, LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK ? LW_REFUSED : LW_IO;
    return unlinkat(spool->directory, part_name, 0) == 0 || errno == ENOENT ? LW_OK : LW_IO;
}

static DIR *list(int folder)
{
    int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = copy >= 0 ? fdopendir(copy) : NULL;
    if (!directory && copy >= 0)
        close(copy);
    return directory;
}

static lw_status find_messages(struct spool *spool)
{
    DIR *directory = list(spool->directory), *aside = list(spool->aside);
    lw_status status = directory && aside ? LW_OK : LW_IO;
    char lane[SPOOL_LANE_NAME_MAX + 1];
    uint64_t number;
    for (struct dirent *entry; status == LW_OK && (entry = readdir(directory));)
        status = find_message(spool, entry->d_name);
    for (struct dirent *entry; status == LW_OK && (entry = readdir(aside));) {
        if (!parse_name(entry->d_name, &number, lane))
            continue;
        spool->aside_count++;
        spool->next_number = number >= spool->next_number ? number + 1 : spool->next_number;
    }
    if (directory)
        closedir(directory);
    if (aside)
        closedir(aside);
    for (uint32_t i = 0; i < spool->lane_count; i++)
        if (spool->lanes[i].count > 0)
            qsort(spool->lanes[i].messages, spool->lanes[i].count, sizeof *spool->lanes[i].messages, by_number);
    return status;
}

/* A file that is no message of ours is left alone. */
static lw_status find_message(struct spool *spool, const char *name)
{
    char lane_name[SPOOL_LANE_NAME_MAX + 1];
    uint64_t number;
    struct stat file;
    if (!parse_name(name, &number, lane_name) || fstatat(spool->directory, name, &file, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(file.st_mode))
        return LW_OK;
    struct lane *lane = lane_of(spool, lane_name);
    if (!lane || !reserve_one(lane))
        return LW_NO_MEMORY;
    add(spool, lane, &(struct message){number, on_disk((uint64_t)file.st_size), time_of(&file)});
    if (number >= spool->next_number)
        spool->next_number = number + 1;
    return LW_OK;
}

/* NUMBER.held, NUMBER-LANE.held */
static bool parse_name(const char *name, uint64_t *number_out, char lane_out[SPOOL_LANE_NAME_MAX + 1])
{
    const size_t size = strlen(name), suffix_size = sizeof suffix - 1;
    if (strspn(name, "0123456789") != NUMBER_DIGITS || size < NUMBER_DIGITS + suffix_size || strcmp(name + size - suffix_size, suffix) != 0)
        return false;
    const size_t lane_size = size - NUMBER_DIGITS - suffix_size;   /* with its '-' */
    if (lane_size > SPOOL_LANE_NAME_MAX + 1 || lane_size == 1 || (lane_size > 0 && name[NUMBER_DIGITS] != '-'))
        return false;
    memcpy(lane_out, name + NUMBER_DIGITS + 1, lane_size > 0 ? lane_size - 1 : 0);
    lane_out[lane_size > 0 ? lane_size - 1 : 0] = '\0';
    errno = 0;
    *number_out = strtoull(name, NULL, 10);
    return errno == 0 && *number_out < UINT64_MAX && is_lane_name(lane_out);
}

static void format_name(const struct lane *lane, uint64_t number, char out[NAME_SIZE])
{
    snprintf(out, NAME_SIZE, "%0*" PRIu64 "%s%s%s", NUMBER_DIGITS, number, lane->name[0] != '\0' ? "-" : "", lane->name, suffix);
}

static bool is_lane_name(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    const size_t size = strlen(name);
    return size <= SPOOL_LANE_NAME_MAX && strspn(name, allowed) == size;
}

/* Made at its first message. NULL without memory. */
static struct lane *lane_of(struct spool *spool, const char *name)
{
    const uint32_t found = spool_lane_find(spool, name);
    if (found != SPOOL_NO_LANE)
        return &spool->lanes[found];
    struct lane *lanes = realloc(spool->lanes, (spool->lane_count + 1) * sizeof *lanes);
    if (!lanes)
        return NULL;
    spool->lanes = lanes;
    struct lane *lane = &lanes[spool->lane_count++];
    *lane = (struct lane){.count = 0};
    snprintf(lane->name, sizeof lane->name, "%s", name);
    return lane;
}

/* Room for one more behind the last; what was taken from the front is used again first. */
static bool reserve_one(struct lane *lane)
{
    if (lane->first + lane->count < lane->capacity)
        return true;
    if (lane->first > lane->count) {
        memmove(lane->messages, lane->messages + lane->first, lane->count * sizeof *lane->messages);
        lane->first = 0;
        return true;
    }
    size_t capacity = lane->capacity > 0 ? 2 * lane->capacity : 16;
    struct message *messages = realloc(lane->messages, capacity * sizeof *messages);
    if (!messages)
        return false;
    lane->messages = messages;
    lane->capacity = capacity;
    return true;
}

static void add(struct spool *spool, struct lane *lane, const struct message *message)
{
    lane->messages[lane->first + lane->count++] = *message;
    spool->count++;
    spool->size_bytes += message->size_bytes;
}

static lw_status write_part(struct spool *spool, const void *bytes, size_t size)
{
    int fd = openat(spool->directory, part_name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
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
    if (status == LW_OK && fsync(fd) != 0)
        status = io_status(errno);
    if (close(fd) != 0 && status == LW_OK)
        status = io_status(errno);
    return status;
}

static void forget_first(struct spool *spool, struct lane *lane)
{
    spool->size_bytes -= lane->messages[lane->first].size_bytes;
    lane->first++;
    lane->count--;
    spool->count--;
}

static int by_number(const void *a, const void *b)
{
    const struct message *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}
