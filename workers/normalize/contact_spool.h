/* SPDX-License-Identifier: Apache-2.0
 *
 * contact_spool - contacts of sources that do not come again, on disk while the broker cannot take them, and sent on.
 *
 * Each source has an order of its own: its contacts are sent on one after the other, in the order they came, as soon as the broker
 * answers; a source whose first contact has to wait (it is paused, say) holds up no other. Contacts that an earlier build
 * kept, which knew one order only, go before all others.
 *
 * What a contact is on disk and how it is sent is its user's business: bytes are handed back as they were put. Killed between the broker's yes
 * and the removal, the worker sends a contact once more: sending twice must be harmless. What can never be taken is set aside,
 * counted and logged. The size cap, the alarm, /healthz and /metrics are the same for all workers.
 * Threads: one owner, that of the event base.
 */
#ifndef CONTACT_SPOOL_H
#define CONTACT_SPOOL_H

#include "http_worker.h"
#include "spool.h"

struct contact_spool;   /* opaque */
struct contact_lane;    /* opaque: one source's contacts, the first of which is being sent */

/* spool: {directory, size_max_mib} of a worker's configuration */
struct contact_spool_options {
    const char *directory;      /* NULL: there is none */
    uint64_t size_max_bytes;
};

/* Begins to send a contact on; bytes are borrowed. LW_OK: one of the contact_lane_* functions is called later, once, from the loop. LW_INVALID, LW_TOO_LARGE,
 * LW_NOT_FOUND: it can never be taken, and is set aside, *why_out tells why. Others: it is tried again soon. */
typedef lw_status contact_spool_send(void *context, struct contact_lane *lane, const uint8_t *bytes, size_t size, const char **why_out);

/* From the value of `spool` in the root of the configuration; NULL: there is none. Problems go to the document. */
struct contact_spool_options contact_spool_options_read(struct yaml_doc *doc, const char *config_path, const struct yaml_node *map, struct arena *arena);

/* Sends on what is there of before. Errors, logged: those of spool_open. */
LW_MUST_CHECK lw_status contact_spool_open(struct http_worker *worker, const struct contact_spool_options *options, contact_spool_send *send, void *context,
                                           struct contact_spool **out);
void contact_spool_close(struct contact_spool **spool);   /* NULL accepted */
/* True while contacts of the source wait: new ones have to go behind them. */
bool contact_spool_is_busy(const struct contact_spool *spool, const char *source);
/* The contact is on disk. Errors, nothing then kept, logged: those of spool_put. */
LW_MUST_CHECK lw_status contact_spool_hold(struct contact_spool *spool, const char *source, const void *bytes, size_t size);

/* What became of the contact that was sent. */
void contact_lane_taken(struct contact_lane *lane);
void contact_lane_set_aside(struct contact_lane *lane, const char *why);
void contact_lane_later(struct contact_lane *lane, uint32_t wait_ms);          /* not before wait_ms have passed */
void contact_lane_go_on(struct contact_lane *lane, uint32_t note);             /* send is called again with it: it takes another step */
/* By the broker's answer to a publish: counts it and does one of the above. is_same: other content under its id is the same contact all the same. */
void contact_lane_published(struct contact_lane *lane, const struct lw_publisher_answer *answer, bool is_same);
/* 0 at the first sending of a contact; what contact_lane_note_set or contact_lane_go_on gave, until one of the above is called. */
uint32_t contact_lane_note(const struct contact_lane *lane);
void contact_lane_note_set(struct contact_lane *lane, uint32_t note);
/* Of send's context, for a callback that is given the lane alone. */
void *contact_lane_context(const struct contact_lane *lane);

/* Appends ", \"spool\": {...}" for /healthz, with an alarm in words. */
void contact_spool_health(const struct contact_spool *spool, struct byte_buffer *out);
/* Writes its metrics; NULL: of a worker without a spool. */
void contact_spool_metrics(const struct contact_spool *spool, struct byte_buffer *out);

#endif
