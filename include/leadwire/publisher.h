/* SPDX-License-Identifier: Apache-2.0
 *
 * publisher - gives leads to a desk and learns what became of them.
 *
 * A publisher is one connection to one desk. Requests are queued, sent as the
 * broker's credit allows, and repeated with the same idempotency id after a
 * reconnect or when the broker is busy, until an answer comes. Tell the source "success"
 * only on LW_OUTCOME_ACCEPTED or LW_OUTCOME_DUPLICATE: then the lead is in the
 * journal.
 *
 * Waiting: poll(2) lw_publisher_fd() for POLLIN, at most lw_publisher_wait_ms()
 * long; then call lw_publisher_next() until LW_AGAIN. The descriptor may be
 * edge-triggered (by tcp it is ZMQ_FD), and what was read already does not make it
 * readable: after any other call on the publisher, also call
 * lw_publisher_next() until LW_AGAIN before polling again. It stays the same until close.
 * Threads: one owner per publisher; several publishers are independent.
 */
#ifndef LEADWIRE_PUBLISHER_H
#define LEADWIRE_PUBLISHER_H

#include <leadwire/lead.h>
#include <leadwire/status.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lw_publisher;   /* opaque */

struct lw_publisher_options {
    const char *endpoint;     /* the broker's publish endpoint, e.g. "ipc:///run/leadwire/publish" */
    const char *desk;
    const char *client;       /* program and version, for the broker's log */
    uint32_t pending_max;     /* requests not yet answered, in all; 0: 1024. Above: LW_FULL */
    uint32_t resend_ms;       /* an unanswered request is sent again after this; 0: 2000 */
    const char *key_file;     /* of a broker with keys, by tcp: the file that "leadwire keys" made, 0600; NULL: plain, by ipc and loopback only */
};

typedef enum lw_outcome {
    LW_OUTCOME_NONE = 0,
    LW_OUTCOME_ACCEPTED,           /* in the journal */
    LW_OUTCOME_DUPLICATE,          /* was in the journal already: same lead id as the first time */
    LW_OUTCOME_DUPLICATE_DIFFERS,  /* the id was used for other content; not taken */
    LW_OUTCOME_REJECTED,           /* breaks a rule; see reason; do not repeat */
    LW_OUTCOME_BUSY,               /* the broker or its store is away or full: repeat later, same id */
    LW_OUTCOME_NOT_FOUND,          /* query, cancel, dial result: no such lead */
    LW_OUTCOME_NOT_YOURS,          /* dial result: the offer is over */
} lw_outcome;
const char *lw_outcome_name(lw_outcome outcome);

typedef enum lw_lead_state {   /* numbers are those of leadwire.v1.LeadState */
    LW_LEAD_NONE = 0, LW_LEAD_WAITING, LW_LEAD_OFFERED, LW_LEAD_CONNECTING, LW_LEAD_ASSIGNED,
    LW_LEAD_PARKED, LW_LEAD_COMPLETED, LW_LEAD_CANCELLED, LW_LEAD_EXPIRED, LW_LEAD_SCHEDULED,
    LW_LEAD_MERGED,
} lw_lead_state;
const char *lw_lead_state_name(lw_lead_state state);

typedef enum lw_dial_outcome {
    LW_DIAL_NONE = 0, LW_DIAL_ANSWERED, LW_DIAL_NO_ANSWER, LW_DIAL_BUSY, LW_DIAL_FAILED,
} lw_dial_outcome;

/* One answer. Pointers live until the next call on this publisher. */
struct lw_publisher_answer {
    uint64_t ticket;              /* of the request */
    lw_outcome outcome;
    const char *reason;           /* "" if none; never personal data */
    const char *lead_id;          /* "" if none */
    uint32_t retry_after_ms;      /* with LW_OUTCOME_BUSY */
    int joined;                   /* lw_publisher_publish: a contact of the lead lead_id, which this person had open already */
    /* lw_publisher_query only: */
    lw_lead_state state;
    uint32_t position;            /* in its queue, from 1; 0: not waiting */
    const char *rep, *device, *queue;
    uint32_t offer_number;
    int64_t deadline_unix_ms;
    int call_back;                /* the rep calls: nobody needs to stay on the line */
    const char *say;              /* waiting: what a caller may hear, as nobody is there: "closed", "no_rep", "busy"; "" else */
};

/* Opens without waiting for the broker, which may start later. Copies the options.
 * Errors: LW_INVALID (endpoint, names, no key file of ours, or none for a tcp endpoint of another machine), LW_NO_MEMORY, LW_IO; of the key file also LW_NOT_FOUND, LW_TOO_LARGE,
 * LW_REFUSED (others can read it), LW_UNSUPPORTED (a libzmq without CURVE). */
LW_MUST_CHECK lw_status lw_publisher_open(const struct lw_publisher_options *options, struct lw_publisher **out);
/* Sends what credit allows without waiting, forgets the rest, closes. NULL accepted; nulls *publisher. */
void lw_publisher_close(struct lw_publisher **publisher);

