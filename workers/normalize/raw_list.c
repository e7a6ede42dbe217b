/* SPDX-License-Identifier: Apache-2.0 */
#include "raw_list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contact_id.h"

static int compare_files(const void *a, const void *b)
{
    const struct raw_file *x = a, *y = b;
    if (x->at_unix_ms != y->at_unix_ms)
        return x->at_unix_ms < y->at_unix_ms ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* 32 hex digits, a dot, one suffix: neither unfinished files nor keys. */
static bool is_raw_name(const char *name)
{
    const size_t size = strlen(name);
    return size > RAW_HASH_DIGITS + 1 && size < RAW_REF_MAX && strspn(name, "0123456789abcdef") == RAW_HASH_DIGITS &&
           name[RAW_HASH_DIGITS] == '.' && !strchr(name + RAW_HASH_DIGITS + 1, '.');
}

static bool add(struct raw_list *list, size_t *room, const char *name, int64_t at_unix_ms)
{
    if (list->count == *room) {
        const size_t more = *room ? 2 * *room : 256;
        struct raw_file *files = realloc(list->files, more * sizeof *files);
        if (!files)
            return false;
        list->files = files;
        *room = more;
    }
    struct raw_file *file = &list->files[list->count++];
    memcpy(file->name, name, strlen(name) + 1);
    file->at_unix_ms = at_unix_ms;
    return true;
}

static lw_status collect(DIR *entries, int64_t since_unix_ms, int64_t until_unix_ms, struct raw_list *list)
{
    size_t room = 0;
    for (struct dirent *entry; (entry = readdir(entries));) {
        struct stat file;
        if (!is_raw_name(entry->d_name) || fstatat(list->directory, entry->d_name, &file, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(file.st_mode))
            continue;
        const int64_t at_unix_ms = (int64_t)file.st_mtim.tv_sec * 1000 + file.st_mtim.tv_nsec / 1000000;
        if (at_unix_ms >= since_unix_ms && at_unix_ms < until_unix_ms && !add(list, &room, entry->d_name, at_unix_ms))
            return LW_NO_MEMORY;
    }
    if (list->count > 0)
        qsort(list->files, list->count, sizeof *list->files, compare_files);
    return LW_OK;
}

lw_status raw_list_open(const char *directory, int64_t since_unix_ms, int64_t until_unix_ms, struct raw_list *out)
{
    *out = (struct raw_list){.directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    DIR *entries = out->directory >= 0 ? opendir(directory) : NULL;
    lw_status status = entries ? collect(entries, since_unix_ms, until_unix_ms, out) : LW_IO;
    if (entries)
        closedir(entries);
    if (status != LW_OK) {
        const int error = errno;
        raw_list_close(out);
        errno = error;
    }
    return status;
}

void raw_list_close(struct raw_list *list)
{
    if (list->directory >= 0)
        close(list->directory);
    free(list->files);
    *list = (struct raw_list){.directory = -1};
}

lw_status raw_list_read(const struct raw_list *list, const char *name, struct byte_buffer *out)
{
    uint8_t chunk[16 * 1024];
    byte_buffer_clear(out);
    int fd = openat(list->directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? LW_NOT_FOUND : LW_IO;
    ssize_t got = 0;
    while (!out->failed && ((got = read(fd, chunk, sizeof chunk)) > 0 || (got < 0 && errno == EINTR)))
        byte_buffer_put(out, chunk, got > 0 ? (size_t)got : 0);
    close(fd);
    if (out->failed)
        return LW_TOO_LARGE;
    return got < 0 ? LW_IO : LW_OK;
}

bool raw_file_is_of(const char *name, const char *source, const void *bytes, size_t size)
{
    char hex[65];
    contact_hash_hex(source, bytes, size, hex);
    return strncmp(name, hex, RAW_HASH_DIGITS) == 0;
}
