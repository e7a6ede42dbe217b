/* SPDX-License-Identifier: Apache-2.0
 *
 * decisions_log - what became of each mail, one line each, no personal data.
 *
 *   2026-01-31T10:15:30.123Z office 1769854530.M1P2.host accepted 1mdq63-1042
 *   2026-01-31T10:15:31.001Z office 1769854531.M7P2.host auto_reply -
 */
#ifndef DECISIONS_LOG_H
#define DECISIONS_LOG_H

#include <leadwire/status.h>

struct decisions_log {
    int fd;   /* -1: no log */
    struct mail_counts *counts;   /* counts them too; borrowed; NULL: nobody counts */
};

/* path NULL: lines go nowhere. Appends; the file is made 0600. Errors: LW_IO (errno tells why). */
LW_MUST_CHECK lw_status decisions_log_open(const char *path, struct decisions_log *out);
void decisions_log_close(struct decisions_log *log);
/* A line that cannot be written is dropped with a warning: the mail itself shows where it is. */
void decisions_log_add(struct decisions_log *log, const char *source, const char *file, const char *outcome,
                       const char *lead_id);

#endif
