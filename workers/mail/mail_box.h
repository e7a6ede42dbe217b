/* SPDX-License-Identifier: Apache-2.0
 *
 * mail_box - one watched Maildir: each mail goes to the broker, then to its place.
 *
 *            +--------- busy, no answer in time: back off, oldest first again
 *            v                                   |
 *   new/ -> WAITING -> IN_FLIGHT -> accepted, duplicate          -> cur/
 *            |  \                -> rejected, duplicate_differs  -> quarantine
 *            |   \-> not a lead (mail_reason)                    -> cur/ or quarantine
 *            +-> HELD (unreadable, cannot be moved): tried again later
 *
 * A mail leaves new/ only after the broker's durable word. Killed anywhere in between,
 * the mail is read again and gives the same lead with the same idempotency id: the
 * broker answers "duplicate" with the first lead id.
 * At most BOX_MAILS_MAX mails are known at a time, the oldest. Threads: one owner.
 */
#ifndef MAIL_BOX_H
#define MAIL_BOX_H

#include "decisions_log.h"
#include "mail_config.h"
#include "mail_intake.h"
#include "maildir.h"

#include <stdbool.h>
#include <stdint.h>

enum { BOX_MAILS_MAX = 256, BOX_HELD_MAX = 256, BOX_MAILS_A_TURN = 16, BOX_HOLD_MS = 30 * 1000,
       BOX_BACK_OFF_MIN_MS = 250, BOX_BACK_OFF_MAX_MS = 30 * 1000 };

struct mail_box;

enum mail_state { MAIL_STATE_FREE = 0, MAIL_STATE_WAITING, MAIL_STATE_IN_FLIGHT };

struct mail_item {
    struct mail_box *box;
    struct maildir_entry entry;
    enum mail_state state;
    struct mail_request request;
};

/* A file that is left alone until a time. */
struct mail_held {
    char name[MAILDIR_NAME_MAX + 1];
    uint64_t until_ms;   /* monotonic; 0: free */
};

/* What all boxes of a worker share. Borrowed. */
struct mail_box_tools {
    const struct mail_config *config;
    struct mail_intake intake;
    struct decisions_log *decisions;
    void (*wake)(void *context);        /* call mail_box_turn soon */
    void *wake_context;
};

struct mail_box {
    const struct mail_source_config *source;
    const struct mail_box_tools *tools;
    struct maildir maildir, quarantine;
    struct mail_item items[BOX_MAILS_MAX];
    struct mail_held held[BOX_HELD_MAX];
    uint32_t in_flight;
    bool more_than_known;               /* new/ holds mails beyond items */
    bool unreadable;                    /* the last scan failed */
    uint32_t back_off_ms;
    uint64_t resume_ms;                 /* monotonic; nothing is published before */
    uint64_t done[MAIL_REASON_COUNT];   /* mails by outcome; MAIL_LEAD: accepted */
    uint64_t duplicates, warnings;
};

/* Large: heap. Errors: LW_IO, LW_NO_MEMORY; said in the log. */
LW_MUST_CHECK lw_status mail_box_open(const struct mail_source_config *source, const struct mail_box_tools *tools,
                                      struct mail_box **out);
/* Requests in flight are forgotten: their mails stay in new/. */
void mail_box_close(struct mail_box **box);

/* Looks what is in new/. Cheap to ask: a full list that has work left is not read again. */
void mail_box_scan(struct mail_box *box);
/* Handles up to BOX_MAILS_A_TURN waiting mails. True: call again soon. */
bool mail_box_turn(struct mail_box *box);
/* Mails that are known and not taken yet. */
uint32_t mail_box_waiting(const struct mail_box *box);

#endif
