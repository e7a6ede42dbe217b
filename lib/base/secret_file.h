/* SPDX-License-Identifier: Apache-2.0
 *
 * secret_file - reads secrets from files, never from arguments.
 */
#ifndef SECRET_FILE_H
#define SECRET_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <leadwire/status.h>

/* Reads a whole file of at most size_max bytes to a new NUL-terminated buffer (caller frees with
 * secret_free), without trailing newline. Errors: LW_NOT_FOUND, LW_IO, LW_TOO_LARGE, LW_REFUSED
 * (others than the owner can read it), LW_NO_MEMORY. */
LW_MUST_CHECK lw_status secret_read(const char *path, size_t size_max, char **out);
/* Overwrites and frees; NULL accepted. */
void secret_free(char **secret);
/* Constant-time in the length of given. */
bool secret_equal(const char *expected, const char *given);

#endif
