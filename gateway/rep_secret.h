/* SPDX-License-Identifier: Apache-2.0
 *
 * rep_secret - the secret with which one rep logs on at the broker, read when it is needed. Threads: any.
 */
#ifndef REP_SECRET_H
#define REP_SECRET_H

#include <leadwire/status.h>

/* path: a folder with a file REP for each rep, or a file with a line "REP SECRET" for each, as the broker's. *out is to be freed
 * with secret_free. Errors: LW_NOT_FOUND (no such rep), and those of secret_read. */
LW_MUST_CHECK lw_status rep_secret_read(const char *path, const char *rep, char **out);

#endif
