/* SPDX-License-Identifier: Apache-2.0 */
#include "lossy_disk.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MAX = 64, PATH_SIZE = 384 };

struct synced_file { uintmax_t inode; char name[128]; };

static size_t read_names(const struct lossy_disk *disk, const char *folder, struct synced_file files[FILES_MAX]);
static void keep_what_is_left(struct lossy_disk *disk, const struct synced_file *file, struct seeded *random);
static void count_lost_files(struct lossy_disk *disk, const char *folder, const struct synced_file *files, size_t count);
static void copy_beginning(const char *from, off_t size, const char *to);
static off_t size_of(const char *path);
static void run(const char *format, const char *first, const char *second);

void lossy_disk_open(struct lossy_disk *disk)
{
    char shim[PATH_SIZE];

    *disk = (struct lossy_disk){.notes = "/tmp/lw-disk-XXXXXX"};
    MUST_HOLD(mkdtemp(disk->notes));
    run("mkdir %1$s/synced %1$s/live %1$s/names", disk->notes, "");
    snprintf(shim, sizeof shim, "%s/shim.so", disk->notes);   /* a list of what is loaded cannot name a path with spaces */
    MUST_HOLD(symlink(LOSSY_DISK_SHIM, shim) == 0);
    setenv("LEADWIRE_LOSSY_DISK", disk->notes, 1);
    setenv("LEADWIRE_REDIS_PRELOAD", shim, 1);
}

void lossy_disk_close(struct lossy_disk *disk)
{
    unsetenv("LEADWIRE_LOSSY_DISK");
    unsetenv("LEADWIRE_REDIS_PRELOAD");
    run("rm -rf %1$s", disk->notes, "");
}

/* What is left is put together in a folder of its own; its files then are the ones, with new inodes, all of it synced. */
void lossy_disk_cut(struct lossy_disk *disk, struct redis_fixture *redis, struct seeded *random)
{
    struct synced_file files[FILES_MAX];
    char folder[PATH_SIZE];

    snprintf(folder, sizeof folder, "%s/appendonlydir", redis->directory);
    size_t count = read_names(disk, folder, files);
    run("rm -rf %1$s/left && mkdir %1$s/left", disk->notes, "");
    for (size_t i = 0; i < count; i++)
        keep_what_is_left(disk, &files[i], random);
    count_lost_files(disk, folder, files, count);
    run("rm -rf %2$s/* %1$s/synced/* %1$s/live/* && cp %1$s/left/* %2$s/", disk->notes, folder);
    run("cd %2$s && for file in *; do inode=$(stat -c %%i $file) && ln $file %1$s/live/$inode && truncate -r $file %1$s/synced/$inode "
        "&& echo $inode $file; done >%1$s/names/$(stat -c %%i .)", disk->notes, folder);
}

static size_t read_names(const struct lossy_disk *disk, const char *folder, struct synced_file files[FILES_MAX])
{
    char path[PATH_SIZE], line[192];
    struct stat directory;
    size_t count = 0;

    MUST_HOLD(stat(folder, &directory) == 0);
    snprintf(path, sizeof path, "%s/names/%ju", disk->notes, (uintmax_t)directory.st_ino);
    FILE *names = fopen(path, "r");
    MUST_HOLD(names);                 /* else the shim is not in the server, or Redis never syncs its folder */
    for (; fgets(line, sizeof line, names); count++)
        MUST_HOLD(count < FILES_MAX && sscanf(line, "%ju %127s", &files[count].inode, files[count].name) == 2);
    fclose(names);
    return count;
}

static void keep_what_is_left(struct lossy_disk *disk, const struct synced_file *file, struct seeded *random)
{
    char noted[PATH_SIZE], live[PATH_SIZE], left[PATH_SIZE];

    snprintf(noted, sizeof noted, "%s/synced/%ju", disk->notes, file->inode);
    snprintf(live, sizeof live, "%s/live/%ju", disk->notes, file->inode);
    snprintf(left, sizeof left, "%s/left/%s", disk->notes, file->name);
    off_t synced = size_of(noted), written = size_of(live), kept = synced;
    if (random && written > synced)
        kept += (off_t)seeded_below(random, (uint64_t)(written - synced) + 1);
    disk->kept_bytes += (uint64_t)(kept - synced);
    disk->lost_bytes += (uint64_t)(written - kept);
    copy_beginning(live, kept, left);
}

static void count_lost_files(struct lossy_disk *disk, const char *folder, const struct synced_file *files, size_t count)
{
    DIR *directory = opendir(folder);
    struct dirent *entry;

    MUST_HOLD(directory);
    while ((entry = readdir(directory))) {
        bool is_kept = entry->d_name[0] == '.';
        for (size_t i = 0; i < count && !is_kept; i++)
            is_kept = strcmp(files[i].name, entry->d_name) == 0;
        disk->lost_files += !is_kept;
    }
    closedir(directory);
}

static void copy_beginning(const char *from, off_t size, const char *to)
{
    FILE *in = fopen(from, "r"), *out = fopen(to, "w");
    char buffer[1 << 14];

    MUST_HOLD(in && out);
    for (off_t left = size; left > 0;) {
        size_t wanted = left < (off_t)sizeof buffer ? (size_t)left : sizeof buffer;
        MUST_HOLD(fread(buffer, 1, wanted, in) == wanted && fwrite(buffer, 1, wanted, out) == wanted);
        left -= (off_t)wanted;
    }
    fclose(in);
    MUST_HOLD(fclose(out) == 0);
}

static off_t size_of(const char *path)
{
    struct stat file;

    return stat(path, &file) == 0 ? file.st_size : 0;
}

static void run(const char *format, const char *first, const char *second)
{
    char command[1024];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(command, sizeof command, format, first, second);
#pragma GCC diagnostic pop
    MUST_HOLD(system(command) == 0);
}
