/* SPDX-License-Identifier: Apache-2.0 */
#include "key_list.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "index_table.h"
#include "secret_file.h"

enum { PATH_SIZE = 4096, ROOM_FIRST = 64 };

static const char space[] = " \t\r";

static lw_status read_lines(char *text, struct key_list *out, char *why);
static const char *read_line(char *line, struct key_entry *out);
static bool read_time(const char *text, int64_t *out);
static bool make_room(struct key_list *list);
static bool is_known(const struct index_table *known, const struct key_list *list, const struct key_entry *entry, uint32_t *hash_out);

lw_status key_list_read(const char *path, struct key_list *out, char *why)
{
    char *text = NULL;

    *out = (struct key_list){0};
    lw_status status = secret_read(path, KEY_LIST_SIZE_MAX, &text);
    if (status == LW_NOT_FOUND)
        return LW_OK;
    if (status == LW_OK)
        status = read_lines(text, out, why);
    else
        snprintf(why, KEY_WHY_MAX, "%.200s: %s", path, status == LW_IO ? strerror(errno)
                 : status == LW_REFUSED ? "others than its owner can read or write it; chmod 600 it" : lw_status_text(status));
    secret_free(&text);
    if (status != LW_OK)
        key_list_free(out);
    return status;
}

lw_status key_list_write(const char *path, const struct key_list *list, char *why)
{
    char fresh[PATH_SIZE];
    bool is_written = (size_t)snprintf(fresh, sizeof fresh, "%s.new", path) < sizeof fresh;
    int fd = is_written ? open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;

    is_written = file && fputs("# Who may come in: role, name, public key, made, revoked. Written by leadwire keys.\n", file) >= 0;
    for (uint32_t i = 0; is_written && i < list->count; i++) {
        const struct key_entry *entry = &list->entries[i];
        is_written = fprintf(file, "%s %s %s %" PRId64, roles_name(entry->role), entry->name, entry->public_text, entry->made_unix_s) > 0
            && (entry->revoked_unix_s == 0 || fprintf(file, " %" PRId64, entry->revoked_unix_s) > 0) && fputc('\n', file) == '\n';
    }
    if (file) {
        is_written = fflush(file) == 0 && fsync(fd) == 0 && is_written;
        is_written = fclose(file) == 0 && is_written;
    } else if (fd >= 0) {
        close(fd);
    }
    if (is_written && rename(fresh, path) == 0)
        return LW_OK;
    snprintf(why, KEY_WHY_MAX, "%.200s: %s", path, strerror(errno));
    return LW_IO;
}

void key_list_free(struct key_list *list)
{
    free(list->entries);
    *list = (struct key_list){0};
}

lw_status key_list_add(struct key_list *list, const struct key_entry *entry)
{
    if (key_list_find(list, entry->public_key))
        return LW_DUPLICATE;
    if (list->count == KEY_LIST_MAX)
        return LW_FULL;
    if (!make_room(list))
        return LW_NO_MEMORY;
    list->entries[list->count++] = *entry;
    return LW_OK;
}

struct key_entry *key_list_find(const struct key_list *list, const uint8_t public_key[KEY_SIZE])
{
    for (uint32_t i = 0; i < list->count; i++)
        if (memcmp(list->entries[i].public_key, public_key, KEY_SIZE) == 0)
            return &list->entries[i];
    return NULL;
}

static lw_status read_lines(char *text, struct key_list *out, char *why)
{
    struct index_table known;
    const char *problem = NULL;
    unsigned number = 0;

    if (index_table_init_small(&known, KEY_LIST_MAX) != LW_OK) {
        snprintf(why, KEY_WHY_MAX, "out of memory");
        return LW_NO_MEMORY;
    }
    for (char *line = text; line && !problem; number++) {
        struct key_entry entry = {0};
        uint32_t hash;
        char *end = strchr(line, '\n');
        if (end)
            *end = '\0';
        problem = read_line(line, &entry);
        line = end ? end + 1 : NULL;
        if (problem || entry.role == ROLE_NOBODY)
            continue;
        if (is_known(&known, out, &entry, &hash))
            problem = "this key stands here twice";
        else if (out->count == KEY_LIST_MAX || !make_room(out) || !index_table_make_room(&known))
            problem = "there are more than 50000 keys, or there is no memory";
        else if (index_table_add(&known, hash, out->count))
            out->entries[out->count++] = entry;
    }
    index_table_fini(&known);
    if (!problem)
        return LW_OK;
    snprintf(why, KEY_WHY_MAX, "line %u of the list of keys: %s", number, problem);
    return LW_INVALID;
}

/* NULL, or what is wrong. A line without a key leaves the role ROLE_NOBODY. */
static const char *read_line(char *line, struct key_entry *out)
{
    char *rest = NULL, *role = *line == '#' ? NULL : strtok_r(line, space, &rest);

    if (!role)
        return NULL;
    const char *name = strtok_r(NULL, space, &rest), *public_key = strtok_r(NULL, space, &rest);
    const char *made = strtok_r(NULL, space, &rest), *revoked = strtok_r(NULL, space, &rest);
    if (!made || strtok_r(NULL, space, &rest))
        return "a line is a role, a name, a public key, when it was made and when it was revoked";
    if (roles_find(role) == ROLE_NOBODY)
        return "the role is none of publisher, rep, events, manager, admin";
    if (!key_name_is_fine(name))
        return "this cannot be a name";
    if (!key_decode(public_key, out->public_key))
        return "this is no public key";
    if (!read_time(made, &out->made_unix_s) || (revoked && (!read_time(revoked, &out->revoked_unix_s) || out->revoked_unix_s == 0)))
        return "times are seconds since 1970";
    out->role = roles_find(role);
    memcpy(out->name, name, strlen(name) + 1);
    memcpy(out->public_text, public_key, KEY_TEXT_SIZE);
    return NULL;
}

static bool read_time(const char *text, int64_t *out)
{
    char *end;

    errno = 0;
    *out = strtoll(text, &end, 10);
    return *text >= '0' && *text <= '9' && !*end && errno == 0;
}

static bool make_room(struct key_list *list)
{
    if (list->count < list->room)
        return true;
    uint32_t room = list->room ? list->room * 2 : ROOM_FIRST;
    struct key_entry *entries = realloc(list->entries, room * sizeof *entries);
    if (!entries)
        return false;
    list->entries = entries;
    list->room = room;
    return true;
}

static bool is_known(const struct index_table *known, const struct key_list *list, const struct key_entry *entry, uint32_t *hash_out)
{
    uint32_t index;

    memcpy(hash_out, entry->public_key, sizeof *hash_out);
    for (uint32_t at = index_table_first(known, *hash_out); index_table_at(known, *hash_out, &at, &index);)
        if (memcmp(list->entries[index].public_key, entry->public_key, KEY_SIZE) == 0)
            return true;
    return false;
}
