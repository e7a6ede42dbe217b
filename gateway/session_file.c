/* SPDX-License-Identifier: Apache-2.0
 *
 * All that a line has but the name has a fixed size and follows it, so a line that was cut is never read as another one.
 */
#include "session_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lw_log.h"
#include "secret_file.h"

#define FIRST_LINE "leadwire-sessions 1"

enum {
    TIME_DIGITS = 16,
    TOKEN_DIGITS = 2 * TOKEN_PRINT_SIZE,
    PASSWORD_DIGITS = 2 * PASSWORD_PRINT_SIZE,
    TAIL_SIZE = 1 + TIME_DIGITS + 1 + TIME_DIGITS + 1 + PASSWORD_DIGITS + 1 + TOKEN_DIGITS,   /* what follows the name */
    LINE_MAX_SIZE = 2 + USER_NAME_MAX + TAIL_SIZE + 1,
    PATH_SIZE_MAX = 4096,
};

static bool read_lines(char *text, session_file_reader *reader, void *context);
static bool write_all(struct session_file *file, const char *text, size_t size);
static void give_up(struct session_file *file, const char *what);
static bool sync_folder(const char *path);

static lw_status refuse(char *why, const char *path, const char *words, lw_status status)
{
    snprintf(why, SESSION_FILE_WHY_MAX, "%s: %s", path, words);
    return status;
}

static lw_status read_whole(const char *path, session_file_reader *reader, void *context, char *why)
{
    char *text = NULL;
    lw_status status = secret_read(path, SESSION_FILE_MAX, &text);
    if (status == LW_REFUSED)
        return refuse(why, path, "others can read or write it (chmod 600)", status);
    if (status != LW_OK && status != LW_INVALID)   /* empty, or with the NULs of a power cut: nobody is in it */
        return refuse(why, path, status == LW_IO ? strerror(errno) : lw_status_text(status), status);
    if (text && !read_lines(text, reader, context)) {
        reader(context, NULL, false);
        log_warning("%s: not of a form that is known here; who is in it signs in again", path);
    }
    secret_free(&text);
    return LW_OK;
}

lw_status session_file_open(struct session_file *file, const char *path, session_file_reader *reader, void *context, char *why)
{
    *file = (struct session_file){.path = strdup(path), .fd = -1};
    if (!file->path)
        return refuse(why, path, "out of memory", LW_NO_MEMORY);
    file->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (file->fd < 0)
        return refuse(why, path, strerror(errno), LW_IO);
    if (flock(file->fd, LOCK_EX | LOCK_NB) != 0)
        return refuse(why, path, "another gateway has it", LW_FULL);
    return read_whole(path, reader, context, why);
}

void session_file_close(struct session_file *file)
{
    session_file_sync(file);
    if (file->path && file->fd >= 0)
        close(file->fd);
    free(file->path);
    *file = (struct session_file){0};
}

lw_status session_file_rewrite(struct session_file *file, session_file_writer *writer, void *context)
{
    char part[PATH_SIZE_MAX];
    struct session_row row;
    struct session_file anew = {.path = part, .fd = -1};
    if (snprintf(part, sizeof part, "%s.part", file->path) < (int)sizeof part)
        anew.fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    bool written = anew.fd >= 0 && flock(anew.fd, LOCK_EX | LOCK_NB) == 0 && write_all(&anew, FIRST_LINE "\n", strlen(FIRST_LINE "\n"));
    for (uint32_t at = 0; written && writer(context, &at, &row);) {
        session_file_put(&anew, &row);
        written = anew.fd >= 0;
    }
    if (!written || fsync(anew.fd) != 0 || rename(part, file->path) != 0 || !sync_folder(file->path)) {
        if (anew.fd >= 0)
            close(anew.fd);
        give_up(file, "cannot be written anew");
        return LW_IO;
    }
    if (file->fd >= 0)
        close(file->fd);
    file->fd = anew.fd;
    file->lines = anew.lines;
    file->is_unsynced = false;
    return LW_OK;
}

void session_file_put(struct session_file *file, const struct session_row *row)
{
    char line[LINE_MAX_SIZE + 1], token[TOKEN_DIGITS + 1], password[PASSWORD_DIGITS + 1];
    if (!file->path || file->fd < 0 || strpbrk(row->user, "\r\n"))
        return;
    sodium_bin2hex(token, sizeof token, row->token, sizeof row->token);
    sodium_bin2hex(password, sizeof password, row->password, sizeof row->password);
    int size = snprintf(line, sizeof line, "+ %s %016" PRIx64 " %016" PRIx64 " %s %s\n", row->user, (uint64_t)row->began_unix_ms,
                        (uint64_t)row->used_unix_ms, password, token);
    if (!write_all(file, line, (size_t)size))
        give_up(file, "cannot be written");
}

