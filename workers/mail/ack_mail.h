/* SPDX-License-Identifier: Apache-2.0
 *
 * ack_mail - the acknowledgement of a mail, written; or the decision that there is none.
 *
 * Made by RFC 3834: it bears Auto-Submitted and answers nothing that a program may have sent.
 * None goes to who answers a mail, withdraws a consent, wrote with an empty return path or
 * X-Auto-Response-Suppress, or cannot be written to; nor, without `bodies`, to whom only the body names: anybody can
 * put any address there. Of the mail nothing but its subject and a plain name is repeated, so that
 * nobody can send words of their own through us.
 * Threads: one owner.
 */
#ifndef ACK_MAIL_H
#define ACK_MAIL_H

#include "ack_config.h"
#include "mail_lead.h"

enum { ACK_PERSON_SIZE = 65 };

struct ack_mail {
    const struct ack_config *config;   /* borrowed */
    char person[ACK_PERSON_SIZE];      /* hash of the address's key: who this is for */
    size_t size;
    char text[];                       /* the mail, lines end in LF */
};

/* mail: after mail_lead_build said MAIL_LEAD. NULL: none is due, or there is no memory. free() it. */
struct ack_mail *ack_mail_make(const struct ack_config *config, const struct mail_lead *mail, int64_t now_unix_ms);

#endif
