/* SPDX-License-Identifier: Apache-2.0 */
#include "maildir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_folder(int root_fd, const char *name);
static bool entry_before(const struct maildir_entry *a, const struct maildir_entry *b);
static void keep_oldest(struct maildir_entry *entries, size_t *count, size_t max, const struct maildir_entry *entry);
static lw_status move_file(int from_fd, const char *from, int to_fd, const char *to);

lw_status maildir_open(const char *path, struct maildir *out)
{
    lw_status status = LW_IO;
    int root_fd = -1, tmp_fd = -1, saved = 0;
    *out = (struct maildir){.path = strdup(path), .new_fd = -1, .cur_fd = -1};
    if (!out->path)
        return LW_NO_MEMORY;
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        goto fail;
    root_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root_fd < 0)
        goto fail;
    tmp_fd = open_folder(root_fd, "tmp");   /* whoever delivers needs it */
    out->new_fd = open_folder(root_fd, "new");
    out->cur_fd = open_folder(root_fd, "cur");
    if (tmp_fd >= 0 && out->new_fd >= 0 && out->cur_fd >= 0)
        status = LW_OK;
fail:
    saved = errno;
    if (tmp_fd >= 0)
        close(tmp_fd);
    if (root_fd >= 0)
        close(root_fd);
    if (status != LW_OK)
        maildir_close(out);
    errno = saved;
    return status;
}

void maildir_close(struct maildir *maildir)
{
    if (maildir->path) {
        if (maildir->new_fd >= 0)
            close(maildir->new_fd);
        if (maildir->cur_fd >= 0)
            close(maildir->cur_fd);
    }
    free(maildir->path);
    *maildir = (struct maildir){.new_fd = -1, .cur_fd = -1};
}

lw_status maildir_list(const struct maildir *maildir, struct maildir_entry *entries, size_t max, size_t *count_out,
                       size_t *total_out)
{
    *count_out = *total_out = 0;
    int fd = openat(maildir->new_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (!folder) {
        if (fd >= 0)
            close(fd);
        return LW_IO;
    }
    struct stat there;
    if (fstat(maildir->new_fd, &there) == 0 && there.st_nlink == 0) {   /* it was removed: what comes to its name, we would not see */
        closedir(folder);
        errno = ENOENT;
        return LW_IO;
    }
    const struct dirent *item;
    while ((item = readdir(folder)) != NULL) {
        struct stat info;
        struct maildir_entry entry;
        size_t size = strlen(item->d_name);
        if (item->d_name[0] == '.' || size > MAILDIR_NAME_MAX)
            continue;
        if (fstatat(maildir->new_fd, item->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode))
            continue;
        memcpy(entry.name, item->d_name, size + 1);
        entry.arrived_unix_ns = (int64_t)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec;
        ++*total_out;
        keep_oldest(entries, count_out, max, &entry);
    }
    closedir(folder);
    return LW_OK;
}

lw_status maildir_read(const struct maildir *maildir, const char *name, size_t size_max, void **bytes_out, size_t *size_out)
{
    /* O_NONBLOCK: the name may have become a pipe since it was listed. */
    int fd = openat(maildir->new_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || errno == ELOOP ? LW_NOT_FOUND : LW_IO;
    struct stat info;
    lw_status status = LW_IO;
    char *bytes = NULL;
    int saved = 0;
    if (fstat(fd, &info) != 0)
        goto done;
    status = LW_NOT_FOUND;
    if (!S_ISREG(info.st_mode))
        goto done;
    status = LW_TOO_LARGE;
    if (info.st_size < 0 || (uint64_t)info.st_size > size_max)
        goto done;
    status = LW_NO_MEMORY;
    size_t size = (size_t)info.st_size, at = 0;
    bytes = malloc(size + 1);
    if (!bytes)
        goto done;
    status = LW_IO;
    while (at < size) {
        ssize_t got = read(fd, bytes + at, size - at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            goto done;
        if (got == 0)
            break;   /* shorter than it said: what is there is the mail */
        at += (size_t)got;
    }
    bytes[at] = '\0';
    *bytes_out = bytes;
    *size_out = at;
    bytes = NULL;
    status = LW_OK;
done:
    saved = errno;
    free(bytes);
    close(fd);
    errno = saved;
    return status;
}

lw_status maildir_finish(const struct maildir *maildir, const char *name)
{
    char to[MAILDIR_NAME_MAX + 8];
    const char *flags = strstr(name, ":2,");
    snprintf(to, sizeof to, "%s%s", name, flags ? "" : ":2,");
    return move_file(maildir->new_fd, name, maildir->cur_fd, to);
}

lw_status maildir_move(const struct maildir *from, const char *name, const struct maildir *to)
{
    return move_file(from->new_fd, name, to->new_fd, name);
}

static int open_folder(int root_fd, const char *name)
{
    if (mkdirat(root_fd, name, 0700) != 0 && errno != EEXIST)
        return -1;
    return openat(root_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Earlier, then by name. Total order: names are unique. */
static bool entry_before(const struct maildir_entry *a, const struct maildir_entry *b)
{
    if (a->arrived_unix_ns != b->arrived_unix_ns)
        return a->arrived_unix_ns < b->arrived_unix_ns;
    return strcmp(a->name, b->name) < 0;
}

/* entries stays sorted; when full, the youngest goes. */
static void keep_oldest(struct maildir_entry *entries, size_t *count, size_t max, const struct maildir_entry *entry)
{
    if (*count == max && (max == 0 || !entry_before(entry, &entries[max - 1])))
        return;
    size_t low = 0, high = *count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (entry_before(&entries[middle], entry))
            low = middle + 1;
        else
            high = middle;
    }
    if (*count < max)
        ++*count;
    memmove(&entries[low + 1], &entries[low], (*count - 1 - low) * sizeof *entries);
    entries[low] = *entry;
}

static bool same_file(int a_fd, const char *a, int b_fd, const char *b)
{
    struct stat one, other;
    return fstatat(a_fd, a, &one, AT_SYMLINK_NOFOLLOW) == 0 && fstatat(b_fd, b, &other, AT_SYMLINK_NOFOLLOW) == 0 &&
           one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/* link and unlink, because rename replaces silently. Killed in between, the file has both names: the next
 * try finds them the same and takes the old name away. */
static lw_status move_file(int from_fd, const char *from, int to_fd, const char *to)
{
    char other[MAILDIR_NAME_MAX + 32];
    const char *target = to;
    for (int attempt = 0; attempt < 100; attempt++) {
        if (linkat(from_fd, from, to_fd, target, 0) == 0 || (errno == EEXIST && same_file(from_fd, from, to_fd, target))) {
            if (unlinkat(from_fd, from, 0) == 0)
                return LW_OK;
            return errno == ENOENT ? LW_NOT_FOUND : LW_IO;
        }
        if (errno == ENOENT)
            return LW_NOT_FOUND;
        if (errno == EPERM || errno == EOPNOTSUPP || errno == EMLINK)
            break;
        if (errno != EEXIST)
            return LW_IO;
        snprintf(other, sizeof other, "%d.%s", attempt + 1, to);
        target = other;
    }
    /* A file system without hard links. */
    if (renameat(from_fd, from, to_fd, target) == 0)
        return LW_OK;
    return errno == ENOENT ? LW_NOT_FOUND : LW_IO;
}
