/* SPDX-License-Identifier: Apache-2.0
 *
 * contact_reader - the bytes of one contact -> the lead that its worker makes of them, without a broker or a sender.
 * Each worker gives one, for --dry-run and --replay.
 */
#ifndef CONTACT_READER_H
#define CONTACT_READER_H

#include <leadwire/lead.h>
#include <leadwire/publisher.h>
#include <stdbool.h>
#include <stddef.h>

/* What came in. NULL: not said. */
struct contact_input {
    const char *bytes;
    size_t size;
    const char *content_type;       /* of web: the whole header */
    const char *idempotency_key;    /* of web: the header of that name */
    const char *raw_ref;            /* where the bytes are kept */
    bool is_typed;                  /* of a person's file: what ends its last line is not the sender's */
};

enum contact_outcome { CONTACT_LEAD, CONTACT_NOT_A_LEAD, CONTACT_REJECTED, CONTACT_UNPARSABLE };

/* All of it lives until the next reading. */
struct contact_reading {
    enum contact_outcome outcome;
    const char *reason;             /* a name or words, no personal data; "" of a lead */
    const struct lw_lead *lead;     /* CONTACT_LEAD only */
    const char *idempotency_id;     /* CONTACT_LEAD only */
    bool is_partial;                /* another contact of the same id may tell more: that the broker has other details says nothing */
};

struct contact_reader {
    lw_channel channel;
    size_t size_max;                /* of one contact's bytes */
    const void *source;
    void (*read)(const void *source, const struct contact_input *input, struct contact_reading *out);
    /* Of the answer to a query: the lead still waits as if who sent it were on the line. NULL: nobody ever is. */
    bool (*waits)(const struct lw_publisher_answer *answer);
};

#endif
