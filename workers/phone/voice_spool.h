/* SPDX-License-Identifier: Apache-2.0
 *
 * voice_spool - webhooks of a telephony service that does not send them again, in a contact_spool.
 *
 *   call      a new call             publish, so that who hangs up before the broker is back is missed by nobody
 *   dial      how a leg ended        dial result: the first one counts
 *   end       the call is over       query; cancel if it waits
 *   message   a recording            publish: joins the lead of its call
 *
 * Each is harmless when it is told twice: calls and messages have their names, the first dial result counts, what is cancelled
 * waits no more. They are told in the order they came, so a call comes before its end and its message.
 * Threads: one owner, that of the event base.
 */
#ifndef VOICE_SPOOL_H
#define VOICE_SPOOL_H

#include "contact_spool.h"
#include "voice_recording.h"

/* On disk: values stay. */
enum voice_held_kind { VOICE_HELD_NOTHING = 0, VOICE_HELD_CALL = 1, VOICE_HELD_DIAL = 2, VOICE_HELD_END = 3, VOICE_HELD_MESSAGE = 4, VOICE_HELD_KINDS };

/* One webhook, its signature checked. Strings are borrowed. */
struct voice_held {
    enum voice_held_kind kind;
    const char *source, *call_id, *raw_ref;
    int64_t received_unix_ms;
    const char *lead_id, *leg_id;        /* dial */
    uint32_t offer_number;
    lw_dial_outcome outcome;
    struct voice_recording recording;    /* message */
    const char *body;                    /* form fields, as they came */
    size_t body_size;
};

/* The rules' spool.directory is set. Errors: those of contact_spool_open. */
LW_MUST_CHECK lw_status voice_spool_open(struct http_worker *worker, const struct contact_spool_options *options, struct contact_spool **out);
/* Errors, nothing then kept, logged: those of contact_spool_hold. */
LW_MUST_CHECK lw_status voice_spool_hold(struct contact_spool *spool, const struct voice_held *held);

#endif
