/* SPDX-License-Identifier: Apache-2.0
 *
 * desk_export - a desk out of Redis into one file, while a broker serves it or while none does.
 *
 * The file is the desk at one entry of the journal: all of what anybody was told before that entry was appended, nothing
 * of what came later. Reads only; the broker is neither asked nor kept waiting. Threads: one owner.
 */
#ifndef DESK_EXPORT_H
#define DESK_EXPORT_H

#include "backup_redis.h"
#include "desk_file.h"

/* Writes to `path`, which is replaced only when the export is whole: until then it grows in PATH.part, mode 0600. "-": to
 * standard output, once it is whole. On failure nothing is left behind. Errors, told in redis->error: LW_NOT_FOUND (no such
 * desk), LW_IO (Redis or file), LW_CORRUPT (damage, or a desk that is being written anew), LW_CLOSED (told to stop), LW_NO_MEMORY,
 * LW_DUPLICATE (another export writes there). */
LW_MUST_CHECK lw_status desk_export(struct backup_redis *redis, const char *path, const struct backup_work *work,
                                    struct desk_file_end *end, uint64_t *bytes);

#endif
