/* SPDX-License-Identifier: Apache-2.0
 *
 * mail_intake - the bytes of one mail to the broker, and what became of it. Every
 * door of this worker (Maildir, LMTP, webhook) hands its mails in here.
 *
 * The raw bytes are kept before the broker hears of the lead: what the lead says must be true.
 * Who wrote is acknowledged, where the source says so, once the lead is in the journal; not of a repeat.
 * Threads: one owner, that of the broker link.
 */
#ifndef MAIL_INTAKE_H
#define MAIL_INTAKE_H

#include "ack_mail.h"
#include "broker_link.h"
#include "mail_lead.h"
#include "raw_store.h"

#include <stdbool.h>
#include <stdint.h>

/* Borrowed, all of it. */
struct mail_intake {
    struct broker_link *link;
    struct raw_store *raw;        /* NULL: raw bytes are not kept */
    struct mail_lead *scratch;
    uint32_t answer_within_ms;
};

enum mail_end {
    MAIL_END_TAKEN,       /* the lead is in the journal */
    MAIL_END_NO_LEAD,     /* and that is fine: `reason` */
    MAIL_END_REFUSED,     /* the same bytes will never do: `reason` */
    MAIL_END_LATER,       /* our own trouble or the broker's: `why` */
};

struct mail_outcome {
    enum mail_end end;
    enum mail_reason reason;
    bool duplicate;            /* with MAIL_END_TAKEN */
    bool store_full;           /* with MAIL_END_LATER: no room for the raw bytes */
    uint32_t retry_after_ms;   /* with MAIL_END_LATER: the broker's wish; 0: none */
    const char *lead_id;       /* with MAIL_END_TAKEN; until the callback returns */
    const char *why;           /* no personal data; "" if there is nothing to say; until the callback returns */
};

typedef void mail_intake_done(void *context, const struct mail_outcome *outcome);

/* The caller's, at one place until done was called or the request is dropped. */
struct mail_request {
    mail_intake_done *done;
    void *context;
    uint64_t ticket;
    struct ack_mail *ack;   /* the intake's own */
};

/* True: *out says what became of it, done is not called. False: the lead is with the broker, and done is called once,
 * later, from the loop. source and bytes are not needed after the return. */
bool mail_intake_take(const struct mail_intake *intake, const struct mail_source *source, const void *bytes, size_t size,
                      int64_t received_unix_ms, struct mail_request *request, struct mail_outcome *out);
/* The lead may still become one; done is not called any more. */
void mail_intake_drop(const struct mail_intake *intake, struct mail_request *request);
/* Writes it for who sends mails; what hinders that is logged. NULL is accepted. */
void mail_intake_acknowledge(const struct ack_mail *ack);
/* "accepted", "duplicate", "later" or the reason's name: the word of the decisions log. */
const char *mail_outcome_name(const struct mail_outcome *outcome);

#endif
