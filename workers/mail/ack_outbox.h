/* SPDX-License-Identifier: Apache-2.0
 *
 * ack_outbox - a Maildir of acknowledgements for who sends mails, at most one to a person within 24 hours.
 *
 *   new/    the mails; whoever sends them takes them from there
 *   told/   an empty-looking file for each person told within 24 hours, named by a hash; its time is when
 *
 * Several processes may use one outbox. Nothing is kept open, so a folder that was removed is made again.
 */
#ifndef ACK_OUTBOX_H
#define ACK_OUTBOX_H

#include "ack_mail.h"

enum ack_outcome {
    ACK_WRITTEN,
    ACK_TOLD_ALREADY,   /* this person, within 24 hours */
    ACK_OUTBOX_FULL,    /* waiting_max mails wait: nobody sends them */
    ACK_FAILED,         /* errno tells why */
};

enum ack_outcome ack_outbox_put(const struct ack_mail *mail, int64_t now_unix_ms);

#endif
