/* SPDX-License-Identifier: Apache-2.0
 *
 * mail_scratch - a folder of a test's own, gone after it.
 */
#ifndef MAIL_SCRATCH_H
#define MAIL_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool mail_scratch_make(char folder[64]);
/* With all that is in it. */
void mail_scratch_remove(const char *folder);
/* A file with this text; time_s is its time (0: now). Aborts when it cannot be written. */
void mail_scratch_write(const char *path, const char *text, int64_t time_s);
/* As a deliverer does: written to box/tmp, moved to box/new. */
void mail_scratch_deliver(const char *box, const char *name, const char *text, int64_t time_s);
/* Files in folder; names that start with a dot do not count. 0 when it is not there. */
size_t mail_scratch_count(const char *folder);

#endif