void session_file_drop(struct session_file *file, const unsigned char token[TOKEN_PRINT_SIZE])
{
    char line[2 + TOKEN_DIGITS + 2], digits[TOKEN_DIGITS + 1];
    if (!file->path || file->fd < 0)
        return;
    sodium_bin2hex(digits, sizeof digits, token, TOKEN_PRINT_SIZE);
    int size = snprintf(line, sizeof line, "- %s\n", digits);
    if (!write_all(file, line, (size_t)size))
        give_up(file, "cannot be written");
    session_file_sync(file);
}

void session_file_sync(struct session_file *file)
{
    if (!file->path || file->fd < 0 || !file->is_unsynced)
        return;
    file->is_unsynced = false;
    if (fdatasync(file->fd) != 0)
        give_up(file, "cannot be synced");
}

static bool write_all(struct session_file *file, const char *text, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t wrote = write(file->fd, text + done, size - done);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return false;
        done += (size_t)wrote;
    }
    file->lines++;
    file->is_unsynced = true;
    return true;
}

/* Emptied rather than left behind: it may have sessions that end from now on. */
static void give_up(struct session_file *file, const char *what)
{
    log_error("%s: %s (%s): at a restart users sign in again", file->path, what, strerror(errno));
    if (truncate(file->path, 0) != 0 && unlink(file->path) != 0 && errno != ENOENT)
        log_error("%s: cannot be emptied (%s): remove it", file->path, strerror(errno));
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
    file->is_unsynced = false;
}

/* The new name is on the disk too. */
static bool sync_folder(const char *path)
{
    char folder[PATH_SIZE_MAX];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return synced;
}

static bool read_print(const char *digits, size_t count, unsigned char *out)
{
    size_t size = 0;
    return sodium_hex2bin(out, count / 2, digits, count, NULL, &size, NULL) == 0 && size == count / 2;
}

static bool read_time(const char *digits, int64_t *out)
{
    unsigned char bytes[TIME_DIGITS / 2];
    uint64_t value = 0;
    if (!read_print(digits, TIME_DIGITS, bytes))
        return false;
    for (size_t i = 0; i < sizeof bytes; i++)
        value = value << 8 | bytes[i];
    *out = (int64_t)value;
    return *out >= 0;
}

static bool read_begun(char *line, size_t size, struct session_row *row)
{
    if (size < 2 + 1 + TAIL_SIZE || size > 2 + USER_NAME_MAX + TAIL_SIZE)
        return false;
    char *tail = line + size - TAIL_SIZE, *began = tail + 1, *used = began + TIME_DIGITS + 1, *password = used + TIME_DIGITS + 1;
    char *token = password + PASSWORD_DIGITS + 1;
    if (*tail != ' ' || used[-1] != ' ' || password[-1] != ' ' || token[-1] != ' ')
        return false;
    *tail = '\0';
    snprintf(row->user, sizeof row->user, "%s", line + 2);
    return read_time(began, &row->began_unix_ms) && read_time(used, &row->used_unix_ms) &&
           read_print(password, PASSWORD_DIGITS, row->password) && read_print(token, TOKEN_DIGITS, row->token);
}

static bool read_line(char *line, session_file_reader *reader, void *context)
{
    struct session_row row = {0};
    size_t size = strlen(line);
    bool has_ended = strncmp(line, "- ", 2) == 0;
    bool is_whole = has_ended ? size == 2 + TOKEN_DIGITS && read_print(line + 2, TOKEN_DIGITS, row.token) : strncmp(line, "+ ", 2) == 0 && read_begun(line, size, &row);
    if (is_whole)
        reader(context, &row, has_ended);
    return is_whole;
}

/* False: a line that is not the last is not whole; it may have been one that ended a session. */
static bool read_lines(char *text, session_file_reader *reader, void *context)
{
    char *line = strchr(text, '\n');
    bool is_known = strncmp(text, FIRST_LINE, strlen(FIRST_LINE)) == 0 && (text[strlen(FIRST_LINE)] == '\n' || text[strlen(FIRST_LINE)] == '\0');
    while (is_known && line) {
        char *start = line + 1;
        line = strchr(start, '\n');
        if (line)
            *line = '\0';
        is_known = read_line(start, reader, context) || !line;
    }
    return is_known;
}
