/* SPDX-License-Identifier: Apache-2.0
 *
 * session_file - who has signed in, on the disk: so that a restart of the gateway signs nobody off.
 *
 * Nothing in it lets anybody in: it has fingerprints (BLAKE2b) of tokens of 256 random bits and of the hashes of passwords, never
 * what they are of. A line is added for each change,
 *
 *   leadwire-sessions 1
 *   + USER BEGAN USED PASSWORD TOKEN      begun, or used again: times in unix ms of 16 hexadecimal digits, prints in hexadecimal
 *   - TOKEN                               ended
 *
 * and the whole is written anew, beside the old and then in its place, when it has grown. A last line that is not whole counts
 * for nothing. What is begun is on the disk at the next session_file_sync, what is ended before session_file_drop returns. When the
 * disk takes no more the file is emptied: who signed out must not be let in by it.
 * Threads: one owner. Processes: one; the file is locked.
 */
#ifndef SESSION_FILE_H
#define SESSION_FILE_H

#include <leadwire/status.h>
#include <stdbool.h>
#include <stdint.h>

#include "users.h"

enum { TOKEN_PRINT_SIZE = 32, PASSWORD_PRINT_SIZE = 16, SESSION_FILE_MAX = 64 * 1024 * 1024, SESSION_FILE_WHY_MAX = 256 };

struct session_row {
    unsigned char token[TOKEN_PRINT_SIZE], password[PASSWORD_PRINT_SIZE];
    int64_t began_unix_ms, used_unix_ms;
    char user[USER_NAME_MAX + 1];
};

struct session_file {
    char *path;          /* NULL: there is none, and all below does nothing */
    int fd;              /* -1: given up until it is written anew */
    uint32_t lines;
    bool is_unsynced;
};

/* Told of each line, in its order; row NULL: the file is of no form that is known here, and all that was told counts for nothing. */
typedef void session_file_reader(void *context, const struct session_row *row, bool has_ended);
/* The next row after *at (0 at first) to *out; false: there is none. */
typedef bool session_file_writer(void *context, uint32_t *at, struct session_row *out);

/* Locks the file, makes it if it is not there, and reads it; session_file_rewrite must follow. A file of another form is told in
 * the log too. why (SESSION_FILE_WHY_MAX) gets the reason in words. Errors: LW_IO, LW_REFUSED (others can read or
 * write it), LW_FULL (another process has it), LW_TOO_LARGE, LW_NO_MEMORY. */
LW_MUST_CHECK lw_status session_file_open(struct session_file *file, const char *path, session_file_reader *reader, void *context, char *why);
void session_file_close(struct session_file *file);   /* zeroed: accepted */
/* Writes the whole anew. Errors, the file is given up then: LW_IO. */
LW_MUST_CHECK lw_status session_file_rewrite(struct session_file *file, session_file_writer *writer, void *context);
/* A name that is no part of a line is left out: it signs in again. */
void session_file_put(struct session_file *file, const struct session_row *row);
void session_file_drop(struct session_file *file, const unsigned char token[TOKEN_PRINT_SIZE]);
void session_file_sync(struct session_file *file);

#endif
