/* SPDX-License-Identifier: Apache-2.0
 *
 * phone_state - what leadwire-phone keeps between requests: its SIP door and its spool, where the configuration has them.
 *
 * Threads: one owner, that of the event base.
 */
#ifndef PHONE_STATE_H
#define PHONE_STATE_H

#include "contact_spool.h"
#include "sip_door.h"

struct phone_state {
    struct sip_door *sip;          /* NULL: no calls by SIP */
    struct contact_spool *spool;   /* NULL: the configuration had none at the start */
};

/* The functions of struct http_worker_plan; worker->own is a struct phone_state. */
lw_status phone_state_open(struct http_worker *worker);
void phone_state_close(struct http_worker *worker);
void phone_state_health(const struct http_worker *worker, struct byte_buffer *out);
void phone_state_metrics(const struct http_worker *worker, struct byte_buffer *out);
void phone_state_drain(struct http_worker *worker);
uint32_t phone_state_in_flight(const struct http_worker *worker);
/* The worker's spool; NULL: there is none. */
struct contact_spool *phone_state_spool(const struct http_worker *worker);

#endif