/* Queues a lead. idempotency_id: what the source calls this contact, unique within (desk, lead->source).
 * *ticket_out (never 0) names the request in its answer. A broker that is busy is asked again until time_limit_ms is over (0: without
 * end). Then the answer is LW_OUTCOME_BUSY, with the broker's reason if it was busy to the end, else "no answer in time": the outcome is
 * unknown, repeat later with the same id. Errors: LW_INVALID (lw_publisher_error() says what), LW_TOO_LARGE, LW_FULL, LW_NO_MEMORY. */
LW_MUST_CHECK lw_status lw_publisher_publish(struct lw_publisher *publisher, const char *idempotency_id,
                                             int64_t received_unix_ms, const struct lw_lead *lead,
                                             uint32_t time_limit_ms, uint64_t *ticket_out);

/* Names a lead by its id, or by source and idempotency id (lead_id NULL). */
struct lw_lead_name { const char *lead_id, *source, *idempotency_id; };

LW_MUST_CHECK lw_status lw_publisher_query(struct lw_publisher *publisher, const struct lw_lead_name *name,
                                           uint32_t time_limit_ms, uint64_t *ticket_out);
/* The prospect hung up or withdrew. Accepted once; a repeat by source and idempotency id is LW_OUTCOME_DUPLICATE, by
 * lead_id LW_OUTCOME_NOT_FOUND once the lead has ended. Rejected while the lead is with a rep, who ends it. */
LW_MUST_CHECK lw_status lw_publisher_cancel(struct lw_publisher *publisher, const struct lw_lead_name *name,
                                            const char *reason, uint32_t time_limit_ms, uint64_t *ticket_out);
/* What became of dialling the device of the rep who accepted offer offer_number. The first result counts. */
LW_MUST_CHECK lw_status lw_publisher_dial_result(struct lw_publisher *publisher, const char *lead_id,
                                                 uint32_t offer_number, lw_dial_outcome outcome, const char *leg_id,
                                                 uint32_t time_limit_ms, uint64_t *ticket_out);

typedef enum lw_touch_kind {   /* numbers are those of leadwire.v1.TouchKind, of which 1 is for reps to say */
    LW_TOUCH_NONE = 0, LW_TOUCH_CALL_ANSWERED = 2, LW_TOUCH_CALL_ATTEMPTED, LW_TOUCH_MAIL_SENT,
} lw_touch_kind;
/* The rep who has the lead by offer offer_number was seen to call or to write to the prospect: its first touch.
 * LW_OUTCOME_DUPLICATE: none is awaited. */
LW_MUST_CHECK lw_status lw_publisher_touch(struct lw_publisher *publisher, const char *lead_id, uint32_t offer_number,
                                           lw_touch_kind kind, uint32_t time_limit_ms, uint64_t *ticket_out);

typedef enum lw_device_state {   /* numbers are those of leadwire.v1.DeviceState */
    LW_DEVICE_NONE, LW_DEVICE_BUSY, LW_DEVICE_UNREACHABLE, LW_DEVICE_FREE,
} lw_device_state;
/* What a device on which reps' calls ring is doing, as the telephony system sees it: while it is not free its reps get no
 * calls. Believed for for_ms (0: an hour; a day at most) unless it is said again. LW_OUTCOME_DUPLICATE: that was known;
 * LW_OUTCOME_REJECTED: no rep of the rules has it. */
LW_MUST_CHECK lw_status lw_publisher_device(struct lw_publisher *publisher, const char *device, lw_device_state state,
                                            uint32_t for_ms, uint32_t time_limit_ms, uint64_t *ticket_out);

/* Does what is due (send, resend, heartbeat, reconnect) and takes the next answer.
 * LW_OK with *out filled, LW_AGAIN, or LW_REFUSED when the broker will never serve this publisher
 * (version, desk): lw_publisher_error() says why; the publisher keeps trying every few seconds. */
LW_MUST_CHECK lw_status lw_publisher_next(struct lw_publisher *publisher, struct lw_publisher_answer *out);
int lw_publisher_fd(const struct lw_publisher *publisher);
/* How long poll may sleep: 0..1000. */
int lw_publisher_wait_ms(const struct lw_publisher *publisher);
/* 1 when the broker has said Welcome and its heartbeat is fresh. */
int lw_publisher_connected(const struct lw_publisher *publisher);
uint32_t lw_publisher_pending(const struct lw_publisher *publisher);
/* The reason of the last LW_INVALID or LW_REFUSED; never NULL. */
const char *lw_publisher_error(const struct lw_publisher *publisher);
/* Convenience for programs without a loop: waits at most timeout_ms for the answer to this ticket; answers to
 * other tickets are dropped. LW_OK, LW_TIMEOUT, LW_REFUSED. */
LW_MUST_CHECK lw_status lw_publisher_await(struct lw_publisher *publisher, uint64_t ticket, int timeout_ms,
                                           struct lw_publisher_answer *out);

#ifdef __cplusplus
}
#endif
#endif
