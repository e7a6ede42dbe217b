/* SPDX-License-Identifier: Apache-2.0
 *
 * full_disk - a leadwire-mail whose disk has no room left for raw bytes, by tests/web/full_disk_shim.c. Aborts with the reason when it
 * cannot be brought about. Threads: one owner.
 */
#ifndef FULL_DISK_H
#define FULL_DISK_H

/* Processes started from now on ask whether the disk of this folder is full. */
void full_disk_preload(const char *folder);
/* And no more. */
void full_disk_forget(void);
/* error: "ENOSPC" or "EDQUOT"; NULL: there is room again. */
void full_disk_set(const char *folder, const char *error);

#endif
