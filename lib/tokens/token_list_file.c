/* SPDX-License-Identifier: Apache-2.0 */
#include "token_list.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "secret_file.h"

enum { HASH_TEXT_SIZE = 2 * TOKEN_HASH_SIZE };

static const char blanks[] = " \t\r";

static bool read_time(const char *text, int64_t *out)
{
    char *end = NULL;
    errno = 0;
    *out = text && *text >= '0' && *text <= '9' ? strtoll(text, &end, 10) : -1;
    return *out >= 0 && errno == 0 && *end == '\0';
}

/* NULL: it is good. */
static const char *read_line(char *line, struct token_entry *out)
{
    char *rest = NULL;
    size_t size = 0;
    *out = (struct token_entry){0};
    const char *name = strtok_r(line, blanks, &rest), *role = strtok_r(NULL, blanks, &rest), *hash = strtok_r(NULL, blanks, &rest);
    const char *made = strtok_r(NULL, blanks, &rest), *expires = strtok_r(NULL, blanks, &rest), *revoked = strtok_r(NULL, blanks, &rest);
    if (!revoked || strtok_r(NULL, blanks, &rest))
        return "a line is a name, a role, a hash, and when it was made, expires and was revoked";
    if (!token_name_is_fine(name))
        return "this cannot be a name";
    if (!token_role_read(role, out))
        return "the role is none of read-only, manager, admin";
    if (strlen(hash) != HASH_TEXT_SIZE || sodium_hex2bin(out->hash, sizeof out->hash, hash, HASH_TEXT_SIZE, NULL, &size, NULL) != 0 || size != TOKEN_HASH_SIZE)
        return "this is no hash";
    if (!read_time(made, &out->made_unix_s) || !read_time(expires, &out->expires_unix_s) || !read_time(revoked, &out->revoked_unix_s))
        return "times are seconds since 1970";
    memcpy(out->name, name, strlen(name) + 1);
    return NULL;
}

static lw_status add_line(struct token_list *list, char *line, unsigned number, char *why)
{
    line += strspn(line, blanks);
    if (*line == '\0' || *line == '#')
        return LW_OK;
    if (list->count == TOKEN_LIST_MAX) {
        snprintf(why, TOKEN_WHY_MAX, "line %u of the tokens: there are more than %d", number, TOKEN_LIST_MAX);
        return LW_TOO_LARGE;
    }
    struct token_entry *grown = realloc(list->entries, (list->count + 1) * sizeof *grown);
    if (!grown) {
        snprintf(why, TOKEN_WHY_MAX, "out of memory");
        return LW_NO_MEMORY;
    }
    list->entries = grown;
    const char *problem = read_line(line, &list->entries[list->count]);
    list->count += problem == NULL;
    if (problem)
        snprintf(why, TOKEN_WHY_MAX, "line %u of the tokens: %s", number, problem);
    return problem ? LW_INVALID : LW_OK;
}

lw_status token_list_read(const char *path, struct token_list *out, char *why)
{
    char *text = NULL;
    *out = (struct token_list){0};
    lw_status status = secret_read(path, TOKEN_LIST_SIZE_MAX, &text);
    if (status == LW_NOT_FOUND)
        return LW_OK;
    if (status != LW_OK)
        snprintf(why, TOKEN_WHY_MAX, "%.160s: %s", path, status == LW_IO ? strerror(errno)
                 : status == LW_REFUSED ? "others than its owner can read or write it; chmod 600 it" : lw_status_text(status));
    unsigned number = 0;
    for (char *line = text; status == LW_OK && line;) {
        char *end = strchr(line, '\n');
        if (end)
            *end = '\0';
        status = add_line(out, line, ++number, why);
        line = end ? end + 1 : NULL;
    }
    secret_free(&text);
    if (status != LW_OK)
        token_list_free(out);
    return status;
}

static bool write_entry(FILE *file, const struct token_entry *entry)
{
    char hash[HASH_TEXT_SIZE + 1];
    sodium_bin2hex(hash, sizeof hash, entry->hash, sizeof entry->hash);
    return fprintf(file, "%s %s%s%s %s %" PRId64 " %" PRId64 " %" PRId64 "\n", entry->name, token_role_word(entry->role), entry->team[0] ? ":" : "",
                   entry->team, hash, entry->made_unix_s, entry->expires_unix_s, entry->revoked_unix_s) > 0;
}

lw_status token_list_write(const char *path, const struct token_list *list, char *why)
{
    char fresh[TOKEN_PATH_MAX];
    bool is_written = (size_t)snprintf(fresh, sizeof fresh, "%s.new", path) < sizeof fresh;
    int fd = is_written ? open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    is_written = file && fputs("# Tokens of scripts: name, role, SHA-256, made, expires, revoked. Written by leadwire token.\n", file) >= 0;
    for (uint32_t i = 0; is_written && i < list->count; i++)
        is_written = write_entry(file, &list->entries[i]);
    if (file) {
        is_written = fflush(file) == 0 && fsync(fd) == 0 && is_written;
        is_written = fclose(file) == 0 && is_written;
    } else if (fd >= 0) {
        close(fd);
    }
    if (is_written && rename(fresh, path) == 0)
        return LW_OK;
    snprintf(why, TOKEN_WHY_MAX, "%.160s: %s", path, strerror(errno));
    return LW_IO;
}

int token_list_lock(const char *path, char *why)
{
    char lock[TOKEN_PATH_MAX];
    bool fits = (size_t)snprintf(lock, sizeof lock, "%s.lock", path) < sizeof lock;
    int fd = fits ? open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
    if (fd >= 0 && flock(fd, LOCK_EX) == 0)
        return fd;
    snprintf(why, TOKEN_WHY_MAX, "%.160s: %s", path, fits ? strerror(errno) : "the path is too long");
    if (fd >= 0)
        close(fd);
    return -1;
}
