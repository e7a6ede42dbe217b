/* SPDX-License-Identifier: Apache-2.0
 *
 * mail_counts - how many mails ended how, of all doors, since the process started. Threads: one owner.
 */
#ifndef MAIL_COUNTS_H
#define MAIL_COUNTS_H

#include <stdint.h>

#include "byte_buffer.h"
#include "mail_reason.h"

/* A reason, or one of these. */
enum { MAIL_COUNT_ACCEPTED = MAIL_REASON_COUNT, MAIL_COUNT_DUPLICATE, MAIL_COUNT_OTHER, MAIL_COUNTS };

struct mail_counts { uint64_t ended[MAIL_COUNTS]; };

/* outcome: its word in the decisions log. */
void mail_counts_add(struct mail_counts *counts, const char *outcome);
/* waiting: mails of all Maildirs that are known and not taken yet. */
void mail_counts_write(const struct mail_counts *counts, uint32_t waiting, struct byte_buffer *out);

#endif
