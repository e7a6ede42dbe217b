/* SPDX-License-Identifier: Apache-2.0
 *
 * key_dir - where a broker's keys live: a directory that is its user's alone.
 *
 *   DIR/server.key    the broker's own pair
 *   DIR/authorized    the keys it knows (key_list)
 *   DIR/NAME.key      what leadwire keys made, to be given to NAME
 *
 * Threads: one owner; processes are kept apart by a lock.
 */
#ifndef KEY_DIR_H
#define KEY_DIR_H

#include "key_list.h"

enum { KEY_PATH_SIZE = 512 };

struct key_dir { char path[256], server[KEY_PATH_SIZE], list[KEY_PATH_SIZE]; };

/* The paths; makes nothing. LW_TOO_LARGE; LW_REFUSED: it is there, but not a directory of ours alone. With why (KEY_WHY_MAX). */
LW_MUST_CHECK lw_status key_dir_open(struct key_dir *dir, const char *path, char *why);
/* Makes the directory, 0700, if there is none. LW_IO with why. */
LW_MUST_CHECK lw_status key_dir_make(const struct key_dir *dir, char *why);
/* The server's pair, made if there is none and may_make: else LW_NOT_FOUND. Other errors as key_file_read and key_file_write. */
LW_MUST_CHECK lw_status key_dir_server(const struct key_dir *dir, bool may_make, struct key_file *out, char *why);
/* Makes a pair, its file at path (NULL: DIR/NAME.key) and its line in the list; and the server's pair if there is none. First the
 * file, then the line: what has no line opens nothing. LW_INVALID: the name cannot be one; LW_DUPLICATE: there is such a file;
 * LW_FULL and the others as above, with why. *out (may be NULL) is the line. */
LW_MUST_CHECK lw_status key_dir_issue(const struct key_dir *dir, enum role role, const char *name, const char *path, int64_t now_unix_s,
                                      struct key_entry *out, char *why);
/* Revokes all keys of this name, or the one of this fingerprint; deletes nothing. LW_NOT_FOUND: there is none in force. */
LW_MUST_CHECK lw_status key_dir_revoke(const struct key_dir *dir, const char *which, int64_t now_unix_s, uint32_t *count_out, char *why);

#endif
