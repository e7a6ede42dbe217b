/* SPDX-License-Identifier: Apache-2.0
 *
 * rep_secrets - who may log on as whom: a file with a line "name secret" for each rep.
 *
 * Only fingerprints under a random key stay in memory. Checking an unknown rep costs what checking a
 * wrong secret costs. Empty lines and lines that begin with # are skipped. Threads: one owner.
 */
#ifndef REP_SECRETS_H
#define REP_SECRETS_H

#include <leadwire/status.h>
#include <stdbool.h>
#include <stdint.h>

struct rep_secrets;

enum { REP_SECRETS_FILE_MAX = 8 * 1024 * 1024, REP_SECRETS_MAX = 20000, REP_SECRET_SIZE_MIN = 8, REP_SECRET_SIZE_MAX = 256, REP_SECRETS_WHY_MAX = 256 };

/* why (REP_SECRETS_WHY_MAX) gets the reason in words, with the line, without any secret. Errors: LW_NOT_FOUND, LW_IO, LW_TOO_LARGE,
 * LW_REFUSED (readable by others), LW_INVALID, LW_NO_MEMORY. */
LW_MUST_CHECK lw_status rep_secrets_open(const char *path, struct rep_secrets **out, char *why);
/* NULL accepted; nulls *secrets. */
void rep_secrets_close(struct rep_secrets **secrets);
uint32_t rep_secrets_count(const struct rep_secrets *secrets);
/* secrets may be NULL: nobody is known. */
bool rep_secrets_check(const struct rep_secrets *secrets, const char *rep, const char *secret);

#endif
