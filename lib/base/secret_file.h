/* SPDX-License-Identifier: Apache-2.0
 *
 * secret_file - reads secrets from files, never from arguments.
 */
#ifndef SECRET_FILE_H
#define SECRET_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <leadwire/status.h>

/* Reads a whole regular file of at most size_max bytes to a new NUL-terminated buffer (caller frees
 * with secret_free), without one trailing newline (LF or CR LF). Errors, *out then NULL: LW_NOT_FOUND,
 * LW_IO (errno tells why), LW_TOO_LARGE, LW_REFUSED (others than the owner can read or write it),
 * LW_INVALID (empty, or holds a NUL), LW_NO_MEMORY. */
LW_MUST_CHECK lw_status secret_read(const char *path, size_t size_max, char **out);
/* Overwrites and frees; NULL accepted. */
void secret_free(char **secret);
/* Overwrites what no compiler may leave out. NULL with size 0 is accepted. */
void secret_wipe(void *bytes, size_t size);
/* Its time depends on the lengths alone, not on where the texts differ. An empty expected equals nothing. */
bool secret_equal(const char *expected, const char *given);

#endif
