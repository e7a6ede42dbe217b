/* SPDX-License-Identifier: Apache-2.0
 *
 * broker_link - one publisher on a libevent loop: a callback per request.
 *
 * Takes care that the publisher's descriptor is edge-triggered: whatever was
 * called, its answers are drained from the loop soon after. A request's callback is
 * called exactly once, from the loop and never from inside the call that made the request,
 * unless the request is forgotten or the link closed first. At most 256 answers a turn.
 * Strings of an answer live until the callback returns or calls the link again: copy first.
 * Threads: one owner, that of the event base.
 */
#ifndef BROKER_LINK_H
#define BROKER_LINK_H

#include <event2/event.h>
#include <leadwire/publisher.h>
#include <stdbool.h>
#include <stdint.h>

struct broker_link;   /* opaque */

typedef void broker_link_done(void *context, const struct lw_publisher_answer *answer);

/* What a request may take and whom to tell. done may be NULL. */
struct broker_link_call {
    uint32_t time_limit_ms;   /* then BUSY, "no answer in time"; 0: none */
    broker_link_done *done;
    void *context;
};

/* Errors: those of lw_publisher_open. */
LW_MUST_CHECK lw_status broker_link_open(struct event_base *base, const struct lw_publisher_options *options,
                                         struct broker_link **out);
void broker_link_close(struct broker_link **link);   /* NULL accepted; no callback is called */

/* As their namesakes in publisher.h; *ticket_out may be NULL. A lead without a trace_parent begins a trace, another continues. On an error the callback is not called. */
LW_MUST_CHECK lw_status broker_link_publish(struct broker_link *link, const char *idempotency_id,
                                            int64_t received_unix_ms, const struct lw_lead *lead,
                                            const struct broker_link_call *call, uint64_t *ticket_out);
LW_MUST_CHECK lw_status broker_link_query(struct broker_link *link, const struct lw_lead_name *name,
                                          const struct broker_link_call *call, uint64_t *ticket_out);
LW_MUST_CHECK lw_status broker_link_cancel(struct broker_link *link, const struct lw_lead_name *name,
                                           const char *reason, const struct broker_link_call *call,
                                           uint64_t *ticket_out);
LW_MUST_CHECK lw_status broker_link_dial_result(struct broker_link *link, const char *lead_id, uint32_t offer_number,
                                                lw_dial_outcome outcome, const char *leg_id,
                                                const struct broker_link_call *call, uint64_t *ticket_out);
/* The request goes on, its callback is not called any more. Unknown tickets are accepted. */
void broker_link_forget(struct broker_link *link, uint64_t ticket);

bool broker_link_connected(const struct broker_link *link);
uint32_t broker_link_pending(const struct broker_link *link);
/* Why the last call was LW_INVALID; never NULL. */
const char *broker_link_error(const struct broker_link *link);

#endif
