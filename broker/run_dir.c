/* SPDX-License-Identifier: Apache-2.0 */
#include "run_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 300 };

static lw_status check_rights(const struct stat *info, const char *path, char *why);

lw_status run_dir_open(struct run_dir *dir, const char *path, char *why)
{
    char lock[PATH_SIZE];

    dir->lock_fd = -1;
    if ((size_t)snprintf(dir->path, sizeof dir->path, "%s", path) >= sizeof dir->path) {
        snprintf(why, RUN_DIR_WHY_MAX, "the run directory's path is too long");
        return LW_TOO_LARGE;
    }
    lw_status status = run_dir_check(path, why);
    if (status != LW_OK)
        return status;
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        snprintf(why, RUN_DIR_WHY_MAX, "cannot make the run directory %.200s: %s", path, strerror(errno));
        return LW_IO;
    }
    status = run_dir_check(path, why);
    if (status != LW_OK)
        return status;
    snprintf(lock, sizeof lock, "%s/lock", dir->path);
    dir->lock_fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (dir->lock_fd < 0) {
        snprintf(why, RUN_DIR_WHY_MAX, "cannot open %.200s: %s", lock, strerror(errno));
        return LW_IO;
    }
    if (flock(dir->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        snprintf(why, RUN_DIR_WHY_MAX, "another broker uses the run directory %.200s", path);
        close(dir->lock_fd);
        dir->lock_fd = -1;
        return LW_DUPLICATE;
    }
    return LW_OK;
}

lw_status run_dir_check(const char *path, char *why)
{
    struct stat info;

    if (path[0] == '@' || path[0] == '*') {     /* of ipc://@NAME libzmq makes no file, and who may come nobody could say */
        snprintf(why, RUN_DIR_WHY_MAX, "the run directory %.200s begins with a sign that libzmq reads in its own way: begin with / or ./", path);
        return LW_INVALID;
    }
    if (lstat(path, &info) != 0) {
        if (errno == ENOENT)
            return LW_OK;
        snprintf(why, RUN_DIR_WHY_MAX, "cannot look at the run directory %.200s: %s", path, strerror(errno));
        return LW_IO;
    }
    return check_rights(&info, path, why);
}

void run_dir_close(struct run_dir *dir)
{
    char status[PATH_SIZE];

    if (dir->lock_fd < 0)
        return;
    snprintf(status, sizeof status, "%s/status", dir->path);
    unlink(status);
    close(dir->lock_fd);
    dir->lock_fd = -1;
}

lw_status run_dir_write_status(const struct run_dir *dir, const char *desk, uint64_t epoch, const char *addresses)
{
    char path[PATH_SIZE], fresh[PATH_SIZE];

    snprintf(path, sizeof path, "%s/status", dir->path);
    snprintf(fresh, sizeof fresh, "%s/status.new", dir->path);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!file) {
        if (fd >= 0)
            close(fd);
        return LW_IO;
    }
    fprintf(file, "pid %ld\ndesk %s\nepoch %llu\n%s", (long)getpid(), desk, (unsigned long long)epoch, addresses);
    if (fclose(file) != 0 || rename(fresh, path) != 0)
        return LW_IO;
    return LW_OK;
}

static lw_status check_rights(const struct stat *info, const char *path, char *why)
{
    if (!S_ISDIR(info->st_mode)) {
        snprintf(why, RUN_DIR_WHY_MAX, "%.200s is no directory", path);
        return LW_REFUSED;
    }
    if (info->st_uid != geteuid()) {
        snprintf(why, RUN_DIR_WHY_MAX, "the run directory %.200s belongs to another user", path);
        return LW_REFUSED;
    }
    if (info->st_mode & 077) {
        snprintf(why, RUN_DIR_WHY_MAX, "others may enter the run directory %.200s, and with it the endpoints; chmod 700 it", path);
        return LW_REFUSED;
    }
    return LW_OK;
}
