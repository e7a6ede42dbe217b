/* SPDX-License-Identifier: Apache-2.0 */
#include "ack_outbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DAY_S = 24 * 3600, SWEEP_EVERY_S = 3600 };

static int open_folder(int root_fd, const char *name);
static size_t count_waiting(int new_fd, size_t enough);
static bool is_fresh(int fd, int64_t now_s, int64_t age_s);
static enum ack_outcome put_once(int root_fd, int told_fd, const struct ack_mail *mail, int64_t now_s);
static bool write_mail(int root_fd, const struct ack_mail *mail, int64_t now_s);
static void sweep(int told_fd, int64_t now_s);

enum ack_outcome ack_outbox_put(const struct ack_mail *mail, int64_t now_unix_ms)
{
    enum ack_outcome outcome = ACK_FAILED;
    int root_fd = -1, tmp_fd = -1, new_fd = -1, cur_fd = -1, told_fd = -1;
    int64_t now_s = now_unix_ms / 1000;
    if (mkdir(mail->config->outbox, 0700) == 0 || errno == EEXIST)
        root_fd = open(mail->config->outbox, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root_fd >= 0) {
        tmp_fd = open_folder(root_fd, "tmp");
        new_fd = open_folder(root_fd, "new");
        cur_fd = open_folder(root_fd, "cur");
        told_fd = open_folder(root_fd, "told");
    }
    if (tmp_fd >= 0 && new_fd >= 0 && cur_fd >= 0 && told_fd >= 0) {
        bool full = count_waiting(new_fd, mail->config->waiting_max) >= mail->config->waiting_max;
        outcome = full ? ACK_OUTBOX_FULL : put_once(root_fd, told_fd, mail, now_s);
        sweep(told_fd, now_s);
    }
    int saved = errno, fds[] = {root_fd, tmp_fd, new_fd, cur_fd, told_fd};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
        if (fds[i] >= 0)
            close(fds[i]);
    }
    errno = saved;
    return outcome;
}

static int open_folder(int root_fd, const char *name)
{
    if (mkdirat(root_fd, name, 0700) != 0 && errno != EEXIST)
        return -1;
    return openat(root_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* NULL: errno tells why. */
static DIR *list(int folder_fd)
{
    int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (!folder && fd >= 0)
        close(fd);
    return folder;
}

static size_t count_waiting(int new_fd, size_t enough)
{
    size_t count = 0;
    DIR *folder = list(new_fd);
    for (const struct dirent *item; folder && count < enough && (item = readdir(folder));)
        count += item->d_name[0] != '.';
    if (folder)
        closedir(folder);
    return count;
}

/* Marked, and not longer ago than that. A mark that lies in the future, by a clock set back, is none. */
static bool is_fresh(int fd, int64_t now_s, int64_t age_s)
{
    struct stat info;
    return fstat(fd, &info) == 0 && info.st_size > 0 && info.st_mtim.tv_sec <= now_s && now_s - info.st_mtim.tv_sec < age_s;
}

static bool mark(int fd, int64_t now_s)
{
    const struct timespec times[] = {{.tv_sec = now_s}, {.tv_sec = now_s}};
    return pwrite(fd, "1", 1, 0) == 1 && futimens(fd, times) == 0;
}

/* Locked: one of two processes that acknowledge the same person at once is the first, and the other gets EWOULDBLOCK. -1: errno tells why. */
static int open_mark(int told_fd, const char *person)
{
    for (;;) {
        struct stat info;
        int fd = openat(told_fd, person, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0)
            return -1;
        bool locked = flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &info) == 0;
        if (locked && info.st_nlink > 0)
            return fd;
        int saved = errno;
        close(fd);
        if (!locked) {
            errno = saved;
            return -1;
        }   /* else it was swept between the two calls */
    }
}

static enum ack_outcome put_once(int root_fd, int told_fd, const struct ack_mail *mail, int64_t now_s)
{
    enum ack_outcome outcome = ACK_FAILED;
    int fd = open_mark(told_fd, mail->person);
    if (fd < 0)
        return errno == EWOULDBLOCK ? ACK_TOLD_ALREADY : ACK_FAILED;
    if (is_fresh(fd, now_s, DAY_S))
        outcome = ACK_TOLD_ALREADY;
    else if (mark(fd, now_s) && write_mail(root_fd, mail, now_s))
        outcome = ACK_WRITTEN;
    int saved = errno;
    if (outcome == ACK_FAILED && ftruncate(fd, 0) != 0)
        unlinkat(told_fd, mail->person, 0);   /* not told after all */
    close(fd);
    errno = saved;
    return outcome;
}

/* Whole in new, or not at all. */
static bool write_mail(int root_fd, const struct ack_mail *mail, int64_t now_s)
{
    char from[128], to[128];
    snprintf(from, sizeof from, "tmp/%lld.%.32s.%ld", (long long)now_s, mail->person, (long)getpid());
    snprintf(to, sizeof to, "new/%lld.%.32s.%ld", (long long)now_s, mail->person, (long)getpid());
    int fd = openat(root_fd, from, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    ssize_t written = write(fd, mail->text, mail->size);
    bool good = written >= 0 && (size_t)written == mail->size;
    if (written >= 0 && !good)
        errno = ENOSPC;   /* a regular file takes less only then */
    int saved = errno;
    good = close(fd) == 0 && good && renameat(root_fd, from, root_fd, to) == 0;
    if (!good) {
        saved = saved ? saved : errno;
        unlinkat(root_fd, from, 0);
        errno = saved;
    }
    return good;
}

/* Marks that say nothing any more go, once an hour. */
static void sweep(int told_fd, int64_t now_s)
{
    static const char swept[] = ".swept";
    int fd = openat(told_fd, swept, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool due = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && !is_fresh(fd, now_s, SWEEP_EVERY_S) && mark(fd, now_s);
    DIR *folder = due ? list(told_fd) : NULL;
    for (const struct dirent *item; folder && (item = readdir(folder));) {
        int told = item->d_name[0] == '.' ? -1 : openat(told_fd, item->d_name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
        if (told < 0)
            continue;
        if (flock(told, LOCK_EX | LOCK_NB) == 0 && !is_fresh(told, now_s, DAY_S))
            unlinkat(told_fd, item->d_name, 0);
        close(told);
    }
    if (folder)
        closedir(folder);
    if (fd >= 0)
        close(fd);
}
