/* SPDX-License-Identifier: Apache-2.0
 *
 * lossy_disk_shim - preloaded into redis-server: notes what a disk would have after a power cut at any moment.
 *
 * For each file below the working directory of the process, the folder $LEADWIRE_LOSSY_DISK gets
 *
 *   synced/INODE   an empty file (a hole) as large as it was when it was synced last
 *   live/INODE     a hard link to it: what it has now; and no other file can get its inode
 *   names/INODE    of a directory: the inodes and names of its files when it was synced last
 *
 * A file or a name that was never synced is in none. Files are taken to grow only, as append-only files and the dumps
 * beside them do; cutting an end off counts as synced. lossy_disk.h makes of it what is left.
 */
#define _GNU_SOURCE   /* syscall */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PATH_SIZE = 512 };

int fsync(int fd);
int fdatasync(int fd);
int truncate(const char *path, off_t size);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void take_lock(void)
{
    pthread_mutex_lock(&lock);
}

static void leave_lock(void)
{
    pthread_mutex_unlock(&lock);
}

/* Redis forks while another of its threads syncs: the child would wait for ever for a lock that nobody has there. */
__attribute__((constructor)) static void keep_lock_over_forks(void)
{
    pthread_atfork(take_lock, leave_lock, leave_lock);
}

/* A shim has nobody to report to: a note that is not true would make the test's word worthless. */
static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "lossy_disk_shim: %s\n", what);
    abort();
}

static bool path_below_here(int fd, char path[PATH_SIZE])
{
    char link[64], here[PATH_SIZE];

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, PATH_SIZE - 1);
    if (size <= 0 || !getcwd(here, sizeof here))
        return false;
    path[size] = '\0';
    return strncmp(path, here, strlen(here)) == 0;
}

/* False: the file is gone meanwhile, so no name of it can come back. */
static bool hold_live(const char *disk, const char *path, ino_t inode)
{
    char live[PATH_SIZE];

    snprintf(live, sizeof live, "%s/live/%ju", disk, (uintmax_t)inode);
    return link(path, live) == 0 || access(live, F_OK) == 0;
}

static void note_size(const char *disk, const char *path, const struct stat *file)
{
    char synced[PATH_SIZE];
    struct stat noted;

    if (!hold_live(disk, path, file->st_ino))
        return;
    snprintf(synced, sizeof synced, "%s/synced/%ju", disk, (uintmax_t)file->st_ino);
    int note = open(synced, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    must(note >= 0 && fstat(note, &noted) == 0, "a file cannot be noted");
    must(noted.st_size >= file->st_size || ftruncate(note, file->st_size) == 0, "a size cannot be noted");
    close(note);
}

static void note_names(const char *disk, const char *path, const struct stat *directory)
{
    char names[PATH_SIZE], fresh[PATH_SIZE], file[PATH_SIZE + 256];
    struct dirent *entry;

    snprintf(names, sizeof names, "%s/names/%ju", disk, (uintmax_t)directory->st_ino);
    snprintf(fresh, sizeof fresh, "%s/fresh.%d", disk, (int)getpid());
    DIR *open_directory = opendir(path);
    FILE *out = fopen(fresh, "we");
    must(open_directory && out, "a directory cannot be noted");
    while ((entry = readdir(open_directory))) {
        snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
        if (entry->d_type == DT_REG && hold_live(disk, file, entry->d_ino))
            fprintf(out, "%ju %s\n", (uintmax_t)entry->d_ino, entry->d_name);
    }
    must(fclose(out) == 0 && rename(fresh, names) == 0, "names cannot be noted");
    closedir(open_directory);
}

/* The size is taken before the sync: what another thread appends meanwhile may not be on the disk. */
static int sync_and_note(int fd, long call)
{
    const char *disk = getenv("LEADWIRE_LOSSY_DISK");
    char path[PATH_SIZE];
    struct stat file;
    bool is_ours = disk && fstat(fd, &file) == 0 && path_below_here(fd, path);
    int result = (int)syscall(call, fd);

    if (result != 0 || !is_ours)
        return result;
    pthread_mutex_lock(&lock);
    if (S_ISDIR(file.st_mode))
        note_names(disk, path, &file);
    else if (S_ISREG(file.st_mode))
        note_size(disk, path, &file);
    pthread_mutex_unlock(&lock);
    return result;
}

int fsync(int fd)
{
    return sync_and_note(fd, SYS_fsync);
}

int fdatasync(int fd)
{
    return sync_and_note(fd, SYS_fdatasync);
}

/* Redis cuts a torn end off when it starts, and writes on from there. */
int truncate(const char *path, off_t size)
{
    const char *disk = getenv("LEADWIRE_LOSSY_DISK");
    char synced[PATH_SIZE];
    struct stat file, noted;
    int result = (int)syscall(SYS_truncate, path, size);

    if (result != 0 || !disk || stat(path, &file) != 0)
        return result;
    snprintf(synced, sizeof synced, "%s/synced/%ju", disk, (uintmax_t)file.st_ino);
    must(stat(synced, &noted) != 0 || noted.st_size <= size || syscall(SYS_truncate, synced, size) == 0, "a file cannot be cut");
    return result;
}
