/* SPDX-License-Identifier: Apache-2.0
 *
 * mail_lead - the bytes of one mail -> a lead, or the named reason why it is none.
 *
 * The person is who a rep would write back to: Reply-To, else From; when the
 * sender is our own address or a form-to-mail robot, the person in the body. In a
 * mail that carries ADF it is the customer in there.
 * The same bytes give the same lead and the same idempotency id, always: nothing here
 * reads a clock.
 * Threads: one owner.
 */
#ifndef MAIL_LEAD_H
#define MAIL_LEAD_H

#include "adf_read.h"
#include "arena.h"
#include "form_body.h"
#include "lead_builder.h"
#include "mail_body.h"
#include "mail_judge.h"
#include "mail_message.h"

struct ack_config;

struct mail_source {
    const char *name;
    const char *region;      /* see struct lead_defaults */
    const char *language;
    struct mail_rules rules;
    const struct ack_config *acknowledge;   /* NULL: who writes is told nothing */
};

/* Large: not on a deep stack. Zeroed before the first use. */
struct mail_lead {
    struct arena arena;
    struct lead_builder builder;
    struct mail_message message;
    struct mail_body body;
    struct form_body form;
    const char *adf_text;                                /* from <adf> on; NULL: no ADF, and `adf` means nothing */
    bool adf_in_text;                                    /* it is the mail's text, not an attachment */
    struct adf adf;
    bool person_in_body;                                 /* a form or ADF: only the body names who it is */
    const struct lw_lead *lead;                          /* with MAIL_LEAD */
    const char *detail;                                  /* static text, no personal data; "" if none */
    char idempotency_id[LW_IDEMPOTENCY_ID_MAX + 1];
};

/* Reads and judges. MAIL_LEAD: go on with mail_lead_build. All of *out lives until the next read or fini. */
enum mail_reason mail_lead_read(const struct mail_source *source, const void *bytes, size_t size, struct mail_lead *out);
/* After mail_lead_read said MAIL_LEAD, with the same source and bytes. raw_ref: where the caller keeps the bytes;
 * NULL: nowhere. MAIL_LEAD: lead and idempotency_id are set. Else MAIL_NO_SENDER: nobody can be written to. */
enum mail_reason mail_lead_build(const struct mail_source *source, const void *bytes, size_t size,
                                 const char *raw_ref, struct mail_lead *out);
void mail_lead_fini(struct mail_lead *lead);

#endif
