/* SPDX-License-Identifier: Apache-2.0
 *
 * mail_reason - every way a mail can end, by name.
 *
 * One table gives the name and where the mail goes, so they cannot drift apart.
 * MAIL_KEEP: not a lead, and that is fine; it goes to `cur`. MAIL_QUARANTINE:
 * somebody should look at it; it goes to the quarantine folder.
 */
#ifndef MAIL_REASON_H
#define MAIL_REASON_H

enum mail_place { MAIL_KEEP, MAIL_QUARANTINE };

#define MAIL_REASON_TABLE(X) \
    X(MAIL_LEAD, "lead", MAIL_KEEP) \
    /* not a lead */ \
    X(MAIL_DELIVERY_REPORT, "delivery_report", MAIL_KEEP) \
    X(MAIL_AUTO_REPLY, "auto_reply", MAIL_KEEP) \
    X(MAIL_BULK, "bulk", MAIL_KEEP) \
    X(MAIL_LIST, "list", MAIL_KEEP) \
    X(MAIL_OWN_ADDRESS, "own_address", MAIL_KEEP) \
    X(MAIL_EMPTY, "empty", MAIL_KEEP) \
    X(MAIL_SPAM, "spam", MAIL_KEEP) \
    X(MAIL_NO_SENDER, "no_sender", MAIL_KEEP) \
    /* not understood */ \
    X(MAIL_UNPARSABLE, "unparsable", MAIL_QUARANTINE) \
    X(MAIL_TOO_LARGE, "too_large", MAIL_QUARANTINE) \
    X(MAIL_HEADER_TOO_LARGE, "header_too_large", MAIL_QUARANTINE) \
    X(MAIL_TOO_DEEP, "too_deep", MAIL_QUARANTINE) \
    X(MAIL_TOO_MANY_PARTS, "too_many_parts", MAIL_QUARANTINE) \
    /* the broker's no */ \
    X(MAIL_REJECTED, "rejected", MAIL_QUARANTINE) \
    X(MAIL_DUPLICATE_DIFFERS, "duplicate_differs", MAIL_QUARANTINE)

enum mail_reason {
#define X(name, text, place) name,
    MAIL_REASON_TABLE(X)
#undef X
    MAIL_REASON_COUNT
};

/* "lead", "auto_reply"... Never NULL. */
const char *mail_reason_name(enum mail_reason reason);
enum mail_place mail_reason_place(enum mail_reason reason);

#endif
