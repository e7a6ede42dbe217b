/* SPDX-License-Identifier: Apache-2.0 */
#include "ops_versions.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE_MAX = 4096 };

static json_int_t number_of(const json_t *row)
{
    return json_integer_value(json_object_get(row, "version"));
}

static bool path_of(const struct ops_versions *versions, json_int_t version, const char *ending, char path[PATH_SIZE_MAX])
{
    return snprintf(path, PATH_SIZE_MAX, "%s/%lld.json%s", versions->folder, (long long)version, ending) < PATH_SIZE_MAX;
}

/* Where a row of that number is, or belongs. */
static size_t place_of(const struct ops_versions *versions, json_int_t version)
{
    size_t at = 0;
    while (at < json_array_size(versions->rows) && number_of(json_array_get(versions->rows, at)) < version)
        at++;
    return at;
}

static void keep_row(struct ops_versions *versions, const json_t *row)
{
    size_t at = place_of(versions, number_of(row));
    json_t *kept = json_copy((json_t *)row);
    json_object_del(kept, "text");
    if (at < json_array_size(versions->rows) && number_of(json_array_get(versions->rows, at)) == number_of(row))
        json_array_set_new(versions->rows, at, kept);
    else
        json_array_insert_new(versions->rows, at, kept);
}

lw_status ops_versions_open(struct ops_versions *versions, const char *folder)
{
    *versions = (struct ops_versions){.rows = json_array()};
    if (!folder || !*folder)
        return versions->rows ? LW_OK : LW_NO_MEMORY;
    versions->folder = strdup(folder);
    if (!versions->folder || !versions->rows)
        return LW_NO_MEMORY;
    DIR *dir = opendir(folder);
    if (!dir)
        return LW_IO;
    for (const struct dirent *entry; (entry = readdir(dir));) {
        char *end;
        unsigned long number = strtoul(entry->d_name, &end, 10);
        json_t *row = end != entry->d_name && strcmp(end, ".json") == 0 && number <= UINT32_MAX ? ops_versions_read(versions, (uint32_t)number) : NULL;
        if (row)
            keep_row(versions, row);
        json_decref(row);
    }
    closedir(dir);
    return LW_OK;
}

void ops_versions_close(struct ops_versions *versions)
{
    json_decref(versions->rows);
    free(versions->folder);
    *versions = (struct ops_versions){0};
}

static void drop(struct ops_versions *versions, size_t at)
{
    char path[PATH_SIZE_MAX];
    if (versions->folder && path_of(versions, number_of(json_array_get(versions->rows, at)), "", path))
        unlink(path);
    json_array_remove(versions->rows, at);
}

/* Whole or not at all: a reader sees the file before, or this one. */
static bool write_file(const struct ops_versions *versions, const json_t *row)
{
    char path[PATH_SIZE_MAX], part[PATH_SIZE_MAX];
    if (!path_of(versions, number_of(row), "", path) || !path_of(versions, number_of(row), ".part", part))
        return false;
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0)
        return false;
    bool written = json_dumpfd(row, fd, JSON_COMPACT) == 0 && fsync(fd) == 0;
    written = close(fd) == 0 && written && rename(part, path) == 0;
    if (!written)
        unlink(part);
    return written;
}

bool ops_versions_put(struct ops_versions *versions, const json_t *row)
{
    keep_row(versions, row);
    size_t at = place_of(versions, number_of(row));
    while (json_array_size(versions->rows) > at + 1)
        drop(versions, at + 1);
    while (json_array_size(versions->rows) > OPS_VERSIONS_KEPT)
        drop(versions, 0);
    return !versions->folder || write_file(versions, row);
}

bool ops_versions_has(const struct ops_versions *versions, uint32_t version, int64_t applied_unix_ms)
{
    const json_t *row = json_array_get(versions->rows, place_of(versions, version));
    return row && number_of(row) == version && json_integer_value(json_object_get(row, "applied_unix_ms")) == applied_unix_ms;
}

static bool is_row(const json_t *row, uint32_t version)
{
    const char *const texts[] = {"by", "reason", "text"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!json_is_string(json_object_get(row, texts[i])))
            return false;
    return number_of(row) == version && json_is_integer(json_object_get(row, "applied_unix_ms"));
}

json_t *ops_versions_read(const struct ops_versions *versions, uint32_t version)
{
    char path[PATH_SIZE_MAX];
    json_t *row = versions->folder && path_of(versions, version, "", path) ? json_load_file(path, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (row && is_row(row, version))
        return row;
    json_decref(row);
    return NULL;
}
