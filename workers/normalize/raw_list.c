/* SPDX-License-Identifier: Apache-2.0 */
#include "raw_list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contact_id.h"

enum { ROOM_FIRST = 256, CHUNK = 16 * 1024, CLOCK_COARSE_MS = 1000 };   /* a file's time is of a coarser clock than its contacts' */

/* While it is made: every entry of every segment. */
struct collecting {
    struct raw_list *list;
    size_t room;
    uint32_t segment_room;
    int64_t since_unix_ms, until_unix_ms;
};

static int compare_times(const void *a, const void *b)
{
    const struct raw_file *x = a, *y = b;
    if (x->at_unix_ms != y->at_unix_ms)
        return x->at_unix_ms < y->at_unix_ms ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* A repeat behind what it repeats. */
static int compare_names(const void *a, const void *b)
{
    const struct raw_file *x = a, *y = b;
    const int by_name = strcmp(x->name, y->name);
    if (by_name != 0)
        return by_name;
    if (x->at_unix_ms != y->at_unix_ms)
        return x->at_unix_ms < y->at_unix_ms ? -1 : 1;
    if (x->is_again != y->is_again)
        return x->is_again ? 1 : -1;
    return x->key.offset < y->key.offset ? -1 : 1;
}

static bool add(struct collecting *to, const struct raw_file *file)
{
    struct raw_list *list = to->list;
    if (list->count == to->room) {
        const size_t more = to->room ? 2 * to->room : ROOM_FIRST;
        struct raw_file *files = realloc(list->files, more * sizeof *files);
        if (!files)
            return false;
        list->files = files;
        to->room = more;
    }
    list->files[list->count++] = *file;
    return true;
}

static bool add_segment(struct collecting *to, const char *name)
{
    struct raw_list *list = to->list;
    if (list->segment_count == to->segment_room) {
        const uint32_t more = to->segment_room ? 2 * to->segment_room : ROOM_FIRST;
        char (*segments)[RAW_SEGMENT_NAME_MAX] = realloc(list->segments, more * sizeof *segments);
        if (!segments)
            return false;
        list->segments = segments;
        to->segment_room = more;
    }
    memcpy(list->segments[list->segment_count++], name, strlen(name) + 1);
    return true;
}

/* One whose last contact is from before all that is asked for is not looked into: repeats are in the same one, or whole. */
static lw_status collect_segment(struct collecting *to, int fd, uint64_t file_size)
{
    char text[RAW_LINE_MAX + RAW_KEY_MAX];
    const uint32_t segment = to->list->segment_count - 1;
    for (uint64_t at = 0; at < file_size;) {
        struct raw_entry entry;
        const ssize_t got = pread(fd, text, sizeof text, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return LW_IO;
        const size_t head = raw_entry_read(text, (size_t)got, &entry);
        if (head == 0 || entry.size + 1 > file_size - at - head) {
            to->list->damaged_count += head == 0 && (size_t)got == sizeof text;   /* else it is where its writer ended, or is now */
            return LW_OK;
        }
        struct raw_file file = {.at_unix_ms = entry.at_unix_ms, .bytes = {at + head, entry.size, segment},
                                .key = {at + head - entry.key_size, entry.key_size, segment}, .is_again = entry.is_again};
        memcpy(file.name, entry.ref, sizeof file.name);
        if (!add(to, &file))
            return LW_NO_MEMORY;
        at += head + entry.size + 1;
    }
    return LW_OK;
}

static lw_status collect_entry(struct collecting *to, const char *name)
{
    struct raw_file file = {.bytes.segment = RAW_ALONE, .key.segment = RAW_ALONE};
    struct stat status;
    const bool is_segment = raw_segment_is_name(name);
    if ((!is_segment && !raw_ref_is_valid(name)) || fstatat(to->list->directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode))
        return LW_OK;
    file.at_unix_ms = (int64_t)status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1000000;
    if (!is_segment) {
        memcpy(file.name, name, strlen(name) + 1);
        return add(to, &file) ? LW_OK : LW_NO_MEMORY;
    }
    if (file.at_unix_ms < to->since_unix_ms - CLOCK_COARSE_MS)
        return LW_OK;
    const int fd = openat(to->list->directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? LW_OK : LW_IO;
    const lw_status collected = add_segment(to, name) ? collect_segment(to, fd, (uint64_t)status.st_size) : LW_NO_MEMORY;
    close(fd);
    return collected;
}

/* Of each contact one, as it came in last: with the bytes it had, and the key it had last. */
static void merge(struct collecting *to)
{
    struct raw_list *list = to->list;
    size_t kept = 0;
    if (list->count > 0)
        qsort(list->files, list->count, sizeof *list->files, compare_names);
    for (size_t i = 0, next; i < list->count; i = next) {
        struct raw_file one = list->files[i];
        bool has_bytes = !one.is_again;   /* of any: with a clock that was set back a repeat may stand before what it repeats */
        for (next = i + 1; next < list->count && strcmp(list->files[next].name, one.name) == 0; next++) {
            const struct raw_file *later = &list->files[next];
            one.at_unix_ms = later->at_unix_ms;
            if (!later->is_again)
                one.bytes = later->bytes;
            has_bytes = has_bytes || !later->is_again;
            if (later->key.size > 0)
                one.key = later->key;
        }
        one.is_again = false;
        if (has_bytes && one.at_unix_ms >= to->since_unix_ms && one.at_unix_ms < to->until_unix_ms)
            list->files[kept++] = one;
    }
    list->count = kept;
    if (kept > 0)
        qsort(list->files, kept, sizeof *list->files, compare_times);
}

static lw_status collect(struct collecting *to, DIR *entries)
{
    lw_status status = LW_OK;
    for (struct dirent *entry; status == LW_OK && (entry = readdir(entries));)
        status = collect_entry(to, entry->d_name);
    if (status == LW_OK)
        merge(to);
    return status;
}

lw_status raw_list_open(const char *directory, int64_t since_unix_ms, int64_t until_unix_ms, struct raw_list *out)
{
    *out = (struct raw_list){.directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    struct collecting to = {.list = out, .since_unix_ms = since_unix_ms, .until_unix_ms = until_unix_ms};
    DIR *entries = out->directory >= 0 ? opendir(directory) : NULL;
    lw_status status = entries ? collect(&to, entries) : LW_IO;
    const int error = errno;
    if (entries)
        closedir(entries);
    if (status != LW_OK)
        raw_list_close(out);
    errno = error;
    return status;
}

void raw_list_close(struct raw_list *list)
{
    if (list->directory >= 0)
        close(list->directory);
    free(list->files);
    free(list->segments);
    *list = (struct raw_list){.directory = -1};
}

/* size bytes of the file from offset on; UINT64_MAX: all. */
static lw_status read_part(const struct raw_list *list, const char *name, uint64_t offset, uint64_t size, struct byte_buffer *out)
{
    uint8_t chunk[CHUNK];
    byte_buffer_clear(out);
    const int fd = openat(list->directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? LW_NOT_FOUND : LW_IO;
    ssize_t got = 1;
    for (uint64_t done = 0; done < size && got > 0 && !out->failed;) {
        const uint64_t left = size - done;
        got = pread(fd, chunk, left < sizeof chunk ? (size_t)left : sizeof chunk, (off_t)(offset + done));
        if (got < 0 && errno == EINTR) {
            got = 1;
        } else if (got > 0) {
            byte_buffer_put(out, chunk, (size_t)got);
            done += (uint64_t)got;
        }
    }
    close(fd);
    if (out->failed)
        return LW_TOO_LARGE;
    return got < 0 ? LW_IO : LW_OK;
}

lw_status raw_list_read(const struct raw_list *list, const struct raw_file *file, struct byte_buffer *out)
{
    if (file->bytes.segment == RAW_ALONE)
        return read_part(list, file->name, 0, UINT64_MAX, out);
    return read_part(list, list->segments[file->bytes.segment], file->bytes.offset, file->bytes.size, out);
}

lw_status raw_list_read_key(const struct raw_list *list, const struct raw_file *file, struct byte_buffer *out)
{
    char name[RAW_REF_MAX + sizeof ".key"];
    if (file->key.segment == RAW_ALONE) {
        snprintf(name, sizeof name, "%s.key", file->name);
        return read_part(list, name, 0, UINT64_MAX, out);
    }
    byte_buffer_clear(out);
    return file->key.size == 0 ? LW_NOT_FOUND : read_part(list, list->segments[file->key.segment], file->key.offset, file->key.size, out);
}

bool raw_file_is_of(const char *name, const char *source, const void *bytes, size_t size)
{
    char hex[65];
    contact_hash_hex(source, bytes, size, hex);
    return strncmp(name, hex, RAW_HASH_DIGITS) == 0;
}
