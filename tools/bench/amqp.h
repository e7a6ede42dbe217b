/* SPDX-License-Identifier: Apache-2.0
 *
 * amqp - the little of AMQP 0-9-1 that peer_rabbitmq needs, on one channel, in batches: what is asked for waits in the link until it is
 * flushed. A refusal ends the bench.
 */
#ifndef AMQP_H
#define AMQP_H

#include <stdbool.h>
#include <stdint.h>

#include "peer_link.h"

/* As guest, and a channel on it. */
struct peer_link *amqp_open(uint16_t port);
/* These wait for the answer. */
void amqp_confirm(struct peer_link *link);
void amqp_declare_quorum(struct peer_link *link, const char *queue);
void amqp_consume(struct peer_link *link, const char *queue, uint16_t prefetch);

/* Persistent, to the queue of that name; its number is that of all published on this link so far, from 1 on. */
void amqp_publish(struct peer_link *link, const char *queue, const char *body, uint32_t size);
void amqp_ack(struct peer_link *link, uint64_t tag, bool and_before);

enum amqp_kind { AMQP_CONFIRM, AMQP_DELIVERY, AMQP_OTHER };
struct amqp_event {
    enum amqp_kind kind;
    uint64_t tag;
    bool and_before;      /* confirm: all up to it */
    const char *body;     /* delivery: its first frame, until the link is filled */
};
/* False: none is whole yet. */
bool amqp_next(struct peer_link *link, struct amqp_event *out);

#endif
