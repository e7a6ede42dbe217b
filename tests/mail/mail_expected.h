/* SPDX-License-Identifier: Apache-2.0
 *
 * mail_expected - the rows of expected.tsv: what a reader makes of each mail, written by reading it.
 */
#ifndef MAIL_EXPECTED_H
#define MAIL_EXPECTED_H

#include "mail_lead.h"

#include <stdbool.h>
#include <stddef.h>

enum { MAIL_EXPECTED_MAX = 300, MAIL_FLAW_MAX = 1024 };

struct mail_expected {
    const char *name;       /* without ".eml" */
    const char *outcome, *sender, *phone;   /* "-": absent */
    const char *subject, *text;             /* how they begin; line ends are spaces, spaces are one */
};

struct mail_table {
    char *bytes;
    struct mail_expected rows[MAIL_EXPECTED_MAX];
    size_t count;
};

/* The rows whose name begins with prefix, which is cut off; "" gives those without a "/". False when the file is not as it should be. */
bool mail_table_open(struct mail_table *table, const char *prefix);
void mail_table_close(struct mail_table *table);
const struct mail_expected *mail_table_find(const struct mail_table *table, const char *name, size_t size);
/* NULL: the mail is as the row says. Else what is not, to flaw. lead may be NULL unless reason is MAIL_LEAD. */
const char *mail_expected_compare(const struct mail_expected *row, enum mail_reason reason, const struct lw_lead *lead,
                                  char flaw[MAIL_FLAW_MAX]);

#endif
