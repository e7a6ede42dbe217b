/* SPDX-License-Identifier: Apache-2.0
 *
 * rep_key - the file of the key with which one rep logs on at a broker with keys. Threads: any.
 */
#ifndef REP_KEY_H
#define REP_KEY_H

#include <leadwire/status.h>

#include "key_file.h"

enum { REP_KEY_PATH_MAX = 4096 };

/* FOLDER/REP.key, as `leadwire keys new rep REP` makes it. Errors with why (KEY_WHY_MAX) in words: LW_NOT_FOUND, LW_INVALID: it is
 * the key of another rep, or of none; and those of key_file_read. */
LW_MUST_CHECK lw_status rep_key_find(const char *folder, const char *rep, char path[REP_KEY_PATH_MAX], char *why);

#endif
