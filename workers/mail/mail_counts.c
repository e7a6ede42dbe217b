/* SPDX-License-Identifier: Apache-2.0 */
#include "mail_counts.h"

#include <string.h>

#include "metrics.h"

static const struct metric mails = {"leadwire_mails_total", METRIC_COUNTER, "Mails by how they ended, of all doors.", "outcome"};
static const struct metric waiting_mails = {"leadwire_mails_waiting", METRIC_GAUGE, "Mails in the Maildirs that are known and not taken yet.", NULL};

static const char *word_of(int index)
{
    switch (index) {
    case MAIL_COUNT_ACCEPTED: return "accepted";
    case MAIL_COUNT_DUPLICATE: return "duplicate";
    case MAIL_COUNT_OTHER: return "other";
    default: return mail_reason_name((enum mail_reason)index);
    }
}

void mail_counts_add(struct mail_counts *counts, const char *outcome)
{
    int index = 0;
    while (index < MAIL_COUNT_OTHER && strcmp(word_of(index), outcome) != 0)
        index++;
    counts->ended[index]++;
}

void mail_counts_write(const struct mail_counts *counts, uint32_t waiting, struct byte_buffer *out)
{
    metrics_begin(out, &mails);
    for (int i = 0; i < MAIL_COUNTS; i++)
        if (i != MAIL_LEAD)   /* told as accepted or duplicate */
            metrics_put(out, &mails, word_of(i), (double)counts->ended[i]);
    metrics_put_only(out, &waiting_mails, waiting);
}
