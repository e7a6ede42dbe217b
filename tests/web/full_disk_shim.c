/* SPDX-License-Identifier: Apache-2.0
 *
 * full_disk_shim - preloaded into a worker: a disk that has no room left, as its kernel would say it.
 *
 * While the file $LEADWIRE_FULL_DISK is there, its two words say how: "ENOSPC spool" or "EDQUOT raw". Files in a folder of that
 * name then take less and less of what is written to them, and at last nothing: that error. All else is written. Reports to
 * nobody. Threads: any.
 */
#define _GNU_SOURCE   /* syscall */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PATH_SIZE = 512, WORD_SIZE = 32, ROOM = 64 };

/* The error for this file; 0: its disk has room. */
static int error_for(int fd)
{
    const char *place = getenv("LEADWIRE_FULL_DISK");
    char words[2 * WORD_SIZE], error[WORD_SIZE], folder[WORD_SIZE], wanted[WORD_SIZE + 2], link[WORD_SIZE], path[PATH_SIZE];
    int marker = place ? open(place, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t size = marker >= 0 ? read(marker, words, sizeof words - 1) : 0;

    if (marker >= 0)
        close(marker);
    words[size > 0 ? size : 0] = '\0';
    if (sscanf(words, "%31s %31s", error, folder) != 2)
        return 0;
    snprintf(wanted, sizeof wanted, "/%s/", folder);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    size = readlink(link, path, sizeof path - 1);
    path[size > 0 ? size : 0] = '\0';
    if (!strstr(path, wanted))
        return 0;
    return strcmp(error, "EDQUOT") == 0 ? EDQUOT : ENOSPC;
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    const int before = errno, error = error_for(fd);

    errno = before;
    if (error != 0 && size <= ROOM) {
        errno = error;
        return -1;
    }
    return syscall(SYS_write, fd, bytes, error != 0 ? size / 2 : size);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    const int before = errno, error = error_for(fd);

    errno = before;
    if (error != 0)
        return write(fd, parts[0].iov_base, parts[0].iov_len);
    return syscall(SYS_writev, fd, parts, count);
}
