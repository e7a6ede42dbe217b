/* SPDX-License-Identifier: Apache-2.0
 *
 * maildir - the files of one Maildir: list, read, move. Knows no mail, no broker.
 *
 *   tmp/  somebody is writing: never touched
 *   new/  what arrived
 *   cur/  what is done, with ":2," behind its name
 *
 * Works relative to open directories, so that a renamed Maildir stays the same.
 * Only regular files are looked at; a symbolic link, directory, pipe or a name that starts
 * with a dot is left where it is.
 */
#ifndef MAILDIR_H
#define MAILDIR_H

#include <leadwire/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAILDIR_NAME_MAX = 255 };

struct maildir {
    char *path;
    int new_fd, cur_fd;   /* directories; -1 when closed */
};

struct maildir_entry {
    int64_t arrived_unix_ns;   /* the file's time: when it was delivered */
    char name[MAILDIR_NAME_MAX + 1];
};

/* Opens path, making it and its three folders (0700) when missing. Errors: LW_IO (errno tells why), LW_NO_MEMORY;
 * *out is then closed. */
LW_MUST_CHECK lw_status maildir_open(const char *path, struct maildir *out);
void maildir_close(struct maildir *maildir);   /* a closed one is accepted */

/* The up to max oldest entries of new/, oldest first (equal times by name). *total_out counts all of them.
 * Errors: LW_IO. */
LW_MUST_CHECK lw_status maildir_list(const struct maildir *maildir, struct maildir_entry *entries, size_t max,
                                     size_t *count_out, size_t *total_out);
/* Reads new/name whole; free() *bytes_out. Errors: LW_NOT_FOUND (gone, or no regular file), LW_TOO_LARGE (above size_max),
 * LW_IO (errno tells why), LW_NO_MEMORY. */
LW_MUST_CHECK lw_status maildir_read(const struct maildir *maildir, const char *name, size_t size_max,
                                     void **bytes_out, size_t *size_out);
/* new/name -> cur/name:2, ; never over another file. LW_NOT_FOUND when new/name is gone, LW_IO. */
LW_MUST_CHECK lw_status maildir_finish(const struct maildir *maildir, const char *name);
/* new/name -> the new/ of another Maildir on the same file system. Errors as above. */
LW_MUST_CHECK lw_status maildir_move(const struct maildir *from, const char *name, const struct maildir *to);

#endif
