/* SPDX-License-Identifier: Apache-2.0
 *
 * run_dir - where a broker's endpoints live: a directory that is its user's alone.
 *
 * The rights on it are what protects the ipc endpoints, so it is refused when anybody else may enter. A lock in it
 * keeps two brokers apart; it goes with the process, also when killed. The status file says, while serving, who serves and where:
 *
 *   pid 4711
 *   desk main
 *   epoch 7
 *   publish ipc:///run/leadwire/publish ...
 *
 * Threads: one owner.
 */
#ifndef RUN_DIR_H
#define RUN_DIR_H

#include <leadwire/status.h>
#include <stdint.h>

enum { RUN_DIR_WHY_MAX = 320, RUN_DIR_STATUS_MAX = 8192 };

struct run_dir { char path[256]; int lock_fd; };

/* Makes it (0700) or checks it, and takes the lock. Errors with why (RUN_DIR_WHY_MAX) in words: LW_REFUSED (rights, owner, no directory),
 * LW_DUPLICATE (another broker has the lock), LW_TOO_LARGE, LW_IO. */
LW_MUST_CHECK lw_status run_dir_open(struct run_dir *dir, const char *path, char *why);
/* As run_dir_open, but takes and changes nothing. A missing directory is fine. */
LW_MUST_CHECK lw_status run_dir_check(const char *path, char *why);
/* Removes the status file, gives the lock back. */
void run_dir_close(struct run_dir *dir);
/* In one piece: readers see the old or the new. */
LW_MUST_CHECK lw_status run_dir_write_status(const struct run_dir *dir, const char *desk, uint64_t epoch, const char *addresses);

#endif
