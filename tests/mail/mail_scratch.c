/* SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700   /* nftw */
#include "mail_scratch.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool mail_scratch_make(char folder[64])
{
    snprintf(folder, 64, "/tmp/lw-mail-XXXXXX");
    return mkdtemp(folder) != NULL;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    remove(path);
    return 0;
}

void mail_scratch_remove(const char *folder)
{
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void mail_scratch_write(const char *path, const char *text, int64_t time_s)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const struct timespec times[2] = {{.tv_sec = time_s}, {.tv_sec = time_s}};
    size_t size = strlen(text);
    if (fd < 0 || write(fd, text, size) != (ssize_t)size || (time_s && futimens(fd, times) != 0)) {
        perror(path);
        abort();
    }
    close(fd);
}

void mail_scratch_deliver(const char *box, const char *name, const char *text, int64_t time_s)
{
    char from[512], to[512];
    snprintf(from, sizeof from, "%s/tmp/%s", box, name);
    snprintf(to, sizeof to, "%s/new/%s", box, name);
    mail_scratch_write(from, text, time_s);
    if (rename(from, to) != 0) {
        perror(to);
        abort();
    }
}

size_t mail_scratch_count(const char *folder)
{
    DIR *open_folder = opendir(folder);
    const struct dirent *entry;
    size_t count = 0;
    while (open_folder && (entry = readdir(open_folder)) != NULL)
        count += entry->d_name[0] != '.';
    if (open_folder)
        closedir(open_folder);
    return count;
}
