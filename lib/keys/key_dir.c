/* SPDX-License-Identifier: Apache-2.0 */
#include "key_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static lw_status write_both(const struct key_dir *dir, const char *path, const struct key_file *key, const struct key_entry *entry, char *why);
static int take_lock(const struct key_dir *dir, char *why);

lw_status key_dir_open(struct key_dir *dir, const char *path, char *why)
{
    struct stat info;

    if ((size_t)snprintf(dir->path, sizeof dir->path, "%s", path) >= sizeof dir->path) {
        snprintf(why, KEY_WHY_MAX, "the path of the directory of keys is too long");
        return LW_TOO_LARGE;
    }
    snprintf(dir->server, sizeof dir->server, "%s/server.key", path);
    snprintf(dir->list, sizeof dir->list, "%s/authorized", path);
    if (stat(path, &info) != 0) {
        if (errno == ENOENT)
            return LW_OK;
        snprintf(why, KEY_WHY_MAX, "%.200s: %s", path, strerror(errno));
        return LW_IO;
    }
    if (S_ISDIR(info.st_mode) && info.st_uid == geteuid() && !(info.st_mode & 077))
        return LW_OK;
    snprintf(why, KEY_WHY_MAX, "%.200s must be a directory of this user's alone: chmod 700 it", path);
    return LW_REFUSED;
}

lw_status key_dir_make(const struct key_dir *dir, char *why)
{
    if (mkdir(dir->path, 0700) == 0 || errno == EEXIST)
        return LW_OK;
    snprintf(why, KEY_WHY_MAX, "%.200s cannot be made: %s", dir->path, strerror(errno));
    return LW_IO;
}

/* Two may make it at once: both then read the one that is there. */
lw_status key_dir_server(const struct key_dir *dir, bool may_make, struct key_file *out, char *why)
{
    lw_status status = key_file_read(dir->server, out, why);

    if (status == LW_NOT_FOUND && may_make) {
        *out = (struct key_file){.role = KEY_ROLE_SERVER, .name = KEY_ROLE_SERVER};
        status = key_dir_make(dir, why);
        if (status == LW_OK && (status = key_file_make(out)) != LW_OK)
            snprintf(why, KEY_WHY_MAX, "this libzmq has no CURVE");
        if (status == LW_OK)
            status = key_file_write(dir->server, out, why);
        if (status == LW_OK || status == LW_DUPLICATE)
            status = key_file_read(dir->server, out, why);
    }
    if (status == LW_OK && strcmp(out->role, KEY_ROLE_SERVER) != 0) {
        snprintf(why, KEY_WHY_MAX, "%.200s is not a server's key", dir->server);
        status = LW_INVALID;
    }
    if (status != LW_OK)
        key_file_wipe(out);
    return status;
}

lw_status key_dir_issue(const struct key_dir *dir, enum role role, const char *name, const char *path, int64_t now_unix_s,
                        struct key_entry *out, char *why)
{
    struct key_file server = {0}, key = {0};
    struct key_entry entry = {.role = role, .made_unix_s = now_unix_s};

    if (!key_name_is_fine(name) || strcmp(name, KEY_ROLE_SERVER) == 0) {
        snprintf(why, KEY_WHY_MAX, "a name has 1 to %d bytes, no space and no '/', begins with no '.', and is not 'server'", LW_NAME_MAX);
        return LW_INVALID;
    }
    lw_status status = key_dir_server(dir, true, &server, why);
    if (status == LW_OK && (status = key_file_make(&key)) != LW_OK)
        snprintf(why, KEY_WHY_MAX, "this libzmq has no CURVE");
    if (status == LW_OK) {
        snprintf(key.role, sizeof key.role, "%s", roles_name(role));
        snprintf(key.name, sizeof key.name, "%s", name);
        memcpy(key.server_key, server.public_key, sizeof key.server_key);
        memcpy(entry.name, key.name, sizeof entry.name);
        memcpy(entry.public_text, key.public_key, sizeof entry.public_text);
        (void)key_decode(key.public_key, entry.public_key);
        status = write_both(dir, path, &key, &entry, why);
    }
    key_file_wipe(&server);
    key_file_wipe(&key);
    if (status == LW_OK && out)
        *out = entry;
    return status;
}

lw_status key_dir_revoke(const struct key_dir *dir, const char *which, int64_t now_unix_s, uint32_t *count_out, char *why)
{
    struct key_list list = {0};
    int lock = take_lock(dir, why);

    *count_out = 0;
    if (lock < 0)
        return LW_IO;
    lw_status status = key_list_read(dir->list, &list, why);
    for (uint32_t i = 0; i < list.count; i++) {
        struct key_entry *entry = &list.entries[i];
        char fingerprint[KEY_FINGERPRINT_SIZE];
        key_fingerprint(entry->public_key, fingerprint);
        if (entry->revoked_unix_s != 0 || (strcmp(entry->name, which) != 0 && strcmp(fingerprint, which) != 0))
            continue;
        entry->revoked_unix_s = now_unix_s;
        ++*count_out;
    }
    if (status == LW_OK && *count_out == 0) {
        snprintf(why, KEY_WHY_MAX, "there is no key in force of the name or fingerprint %.100s", which);
        status = LW_NOT_FOUND;
    }
    if (status == LW_OK)
        status = key_list_write(dir->list, &list, why);
    key_list_free(&list);
    close(lock);
    return status;
}

static lw_status write_both(const struct key_dir *dir, const char *path, const struct key_file *key, const struct key_entry *entry, char *why)
{
    char usual[KEY_PATH_SIZE];
    struct key_list list = {0};
    int lock = take_lock(dir, why);

    if (lock < 0)
        return LW_IO;
    snprintf(usual, sizeof usual, "%s/%s.key", dir->path, key->name);
    lw_status status = key_list_read(dir->list, &list, why);
    if (status == LW_OK && (status = key_list_add(&list, entry)) != LW_OK)
        snprintf(why, KEY_WHY_MAX, "the list of keys takes no more: %s", lw_status_text(status));
    if (status == LW_OK)
        status = key_file_write(path ? path : usual, key, why);
    if (status == LW_OK)
        status = key_list_write(dir->list, &list, why);
    key_list_free(&list);
    close(lock);
    return status;
}

/* Waits for whoever changes the list. The descriptor to close, or -1 with why. */
static int take_lock(const struct key_dir *dir, char *why)
{
    char path[KEY_PATH_SIZE];

    snprintf(path, sizeof path, "%s/lock", dir->path);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX) == 0)
        return fd;
    snprintf(why, KEY_WHY_MAX, "%.200s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}
